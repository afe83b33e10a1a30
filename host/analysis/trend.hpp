#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/chokepoints.hpp"

namespace narrows {

/// How much home relies on others, by product (s) and as a whole; shares in [0, 1].
struct Reliance {
    /// Imports embodied in a unit of final output, m'L (MODEL C.1); as a whole sum (m'L f) / sum f
    /// with f = x - Z1, all that home sells outside its own industries.
    Eigen::VectorXd import_content;
    double total_import_content = 0.0;
    /// Share of all output called forth by a unit of a home product that is not home's (C.2),
    /// L_ij / 1'L_.j summed over foreign i, with the unit itself or of its inputs L - I only. As a
    /// whole: both sums weighted with f. In a national table L stops at the border and imports
    /// count once, as m'L: a lower bound.
    Eigen::VectorXd foreign_share;
    Eigen::VectorXd foreign_share_of_inputs;
    double total_foreign_share = 0.0;
    double total_foreign_share_of_inputs = 0.0;
};

/// `domestic` is the model of the home economy. `world` is that of the whole multi-regional table,
/// or null for a national one. A product that home does not make has 0.
Reliance reliance(const IoTable& table, const HomeEconomy& home, const LeontiefModel& domestic,
                  const LeontiefModel* world);

/// A product and the origins that withhold it, in one year; all of several origins together are
/// IMPORTS (all_imports_origin), whichever they are.
struct RankedPair {
    std::string product;
    std::vector<std::string> coalition;
    Index rank = 0;
    double blocked = 0.0;
    double gar = 0.0;
    double gar_tail = 0.0;
    double gar_share_of_gdp = 0.0;
    double weight = 1.0;  // of the product
};

/// What one year's table says of home.
struct TrendYear {
    int year = 0;
    std::string table;
    std::string unit;
    double gdp = 0.0;
    std::vector<std::string> products;  // codes, as in `reliance`
    std::vector<std::string> origins;
    Reliance reliance;
    std::vector<RankedPair> pairs;  // by rank
};
TrendYear trend_year(const IoTable& table, const HomeEconomy& home, Reliance reliance,
                     const ChokepointRanking& ranking);

/// One pair over the years. A year in which nothing is blocked has no entry and GDP at risk 0.
struct TrendRow {
    std::string product;
    std::vector<std::string> coalition;
    std::vector<std::optional<RankedPair>> years;
    Index best_rank = 0;  // of the years with an entry
    Index worst_rank = 0;
    double change_of_gar = 0.0;           // last year less first
    double change_of_share_of_gdp = 0.0;  // the same of gar_share_of_gdp
};

/// Self-reliance over years.
struct Trend {
    std::vector<TrendYear> years;  // ascending
    /// By weight times the share of GDP at risk in the last year, then by code.
    std::vector<TrendRow> rows;
    /// What some years lack, and which was left out: codes of products and origins.
    std::vector<std::string> dropped_products;
    std::vector<std::string> dropped_origins;
};

/// Self-reliance over time (MODEL C.13): level, change and interval of ranks, at constant
/// classification. Throws TableError where products or origins differ between the years, unless
/// `common_only`: then those that some year lacks are left out, and ranks count the pairs that
/// remain; also where no product is common to all. Throws ArgumentError for fewer than two years, a
/// table without a year or a year that is there twice.
Trend trend(std::vector<TrendYear> years, bool common_only = false);

}  // namespace narrows
