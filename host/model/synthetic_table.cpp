#include "host/model/synthetic_table.hpp"

#include <cstdint>

namespace narrows {
namespace {

/// Uniform in [0, 1), by position: nothing of the standard library's distributions, which differ.
double uniform(std::uint64_t seed, std::uint64_t draw) {
    std::uint64_t z = seed + (draw + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

}  // namespace

SyntheticTable synthetic_table(Index n) {
    const auto order = static_cast<std::uint64_t>(n);
    const std::uint64_t seed = order << 40;
    SyntheticTable table{Eigen::MatrixXd(n, n), Eigen::VectorXd(n)};
    std::uint64_t draw = 0;
    for (double& r : table.slack) r = 0.3 + 0.4 * uniform(seed, draw++);
    for (Index j = 0; j < n; ++j) {
        for (double& cell : table.A.col(j)) {
            const double u = uniform(seed, draw++);
            const double square = u * u;
            cell = (square * square) * (square * square);
        }
        table.A.col(j) *= (1.0 - table.slack[j]) / table.A.col(j).sum();
    }
    return table;
}

}  // namespace narrows
