#include "host/readers/pymrio_folder.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows::test {
namespace {

namespace fs = std::filesystem;

/// A table of two regions and two sectors as pymrio saves it, with this separator. V is
/// x' - 1'Z in both forms.
void write_small(const ScratchFolder& folder, char separator) {
    const auto lines = [&](const std::string& name, std::string text) {
        for (char& c : text) {
            if (c == ';') c = separator;
        }
        folder.write(name, text);
    };
    fs::create_directory(folder.path() / "factor_inputs");
    folder.write("file_parameters.json",
                 R"({"files": {"Z": {"name": "Z.txt", "nr_index_col": "2", "nr_header": "2"},
                     "Y": {"name": "Y.txt", "nr_index_col": 2, "nr_header": 2},
                     "unit": {"name": "unit.txt", "nr_index_col": "2", "nr_header": "1"}},
                     "systemtype": "IOSystem"})");
    folder.write("metadata.json",
                 R"({"name": "small", "description": "of 2015", "system": "pxp"})");
    lines("Z.txt",
          "region;;A;A;B;B\nsector;;farm;shop;farm;shop\nregion;sector;;;;\n"
          "A;farm;1.25;2;3;4\nA;shop;0.1;1;1;1\nB;farm;1;1;1;1\nB;shop;2;2;2;0.3\n");
    lines("Y.txt",
          "region;;A;B\ncategory;;C;C\nregion;sector;;\n"
          "A;farm;10;1\nA;shop;5;0.5\nB;farm;0;9\nB;shop;1;20\n");
    lines("unit.txt", "region;sector;unit\nA;farm;EUR\nA;shop;EUR\nB;farm;EUR\nB;shop;EUR\n");
    folder.write("factor_inputs/file_parameters.json",
                 R"({"files": {"F": {"name": "F.txt", "nr_index_col": "1", "nr_header": "2"},
                     "unit": {"name": "unit.txt", "nr_index_col": "1", "nr_header": "1"}},
                     "name": "factor_inputs", "systemtype": "Extension"})");
    lines("factor_inputs/F.txt",
          "region;A;A;B;B\nsector;farm;shop;farm;shop\ninputtype;;;;\n"
          "Taxes less subsidies on products;0.5;0.5;0.5;0.5\nwages;16.4;2.1;5.5;20.5\n"
          "workers;1;2;3;4\n");
    lines("factor_inputs/unit.txt",
          "inputtype;unit\nTaxes less subsidies on products;EUR\nwages;EUR\nworkers;persons\n");
}

TEST(PymrioFolder, ReadsWhatPymrioSavesWithAnySeparator) {
    for (const char separator : {'\t', ',', ';'}) {
        const ScratchFolder folder;
        write_small(folder, separator);

        const IoTable table = read_table(folder.path().string());

        EXPECT_EQ(table.classification().labels(),
                  (std::vector<std::string>{"A_farm", "A_shop", "B_farm", "B_shop"}));
        EXPECT_EQ(table.Z()(0, 0), 1.25);
        EXPECT_EQ(table.Z()(3, 3), 0.3);
        EXPECT_EQ(table.F()(3, 1), 20.0);
        EXPECT_EQ(table.final_uses()[1].label(), "B_C");
        EXPECT_EQ(table.x()[0], 1.25 + 2 + 3 + 4 + 10 + 1);
        EXPECT_EQ(table.value_added_names(), std::vector<std::string>{"wages"});
        EXPECT_EQ(table.V()(0, 0), 16.4);
        EXPECT_EQ(table.T()(0, 3), 0.5);
        EXPECT_EQ(table.meta().unit, "EUR");
        EXPECT_EQ(table.meta().name, "small");
        EXPECT_EQ(table.meta().year, 2015);
    }
}

TEST(PymrioFolder, RefusesWhatDoesNotFit) {
    const auto refused = [](const char* file, const char* from, const char* to,
                            const std::vector<std::string>& parts) {
        const ScratchFolder folder;
        write_small(folder, '\t');
        replace_in_file(folder.path() / file, from, to);
        expect_parts(message_of<ParseError>([&] { read_table(folder.path().string()); }), parts);
    };
    refused("Z.txt", "1.25", "1,25", {"Z.txt:4: column 3", "'1,25'", "a number"});
    refused("Z.txt", "B\tshop\t2", "B\tfarm\t2", {"Z.txt:7", "each sector once"});
    refused("Z.txt", "\tshop\tfarm", "\tship\tfarm", {"Z.txt:1: column 4", "unknown sector"});
    refused("Y.txt", "A\tshop", "A\tship", {"Y.txt:5", "unknown sector 'A / ship'"});
    refused("Y.txt", "\tA\tB\n", "\tA\tX\n", {"Y.txt:1: column 4", "a region of Z"});
    refused("Y.txt", "B\tshop\t1\t20\n", "", {"Y.txt", "3 sectors", "expected 4"});
    refused("unit.txt", "A\tshop\tEUR", "A\tshop\ttonnes", {"unit.txt", "one unit"});
    refused("file_parameters.json", "\"nr_header\": \"2\"", "\"nr_header\": \"99\"",
            {"file_parameters.json", "nr_header '99'", "from 1 to 16"});
}

TEST(PymrioFolder, GivesBackEveryKindOfTableBitByBit) {
    const IoTable world = read_table("world-2011");
    for (const IoTable& table : {world, national_table(world, "CHN"), random_national_table(7, 1),
                                 random_world_table(3, 4, 2)}) {
        const ScratchFolder folder;
        const fs::path path = folder.path() / "table";
        write_pymrio_folder(table, path);

        const IoTable read = read_table(path.string());

        EXPECT_EQ(read.hash(), table.hash());
        EXPECT_EQ(read.Z(), table.Z());
        EXPECT_EQ(read.M(), table.M());
        EXPECT_EQ(read.T(), table.T());
        EXPECT_EQ(read.meta().licence, table.meta().licence);
        EXPECT_EQ(read.meta().findings.size(), 0U);
        EXPECT_EQ(read.classification().sectors()[1].name,
                  table.classification().sectors()[1].name);
    }
}

TEST(PymrioFolder, ReadsCoefficientsWithoutOutput) {
    NARROWS_NEEDS_SHARED("data/layouts/exio3_mock");
    const IoTable table =
        read_table(shared_path("data/layouts/exio3_mock").string(), {.format = "pymrio"});

    EXPECT_EQ(table.num_nodes(), 48);
    EXPECT_EQ(table.meta().unit, "Mill USD");
    EXPECT_EQ(table.meta().year, 2009);
    EXPECT_NEAR(table.Z()(0, 0) / table.x()[0], 0.0990875448681, 1e-15);
    EXPECT_EQ(table.F()(0, 0), 58180.65);
    EXPECT_TRUE(table.diagnostics().acceptable());
}

}  // namespace
}  // namespace narrows::test
