#include "host/readers/workbook.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/xml_stream.hpp"

namespace narrows {
namespace {

constexpr Index max_rows = 1048576;
constexpr Index max_columns = 16384;
// Excel's own 32,767 letters, each of up to four bytes.
constexpr std::size_t max_text = 4 * 32767;
// Of all texts in a row: a few bytes of file can name one long shared text many times.
constexpr std::size_t max_row_text = std::size_t{16} << 20;

std::string_view trimmed(std::string_view text) {
    constexpr const char* blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A whole number that is all of `text`; nothing otherwise.
std::optional<Index> parse_index(std::string_view text) {
    Index value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The column of a reference such as "AB12", from 0; nothing for anything else.
std::optional<Index> column_of(std::string_view reference) {
    Index column = 0;
    std::size_t at = 0;
    for (; at < reference.size() && reference[at] >= 'A' && reference[at] <= 'Z'; ++at) {
        column = 26 * column + (reference[at] - 'A' + 1);
        if (column > max_columns) return std::nullopt;
    }
    if (at == 0 || !parse_index(reference.substr(at))) return std::nullopt;
    return column - 1;
}

/// Of the container that Excel used until 2003, and uses for whatever has a password.
bool is_old_workbook(std::string_view head) {
    return head.substr(0, 4) == "\xD0\xCF\x11\xE0";
}

/// Goes to the entry `name`; false where it is not there.
bool go_to(Archive& archive, const std::string& name) {
    while (archive.next()) {
        if (archive.name() == name) return true;
    }
    return false;
}

/// The name in the archive of what a relationship of `folder` ("xl/") points at.
std::string target_name(std::string_view folder, std::string_view target) {
    if (!target.empty() && target.front() == '/') return std::string(target.substr(1));
    const std::filesystem::path path(std::string(folder) + std::string(target));
    return path.lexically_normal().generic_string();
}

/// Texts that cells name by number, one behind the other: the file may hold very many empty ones.
struct SharedTexts {
    std::string letters;
    std::vector<std::size_t> ends;

    Index size() const { return static_cast<Index>(ends.size()); }
    std::string_view operator[](Index index) const {
        const auto at = static_cast<std::size_t>(index);
        const std::size_t begin = at == 0 ? 0 : ends[at - 1];
        return std::string_view(letters).substr(begin, ends[at] - begin);
    }
};

/// Joins the runs of text of each item; phonetic readings are left out.
class SharedTextsReader {
  public:
    explicit SharedTextsReader(SharedTexts& texts) : texts_(texts) {}

    XmlHandlers handlers() {
        return {[this](std::string_view name, const XmlAttributes&) {
                    if (name == "si") texts_.ends.push_back(texts_.letters.size());
                    if (name == "rPh") in_phonetic_ = true;
                    in_text_ = name == "t" && !in_phonetic_ && !texts_.ends.empty();
                    return true;
                },
                [this](std::string_view name) {
                    if (name == "rPh") in_phonetic_ = false;
                    in_text_ = false;
                    return true;
                },
                [this](std::string_view text) {
                    if (!in_text_) return;
                    texts_.letters += text;
                    texts_.ends.back() = texts_.letters.size();
                }};
    }

  private:
    SharedTexts& texts_;
    bool in_text_ = false;
    bool in_phonetic_ = false;
};

/// Turns the XML of a sheet into rows.
class SheetReader {
  public:
    SheetReader(std::string place, const SharedTexts& texts,
                const std::function<bool(const SheetRow&)>& use)
        : row_(std::move(place)), texts_(texts), use_(use) {}

    XmlHandlers handlers() {
        return {[this](std::string_view name, const XmlAttributes& attributes) {
                    begin(name, attributes);
                    return true;
                },
                [this](std::string_view name) { return end(name); },
                [this](std::string_view text) {
                    if (!in_value_) return;
                    value_ += text;
                    check_text(value_);
                }};
    }

  private:
    void begin(std::string_view name, const XmlAttributes& attributes) {
        if (name == "row") {
            begin_row(attributes["r"]);
        } else if (name == "c") {
            begin_cell(attributes["r"], attributes["t"]);
        } else if (name == "rPh") {
            in_phonetic_ = true;
        }
        in_value_ = in_cell_ && !in_phonetic_ && (name == "v" || name == "t");
    }

    bool end(std::string_view name) {
        in_value_ = false;
        if (name == "rPh") in_phonetic_ = false;
        if (name == "c" && in_cell_) end_cell();
        if (name == "row" && !row_.cells.empty()) return use_(row_);
        return true;
    }

    void check_text(std::string_view text) {
        if (text.size() > max_text) row_.fail(column_, "a longer text", "32767 letters at most");
    }

    void begin_row(std::string_view reference) {
        const Index before = row_.number;
        row_.cells.clear();
        row_text_ = 0;
        row_.number = before + 1;
        if (!reference.empty()) {
            const std::optional<Index> number = parse_index(reference);
            if (!number || *number <= before) {
                row_.fail(0, "row number " + in_quotes(reference), "ascending row numbers");
            }
            row_.number = *number;
        }
        if (row_.number > max_rows) row_.fail(0, "the row", fmt::format("{} at most", max_rows));
    }

    void begin_cell(std::string_view reference, std::string_view type) {
        const Index next = row_.width();
        column_ = next;
        if (!reference.empty()) {
            const std::optional<Index> column = column_of(reference);
            if (!column || *column < next) {
                row_.fail(next, "cell " + in_quotes(reference), "ascending columns up to XFD");
            }
            column_ = *column;
        }
        if (column_ >= max_columns) row_.fail(column_, "the cell", "16384 columns at most");
        type_ = type;
        value_.clear();
        in_cell_ = true;
    }

    void end_cell() {
        in_cell_ = false;
        if (value_.empty()) return;
        SheetRow::Cell cell{column_};
        if (type_ == "s") {
            const std::optional<Index> index = parse_index(trimmed(value_));
            if (!index || *index < 0 || *index >= texts_.size()) {
                row_.fail(column_, "shared text " + in_quotes(value_),
                          fmt::format("one of {}", texts_.size()));
            }
            set_text(cell, SheetRow::Cell::Kind::text, texts_[*index]);
        } else if (type_.empty() || type_ == "n") {
            const std::optional<double> number = parse_number(trimmed(value_));
            if (!number) row_.fail(column_, in_quotes(value_), "a number");
            cell.number = *number;
        } else if (type_ == "b") {
            set_text(cell, SheetRow::Cell::Kind::text, trimmed(value_) == "0" ? "FALSE" : "TRUE");
        } else {
            set_text(cell, type_ == "e" ? SheetRow::Cell::Kind::error : SheetRow::Cell::Kind::text,
                     value_);
        }
        row_.cells.push_back(std::move(cell));
    }

    void set_text(SheetRow::Cell& cell, SheetRow::Cell::Kind kind, std::string_view text) {
        check_text(text);
        row_text_ += text.size();
        if (row_text_ > max_row_text) row_.fail(column_, "more text", "16 MiB at most in a row");
        cell.kind = kind;
        cell.text = text;
    }

    SheetRow row_;
    std::size_t row_text_ = 0;
    const SharedTexts& texts_;
    const std::function<bool(const SheetRow&)>& use_;
    bool in_cell_ = false;
    bool in_value_ = false;
    bool in_phonetic_ = false;
    Index column_ = 0;
    std::string type_;
    std::string value_;
};

}  // namespace

std::string column_letters(Index column) {
    std::string letters;
    for (Index rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
        letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
    }
    return letters;
}

const SheetRow::Cell* SheetRow::cell(Index column) const {
    // Where every cell up to this one is there, it stands at its own number.
    if (column >= 0 && column < static_cast<Index>(cells.size())) {
        const Cell& guess = cells[static_cast<std::size_t>(column)];
        if (guess.column == column) return &guess;
    }
    const auto found =
        std::lower_bound(cells.begin(), cells.end(), column,
                         [](const Cell& each, Index wanted) { return each.column < wanted; });
    return found != cells.end() && found->column == column ? &*found : nullptr;
}

std::string SheetRow::text(Index column) const {
    const Cell* found = cell(column);
    if (found == nullptr) return "";
    if (found->kind == Cell::Kind::number) return fmt::format("{}", found->number);
    return std::string(trimmed(found->text));
}

double SheetRow::require_number(Index column, std::optional<double> blank) const {
    const Cell* found = cell(column);
    if (found != nullptr && found->kind == Cell::Kind::number) return found->number;
    const std::string_view content = found == nullptr ? "" : trimmed(found->text);
    if (content.empty()) {
        if (!blank) fail(column, "an empty cell", "a number");
        return *blank;
    }
    const std::optional<double> value =
        found->kind == Cell::Kind::text ? parse_number(content) : std::nullopt;
    if (!value) fail(column, in_quotes(content), "a number");
    return *value;
}

void SheetRow::fail(Index column, std::string_view found, std::string_view expected) const {
    throw ParseError(place_, number, column + 1, column_letters(column), found, expected);
}

struct Workbook::Content {
    InputFile file;
    std::vector<std::string> sheets;
    std::map<std::string, std::string> members;  // sheet -> name in the archive
    std::string texts_member;                    // "" where there is none
    SharedTexts texts;
    bool has_texts = false;

    explicit Content(InputFile input) : file(std::move(input)) {}

    Archive archive() const { return {file.bytes(), file.path(), Archive::Kind::zip}; }

    /// Reads one member as XML; false where it is not there.
    bool read(const std::string& member, const std::string& shown,
              const XmlHandlers& handlers) const {
        Archive zip = archive();
        if (!go_to(zip, member)) return false;
        read_xml(zip, shown, handlers);
        return true;
    }

    void refuse_other_kinds() const {
        if (is_old_workbook(file.bytes())) {
            throw FileError(file.path(),
                            "an old .xls workbook or one with a password, expected .xlsx without "
                            "one: save it so");
        }
        if (!is_workbook(file.bytes().substr(0, 4096))) {
            throw FileError(file.path(), "not a workbook, expected .xlsx");
        }
    }

    void read_structure();
};

void Workbook::Content::read_structure() {
    std::vector<std::pair<std::string, std::string>> listed;  // sheet, relationship
    const auto nothing = [](std::string_view) {};
    const auto go_on = [](std::string_view) { return true; };
    const bool found = read("xl/workbook.xml", file.path(),
                            {[&](std::string_view name, const XmlAttributes& attributes) {
                                 if (name == "sheet") {
                                     listed.emplace_back(attributes["name"], attributes["id"]);
                                 }
                                 return true;
                             },
                             go_on, nothing});
    if (!found) {
        Archive zip = archive();
        const bool binary = go_to(zip, "xl/workbook.bin");
        throw FileError(file.path(), binary ? "an .xlsb workbook, expected .xlsx: save it so"
                                            : "a damaged workbook: xl/workbook.xml is missing");
    }
    std::map<std::string, std::string> targets;
    read("xl/_rels/workbook.xml.rels", file.path(),
         {[&](std::string_view name, const XmlAttributes& attributes) {
              if (name != "Relationship") return true;
              const std::string target = target_name("xl/", attributes["Target"]);
              targets[std::string(attributes["Id"])] = target;
              const std::string_view type = attributes["Type"];
              if (type.substr(type.rfind('/') + 1) == "sharedStrings") texts_member = target;
              return true;
          },
          go_on, nothing});
    for (auto& [sheet, id] : listed) {
        const auto target = targets.find(id);
        if (target == targets.end()) continue;
        sheets.push_back(sheet);
        members[sheet] = target->second;
    }
    if (sheets.empty()) throw FileError(file.path(), "a workbook without sheets");
}

Workbook::Workbook(InputFile file) : content_(std::make_unique<Content>(std::move(file))) {
    content_->refuse_other_kinds();
    content_->read_structure();
}
Workbook::~Workbook() = default;
Workbook::Workbook(Workbook&&) noexcept = default;
Workbook& Workbook::operator=(Workbook&&) noexcept = default;

const std::string& Workbook::path() const {
    return content_->file.path();
}
const std::vector<std::string>& Workbook::sheets() const {
    return content_->sheets;
}

std::optional<Workbook> only_workbook(const InputSource& source) {
    if (!source.is_single_file()) return std::nullopt;
    const std::string head = source.head(source.names().front());
    if (!is_workbook(head) && !is_old_workbook(head)) return std::nullopt;
    return Workbook(source.open(source.names().front()));
}

void Workbook::read(const std::string& sheet,
                    const std::function<bool(const SheetRow&)>& use) const {
    Content& content = *content_;
    const auto member = content.members.find(sheet);
    if (member == content.members.end()) {
        throw FileError(path(), "no sheet " + in_quotes(sheet) + ", expected one of " +
                                    in_quotes(fmt::format("{}", fmt::join(content.sheets, ", "))));
    }
    if (!content.has_texts && !content.texts_member.empty()) {
        SharedTextsReader reader(content.texts);
        content.read(content.texts_member, path() + ", shared texts", reader.handlers());
        content.has_texts = true;
    }
    const std::string place = path() + ", sheet " + in_quotes(sheet);
    SheetReader reader(place, content.texts, use);
    if (!content.read(member->second, place, reader.handlers())) {
        throw FileError(path(), "a damaged workbook: " + in_quotes(member->second) + " is missing");
    }
}

}  // namespace narrows
