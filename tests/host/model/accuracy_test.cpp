// Oracle 17: the inverse of a table whose columns leave next to nothing, in exact arithmetic.
#include <cmath>
#include <string>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/model/leontief_model.hpp"

#include "tests/support/matrices.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Case {
    VectorXd excess;
    MatrixXd inverse;
    bool is_hard;  // an excess of 2^-40 or less, where pivoted elimination loses half its digits
};

struct Oracle17 : testing::Test {
    void SetUp() override {
        NARROWS_NEEDS_SHARED("spec/oracles/17_gth_accuracy.json");
        const nlohmann::json oracle = test::read_oracle("17_gth_accuracy");
        flows = test::matrix(oracle["offdiag"]);
        for (const auto& one : oracle["cases"]) {
            const VectorXd excess = test::vector(one["column_excess"]);
            cases.push_back({excess, test::matrix(one["L_exact"]), excess.minCoeff() <= 0x1p-40});
        }
    }
    MatrixXd flows;  // off the diagonal of A
    std::vector<Case> cases;
};

TEST_F(Oracle17, IsMetInEveryEntryByEveryProduct) {
    ASSERT_EQ(cases.size(), 4U);
    for (const char* product : {"auto", "eigen", "eigen-sse2"}) {
        const Backend backend = Backend::cpu({.product = product});
        for (const Case& c : cases) {
            const MatrixXd l = backend.invert(backend.upload(flows), c.excess).download();
            EXPECT_LE(test::worst_relative_error(l, c.inverse), 1e-14) << c.excess[1];
        }
    }
}

TEST_F(Oracle17, IsMetInEveryEntryByTheModelOfATable) {
    ASSERT_EQ(cases.size(), 4U);
    for (const Case& c : cases) {
        // A column of flows sums to more than 1: with half of K, the inverse is twice as large.
        Coefficients coefficients;
        coefficients.A = 0.5 * flows;
        coefficients.v = 0.5 * c.excess;
        coefficients.A.diagonal() =
            (1.0 - (coefficients.A.colwise().sum().transpose() + coefficients.v).array()).matrix();
        coefficients.m = coefficients.tau = VectorXd::Zero(6);
        coefficients.x = VectorXd::Ones(6);
        ASSERT_GE(coefficients.A.minCoeff(), 0.0);

        const LeontiefModel model(Backend::cpu(), coefficients);

        EXPECT_EQ(model.structure().slack_source, "accounts");
        EXPECT_LE(test::worst_relative_error(model.leontief_inverse(), 2.0 * c.inverse), 1e-14);
        const VectorXd multipliers = 2.0 * c.inverse.colwise().sum().transpose();
        EXPECT_LE(test::worst_relative_error(model.output_multipliers(), multipliers), 1e-14);
    }
}

TEST_F(Oracle17, IsOutOfReachOfPivotedElimination) {
    int num_hard = 0;
    for (const Case& c : cases) {
        MatrixXd k = -flows;
        k.diagonal() = flows.colwise().sum().transpose() + c.excess;

        const MatrixXd l = k.partialPivLu().inverse();

        if (!c.is_hard) continue;
        ++num_hard;
        const double error = test::relative_difference(l, c.inverse);
        EXPECT_FALSE(error < 1e-9) << error;
    }
    EXPECT_EQ(num_hard, 3);
}

}  // namespace
}  // namespace narrows
