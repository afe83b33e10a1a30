#include "host/table/matrix_totals.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace narrows {
namespace {

Eigen::MatrixXd random_matrix(Index rows, Index columns, double negative, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    return Eigen::MatrixXd::NullaryExpr(rows, columns, [&] {
        const double size = std::exp(20.0 * unit(random) - 10.0);
        return unit(random) < negative ? -size : size;
    });
}

TEST(MatrixTotals, AreTheSumsOfRowsAndColumns) {
    for (const double negative : {0.0, 0.01, 0.5}) {
        for (const auto& [rows, columns] :
             {std::pair<Index, Index>{1, 1}, {7, 3}, {8, 256}, {100, 257}, {33, 1000}}) {
            const Eigen::MatrixXd values = random_matrix(rows, columns, negative, 5);
            const MatrixTotals totals(values);
            const Eigen::MatrixXd sizes = values.cwiseAbs();
            const Eigen::VectorXd of_rows = sizes.rowwise().sum();
            const Eigen::VectorXd of_columns = sizes.colwise().sum().transpose();
            const auto near = [](const Eigen::VectorXd& found, const Eigen::VectorXd& expected,
                                 const Eigen::VectorXd& scale) {
                return ((found - expected).array().abs() <= 1e-13 * scale.array()).all();
            };
            EXPECT_TRUE(near(totals.rows, values.rowwise().sum(), of_rows));
            EXPECT_TRUE(near(totals.row_magnitudes, of_rows, of_rows));
            EXPECT_TRUE(near(totals.columns, values.colwise().sum().transpose(), of_columns));
            EXPECT_TRUE(near(totals.column_magnitudes, of_columns, of_columns));
            EXPECT_EQ(totals.num_negative, (values.array() < 0.0).count());
        }
    }
}

TEST(MatrixTotals, HaveTheSameBitsForAnyNumberOfThreads) {
    const Eigen::MatrixXd values = random_matrix(61, 1500, 0.2, 8);
    const MatrixTotals one(values, 1);
    for (const int threads : {2, 3, 7}) {
        const MatrixTotals more(values, threads);
        EXPECT_EQ(more.rows, one.rows);
        EXPECT_EQ(more.row_magnitudes, one.row_magnitudes);
        EXPECT_EQ(more.columns, one.columns);
        EXPECT_EQ(more.column_magnitudes, one.column_magnitudes);
        EXPECT_EQ(more.num_negative, one.num_negative);
    }
}

TEST(MatrixTotals, ShowWhatIsNotFinite) {
    for (const double wrong : {double(NAN), double(INFINITY), double(-INFINITY)}) {
        Eigen::MatrixXd values = random_matrix(20, 300, 0.1, 3);
        values(19, 270) = wrong;
        EXPECT_FALSE(std::isfinite(MatrixTotals(values).column_magnitudes[270]));
        EXPECT_TRUE(std::isfinite(MatrixTotals(values).column_magnitudes[269]));
    }
}

TEST(MatrixTotals, OfNothingAreEmpty) {
    const MatrixTotals totals(Eigen::MatrixXd(3, 0));
    EXPECT_EQ(totals.columns.size(), 0);
    EXPECT_EQ(totals.rows, Eigen::VectorXd::Zero(3));
    EXPECT_EQ(MatrixTotals(Eigen::MatrixXd()).rows.size(), 0);
}

}  // namespace
}  // namespace narrows
