#pragma once

#include <functional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/criticality.hpp"
#include "host/analysis/home_economy.hpp"
#include "host/model/leontief_model.hpp"

namespace narrows {

/// A set of origins that withhold a product together: indices into HomeEconomy::origins, ascending.
using Coalition = std::vector<Index>;

/// One coalition per origin.
std::vector<Coalition> each_origin(const HomeEconomy& home);
/// One coalition of all origins.
std::vector<Coalition> all_imports(const HomeEconomy& home);
/// From region codes. Throws ArgumentError for an unknown or repeated code, home, or no code.
Coalition coalition_of(const HomeEconomy& home, const std::vector<std::string>& codes);

/// Who withholds how much of which product, and what of a shortfall reaches users.
struct ChokepointQuery {
    std::vector<Coalition> coalitions;
    double share = 0.5;           // s: share of the coalition's deliveries that is blocked, [0, 1]
    double lambda = 0.5;          // share of a domestic shortfall passed on to users, [0, 1)
    double tail_lambda = 0.9;     // the same for the tail, [0, 1)
    Eigen::MatrixXd criticality;  // c, s x s, in [0, 1]
    std::vector<Index> accounts;  // satellite accounts of the table whose amounts at risk are asked
    int num_threads = 1;
    std::function<void(std::int64_t done, std::int64_t total)> progress;  // may be empty
    std::vector<Index> products;  // that are ranked, ascending; empty: all
    Eigen::VectorXd weights;      // w, by product (s): ranks go by w gar; empty: 1

    bool is_ranked(Index product) const;
    /// Products times coalitions, of an economy of that many products.
    Index num_pairs(Index num_products) const;
};

/// What of a satellite account e, such as jobs, stands on the output that is lost, in its unit: the
/// figures of GDP at risk with e for value added, sum_j e_j delta_j.
struct AmountAtRisk {
    double linear = 0.0;  // low-loss end
    double amount = 0.0;  // at lambda
    double tail = 0.0;    // at tail_lambda
};

/// What is lost when a coalition withholds a product; flows in the unit of the table, one year.
struct Chokepoint {
    Index product = 0;
    Coalition coalition;
    double weight = 1.0;      // of the product, in the order of a ranking
    double blocked = 0.0;     // blocked imports for intermediate use: s sum_o sum_j M^o_ij
    double gar_linear = 0.0;  // low-loss end: all inputs substitute for each other (C.7)
    double gar = 0.0;         // GDP at risk at lambda (headline)
    double gar_tail = 0.0;    // GDP at risk at tail_lambda
    double gar_share_of_gdp = 0.0;
    double leverage = 0.0;  // gar / blocked: how cheaply a withholder inflicts the loss
    /// Bounds |error| of gar and gar_tail: of solving the equations and of adding up, given the
    /// coefficients c, beta and d as computed from the accounts.
    double error_bound = 0.0;
    /// The sectors that bind: the product, then the sectors that each starve the next one, up to
    /// the sector that loses the most value added. {product, product} is a sector short of imports
    /// of its own product. Just {product} where nothing is lost.
    std::vector<Index> chain;
    std::vector<AmountAtRisk> accounts;  // of ChokepointQuery::accounts, of home
};

/// Flows below 0 between sectors (by-products, statistical corrections): nobody's need, so the
/// rationing model takes them as 0. The low-loss end keeps them in L.
struct NegativeFlows {
    Index count = 0;
    double sum = 0.0;
};

/// The pairs of product and coalition by GDP at risk, in flows of the table.
struct ChokepointRanking {
    std::vector<Chokepoint> rows;  // as ranks_before has them
    Index num_pairs = 0;           // products times coalitions
    Index num_ranked_pairs = 0;    // with imports to block: those that have a row
    NegativeFlows negative_flows;
    double gdp = 0.0;
    double max_error_bound = 0.0;
};

/// The same economy with no flow below 0; what was below is added to `found`.
HomeEconomy without_negative_flows(const HomeEconomy& home, NegativeFlows& found);

/// Every (product, coalition) of the query with imports to block: weight, blocked and the low-loss
/// ends are set. `home` has no flow below 0.
std::vector<Chokepoint> blocked_pairs(const HomeEconomy& home, const LeontiefModel& model,
                                      const ChokepointQuery& query);

/// value / use, the share of a need; 0/0 := 0, at most 1.
double use_share(double value, double use);

/// Does a stand before b in a ranking? By weight times gar descending, ties by code of product and
/// coalition.
bool ranks_before(const HomeEconomy& home, const Chokepoint& a, const Chokepoint& b);

/// Throws ArgumentError for a share or lambda out of its range.
void check_shares(const ChokepointQuery& query);

/// GDP at risk of every (product i, coalition C) with blocked imports, home scope. With
/// beta_j = s sum_{o in C} M^o_ij / U_ij and d_kj = Z_kj / U_kj, the loss rates are the least
/// solution
///   delta_j = max_k c_kj (beta_kj + lambda d_kj delta_k),   k != j in the second term,
/// and GaR = sum_j va_j delta_j: an upper-type exposure, not a forecast. The low-loss end is
///   sum_j (blocked_j / x_j) (L va)_j.
/// `model` is the home economy's. Throws ArgumentError for a parameter out of its range.
ChokepointRanking rank_chokepoints(const HomeEconomy& home, const LeontiefModel& model,
                                   const ChokepointQuery& query);

/// Loss rates delta (s) for one blocked product and coalition, for one lambda; `binding` receives
/// the binding input of each user, -1 where none.
Eigen::VectorXd loss_rates(const HomeEconomy& home, const Eigen::MatrixXd& criticality,
                           Index product, const Coalition& coalition, double share, double lambda,
                           std::vector<Index>* binding = nullptr);

}  // namespace narrows
