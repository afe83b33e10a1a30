// Satellite accounts in a table, and through what changes tables.
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/table/accounts.hpp"
#include "host/table/aggregation.hpp"
#include "host/table/findings.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;
using test::expect_parts;
using test::message_of;

IoTable world(unsigned seed = 1) {
    return test::with_satellites(test::random_world_table(3, 4, seed), seed);
}

std::string refusal(const SatelliteAccount& account) {
    return message_of<ArgumentError>(
        [&] { test::random_national_table(2, 1).with_satellites({account}); });
}

TEST(Satellites, CountInTheHashOnlyWhereThereAreSome) {
    const IoTable bare = test::random_world_table(3, 4, 1);
    IoTable copy = bare;
    EXPECT_EQ(std::move(copy).with_satellites({}).hash(), bare.hash());
    EXPECT_NE(world().hash(), bare.hash());
    TableData data = world().data();
    data.satellites[1].final_uses[0] += 1.0;
    EXPECT_NE(IoTable(data).hash(), world().hash());
    data = world().data();
    data.satellites[0].unit = "persons";
    EXPECT_NE(IoTable(data).hash(), world().hash());
}

TEST(Satellites, AreRefusedWithoutNameUnitOrRightSize) {
    expect_parts(refusal({"", "t", VectorXd::Ones(2), {}}), {"no name"});
    expect_parts(refusal({"CO2", "", VectorXd::Ones(2), {}}), {"'CO2'", "no unit"});
    expect_parts(refusal({"CO2", "t", VectorXd::Ones(3), {}}), {"'CO2'", "3 x 1, expected 2 x 1"});
    expect_parts(refusal({"CO2", "t", VectorXd::Ones(2), VectorXd::Ones(9)}), {"9 x 1, expected"});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    expect_parts(refusal({"CO2", "t", VectorXd::Constant(2, nan), {}}), {"not finite"});
    const SatelliteAccount jobs{"jobs", "persons", VectorXd::Ones(2), {}};
    expect_parts(message_of<ArgumentError>([&] {
                     test::random_national_table(2, 1).with_satellites({jobs, jobs});
                 }),
                 {"duplicate satellite account 'jobs'"});
}

TEST(Satellites, AreFoundByNameWithTheNearestOneNamed) {
    EXPECT_EQ(world().satellite("CO2"), 1);
    expect_parts(message_of<ArgumentError>([] { world().satellite("job"); }), {"'job'", "'jobs'"});
    expect_parts(
        message_of<ArgumentError>([] { test::random_national_table(2, 1).satellite("jobs"); }),
        {"no satellite accounts"});
}

TEST(Satellites, AddUpWhenATableIsAggregated) {
    const IoTable table = world();
    Concordance sectors;
    sectors.entries = {{"S0", "A", 1.0, "", SectorKind::goods},
                       {"S1", "A", 1.0, "", SectorKind::goods},
                       {"S2", "A", 0.25, "", SectorKind::goods},
                       {"S2", "B", 0.75, "", SectorKind::goods},
                       {"S3", "B", 1.0, "", SectorKind::goods}};
    Concordance regions;
    regions.entries = {{"R0", "X"}, {"R1", "Y"}, {"R2", "X"}};
    const IoTable joined = aggregate(table, sectors, regions);
    const VectorXd& before = table.satellites()[1].values;
    const VectorXd& after = joined.satellites()[1].values;
    const auto at = [&](const char* region_sector) {
        return before[table.classification().node(region_sector)];
    };
    EXPECT_NEAR(after[joined.classification().node("X_A")],
                at("R0_S0") + at("R0_S1") + 0.25 * at("R0_S2") + at("R2_S0") + at("R2_S1") +
                    0.25 * at("R2_S2"),
                1e-12);
    EXPECT_NEAR(after.sum(), before.sum(), 1e-12 * before.cwiseAbs().sum());
    EXPECT_EQ(joined.satellites()[1].final_uses.size(), joined.F().cols());
    EXPECT_NEAR(joined.satellites()[1].final_uses.sum(), table.satellites()[1].final_uses.sum(),
                1e-12);
    EXPECT_EQ(joined.satellites()[0].final_uses.size(), 0);
    EXPECT_EQ(joined.satellites()[0].unit, "1000 persons");
    EXPECT_LE((joined.satellites()[2].values - joined.value_added()).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(Satellites, OfARegionGoWithItsNationalTable) {
    const IoTable table = world();
    const IoTable home = national_table(table, "R1");
    const SatelliteAccount& co2 = home.satellites()[1];
    for (const Index node : table.classification().nodes_of_region(1)) {
        EXPECT_EQ(co2.values[table.classification().sector_of(node)],
                  table.satellites()[1].values[node]);
    }
    EXPECT_EQ(home.satellites()[2].values, home.value_added());
    ASSERT_EQ(co2.final_uses.size(), home.F().cols());
    double own = 0.0;
    for (std::size_t f = 0; f < table.final_uses().size(); ++f) {
        if (table.final_uses()[f].region != "R1") continue;
        own += table.satellites()[1].final_uses[static_cast<Index>(f)];
    }
    EXPECT_NEAR(co2.final_uses.sum(), own, 1e-12);
    EXPECT_EQ(home.satellites()[0].final_uses.size(), 0);
}

TEST(Satellites, KeepTheirFinalUsesWhenARowIsClosed) {
    TableData data = world().data();
    data.x[2] *= 1.01;
    const IoTable closed = closed_table(data, "path", Acceptance::balanced_only);
    ASSERT_GT(closed.F().cols(), data.F.cols());
    const VectorXd& uses = closed.satellites()[1].final_uses;
    ASSERT_EQ(uses.size(), closed.F().cols());
    EXPECT_EQ(uses.head(data.F.cols()), data.satellites[1].final_uses);
    EXPECT_EQ(uses.tail(closed.F().cols() - data.F.cols()).cwiseAbs().sum(), 0.0);
}

TEST(Satellites, BelowZeroAndOfSectorsWithoutOutputAreFindings) {
    TableData data = world().data();
    data.satellites[1].values.setOnes();
    data.satellites[1].values[3] = -2.0;
    data.Z.row(5).setZero();
    data.Z.col(5).setZero();
    data.F.row(5).setZero();
    data.V.col(5).setZero();
    if (data.T.size() > 0) data.T.col(5).setZero();
    data.x[5] = 0.0;
    const IoTable table(data, Acceptance::any);
    std::vector<std::string> texts;
    for (const Finding& each : examine(table.data(), table.diagnostics()).findings) {
        if (each.code.rfind("satellite", 0) == 0 && each.text.find("CO2") != std::string::npos) {
            texts.push_back(each.code + ": " + each.text);
        }
    }
    ASSERT_EQ(texts.size(), 2U);
    expect_parts(texts[0], {"satellite-negative", "1", "-2 kt", table.classification().label(3)});
    expect_parts(texts[1], {"satellite-without-output", "1 kt", table.classification().label(5)});
}

}  // namespace
}  // namespace narrows
