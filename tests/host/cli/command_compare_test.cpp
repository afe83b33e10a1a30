// narrows compare.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Names = std::vector<std::string>;
using nlohmann::ordered_json;
using test::ProgramResult;
using test::run_narrows;
using test::ScratchFolder;

std::string ranking(const ScratchFolder& folder, const std::string& name, Names options) {
    const std::string path = (folder.path() / name).string();
    Names arguments = {"rank", "--output", "json", "--out", path};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const ProgramResult result = run_narrows(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return path;
}

void expect_in(const std::string& text, const Names& parts) {
    for (const std::string& part : parts) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
    }
}

TEST(Compare, TheSameRankingAgreesWithItself) {
    const ScratchFolder folder;
    const std::string path = ranking(folder, "a.json", {"--home", "CHN"});
    const auto report = test::run_json({"compare", path, path});
    EXPECT_EQ(report["schema"], "narrows.compare/1");
    EXPECT_EQ(report["common"], 245);
    EXPECT_EQ(report["only_a"], 0);
    EXPECT_EQ(report["only_b"], 0);
    EXPECT_EQ(report["kendall_tau"], 1.0);
    for (const auto& row : report["rows"]) {
        EXPECT_EQ(row["rank_a"], row["rank_b"]);
        EXPECT_EQ(row["change_of_share_of_gdp"], 0.0);
    }
}

TEST(Compare, ShowsWhatMovedAndWhatDiffers) {
    const ScratchFolder folder;
    const std::string a = ranking(folder, "a.json", {"--home", "CHN", "--top", "40"});
    const std::string b = ranking(folder, "b.json", {"--home", "CHN", "--lambda", "0.8"});
    const auto report = test::run_json({"compare", a, b});
    EXPECT_EQ(report["common"], 40);
    EXPECT_EQ(report["only_b"], 205);
    EXPECT_LT(report["kendall_tau"].get<double>(), 1.0);
    EXPECT_GT(report["kendall_tau"].get<double>(), 0.5);
    EXPECT_EQ(report["run"]["parameters"]["b"]["lambda"], 0.8);
    double last = 1.0;
    for (const auto& row : report["rows"]) {
        const double change = row["change_of_share_of_gdp"];
        EXPECT_DOUBLE_EQ(change, row["gar_share_of_gdp_b"].get<double>() -
                                     row["gar_share_of_gdp_a"].get<double>());
        EXPECT_GE(change, 0.0);  // more is passed on
        EXPECT_LE(change, last);
        last = change;
    }
    const ProgramResult text = run_narrows({"compare", a, b, "--top", "3"});
    expect_in(text.out, {"Kendall's tau", "lambda: 0.5 in A, 0.8 in B.",
                         "has only the first 40 of 245 pairs."});
}

TEST(Compare, RefusesWhatIsNoRanking) {
    const ScratchFolder folder;
    const std::string good = ranking(folder, "good.json", {"--home", "CHN", "--top", "2"});
    const std::string text = test::read_file(good);
    const auto refused = [&](const std::string& from, const std::string& to, const Names& parts) {
        std::string wrong = text;
        ASSERT_NE(wrong.find(from), std::string::npos) << from;
        wrong.replace(wrong.find(from), from.size(), to);
        const ProgramResult result = run_narrows({"compare", good, folder.write("x.json", wrong)});
        EXPECT_EQ(result.exit_code, 3) << to;
        EXPECT_EQ(result.out, "");
        expect_in(result.err, parts);
    };
    refused("narrows.rank/1", "narrows.trend/1", {"x.json", "/schema", "narrows.rank/1"});
    refused("\"scope\": \"home\",\n \"unit\"", "\"scope\": 5,\n \"unit\"", {"/scope: '5'", "text"});
    refused("\"rank\": 1", "\"rank\": \"first\"", {"/rows/0/rank", "a number"});
    refused("\"MIN\"", "[1]", {"/rows/0/product", "text"});
    refused("{", "", {"x.json:", "no JSON at byte"});
    EXPECT_EQ(run_narrows({"compare", good}).exit_code, 2);
    EXPECT_EQ(run_narrows({"compare", good, "nowhere.json"}).exit_code, 3);
}

TEST(Compare, RefusesAPairThatIsThereTwice) {
    const ScratchFolder folder;
    const std::string good = ranking(folder, "good.json", {"--home", "CHN", "--top", "1"});
    auto json = ordered_json::parse(test::read_file(good));
    json["rows"].push_back(json["rows"][0]);
    const ProgramResult result =
        run_narrows({"compare", good, folder.write("twice.json", json.dump())});
    EXPECT_EQ(result.exit_code, 3);
    expect_in(result.err, {"twice.json", "/rows/1/coalition", "once"});
}

}  // namespace
}  // namespace narrows
