// Rankings of many homes and shares at once: `narrows rank --home A,B --share S,T`.
#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

Names with(Names arguments, const Names& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

/// The rows of one home and share as a single run has them.
Json rows_of(const Json& grid, const std::string& home, double share) {
    auto rows = Json::array();
    for (Json row : grid["rows"]) {
        if (row["home"] != home || row["share"] != share) continue;
        for (const char* key : {"home", "share", "coalition_name"}) row.erase(key);
        rows.push_back(std::move(row));
    }
    return rows;
}

Names keys(const Json& object) {
    Names result;
    for (const auto& item : object.items()) result.push_back(item.key());
    return result;
}

std::string china(const ScratchFolder& folder) {
    const std::string path = (folder.path() / "china").string();
    run_narrows({"convert", "world-2011", path, "--home", "CHN"});
    return path;
}

TEST(RankGrid, HasTheRowsOfTheSingleRunsToTheLastDigit) {
    for (const char* scope : {"home", "world"}) {
        const Json grid =
            run_json({"rank", "--home", "CHN,DEU", "--share", "0.5,0.2", "--scope", scope});

        EXPECT_EQ(grid["schema"], "narrows.rank_grid/1");
        EXPECT_EQ(grid["scope"], scope);
        EXPECT_EQ(grid["shares"], Json({0.2, 0.5}));
        std::size_t num_rows = 0;
        for (std::size_t h = 0; h < 2; ++h) {
            const Json& home = grid["homes"][h];
            EXPECT_EQ(home["home"], h == 0 ? "CHN" : "DEU");
            for (const char* share : {"0.2", "0.5"}) {
                const Json single =
                    run_json({"rank", "--home", home["home"], "--share", share, "--scope", scope});
                EXPECT_GT(single["rows"].size(), 200U);
                EXPECT_EQ(rows_of(grid, home["home"], std::strtod(share, nullptr)), single["rows"]);
                for (const char* key :
                     {"gdp", "pairs", "ranked_pairs", "negative_flows", "negative_flows_sum"}) {
                    EXPECT_EQ(home[key], single[key]) << key;
                }
                num_rows += single["rows"].size();
            }
        }
        EXPECT_EQ(grid["rows"].size(), num_rows);
    }
}

TEST(RankGrid, HasTheKeysOfItsSchemaInOrder) {
    const Json grid = run_json({"rank", "--home", "CHN,DEU", "--scope", "world"});

    EXPECT_EQ(keys(grid), (Names{"schema", "run", "scope", "unit", "shares", "lambda",
                                 "tail_lambda", "rows", "homes"}));
    EXPECT_EQ(keys(grid["rows"][0]),
              (Names{"home", "share", "rank", "product", "coalition", "coalition_name", "blocked",
                     "gar_linear", "gar", "gar_tail", "gar_share_of_gdp", "leverage", "blow_back",
                     "world", "chain", "error_bound"}));
    EXPECT_EQ(keys(grid["homes"][0]),
              (Names{"home", "gdp", "pairs", "ranked_pairs", "left_out_coalitions",
                     "negative_flows", "negative_flows_sum"}));
}

TEST(RankGrid, OfAllHomesTakesEveryRegion) {
    const Json grid = run_json({"rank", "--home", "all", "--top", "2"});
    const Json germany = run_json({"rank", "--home", "DEU", "--top", "2"});

    ASSERT_EQ(grid["homes"].size(), 13U);
    EXPECT_EQ(grid["rows"].size(), 26U);
    EXPECT_EQ(rows_of(grid, "DEU", 0.5), germany["rows"]);
    EXPECT_EQ(grid["run"]["parameters"]["homes"].size(), 13U);
    EXPECT_EQ(grid["run"]["parameters"]["top"], 2);
    for (const Json& home : grid["homes"]) {
        EXPECT_EQ(home["pairs"], 24 * 12);
        EXPECT_EQ(home["left_out_coalitions"], 0);
    }
}

TEST(RankGrid, TakesEachHomeAndShareOnce) {
    const Json once = run_json({"rank", "--home", "CHN,DEU", "--share", "0.2,0.5", "--top", "3"});
    const Json twice =
        run_json({"rank", "--home", "CHN,DEU,CHN", "--share", "0.5,0.2,0.50", "--top", "3"});

    EXPECT_EQ(once["rows"], twice["rows"]);
    EXPECT_EQ(run_json({"rank", "--home", "CHN,CHN", "--share", "0.5,0.5"})["schema"],
              "narrows.rank/1");
}

TEST(RankGrid, LeavesOutCoalitionsThatAHomeBelongsTo) {
    const ScratchFolder folder;
    const std::string file =
        folder.write("c.csv",
                     "coalition,member\nstraits,KOR\nstraits,TWN\nall three,CHN\nall three,USA\n"
                     "all three,KOR\n");
    const Names asked = {"rank", "--home",        "CHN,KOR,DEU",  "--coalition-file",
                         file,   "--coalition",   "CHN,USA",      "--coalition",
                         "CHN",  "--each-origin", "--all-imports"};

    const Json grid = run_json(asked);

    EXPECT_EQ(grid["homes"][0]["left_out_coalitions"], 3);
    EXPECT_EQ(grid["homes"][1]["left_out_coalitions"], 2);
    EXPECT_EQ(grid["homes"][2]["left_out_coalitions"], 0);
    // China's: straits, all others, 12 origins. Korea's: CHN+USA, CHN, all others, 11 more origins.
    EXPECT_EQ(grid["homes"][0]["pairs"], 24 * 14);
    EXPECT_EQ(grid["homes"][1]["pairs"], 24 * 14);
    EXPECT_EQ(grid["homes"][2]["pairs"], 24 * 16);
    const Json china =
        run_json({"rank", "--home", "CHN", "--coalition-file",
                  folder.write("d.csv", "coalition,member\nstraits,KOR\nstraits,TWN\n"),
                  "--each-origin", "--all-imports"});
    Json rows = china["rows"];
    for (Json& row : rows) row.erase("coalition_name");
    EXPECT_EQ(rows_of(grid, "CHN", 0.5), rows);
    const std::string text = run_narrows(asked).out;
    EXPECT_NE(text.find("5 times a home belongs to a coalition, which is then left out for it."),
              std::string::npos)
        << text;
}

TEST(RankGrid, NamesCoalitionsAndRecordsThem) {
    const Json grid = run_json(
        {"rank", "--home", "CHN,DEU", "--all-imports", "--coalition", "TWN,KOR", "--top", "50"});

    for (const Json& row : grid["rows"]) {
        EXPECT_EQ(row["coalition_name"], row["coalition"].size() == 12 ? "all" : "KOR+TWN");
    }
    EXPECT_EQ(grid["run"]["parameters"]["coalitions"],
              Json::parse(R"([{"name": "KOR+TWN", "members": ["KOR", "TWN"]},
                              {"name": "all", "members": "all but home"}])"));
}

TEST(RankGrid, RecordsTheWorstCertificateOfItsHomes) {
    const Json all = run_json({"rank", "--home", "CHN,USA,NLD"})["run"];

    double radius = 0.0;
    double error = 0.0;
    for (const char* home : {"CHN", "USA", "NLD"}) {
        const Json one = run_json({"rank", "--home", home})["run"];
        radius = std::max(radius, one["certificate"]["spectral_radius_bound"].get<double>());
        error = std::max(error, one["certificate"]["inverse_error_bound"].get<double>());
        EXPECT_EQ(all["solver"], one["solver"]);
    }
    EXPECT_EQ(all["certificate"]["spectral_radius_bound"], radius);
    EXPECT_EQ(all["certificate"]["inverse_error_bound"], error);
    EXPECT_EQ(all["backend"], "cpu");
}

TEST(RankGrid, CountsPairsWithImportsWhereAShareIsZero) {
    const Json grid = run_json({"rank", "--home", "CHN", "--share", "0,1"});

    EXPECT_EQ(grid["homes"][0]["ranked_pairs"], 245);
    EXPECT_EQ(grid["rows"].size(), 245U);
    for (const Json& row : grid["rows"]) EXPECT_EQ(row["share"], 1.0);
}

TEST(RankGrid, StreamsTheSameNumbersAsCsv) {
    const ScratchFolder folder;
    const Names asked = {"rank", "--home", "CHN,DEU", "--share", "0.2,0.5", "--scope", "world"};
    const std::string file = folder.write("grid.csv", "of an earlier run");

    const Json rows = run_json(asked)["rows"];
    const std::string csv = run_narrows(with(asked, {"--output", "csv"})).out;
    const ProgramResult to_file = run_narrows(with(asked, {"--output", "csv", "--out", file}));

    EXPECT_EQ(to_file.exit_code, 0) << to_file.err;
    EXPECT_EQ(to_file.out, "");
    EXPECT_EQ(read_file(file), csv);
    EXPECT_EQ(folder.names(), Names{"grid.csv"});
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line,
              "home,share,rank,product,coalition,coalition_name,blocked,gar_linear,gar,"
              "gar_tail,gar_share_of_gdp,leverage,blow_back,world,chain,error_bound");
    for (const Json& row : rows) {
        ASSERT_TRUE(std::getline(lines, line));
        std::istringstream record(line);
        std::string field;
        for (const auto& [key, value] : row.items()) {
            std::getline(record, field, ',');
            if (value.is_string()) {
                EXPECT_EQ(field, value);
            }
            if (value.is_number()) {
                EXPECT_EQ(std::strtod(field.c_str(), nullptr), value.get<double>()) << key;
            }
        }
    }
    EXPECT_FALSE(std::getline(lines, line)) << line;
}

TEST(RankGrid, WritesCsvThroughADevice) {
    const Names asked = {"rank", "--home", "CHN,DEU", "--output", "csv"};

    const ProgramResult result = run_narrows(with(asked, {"--out", "/dev/stdout"}));

    EXPECT_EQ(result.out, run_narrows(asked).out);
    EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(RankGrid, ShowsTheLargestSharesOfGdpInText) {
    const Names asked = {"rank", "--home", "CHN,DEU,USA"};
    std::vector<std::pair<double, std::string>> largest;
    const Json rows = run_json(asked)["rows"];
    for (const Json& row : rows) {
        largest.emplace_back(-row["gar_share_of_gdp"].get<double>(), row["home"]);
    }
    std::stable_sort(largest.begin(), largest.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });

    std::istringstream lines(run_narrows(asked).out);
    std::string line;
    while (std::getline(lines, line) && line.rfind("home  share", 0) != 0) continue;
    for (std::size_t i = 0; i < 30; ++i) {
        ASSERT_TRUE(std::getline(lines, line));
        EXPECT_EQ(line.substr(0, 3), largest[i].second) << line;
    }
    std::getline(lines, line);
    EXPECT_EQ(line, "");
    while (std::getline(lines, line) && line.rfind("The 30 rows", 0) != 0) continue;
    EXPECT_EQ(line, "The 30 rows with the largest share of GDP at risk, of " +
                        std::to_string(largest.size()) + " of all homes and shares.");
}

TEST(RankGrid, IsTitledByItsHome) {
    const ProgramResult one = run_narrows({"rank", "--home", "CHN", "--share", "0.1,0.2"});
    const ProgramResult two = run_narrows({"rank", "--home", "CHN,USA"});

    EXPECT_EQ(one.out.rfind("Choke points of CHN, world-2011 (2011)\n", 0), 0U) << one.out;
    EXPECT_EQ(two.out.rfind("Choke points of 2 homes, world-2011 (2011)\n", 0), 0U) << two.out;
}

TEST(RankGrid, GivesTheSameWithAnyNumberOfThreads) {
    for (const char* scope : {"home", "world"}) {
        const Names asked = {"rank",    "--home", "CHN,DEU",  "--share", "0.1,0.9",
                             "--scope", scope,    "--output", "csv"};

        EXPECT_EQ(run_narrows(with(asked, {"--threads", "1"})).out,
                  run_narrows(with(asked, {"--threads", "5"})).out);
    }
}

TEST(RankGrid, OfANationalTableHasOneHome) {
    const ScratchFolder folder;
    const std::string table = china(folder);

    const Json single = run_json({"rank", table});
    const Json all = run_json({"rank", table, "--home", "all"});
    const Json grid = run_json({"rank", table, "--share", "0.1,0.5"});

    EXPECT_EQ(all["schema"], "narrows.rank/1");
    EXPECT_EQ(all["rows"], single["rows"]);
    EXPECT_EQ(grid["homes"].size(), 1U);
    EXPECT_EQ(rows_of(grid, "CHN", 0.5), single["rows"]);
    for (const Json& row : grid["rows"]) EXPECT_EQ(row["coalition_name"], "all");
    expect_refused(run_narrows({"rank", table, "--home", "CHN,USA"}), 2, {"unknown region 'USA'"});
}

TEST(RankGrid, RefusesWhatItCannotRankBeforeItPrintsAnything) {
    const auto refused = [](const Names& options, const Names& parts) {
        expect_refused(run_narrows(with({"rank", "--output", "csv"}, options)), 2, parts);
    };

    refused({"--home", "CHN,DEV"}, {"unknown region 'DEV', did you mean 'DEU'?"});
    refused({"--home", "CHN,"}, {"unknown region ''"});
    refused({"--share", "0.1,0.2"}, {"a multi-regional table needs a home"});
    refused({"--home", "all", "--share", "0.5,1.5"}, {"share is 1.5, expected a number in [0, 1]"});
    refused({"--home", "all", "--lambda", "1"}, {"lambda is 1, expected a number in [0, 1)"});
    refused({"--home", "all", "--coalition", "TWM"}, {"unknown origin 'TWM'", "'TWN'"});
    refused({"--home", "DEU,CHN", "--coalition", "TWN,TWN"}, {"'TWN' is given twice"});
    refused({"--home", "all", "--columns", "hhi"}, {"--columns takes one home and one share"});
    refused({"--home", "all", "--draws", "9"}, {"--draws takes one home and one share"});
    refused({"--home", "CHN,DEU", "--coalition", "CHN,DEU"},
            {"nothing to rank: every home belongs to every coalition"});
    refused({"--home", "CHN", "--share", "0.1,0.2", "--coalition", "CHN,DEU"},
            {"coalition: home 'CHN' cannot withhold from itself"});
    refused({"--home", "all", "--backend", "opencl"}, {"'opencl', expected auto, cpu or cuda"});
}

}  // namespace
}  // namespace narrows::test
