#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/report/document.hpp"

namespace narrows {

/// A grid of rankings: every home at every share.
struct GridAxes {
    std::vector<std::string> homes;       // codes
    std::vector<double> shares;           // ascending
    std::vector<std::string> products;    // codes
    std::vector<std::string> coalitions;  // names
    std::string scope;                    // "home" or "world"
    std::string unit;                     // of flows
    double lambda = 0.0;
    double tail_lambda = 0.0;
    bool weighted = false;  // with a column `weighted`
};

/// One ranking of the grid.
struct GridRanking {
    std::size_t home = 0;   // by number
    std::size_t share = 0;  // by number
    /// Of chokepoint_report or world_chokepoint_report, with add_coalition_names.
    Document report;
    std::int64_t num_left_out = 0;  // coalitions that home belongs to
};

/// The value of a field of a report. Throws std::logic_error where there is none of that key.
const Cell& field_of(const Document& report, const std::string& key);

/// The rows of a ranking as the grid has them: with home and share in front.
Sheet grid_rows(const GridAxes& axes, GridRanking ranking);

/// Collects the rankings of a grid for a document, schema narrows.rank_grid/1.
class RankingGrid {
  public:
    /// Of more than `most_rows` rows, those with the largest share of GDP at risk are kept.
    RankingGrid(GridAxes axes, std::size_t most_rows);

    /// In the order of the homes, and of the shares of each.
    void add(GridRanking ranking);
    /// `rule`: of criticality. Leaves nothing behind.
    Document document(const std::string& rule, RunRecord run) &&;

  private:
    GridAxes axes_;
    std::size_t most_rows_;
    std::size_t num_rows_ = 0;
    Sheet rows_;
    Sheet homes_;
};

}  // namespace narrows
