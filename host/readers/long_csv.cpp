#include "host/readers/long_csv.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/years.hpp"

namespace narrows {
namespace {

/// Numbers labels in the order in which they come.
class LabelIndex {
  public:
    explicit LabelIndex(std::vector<LongLabel>& labels) : labels_(labels) {}
    std::int32_t index(std::string_view region, std::string_view code) {
        key_.assign(region);
        key_ += '\0';
        key_ += code;
        const auto [at, is_new] = index_.emplace(key_, static_cast<std::int32_t>(labels_.size()));
        if (is_new) labels_.emplace_back(region, code);
        return at->second;
    }

  private:
    std::vector<LongLabel>& labels_;
    std::unordered_map<std::string, std::int32_t> index_;
    std::string key_;
};

}  // namespace

LongTable read_long_csv(CsvFile& csv, const std::vector<std::string>& header,
                        const LongColumns& columns, int year,
                        const std::function<std::optional<double>(std::string_view)>& number) {
    LongTable table;
    table.path = csv.path();
    LabelIndex rows(table.rows);
    LabelIndex cols(table.columns);
    std::vector<int> years;
    std::vector<std::string_view> fields;
    const auto field = [&](std::optional<std::size_t> at) {
        return at ? fields[*at] : std::string_view();
    };
    while (csv.next_record(fields)) {
        csv.require_fields(fields, header.size());
        if (columns.year) {
            const std::optional<double> of_record = parse_number(field(columns.year));
            if (!of_record || std::abs(*of_record) > 1e6 || *of_record != std::trunc(*of_record)) {
                csv.fail(*columns.year, header[*columns.year], in_quotes(field(columns.year)),
                         "a year");
            }
            const int found = static_cast<int>(*of_record);
            if (std::find(years.begin(), years.end(), found) == years.end()) {
                constexpr std::size_t most = 1000;
                if (years.size() == most) {
                    csv.fail(*columns.year, header[*columns.year], "more than 1000 years", "fewer");
                }
                years.push_back(found);
            }
            if (found != (year != 0 ? year : years.front())) continue;
        }
        const std::string_view text = fields[columns.value];
        const std::optional<double> value = number(text);
        if (!value) csv.fail(columns.value, header[columns.value], in_quotes(text), "a number");
        table.cells.push_back({rows.index(field(columns.row_region), fields[columns.row]),
                               cols.index(field(columns.column_region), fields[columns.column]),
                               *value});
    }
    if (columns.year && !years.empty()) table.year = choose_year(csv.path(), years, year);
    constexpr double places_per_cell = 64.0;
    const double places =
        static_cast<double>(table.rows.size()) * static_cast<double>(table.columns.size());
    if (table.cells.empty() || places > places_per_cell * static_cast<double>(table.cells.size())) {
        throw ParseError(csv.path(), 0, 0, "",
                         fmt::format("{} cells of {} rows and {} columns", table.cells.size(),
                                     table.rows.size(), table.columns.size()),
                         "a table with most of its cells");
    }
    return table;
}

void LongTable::fill(const std::vector<GridTarget>& row_targets,
                     const std::vector<GridTarget>& column_targets,
                     const GridBlocks& blocks) const {
    for (const auto& row : blocks) {
        for (Eigen::MatrixXd* block : row) {
            if (block != nullptr) block->setZero();
        }
    }
    std::vector<bool> seen(rows.size() * columns.size());
    for (const Cell& cell : cells) {
        const auto r = static_cast<std::size_t>(cell.row);
        const auto c = static_cast<std::size_t>(cell.column);
        if (seen[r * columns.size() + c]) {
            throw ParseError(path, 0, 0, "",
                             fmt::format("two values of row {} {}, column {} {}", rows[r].first,
                                         rows[r].second, columns[c].first, columns[c].second),
                             "each cell once");
        }
        seen[r * columns.size() + c] = true;
        const GridTarget& to = row_targets[r];
        const GridTarget& of = column_targets[c];
        if (to.group < 0 || of.group < 0) continue;
        Eigen::MatrixXd* block =
            blocks[static_cast<std::size_t>(to.group)][static_cast<std::size_t>(of.group)];
        if (block != nullptr) (*block)(to.index, of.index) = cell.value;
    }
}

}  // namespace narrows
