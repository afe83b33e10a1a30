#pragma once

#include <functional>
#include <vector>

#include "host/analysis/chokepoints.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// How critical inputs are to the users of one region: survey_criticality, cost_share_criticality
/// or a fixed matrix; see criticality.hpp.
using CriticalityRule = std::function<Eigen::MatrixXd(const HomeEconomy&)>;

/// What is lost in the world when a coalition withholds a product from home.
struct WorldChokepoint {
    Chokepoint home;                // gar, gar_tail: what home loses; its chain is empty
    std::vector<double> blow_back;  // what each member of the coalition loses, in its order
    double world = 0.0;             // what all regions lose together
    /// The nodes that bind, from the first user of the withheld product to the node of home that
    /// loses the most value added; each is starved by the one before it, of whose product it misses
    /// most. Empty where nothing is lost.
    std::vector<Index> chain;
};

/// As ChokepointRanking, with shortages that pass on through all regions.
struct WorldChokepointRanking {
    std::vector<WorldChokepoint> rows;  // by home's gar, as ChokepointRanking
    Index num_pairs = 0;                // products times coalitions
    Index num_ranked_pairs = 0;         // with imports to block: those that have a row
    NegativeFlows negative_flows;       // in the whole world
    double gdp = 0.0;                   // of home
    double max_error_bound = 0.0;       // of every figure above
};

/// GDP at risk of every (product i, coalition C) with blocked imports, world scope: a shortage also
/// travels through other regions and comes back. Nodes j = (region, sector); with the share
/// w_(r,k)j = Z_(r,k)j / U_kj of region r in what j uses of product k, U_kj = sum_r Z_(r,k)j,
///   delta_j = max_k c_kj (beta_kj + lambda sum_r w'_(r,k)j delta_(r,k)),
/// beta_kj = s sum_{r in C} w_(r,i)j for k = i and j in home, else 0; w' leaves out what j buys
/// from itself and, of what is withheld, all but 1 - s. GaR of a region = sum_j va_j delta_j over
/// its nodes. c follows from the rule, region by region. The low-loss end is home's own
/// (rank_chokepoints).
///
/// `home` and `model` are those of rank_chokepoints; the model's backend does the work, and
/// `query.criticality` and `query.num_threads` are not used. Throws what
/// it throws; ArgumentError for a national table, which has no world.
WorldChokepointRanking rank_world_chokepoints(const IoTable& table, const HomeEconomy& home,
                                              const LeontiefModel& model,
                                              const ChokepointQuery& query,
                                              const CriticalityRule& rule);

}  // namespace narrows
