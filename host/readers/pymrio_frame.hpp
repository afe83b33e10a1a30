#pragma once

// Internal to the reader of pymrio's folders: their files with the labels on both sides.
#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/grid.hpp"

namespace narrows::pymrio {

using Texts = std::vector<std::string>;

inline constexpr const char* parameters_name = "file_parameters.json";

/// The levels of a label, for messages and as a key.
inline std::string joined(const Texts& parts) {
    return fmt::format("{}", fmt::join(parts, " / "));
}

/// One folder: its files by pymrio's names for them.
class Saved {
  public:
    explicit Saved(InputSource folder) : folder_(std::move(folder)) {
        const InputFile file = folder_.open_found(parameters_name);
        path_ = file.path();
        const nlohmann::json content = nlohmann::json::parse(file.bytes(), nullptr, false);
        const bool sound = content.is_object() && content.contains("files") &&
                           content["files"].is_object() && content.contains("systemtype") &&
                           content["systemtype"].is_string();
        if (!sound) {
            throw ParseError(path_, 0, 0, "", "no such object",
                             "a JSON object with 'files' and 'systemtype', as pymrio writes");
        }
        files_ = content["files"];
        type_ = content["systemtype"].get<std::string>();
    }

    const InputSource& folder() const { return folder_; }
    const std::string& path() const { return path_; }
    const std::string& type() const { return type_; }
    bool has(const char* key) const { return files_.contains(key); }

    /// Throws ParseError where the folder has no such file.
    InputFile open(const char* key) const { return folder_.open_found(text(key, "name")); }
    Index count(const char* key, const char* what) const {
        const std::string value = text(key, what);
        Index number = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        constexpr Index most = 16;
        if (error != std::errc() || end != value.data() + value.size() || number < 1 ||
            number > most) {
            throw ParseError(path_, 0, 0, "",
                             fmt::format("{} {} of {}", what, in_quotes(value), key),
                             "a whole number from 1 to 16");
        }
        return number;
    }

  private:
    std::string text(const char* key, const char* what) const {
        const nlohmann::json entry = files_.value(key, nlohmann::json());
        const nlohmann::json value =
            entry.is_object() ? entry.value(what, nlohmann::json()) : nlohmann::json();
        if (value.is_number_integer()) return value.dump();
        if (value.is_string()) return value.get<std::string>();
        throw ParseError(path_, 0, 0, "", fmt::format("no {} of file {}", what, in_quotes(key)),
                         "one for every file");
    }

    InputSource folder_;
    std::string path_;
    std::string type_;
    nlohmann::json files_;
};

/// Whichever of tab, semicolon and comma the first line has.
inline char separator_of(std::string_view text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    for (const char separator : {'\t', ';'}) {
        if (line.find(separator) != std::string_view::npos) return separator;
    }
    return ',';
}

/// Does line `header_rows` (from 0) hold the names of the index columns and nothing else? pandas
/// writes such a line where the columns have several levels.
inline bool has_index_names(const InputFile& file, char separator, Index header_rows,
                            Index labels) {
    std::size_t end = 0;
    const std::string_view text = file.bytes();
    for (Index line = 0; line <= header_rows && end < text.size(); ++line) {
        end = std::min(text.find('\n', end), text.size() - 1) + 1;
    }
    CsvFile csv(InputFile(file.path(), std::string(text.substr(0, end))), separator);
    std::vector<std::string_view> fields;
    for (Index line = 0; line <= header_rows; ++line) {
        if (!csv.next_record(fields)) return false;
    }
    return static_cast<Index>(fields.size()) > labels &&
           std::all_of(fields.begin() + labels, fields.end(),
                       [](std::string_view field) { return field.empty(); });
}

/// A matrix of a folder, with the labels of its rows and columns.
class Frame {
  public:
    Frame(const Saved& saved, const char* key) : Frame(saved.open(key), saved, key) {}

    const Grid& grid() const { return grid_; }
    /// The names of the index columns.
    const Texts& index_names() const { return grid_.corner(lines_ - 1); }
    Texts row(Index i) const {
        Texts parts;
        for (Index c = 0; c < labels_; ++c) {
            parts.push_back(grid_.labels(c)[static_cast<std::size_t>(i)]);
        }
        return parts;
    }
    Texts column(Index j) const {
        Texts parts;
        for (Index h = 0; h < headers_; ++h) {
            parts.push_back(grid_.header(h)[static_cast<std::size_t>(j)]);
        }
        return parts;
    }

    using Place = std::function<Index(const Texts&)>;
    /// Targets of all rows or columns by label, each of `count` exactly once.
    std::vector<GridTarget> rows(const Place& place, Index count, const char* what) const {
        return targets(
            grid_.num_rows(), [this](Index i) { return row(i); }, place, count, what, true);
    }
    std::vector<GridTarget> columns(const Place& place, Index count, const char* what) const {
        return targets(
            grid_.num_columns(), [this](Index j) { return column(j); }, place, count, what, false);
    }

  private:
    Frame(const InputFile& file, const Saved& saved, const char* key)
        : Frame(file, separator_of(file.bytes()), saved.count(key, "nr_header"),
                saved.count(key, "nr_index_col")) {}
    Frame(const InputFile& file, char separator, Index headers, Index labels)
        : headers_(headers),
          labels_(labels),
          lines_(has_index_names(file, separator, headers, labels) ? headers + 1 : headers),
          grid_(file, {separator, lines_, labels, false}) {}

    template <class LabelOf>
    std::vector<GridTarget> targets(Index size, LabelOf label_of, const Place& place, Index count,
                                    const char* what, bool is_row) const {
        std::vector<GridTarget> result;
        std::vector<bool> seen(static_cast<std::size_t>(count));
        for (Index i = 0; i < size; ++i) {
            const Texts label = label_of(i);
            const Index at = place(label);
            const char* problem = at < 0 ? "unknown" : "duplicate";
            if (at < 0 || seen[static_cast<std::size_t>(at)]) {
                const std::string found =
                    fmt::format("{} {} {}", problem, what, in_quotes(joined(label)));
                if (is_row) grid_.fail(i, -1, found, "each of the table's labels once");
                grid_.fail_header(0, i, found, "each of the table's labels once");
            }
            seen[static_cast<std::size_t>(at)] = true;
            result.push_back({0, at});
        }
        if (size != count) {
            throw ParseError(grid_.path(), 0, 0, "", fmt::format("{} {}s", size, what),
                             fmt::format("{}", count));
        }
        return result;
    }

    Index headers_;
    Index labels_;
    Index lines_;
    Grid grid_;
};

/// The units of a unit file, by label.
inline std::unordered_map<std::string, std::string> read_units(const InputFile& file) {
    CsvFile csv(file, separator_of(file.bytes()));
    std::unordered_map<std::string, std::string> units;
    std::vector<std::string_view> fields;
    csv.next_record(fields);
    while (csv.next_record(fields)) {
        if (fields.size() < 2) csv.fail(0, "", "one field", "labels and their unit");
        const Texts label(fields.begin(), fields.end() - 1);
        units.emplace(joined(label), fields.back());
    }
    return units;
}

}  // namespace narrows::pymrio
