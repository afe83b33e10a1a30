#include "host/table/aggregation.hpp"

#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using test::relative_difference;
using Entries = std::vector<Concordance::Entry>;

Concordance concordance(Entries entries) {
    // The random tables have a service at every third place: a kind for each spares the tests that
    // are not about kinds.
    for (auto& entry : entries) {
        if (!entry.kind) entry.kind = SectorKind::goods;
    }
    return {std::move(entries), ""};
}

/// from S0, S1, ... to the given codes.
Concordance sectors_to(const std::vector<std::string>& codes) {
    Entries entries;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        entries.push_back({"S" + std::to_string(i), codes[i]});
    }
    return concordance(std::move(entries));
}

template <class Items>
Concordance identity(const Items& items) {
    Entries entries;
    for (const auto& item : items) {
        entries.push_back({item.code, item.code, 1.0, item.name});
        if constexpr (requires { item.kind; }) entries.back().kind = item.kind;
    }
    return {std::move(entries), ""};
}

IoTable with_ratings(const IoTable& table, unsigned seed) {
    TableData data = table.data();
    const auto s = static_cast<Index>(data.classification.sectors().size());
    std::srand(seed);
    data.criticality_ratings = (Eigen::MatrixXd::Random(s, s).array() + 1.0) / 2.0;
    return IoTable(std::move(data));
}

IoTable with_taxes(const IoTable& table) {
    TableData data = table.data();
    data.T = data.V * 0.25;
    data.V *= 0.75;
    data.tax_names = {"taxes"};
    return IoTable(std::move(data));
}

TEST(Aggregation, PreservesEveryTotal) {
    const IoTable table = with_taxes(test::random_national_table(7, 5));

    const IoTable result =
        aggregate(table, sectors_to({"A", "B", "A", "C", "B", "B", "C"}), std::nullopt);

    EXPECT_EQ(result.num_nodes(), 3);
    EXPECT_NEAR(result.Z().sum() / table.Z().sum(), 1.0, 1e-14);
    EXPECT_NEAR(result.M().sum() / table.M().sum(), 1.0, 1e-14);
    EXPECT_NEAR(result.x().sum() / table.x().sum(), 1.0, 1e-14);
    EXPECT_LT(relative_difference(result.F().colwise().sum(), table.F().colwise().sum()), 1e-14);
    EXPECT_LT(relative_difference(result.V().rowwise().sum(), table.V().rowwise().sum()), 1e-14);
    EXPECT_LT(relative_difference(result.T().rowwise().sum(), table.T().rowwise().sum()), 1e-14);
}

TEST(Aggregation, PreservesTheBalances) {
    const IoTable national = with_taxes(test::random_national_table(7, 5));
    const IoTable world = test::random_world_table(3, 4, 6);

    const IoTable smaller =
        aggregate(national, sectors_to({"A", "B", "A", "C", "B", "B", "C"}), std::nullopt);
    const IoTable both = aggregate(world, sectors_to({"A", "B", "B", "A"}),
                                   concordance({{"R0", "X"}, {"R1", "Y"}, {"R2", "X"}}));

    EXPECT_LT(smaller.diagnostics().rows.max_relative, 1e-13);
    EXPECT_LT(smaller.diagnostics().columns.max_relative, 1e-13);
    EXPECT_LT(both.diagnostics().rows.max_relative, 1e-13);
    EXPECT_LT(both.diagnostics().columns.max_relative, 1e-13);
}

TEST(Aggregation, AddsUpTheFlowsOfTheMembers) {
    const IoTable table = test::random_national_table(3, 2);
    const auto& z = table.Z();

    const IoTable result = aggregate(table, sectors_to({"A", "B", "A"}), std::nullopt);

    EXPECT_EQ(result.classification().labels(), (std::vector<std::string>{"A", "B"}));
    EXPECT_DOUBLE_EQ(result.Z()(0, 0), z(0, 0) + z(0, 2) + z(2, 0) + z(2, 2));
    EXPECT_DOUBLE_EQ(result.Z()(0, 1), z(0, 1) + z(2, 1));
    EXPECT_DOUBLE_EQ(result.Z()(1, 0), z(1, 0) + z(1, 2));
    EXPECT_DOUBLE_EQ(result.Z()(1, 1), z(1, 1));
    EXPECT_DOUBLE_EQ(result.x()[0], table.x()[0] + table.x()[2]);
}

TEST(Aggregation, JoinsTheFinalUsesOfJoinedRegions) {
    const IoTable table = test::random_world_table(3, 2, 9);

    const IoTable result =
        aggregate(table, std::nullopt, concordance({{"R0", "X"}, {"R1", "Y"}, {"R2", "X"}}));

    ASSERT_EQ(result.final_uses().size(), 2U);
    EXPECT_EQ(result.final_uses()[0].label(), "X_FINAL");
    EXPECT_EQ(result.classification().labels(),
              (std::vector<std::string>{"X_S0", "X_S1", "Y_S0", "Y_S1"}));
    EXPECT_DOUBLE_EQ(result.F()(2, 0), table.F()(2, 0) + table.F()(2, 2));
    EXPECT_DOUBLE_EQ(result.F()(2, 1), table.F()(2, 1));
}

TEST(Aggregation, WithTheIdentityKeepsEveryBit) {
    const IoTable national = with_ratings(with_taxes(test::random_national_table(6, 8)), 1);
    const IoTable world = read_table((test::data_path() / "world-2011").string());

    const IoTable same_national =
        aggregate(national, identity(national.classification().sectors()), std::nullopt);
    const IoTable same_world = aggregate(world, identity(world.classification().sectors()),
                                         identity(world.classification().regions()));

    EXPECT_EQ(same_national.hash(), national.hash());
    EXPECT_EQ(same_world.hash(), world.hash());
}

TEST(Aggregation, InTwoStepsIsTheSameAsInOne) {
    const IoTable table = with_ratings(test::random_national_table(6, 12), 4);

    const IoTable halfway =
        aggregate(table, sectors_to({"A", "A", "B", "B", "C", "C"}), std::nullopt);
    const IoTable two_steps =
        aggregate(halfway, concordance({{"A", "P"}, {"B", "Q"}, {"C", "P"}}), std::nullopt);
    const IoTable one_step =
        aggregate(table, sectors_to({"P", "P", "Q", "Q", "P", "P"}), std::nullopt);

    EXPECT_LT(relative_difference(two_steps.Z(), one_step.Z()), 1e-14);
    EXPECT_LT(relative_difference(two_steps.F(), one_step.F()), 1e-14);
    EXPECT_LT(relative_difference(two_steps.V(), one_step.V()), 1e-14);
    EXPECT_LT(relative_difference(two_steps.M(), one_step.M()), 1e-14);
    EXPECT_LT(relative_difference(two_steps.x(), one_step.x()), 1e-14);
    EXPECT_LT(relative_difference(two_steps.criticality_ratings(), one_step.criticality_ratings()),
              1e-13);
}

TEST(Aggregation, OfSectorsAndRegionsCanBeDoneInEitherOrder) {
    const IoTable table = test::random_world_table(3, 4, 21);
    const Concordance sectors = sectors_to({"A", "B", "B", "A"});
    const Concordance regions = concordance({{"R0", "X"}, {"R1", "X"}, {"R2", "Y"}});

    const IoTable together = aggregate(table, sectors, regions);
    const IoTable regions_last =
        aggregate(aggregate(table, sectors, std::nullopt), std::nullopt, regions);

    EXPECT_EQ(together.classification().labels(), regions_last.classification().labels());
    EXPECT_LT(relative_difference(together.Z(), regions_last.Z()), 1e-14);
    EXPECT_LT(relative_difference(together.F(), regions_last.F()), 1e-14);
}

TEST(Aggregation, SplitsASectorByItsShares) {
    const IoTable table = test::random_national_table(2, 3);
    const auto& z = table.Z();

    const IoTable result = aggregate(
        table, concordance({{"S0", "A", 0.25}, {"S0", "B", 0.75}, {"S1", "B"}}), std::nullopt);

    EXPECT_DOUBLE_EQ(result.x()[0], 0.25 * table.x()[0]);
    EXPECT_DOUBLE_EQ(result.Z()(0, 0), 0.0625 * z(0, 0));
    EXPECT_DOUBLE_EQ(result.Z()(0, 1), 0.25 * (0.75 * z(0, 0) + z(0, 1)));
    EXPECT_NEAR(result.Z().sum() / z.sum(), 1.0, 1e-14);
    EXPECT_LT(result.diagnostics().columns.max_relative, 1e-13);
}

TEST(Aggregation, WeighsRatingsWithTheFlowsOfTheirCells) {
    TableData data = test::random_national_table(3, 7).data();
    data.criticality_ratings = Eigen::MatrixXd{{1.0, 0.0, 0.2}, {0.5, 1.0, 0.0}, {0.0, 0.3, 0.4}};
    const IoTable table(data);
    const Eigen::MatrixXd flows = data.Z + data.M;

    const IoTable result = aggregate(table, sectors_to({"A", "A", "B"}), std::nullopt);

    const double own = flows(0, 0) * 1.0 + flows(1, 0) * 0.5 + flows(1, 1) * 1.0;
    EXPECT_NEAR(result.criticality_ratings()(0, 0), own / flows.topLeftCorner(2, 2).sum(), 1e-14);
    EXPECT_NEAR(result.criticality_ratings()(1, 0), flows(2, 1) * 0.3 / (flows(2, 0) + flows(2, 1)),
                1e-14);
    EXPECT_EQ(result.criticality_ratings()(1, 1), 0.4);
}

TEST(Aggregation, TakesThePlainMeanOfRatingsWhereNothingFlows) {
    TableData data = test::random_national_table(3, 7).data();
    data.criticality_ratings = Eigen::MatrixXd{{1.0, 0.0, 0.2}, {0.5, 1.0, 0.0}, {0.0, 0.3, 0.4}};
    for (const Index user : {0, 1}) {
        data.V(0, user) += data.Z(2, user) + data.M(2, user);
        data.F(2, 0) += data.Z(2, user);
        data.Z(2, user) = data.M(2, user) = 0.0;
    }

    const IoTable result = aggregate(IoTable(data), sectors_to({"A", "A", "B"}), std::nullopt);

    EXPECT_DOUBLE_EQ(result.criticality_ratings()(1, 0), 0.15);
}

TEST(Aggregation, KeepsRatingsBetweenZeroAndOne) {
    TableData data = test::random_national_table(9, 13).data();
    data.criticality_ratings = Eigen::MatrixXd::Ones(9, 9);

    const IoTable result = aggregate(
        IoTable(data), sectors_to({"A", "A", "A", "B", "B", "A", "B", "A", "A"}), std::nullopt);

    EXPECT_EQ(result.criticality_ratings(), Eigen::MatrixXd::Ones(2, 2));
}

TEST(Aggregation, KeepsNamesAndKindsOfTheConcordance) {
    const IoTable table = test::random_national_table(2, 3);
    const Concordance given{{{"S0", "A", 1.0, "All of it", SectorKind::services}, {"S1", "A"}}, ""};

    const IoTable result = aggregate(table, given, std::nullopt);

    EXPECT_EQ(result.classification().sector(0).name, "All of it");
    EXPECT_EQ(result.classification().sector(0).kind, SectorKind::services);
    EXPECT_NE(result.meta().changes.find("from 2 to 1 nodes"), std::string::npos);
}

TEST(Aggregation, TakesTheKindThatAllMembersShare) {
    const IoTable table = test::random_national_table(3, 3);  // goods, goods, services
    const Concordance given{{{"S0", "A"}, {"S1", "A"}, {"S2", "B"}}, ""};

    const IoTable result = aggregate(table, given, std::nullopt);

    EXPECT_EQ(result.classification().sector(0).kind, SectorKind::goods);
    EXPECT_EQ(result.classification().sector(1).kind, SectorKind::services);
}

/// The message with which a concordance from a file is refused for a table of three sectors.
std::string refusal(Entries entries) {
    const IoTable table = test::random_national_table(3, 3);
    const Concordance given{std::move(entries), "c.csv"};
    return message_of<ParseError>([&] { aggregate(table, given, std::nullopt); });
}

TEST(Aggregation, RefusesACodeThatIsMissing) {
    EXPECT_EQ(refusal({{"S0", "A"}, {"S1", "A"}}),
              "c.csv: found no entry for sector 'S2' of the table, expected one");
}

TEST(Aggregation, RefusesACodeThatIsNotInTheTable) {
    EXPECT_EQ(refusal({{"S0", "A"}, {"S9", "A", 1.0, "", {}, 3}}),
              "c.csv:3: found unknown sector 'S9', expected 'S0'");
    EXPECT_EQ(
        refusal({{"S0", "A"}, {"Energy", "A", 1.0, "", {}, 3}}),
        "c.csv:3: found unknown sector 'Energy', expected a sector of the table such as 'S0'");
}

TEST(Aggregation, RefusesSharesThatDoNotSumToOne) {
    expect_parts(refusal({{"S0", "A", 0.5}, {"S0", "B", 0.4}, {"S1", "A"}, {"S2", "B"}}),
                 {"c.csv: found shares of sector 'S0' that sum to 0.9, expected 1"});
    expect_parts(refusal({{"S0", "A"}, {"S0", "B"}, {"S1", "A"}, {"S2", "B"}}), {"sum to 2"});
}

TEST(Aggregation, RefusesSharesThatAreNoShares) {
    for (const double share : {0.0, -0.5, 1.5, std::nan("")}) {
        expect_parts(refusal({{"S0", "A", share, "", {}, 2}}),
                     {"c.csv:2: found share ", "expected a share above 0, at most 1"});
    }
}

TEST(Aggregation, RefusesAnEntryThatIsThereTwice) {
    expect_parts(refusal({{"S0", "A", 0.5}, {"S0", "A", 0.5, "", {}, 3}}),
                 {"c.csv:3: found sector 'S0' to 'A' for the second time"});
}

TEST(Aggregation, RefusesToJoinGoodsAndServicesWithoutAKind) {
    expect_parts(refusal({{"S0", "A"}, {"S1", "B"}, {"S2", "A"}}),
                 {"c.csv: found sector 'A' that joins goods and services", "'kind'"});
}

TEST(Aggregation, RefusesTwoKindsForOneSector) {
    expect_parts(refusal({{"S0", "A", 1.0, "", SectorKind::goods},
                          {"S1", "A", 1.0, "", SectorKind::services, 3}}),
                 {"c.csv:3: found kind 'services' for 'A', expected 'goods' as before"});
}

TEST(Aggregation, BlamesTheArgumentWhereNoFileWasRead) {
    const IoTable table = test::random_national_table(3, 3);

    const std::string message = message_of<ArgumentError>([&] {
        aggregate(table, sectors_to({"A", "B"}), std::nullopt);
    });

    EXPECT_EQ(message, "concordance: found no entry for sector 'S2' of the table, expected one");
}

TEST(Aggregation, RefusesRegionsOfANationalTable) {
    const IoTable table = test::random_national_table(3, 3);

    const std::string message = message_of<ArgumentError>([&] {
        aggregate(table, std::nullopt, concordance({{"HOM", "X"}}));
    });

    EXPECT_EQ(message, "a national table has no regions to aggregate");
}

TEST(NationalTable, OfARandomWorldBalancesAndKeepsGdp) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        const IoTable world = with_taxes(test::random_world_table(3, 4, seed));
        const auto home = world.classification().nodes_of_region(1);

        const IoTable national = national_table(world, "R1");

        EXPECT_LT(national.diagnostics().rows.max_relative, 1e-13);
        EXPECT_LT(national.diagnostics().columns.max_relative, 1e-13);
        EXPECT_DOUBLE_EQ(national.V().sum(), world.V()(Eigen::all, home).sum());
        EXPECT_EQ(national.x(), Eigen::VectorXd(world.x()(home)));
        EXPECT_EQ(national.Z(), Eigen::MatrixXd(world.Z()(home, home)));
    }
}

TEST(NationalTable, BooksImportsByProductAndUser) {
    const IoTable world = test::random_world_table(3, 2, 4);

    const IoTable national = national_table(world, "R0");

    EXPECT_EQ(national.classification().labels(), (std::vector<std::string>{"S0", "S1"}));
    EXPECT_DOUBLE_EQ(national.M()(1, 0), world.Z()(3, 0) + world.Z()(5, 0));
    EXPECT_DOUBLE_EQ(national.MF()(1, 0), world.F()(3, 0) + world.F()(5, 0));
    EXPECT_EQ(national.final_uses().back().label(), "EXPORTS");
    EXPECT_DOUBLE_EQ(national.F()(0, 1),
                     world.Z().row(0).tail(4).sum() + world.F()(0, 1) + world.F()(0, 2));
    EXPECT_EQ(national.MF()(0, 1), 0.0);
}

TEST(NationalTable, AddsToAColumnOfExportsThatIsThereAlready) {
    TableData data = test::random_world_table(2, 2, 4).data();
    for (FinalUse& use : data.final_uses) use.category = "EXPORTS";
    const IoTable world(data);

    const IoTable national = national_table(world, "R0");

    ASSERT_EQ(national.final_uses().size(), 1U);
    EXPECT_DOUBLE_EQ(national.F()(0, 0),
                     world.F().row(0).sum() + world.Z()(0, 2) + world.Z()(0, 3));
    EXPECT_LT(national.diagnostics().rows.max_relative, 1e-13);
}

TEST(NationalTable, HasAnEmptySectorWhereTheRegionLacksOne) {
    const IoTable world =
        read_table((test::data_path() / "textbook/miller-blair-2009-interregional").string());

    const IoTable national = national_table(world, "S");

    EXPECT_EQ(national.num_nodes(), 3);
    EXPECT_EQ(national.diagnostics().zero_output, std::vector<std::string>{"3"});
}

TEST(NationalTable, RefusesARegionThatIsNotThere) {
    const IoTable world = test::random_world_table(2, 2, 4);

    const std::string message = message_of<ArgumentError>([&] { national_table(world, "R7"); });

    EXPECT_EQ(message, "unknown region 'R7', did you mean 'R0'?");
}

TEST(NationalTable, RefusesANationalTable) {
    const IoTable table = test::random_national_table(3, 3);

    EXPECT_THROW(national_table(table, "HOM"), ArgumentError);
}

/// A balanced world of whole figures, published with rounding errors of up to half a unit.
IoTable rounded_world() {
    TableData data = test::random_world_table(10, 2, 31).data();
    const double scale = 20.0;
    for (Eigen::MatrixXd* block : {&data.Z, &data.F, &data.V}) {
        *block = (*block * scale).array().round();
    }
    data.x = (data.x * scale).array().round();
    data.meta.rounding = 1.0;
    return IoTable(std::move(data));
}

TEST(NationalTable, OfARoundedWorldBalancesWithinTheRoundingOfItsParts) {
    const IoTable world = rounded_world();

    const IoTable national = national_table(world, "R1");

    EXPECT_GE(national.meta().rounding, 1.0);
    EXPECT_TRUE(national.diagnostics().acceptable());
    for (const Region& region : world.classification().regions()) {
        EXPECT_NO_THROW(national_table(world, region.code));
    }
}

TEST(Aggregation, OfARoundedWorldBalancesWithinTheRoundingOfItsParts) {
    const IoTable world = rounded_world();
    Concordance regions;
    for (const Region& region : world.classification().regions()) {
        regions.entries.push_back({region.code, region.code == "R0" ? "A" : "B", 1.0, "", {}});
    }

    EXPECT_NO_THROW(aggregate(world, std::nullopt, regions));
}

}  // namespace
}  // namespace narrows
