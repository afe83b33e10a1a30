#include "host/model/structure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/model/leontief_model.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/matrices.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::expect_parts;
using test::matrix;
using test::message_of;

Coefficients only(const MatrixXd& a) {
    Coefficients coefficients;
    coefficients.A = a;
    return coefficients;
}

/// (I - A)^-1 by pivoted elimination in 80-bit numbers.
MatrixXd long_inverse(const MatrixXd& a) {
    using Matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
    const Matrix k = Matrix::Identity(a.rows(), a.rows()) - a.cast<long double>();
    return k.partialPivLu().inverse().cast<double>();
}

std::vector<std::string> sectors_refused(const MatrixXd& a) {
    try {
        analyse_structure(only(a), {"A", "B", "C", "D"});
        ADD_FAILURE() << "accepted";
    } catch (const NumericalError& error) {
        expect_parts(error.what(), {"expected a spectral radius below 1"});
        return error.sectors();
    }
    return {};
}

TEST(Structure, TakesTheSlackFromAccountsThatClose) {
    const Coefficients c = coefficients(test::random_national_table(40, 1));

    const Structure structure = analyse_structure(c, {});

    EXPECT_EQ(structure.path, InversePath::gth);
    EXPECT_EQ(structure.slack_source, "accounts");
    EXPECT_EQ(structure.slack, c.primary());
    EXPECT_EQ(structure.weights, VectorXd::Ones(40));
}

TEST(Structure, TakesTheSlackFromTheColumnsWhereOneAccountIsOff) {
    for (const double error : {1e-9, -1e-9}) {
        Coefficients c = coefficients(test::random_national_table(40, 2));
        c.v[7] += error;

        const Structure structure = analyse_structure(c, {});

        EXPECT_EQ(structure.slack_source, "columns of A");
        EXPECT_EQ(structure.slack, what_columns_leave(c.A, structure.weights));
    }
}

TEST(Structure, TakesTheSlackFromTheColumnsWhereThereAreNoAccounts) {
    const MatrixXd a = test::productive(30, 0.2, 3).first;

    EXPECT_EQ(analyse_structure(only(a), {}).slack_source, "columns of A");
}

TEST(Structure, KnowsHowFastTheTableContracts) {
    const auto [a, r] = test::productive(30, 0.2, 4);

    const Structure structure = analyse_structure(only(a), {});

    EXPECT_NEAR(structure.contraction, 1.0 - r.minCoeff(), 1e-14);
    EXPECT_GE(structure.contraction, a.eigenvalues().cwiseAbs().maxCoeff());
}

/// A column of 32 cells whose sum is exactly 1 - 2^-`bits`, every cell with 53 bits.
VectorXd column_that_leaves(int bits) {
    std::mt19937_64 random(5);
    VectorXd column(32);
    for (Index pair = 0; pair < 15; ++pair) {
        const double cell = std::ldexp(static_cast<double>(random() >> 11), -57);
        column[pair] = cell;
        column[31 - pair] = 0x1p-4 - cell;
    }
    column[15] = 0x1p-5;
    column[16] = 0x1p-5 - std::ldexp(1.0, -bits);
    return column;
}

TEST(WhatColumnsLeave, IsExactWhereAPlainSumIsNot) {
    for (const int bits : {20, 48, 57}) {
        const MatrixXd column = column_that_leaves(bits);

        EXPECT_EQ(what_columns_leave(column, VectorXd::Ones(32))[0], std::ldexp(1.0, -bits));
    }
    EXPECT_NE(1.0 - column_that_leaves(57).sum(), 0x1p-57);
    // Even where the last cell alone decides.
    MatrixXd column = column_that_leaves(57);
    column(16, 0) = 0x1p-5;
    column.conservativeResize(33, 1);
    column(32, 0) = -0x1p-60;
    EXPECT_EQ(what_columns_leave(column, VectorXd::Ones(33))[0], 0x1p-60);
}

TEST(WhatColumnsLeave, KeepsItsDigitsWithWeights) {
    const auto [scaled, slack] = test::productive(50, 1e-8, 6);
    const VectorXd w = (test::random_matrix(50, 1, 7).cwiseAbs().array() + 0.5).matrix();
    const MatrixXd a = w.cwiseInverse().asDiagonal() * scaled * w.asDiagonal();

    const VectorXd left = what_columns_leave(a, w);

    const Eigen::Matrix<long double, 1, -1> exact =
        w.transpose().cast<long double>() -
        w.transpose().cast<long double>() * a.cast<long double>();
    EXPECT_LE(test::relative_difference(left, exact.transpose().cast<double>()), 1e-10);
    EXPECT_GT(test::relative_difference(w - a.transpose() * w, exact.transpose().cast<double>()),
              1e-10);
}

TEST(Structure, ScalesATableWithSubsidisedColumns) {
    const auto [scaled, slack] = test::productive(60, 0.2, 8);
    const VectorXd w = (test::random_matrix(60, 1, 9).cwiseAbs().array() + 0.5).matrix();
    const MatrixXd a = w.cwiseInverse().asDiagonal() * scaled * w.asDiagonal();
    ASSERT_GT(a.colwise().sum().maxCoeff(), 1.0);

    const LeontiefModel model(Backend::cpu(), a);

    const Structure& structure = model.structure();
    EXPECT_EQ(structure.path, InversePath::gth_scaled);
    EXPECT_GT(structure.weights.minCoeff(), 0.0);
    EXPECT_GT(structure.slack.minCoeff(), 0.0);
    EXPECT_LT(structure.contraction, 1.0);
    EXPECT_GE(structure.contraction, a.eigenvalues().cwiseAbs().maxCoeff());
    EXPECT_LE(test::worst_relative_error(model.leontief_inverse(), long_inverse(a)), 1e-13);
}

TEST(Structure, AcceptsNegativeValueAdded) {
    NARROWS_NEEDS_SHARED("spec/oracles/11_small_mrio_metrics.json");
    const LeontiefModel model(Backend::cpu(), coefficients(test::small_world()));

    EXPECT_EQ(model.structure().path, InversePath::gth_scaled);
    EXPECT_LE(test::relative_difference(model.leontief_inverse(),
                                        matrix(test::read_oracle("11_small_mrio_metrics")["L"])),
              1e-13);
}

TEST(Structure, AcceptsAColumnThatLeavesNothingButBuysFromOneThatDoes) {
    const MatrixXd a = matrix({{.5, 1, 0}, {0, 0, 1}, {0, 0, 0}});

    const LeontiefModel model(Backend::cpu(), a);

    EXPECT_EQ(model.structure().path, InversePath::gth);
    EXPECT_EQ(model.structure().slack, Eigen::Vector3d(.5, 0, 0));
    EXPECT_EQ(model.leontief_inverse(), matrix({{2, 2, 2}, {0, 1, 1}, {0, 0, 1}}));
}

TEST(Structure, RefusesAClosedSetAndNamesExactlyIt) {
    // B and D sell to A, and buy from each other only. C buys from A.
    const MatrixXd a = matrix({{.1, 0, .5, 0}, {.2, .5, 0, .25}, {0, 0, .1, 0}, {.2, .5, 0, .75}});

    std::vector<std::string> sectors = sectors_refused(a);

    std::sort(sectors.begin(), sectors.end());
    EXPECT_EQ(sectors, (std::vector<std::string>{"B", "D"}));
}

TEST(Structure, RefusesASpectralRadiusOfOneOrMoreAndNamesTheSectors) {
    EXPECT_EQ(
        sectors_refused(matrix({{.2, .1, 0, 0}, {0, .1, 1.2, 0}, {0, 1.2, .1, 0}, {0, 0, 0, 0}})),
        (std::vector<std::string>{"B", "C"}));
    // A negative coefficient counts with its magnitude.
    EXPECT_EQ(
        sectors_refused(matrix({{.2, .1, 0, 0}, {0, .1, 0, 0}, {0, 0, .1, 2}, {0, 0, -.6, 0}})),
        (std::vector<std::string>{"D", "C"}));
}

TEST(Structure, SaysSoWhereTheSpectralRadiusIsTooCloseToOne) {
    const double almost = (1.0 - 1e-9) / 4.0;

    const std::string message = message_of<NumericalError>([&] {
        analyse_structure(only(matrix({{0, 4}, {almost, 0}})), {});
    });

    expect_parts(message, {"too close to not being productive", "between 0.999999999"});
}

TEST(Structure, FactorisesWithPivotingWhereCoefficientsAreNegative) {
    MatrixXd a = test::productive(60, 0.3, 10).first;
    a(3, 5) = -0.1;
    a(17, 2) = -1e-3;

    const LeontiefModel model(Backend::cpu(), a);

    EXPECT_EQ(model.structure().path, InversePath::pivoted_lu);
    EXPECT_LE(test::difference(model.leontief_inverse(), long_inverse(a)), 1e-15);
    EXPECT_LE(*model.certificate().inverse_residual, 1e-12);
    EXPECT_LT(*model.certificate().spectral_radius_bound, 1.0);
}

TEST(Structure, RefusesCoefficientsThatAreNotFinite) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {nan, HUGE_VAL, -HUGE_VAL}) {
        const std::string message = message_of<NumericalError>([&] {
            analyse_structure(only(matrix({{.1, bad}, {.1, .1}})), {});
        });
        expect_parts(message, {"not finite"});
    }
}

TEST(Structure, OfNothingIsProductive) {
    EXPECT_EQ(analyse_structure(only(MatrixXd(0, 0)), {}).contraction, 0.0);
}

}  // namespace
}  // namespace narrows
