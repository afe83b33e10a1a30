#include "host/readers/world_sheet.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

constexpr Index code_column = 0;
constexpr Index name_column = 1;
constexpr Index country_column = 2;
constexpr Index item_column = 3;
constexpr Index first_number = 4;
constexpr std::size_t max_header_rows = 15;

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::size_t unsigned_of(Index index) {
    return static_cast<std::size_t>(index);
}

/// 35 of "c35"; 0 for anything else.
Index item_number(const std::string& item) {
    if (item.size() < 2 || item.size() > 4 || item[0] != 'c') return 0;
    Index number = 0;
    for (const char digit : item.substr(1)) {
        if (digit < '0' || digit > '9') return 0;
        number = 10 * number + (digit - '0');
    }
    return number;
}

/// The row of items, the only one with "c1" above the first number.
bool is_item_row(const SheetRow& row) {
    return row.text(first_number) == "c1";
}

/// The last use is there, and nothing of a layout with more industries; totals may be numbered on.
bool fits(const SheetRow& items, const WorldSheetLayout& layout) {
    const Index last = item_number(layout.last_use);
    bool found = false;
    for (Index c = first_number; c < items.width(); ++c) {
        const std::string item = items.text(c);
        found |= item == layout.last_use;
        if (last > 0 && item_number(item) > last + 1) return false;
    }
    return found;
}

/// The first sheet in this layout; "" where there is none.
std::string find_sheet(const Workbook& workbook, const WorldSheetLayout& layout) {
    constexpr std::size_t max_sheets = 8;
    const auto& sheets = workbook.sheets();
    for (std::size_t s = 0; s < std::min(max_sheets, sheets.size()); ++s) {
        bool found = false;
        std::size_t count = 0;
        workbook.read(sheets[s], [&](const SheetRow& row) {
            const bool items = is_item_row(row);
            if (items) found = fits(row, layout);
            return !items && ++count < max_header_rows;
        });
        if (found) return sheets[s];
    }
    return "";
}

/// 2009 of "wiot09_row_sep12.xlsx".
int short_year_in(const std::string& file) {
    const std::string text = lower(file);
    const auto at = text.find("wiot");
    if (at == std::string::npos || at + 6 > text.size()) return 0;
    const char tens = text[at + 4];
    const char ones = text[at + 5];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return 0;
    const int year = 10 * (tens - '0') + (ones - '0');
    return year >= 90 ? 1900 + year : 2000 + year;
}

/// Takes the sheet's rows as they stream by.
class Builder {
  public:
    explicit Builder(const WorldSheetLayout& layout) : layout_(layout) {}

    /// False where the table is complete.
    bool add(const SheetRow& row) {
        if (!has_header_) {
            read_title_or_items(row);
            return true;
        }
        const std::string country = row.text(country_column);
        if (!country.empty() && lower(country) != "tot") {
            read_industry(row, country);
            return true;
        }
        return read_total(row);
    }

    /// Year in the titles; 0 where there is none.
    int year() const { return year_; }
    TableData finish(const std::string& place);

  private:
    struct Column {
        Index sheet_column;
        bool is_use;
    };

    void read_title_or_items(const SheetRow& row);
    void read_header(const SheetRow& items);
    void add_node(const SheetRow& items, Index column, const std::string& country);
    void read_industry(const SheetRow& row, const std::string& country);
    bool read_total(const SheetRow& row);
    const WorldTotal* total_of(const SheetRow& row) const;
    Eigen::MatrixXd row_of_nodes(const SheetRow& row) const;
    void place_rows();
    void set_output();

    const WorldSheetLayout& layout_;
    std::vector<SheetRow> titles_;  // rows above the items, those of numbers alone left out
    std::vector<std::string> codes_above_;
    std::vector<std::string> names_above_;
    int year_ = 0;
    bool has_header_ = false;
    std::vector<Column> columns_;
    std::vector<Index> node_columns_;
    Index output_column_ = 0;
    std::vector<Sector> sectors_;
    std::vector<Region> regions_;
    std::unordered_map<std::string, Index> sector_index_;
    std::unordered_map<std::string, Index> region_index_;
    std::vector<std::string> labels_;
    std::unordered_map<std::string, Index> node_index_;
    std::vector<bool> seen_;
    std::vector<Index> row_nodes_;  // node of each row that was read, in the sheet's order
    std::vector<double> numbers_;   // those rows, one after the other
    std::vector<double> outputs_;   // their totals; NaN where there is none
    Eigen::MatrixXd output_row_;
    TableData data_;
};

void Builder::read_title_or_items(const SheetRow& row) {
    if (is_item_row(row)) {
        read_header(row);
        return;
    }
    for (Index c = 0; c < first_number && year_ == 0; ++c) year_ = year_in(row.text(c));
    const SheetRow::Cell* first = row.cell(first_number);
    if (first != nullptr && first->kind == SheetRow::Cell::Kind::number) return;
    titles_.push_back(row);
    if (titles_.size() >= max_header_rows) {
        row.fail(first_number, "no row of items so far", "'c1' above the first number");
    }
}

void Builder::read_header(const SheetRow& items) {
    const std::size_t needed = layout_.has_industry_codes ? 3 : 2;
    if (titles_.size() < needed) {
        items.fail(first_number, "items below too few rows",
                   layout_.has_industry_codes ? "industry codes, names and countries above them"
                                              : "names and countries above them");
    }
    const SheetRow& countries = titles_[titles_.size() - 1];
    const SheetRow& names = titles_[titles_.size() - 2];
    const SheetRow& codes = layout_.has_industry_codes ? titles_[titles_.size() - 3] : items;
    for (Index c = 0; c < items.width(); ++c) {
        names_above_.push_back(names.text(c));
        codes_above_.push_back(codes.text(c));
    }
    for (Index c = first_number; c < items.width(); ++c) {
        const std::string item = items.text(c);
        const std::string country = countries.text(c);
        if (output_column_ > 0) items.fail(c, in_quotes(item), "nothing behind the totals");
        if (country.empty() || lower(country) == "tot") {
            output_column_ = c;
            continue;
        }
        const Index number = item_number(item);
        if (number >= 1 && number <= layout_.num_industries) {
            add_node(items, c, country);
            continue;
        }
        const auto use = std::find_if(layout_.uses.begin(), layout_.uses.end(),
                                      [&](const auto& each) { return item == each.item; });
        if (use == layout_.uses.end()) {
            items.fail(c, in_quotes(item), "the item of an industry or a final use");
        }
        data_.final_uses.push_back({country, use->category});
        columns_.push_back({c, true});
    }
    if (output_column_ == 0) output_column_ = items.width();
    seen_.resize(labels_.size());
    titles_.clear();
    has_header_ = true;
}

void Builder::add_node(const SheetRow& items, Index column, const std::string& country) {
    const std::string& code = codes_above_[unsigned_of(column)];
    if (code.empty()) items.fail(column, "no industry code above", "one");
    const std::string label = country + "_" + code;
    if (!node_index_.emplace(label, static_cast<Index>(labels_.size())).second) {
        items.fail(column, "a second column of " + in_quotes(label), "each column once");
    }
    labels_.push_back(label);
    if (sector_index_.emplace(code, static_cast<Index>(sectors_.size())).second) {
        sectors_.push_back({code, names_above_[unsigned_of(column)], layout_.kind(code)});
    }
    if (region_index_.emplace(country, static_cast<Index>(regions_.size())).second) {
        regions_.push_back({country, ""});
    }
    columns_.push_back({column, false});
    node_columns_.push_back(column);
}

void Builder::read_industry(const SheetRow& row, const std::string& country) {
    const Index label_column = layout_.has_industry_codes ? code_column : item_column;
    const std::string label = country + "_" + row.text(label_column);
    const auto found = node_index_.find(label);
    if (found == node_index_.end()) {
        row.fail(label_column, in_quotes(label), "a country and an industry of the header");
    }
    auto seen = seen_.begin() + found->second;
    if (*seen) row.fail(label_column, "a second row of " + in_quotes(label), "each row once");
    *seen = true;
    row_nodes_.push_back(found->second);
    for (const Column& column : columns_) {
        numbers_.push_back(row.require_number(column.sheet_column));
    }
    const bool has_output = row.cell(output_column_) != nullptr;
    outputs_.push_back(has_output ? row.require_number(output_column_, std::nullopt)
                                  : std::numeric_limits<double>::quiet_NaN());
}

/// By its code, without one by its description.
const WorldTotal* Builder::total_of(const SheetRow& row) const {
    const std::string code = row.text(item_column);
    const std::string name = row.text(code_column);
    const std::string words = lower(row.text(name_column));
    for (const WorldTotal& total : layout_.totals) {
        if (code.empty() && name.empty() ? words.rfind(total.words, 0) == 0
                                         : code == total.code || name == total.name) {
            return &total;
        }
    }
    return nullptr;
}

Eigen::MatrixXd Builder::row_of_nodes(const SheetRow& row) const {
    Eigen::MatrixXd values(1, static_cast<Index>(node_columns_.size()));
    for (std::size_t j = 0; j < node_columns_.size(); ++j) {
        values(0, static_cast<Index>(j)) = row.require_number(node_columns_[j]);
    }
    return values;
}

bool Builder::read_total(const SheetRow& row) {
    bool labelled = false;
    for (Index c = 0; c < first_number; ++c) labelled |= !row.text(c).empty();
    if (!labelled) return true;  // blank rows, and rows of numbers alone below the items
    const WorldTotal* total = total_of(row);
    if (total == nullptr) {
        std::vector<std::string> known;
        for (const WorldTotal& each : layout_.totals) known.emplace_back(each.code);
        row.fail(item_column, in_quotes(row.text(item_column) + " " + row.text(name_column)),
                 fmt::format("an industry's row or one of {}", fmt::join(known, ", ")));
    }
    const auto append = [&](Eigen::MatrixXd& block, std::vector<std::string>& names) {
        if (std::find(names.begin(), names.end(), total->name) != names.end()) {
            row.fail(item_column, "a second row of " + in_quotes(total->name), "each row once");
        }
        names.emplace_back(total->name);
        block.conservativeResize(static_cast<Index>(names.size()),
                                 static_cast<Index>(labels_.size()));
        block.bottomRows(1) = row_of_nodes(row);
    };
    switch (total->kind) {
        case WorldTotal::Kind::ignored:
            return true;
        case WorldTotal::Kind::tax:
            append(data_.T, data_.tax_names);
            return true;
        case WorldTotal::Kind::value_added:
            append(data_.V, data_.value_added_names);
            return true;
        case WorldTotal::Kind::output:
            break;
    }
    output_row_ = row_of_nodes(row);
    return false;  // the last row; notes may follow
}

void Builder::place_rows() {
    const auto n = static_cast<Index>(labels_.size());
    data_.Z.resize(n, n);
    data_.F.resize(n, static_cast<Index>(data_.final_uses.size()));
    std::size_t at = 0;
    for (const Index node : row_nodes_) {
        Index z = 0;
        Index f = 0;
        for (const Column& column : columns_) {
            const double number = numbers_[at++];
            (column.is_use ? data_.F(node, f++) : data_.Z(node, z++)) = number;
        }
    }
    numbers_ = {};
}

/// From the column of totals; where that is empty from the row, and without it the rows' sums.
void Builder::set_output() {
    const auto n = static_cast<Index>(labels_.size());
    data_.x.resize(n);
    const bool has_column = std::none_of(outputs_.begin(), outputs_.end(),
                                         [](double output) { return std::isnan(output); });
    if (has_column) {
        for (std::size_t r = 0; r < outputs_.size(); ++r) data_.x[row_nodes_[r]] = outputs_[r];
        return;
    }
    if (output_row_.size() > 0) {
        data_.x = output_row_.row(0).transpose();
        note(data_, "output-from-row",
             "the column of totals has empty cells; gross output is the row of totals");
        return;
    }
    data_.x = data_.Z.rowwise().sum() + data_.F.rowwise().sum();
    note(data_, "output-from-sums", "the sheet has no gross output; it is the sum of each row");
}

TableData Builder::finish(const std::string& place) {
    if (!has_header_) {
        throw ParseError(place, 0, 0, "", "no row of items", "'c1' above the first number");
    }
    const auto missing = std::find(seen_.begin(), seen_.end(), false);
    if (missing != seen_.end()) {
        throw ParseError(
            place, 0, 0, "",
            "no row of " + in_quotes(labels_[static_cast<std::size_t>(missing - seen_.begin())]),
            "one row for every column");
    }
    for (const FinalUse& use : data_.final_uses) {
        if (region_index_.count(use.region) != 0) continue;
        throw ParseError(place, 0, 0, "", "final use " + in_quotes(use.label()),
                         "uses of countries that have industries");
    }
    place_rows();
    set_output();
    data_.classification =
        Classification::multi_regional(std::move(sectors_), std::move(regions_), labels_);
    if (data_.V.size() == 0) {
        warn(data_, "missing-row", "there is no row of value added: the sheet may be cut");
        value_added_as_residual(data_);
    }
    return std::move(data_);
}

}  // namespace

bool has_world_sheet(const InputSource& source, const WorldSheetLayout& layout) {
    const std::optional<Workbook> workbook = only_workbook(source);
    return workbook && !find_sheet(*workbook, layout).empty();
}

TableData read_world_sheet(const InputSource& source, const WorldSheetLayout& layout,
                           const ReadOptions& options) {
    const Workbook workbook(source.open(source.names().front()));
    const std::string sheet = find_sheet(workbook, layout);
    if (sheet.empty()) {
        throw ParseError(workbook.path(), 0, 0, "", "no sheet of a world table",
                         fmt::format("a row of items from 'c1' in column E to '{}' ({})",
                                     layout.last_use, layout.key));
    }
    Builder builder(layout);
    workbook.read(sheet, [&](const SheetRow& row) { return builder.add(row); });

    const std::string file = std::filesystem::path(workbook.path()).filename().string();
    int year = 0;
    for (const int each : {year_in(file.substr(0, file.find('_'))), year_in(file),
                           short_year_in(file), year_in(sheet), builder.year(), options.year}) {
        if (year == 0) year = each;
    }
    year = choose_year(workbook.path(), year, options.year);
    TableData data = builder.finish(workbook.path() + ", sheet " + in_quotes(sheet));
    data.meta.year = year;
    if (year == 0) {
        note(data, "unknown-year", "neither the file's name nor its titles say which year it is");
    }
    return data;
}

}  // namespace narrows
