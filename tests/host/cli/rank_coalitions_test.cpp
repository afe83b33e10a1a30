// Coalitions from a file: `narrows rank --coalition-file`.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

constexpr const char* two = "coalition,member\nstraits,KOR\nTaiwan,TWN\nstraits,TWN\n";

/// Rows by the codes of a coalition.
Json rows_of(const Json& ranking, const Names& coalition) {
    auto rows = Json::array();
    for (const Json& row : ranking["rows"]) {
        if (row["coalition"] == coalition) rows.push_back(row);
    }
    return rows;
}

Json without(Json rows, const Names& keys) {
    for (Json& row : rows) {
        for (const std::string& key : keys) row.erase(key);
    }
    return rows;
}

TEST(RankCoalitions, OfAFileAreRankedAsThoseOnTheCommandLine) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", two);

    for (const char* scope : {"home", "world"}) {
        const Json named =
            run_json({"rank", "--home", "CHN", "--coalition-file", file, "--scope", scope});
        const Json listed = run_json({"rank", "--home", "CHN", "--coalition", "KOR,TWN",
                                      "--coalition", "TWN", "--scope", scope});

        ASSERT_GT(named["rows"].size(), 24U);
        EXPECT_EQ(without(named["rows"], {"coalition_name"}), listed["rows"]);
        EXPECT_EQ(named["pairs"], listed["pairs"]);
        EXPECT_EQ(named["run"]["parameters"]["coalitions"],
                  listed["run"]["parameters"]["coalitions"]);
        for (const Json& row : named["rows"]) {
            EXPECT_EQ(row["coalition_name"], row["coalition"].size() == 1 ? "Taiwan" : "straits");
        }
    }
}

TEST(RankCoalitions, OfAFileStandBesideTheOthersAndKeepTheirNames) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", two);

    const Json ranking =
        run_json({"rank", "--home", "CHN", "--coalition-file", file, "--each-origin",
                  "--all-imports", "--coalition", "TWN", "--coalition", "USA,JPN"});

    const Json coalitions = ranking["run"]["parameters"]["coalitions"];
    EXPECT_EQ(coalitions.size(), 2U + 1U + 1U + 11U);
    EXPECT_EQ(coalitions[1], Names{"TWN"});
    EXPECT_EQ(coalitions[2], (Names{"USA", "JPN"}));
    for (const Json& row : ranking["rows"]) {
        const Names codes = row["coalition"];
        const std::string expected = codes == Names{"TWN"}          ? "Taiwan"
                                     : codes == Names{"USA", "JPN"} ? "USA+JPN"
                                     : codes.size() == 12           ? "all"
                                     : codes.size() == 2            ? "straits"
                                                                    : codes.front();
        EXPECT_EQ(row["coalition_name"], expected);
    }
    const Json alone = run_json({"rank", "--home", "CHN"});
    EXPECT_EQ(without(rows_of(ranking, {"TWN"}), {"coalition_name", "rank"}),
              without(rows_of(alone, {"TWN"}), {"rank"}));
}

TEST(RankCoalitions, AreRecordedWithTheHashOfTheirFile) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", two);
    const Names asked = {"rank", "--home", "CHN", "--coalition-file", file};

    const Json parameters = run_json(asked)["run"]["parameters"];
    folder.write("c.csv", std::string(two) + "more,USA\n");
    const Json changed = run_json(asked)["run"]["parameters"];

    EXPECT_EQ(parameters["coalition_file"], file);
    EXPECT_EQ(parameters["coalition_file_hash"].get<std::string>().rfind("xxh128:", 0), 0U);
    EXPECT_NE(changed["coalition_file_hash"], parameters["coalition_file_hash"]);
    EXPECT_FALSE(
        run_json({"rank", "--home", "CHN"})["run"]["parameters"].contains("coalition_file"));
}

TEST(RankCoalitions, AreShownByNameInText) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", two);

    const ProgramResult result = run_narrows(
        {"rank", "--home", "CHN", "--coalition-file", file, "--all-imports", "--top", "9"});

    EXPECT_NE(result.out.find("rank  product  from     blocked imports"), std::string::npos)
        << result.out;
    EXPECT_EQ(result.out.find("KOR+TWN"), std::string::npos) << result.out;
}

TEST(RankCoalitions, AreRefusedInOneLineThatNamesFileAndLine) {
    const ScratchFolder folder;
    const auto refused = [&](const std::string& content, const std::string& expected) {
        const std::string file = folder.write("c.csv", content);
        expect_refused(run_narrows({"rank", "--home", "CHN", "--coalition-file", file}), 3,
                       {file + expected});
    };

    refused("coalition,member\nA,TWM\n",
            ":2: column 2 (member): found unknown region 'TWM', expected 'TWN'");
    refused("coalition,member\nA,TWN\nA,CHN\n", ":3: column 2 (member): found home 'CHN'");
    refused("coalition,member\nA,TWN\nA,TWN\n", ":3: column 2 (member): found duplicate member");
    refused("coalition,member\n,TWN\n", ":2: column 1 (coalition): found an empty name");
    refused("coalition,member\n", ":2: found no record");
    refused(std::string("coalition,member\nA\0B,TWN\n", 25), ":2");
    refused("coalition,member\nA\xff,TWN\n", ":2");
    refused("coalition,member\n\"A,TWN\n", ":2");
    expect_refused(run_narrows({"rank", "--home", "CHN", "--coalition-file", "/nowhere"}), 3,
                   {"/nowhere: cannot read"});
}

TEST(RankCoalitions, RefuseANameThatIsTaken) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", "coalition,member\nUSA,TWN\nall,KOR\n");
    const Names asked = {"rank", "--home", "CHN", "--coalition-file", file};
    const auto with = [&](const std::string& option) {
        Names arguments = asked;
        arguments.push_back(option);
        return run_narrows(arguments);
    };

    EXPECT_EQ(run_narrows(asked).exit_code, 0);
    expect_refused(with("--each-origin"), 2, {"two coalitions are called 'USA'"});
    expect_refused(with("--all-imports"), 2, {"two coalitions are called 'all'"});
}

TEST(RankCoalitions, OfANationalTableAreRefused) {
    const ScratchFolder folder;
    const std::string china = (folder.path() / "china").string();
    run_narrows({"convert", "world-2011", china, "--home", "CHN"});
    const std::string file = folder.write("c.csv", two);

    expect_refused(run_narrows({"rank", china, "--coalition-file", file}), 2,
                   {"a national table knows no origins"});
}

}  // namespace
}  // namespace narrows::test
