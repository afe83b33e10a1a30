#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "host/report/document.hpp"
#include "host/table/io_table.hpp"

namespace narrows::cli {

/// A sheet with a row per sector: label, name, then one column per vector.
class SectorSheet {
  public:
    explicit SectorSheet(const Classification& classes) : classes_(classes) {
        sheet_.key = "rows";
        sheet_.columns = {{"sector", "sector"}, {"name", "name"}};
        for (Index i = 0; i < classes.num_nodes(); ++i) {
            sheet_.rows.push_back(
                cells_of(classes.label(i), classes.sector(classes.sector_of(i)).name));
        }
    }
    template <class Values>
    void add(const std::string& key, const std::string& heading, Style style,
             const Values& values) {
        sheet_.columns.push_back({key, heading, style});
        for (Index i = 0; i < classes_.num_nodes(); ++i) {
            sheet_.rows[static_cast<std::size_t>(i)].push_back(cell(values, i));
        }
    }
    Sheet take() { return std::move(sheet_); }

  private:
    static Cell cell(const Eigen::VectorXd& values, Index i) { return values[i]; }
    static Cell cell(const std::vector<std::optional<double>>& values, Index i) {
        const auto& value = values[static_cast<std::size_t>(i)];
        return value ? Cell(*value) : Cell();
    }
    static Cell cell(const std::vector<bool>& values, Index i) {
        return static_cast<bool>(values[static_cast<std::size_t>(i)]);
    }

    const Classification& classes_;
    Sheet sheet_;
};

/// A document of `command` whose main sheet is `sheet`.
inline Document sector_document(const char* command, const IoTable& table, SectorSheet sheet,
                                RunRecord record) {
    Document document;
    document.schema = fmt::format("narrows.{}/1", command);
    document.run = std::move(record);
    document.fields = {{"unit", "flows in", Style::text, table.meta().unit}};
    document.sheets.push_back(sheet.take());
    return document;
}

}  // namespace narrows::cli
