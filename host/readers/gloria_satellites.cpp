#include "host/readers/gloria_satellites.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/workbook.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

/// A row with a number in front, which headings have not.
bool is_entry(const SheetRow& row) {
    const SheetRow::Cell* cell = row.cell(0);
    return cell != nullptr && cell->kind == SheetRow::Cell::Kind::number;
}

void read_regions(const Workbook& workbook, GloriaReadMe& result) {
    std::unordered_set<std::string> seen;
    workbook.read("Regions", [&](const SheetRow& row) {
        if (!is_entry(row)) return true;
        const std::string code = row.text(1);
        if (code.empty() || !seen.insert(code).second) {
            row.fail(1, in_quotes(code), "an acronym, each once");
        }
        result.regions.push_back({code, row.text(2)});
        return true;
    });
}

void read_accounts(const Workbook& workbook, GloriaReadMe& result) {
    std::unordered_set<std::string> seen;
    workbook.read("Satellites", [&](const SheetRow& row) {
        if (!is_entry(row)) return true;
        std::string name = row.text(1) + " / " + row.text(2);
        const std::string unit = row.text(3);
        if (row.text(2).empty()) row.fail(2, "nothing", "the name of an account");
        if (unit.empty()) row.fail(3, "nothing", "the unit of " + in_quotes(name));
        if (!seen.insert(name).second) name += " / " + row.text(0);
        result.accounts.push_back({std::move(name), unit});
        return true;
    });
}

std::vector<GridTarget> one_group(Index count) {
    std::vector<GridTarget> targets;
    for (Index i = 0; i < count; ++i) targets.push_back({0, i});
    return targets;
}

void require_size(const Grid& grid, Index rows, Index columns) {
    if (grid.num_rows() == rows && grid.num_columns() == columns) return;
    throw ParseError(grid.path(), 0, 0, "",
                     fmt::format("{} lines of {} numbers", grid.num_rows(), grid.num_columns()),
                     fmt::format("{} of {}, as the ReadMe workbook and T say", rows, columns));
}

}  // namespace

GloriaReadMe read_gloria_read_me(const InputSource& source) {
    GloriaReadMe result;
    for (const std::string& name : source.names()) {
        const bool is_read_me = name.find("GLORIA_ReadMe") != std::string::npos &&
                                name.find(".xlsx") != std::string::npos;
        if (!is_read_me) continue;
        const Workbook workbook(source.open(name));
        const auto has = [&](const char* sheet) {
            return std::count(workbook.sheets().begin(), workbook.sheets().end(), sheet) > 0;
        };
        if (has("Regions")) read_regions(workbook, result);
        if (has("Sectors")) {
            workbook.read("Sectors", [&](const SheetRow& row) {
                if (is_entry(row)) result.sectors.push_back(row.text(1));
                return true;
            });
        }
        if (has("Satellites")) read_accounts(workbook, result);
        break;
    }
    return result;
}

void read_gloria_satellites(const Grid& of_nodes, const Grid* of_uses,
                            const std::vector<GridTarget>& columns, const GloriaReadMe& labels,
                            SatelliteSelection& selection, TableData& data) {
    const auto lines = static_cast<Index>(labels.accounts.size());
    if (lines == 0) {
        throw ParseError(of_nodes.path(), 0, 0, "", "no names and units of the lines",
                         "sheet Satellites of a GLORIA_ReadMe workbook beside the data");
    }
    require_size(of_nodes, lines, static_cast<Index>(columns.size()));
    std::vector<GridTarget> rows;
    for (const GloriaReadMe::Account& account : labels.accounts) {
        rows.push_back({});
        if (!selection.wants(account.name)) continue;
        rows.back() = {0, static_cast<Index>(data.satellites.size())};
        data.satellites.push_back({account.name, account.unit, {}, {}});
    }
    const auto count = static_cast<Index>(data.satellites.size());
    Eigen::MatrixXd values(count, data.classification.num_nodes());
    Eigen::MatrixXd products(count, data.classification.num_nodes());
    of_nodes.read(rows, columns, {{&values, &products}});
    Eigen::MatrixXd uses(count, data.F.cols());
    if (of_uses != nullptr) {
        require_size(*of_uses, lines, data.F.cols());
        of_uses->read(rows, one_group(data.F.cols()), {{&uses}});
    }
    for (Index k = 0; k < count; ++k) {
        SatelliteAccount& account = data.satellites[static_cast<std::size_t>(k)];
        account.values = values.row(k).transpose();
        if (of_uses != nullptr) account.final_uses = uses.row(k).transpose();
        if (products.row(k).isZero(0.0)) continue;
        warn(data, "satellites-of-products",
             fmt::format("satellite account {}: {:.6g} {} stand at products, not at industries, "
                         "and are left out",
                         in_quotes(account.name), products.row(k).sum(), account.unit));
    }
}

}  // namespace narrows
