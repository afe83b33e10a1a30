#include "host/model/perturbed_tables.hpp"

#include <cmath>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Perturbed : testing::Test {
    IoTable table = test::random_national_table(12, 3);
    LeontiefModel model{Backend::cpu(), coefficients(table)};
    VectorXd v = model.coefficients().v;
    VectorXd primary = model.coefficients().primary();
    FlowErrors errors{MatrixXd::Constant(12, 12, 0.2), 42, 7, 0, 400};
};

TEST_F(Perturbed, WithoutErrorsIsTheTableItself) {
    errors.spread.setZero();
    errors.num_draws = 3;

    const PerturbedAnswers answers = solve_perturbed(model, errors, v, table.final_demand());

    const VectorXd expected = model.solve_prices(v);
    for (Index draw = 0; draw < 3; ++draw) {
        EXPECT_LE((answers.multipliers.col(draw) - expected).cwiseAbs().maxCoeff(), 1e-14);
        EXPECT_LE(
            ((answers.outputs.col(draw) - table.x()).array() / table.x().array()).abs().maxCoeff(),
            1e-13);
    }
    EXPECT_TRUE(answers.failed_draws.empty());
}

TEST_F(Perturbed, KeepsTheEconomicIdentityInEveryDraw) {
    const PerturbedAnswers answers = solve_perturbed(model, errors, primary, MatrixXd(12, 0));

    EXPECT_LE((answers.multipliers.array() - 1.0).abs().maxCoeff(), 1e-13);
    EXPECT_EQ(answers.outputs.size(), 0);
}

TEST_F(Perturbed, SpreadsAroundTheTableAsFirstOrderTheoryHasIt) {
    // E.4 without rebalancing: d(v'L)_j for coefficients a_ik that move by a_ik s_ik xi, columns
    // divided by their new total: the direction a_ik s_ik xi ((p_i - p_k)) L_kj with p = v'L.
    errors.spread.setConstant(0.02);
    errors.num_draws = 4000;
    const VectorXd p = model.solve_prices(v);
    const MatrixXd l = model.leontief_inverse();
    const MatrixXd& a = model.coefficients().A;
    VectorXd variance = VectorXd::Zero(12);
    for (Index k = 0; k < 12; ++k) {
        for (Index i = 0; i < 12; ++i) {
            const double step = 0.02 * a(i, k) * (p[i] - p[k]);
            variance += (step * l.row(k).transpose()).cwiseAbs2();
        }
    }

    const MatrixXd m = solve_perturbed(model, errors, v, MatrixXd(12, 0)).multipliers;

    for (Index j = 0; j < 12; ++j) {
        const double mean = m.row(j).mean();
        const double found = (m.row(j).array() - mean).square().sum() / 3999.0;
        EXPECT_NEAR(std::sqrt(found / variance[j]), 1.0, 0.06) << j;
        EXPECT_NEAR(mean, p[j], 5.0 * std::sqrt(variance[j] / 4000.0) + 1e-3 * p[j]);
    }
}

TEST_F(Perturbed, GivesTheSameBitsHoweverDrawsAreSplit) {
    const MatrixXd whole = solve_perturbed(model, errors, v, table.final_demand()).multipliers;
    errors.first_draw = 100;
    errors.num_draws = 50;

    const MatrixXd part = solve_perturbed(model, errors, v, MatrixXd(12, 0)).multipliers;

    EXPECT_EQ(part, whole.middleCols(100, 50));
}

TEST_F(Perturbed, RefusesWhatDoesNotFit) {
    EXPECT_THROW(solve_perturbed(model, errors, VectorXd::Ones(11), MatrixXd(12, 0)),
                 ArgumentError);
    errors.spread(3, 4) = -0.1;
    EXPECT_THROW(solve_perturbed(model, errors, v, MatrixXd(12, 0)), ArgumentError);
    errors.spread(3, 4) = 10.1;
    EXPECT_THROW(solve_perturbed(model, errors, v, MatrixXd(12, 0)), ArgumentError);
    errors.spread = MatrixXd::Zero(11, 12);
    EXPECT_THROW(solve_perturbed(model, errors, v, MatrixXd(12, 0)), ArgumentError);
    const LeontiefModel subsidised(Backend::cpu(), test::matrix({{.1, .9}, {.1, .3}}));
    const FlowErrors two{MatrixXd::Zero(2, 2), 1, 0, 0, 1};
    EXPECT_THROW(solve_perturbed(subsidised, two, VectorXd::Ones(2), MatrixXd(2, 0)),
                 ArgumentError);
}

}  // namespace
}  // namespace narrows
