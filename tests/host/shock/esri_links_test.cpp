// Cuts of links in the cascade of losses (MODEL D.2) against its definition, link by link.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/shock/esri.hpp"

#include "tests/support/errors.hpp"

namespace narrows {
namespace {

using Long = Eigen::Matrix<long double, Eigen::Dynamic, 1>;
using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

constexpr Index num_firms = 17;
constexpr Index num_sectors = 4;

/// Firms of four sectors, with three links of two sellers of the same sector.
EsriNetwork network_with_links(unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform;
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(num_firms, num_firms);
    for (double& flow : w.reshaped()) {
        if (uniform(generator) < 0.4) flow = uniform(generator);
    }
    EsriNetwork network{w.sparseView(), w.rowwise().sum().array() + 0.2, {}, {}};
    for (Index i = 0; i < num_firms; ++i) network.sector.push_back(i % num_sectors);
    network.essentiality.resize(num_sectors, num_firms);
    for (int& e : network.essentiality.reshaped()) {
        e = std::uniform_int_distribution<int>(0, 2)(generator);
    }
    network.links = {{1, {0, 2, 3, 4, 9}}, {1, {6, 7, 8}}, {5, {0, 2, 3, 11, 12, 13}}};
    return network;
}

/// Initial losses of few firms, then cuts of all links.
Eigen::MatrixXd random_shocks(Index num_scenarios, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform;
    Eigen::MatrixXd shocks = Eigen::MatrixXd::Zero(num_firms + 3, num_scenarios);
    for (double& shock : shocks.topRows(num_firms).reshaped()) {
        if (uniform(generator) < 0.1) shock = 0.5 * uniform(generator);
    }
    for (double& cut : shocks.bottomRows(3).reshaped()) cut = uniform(generator);
    return shocks;
}

EsriOptions without_replacement() {
    EsriOptions options;
    options.replaceability = false;
    options.tolerance = 0.0;
    return options;
}

/// Sale by sale: what is cut, and what the link sells in which it is.
struct Sales {
    LongMatrix w, cut = LongMatrix::Zero(num_firms, num_firms), of_link = cut;

    Sales(const EsriNetwork& network, const Eigen::VectorXd& shocks)
        : w(network.W.toDense().cast<long double>()) {
        for (std::size_t l = 0; l < network.links.size(); ++l) {
            const EsriLink& link = network.links[l];
            const long double sold = w.row(link.seller)(link.buyers).sum();
            for (const Index buyer : link.buyers) {
                cut(link.seller, buyer) = shocks[num_firms + static_cast<Index>(l)];
                of_link(link.seller, buyer) = sold;
            }
        }
    }
};

/// What buyer j lacks of what it buys of i, as a share of that.
long double lacking(const Sales& sales, const EsriNetwork& network, const Long& d, Index i, Index j,
                    bool replaceability) {
    const long double withheld = std::max(sales.cut(i, j) - d[i], 0.0L);
    if (!replaceability) return 1.0L - std::min(1.0L - d[i], 1.0L - sales.cut(i, j));
    long double market = 0.0L;
    for (Index l = 0; l < num_firms; ++l) {
        if (l % num_sectors != i % num_sectors) continue;
        market += (1.0L - d[l]) * network.out_strength[l];
        for (Index b = 0; b < num_firms; ++b) {
            market -= std::max(sales.cut(l, b) - d[l], 0.0L) *
                      (sales.cut(l, b) > 0.0L ? sales.w(l, b) : 0.0L);
        }
    }
    const auto sigma = [&](long double own) { return own >= market ? 1.0L : own / market; };
    return sigma(network.out_strength[i]) * d[i] + sigma(sales.of_link(i, j)) * withheld;
}

/// d and u of one scenario after some sweeps.
std::pair<Long, Long> losses_by_definition(const EsriNetwork& network,
                                           const Eigen::VectorXd& shocks, bool replaceability,
                                           int num_sweeps) {
    const Sales sales(network, shocks);
    const Long initial = shocks.head(num_firms).cast<long double>();
    Long d = initial, u = initial;
    for (int sweep = 0; sweep < num_sweeps; ++sweep) {
        Long next_d = initial, next_u = initial;
        for (Index j = 0; j < num_firms; ++j) {
            Long lost = Long::Zero(num_sectors), bought = lost;
            long double sold = 0.0L;
            for (Index i = 0; i < num_firms; ++i) {
                bought[i % num_sectors] += sales.w(i, j);
                lost[i % num_sectors] +=
                    sales.w(i, j) * lacking(sales, network, d, i, j, replaceability);
                sold += sales.w(j, i) * std::max(u[i], sales.cut(j, i));
            }
            long double linear = 0.0L;
            for (Index k = 0; k < num_sectors; ++k) {
                const int e = network.essentiality(k, j);
                if (e == 2 && bought[k] > 0) next_d[j] = std::max(next_d[j], lost[k] / bought[k]);
                if (e == 1) linear += lost[k] / bought.sum();
            }
            next_d[j] = std::min(1.0L, std::max(next_d[j], linear));
            next_u[j] = std::min(1.0L, std::max(next_u[j], sold / network.out_strength[j]));
        }
        d = next_d;
        u = next_u;
    }
    return {d, u};
}

TEST(EsriLinks, LossesAreThoseOfTheDefinitionSweepBySweep) {
    for (const bool replaceability : {false, true}) {
        for (unsigned seed = 1; seed <= 3; ++seed) {
            const EsriNetwork network = network_with_links(seed);
            const Eigen::MatrixXd shocks = random_shocks(3, seed + 50);
            for (const int sweeps : {1, 2, 9}) {
                EsriOptions options = without_replacement();
                options.replaceability = replaceability;
                options.max_sweeps = sweeps;
                const EsriLosses losses = esri_losses(network, shocks, options);
                for (Index s = 0; s < 3; ++s) {
                    const auto [d, u] =
                        losses_by_definition(network, shocks.col(s), replaceability,
                                             losses.sweeps[static_cast<std::size_t>(s)]);
                    const Long down = losses.down.col(s).cast<long double>();
                    const Long up = losses.up.col(s).cast<long double>();
                    EXPECT_LT(static_cast<double>((down - d).cwiseAbs().maxCoeff()), 1e-14);
                    EXPECT_LT(static_cast<double>((up - u).cwiseAbs().maxCoeff()), 1e-14);
                }
            }
        }
    }
}

TEST(EsriLinks, ACutOfNothingChangesNoBit) {
    EsriNetwork network = network_with_links(4);
    Eigen::MatrixXd shocks = random_shocks(20, 5);
    shocks.bottomRows(3).setZero();
    for (const bool replaceability : {false, true}) {
        EsriOptions options;
        options.replaceability = replaceability;
        network.links = network_with_links(4).links;
        const EsriLosses with = esri_losses(network, shocks, options);
        network.links.clear();
        const EsriLosses without = esri_losses(network, shocks.topRows(num_firms), options);
        EXPECT_EQ(with.down, without.down);
        EXPECT_EQ(with.up, without.up);
        EXPECT_EQ(with.sweeps, without.sweeps);
        EXPECT_GT(with.down.sum(), 1.0);
    }
}

TEST(EsriLinks, BitsDoNotDependOnBatchOrThreads) {
    const EsriNetwork network = network_with_links(6);
    const Eigen::MatrixXd shocks = random_shocks(41, 7);
    EsriOptions options;
    options.num_threads = 3;
    const EsriLosses whole = esri_losses(network, shocks, options);
    for (Index s = 0; s < shocks.cols(); ++s) {
        const EsriLosses alone = esri_losses(network, shocks.col(s), EsriOptions{});
        ASSERT_EQ(alone.down, whole.down.col(s));
        ASSERT_EQ(alone.up, whole.up.col(s));
    }
}

TEST(EsriLinks, RefusesWhatDoesNotFit) {
    const auto refusal = [](const std::vector<EsriLink>& links, Index num_rows) {
        EsriNetwork network = network_with_links(1);
        network.links = links;
        return test::message_of<ArgumentError>(
            [&] { esri_losses(network, Eigen::MatrixXd::Zero(num_rows, 1), {}); });
    };
    test::expect_parts(refusal({{1, {2}}}, num_firms),
                       {"17 rows for 1 links", "expected 17 of each and a row for each link"});
    test::expect_parts(refusal({{1, {2, 17}}}, num_firms + 1), {"firm 1 to firm 17", "0 to 16"});
    test::expect_parts(refusal({{1, {2, 3}}, {1, {3}}}, num_firms + 2),
                       {"sales of firm 1 to firm 3 are in two links"});
}

}  // namespace
}  // namespace narrows
