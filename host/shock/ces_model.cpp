#include "host/shock/ces_model.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "host/base/parallel.hpp"
#include "host/shock/model_kinds.hpp"
#include "host/shock/static_models.hpp"
#include "host/shock/supply_shocks.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The nodes that something in final use is made of, ascending: others have no market.
std::vector<Index> sold_nodes(const ShockEconomy& economy, const VectorXd& final_use) {
    std::vector<Index> sold;
    std::vector<bool> seen(static_cast<std::size_t>(economy.num_nodes()));
    const auto visit = [&](Index node) {
        if (seen[static_cast<std::size_t>(node)]) return;
        seen[static_cast<std::size_t>(node)] = true;
        sold.push_back(node);
    };
    for (Index node = 0; node < final_use.size(); ++node) {
        if (final_use[node] > 0.0) visit(node);
    }
    for (std::size_t next = 0; next < sold.size(); ++next) {
        for (Index seller = 0; seller < economy.num_nodes(); ++seller) {
            if (economy.Z(seller, sold[next]) > 0.0) visit(seller);
        }
    }
    std::sort(sold.begin(), sold.end());
    return sold;
}

/// The network of an economy, and which good and factor is what in it.
struct CesEconomy {
    std::vector<Index> goods;        // nodes that are sold
    std::vector<Index> own_factors;  // nodes whose own factors come first, one each
    std::vector<Index> cut_factors;  // of cuts: factors that follow
    CesShares shares;
};

/// Appends a factor that costs `costs` per good, unless it costs nothing.
bool add_factor(CesShares& shares, const VectorXd& costs, std::string name) {
    if (!(costs.maxCoeff() > 0.0)) return false;
    shares.F.conservativeResize(costs.size(), shares.F.cols() + 1);
    shares.F.rightCols(1) = costs;
    shares.factors.push_back(std::move(name));
    return true;
}

void add_imports(const ShockEconomy& economy, const std::vector<CutImports>& cuts,
                 CesEconomy& result) {
    VectorXd uncut = VectorXd::Zero(economy.num_nodes());
    for (const MatrixXd& imports : economy.imports) uncut += imports.colwise().sum().transpose();
    for (std::size_t c = 0; c < cuts.size(); ++c) {
        const CutImports& cut = cuts[c];
        uncut -= cut.flows;
        const std::string name = fmt::format(
            "imports of {} from {}", economy.products[static_cast<std::size_t>(cut.product)].code,
            economy.origins[static_cast<std::size_t>(cut.origin)]);
        if (add_factor(result.shares, cut.flows(result.goods), name)) {
            result.cut_factors.push_back(static_cast<Index>(c));
        }
    }
    const double rounding = 1e-12 * economy.x.cwiseAbs().sum();
    uncut = (uncut.array() > rounding).select(uncut, 0.0);
    add_factor(result.shares, uncut(result.goods), "other imports");
}

CesEconomy ces_economy(const ShockEconomy& economy, const std::vector<CutImports>& cuts,
                       const CesElasticities& elasticities) {
    const VectorXd final_use = (economy.households + economy.other_final).cwiseMax(0.0);
    CesEconomy result;
    result.goods = sold_nodes(economy, final_use);
    CesShares& shares = result.shares;
    const Index num_goods = static_cast<Index>(result.goods.size());
    shares.Omega = economy.Z(result.goods, result.goods).transpose();
    shares.b = final_use(result.goods);
    shares.b /= shares.b.sum();
    shares.theta = VectorXd::Constant(num_goods, elasticities.theta);
    shares.sigma = elasticities.sigma;
    MatrixXd bought = economy.Z;
    for (const MatrixXd& imports : economy.imports) bought += imports;
    std::vector<double> own;
    for (Index j = 0; j < num_goods; ++j) {
        const Index node = result.goods[static_cast<std::size_t>(j)];
        double cost = std::max(0.0, economy.value_added[node] + economy.taxes[node]);
        // A node that pays for nothing makes what it sells of a factor of its own.
        if (cost == 0.0 && !(bought.col(node).maxCoeff() > 0.0)) cost = 1.0;
        if (cost == 0.0) continue;
        result.own_factors.push_back(node);
        shares.factors.push_back("value added of " + economy.label(node));
        own.push_back(cost);
    }
    shares.F = MatrixXd::Zero(num_goods, static_cast<Index>(own.size()));
    for (Index f = 0; f < shares.F.cols(); ++f) {
        const Index node = result.own_factors[static_cast<std::size_t>(f)];
        const auto good = std::lower_bound(result.goods.begin(), result.goods.end(), node);
        shares.F(good - result.goods.begin(), f) = own[static_cast<std::size_t>(f)];
    }
    add_imports(economy, cuts, result);
    const VectorXd costs = shares.Omega.rowwise().sum() + shares.F.rowwise().sum();
    shares.Omega = costs.cwiseInverse().asDiagonal() * shares.Omega;
    shares.F = costs.cwiseInverse().asDiagonal() * shares.F;
    return result;
}

/// Factors x cases.
MatrixXd supplies(const CesEconomy& ces, const MatrixXd& capacity, const MatrixXd& cut_shares) {
    MatrixXd supply =
        MatrixXd::Ones(static_cast<Index>(ces.shares.factors.size()), capacity.cols());
    const Index num_own = static_cast<Index>(ces.own_factors.size());
    const Index num_cut = static_cast<Index>(ces.cut_factors.size());
    supply.topRows(num_own).array() -= capacity(ces.own_factors, Eigen::all).array();
    supply.middleRows(num_own, num_cut).array() -= cut_shares(ces.cut_factors, Eigen::all).array();
    return supply;
}

/// Losses and prices from the changes of logarithms.
ShockOutcome outcome_of(CesOrder order, const ShockEconomy& economy,
                        const std::vector<Index>& goods, double log_gdp,
                        const VectorXd& log_outputs, const VectorXd& log_prices) {
    VectorXd rate = VectorXd::Zero(economy.num_nodes());
    rate(goods) = 0.0 - log_outputs.array().expm1();  // no -0
    VectorXd value_added = rate.cwiseProduct(economy.value_added);
    const double missing = -std::expm1(log_gdp) - value_added.sum() / economy.gdp();
    value_added += missing * economy.value_added;
    ShockOutcome outcome = yearly_outcome(to_string(order), economy, rate.cwiseProduct(economy.x),
                                          std::move(value_added));
    outcome.price_change = VectorXd::Zero(economy.num_nodes());
    outcome.price_change(goods) = (log_prices.array() + log_gdp).expm1();
    return outcome;
}

ShockOutcome solve_case(const ShockEconomy& economy, const CesNetwork& network,
                        const std::vector<Index>& goods, CesOrder order, const VectorXd& supply) {
    if (order == CesOrder::exact) {
        const CesEquilibrium found = network.equilibrium(supply);
        const VectorXd log_outputs =
            (found.sales.array() / network.sales().array()).log() - found.log_prices.array();
        ShockOutcome outcome =
            outcome_of(order, economy, goods, found.log_gdp, log_outputs, found.log_prices);
        outcome.residual = found.residual;
        outcome.iterations = found.iterations;
        return outcome;
    }
    const CesExpansion found = network.expansion(supply.array().log());
    const double log_gdp = order == CesOrder::first ? found.first_order : found.second_order;
    return outcome_of(order, economy, goods, log_gdp, found.dlog_outputs, found.dlog_prices);
}

}  // namespace

const char* to_string(CesOrder order) {
    switch (order) {
        case CesOrder::first:
            return "ces-first-order";
        case CesOrder::second:
            return "ces-second-order";
        case CesOrder::exact:
            return "ces";
    }
    return "";
}

std::vector<ShockOutcome> ces_outcomes(const ShockEconomy& economy, const ShockBatch& batch,
                                       CesOrder order, const CesElasticities& elasticities,
                                       int num_threads) {
    require_expressible(to_string(order), batch, economy.world);
    const std::vector<CutImports> cuts = cut_imports(economy, batch);
    const CesEconomy ces = ces_economy(economy, cuts, elasticities);
    const MatrixXd capacity = capacity_losses(economy, batch);
    const MatrixXd supply = supplies(ces, capacity, cut_shares(cuts, batch));
    const CesNetwork network(ces.shares);

    std::vector<ShockOutcome> outcomes(batch.cases.size());
    in_parallel(batch.num_cases(), num_threads, [&] {
        return [&](Index of_case) {
            ShockOutcome& outcome = outcomes[static_cast<std::size_t>(of_case)];
            outcome = solve_case(economy, network, ces.goods, order, supply.col(of_case));
            for (Index node = 0; node < economy.num_nodes(); ++node) {
                if (capacity(node, of_case) == 0.0 ||
                    std::binary_search(ces.own_factors.begin(), ces.own_factors.end(), node)) {
                    continue;
                }
                outcome.warnings.push_back(fmt::format(
                    "the capacity_loss of {} has no effect: it has no value added, or nothing in "
                    "final use is made of it",
                    economy.label(node)));
            }
        };
    });
    return outcomes;
}

}  // namespace narrows
