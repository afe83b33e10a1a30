#include "host/table/matrix_totals.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "host/base/parallel.hpp"

namespace narrows {
namespace {

/// What neighbouring columns add to the rows; added up in order, whichever thread had them.
struct Part {
    Eigen::VectorXd rows;
    Eigen::VectorXd negative;  // sums of what is below 0
    Index num_negative = 0;
};

/// Adds a column to the rows' sums and returns its own sum and magnitude, in one loop. Equal to the
/// bit where nothing is negative.
std::pair<double, double> add_column(const double* column, Index num_rows, double* rows) {
    constexpr Index width = 8;
    std::array<double, width> sums = {};
    std::array<double, width> magnitudes = {};
    const auto add = [&](Index lane, Index i) {
        const double value = column[i];
        sums[static_cast<std::size_t>(lane)] += value;
        magnitudes[static_cast<std::size_t>(lane)] += std::abs(value);
        rows[i] += value;
    };
    Index i = 0;
    for (; i + width <= num_rows; i += width) {
        for (Index lane = 0; lane < width; ++lane) add(lane, i + lane);
    }
    for (Index lane = 0; i < num_rows; ++i, ++lane) add(lane, i);
    return {std::accumulate(sums.begin(), sums.end(), 0.0),
            std::accumulate(magnitudes.begin(), magnitudes.end(), 0.0)};
}

}  // namespace

MatrixTotals::MatrixTotals(const Eigen::MatrixXd& matrix, int num_threads)
    : columns(matrix.cols()), column_magnitudes(matrix.cols()) {
    constexpr Index columns_of_part = 256;
    const Index num_parts = (matrix.cols() + columns_of_part - 1) / columns_of_part;
    std::vector<Part> parts(static_cast<std::size_t>(num_parts));
    const auto add_up = [&](Index p) {
        Part& part = parts[static_cast<std::size_t>(p)];
        part.rows = Eigen::VectorXd::Zero(matrix.rows());
        part.negative = part.rows;
        const Index end = std::min(matrix.cols(), (p + 1) * columns_of_part);
        for (Index j = p * columns_of_part; j < end; ++j) {
            const auto column = matrix.col(j);
            std::tie(columns[j], column_magnitudes[j]) =
                add_column(column.data(), column.size(), part.rows.data());
            if (columns[j] == column_magnitudes[j]) continue;  // nothing is negative
            part.negative += column.cwiseMin(0.0);
            part.num_negative += (column.array() < 0.0).count();
        }
    };
    in_parallel(num_parts, num_threads, [&] { return add_up; });

    rows = Eigen::VectorXd::Zero(matrix.rows());
    Eigen::VectorXd negative = rows;
    for (const Part& part : parts) {
        rows += part.rows;
        negative += part.negative;
        num_negative += part.num_negative;
    }
    row_magnitudes = rows - 2.0 * negative;
}

}  // namespace narrows
