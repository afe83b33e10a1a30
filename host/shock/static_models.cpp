#include "host/shock/static_models.hpp"

#include <algorithm>

#include <Eigen/LU>
#include <fmt/format.h>

#include "host/shock/case_effects.hpp"
#include "host/shock/changed_system.hpp"
#include "host/shock/model_kinds.hpp"

namespace narrows {
namespace {

Index count_of(const std::vector<Index>& items) {
    return static_cast<Index>(items.size());
}

/// f(case) for every case, n x cases.
template <class Function>
Eigen::MatrixXd columns_of(const ShockEconomy& economy, const std::vector<Index>& cases,
                           Function f) {
    Eigen::MatrixXd columns(economy.num_nodes(), count_of(cases));
    for (std::size_t c = 0; c < cases.size(); ++c) columns.col(static_cast<Index>(c)) = f(cases[c]);
    return columns;
}

/// Relative residual of (I - A - D) x = rhs, or of its transpose.
double residual_of(const LeontiefModel& model, const CoefficientChange& change,
                   const Eigen::VectorXd& x, const Eigen::VectorXd& rhs, bool transposed) {
    const double largest = rhs.cwiseAbs().maxCoeff();
    if (largest == 0.0) return 0.0;
    Eigen::VectorXd left = rhs - x + model.coefficient_matrix().apply_each(x, transposed).col(0);
    if (change.empty()) return left.cwiseAbs().maxCoeff() / largest;
    if (transposed) {
        left(change.users) += change.change.transpose() * x(change.rows);
    } else {
        left(change.rows) += change.change * x(change.users);
    }
    return left.cwiseAbs().maxCoeff() / largest;
}

std::string name_of(const ShockBatch& batch, Index of_case) {
    const std::string& name = batch.cases[static_cast<std::size_t>(of_case)];
    return name.empty() ? batch.scenario : "case " + name;
}

/// The demand-driven system of a case in losses g = x - x after,
///   (I - A - D) g = rhs + E_S mu,   g_S given,
/// mu what final users of the nodes S get less.
struct QuantityCase {
    CoefficientChange change;
    Eigen::VectorXd rhs;
    std::vector<Index> fixed;    // S
    Eigen::VectorXd fixed_loss;  // g_S
};

struct QuantitySolution {
    Eigen::VectorXd loss, mu;
    double residual = 0.0;
};

/// From L rhs and the columns of L of the fixed nodes.
QuantitySolution solution_of(const LeontiefModel& model, const QuantityCase& each,
                             const Eigen::VectorXd& solved, const Eigen::MatrixXd& columns) {
    const Index n = model.order();
    const Index s = count_of(each.fixed);
    Eigen::MatrixXd rhs = Eigen::MatrixXd::Zero(n, 1 + s);
    rhs.col(0) = each.rhs;
    for (Index c = 0; c < s; ++c) rhs(each.fixed[static_cast<std::size_t>(c)], 1 + c) = 1.0;
    Eigen::MatrixXd answers(n, 1 + s);
    answers << solved, columns;
    answers = solve_changed(model, each.change, rhs, answers, false);
    QuantitySolution result{answers.col(0), {}, 0.0};
    if (s > 0) {
        const Eigen::MatrixXd l = answers.rightCols(s);
        const Eigen::MatrixXd l_ss = l(each.fixed, Eigen::all);
        result.mu = l_ss.partialPivLu().solve(each.fixed_loss - result.loss(each.fixed));
        result.loss += l * result.mu;
        result.loss(each.fixed) = each.fixed_loss;
        rhs.col(0)(each.fixed) = result.mu;
    }
    result.residual = residual_of(model, each.change, result.loss, rhs.col(0), false);
    return result;
}

/// `kind` is the kind of targets that fix output.
QuantityCase quantity_case(const ShockEconomy& economy, const LeontiefModel& model,
                           const ShockBatch& batch, Index of_case, ShockKind kind) {
    QuantityCase result;
    result.change = change_of_coefficients(economy, batch, of_case);
    require_productive(model, result.change, name_of(batch, of_case));
    result.rhs = lost_demand(economy, batch, of_case);
    if (!result.change.empty()) {
        result.rhs(result.change.rows) -= result.change.change * economy.x(result.change.users);
    }
    const Eigen::VectorXd lost = lost_share(economy, batch, of_case, kind);
    result.fixed = nodes_of(batch, kind);
    if (kind == ShockKind::extraction) {
        std::erase_if(result.fixed, [&](Index node) { return lost[node] == 0.0; });
    }
    result.fixed_loss = lost(result.fixed).cwiseProduct(economy.x(result.fixed));
    result.rhs(result.fixed).setZero();
    return result;
}

template <class Use>
void solve_quantities(const ShockEconomy& economy, const LeontiefModel& model,
                      const ShockBatch& batch, const std::vector<Index>& cases, ShockKind kind,
                      Use use) {
    model.inverse_matrix();
    std::vector<QuantityCase> systems;
    for (const Index c : cases) {
        systems.push_back(quantity_case(economy, model, batch, c, kind));
    }
    Eigen::MatrixXd rhs(economy.num_nodes(), count_of(cases));
    for (std::size_t c = 0; c < cases.size(); ++c) rhs.col(static_cast<Index>(c)) = systems[c].rhs;
    const Eigen::MatrixXd solved = model.solve_output(rhs);
    const Eigen::Map<const Eigen::MatrixXd> l = model.leontief_inverse();
    for (std::size_t c = 0; c < cases.size(); ++c) {
        use(systems[c], solution_of(model, systems[c], solved.col(static_cast<Index>(c)),
                                    l(Eigen::all, systems[c].fixed)));
    }
}

ShockOutcome quantity_outcome(const char* name, const ShockEconomy& economy,
                              const LeontiefModel& model, QuantitySolution&& solution) {
    Eigen::VectorXd value_added = model.coefficients().v.cwiseProduct(solution.loss);
    ShockOutcome outcome =
        yearly_outcome(name, economy, std::move(solution.loss), std::move(value_added));
    outcome.residual = solution.residual;
    return outcome;
}

/// Warns of nodes that others need more of than they make.
void warn_of_imports(const ShockEconomy& economy, const QuantityCase& system,
                     const Eigen::VectorXd& mu, ShockOutcome& outcome) {
    for (std::size_t s = 0; s < system.fixed.size(); ++s) {
        const Index node = system.fixed[s];
        const double before = economy.households[node] + economy.other_final[node];
        const double after = before - mu[static_cast<Index>(s)];
        const double missing = std::min(before, 0.0) - after;
        if (missing <= 1e-12 * economy.x[node]) continue;
        outcome.warnings.push_back(
            fmt::format("{} needs imports of {:.9g}: others need more of it than it still makes",
                        economy.label(node), missing));
    }
}

}  // namespace

ShockOutcome yearly_outcome(const char* model, const ShockEconomy& economy, Eigen::VectorXd output,
                            Eigen::VectorXd value_added) {
    ShockOutcome outcome;
    outcome.model = model;
    outcome.output_loss = std::move(output);
    outcome.value_added_loss = std::move(value_added);
    const double gdp = economy.gdp();
    if (gdp != 0.0) outcome.peak_share = outcome.total_value_added_loss() / gdp;
    return outcome;
}

std::vector<ShockOutcome> leontief_outcomes(const ShockEconomy& economy, const LeontiefModel& model,
                                            const ShockBatch& batch,
                                            const std::vector<Index>& cases) {
    require_expressible("leontief", batch, economy.world);
    std::vector<ShockOutcome> outcomes;
    solve_quantities(
        economy, model, batch, cases, ShockKind::extraction,
        [&](const QuantityCase&, QuantitySolution&& solution) {
            outcomes.push_back(quantity_outcome("leontief", economy, model, std::move(solution)));
        });
    return outcomes;
}

std::vector<ShockOutcome> mixed_outcomes(const ShockEconomy& economy, const LeontiefModel& model,
                                         const ShockBatch& batch, const std::vector<Index>& cases) {
    require_expressible("mixed", batch, economy.world);
    std::vector<ShockOutcome> outcomes;
    solve_quantities(
        economy, model, batch, cases, ShockKind::capacity_loss,
        [&](const QuantityCase& system, QuantitySolution&& solution) {
            const Eigen::VectorXd mu = solution.mu;
            outcomes.push_back(quantity_outcome("mixed", economy, model, std::move(solution)));
            warn_of_imports(economy, system, mu, outcomes.back());
        });
    return outcomes;
}

std::vector<ShockOutcome> inoperability_outcomes(const ShockEconomy& economy,
                                                 const LeontiefModel& model,
                                                 const ShockBatch& batch,
                                                 const std::vector<Index>& cases) {
    require_expressible("inoperability", batch, economy.world);
    std::vector<ShockOutcome> outcomes = leontief_outcomes(economy, model, batch, cases);
    for (ShockOutcome& outcome : outcomes) outcome.model = "inoperability";
    return outcomes;
}

std::vector<ShockOutcome> ghosh_outcomes(const ShockEconomy& economy, const LeontiefModel& model,
                                         const ShockBatch& batch, const std::vector<Index>& cases) {
    require_expressible("ghosh", batch, economy.world);
    model.inverse_matrix();
    std::vector<CoefficientChange> changes;
    const Eigen::MatrixXd direct = columns_of(economy, cases, [&](Index of_case) {
        const Eigen::VectorXd share = lost_share(economy, batch, of_case, ShockKind::capacity_loss);
        const std::vector<FlowCut> cuts = flow_cuts(economy, batch, of_case);
        Eigen::VectorXd lost = share.cwiseProduct(economy.value_added);
        for (const FlowCut& cut : cuts) lost[cut.user] += cut.share * cut.flow;
        changes.push_back(economy.world ? change_of_coefficients(economy, cuts)
                                        : CoefficientChange());
        return per_output(lost, economy.x);
    });
    const Eigen::MatrixXd solved = model.solve_prices(direct);
    std::vector<ShockOutcome> outcomes;
    for (std::size_t c = 0; c < cases.size(); ++c) {
        const auto column = static_cast<Index>(c);
        const Eigen::VectorXd rate =
            solve_changed(model, changes[c], direct.col(column), solved.col(column), true);
        outcomes.push_back(yearly_outcome("ghosh", economy, rate.cwiseProduct(economy.x),
                                          rate.cwiseProduct(economy.value_added)));
        outcomes.back().residual = residual_of(model, changes[c], rate, direct.col(column), true);
    }
    return outcomes;
}

std::vector<ShockOutcome> price_outcomes(const ShockEconomy& economy, const LeontiefModel& model,
                                         const ShockBatch& batch, const std::vector<Index>& cases) {
    require_expressible("price", batch, economy.world);
    model.inverse_matrix();
    const Eigen::MatrixXd push = columns_of(
        economy, cases, [&](Index of_case) { return cost_push(economy, batch, of_case); });
    const Eigen::MatrixXd prices = model.solve_prices(push);
    const Eigen::VectorXd final_use = economy.households + economy.other_final;
    const Eigen::VectorXd nothing = Eigen::VectorXd::Zero(economy.num_nodes());
    std::vector<ShockOutcome> outcomes;
    for (Index c = 0; c < push.cols(); ++c) {
        outcomes.push_back(yearly_outcome("price", economy, nothing, nothing));
        outcomes.back().price_change = prices.col(c);
        outcomes.back().final_cost = outcomes.back().price_change.dot(final_use);
        outcomes.back().residual = residual_of(model, {}, prices.col(c), push.col(c), true);
    }
    return outcomes;
}

}  // namespace narrows
