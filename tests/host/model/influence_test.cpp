#include "host/model/influence.hpp"

#include <cmath>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"

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
using test::relative_difference;
using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

LeontiefModel model_of(const IoTable& table) {
    return LeontiefModel(Backend::cpu(), coefficients(table));
}

/// (I - A)^-1 with a_ij raised, in 80-bit numbers.
LongMatrix inverse_with(const MatrixXd& a, Index i, Index j, double change) {
    LongMatrix k = LongMatrix::Identity(a.rows(), a.rows()) - a.cast<long double>();
    k(i, j) -= static_cast<long double>(change);
    return k.partialPivLu().inverse();
}

TEST(Influence, OfAChangeIsWhatInvertingAgainGives) {
    const IoTable table = test::random_national_table(12, 1);
    const LeontiefModel model = model_of(table);
    const MatrixXd& a = model.coefficients().A;
    const LongMatrix l = inverse_with(a, 0, 0, 0.0);
    const Eigen::Matrix<long double, Eigen::Dynamic, 1> f =
        table.final_demand().cast<long double>();
    const auto v = model.coefficients().v.cast<long double>();
    const Influence found = influence(model);

    for (const double change : {0.05, -0.02, 0.2}) {
        for (Index j = 0; j < 12; j += 3) {
            for (Index i = 0; i < 12; ++i) {
                const LongMatrix moved = inverse_with(a, i, j, change) - l;
                const double amount = with_feedback(model, i, j, change);

                const MatrixXd expected = moved.cast<double>();
                EXPECT_LE((amount * field_of_influence(model.leontief_inverse(), i, j) - expected)
                              .cwiseAbs()
                              .maxCoeff(),
                          1e-12 * expected.cwiseAbs().maxCoeff());
                const auto output = static_cast<double>((moved * f).sum());
                const auto gdp = static_cast<double>(v.dot(moved * f));
                EXPECT_NEAR(amount * found.of_output(i, j) / output, 1.0, 1e-11);
                EXPECT_NEAR(amount * found.of_gdp(i, j) / gdp, 1.0, 1e-11);
            }
        }
    }
}

TEST(Influence, InTotalIsTheSumOfTheField) {
    const LeontiefModel model = model_of(test::random_world_table(2, 5, 2));
    const Influence found = influence(model);

    for (Index i = 0; i < 10; ++i) {
        for (Index j = 0; j < 10; ++j) {
            const double sum = field_of_influence(model.leontief_inverse(), i, j).sum();
            EXPECT_NEAR(found.total(i, j) / sum, 1.0, 1e-14);
            EXPECT_EQ(found.total(i, j), found.total()(i, j));
        }
    }
}

TEST(Influence, RefusesAChangeThatMakesTheTableNonProductive) {
    const LeontiefModel model = model_of(test::random_national_table(6, 3));
    const double limit = 1.0 / model.leontief_inverse()(4, 2);

    const std::string message =
        message_of<NumericalError>([&] { with_feedback(model, 2, 4, limit * (1.0 - 1e-9)); });

    expect_parts(message, {"non-productive", "expected more than 1e-8"});
    EXPECT_NEAR(with_feedback(model, 2, 4, limit * (1.0 - 1e-6)) * 1e-6 / limit, 1.0, 1e-5);
    EXPECT_THROW(with_feedback(model, 2, 4, 2.0 * limit), NumericalError);
}

TEST(Influence, NeedsAccounts) {
    const LeontiefModel model(Backend::cpu(), matrix({{.1, .2}, {.3, .1}}));

    expect_parts(message_of<ArgumentError>([&] { influence(model); }), {"gross output is needed"});
    expect_parts(message_of<ArgumentError>([&] { tolerable_limits(model, 0.01); }),
                 {"gross output is needed"});
}

TEST(TolerableLimits, MoveOneSectorByTheShareAndNoneByMore) {
    for (const double share : {0.01, 0.3}) {
        const IoTable table = test::random_national_table(8, 4);
        const LeontiefModel model = model_of(table);
        const Eigen::Matrix<long double, Eigen::Dynamic, 1> f =
            table.final_demand().cast<long double>();
        const MatrixXd& a = model.coefficients().A;
        const VectorXd x = (inverse_with(a, 0, 0, 0.0) * f).cast<double>();

        const TolerableLimits found = tolerable_limits(model, share);

        for (Index j = 0; j < 8; ++j) {
            for (Index i = 0; i < 8; ++i) {
                const VectorXd after =
                    (inverse_with(a, i, j, found.limit(i, j)) * f).cast<double>();
                Index moved = -1;
                const double most =
                    ((after - x).array() / x.array()).matrix().cwiseAbs().maxCoeff(&moved);
                EXPECT_NEAR(most / share, 1.0, 1e-10) << i << " " << j;
                EXPECT_EQ(moved, found.first_moved[static_cast<std::size_t>(i)]);
            }
        }
    }
}

TEST(TolerableLimits, LeaveOutSectorsWithoutOutput) {
    TableData data = test::random_national_table(5, 5).data();
    data.Z.row(2).setZero();
    data.Z.col(2).setZero();
    data.M.col(2).setZero();
    data.F.row(2).setZero();
    data.V.col(2).setZero();
    data.x[2] = 0.0;
    data.F.col(0) = data.x - data.Z.rowwise().sum() - data.F.col(1);
    data.V = (data.x - data.Z.colwise().sum().transpose() - data.M.colwise().sum().transpose())
                 .transpose();

    const TolerableLimits found = tolerable_limits(model_of(IoTable(std::move(data))), 0.01);

    EXPECT_TRUE(found.limit.col(2).array().isNaN().all());
    EXPECT_TRUE(std::isfinite(found.limit(0, 1)));
    EXPECT_EQ(found.first_moved[2], -1);
    for (const Index moved : found.first_moved) EXPECT_NE(moved, 2);
}

TEST(TolerableLimits, RefuseAShareThatIsNone) {
    const LeontiefModel model = model_of(test::random_national_table(3, 6));

    for (const double share : {0.0, -0.1, 1.5, std::nan("")}) {
        expect_parts(message_of<ArgumentError>([&] { tolerable_limits(model, share); }),
                     {"share is", "above 0, at most 1"});
    }
}

}  // namespace
}  // namespace narrows
