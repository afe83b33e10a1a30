#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

nlohmann::ordered_json doctor() {
    return run_json({"doctor"});
}

TEST(Doctor, ListsTheEmbeddedTables) {
    const auto report = doctor();

    std::vector<std::string> names;
    for (const auto& row : report["tables"]) names.push_back(row["name"]);
    EXPECT_EQ(names,
              (std::vector<std::string>{"textbook/leontief-1986", "textbook/miller-blair-2009",
                                        "textbook/miller-blair-2009-interregional",
                                        "wiod2016-gbr-2014", "world-2011"}));
}

TEST(Doctor, ListsTheInputFormats) {
    const auto report = doctor();

    bool plain = false;
    for (const auto& row : report["formats"]) {
        EXPECT_NE(row["description"], "") << row["key"];
        plain = plain || row["key"] == "plain";
    }
    EXPECT_TRUE(plain);
}

TEST(Doctor, FindsTheCpuUsable) {
    const auto report = doctor();

    ASSERT_EQ(report["backends"].size(), 2U);
    EXPECT_EQ(report["backends"][0]["name"], "cpu");
    EXPECT_EQ(report["backends"][0]["usable"], true);
    EXPECT_NE(report["backends"][0]["operations"], "");
    EXPECT_GT(report["backends"][0]["product_gflops"], 0.0);
}

TEST(Doctor, MeasuresNoProductOfAnUnusableBackend) {
    const auto cuda = doctor()["backends"][1];

    EXPECT_EQ(cuda["usable"], cuda["product_gflops"].is_number());
}

TEST(Doctor, GivesAReasonWhereCudaIsNotUsable) {
    const auto report = doctor();

    EXPECT_EQ(report["backends"][1]["name"], "cuda");
    EXPECT_NE(report["backends"][1]["detail"], "");
}

TEST(Doctor, PrintsForPeopleAndAsCsv) {
    const ProgramResult table = run_narrows({"doctor"});
    const ProgramResult csv = run_narrows({"doctor", "--output", "csv"});

    EXPECT_EQ(table.exit_code, 0);
    EXPECT_EQ(table.out.rfind("narrows ", 0), 0U) << table.out;
    EXPECT_NE(table.out.find("world-2011"), std::string::npos);
    EXPECT_NE(table.out.find("product Gflop/s"), std::string::npos);
    EXPECT_EQ(csv.out.rfind("name,usable,operations,product_gflops,detail\ncpu,true,", 0), 0U)
        << csv.out;
}

TEST(Doctor, SeesNoTablesInAnEmptyDataFolder) {
    const ScratchFolder empty;

    const ProgramResult result =
        run_narrows({"doctor", "--output", "json"}, {"NARROWS_DATA_DIR=" + empty.path().string()});

    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(nlohmann::json::parse(result.out)["tables"].empty());
}

}  // namespace
}  // namespace narrows::test
