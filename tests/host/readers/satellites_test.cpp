// Satellite accounts as the plain folder, NetCDF and the published formats have them.
#include "host/readers/satellites.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/netcdf_table.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/readers/pymrio_folder.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"
#include "tests/support/workbooks.hpp"

namespace narrows::test {
namespace {

using Eigen::Vector2d;
using Eigen::Vector3d;
using Files = std::map<std::string, std::string>;

std::vector<std::string> names_of(const IoTable& table) {
    std::vector<std::string> names;
    for (const SatelliteAccount& account : table.satellites()) names.push_back(account.name);
    return names;
}

bool has_finding(const IoTable& table, const std::string& code) {
    const auto& findings = table.meta().findings;
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
}

TEST(SatelliteFiles, GiveBackEveryAccountBitByBitInEveryFormatOfItsOwn) {
    for (const IoTable& table : {with_satellites(random_world_table(3, 4, 2), 2),
                                 with_satellites(random_national_table(5, 3), 3)}) {
        const ScratchFolder folder;
        const auto path = [&](const char* name) { return folder.path() / name; };
        write_plain_folder(table, path("plain"));
        write_netcdf_table(table, path("table.nc"));
        write_pymrio_folder(table, path("pymrio"));
        for (const char* name : {"plain", "table.nc", "pymrio"}) {
            const IoTable read = read_table(path(name).string());
            EXPECT_EQ(read.hash(), table.hash()) << name;
            EXPECT_EQ(names_of(read), names_of(table)) << name;
            EXPECT_EQ(read.satellites()[1].values, table.satellites()[1].values) << name;
            EXPECT_EQ(read.satellites()[1].final_uses, table.satellites()[1].final_uses) << name;
            EXPECT_EQ(read.satellites()[0].final_uses.size(), 0) << name;
            EXPECT_EQ(read.satellites()[0].unit, "1000 persons") << name;
            EXPECT_EQ(read.meta().findings.size(), 0U) << name;
        }
    }
}

TEST(SatelliteFiles, HaveTheirColumnsInAnyOrder) {
    SatelliteSelection all({all_satellites});
    const auto accounts = read_satellites(
        InputFile("a.csv", "account,unit,B,A\nCO2,kt,2,1\n\"jobs, all\",persons,-4,3e2\n"),
        {"sector", {"A", "B"}}, all);
    ASSERT_EQ(accounts.size(), 2U);
    EXPECT_EQ(accounts[0].values, Vector2d(1, 2));
    EXPECT_EQ(accounts[1].name, "jobs, all");
    EXPECT_EQ(accounts[1].values, Vector2d(300, -4));
}

TEST(SatelliteFiles, AreReadOnlyWhereAskedFor) {
    // What is not asked for is not looked at: its numbers may be anything.
    SatelliteSelection one({"jobs"});
    const auto accounts =
        read_satellites(InputFile("a.csv", "account,unit,A,B\nCO2,kt,x,y\njobs,persons,3,4\n"),
                        {"sector", {"A", "B"}}, one);
    ASSERT_EQ(accounts.size(), 1U);
    EXPECT_EQ(accounts[0].values, Vector2d(3, 4));
    SatelliteSelection none({"job"});
    read_satellites(InputFile("a.csv", "account,unit,A\njobs,persons,3\n"), {"sector", {"A"}},
                    none);
    expect_parts(message_of<ArgumentError>([&] { none.require_all("a.csv"); }),
                 {"a.csv", "no satellite account 'job'", "'jobs'"});
    SatelliteSelection far({"zzzzzzzzz"});
    read_satellites(InputFile("a.csv", "account,unit,A\njobs,persons,3\n"), {"sector", {"A"}}, far);
    expect_parts(message_of<ArgumentError>([&] { far.require_all("a.csv"); }),
                 {"expected one of 1 such as 'jobs'", "narrows accounts"});
}

TEST(SatelliteFiles, AreRefusedWithOneClearLine) {
    const auto refused = [](const std::string& text, const std::vector<std::string>& parts) {
        SatelliteSelection all({all_satellites});
        expect_parts(message_of<ParseError>([&] {
                         read_satellites(InputFile("a.csv", text), {"sector", {"AGR", "MIN"}}, all);
                     }),
                     parts);
    };
    refused("account,unit,AGR,MIN\n", {"a.csv:2", "no record"});
    refused("name,unit,AGR,MIN\nCO2,kt,1,2\n", {"a.csv:1", "'name'", "account"});
    refused("account,unit,AGR,MIM\nCO2,kt,1,2\n",
            {"a.csv:1: column 4", "unknown sector 'MIM'", "'MIN'"});
    refused("account,unit,AGR,AGR\nCO2,kt,1,2\n", {"a.csv:1: column 4", "duplicate sector 'AGR'"});
    refused("account,unit,AGR\nCO2,kt,1\n", {"a.csv:1", "1 of 2 sectors", "'MIN'"});
    refused("account,unit,AGR,MIN\nCO2,kt,1,2,3\n", {"a.csv:2", "5 fields", "4"});
    refused("account,unit,AGR,MIN\nCO2,kt,1\n", {"a.csv:2", "3 fields", "4"});
    refused("account,unit,AGR,MIN\nCO2,,1,2\n", {"a.csv:2: column 2 (unit)", "unit of 'CO2'"});
    refused("account,unit,AGR,MIN\n,kt,1,2\n", {"a.csv:2: column 1 (account)", "a name"});
    refused("account,unit,AGR,MIN\nCO2,kt,1,2\nCO2,kt,1,2\n",
            {"a.csv:3: column 1", "duplicate account 'CO2'"});
    refused("account,unit,AGR,MIN\nCO2,kt,1,nan\n", {"a.csv:2: column 4 (MIN)", "'nan'"});
    refused("account,unit,AGR,MIN\nCO2,kt,1,1e999\n", {"a.csv:2: column 4 (MIN)", "'1e999'"});
    refused("account,unit,AGR,MIN\nCO2,kt,,2\n", {"a.csv:2: column 3 (AGR)"});
}

TEST(SatelliteFiles, OfFinalUsesBelongToAccountsOfSectors) {
    const auto refused = [](const std::string& text, const std::vector<std::string>& parts) {
        std::vector<SatelliteAccount> accounts = {{"CO2", "kt", Vector2d(1, 2), {}}};
        expect_parts(message_of<ParseError>([&] {
                         read_satellites_of_uses(InputFile("a_F.csv", text),
                                                 {"final use", {"C", "I"}}, accounts);
                     }),
                     parts);
    };
    refused("account,unit,C,I\n", {"a_F.csv:2", "no record"});
    refused("account,unit,C,I\njobs,kt,1,2\n", {"a_F.csv:2: column 1", "'jobs'"});
    refused("account,unit,C,I\nCO2,t,1,2\n", {"a_F.csv:2: column 2", "'t'", "'kt'"});
    refused("account,unit,C,G\nCO2,kt,1,2\n", {"a_F.csv:1: column 4", "unknown final use 'G'"});

    const ScratchFolder folder;
    const IoTable table = with_satellites(random_world_table(2, 2, 1), 1);
    write_plain_folder(table, folder.path() / "table");
    std::filesystem::remove(folder.path() / "table" / "accounts.csv");
    expect_parts(message_of<ParseError>([&] { read_plain_folder(folder.path() / "table"); }),
                 {"accounts_F.csv", "none without accounts.csv"});
}

TEST(SatelliteFiles, OfATableThatHasNoneAreMissed) {
    expect_parts(
        message_of<ArgumentError>([] { read_table("world-2011", {.accounts = {"jobs"}}); }),
        {"no satellite accounts"});
    EXPECT_TRUE(read_table("world-2011", {.accounts = {"all"}}).satellites().empty());
}

/// EXIOBASE 3: two sectors of AT and one of WF.
Files exiobase() {
    return {{"Z.txt",
             "region\t\tAT\tAT\tWF\nsector\t\tA\tB\tA\nregion\tsector\t\t\t\n"
             "AT\tA\t1\t2\t3\nAT\tB\t0.5\t1\t1.5\nWF\tA\t2\t2\t2\n"},
            {"Y.txt",
             "region\t\tAT\tWF\ncategory\t\tC\tC\nregion\tsector\t\t\n"
             "AT\tA\t3\t1\nAT\tB\t4\t1\nWF\tA\t8\t6\n"},
            {"satellite/F.txt",
             "region\tWF\tAT\tAT\nsector\tA\tA\tB\nstressor\t\t\t\n"
             "Value Added\t13.5\t6.5\t3\nCO2 - air\t900\t700\t800\nWater\t1\t2\tx\n"},
            {"satellite/F_Y.txt",
             "region\tWF\tAT\ncategory\tC\tC\nstressor\t\t\nWater\t1\t1\nCO2 - air\t30\t20\n"},
            {"satellite/unit.txt", "\tunit\nValue Added\tM.EUR\nCO2 - air\tkg\nWater\tMm3\n"}};
}

IoTable read(const Files& files, const std::vector<std::string>& accounts) {
    return read_table(InputSource("IOT_2011_pxp", files), {.accounts = accounts});
}

TEST(SatellitesOfExiobase, AreReadByNameWithTheirFinalUses) {
    const IoTable table = read(exiobase(), {"CO2 - air"});
    ASSERT_EQ(names_of(table), std::vector<std::string>{"CO2 - air"});
    EXPECT_EQ(table.satellites()[0].unit, "kg");
    EXPECT_EQ(table.satellites()[0].values, Vector3d(700, 800, 900));
    EXPECT_EQ(table.satellites()[0].final_uses, Vector2d(20, 30));
    EXPECT_TRUE(has_finding(table, "satellites"));
    EXPECT_TRUE(read(exiobase(), {}).satellites().empty());
    EXPECT_TRUE(has_finding(read(exiobase(), {}), "satellites"));
}

TEST(SatellitesOfExiobase, MayLieInSeveralFoldersAndHaveTheSameName) {
    Files files = exiobase();
    files["impacts/F.txt"] =
        "region\tAT\tAT\tWF\nsector\tA\tB\tA\nstressor\t\t\t\nCO2 - air\t7\t8\t9\n";
    files["impacts/unit.txt"] = "\tunit\nCO2 - air\tt\n";
    files["satellite/F_hh.txt"] = files["satellite/F_Y.txt"];
    files.erase("satellite/F_Y.txt");
    const IoTable table = read(files, {"CO2 - air"});
    EXPECT_EQ(names_of(table), (std::vector<std::string>{"CO2 - air", "satellite / CO2 - air"}));
    EXPECT_EQ(table.satellites()[0].values, Vector3d(7, 8, 9));
    EXPECT_EQ(table.satellites()[1].final_uses, Vector2d(20, 30));
}

TEST(SatellitesOfExiobase, AreRefusedWithOneClearLine) {
    const auto refused = [](const char* file, const std::string& from, const std::string& to,
                            const std::vector<std::string>& parts) {
        Files files = exiobase();
        std::string& text = files[file];
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        text.replace(at, from.size(), to);
        expect_parts(message_of<ParseError>([&] { read(files, {"CO2 - air"}); }), parts);
    };
    refused("satellite/F.txt", "AT\tAT\n", "AT\tXX\n", {"F.txt", "unknown sector 'XX B'"});
    refused("satellite/F.txt", "900", "NaN", {"F.txt:5", "'NaN'"});
    refused("satellite/F.txt", "\t700\t800", "\t700\t800\t5", {"F.txt:5"});
    refused("satellite/F.txt", "Water", "CO2 - air", {"F.txt:6", "CO2 - air"});
    refused("satellite/unit.txt", "CO2 - air\tkg\n", "", {"unit.txt", "no unit of 'CO2 - air'"});
    refused("satellite/F_Y.txt", "WF\tAT", "WF\tWF", {"F_Y.txt:1", "WF_C"});
    expect_parts(message_of<ArgumentError>([] { read(exiobase(), {"CO2 - wir"}); }),
                 {"'CO2 - wir'", "'CO2 - air'"});
}

TEST(SatellitesOfPymrio, AreThoseOfAllItsExtensions) {
    NARROWS_NEEDS_SHARED("data/layouts/exio3_mock");
    NARROWS_NEEDS_SHARED("data/layouts/eora26_mock");
    // The mocks have the same figures in two formats.
    const IoTable exiobase =
        read_table(shared_path("data/layouts/exio3_mock").string(),
                   {.format = "exiobase3", .acceptance = Acceptance::any, .accounts = {"all"}});
    const IoTable eora = read_table(shared_path("data/layouts/eora26_mock").string(),
                                    {.acceptance = Acceptance::any, .accounts = {"all"}});
    ASSERT_EQ(exiobase.satellites().size(), 2U);
    ASSERT_EQ(eora.satellites().size(), 2U);
    for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_EQ(exiobase.satellites()[k].unit, "kg");
        EXPECT_EQ(eora.satellites()[k].unit, "kg");
        EXPECT_EQ(exiobase.satellites()[k].values, eora.satellites()[k].values);
        EXPECT_EQ(exiobase.satellites()[k].final_uses, eora.satellites()[k].final_uses);
    }
    EXPECT_EQ(eora.satellites()[0].name, "I-GHG-CO2 emissions (kg) / emission_type1");
}

TEST(SatellitesOfPymrio, AreReadFromAFolderThatItSaved) {
    const ScratchFolder folder;
    const IoTable table = with_satellites(random_world_table(2, 2, 1), 1);
    const auto path = folder.path() / "saved";
    write_pymrio_folder(table, path);
    std::filesystem::remove(path / "narrows.json");  // now it is anyone's
    const auto read = [&](const std::vector<std::string>& accounts) {
        return read_table(path.string(), {.accounts = accounts});
    };
    EXPECT_TRUE(read({}).satellites().empty());
    EXPECT_TRUE(has_finding(read({}), "satellites"));
    const IoTable one = read({"CO2"});
    ASSERT_EQ(names_of(one), std::vector<std::string>{"CO2"});
    EXPECT_EQ(one.satellites()[0].values, table.satellites()[1].values);
    EXPECT_EQ(one.satellites()[0].final_uses, table.satellites()[1].final_uses);
    replace_in_file(path / "satellite" / "unit.txt", "CO2\tkt", "CO3\tkt");
    expect_parts(message_of<ParseError>([&] { read({"CO2"}); }), {"satellite", "no unit of 'CO2'"});
}

/// Two sectors of one country and ROW's single one, with two accounts.
void write_eora(const ScratchFolder& folder) {
    folder.write("labels_T.txt",
                 "Utopia\tUTO\tIndustries\tAgriculture\t\nUtopia\tUTO\tIndustries\tMining\t\n"
                 "Rest of World\tROW\tTOTAL\tTOTAL\t\n");
    folder.write("labels_FD.txt",
                 "Utopia\tUTO\tFinal Demand\tHouseholds\t\nRest of World\tROW\tTOTAL\tTOTAL\t\n");
    folder.write("labels_VA.txt", "Primary Inputs\tWages\t\n");
    folder.write("labels_Q.txt", "Energy Usage (TJ)\tNatural Gas\t\nJobs\tAll\t\n");
    folder.write("Eora26_2011_bp_T.txt", "1\t2.5\t0\n0.5\t0.125\t1\n0\t0\t3\n");
    folder.write("Eora26_2011_bp_FD.txt", "4\t0.5\n1\t0.375\n0\t1\n");
    folder.write("Eora26_2011_bp_VA.txt", "6.5\t0.375\t0\n");
    folder.write("Eora26_2011_bp_Q.txt", "7\t8\t9\n1\t2\tx\n");
    folder.write("Eora26_2011_bp_QY.txt", "0.5\t0.25\nx\t1\n");
}

TEST(SatellitesOfEora, AreRowsOfQWithTheUnitInTheirNames) {
    const ScratchFolder folder;
    write_eora(folder);
    const std::string path = folder.path().string();
    const std::string gas = "Energy Usage (TJ) / Natural Gas";
    const IoTable table = read_table(path, {.accounts = {gas}});
    ASSERT_EQ(names_of(table), std::vector<std::string>{gas});
    EXPECT_EQ(table.satellites()[0].unit, "TJ");
    EXPECT_EQ(table.satellites()[0].values, Vector3d(7, 8, 9));
    EXPECT_EQ(table.satellites()[0].final_uses.head(2), Vector2d(0.5, 0.25));
    EXPECT_TRUE(has_finding(table, "satellites"));
    EXPECT_TRUE(read_table(path).satellites().empty());

    expect_parts(message_of<ParseError>([&] { read_table(path, {.accounts = {"Jobs / All"}}); }),
                 {"labels_Q.txt:2: column 1", "'Jobs'", "its unit in brackets"});
    folder.write("Eora26_2011_bp_Q.txt", "7\t8\t9\t1\t1\n1\t2\t3\t1\t1\n");
    expect_parts(message_of<ParseError>([&] { read_table(path, {.accounts = {gas}}); }),
                 {"_Q.txt", "2 x 5 numbers", "expected 2 x 3"});
    folder.write("Eora26_2011_bp_Q.txt", "7\t8\tnan\n1\t2\t3\n");
    expect_parts(message_of<ParseError>([&] { read_table(path, {.accounts = {gas}}); }),
                 {"_Q.txt:1: column 3", "'nan'"});
}

std::string gloria_name(const std::string& matrix) {
    return "20240111_120secMother_AllCountries_002_" + matrix +
           "-Results_2022_059_Markup001(full).csv";
}

/// Two regions of two sectors.
Files gloria() {
    return {{gloria_name("T"),
             "0,0,90,10,0,0,0,0\n0,0,0,30,0,0,0,0\n10,6,0,0,4,0,0,0\n20,2,0,0,0,8,0,0\n"
             "0,0,0,0,0,0,60,0\n0,0,0,0,0,0,20,80\n8,0,0,0,12,4,0,0\n4,0,0,0,16,20,0,0\n"},
            {gloria_name("Y"),
             "0,0,0,0\n0,0,0,0\n40,10,20,0\n5,1,4,0\n0,0,0,0\n0,0,0,0\n6,0,40,10\n0,0,30,10\n"},
            {gloria_name("V"),
             "40,15,0,0,0,0,0,0\n18,7,0,0,0,0,0,0\n0,0,0,0,20,50,0,0\n0,0,0,0,8,18,0,0\n"},
            {gloria_name("TQ"), "1,2,0,0,3,4,0,0\n5,6,0,0,7,8,9,0\nx,0,0,0,0,0,0,0\n"},
            {gloria_name("YQ"), "1,2,3,4\n0,0,0,0\n0,0,0,0\n"},
            {"GLORIA_ReadMe_059.xlsx",
             workbook({{"Satellites",
                        {{"Lfd_Nr", "Sat_head_indicator", "Sat_indicator", "Sat_unit"},
                         {1.0, "Material", "Rice", "tonnes"},
                         {2.0, "Emissions", "co2", "kt"},
                         {3.0, "Emissions", "co2", "t"}}}})}};
}

TEST(SatellitesOfGloria, AreLinesOfTQNamedByTheReadMe) {
    const auto read = [](const Files& files, const std::vector<std::string>& accounts) {
        return read_table(InputSource("GLORIA", files), {.accounts = accounts});
    };
    const IoTable table = read(gloria(), {"Material / Rice", "Emissions / co2"});
    EXPECT_EQ(names_of(table), (std::vector<std::string>{"Material / Rice", "Emissions / co2"}));
    EXPECT_EQ(table.satellites()[0].unit, "tonnes");
    EXPECT_EQ(table.satellites()[0].values, (Eigen::Vector4d(1, 2, 3, 4)));
    EXPECT_EQ(table.satellites()[0].final_uses.head(4), (Eigen::Vector4d(1, 2, 3, 4)));
    EXPECT_EQ(table.satellites()[1].values, (Eigen::Vector4d(5, 6, 7, 8)));
    EXPECT_TRUE(has_finding(table, "satellites-of-products"));
    EXPECT_TRUE(read(gloria(), {}).satellites().empty());

    expect_parts(message_of<ParseError>([&] { read(gloria(), {"Emissions / co2 / 3"}); }),
                 {"TQ-Results", ":3: column 1", "'x'"});
    Files files = gloria();
    files.erase("GLORIA_ReadMe_059.xlsx");
    expect_parts(message_of<ParseError>([&] { read(files, {"all"}); }),
                 {"TQ-Results", "no names and units", "Satellites"});
    files = gloria();
    files[gloria_name("TQ")] = "1,2,0,0,3,4,0,0\n";
    expect_parts(message_of<ParseError>([&] { read(files, {"all"}); }),
                 {"TQ-Results", "1 lines of 8 numbers", "3 of 8"});
}

}  // namespace
}  // namespace narrows::test
