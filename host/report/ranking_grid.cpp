#include "host/report/ranking_grid.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "host/report/chokepoint_report.hpp"

namespace narrows {
namespace {

std::ptrdiff_t column_at(const Sheet& sheet, const std::string& key) {
    const auto found = std::find_if(sheet.columns.begin(), sheet.columns.end(),
                                    [&](const Column& column) { return column.key == key; });
    return found - sheet.columns.begin();
}

std::int64_t count(const Cell& cell) {
    return std::get<std::int64_t>(cell);
}

std::int64_t sum_of(const Sheet& sheet, const std::string& key) {
    std::int64_t sum = 0;
    const auto at = column_at(sheet, key);
    for (const std::vector<Cell>& row : sheet.rows) sum += count(row.begin()[at]);
    return sum;
}

double number(const Sheet& sheet, const std::vector<Cell>& row, const std::string& key) {
    return std::get<double>(row.begin()[column_at(sheet, key)]);
}

/// The share of GDP at risk, times the weight where there are weights.
double order_of(const Sheet& sheet, const std::vector<Cell>& row) {
    const double of_gdp = number(sheet, row, "gar_share_of_gdp");
    const double gar = number(sheet, row, "gar");
    const bool weighted =
        column_at(sheet, "weighted") < static_cast<std::ptrdiff_t>(sheet.columns.size());
    return weighted && gar > 0.0 ? of_gdp * (number(sheet, row, "weighted") / gar) : of_gdp;
}

}  // namespace

const Cell& field_of(const Document& report, const std::string& key) {
    for (const Field& field : report.fields) {
        if (field.key == key) return field.value;
    }
    throw std::logic_error("a report has no field " + key);
}

Sheet grid_rows(const GridAxes& axes, GridRanking ranking) {
    Sheet sheet = std::move(ranking.report.sheets.front());
    sheet.columns.insert(sheet.columns.begin(),
                         {{"home", "home"}, {"share", "share", Style::count}});
    for (std::vector<Cell>& row : sheet.rows) {
        std::vector<Cell> cells = cells_of(axes.homes[ranking.home], axes.shares[ranking.share]);
        std::move(row.begin(), row.end(), std::back_inserter(cells));
        row = std::move(cells);
    }
    return sheet;
}

RankingGrid::RankingGrid(GridAxes axes, std::size_t most_rows)
    : axes_(std::move(axes)), most_rows_(most_rows) {
    homes_ = {"homes",
              "",
              {{"home", "home"},
               {"gdp", "GDP", Style::flow},
               {"pairs", "pairs", Style::count},
               {"ranked_pairs", "with imports", Style::count},
               {"left_out_coalitions", "coalitions left out", Style::count},
               {"negative_flows", "", Style::count},
               {"negative_flows_sum", "", Style::flow}},
              {}};
}

void RankingGrid::add(GridRanking ranking) {
    const Document& report = ranking.report;
    if (homes_.rows.size() == ranking.home) {
        homes_.rows.push_back(cells_of(axes_.homes[ranking.home], field_of(report, "gdp"),
                                       field_of(report, "pairs"), field_of(report, "ranked_pairs"),
                                       ranking.num_left_out, field_of(report, "negative_flows"),
                                       field_of(report, "negative_flows_sum")));
    } else {
        // A share of 0 blocks nothing.
        Cell& most = homes_.rows.back().begin()[column_at(homes_, "ranked_pairs")];
        most = std::max(count(most), count(field_of(report, "ranked_pairs")));
    }
    Sheet rows = grid_rows(axes_, std::move(ranking));
    num_rows_ += rows.rows.size();
    if (rows_.columns.empty()) {
        rows_ = std::move(rows);
    } else {
        std::move(rows.rows.begin(), rows.rows.end(), std::back_inserter(rows_.rows));
    }
    if (rows_.rows.size() <= most_rows_) return;
    std::stable_sort(rows_.rows.begin(), rows_.rows.end(), [&](const auto& a, const auto& b) {
        return order_of(rows_, a) > order_of(rows_, b);
    });
    rows_.rows.resize(most_rows_);
}

Document RankingGrid::document(const std::string& rule, RunRecord run) && {
    Document document;
    document.schema = "narrows.rank_grid/1";
    const std::string homes =
        axes_.homes.size() == 1 ? axes_.homes.front() : fmt::format("{} homes", axes_.homes.size());
    document.title = fmt::format("Choke points of {}, {}{}", homes, run.table,
                                 run.year != 0 ? fmt::format(" ({})", run.year) : "");
    document.run = std::move(run);
    document.fields = {
        {"scope", "", Style::text, axes_.scope},
        {"unit", "flows in", Style::text, axes_.unit},
        {"shares", "shares of deliveries blocked", Style::text, axes_.shares},
        {"lambda", "shortfall passed on (lambda)", Style::text, axes_.lambda},
        {"tail_lambda", "the same for the tail", Style::text, axes_.tail_lambda},
        {"", "pairs of product and origin", Style::count, sum_of(homes_, "pairs")},
        {"", "of them with imports to block", Style::count, sum_of(homes_, "ranked_pairs")},
        {"", "criticality", Style::text, rule}};
    if (rows_.rows.size() < num_rows_) {
        document.notes.push_back(fmt::format(
            "The {} rows with the largest {}share of GDP at risk, of {} of all homes and "
            "shares.",
            rows_.rows.size(), axes_.weighted ? "weighted " : "", num_rows_));
    }
    const std::vector<std::string> meanings = ranking_notes();
    document.notes.insert(document.notes.end(), meanings.begin(), meanings.end());
    if (axes_.scope == "world") document.notes.push_back(world_note());
    const std::int64_t left_out = sum_of(homes_, "left_out_coalitions");
    if (left_out > 0) {
        document.notes.push_back(fmt::format(
            "{} times a home belongs to a coalition, which is then left out for it.", left_out));
    }
    const auto negative = column_at(homes_, "negative_flows");
    const auto with_negative =
        std::count_if(homes_.rows.begin(), homes_.rows.end(),
                      [&](const auto& row) { return count(row.begin()[negative]) > 0; });
    if (with_negative > 0) {
        document.notes.push_back(fmt::format(
            "Flows between sectors below 0, found for {} homes, are nobody's need, counted as 0.",
            with_negative));
    }
    document.sheets.push_back(std::move(rows_));
    document.sheets.push_back(std::move(homes_));
    return document;
}

}  // namespace narrows
