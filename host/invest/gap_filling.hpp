#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/invest/diversification.hpp"
#include "host/invest/fill.hpp"

namespace narrows {

/// How much capital a set of products is to get: at least, at most.
struct SetLimit {
    std::string set;
    std::vector<Index> products;
    std::optional<double> floor, ceiling;
};

/// What may be withheld, what money can buy, and what has to be kept.
struct FillQuery {
    std::vector<Blockade> blockades;
    Eigen::MatrixXd criticality;  // c, s x s
    double lambda = 0.5;          // share of a domestic shortfall passed on to users, [0, 1)
    Eigen::VectorXd unit_costs;   // capital per unit of capacity, by product (s)
    double budget = 0.0;          // 0 to infinity
    double cvar_level = 0.0;      // 0: the weighted mean
    std::optional<Diversification> diversification;
    std::vector<Index> products;  // that capital may go to, ascending; empty: all
    std::vector<SetLimit> set_limits;
    Eigen::VectorXd least_scale;  // by product (s), capacity is 0 or at least that; may be empty
    std::optional<Index> most_sectors;  // that have capacity
    std::vector<Index> accounts;        // satellite accounts of home to report on
    std::string objective;  // the account that stands in value_added of home; empty: value added
    int num_threads = 1;
};

/// What a product gets, and its GDP at risk: the weighted mean over blockades, were each to
/// withhold this product alone.
struct ProductFill {
    Index product = 0;
    double capacity = 0.0;  // flow
    double cost = 0.0;      // capital
    double gar_before = 0.0, gar_after = 0.0;
};

/// A budget spent without looking for the optimum (baselines.hpp).
struct Baseline {
    Eigen::VectorXd amounts;
    double gar = 0.0;
};

/// The goal counted in a satellite account e, in its unit: with e for value added, values below 0
/// as 0. The allocation is the one for the query's own objective.
struct AccountFill {
    double before = 0.0, after = 0.0;
};

/// The best allocation, what it is held against, and what other budgets would bring.
struct FillResult {
    std::vector<Investment> investments;
    FillGoal goal;
    bool separable = false;               // solved by merging slopes, else by linear programmes
    double base = 0.0;                    // GDP at risk (the goal) without any investment
    Fill fill;                            // the best allocation
    std::vector<ProductFill> products;    // most capital first, then most GDP at risk
    std::vector<FrontierPoint> frontier;  // every kink where separable, else some budgets
    Baseline greedy, proportional;        // without diversification and limits
    std::vector<AccountFill> accounts;    // of FillQuery::accounts
};

/// The allocation of a budget that lowers GDP at risk most. `home` has no flow below 0. Throws
/// ArgumentError for a budget, level, weight, share or cost out of its range, for criticality of
/// another shape, where no scenario withholds a product that capital may go to, and where limits
/// contradict each other, which it names; BackendUnavailable where a linear programme is needed and
/// Clp not installed.
FillResult fill_gaps(const HomeEconomy& home, const FillQuery& query);

}  // namespace narrows
