#include "host/table/balancing.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/table/classification.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::expect_parts;
using test::message_of;

MatrixXd random_flows(Index rows, Index columns, unsigned seed, bool any_sign = false) {
    std::mt19937 random(seed);
    std::lognormal_distribution<double> size(0.0, 1.0);
    std::uniform_real_distribution<double> chance(0.0, 1.0);
    MatrixXd flows(rows, columns);
    for (double& flow : flows.reshaped()) {
        flow = chance(random) < 0.1 ? 0.0 : size(random);
        if (any_sign && chance(random) < 0.1) flow = -flow;
    }
    return flows;
}

/// Margins that some matrix with the signs of `z` has.
Margins reachable(const MatrixXd& z, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> factor(0.6, 1.7);
    const MatrixXd other = z.unaryExpr([&](double flow) { return flow * factor(random); });
    return {other.rowwise().sum(), other.colwise().sum().transpose()};
}

double worst_margin(const MatrixXd& z, const Margins& margins) {
    return std::max((z.rowwise().sum() - margins.rows).cwiseAbs().maxCoeff(),
                    (z.colwise().sum().transpose() - margins.columns).cwiseAbs().maxCoeff());
}

TEST(Oracle05, RasOfThreeSectors) {
    NARROWS_NEEDS_SHARED("spec/oracles/05_mb_ras3.json");
    const nlohmann::json oracle = test::read_oracle("05_mb_ras3");
    const VectorXd x = test::vector(oracle["x1"]);
    const MatrixXd z = test::matrix(oracle["A0"]) * x.asDiagonal();
    const Margins margins{test::vector(oracle["u"]), test::vector(oracle["v"])};

    const BalancedMatrix result = ras(z, margins, {.tolerance = 1e-13});

    EXPECT_LE(test::relative_difference(result.matrix, test::matrix(oracle["Z_ras"])), 1e-12);
    EXPECT_LE(worst_margin(result.matrix, margins), 1e-13 * 251.0 * 2.0);
    // The oracle stops at 1e-13 of a margin's unit, this at 1e-13 of the largest margin: sooner.
    EXPECT_LE(result.iterations, oracle["iterations_tol1e13"].get<int>());
}

TEST(Oracle06, GrasWithNegativeEntries) {
    NARROWS_NEEDS_SHARED("spec/oracles/06_gras_junius_oosterhaven.json");
    const nlohmann::json oracle = test::read_oracle("06_gras_junius_oosterhaven");
    const MatrixXd z = test::matrix(oracle["Z0"]);
    const Margins margins{test::vector(oracle["u"]), test::vector(oracle["v"])};

    const BalancedMatrix result = gras(z, margins, {.tolerance = 1e-15});

    EXPECT_LE((result.matrix - test::matrix(oracle["X"])).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LE(worst_margin(result.matrix, margins), 1e-13);
    EXPECT_TRUE((result.matrix.array().sign() == z.array().sign()).all());
    // r and s up to a common factor.
    const double factor = result.r[0] / oracle["r"][0].get<double>();
    EXPECT_LE(test::relative_difference(result.r / factor, test::vector(oracle["r"])), 1e-12);
    EXPECT_LE(test::relative_difference(result.s * factor, test::vector(oracle["s"])), 1e-12);
}

TEST(Ras, ScalesRowsAndColumnsToTheirMargins) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const MatrixXd z = random_flows(9, 7, seed);
        const Margins margins = reachable(z, seed + 100);

        const BalancedMatrix result = ras(z, margins);

        EXPECT_LE(worst_margin(result.matrix, margins), 1e-11 * margins.rows.maxCoeff());
        EXPECT_TRUE((result.r.array() > 0.0).all() && (result.s.array() > 0.0).all());
        const MatrixXd scaled = result.r.asDiagonal() * z * result.s.asDiagonal();
        EXPECT_LE((scaled - result.matrix).cwiseAbs().maxCoeff(), 1e-12 * z.maxCoeff());
    }
}

TEST(Ras, LeavesAMatrixThatMeetsItsMarginsAlone) {
    const MatrixXd z = random_flows(6, 6, 3);
    const Margins margins{z.rowwise().sum(), z.colwise().sum().transpose()};

    const BalancedMatrix result = ras(z, margins);

    EXPECT_EQ(result.iterations, 0);
    EXPECT_TRUE((result.matrix.array() == z.array()).all());
}

TEST(Ras, DoesNotDependOnTheScaleOfRowsAndColumnsOfTheOldMatrix) {
    const MatrixXd z = random_flows(5, 5, 4);
    const Margins margins = reachable(z, 5);
    VectorXd by_row(5), by_column(5);
    by_row << 2, 0.25, 8, 1, 0.5;
    by_column << 1, 4, 0.5, 16, 2;

    const MatrixXd plain = ras(z, margins).matrix;
    const MatrixXd scaled = ras(by_row.asDiagonal() * z * by_column.asDiagonal(), margins).matrix;

    EXPECT_LE((plain - scaled).cwiseAbs().maxCoeff(), 1e-10 * plain.maxCoeff());
}

TEST(Ras, ScalesWithTheUnitOfAccount) {
    const MatrixXd z = random_flows(5, 5, 6);
    const Margins margins = reachable(z, 7);

    const BalancedMatrix one = ras(z, margins);
    const BalancedMatrix other = ras(1024.0 * z, {1024.0 * margins.rows, 1024.0 * margins.columns});

    EXPECT_EQ(one.iterations, other.iterations);
    EXPECT_TRUE((other.matrix.array() == 1024.0 * one.matrix.array()).all());
}

TEST(Ras, EmptiesARowWhoseMarginIsZero) {
    const MatrixXd z{{1, 2}, {3, 4}};

    const BalancedMatrix result = ras(z, {VectorXd{{0, 7}}, VectorXd{{3, 4}}});

    EXPECT_TRUE(result.matrix.row(0).isZero(0.0));
    EXPECT_NEAR(result.matrix(1, 0), 3.0, 1e-11);
    EXPECT_EQ(result.r[0], 0.0);
}

TEST(Gras, IsRasWhereNothingIsNegative) {
    const MatrixXd z = random_flows(8, 8, 8);
    const Margins margins = reachable(z, 9);

    EXPECT_TRUE((ras(z, margins).matrix.array() == gras(z, margins).matrix.array()).all());
}

TEST(Gras, MeetsItsMarginsAndKeepsSigns) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const MatrixXd z = random_flows(8, 11, seed, true);
        const Margins margins = reachable(z, seed + 50);

        const BalancedMatrix result = gras(z, margins);

        EXPECT_LE(worst_margin(result.matrix, margins), 1e-11 * margins.rows.cwiseAbs().maxCoeff());
        EXPECT_TRUE((result.matrix.array().sign() == z.array().sign()).all()) << seed;
        for (Index j = 0; j < z.cols(); ++j) {
            for (Index i = 0; i < z.rows(); ++i) {
                const double rs = result.r[i] * result.s[j];
                const double expected = z(i, j) > 0.0 ? z(i, j) * rs : z(i, j) / rs;
                EXPECT_NEAR(result.matrix(i, j), expected, 1e-12 * std::abs(expected));
            }
        }
    }
}

TEST(Gras, TakesRowsOfNegativeEntriesOnly) {
    const MatrixXd z{{-1, -2}, {5, 6}};

    const BalancedMatrix result = gras(z, {VectorXd{{-6, 12}}, VectorXd{{2, 4}}});

    EXPECT_NEAR(result.matrix.row(0).sum(), -6.0, 1e-10);
    EXPECT_NEAR(result.matrix.col(1).sum(), 4.0, 1e-10);
}

TEST(Gras, ConvergesWhereTheTextbookRootCancels) {
    // u + sqrt(u^2 + 4 p n) of row 0 is -0.5 + 0.5 but for 8e-12.
    const MatrixXd z{{1e-12, -1}, {2, 1}};
    const MatrixXd wanted{{2e-12, -0.5}, {1, 0.5}};
    const Margins margins{wanted.rowwise().sum(), wanted.colwise().sum().transpose()};

    const BalancedMatrix result = gras(z, margins, {.tolerance = 1e-14});

    EXPECT_LE((result.matrix - wanted).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LE(std::abs(result.matrix(0, 0) / 2e-12 - 1.0), 1e-12);
}

TEST(Balancing, MeasuresEachMarginByItselfWhereAsked) {
    MatrixXd z = random_flows(6, 6, 12).array() + 0.1;
    z.row(5) *= 1e-9;
    const Margins margins = reachable(z, 13);

    const BalancedMatrix result = ras(z, margins, {.tolerance = 1e-12, .relative_to_each = true});

    EXPECT_LE(std::abs(result.matrix.row(5).sum() / margins.rows[5] - 1.0), 2e-12);
}

TEST(Balancing, SaysThatTheSumsDiffer) {
    const MatrixXd z{{1, 2}, {3, 4}};
    const auto action = [&] { ras(z, {VectorXd{{3, 8}}, VectorXd{{4, 6}}}); };

    expect_parts(message_of<NumericalError>(action),
                 {"rows shall sum to 11 together, the columns to 10", "difference 1"});
}

TEST(Balancing, NamesARowWithoutSupport) {
    const MatrixXd z{{0, 0}, {3, 4}};
    const Margins margins{VectorXd{{3, 7}}, VectorXd{{4, 6}}, {"ONE", "TWO"}, {"A", "B"}};

    try {
        ras(z, margins);
        FAIL() << "nothing was thrown";
    } catch (const NumericalError& error) {
        expect_parts(error.what(), {"row ONE shall sum to 3", "no entries above 0"});
        EXPECT_EQ(error.sectors(), std::vector<std::string>{"row ONE"});
    }
    EXPECT_THROW(gras(MatrixXd{{-1, -2}, {3, 4}}, margins), NumericalError);
}

TEST(Balancing, NamesTheWorstMarginsWhereItDoesNotConverge) {
    // The zeros allow row ONE only what column A takes, and that is less than it shall have.
    const MatrixXd z{{1, 0}, {1, 1}};
    const Margins margins{VectorXd{{3, 1}}, VectorXd{{2, 2}}, {"ONE", "TWO"}, {"A", "B"}};

    const std::string message = message_of<NumericalError>([&] { ras(z, margins); });

    expect_parts(message, {"no matrix with these zeros has these margins", "row ONE", "row TWO"});
}

TEST(Balancing, StopsAtTheIterationsAllowed) {
    const MatrixXd z = random_flows(9, 9, 20);
    const Margins margins = reachable(z, 21);

    expect_parts(message_of<NumericalError>([&] { ras(z, margins, {.max_iterations = 2}); }),
                 {"after 2 iterations", "allowed 1e-12", "row #"});
}

TEST(Balancing, RefusesWhatDoesNotFit) {
    const MatrixXd z{{1, 2}, {3, 4}};
    const Margins fits{VectorXd{{3, 7}}, VectorXd{{4, 6}}};

    EXPECT_THROW(ras(z, {VectorXd{{3}}, VectorXd{{4, 6}}}), ArgumentError);
    EXPECT_THROW(ras(-z, fits), ArgumentError);
    EXPECT_THROW(ras(z, {VectorXd{{-3, 13}}, VectorXd{{4, 6}}}), ArgumentError);
    EXPECT_THROW(gras(z, {VectorXd{{NAN, 7}}, VectorXd{{4, 6}}}), ArgumentError);
}

}  // namespace
}  // namespace narrows
