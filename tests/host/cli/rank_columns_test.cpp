// Measures of dependence beside the ranking: --columns and --geopolitics.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

const Names all_columns = {"import_content_direct",
                           "import_content_total",
                           "foreign_input_reliance",
                           "hidden_exposure",
                           "foreign_input_reliance_with_own_output",
                           "hidden_exposure_with_own_output",
                           "hhi_look_through",
                           "upstreamness",
                           "hhi",
                           "largest_origin",
                           "largest_origin_share",
                           "geopolitical_weight",
                           "domestic_capacity",
                           "cdi1",
                           "cdi2",
                           "cdi3",
                           "cdi3_output",
                           "cdi_dependent"};

Names joined(Names first, const Names& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// The keys of a row after those of the plain ranking, which come first.
Names added_keys(const Json& row, const Json& plain) {
    Names result;
    for (const auto& item : row.items()) result.push_back(item.key());
    Names expected;
    for (const auto& item : plain.items()) expected.push_back(item.key());
    EXPECT_EQ(Names(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(plain.size())),
              expected);
    result.erase(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(plain.size()));
    return result;
}

/// Two regions with one sector: A = [[0.2, 0.05], [0.3, 0.2]], so L = [[1.28, 0.08], [0.48, 1.28]].
std::string two_regions(const ScratchFolder& folder) {
    folder.write("meta.json",
                 R"({"format": "narrows.table/1", "kind": "multi-regional", "name": "two",
                     "unit": "dollars", "source": "-", "licence": "-", "classification": "-"})");
    folder.write("sectors.csv", "code,name,kind\nP,Product,goods\n");
    folder.write("regions.csv", "code,name\nH,Home\nW,World\n");
    folder.write("Z.csv", ",H_P,W_P\nH_P,20,10\nW_P,30,40\n");
    folder.write("F.csv", ",H_FINAL,W_FINAL\nH_P,50,20\nW_P,10,120\n");
    folder.write("V.csv", ",H_P,W_P\nvalue_added,50,150\n");
    return folder.path().string();
}

std::string china(const ScratchFolder& folder) {
    const std::string path = (folder.path() / "china").string();
    run_narrows({"convert", "world-2011", path, "--home", "CHN"});
    return path;
}

TEST(RankColumns, OfATableThatCanBeWorkedOutByHand) {
    const ScratchFolder folder;
    const std::string weights = folder.write("g.csv", "home,origin,weight\nH,W,0.25\n");
    const std::string table = two_regions(folder);
    for (const char* scope : {"home", "world"}) {
        const Names asked = {"rank", table, "--home", "H", "--scope", scope};
        const Json plain = run_json(asked)["rows"];
        const Json rows =
            run_json(joined(asked, {"--columns", "all", "--geopolitics", weights}))["rows"];
        ASSERT_EQ(rows.size(), 1U);
        const Json& row = rows[0];
        EXPECT_EQ(added_keys(row, plain[0]), all_columns);
        for (const auto& item : plain[0].items()) EXPECT_EQ(row[item.key()], item.value());
        const auto near = [&](const char* key, double value) {
            EXPECT_NEAR(row[key].get<double>(), value, 1e-15) << key;
        };
        near("import_content_direct", 0.3);
        near("import_content_total", 0.3 / 0.8);
        near("foreign_input_reliance", 0.48 / 0.76);
        near("hidden_exposure", 0.48 / 0.76 - 0.3 / 0.5);
        near("foreign_input_reliance_with_own_output", 0.48 / 1.76);
        near("hidden_exposure_with_own_output", (0.48 - 0.3) / 1.76);
        near("hhi_look_through", 1.0);
        near("upstreamness", 1.28 + 0.08 * 200.0 / 100.0);
        near("hhi", 1.0);
        EXPECT_EQ(row["largest_origin"], "W");
        near("largest_origin_share", 1.0);
        near("geopolitical_weight", 0.25 * 30.0 / 50.0);
        near("domestic_capacity", 100.0 / 50.0);
        near("cdi1", 1.0);
        near("cdi2", 40.0 / 110.0);
        near("cdi3", 40.0 / 30.0);
        near("cdi3_output", 40.0 / 100.0);
        EXPECT_EQ(row["cdi_dependent"], false);
    }
}

TEST(RankColumns, ComeInTheOrderAskedForAndOnce) {
    const Json plain = run_json({"rank", "--home", "CHN"});
    const Json asked =
        run_json({"rank", "--home", "CHN", "--columns", "upstreamness,hhi,cdi1,hhi"});

    ASSERT_EQ(asked["rows"].size(), plain["rows"].size());
    for (std::size_t i = 0; i < plain["rows"].size(); ++i) {
        EXPECT_EQ(added_keys(asked["rows"][i], plain["rows"][i]),
                  (Names{"upstreamness", "hhi", "cdi1"}));
    }
    EXPECT_EQ(asked["run"]["parameters"]["columns"], (Names{"upstreamness", "hhi", "cdi1"}));
    EXPECT_FALSE(plain["run"]["parameters"].contains("columns"));
    EXPECT_FALSE(asked["run"]["parameters"].contains("geopolitics"));
}

TEST(RankColumns, AreThoseOfTheOtherCommands) {
    const Json rows = run_json({"rank", "--home", "CHN", "--columns", "all"})["rows"];
    const Json exposure = run_json({"exposure", "world-2011", "--home", "CHN"})["rows"];
    const Json linkages = run_json({"linkages", "world-2011"})["rows"];
    const auto find = [](const Json& list, const std::string& sector) {
        for (const Json& each : list) {
            if (each["sector"] == sector) return each;
        }
        ADD_FAILURE() << sector;
        return Json();
    };
    for (const Json& row : rows) {
        const Json exposed = find(exposure, row["product"]);
        const auto near = [&](const char* key, const Json& expected) {
            EXPECT_NEAR(row[key].get<double>(), expected.get<double>(), 1e-12) << row["product"];
        };
        near("foreign_input_reliance", exposed["look_through"]);
        near("hidden_exposure", exposed["hidden"]);
        near("foreign_input_reliance_with_own_output", exposed["look_through_with_own_output"]);
        near("hhi_look_through", exposed["concentration"]);
        near("upstreamness",
             find(linkages, "CHN_" + row["product"].get<std::string>())["upstreamness"]);
    }
}

TEST(RankColumns, StandInCsvAndText) {
    const ScratchFolder folder;
    const Names asked = {"rank",      two_regions(folder),
                         "--home",    "H",
                         "--columns", "cdi2,largest_origin,cdi_dependent,domestic_capacity"};

    const ProgramResult csv = run_narrows(joined(asked, {"--output", "csv"}));
    EXPECT_NE(csv.out.find(",error_bound,cdi2,largest_origin,cdi_dependent,domestic_capacity\n"),
              std::string::npos)
        << csv.out;
    EXPECT_NE(csv.out.find(",0.36363636363636365,W,false,2\n"), std::string::npos) << csv.out;

    const ProgramResult text = run_narrows(asked);
    EXPECT_NE(text.out.find("error <=    CDI2  most from  dependent  output over use\n"),
              std::string::npos)
        << text.out;
    EXPECT_NE(text.out.find("  0.3636  W          no                 200.00%\n"), std::string::npos)
        << text.out;
    EXPECT_EQ(text.out.find("Empty, as"), std::string::npos) << text.out;
}

TEST(RankColumns, AreEmptyWithAReasonWhereTheTableLacksWhatTheyNeed) {
    const ScratchFolder folder;
    const std::string table = china(folder);
    const Names needing_origins = {"foreign_input_reliance", "hhi",
                                   "largest_origin",         "cdi1",
                                   "geopolitical_weight",    "cdi_dependent"};

    const Json rows = run_json({"rank", table, "--columns", "all"})["rows"];
    const ProgramResult text = run_narrows({"rank", table, "--columns", "all"});
    const ProgramResult csv =
        run_narrows({"rank", table, "--columns", "cdi1,cdi_dependent", "--output", "csv"});

    const Json world = run_json({"rank", "--home", "CHN", "--all-imports", "--columns", "all"});
    ASSERT_EQ(rows.size(), world["rows"].size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const std::string& key : needing_origins) EXPECT_TRUE(rows[i][key].is_null()) << key;
        EXPECT_GE(rows[i]["upstreamness"], 1.0);
        for (const char* key : {"import_content_direct", "import_content_total",
                                "domestic_capacity", "cdi2", "cdi3", "cdi3_output"}) {
            const Json& expected = world["rows"][i][key];
            if (expected.is_null()) {  // nothing exported
                EXPECT_EQ(key, std::string("cdi3"));
                EXPECT_TRUE(rows[i][key].is_null());
            } else {
                EXPECT_NEAR(rows[i][key].get<double>() / expected.get<double>(), 1.0, 1e-12) << key;
            }
        }
    }
    EXPECT_NE(text.out.find("Empty, as a national table knows no origins: foreign_input_reliance, "
                            "hidden_exposure, foreign_input_reliance_with_own_output, "
                            "hidden_exposure_with_own_output, hhi_look_through, hhi, "
                            "largest_origin, largest_origin_share, geopolitical_weight, cdi1, "
                            "cdi_dependent.\n"),
              std::string::npos)
        << text.out;
    EXPECT_NE(csv.out.find(",,\n"), std::string::npos) << csv.out;

    std::filesystem::remove(folder.path() / "china" / "MF.csv");
    const Json without = run_json({"rank", table, "--columns", "cdi2,cdi3"})["rows"];
    const ProgramResult note = run_narrows({"rank", table, "--columns", "cdi2,cdi3"});
    for (const Json& row : without) {
        EXPECT_TRUE(row["cdi2"].is_null());
        EXPECT_TRUE(row["cdi3"].is_null());
    }
    EXPECT_NE(note.out.find("Empty, as the table does not say what is imported for final use "
                            "(MF.csv) or exported (a final use of that name): cdi2, cdi3.\n"),
              std::string::npos)
        << note.out;
    EXPECT_NE(run_narrows({"rank", "--home", "CHN", "--columns", "all"})
                  .out.find("Empty, as no file of geopolitical weights is given: "
                            "geopolitical_weight.\n"),
              std::string::npos);
}

TEST(RankColumns, RecordTheFileOfWeights) {
    const ScratchFolder folder;
    const std::string table = two_regions(folder);
    const std::string file = folder.write("g.csv", "origin,weight\nW,1\n");
    const Names asked = {"rank",          table, "--home", "H", "--columns", "geopolitical_weight",
                         "--geopolitics", file};

    const Json first = run_json(asked)["run"]["parameters"];
    folder.write("g.csv", "origin,weight\nW,0.5\n");
    const Json second = run_json(asked)["run"]["parameters"];

    EXPECT_EQ(first["geopolitics"], file);
    EXPECT_EQ(first["geopolitics_hash"].get<std::string>().rfind("xxh128:", 0), 0U);
    EXPECT_NE(first["geopolitics_hash"], second["geopolitics_hash"]);
}

TEST(RankColumns, GiveTheSameBitsWithAnyNumberOfThreads) {
    const Names asked = {"rank", "--home", "CHN", "--columns", "all", "--threads"};
    EXPECT_EQ(run_json(joined(asked, {"1"}))["rows"], run_json(joined(asked, {"7"}))["rows"]);
}

TEST(RankColumns, LeaveASavedRankingReadable) {
    const ScratchFolder folder;
    const std::string a = (folder.path() / "a.json").string();
    const std::string b = (folder.path() / "b.json").string();
    run_narrows({"rank", "--home", "CHN", "--output", "json", "--out", a});
    run_narrows({"rank", "--home", "CHN", "--columns", "all", "--output", "json", "--out", b});
    EXPECT_EQ(run_json({"compare", a, b})["kendall_tau"], 1.0);
}

TEST(RankColumns, RefuseUnknownNames) {
    const auto refused = [](const std::string& columns, const Names& parts) {
        expect_refused(run_narrows({"rank", "--home", "CHN", "--columns", columns}), 2, parts);
    };
    refused("hhi,cdi4", {"--columns: unknown column 'cdi4', did you mean 'cdi1'? expected all or a "
                         "list of import_content_direct, ",
                         ", hhi, ", "cdi_dependent"});
    refused("everything", {"--columns: unknown column 'everything', expected all or a list of "});
    refused("hhi,", {"unknown column ''"});
    refused("HHI", {"did you mean 'hhi'?"});
    refused("", {"--columns"});
}

TEST(RankColumns, RefuseWeightsThatNobodyAsksForAndMissingOnes) {
    const ScratchFolder folder;
    const std::string table = two_regions(folder);
    const std::string file = folder.write("g.csv", "origin,weight\nW,1\n");
    const Names home = {"rank", table, "--home", "H"};
    expect_refused(run_narrows(joined(home, {"--columns", "geopolitical_weight"})), 2,
                   {"--columns: geopolitical_weight needs --geopolitics FILE"});
    expect_refused(run_narrows(joined(home, {"--geopolitics", file})), 2,
                   {"--geopolitics: expected geopolitical_weight among --columns"});
    expect_refused(run_narrows(joined(home, {"--columns", "hhi", "--geopolitics", file})), 2,
                   {"--geopolitics: expected geopolitical_weight among --columns"});
    expect_refused(run_narrows({"rank", china(folder), "--columns", "all", "--geopolitics", file}),
                   2, {"a national table knows no origins: no --geopolitics"});
}

TEST(RankColumns, RefuseFilesOfWeightsThatAreWrong) {
    const ScratchFolder folder;
    const auto refused = [&](const std::string& content, const std::string& part) {
        const std::string file = folder.write("g.csv", content);
        expect_refused(
            run_narrows({"rank", "--home", "CHN", "--columns", "all", "--geopolitics", file}), 3,
            {file + part});
    };
    refused("origin,weight\nUSB,1\n", ":2: column 1 (origin): found unknown region 'USB'");
    refused("origin,weight\nUSA,2\n", ":2: column 2 (weight): found '2'");
    refused("origin,weight\nUSA,1\nUSA,1\n", ":3: column 1 (origin): found duplicate origin 'USA'");
    refused("origin,weight\nUSA,1\n", ":2: found the end of the file, expected a weight of 'JPN'");
    expect_refused(
        run_narrows({"rank", "--home", "CHN", "--columns", "all", "--geopolitics", "/nowhere"}), 3,
        {"/nowhere: cannot read"});
}

}  // namespace
}  // namespace narrows::test
