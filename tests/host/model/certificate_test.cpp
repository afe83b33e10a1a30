// Bounds are compared with errors against solutions in 80-bit numbers: they hold, and they are of
// use.
#include <cmath>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/model/leontief_model.hpp"

#include "tests/support/matrices.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

LongMatrix long_inverse(const MatrixXd& a) {
    const LongMatrix k = LongMatrix::Identity(a.rows(), a.rows()) - a.cast<long double>();
    return k.partialPivLu().inverse();
}

/// One of each kind that is solved in a way of its own, 60 sectors.
MatrixXd table(const std::string& kind, unsigned seed) {
    constexpr Index n = 60;
    if (kind == "accounts") return coefficients(test::random_national_table(n, seed)).A;
    if (kind == "little_slack") return test::productive(n, 1e-4, seed).first;
    MatrixXd a = test::productive(n, 0.2, seed).first;
    if (kind == "negative") {
        a(3, 5) = a(20, 2) = -0.05;
        return a;
    }
    const VectorXd w = (test::random_matrix(n, 1, seed).cwiseAbs().array() + 0.5).matrix();
    return w.cwiseInverse().asDiagonal() * a * w.asDiagonal();
}

class CertificateOf : public testing::TestWithParam<std::tuple<const char*, int>> {
  protected:
    MatrixXd a_ = table(std::get<0>(GetParam()), static_cast<unsigned>(std::get<1>(GetParam())));
    LongMatrix exact_ = long_inverse(a_);
    LeontiefModel model_{Backend::cpu(), a_};
    bool is_negative() const { return a_.minCoeff() < 0.0; }
};

TEST_P(CertificateOf, CoversTheErrorOfTheMultipliers) {
    const VectorXd& computed = model_.output_multipliers();
    const Eigen::Array<long double, -1, 1> exact = exact_.colwise().sum().transpose();
    const double error = static_cast<double>(
        ((computed.cast<long double>().array() - exact).abs() / exact.abs()).maxCoeff());

    const Certificate& certificate = model_.certificate();

    ASSERT_TRUE(certificate.multipliers_error_bound.has_value());
    EXPECT_LE(error, *certificate.multipliers_error_bound);
    EXPECT_LE(*certificate.multipliers_error_bound, 1e-9);
}

TEST_P(CertificateOf, CoversTheErrorOfTheInverse) {
    const MatrixXd l = model_.leontief_inverse();
    const auto norm = [](const LongMatrix& m) {
        return static_cast<double>(m.cwiseAbs().colwise().sum().maxCoeff());
    };

    const Certificate& certificate = model_.certificate();

    ASSERT_TRUE(certificate.inverse_error_bound.has_value());
    EXPECT_LE(norm(l.cast<long double>() - exact_), *certificate.inverse_error_bound);
    EXPECT_LE(*certificate.inverse_error_bound, 1e-9 * norm(exact_));
    const LongMatrix residual = LongMatrix::Identity(60, 60) - l.cast<long double>() +
                                a_.cast<long double>() * l.cast<long double>();
    EXPECT_LE(norm(residual), *certificate.inverse_residual);
}

TEST_P(CertificateOf, CoversTheSpectralRadius) {
    const double radius = a_.cwiseAbs().eigenvalues().cwiseAbs().maxCoeff();

    const Certificate& certificate = model_.certificate();

    ASSERT_TRUE(certificate.spectral_radius_bound.has_value());
    EXPECT_GE(*certificate.spectral_radius_bound, radius * (1.0 - 1e-13));
    EXPECT_LT(*certificate.spectral_radius_bound, 1.0);
}

TEST_P(CertificateOf, CoversTheErrorOfOutputsInEveryComponent) {
    const MatrixXd f = test::random_matrix(60, 4, 9);
    if (is_negative()) {
        EXPECT_THROW(model_.output_error_bounds(f, f), ArgumentError);
        return;
    }
    const LongMatrix exact = exact_ * f.cast<long double>();
    const auto covered = [&](const MatrixXd& x, const MatrixXd& bounds) {
        return ((x.cast<long double>() - exact).array().abs() <= bounds.cast<long double>().array())
            .all();
    };
    const MatrixXd x = model_.solve_output(f);

    const MatrixXd bounds = model_.output_error_bounds(x, f);

    EXPECT_TRUE(covered(x, bounds));
    EXPECT_LE(bounds.maxCoeff(), 1e-9 * x.cwiseAbs().maxCoeff());
    // Of any other program: a solution that is a little off, and none at all.
    for (const double size : {1e-9, 1e-3}) {
        const MatrixXd other =
            x.cwiseProduct((1.0 + size * test::random_matrix(60, 4, 10).array()).matrix());
        EXPECT_TRUE(covered(other, model_.output_error_bounds(other, f))) << size;
        EXPECT_FALSE(covered(other, bounds)) << "the first bounds would cover anything";
    }
    const MatrixXd nothing = MatrixXd::Zero(60, 4);
    EXPECT_TRUE(covered(nothing, model_.output_error_bounds(nothing, f)));
}

TEST_P(CertificateOf, IsThereWithoutAnInverse) {
    const LeontiefModel model(Backend::cpu(), a_, {}, SolveMethod::iterate);

    EXPECT_FALSE(model.certificate().inverse_residual.has_value());
    EXPECT_LE(*model.certificate().multipliers_error_bound, 1e-9);
    model.leontief_inverse();
    EXPECT_TRUE(model.certificate().inverse_residual.has_value());
}

INSTANTIATE_TEST_SUITE_P(Tables, CertificateOf,
                         testing::Combine(testing::Values("accounts", "little_slack", "subsidies",
                                                          "negative"),
                                          testing::Values(1, 2, 3)),
                         [](const auto& test) {
                             return std::string(std::get<0>(test.param)) + "_" +
                                    std::to_string(std::get<1>(test.param));
                         });

TEST(Certificate, CoversAModelWhoseSlackComesFromAccounts) {
    const IoTable table = test::random_national_table(60, 4);
    const LeontiefModel model(Backend::cpu(), coefficients(table));
    const LongMatrix exact = long_inverse(model.coefficients().A);
    ASSERT_EQ(model.structure().slack_source, "accounts");

    const MatrixXd bounds = model.output_error_bounds(table.x(), table.final_demand());

    const LongMatrix x = exact * table.final_demand().cast<long double>();
    EXPECT_TRUE(
        ((table.x().cast<long double>() - x).array().abs() <= bounds.cast<long double>().array())
            .all());
    EXPECT_LE(bounds.maxCoeff(), 1e-12 * table.x().maxCoeff());
    EXPECT_LE(*model.certificate().identity_deviation, 1e-13);
}

TEST(Certificate, OfNothingIsEmptyOfErrors) {
    const LeontiefModel model(Backend::cpu(), MatrixXd(0, 0));
    model.leontief_inverse();

    EXPECT_EQ(*model.certificate().inverse_residual, 0.0);
}

}  // namespace
}  // namespace narrows
