#include "host/clusters/consensus.hpp"

#include <algorithm>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Detect = std::function<Partition(std::uint32_t)>;

constexpr int most_rounds = 100;

/// Counts of runs: of i and j together, of i with nobody.
struct Tally {
    MatrixXd together;
    Eigen::VectorXd alone;
    Partition last;
};

Tally tally(const Detect& detect, Index n, const std::vector<std::uint32_t>& seeds) {
    Tally counts{MatrixXd::Zero(n, n), Eigen::VectorXd::Zero(n), {}};
    for (const std::uint32_t seed : seeds) {
        counts.last = detect(seed);
        for (Index i = 0; i < n; ++i) {
            Index companions = 0;
            for (Index j = 0; j < n; ++j) {
                if (counts.last[static_cast<std::size_t>(i)] !=
                    counts.last[static_cast<std::size_t>(j)]) {
                    continue;
                }
                counts.together(i, j) += 1.0;
                ++companions;
            }
            if (companions == 1) counts.alone[i] += 1.0;
        }
    }
    return counts;
}

}  // namespace

Consensus consensus(const Detect& detect, Index num_nodes, std::vector<std::uint32_t> seeds) {
    if (seeds.empty()) throw ArgumentError("a consensus needs a seed");
    std::sort(seeds.begin(), seeds.end());
    const auto runs = static_cast<double>(seeds.size());
    const auto agree = [&](const Tally& counts) {
        return ((counts.together.array() == 0.0) || (counts.together.array() == runs)).all();
    };
    Tally counts = tally(detect, num_nodes, seeds);
    Consensus result{{}, counts.together / runs, counts.alone / runs, 0};
    for (; !agree(counts); ++result.rounds) {
        if (result.rounds == most_rounds) {
            throw NumericalError("the runs agree on no clusters after " +
                                     std::to_string(most_rounds) + " rounds of consensus",
                                 {});
        }
        const MatrixXd shares = counts.together / runs;
        const Graph graph((shares.array() >= 0.5).select(shares, 0.0), false);
        counts =
            tally([&](std::uint32_t seed) { return graph.leiden(1.0, seed); }, num_nodes, seeds);
    }
    result.clusters = std::move(counts.last);
    return result;
}

}  // namespace narrows
