#include "host/invest/blockade.hpp"

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/invest/blockade_file.hpp"
#include "host/invest/gap_filling.hpp"

#include "tests/host/invest/random_blockades.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;

test::RandomHome made(unsigned seed, Index num_products = 5) {
    std::mt19937 random(seed);
    return test::random_home(num_products, 3, random);
}

TEST(Blockades, WeighWhatTheirProductsWeigh) {
    const HomeEconomy home = made(1).home;
    const VectorXd weights = (VectorXd(5) << 1.0, 4.0, 2.0, 0.0, 3.0).finished();
    std::vector<Blockade> blockades = {{"one", {0, 2}, {{1, 0.5}}, 0.5},
                                       {"two", {1}, {{1, 0.5}, {2, 1.0}}, 2.0}};
    weigh_products(home, weights, blockades);
    EXPECT_EQ(blockades[0].weight, 2.0);
    const double first = 0.5 * home.imports[1].row(1).sum();
    const double second = home.imports[1].row(2).sum();
    EXPECT_NEAR(blockades[1].weight, 2.0 * (4.0 * first + 2.0 * second) / (first + second), 1e-14);
}

TEST(Blockades, OfSomeProductsKeepTheirPlace) {
    const std::vector<Blockade> some =
        of_products({{"a", {0}, {{1, 0.5}, {2, 1.0}}}, {"b", {1}, {{3, 1.0}}}}, {0, 2});
    ASSERT_EQ(some.size(), 2U);
    ASSERT_EQ(some[0].withheld.size(), 1U);
    EXPECT_EQ(some[0].withheld[0].product, 2);
    EXPECT_TRUE(some[1].withheld.empty());
}

TEST(BlockadeFile, TakesNamedSetsForProducts) {
    const HomeEconomy home = made(2).home;
    const std::vector<SectorSet> sets = {{"x", {1, 4}}};
    const test::ScratchFolder folder;
    const auto read = [&](const std::string& records, const std::vector<SectorSet>& named) {
        return read_blockades(folder.write("b.csv", "scenario,coalition,product,share\n" + records),
                              home, named);
    };
    const std::vector<Blockade> found = read("w,O0,set:x,0.5\nw,O0,P0,1\n", sets);
    ASSERT_EQ(found.size(), 1U);
    ASSERT_EQ(found[0].withheld.size(), 3U);
    EXPECT_EQ(found[0].withheld[1].product, 4);
    EXPECT_EQ(found[0].withheld[1].share, 0.5);
    const auto refused = [&](const std::string& records, const std::vector<SectorSet>& named,
                             const std::vector<std::string>& parts) {
        test::expect_parts(test::message_of<ParseError>([&] { read(records, named); }), parts);
    };
    refused("w,O0,set:y,1\n", sets, {":2:", "unknown set 'y'", "'x'"});
    refused("w,O0,set:x,1\n", {}, {":2:", "'set:x'", "--sets FILE"});
    refused("w,O0,P4,1\nw,O0,set:x,1\n", sets, {":3:", "'P4' again"});
}

/// Of every pair, the optimum of a budget where only these products may get capital.
FillResult filled(const test::RandomHome& made, double budget, std::vector<Index> products,
                  const VectorXd& weights = {}) {
    FillQuery query;
    query.blockades = pair_blockades(made.home, each_origin(made.home), 0.6);
    if (weights.size() > 0) weigh_products(made.home, weights, query.blockades);
    query.criticality = made.criticality;
    query.unit_costs = VectorXd::Ones(made.home.x.size());
    query.budget = budget;
    query.products = std::move(products);
    return fill_gaps(made.home, query);
}

TEST(FillFilter, LeavesTheBaseAndWhatOthersPutAtRisk) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const test::RandomHome home = made(seed);
        const FillResult all = filled(home, 5.0, {});
        const FillResult some = filled(home, 5.0, {0, 3});
        EXPECT_TRUE(some.separable);
        EXPECT_EQ(some.base, all.base);
        EXPECT_GE(some.fill.gar, all.fill.gar * (1.0 - 1e-12));
        EXPECT_NEAR(some.frontier.front().gar, some.base, 1e-12 * some.base);
        double others = some.base;
        for (const ProductFill& each : some.products) {
            EXPECT_TRUE(each.product == 0 || each.product == 3);
            others -= each.gar_before;
        }
        const FillResult everything = filled(home, 1e9, {0, 3});
        EXPECT_NEAR(everything.fill.gar, others, 1e-10 * some.base);
        EXPECT_NEAR(everything.frontier.back().gar, others, 1e-10 * some.base);
        // The equations say the same of the allocation.
        EXPECT_NEAR(
            some.base - some.fill.gar,
            [&] {
                double removed = 0.0;
                for (const ProductFill& each : some.products)
                    removed += each.gar_before - each.gar_after;
                return removed;
            }(),
            1e-10 * some.base);
    }
}

TEST(FillFilter, RefusesProductsThatNobodyWithholds) {
    const test::RandomHome home = made(3);
    FillQuery query;
    query.blockades = {{"w", {0}, {{1, 0.5}}}};
    query.criticality = home.criticality;
    query.unit_costs = VectorXd::Ones(5);
    query.budget = 1.0;
    query.products = {0, 2};
    EXPECT_EQ(test::message_of<ArgumentError>([&] { fill_gaps(home.home, query); }),
              "no scenario withholds any of the products that capital may go to");
}

TEST(FillWeights, AreThoseOfTheWeightedMean) {
    const test::RandomHome home = made(4);
    const VectorXd weights = VectorXd::LinSpaced(5, 0.5, 4.5);
    const FillResult plain = filled(home, 0.0, {});
    const FillResult weighted = filled(home, 0.0, {}, weights);
    double sum = 0.0, total = 0.0;
    const std::vector<Blockade> pairs = pair_blockades(home.home, each_origin(home.home), 0.6);
    for (const Blockade& each : pairs) total += weights[each.withheld.front().product];
    for (const ProductFill& each : plain.products) {
        sum += weights[each.product] * each.gar_before * static_cast<double>(pairs.size());
    }
    EXPECT_NEAR(weighted.base, sum / total, 1e-12 * weighted.base);
}

}  // namespace
}  // namespace narrows
