#include "host/shock/optimal_model.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/model/linear_program.hpp"
#include "host/shock/cut_deliveries.hpp"
#include "host/shock/model_kinds.hpp"
#include "host/shock/static_models.hpp"
#include "host/shock/supply_shocks.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// By product, before the shock, P each.
struct Products {
    VectorXd final_use;  // y0
    VectorXd outside;    // what does not come from nodes: w + m
    VectorXd scale;      // all that there is, the unit of its row; 1 where there is nothing
};

Products products_of(const ShockEconomy& economy) {
    const VectorXd zero = VectorXd::Zero(economy.num_products());
    Products products{zero, zero, zero};
    for (Index i = 0; i < economy.num_nodes(); ++i) {
        const Index k = economy.product[static_cast<std::size_t>(i)];
        const double final_use = economy.households[i] + economy.other_final[i];
        products.final_use[k] += std::max(final_use, 0.0);
        products.outside[k] += std::max(-final_use, 0.0);
        products.scale[k] += economy.x[i];
    }
    for (const MatrixXd& imports : economy.imports) products.outside += imports.rowwise().sum();
    products.scale += products.outside;
    products.scale = (products.scale.array() > 0.0).select(products.scale, 1.0);
    return products;
}

/// Variables x_j / x0_j, then y_k / y0_k; x0 and y0 are its solution.
LinearProgram unshocked_program(const ShockEconomy& economy, const Products& products,
                                double demand_floor) {
    const Index n = economy.num_nodes();
    const Index num_products = economy.num_products();
    MatrixXd net_use(num_products, n + num_products);
    net_use << economy.total_use(), MatrixXd(products.final_use.asDiagonal());
    for (Index j = 0; j < n; ++j) {
        net_use(economy.product[static_cast<std::size_t>(j)], j) -= economy.x[j];
    }
    LinearProgram program;
    program.R = (products.scale.cwiseInverse().asDiagonal() * net_use).sparseView();
    program.limits = products.outside.cwiseQuotient(products.scale);
    program.objective = VectorXd::Zero(n + num_products);
    program.objective.head(n) = economy.value_added.cwiseMax(0.0);
    const double total = program.objective.sum();
    if (total > 0.0) program.objective /= total;
    program.lower = VectorXd::Zero(n + num_products);
    program.lower.tail(num_products).setConstant(demand_floor);
    program.upper = VectorXd::Ones(n + num_products);
    return program;
}

/// Weights of rows, those of products and more that are about products; empty where there are none.
VectorXd by_product(const ShockEconomy& economy, const VectorXd& proof,
                    const std::vector<Index>& more_rows) {
    if (proof.size() == 0) return proof;
    VectorXd weights = proof.head(economy.num_products());
    for (std::size_t row = 0; row < more_rows.size(); ++row) {
        weights[more_rows[row]] += proof[economy.num_products() + static_cast<Index>(row)];
    }
    return weights;
}

[[noreturn]] void throw_infeasible(const ShockEconomy& economy, const std::string& of_case,
                                   double demand_floor, const VectorXd& proof) {
    std::vector<std::pair<double, std::string>> weighted;
    for (Index k = 0; k < proof.size(); ++k) {
        if (!(proof[k] > 1e-9 * proof.maxCoeff())) continue;
        weighted.emplace_back(-proof[k], economy.products[static_cast<std::size_t>(k)].code);
    }
    std::sort(weighted.begin(), weighted.end());
    std::vector<std::string> codes;
    for (auto& [weight, code] : weighted) codes.push_back(std::move(code));
    constexpr std::size_t most_named = 5;
    std::string named;
    for (std::size_t i = 0; i < std::min(codes.size(), most_named); ++i) {
        named += (i == 0 ? "; short of " : ", ") + codes[i];
    }
    if (codes.size() > most_named) named += fmt::format(" and {} more", codes.size() - most_named);
    throw NumericalError(
        fmt::format("infeasible: model optimal, case {}: final use cannot be kept at {} of what it "
                    "was (demand_floor){}",
                    of_case, demand_floor, named),
        std::move(codes));
}

ShockOutcome outcome_of(const ShockEconomy& economy, const LinearProgram& program,
                        const LinearSolution& solution) {
    const VectorXd z = solution.z.cwiseMin(program.upper).cwiseMax(program.lower);
    const VectorXd lost = (1.0 - z.head(economy.num_nodes()).array()).matrix();
    ShockOutcome outcome = yearly_outcome("optimal", economy, economy.x.cwiseProduct(lost),
                                          economy.value_added.cwiseProduct(lost));
    outcome.residual = std::max((program.R * z - program.limits).maxCoeff(), 0.0);
    outcome.iterations = solution.iterations;
    return outcome;
}

}  // namespace

std::vector<ShockOutcome> optimal_outcomes(const ShockEconomy& economy, const ShockBatch& batch,
                                           const std::vector<Index>& cases, double demand_floor) {
    require_expressible("optimal", batch, economy.world);
    if (!(demand_floor >= 0.0 && demand_floor <= 1.0)) {
        throw ArgumentError(fmt::format("demand_floor: found {}, expected 0 to 1", demand_floor));
    }
    const Products products = products_of(economy);
    const LinearProgram unshocked = unshocked_program(economy, products, demand_floor);
    const std::vector<CutImports> cuts = cut_imports(economy, batch);
    const MatrixXd shares = cut_shares(cuts, batch);
    const MatrixXd capacity = capacity_losses(economy, batch);
    std::vector<ShockOutcome> outcomes;
    for (const Index c : cases) {
        LinearProgram program = unshocked;
        program.upper.head(economy.num_nodes()) -= capacity.col(c);
        for (std::size_t cut = 0; cut < cuts.size() && !economy.world; ++cut) {
            const Index k = cuts[cut].product;
            program.limits[k] -=
                shares(static_cast<Index>(cut), c) * cuts[cut].flows.sum() / products.scale[k];
        }
        std::vector<Index> more_rows;
        if (economy.world) {
            more_rows = limit_deliveries(program, economy, batch, c, products.outside);
        }
        const LinearSolution solution = maximise(program);
        if (!solution.feasible) {
            throw_infeasible(economy, batch.cases[static_cast<std::size_t>(c)], demand_floor,
                             by_product(economy, solution.proof, more_rows));
        }
        outcomes.push_back(outcome_of(economy, program, solution));
    }
    return outcomes;
}

}  // namespace narrows
