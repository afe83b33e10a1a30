// The cascade of losses in a network of firms (MODEL D.2) against the authors' program and its own
// definition.
#include "host/shock/esri.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

Eigen::MatrixXd read_numbers(const std::string& file) {
    std::ifstream stream(test::shared_path("spec/oracles/esri/" + file));
    std::vector<std::vector<double>> rows;
    for (std::string line; std::getline(stream, line);) {
        std::istringstream cells(line);
        rows.emplace_back();
        for (std::string cell; std::getline(cells, cell, ',');) {
            rows.back().push_back(std::stod(cell));
        }
    }
    Eigen::MatrixXd result(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
    for (Index i = 0; i < result.rows(); ++i) {
        const auto& row = rows[static_cast<std::size_t>(i)];
        for (Index j = 0; j < result.cols(); ++j) result(i, j) = row[static_cast<std::size_t>(j)];
    }
    return result;
}

/// Flows between firms of given sectors, the same essentiality for all; nothing sold to others.
EsriNetwork network_of(const Eigen::MatrixXd& w, const std::vector<Index>& sector,
                       int essentiality) {
    const Index num_sectors = *std::max_element(sector.begin(), sector.end()) + 1;
    return {w.sparseView(), w.rowwise().sum(), sector,
            Eigen::MatrixXi::Constant(num_sectors, w.cols(), essentiality)};
}

/// Firm i fails in scenario i.
Eigen::MatrixXd each_firm(Index n) {
    return Eigen::MatrixXd::Identity(n, n);
}

EsriOptions without_replacement(double tolerance = 1e-12) {
    EsriOptions options;
    options.replaceability = false;
    options.tolerance = tolerance;
    return options;
}

/// A sparse random network with all kinds of essentiality.
EsriNetwork random_network(Index n, Index num_sectors, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform;
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(n, n);
    for (double& flow : w.reshaped()) {
        if (uniform(generator) < 0.3) flow = uniform(generator);
    }
    EsriNetwork network = network_of(w, std::vector<Index>(static_cast<std::size_t>(n)), 0);
    for (Index& sector : network.sector) {
        sector = std::uniform_int_distribution<Index>(0, num_sectors - 1)(generator);
    }
    network.essentiality.resize(num_sectors, n);
    for (int& e : network.essentiality.reshaped()) {
        e = std::uniform_int_distribution<int>(0, 2)(generator);
    }
    network.out_strength += Eigen::VectorXd::Constant(n, 0.2);
    return network;
}

Eigen::MatrixXd random_shocks(Index n, Index num_scenarios, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform;
    Eigen::MatrixXd shocks = Eigen::MatrixXd::Zero(n, num_scenarios);
    for (double& shock : shocks.reshaped()) {
        if (uniform(generator) < 0.2) shock = uniform(generator);
    }
    return shocks;
}

bool same_bits(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && (a.array() == b.array()).all();
}

using Long = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

/// h^d of one scenario by the formula of MODEL D.2 in 80-bit numbers, replaceability as asked for,
/// until nothing moves by more than 1e-19 or `cap` sweeps are done.
Long remaining_down(const EsriNetwork& network, const Eigen::VectorXd& shock, bool replaceability,
                    int cap = 100000) {
    const Eigen::MatrixXd w = network.W;
    const Index n = w.cols();
    const Long psi = (1.0L - shock.cast<long double>().array()).matrix();
    Long h = psi;
    const auto sector = [&](Index i) { return network.sector[static_cast<std::size_t>(i)]; };
    for (int t = 0; t < cap; ++t) {
        Long sigma = Long::Ones(n);
        for (Index i = 0; replaceability && i < n; ++i) {
            long double left = 0.0L;
            for (Index l = 0; l < n; ++l) {
                if (sector(l) == sector(i)) left += h[l] * network.out_strength[l];
            }
            if (left > 0) sigma[i] = std::min(1.0L, network.out_strength[i] / left);
        }
        Long next = psi;
        for (Index j = 0; j < n; ++j) {
            long double linear = 1.0L;
            for (Index k = 0; k < network.essentiality.rows(); ++k) {
                long double bought = 0.0L, lost = 0.0L;
                for (Index i = 0; i < n; ++i) {
                    if (sector(i) != k) continue;
                    bought += w(i, j);
                    lost += sigma[i] * w(i, j) * (1.0L - h[i]);
                }
                if (bought == 0.0L) continue;
                const int e = network.essentiality(k, j);
                if (e == 2) next[j] = std::min(next[j], 1.0L - lost / bought);
                if (e == 1) linear -= lost / w.col(j).cast<long double>().sum();
            }
            next[j] = std::max(0.0L, std::min(next[j], linear));
        }
        const long double change = (next - h).cwiseAbs().maxCoeff();
        h = next;
        if (change < 1e-19L) break;
    }
    return h;
}

TEST(Esri, IsThatOfTheAuthorsProgram) {
    NARROWS_NEEDS_SHARED("spec/oracles/esri/diem_fig1_eps1e-12/out_ESRI.csv")
    const std::vector<Index> sector{0, 1, 0, 2, 3, 1, 3, 0, 1, 2, 4};
    struct Run {
        const char* folder;
        int essentiality;
        double tolerance;
    };
    for (const Run& run : {Run{"diem_fig1_eps1e-12/", 1, 1e-12},
                           {"diem_fig1_eps1e-2/", 1, 1e-2},
                           {"diem_fig1_allessential_eps1e-12/", 2, 1e-12},
                           {"diem_fig1_allessential_eps1e-12_rcpp/", 2, 1e-12}}) {
        const std::string folder = run.folder;
        const Eigen::MatrixXd w = read_numbers(folder + "in_W_supplier_by_buyer.csv");
        const EsriNetwork network = network_of(w, sector, run.essentiality);

        const EsriLosses losses =
            esri_losses(network, each_firm(11), without_replacement(run.tolerance));

        const Eigen::MatrixXd published = read_numbers(folder + "out_ESRI.csv");
        const Eigen::VectorXd weights = network.out_strength / network.out_strength.sum();
        EXPECT_LT((esri(network, losses) - published.col(0)).cwiseAbs().maxCoeff(), 1e-15);
        EXPECT_LT((losses.down.transpose() * weights - published.col(1)).cwiseAbs().maxCoeff(),
                  1e-15);
        EXPECT_LT((losses.up.transpose() * weights - published.col(2)).cwiseAbs().maxCoeff(),
                  1e-15);
        // The files of h hold 1 - h, to 15 digits.
        EXPECT_LT((losses.down - read_numbers(folder + "out_hd_T_mat.csv")).cwiseAbs().maxCoeff(),
                  1e-15);
        EXPECT_LT((losses.up - read_numbers(folder + "out_hu_T_mat.csv")).cwiseAbs().maxCoeff(),
                  1e-15);
        const Eigen::MatrixXd convergence = read_numbers(folder + "out_ESRI_conv.csv");
        for (Index scenario = 0; scenario < 11; ++scenario) {
            EXPECT_EQ(losses.sweeps[static_cast<std::size_t>(scenario)], convergence(scenario, 2));
            EXPECT_LE(losses.residual[scenario], run.tolerance);
        }
    }
}

TEST(Esri, IsThatOfOracle13) {
    NARROWS_NEEDS_SHARED("spec/oracles/13_esri_diem2022_fig1.json")
    const auto oracle = test::read_oracle("13_esri_diem2022_fig1");
    std::vector<Index> sector = oracle["sector"];
    for (Index& p : sector) --p;
    for (const auto& [name, essentiality] : {std::pair{"linear", 1}, {"leontief", 2}}) {
        const EsriNetwork network = network_of(test::matrix(oracle["W"]), sector, essentiality);

        const Eigen::VectorXd result =
            esri(network, esri_losses(network, each_firm(11), without_replacement()));

        const Eigen::VectorXd expected = test::matrix(oracle[name]).col(0);
        EXPECT_LT((result - expected).cwiseAbs().maxCoeff(), 3e-16) << name;
    }
}

TEST(Esri, LossesAreTheGreatestRemainderByDefinition) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        const EsriNetwork network = random_network(23, 6, seed);
        const Eigen::MatrixXd shocks = random_shocks(23, 5, seed + 100);

        const EsriLosses losses = esri_losses(network, shocks, without_replacement(0.0));

        for (Index scenario = 0; scenario < shocks.cols(); ++scenario) {
            const Long h = remaining_down(network, shocks.col(scenario), false);
            const Long found = 1.0L - losses.down.col(scenario).cast<long double>().array();
            EXPECT_LT(static_cast<double>((found - h).cwiseAbs().maxCoeff()), 1e-14);
            EXPECT_EQ(losses.residual[scenario], 0.0);
        }
    }
}

TEST(Esri, ReplaceabilityIsTheShareOfWhatIsLeftOfTheMarket) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        const EsriNetwork network = random_network(23, 6, seed);
        const Eigen::MatrixXd shocks = random_shocks(23, 3, seed + 100);
        EsriOptions options;
        options.max_sweeps = 7;  // along the way, for where it ends might hide how

        const EsriLosses losses = esri_losses(network, shocks, options);

        for (Index scenario = 0; scenario < shocks.cols(); ++scenario) {
            const Long h = remaining_down(network, shocks.col(scenario), true,
                                          losses.sweeps[static_cast<std::size_t>(scenario)]);
            const Long found = 1.0L - losses.down.col(scenario).cast<long double>().array();
            EXPECT_LT(static_cast<double>((found - h).cwiseAbs().maxCoeff()), 1e-14);
        }
        EXPECT_GT((esri_losses(network, shocks, without_replacement()).down - losses.down).norm(),
                  1e-3);
    }
}

TEST(Esri, UpstreamLossesSolveTheLinearSystemWhereNoneIsTotal) {
    const EsriNetwork network = random_network(19, 4, 7);
    Eigen::MatrixXd shocks = Eigen::MatrixXd::Zero(19, 1);
    shocks(4, 0) = 0.3;

    const Eigen::VectorXd up = esri_losses(network, shocks, without_replacement(0.0)).up;

    // u = max(shock, B u), and only firm 4 may be held up by its shock.
    Eigen::MatrixXd b = network.out_strength.cwiseInverse().asDiagonal() * network.W.toDense();
    ASSERT_LT((b * up)[4], 0.3);
    Eigen::MatrixXd system = Eigen::MatrixXd::Identity(19, 19) - b;
    system.row(4) = Eigen::VectorXd::Unit(19, 4);
    EXPECT_LT((system * up - shocks.col(0)).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(Esri, NoShockIsNoLossToTheBit) {
    const EsriNetwork network = random_network(30, 5, 3);
    for (const bool replaceability : {false, true}) {
        EsriOptions options;
        options.replaceability = replaceability;

        const EsriLosses losses = esri_losses(network, Eigen::MatrixXd::Zero(30, 3), options);

        EXPECT_TRUE((losses.down.array() == 0.0).all() && (losses.up.array() == 0.0).all());
        EXPECT_EQ(losses.sweeps, (std::vector<int>{1, 1, 1}));
    }
}

TEST(Esri, LossesRiseWithTheShockWhereNothingIsReplaced) {
    const EsriNetwork network = random_network(30, 5, 4);
    const Eigen::MatrixXd shocks = random_shocks(30, 20, 5);

    const EsriLosses less = esri_losses(network, 0.6 * shocks, without_replacement());
    const EsriLosses more = esri_losses(network, shocks, without_replacement());

    EXPECT_TRUE((less.down.array() <= more.down.array()).all());
    EXPECT_TRUE((less.up.array() <= more.up.array()).all());
    EXPECT_GT((more.down - less.down).sum(), 1.0);
}

TEST(Esri, BitsDoNotDependOnBatchOrThreads) {
    const EsriNetwork network = random_network(30, 5, 6);
    const Eigen::MatrixXd shocks = random_shocks(30, 53, 8);
    EsriOptions options;
    const EsriLosses whole = esri_losses(network, shocks, options);
    for (const Index size : {1, 5, 16, 17, 40}) {
        for (Index first = 0; first < shocks.cols(); first += size) {
            const Index count = std::min(size, shocks.cols() - first);

            const EsriLosses part = esri_losses(network, shocks.middleCols(first, count), options);

            ASSERT_TRUE(same_bits(part.down, whole.down.middleCols(first, count)));
            ASSERT_TRUE(same_bits(part.up, whole.up.middleCols(first, count)));
            ASSERT_TRUE(same_bits(part.residual, whole.residual.segment(first, count)));
        }
    }
    options.num_threads = 3;
    const EsriLosses threaded = esri_losses(network, shocks, options);
    EXPECT_TRUE(same_bits(threaded.down, whole.down));
    EXPECT_EQ(threaded.sweeps, whole.sweeps);
}

TEST(Esri, AnOrderOfTheFirmsIsANameOnly) {
    const EsriNetwork network = random_network(20, 4, 11);
    const Eigen::MatrixXd shocks = random_shocks(20, 4, 12);
    const Eigen::VectorXi order = Eigen::VectorXi::LinSpaced(20, 19, 0);
    EsriNetwork reversed = network;
    reversed.W = Eigen::MatrixXd(network.W.toDense()(order, order)).sparseView();
    reversed.out_strength = network.out_strength(order).eval();
    std::reverse(reversed.sector.begin(), reversed.sector.end());
    reversed.essentiality = network.essentiality(Eigen::all, order).eval();

    const EsriLosses expected = esri_losses(network, shocks, {});
    const EsriLosses found = esri_losses(reversed, shocks(order, Eigen::all), {});

    EXPECT_LT((found.down - expected.down(order, Eigen::all)).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Esri, StopsAtTheCapAndSaysSo) {
    const EsriNetwork network = random_network(30, 5, 3);
    EsriOptions options = without_replacement(0.0);
    options.max_sweeps = 2;

    const EsriLosses losses = esri_losses(network, random_shocks(30, 4, 1), options);

    EXPECT_EQ(losses.sweeps, (std::vector<int>(4, 2)));
    EXPECT_GT(losses.residual.minCoeff(), 1e-6);
}

TEST(Esri, RefusesWhatDoesNotFit) {
    const EsriNetwork network = random_network(5, 2, 1);
    const auto refusal = [&](const EsriNetwork& wrong, const Eigen::MatrixXd& shocks) {
        return test::message_of<ArgumentError>([&] { esri_losses(wrong, shocks, {}); });
    };
    const Eigen::MatrixXd none = Eigen::MatrixXd::Zero(5, 1);

    test::expect_parts(refusal(network, Eigen::MatrixXd::Zero(4, 1)), {"4 rows", "expected 5"});
    test::expect_parts(refusal(network, Eigen::MatrixXd::Constant(5, 1, 1.1)), {"[0, 1]"});
    test::expect_parts(refusal(network, none.array() / 0.0), {"[0, 1]"});
    EsriNetwork wrong = network;
    wrong.essentiality(1, 1) = 3;
    test::expect_parts(refusal(wrong, none), {"essentiality", "0, 1 or 2"});
    wrong = network;
    wrong.sector[3] = 2;
    test::expect_parts(refusal(wrong, none), {"sector 2", "0 to 1"});
    wrong = network;
    wrong.out_strength.setZero();
    test::expect_parts(refusal(wrong, none), {"sells", "out_strength 0"});
    EsriOptions options;
    options.max_sweeps = 0;
    test::expect_parts(
        test::message_of<ArgumentError>([&] { esri_losses(network, none, options); }),
        {"max_sweeps 0"});
}

}  // namespace
}  // namespace narrows
