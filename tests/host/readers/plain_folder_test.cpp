#include "host/readers/plain_folder.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using test::expect_parts;
using test::message_of;
using test::ScratchFolder;

IoTable embedded(const std::string& name) {
    return read_plain_folder(test::data_path() / name);
}

/// Writes the table and reads it back.
IoTable round_trip(const IoTable& table) {
    const ScratchFolder folder;
    write_plain_folder(table, folder.path() / "table");
    return read_plain_folder(folder.path() / "table");
}

void expect_same_bits(const IoTable& read, const IoTable& written) {
    EXPECT_EQ(read.Z(), written.Z());
    EXPECT_EQ(read.F(), written.F());
    EXPECT_EQ(read.M(), written.M());
    EXPECT_EQ(read.MF(), written.MF());
    EXPECT_EQ(read.V(), written.V());
    EXPECT_EQ(read.T(), written.T());
    EXPECT_EQ(read.x(), written.x());
    EXPECT_EQ(read.criticality_ratings(), written.criticality_ratings());
    EXPECT_EQ(read.classification().labels(), written.classification().labels());
    EXPECT_EQ(read.hash(), written.hash());
}

TEST(PlainFolder, LoadsTheEmbeddedWorldTable) {
    const IoTable table = embedded("world-2011");

    EXPECT_EQ(table.num_nodes(), 312);
    EXPECT_EQ(table.classification().regions().size(), 13U);
    EXPECT_EQ(table.classification().sectors().size(), 24U);
    EXPECT_EQ(table.meta().year, 2011);
    EXPECT_TRUE(table.has_criticality_ratings());
    EXPECT_TRUE(table.diagnostics().acceptable());
    EXPECT_EQ(table.Z()(0, 0), 165888.0);
    const auto china = table.classification().nodes_of_region(0);
    EXPECT_NEAR(table.value_added()(china).sum(), 7387122.0, 0.5);
}

TEST(PlainFolder, LoadsTheTextbookTables) {
    const IoTable leontief = embedded("textbook/leontief-1986");
    const IoTable miller_blair = embedded("textbook/miller-blair-2009");
    const IoTable interregional = embedded("textbook/miller-blair-2009-interregional");

    EXPECT_EQ(leontief.Z(), (Eigen::MatrixXd{{50, 40}, {70, 30}}));
    EXPECT_EQ(leontief.x(), (Eigen::VectorXd{{200, 250}}));
    EXPECT_EQ(miller_blair.Z(), (Eigen::MatrixXd{{150, 500}, {200, 100}}));
    EXPECT_EQ(miller_blair.value_added(), (Eigen::VectorXd{{650, 1400}}));
    EXPECT_EQ(interregional.classification().nodes_of_region(1), (std::vector<Index>{3, 4}));
    EXPECT_EQ(interregional.x()[1], 2000.0);
}

TEST(PlainFolder, GivesBackTheBitsThatWereWritten) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const IoTable national = test::random_national_table(6, seed);
        const IoTable world = test::random_world_table(3, 4, seed);

        expect_same_bits(round_trip(national), national);
        expect_same_bits(round_trip(world), world);
    }
}

TEST(PlainFolder, GivesBackTheBitsOfTheEmbeddedTables) {
    for (const char* name : {"world-2011", "textbook/leontief-1986", "textbook/miller-blair-2009",
                             "textbook/miller-blair-2009-interregional"}) {
        const IoTable table = embedded(name);

        expect_same_bits(round_trip(table), table);
    }
}

TEST(PlainFolder, GivesBackTheBitsOfANationalTableWithEveryPart) {
    TableData data = national_table(embedded("world-2011"), "CHN").data();
    data.T = data.V / 3.0;
    data.V -= data.T;
    data.tax_names = {"taxes, net"};
    const IoTable table(data);

    expect_same_bits(round_trip(table), table);
}

TEST(PlainFolder, GivesBackNamesThatNeedQuotes) {
    TableData data = test::random_national_table(3, 1).data();
    data.classification = Classification::national({{"A,B", "say \"no\"", SectorKind::goods},
                                                    {" C ", "line\nbreak", SectorKind::services},
                                                    {"\"D\"", "Réunion", SectorKind::goods}},
                                                   {"HOM", ""});
    data.final_uses[0].category = "a, b";
    const IoTable table(data);

    const IoTable read = round_trip(table);

    expect_same_bits(read, table);
    EXPECT_EQ(read.classification().sector(0).name, "say \"no\"");
    EXPECT_EQ(read.classification().sector(1).name, "line\nbreak");
    EXPECT_EQ(read.classification().sector(1).kind, SectorKind::services);
}

TEST(PlainFolder, GivesBackWhatIsKnownAboutTheTable) {
    TableData data = test::random_world_table(2, 2, 1).data();
    data.meta = {"a \"name\"", 1999,  "million", "a source", "CC0",
                 "somebody",   "own", "nothing", 0.125};

    const TableMeta meta = round_trip(IoTable(data)).meta();

    EXPECT_EQ(meta.name, "a \"name\"");
    EXPECT_EQ(meta.year, 1999);
    EXPECT_EQ(meta.unit, "million");
    EXPECT_EQ(meta.source, "a source");
    EXPECT_EQ(meta.licence, "CC0");
    EXPECT_EQ(meta.attribution, "somebody");
    EXPECT_EQ(meta.classification, "own");
    EXPECT_EQ(meta.changes, "nothing");
    EXPECT_EQ(meta.rounding, 0.125);
}

TEST(PlainFolder, GivesBackATableWithoutFinalUses) {
    TableData data = test::random_national_table(2, 1).data();
    data.final_uses.clear();
    data.F.resize(2, 0);
    const IoTable table(data, Acceptance::any);
    const ScratchFolder folder;

    write_plain_folder(table, folder.path() / "table");

    expect_same_bits(read_plain_folder(folder.path() / "table", Acceptance::any), table);
}

TEST(PlainFolder, TakesTheLongestRegionThatFitsAFinalUse) {
    TableData data = test::random_world_table(2, 1, 1).data();
    data.classification = Classification::multi_regional(
        {{"S", ""}}, {{"A_B", "first"}, {"A", "second"}}, {"A_B_S", "A_S"});
    data.final_uses = {{"A_B", "FINAL"}, {"A", "FINAL"}};

    const IoTable read = round_trip(IoTable(data));

    EXPECT_EQ(read.final_uses()[0].region, "A_B");
    EXPECT_EQ(read.final_uses()[1].region, "A");
}

TEST(PlainFolder, GivesBackARegionOfANationalTable) {
    const IoTable read = round_trip(test::random_national_table(2, 1));

    EXPECT_EQ(read.classification().regions().front().code, "HOM");
}

TEST(PlainFolder, TakesRowSumsAsOutputWithoutOutputFile) {
    const ScratchFolder folder;
    const fs::path table = test::copy_table("textbook/miller-blair-2009", folder.path());
    fs::remove(table / "x.csv");

    EXPECT_EQ(read_plain_folder(table).x(), (Eigen::VectorXd{{1000, 2000}}));
}

TEST(PlainFolder, TakesRowsAndColumnsInAnyOrder) {
    const ScratchFolder folder;
    const fs::path table = test::copy_table("textbook/miller-blair-2009", folder.path());
    folder.write("miller-blair-2009/Z.csv", ",2,1\n2,100,200\n1,500,150\n");
    folder.write("miller-blair-2009/x.csv", ",x\n2,2000\n1,1000\n");
    folder.write("miller-blair-2009/V.csv", ",2,1\npayments,1400,650\n");

    expect_same_bits(read_plain_folder(table), embedded("textbook/miller-blair-2009"));
}

TEST(PlainFolder, TakesCarriageReturnsAndByteOrderMarks) {
    const ScratchFolder folder;
    const fs::path table = test::copy_table("textbook/miller-blair-2009", folder.path());
    for (const auto& entry : fs::directory_iterator(table)) {
        std::string text = "\xEF\xBB\xBF";
        for (const char c : test::read_file(entry.path()))
            text += c == '\n' ? "\r\n" : std::string(1, c);
        folder.write("miller-blair-2009/" + entry.path().filename().string(), text);
    }

    expect_same_bits(read_plain_folder(table), embedded("textbook/miller-blair-2009"));
}

TEST(PlainFolder, IsRecognisedByItsMetaFile) {
    const ScratchFolder folder;

    EXPECT_TRUE(is_plain_folder(test::data_path() / "world-2011"));
    EXPECT_FALSE(is_plain_folder(test::data_path()));
    EXPECT_THROW(is_plain_folder(folder.path() / "absent"), FileError);
}

TEST(PlainFolder, AppearsWholeOrNotAtAll) {
    const ScratchFolder folder;
    const IoTable table = test::random_national_table(2, 1);

    write_plain_folder(table, folder.path() / "table");

    EXPECT_EQ(folder.names(), std::vector<std::string>{"table"});
    EXPECT_THROW(write_plain_folder(table, folder.path() / "table"), FileError);
    EXPECT_THROW(write_plain_folder(table, folder.path() / "absent" / "table"), FileError);
    EXPECT_EQ(folder.names(), std::vector<std::string>{"table"});
}

TEST(PlainFolder, NamesTheFolderThatDoesNotBalance) {
    const ScratchFolder folder;
    const fs::path table = test::copy_table("textbook/miller-blair-2009", folder.path());
    test::replace_in_file(table / "Z.csv", "150,500", "150,505");

    const std::string message = message_of<BalanceError>([&] { read_plain_folder(table); });

    expect_parts(message, {table.string(), "row of 1 sums to 1005, expected gross output 1000"});
    EXPECT_NO_THROW(read_plain_folder(table, Acceptance::any));
}

TEST(PlainFolder, RefusesOutputThatOverflows) {
    const ScratchFolder folder;
    const fs::path table = test::copy_table("textbook/miller-blair-2009", folder.path());
    fs::remove(table / "x.csv");
    test::replace_in_file(table / "Z.csv", "150,500", "1.7e308,1.7e308");

    const std::string message = message_of<BalanceError>([&] { read_plain_folder(table); });

    expect_parts(message, {table.string(), "x has a value that is not finite"});
}

}  // namespace
}  // namespace narrows
