#include "host/table/io_table.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;

/// A national table with every optional part: imports, imports for final use, taxes, ratings.
TableData full_table() {
    TableData data = test::random_national_table(4, 11).data();
    data.MF = Eigen::MatrixXd::Constant(4, 2, 0.5);
    data.T = Eigen::MatrixXd::Constant(2, 4, 0.25);
    data.tax_names = {"taxes", "margins"};
    data.V.array() -= 0.5;
    data.criticality_ratings = Eigen::MatrixXd::Constant(4, 4, 0.5);
    return data;
}

/// The message with which a table is refused after `change`.
std::string refusal(const std::function<void(TableData&)>& change) {
    TableData data = full_table();
    change(data);
    return message_of<ArgumentError>([&] { IoTable(std::move(data), Acceptance::any); });
}

TEST(IoTable, KeepsWhatItIsGiven) {
    const TableData data = full_table();

    const IoTable table(data);

    EXPECT_EQ(table.Z(), data.Z);
    EXPECT_EQ(table.x(), data.x);
    EXPECT_EQ(table.num_nodes(), 4);
    EXPECT_TRUE(table.has_imports());
    EXPECT_TRUE(table.has_criticality_ratings());
    EXPECT_EQ(table.taxes(), Eigen::VectorXd::Constant(4, 0.5));
    EXPECT_EQ(table.value_added(), Eigen::VectorXd(data.V.row(0).transpose()));
    EXPECT_EQ(table.imports_by_user(), Eigen::VectorXd(data.M.colwise().sum().transpose()));
    EXPECT_EQ(table.final_demand(), Eigen::VectorXd(data.F.rowwise().sum()));
}

TEST(IoTable, HasZeroImportsAndTaxesWhereThereAreNone) {
    TableData data = full_table();
    data.V += data.M.colwise().sum() + data.T.colwise().sum();
    data.M = data.MF = data.T = Eigen::MatrixXd();
    data.tax_names.clear();

    const IoTable table(data);

    EXPECT_EQ(table.imports_by_user(), Eigen::VectorXd::Zero(4));
    EXPECT_EQ(table.taxes(), Eigen::VectorXd::Zero(4));
    EXPECT_FALSE(table.has_imports());
}

TEST(IoTable, RefusesMatricesOfAnotherShape) {
    const auto expect = [](const std::string& message, const char* expected) {
        EXPECT_EQ(message, expected);
    };

    expect(refusal([](TableData& t) { t.Z.conservativeResize(4, 3); }),
           "Z is 4 x 3, expected 4 x 4");
    expect(refusal([](TableData& t) { t.F.conservativeResize(4, 1); }),
           "F is 4 x 1, expected 4 x 2");
    expect(refusal([](TableData& t) { t.F.conservativeResize(3, 2); }),
           "F is 3 x 2, expected 4 x 2");
    expect(refusal([](TableData& t) { t.V.conservativeResize(1, 3); }),
           "V is 1 x 3, expected 1 x 4");
    expect(refusal([](TableData& t) { t.M.conservativeResize(3, 4); }),
           "M is 3 x 4, expected 4 x 4");
    expect(refusal([](TableData& t) { t.MF.conservativeResize(4, 3); }),
           "MF is 4 x 3, expected 4 x 2");
    expect(refusal([](TableData& t) { t.T.conservativeResize(1, 4); }),
           "T is 1 x 4, expected 2 x 4");
    expect(refusal([](TableData& t) { t.T.resize(0, 0); }), "T is 0 x 0, expected 2 x 4");
    expect(refusal([](TableData& t) { t.x.conservativeResize(5); }), "x is 5 x 1, expected 4 x 1");
    expect(refusal([](TableData& t) { t.criticality_ratings.conservativeResize(4, 5); }),
           "criticality ratings is 4 x 5, expected 4 x 4");
}

TEST(IoTable, RefusesNamesThatDoNotMatchTheirMatrix) {
    EXPECT_EQ(refusal([](TableData& t) {
                  t.final_uses.push_back({"", "MORE"});
              }),
              "F is 4 x 2, expected 4 x 3");
    EXPECT_EQ(refusal([](TableData& t) { t.value_added_names.clear(); }),
              "V is 1 x 4, expected 0 x 4");
    EXPECT_EQ(refusal([](TableData& t) { t.tax_names.pop_back(); }), "T is 2 x 4, expected 1 x 4");
}

TEST(IoTable, RefusesATableWithoutSectors) {
    const std::string message = message_of<ArgumentError>([] { IoTable{TableData()}; });

    EXPECT_EQ(message, "the table has no sectors");
}

TEST(IoTable, RefusesValuesThatAreNotFinite) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double inf = std::numeric_limits<double>::infinity();

    EXPECT_EQ(refusal([&](TableData& t) { t.Z(3, 2) = nan; }), "Z has a value that is not finite");
    EXPECT_EQ(refusal([&](TableData& t) { t.F(0, 1) = inf; }), "F has a value that is not finite");
    EXPECT_EQ(refusal([&](TableData& t) { t.V(0, 0) = -inf; }), "V has a value that is not finite");
    EXPECT_EQ(refusal([&](TableData& t) { t.M(1, 1) = nan; }), "M has a value that is not finite");
    EXPECT_EQ(refusal([&](TableData& t) { t.MF(1, 1) = nan; }),
              "MF has a value that is not finite");
    EXPECT_EQ(refusal([&](TableData& t) { t.T(1, 1) = inf; }), "T has a value that is not finite");
    EXPECT_EQ(refusal([&](TableData& t) { t.x[2] = inf; }), "x has a value that is not finite");
    EXPECT_EQ(refusal([&](TableData& t) { t.criticality_ratings(0, 0) = nan; }),
              "criticality ratings has a value that is not finite");
}

TEST(IoTable, RefusesNamesThatAreThereTwice) {
    EXPECT_EQ(refusal([](TableData& t) { t.final_uses[1] = t.final_uses[0]; }),
              "duplicate final use 'CONSUMPTION'");
    EXPECT_EQ(refusal([](TableData& t) { t.tax_names[1] = "taxes"; }),
              "duplicate row of taxes 'taxes'");
}

TEST(IoTable, RefusesFinalUsesWithoutARegionBesideSeveralRegionsAndTheOtherWayRound) {
    TableData world = test::random_world_table(2, 3, 5).data();
    world.final_uses[1].region.clear();

    const std::string without = message_of<ArgumentError>([&] { IoTable(std::move(world)); });
    const std::string with = refusal([](TableData& data) { data.final_uses[0].region = "HOM"; });

    expect_parts(without, {"'FINAL' has no region"});
    expect_parts(with, {"'HOM_CONSUMPTION' has a region"});
}

TEST(IoTable, RefusesAnImportMatrixBesideSeveralRegions) {
    TableData with_imports = test::random_world_table(2, 2, 1).data();
    with_imports.M = Eigen::MatrixXd::Zero(4, 4);
    TableData with_final_imports = test::random_world_table(2, 2, 1).data();
    with_final_imports.MF = Eigen::MatrixXd::Zero(4, 2);

    EXPECT_THROW(IoTable{with_imports}, ArgumentError);
    EXPECT_THROW(IoTable{with_final_imports}, ArgumentError);
}

TEST(IoTable, RefusesRowThatDoesNotBalance) {
    TableData data = full_table();
    data.F(2, 0) += 0.01 * data.x[2];

    const std::string message = message_of<BalanceError>([&] { IoTable{data}; });

    expect_parts(message, {"row of S2", "expected gross output"});
}

TEST(IoTable, KeepsWhatDoesNotBalanceWhereThatIsAskedFor) {
    TableData data = full_table();
    data.F(2, 0) += 0.01 * data.x[2];

    const IoTable table(data, Acceptance::any);

    EXPECT_FALSE(table.diagnostics().acceptable());
    EXPECT_EQ(table.diagnostics().rows.num_unbalanced, 1);
}

TEST(TableHash, IsTheSameForTheSameFigures) {
    const IoTable one(full_table());
    const IoTable other(full_table());

    EXPECT_EQ(one.hash(), other.hash());
    EXPECT_EQ(one.hash(), one.hash());
    EXPECT_EQ(one.hash().rfind("xxh128:", 0), 0U);
    EXPECT_EQ(one.hash().size(), 7U + 32U);
}

TEST(TableHash, IgnoresWhereTheTableCameFrom) {
    TableData data = full_table();
    data.meta.name = "another name";
    data.meta.source = "another file";
    data.meta.changes = "written by narrows";

    EXPECT_EQ(IoTable(data).hash(), IoTable(full_table()).hash());
}

TEST(TableHash, DoesNotTellZeroFromMinusZero) {
    TableData zero = full_table();
    zero.MF(0, 0) = 0.0;
    TableData minus_zero = full_table();
    minus_zero.MF(0, 0) = -0.0;

    EXPECT_EQ(IoTable(zero).hash(), IoTable(minus_zero).hash());
}

TEST(TableHash, ChangesWithEveryPartOfTheTable) {
    const std::vector<std::function<void(TableData&)>> changes = {
        [](TableData&) {},
        [](TableData& t) { t.Z(0, 1) = std::nextafter(t.Z(0, 1), 1e9); },
        [](TableData& t) { t.Z.transposeInPlace(); },
        [](TableData& t) { t.F(3, 1) = std::nextafter(t.F(3, 1), 1e9); },
        [](TableData& t) { t.M(2, 2) += 1.0; },
        [](TableData& t) { t.MF(0, 0) += 1.0; },
        [](TableData& t) { t.MF.resize(0, 0); },
        [](TableData& t) { t.V(0, 3) = std::nextafter(t.V(0, 3), 1e9); },
        [](TableData& t) { t.T(1, 0) += 1.0; },
        [](TableData& t) { t.x[1] = std::nextafter(t.x[1], 1e9); },
        [](TableData& t) { t.criticality_ratings(3, 0) = 0.75; },
        [](TableData& t) { t.criticality_ratings.resize(0, 0); },
        [](TableData& t) { t.meta.unit = "billion"; },
        [](TableData& t) { t.final_uses[0].category = "HOUSEHOLDS"; },
        [](TableData& t) { t.value_added_names[0] = "wages"; },
        [](TableData& t) { t.tax_names[1] = "transport"; },
        [](TableData& t) {
            auto sectors = t.classification.sectors();
            sectors[0].code = "S9";
            t.classification = Classification::national(sectors, {"HOM", "Home"});
        },
        [](TableData& t) {
            auto sectors = t.classification.sectors();
            sectors[0].kind = SectorKind::services;
            t.classification = Classification::national(sectors, {"HOM", "Home"});
        },
    };

    std::set<std::string> hashes;
    for (const auto& change : changes) {
        TableData data = full_table();
        change(data);
        hashes.insert(IoTable(std::move(data), Acceptance::any).hash());
    }

    EXPECT_EQ(hashes.size(), changes.size());
}

}  // namespace
}  // namespace narrows
