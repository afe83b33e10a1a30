#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Arguments = std::vector<std::string>;

const char* const two_sectors = "textbook/miller-blair-2009";

nlohmann::ordered_json structure(Arguments options) {
    options.insert(options.begin(), "structure");
    return run_json(std::move(options));
}

TEST(Structure, GivesPropagationLengthsOfTheTextbook) {
    // L = [[1.2541, .3300], [.2640, 1.1221]]: APL_12 = (L (L - I))_12 / L_12.
    const auto result = structure({two_sectors});

    EXPECT_EQ(result["schema"], "narrows.structure/1");
    EXPECT_EQ(result["measure"], "apl");
    ASSERT_EQ(result["rows"].size(), 4U);
    EXPECT_EQ(result["rows"][0]["from"], "1");  // the largest linkage: L_12
    EXPECT_EQ(result["rows"][0]["to"], "2");
    EXPECT_NEAR(result["rows"][0]["coefficient"], 0.25, 1e-15);
    EXPECT_NEAR(result["rows"][0]["linkage"], 0.33003300, 1e-8);
    EXPECT_NEAR(result["rows"][0]["apl"], 1.37624, 1e-5);
}

TEST(Structure, GivesOnePairASellerOrABuyer) {
    const auto pair = structure({"world-2011", "--from", "TWN_ELE", "--to", "CHN_ELE"});
    const auto seller = structure({"world-2011", "--from", "TWN_ELE", "--top", "1000"});
    const auto buyer = structure({"world-2011", "--to", "CHN_ELE", "--top", "5"});

    ASSERT_EQ(pair["rows"].size(), 1U);
    EXPECT_EQ(pair["rows"][0]["from"], "TWN_ELE");
    EXPECT_EQ(seller["rows"].size(), 312U);
    EXPECT_EQ(buyer["rows"].size(), 5U);
    for (const auto& row : buyer["rows"]) EXPECT_EQ(row["to"], "CHN_ELE");
    const auto& rows = seller["rows"];
    const auto same = std::find_if(rows.begin(), rows.end(),
                                   [](const auto& row) { return row["to"] == "CHN_ELE"; });
    EXPECT_EQ(*same, pair["rows"][0]);
    EXPECT_EQ(structure({"world-2011"})["rows"].size(), 100U);
}

TEST(Structure, PrintsTheMatrix) {
    const auto pairs = structure({two_sectors});
    const auto matrix = structure({two_sectors, "--matrix"});

    EXPECT_EQ(matrix["rows"][0]["from"], "1");
    EXPECT_EQ(matrix["rows"][0]["2"], pairs["rows"][0]["apl"]);
}

TEST(Structure, GivesTheInfluenceOfACoefficientAndTheExactEffectOfAChange) {
    const auto result = structure(
        {two_sectors, "--measure", "influence", "--from", "1", "--to", "2", "--change", ".05"});
    const auto& row = result["rows"][0];

    // a_12 = .25 + .05: x solves (I - A) x = (350, 1700); value added is .65 x_1 + .70 x_2.
    const double determinant = 0.85 * 0.95 - 0.30 * 0.20;
    const double x1 = (0.95 * 350.0 + 0.30 * 1700.0) / determinant;
    const double x2 = (0.20 * 350.0 + 0.85 * 1700.0) / determinant;
    EXPECT_NEAR(row["output_change"], x1 + x2 - 3000.0, 1e-9);
    EXPECT_NEAR(row["gdp_change"], 0.65 * x1 + 0.70 * x2 - 2050.0, 1e-9);
    EXPECT_NEAR(row["influence"], 1.51815182 * 1.38613861, 1e-7);  // column 1, row 2 of L
    EXPECT_NEAR(row["gdp_sensitivity"], 2000.0, 1e-9);             // v'L = 1 here, x_2 = 2000
    EXPECT_NEAR(row["gdp_elasticity"], 2000.0 * 0.25 / 2050.0, 1e-12);
    EXPECT_FALSE(
        structure({two_sectors, "--measure", "influence"})["rows"][0].contains("gdp_change"));
}

TEST(Structure, RanksImportantCoefficientsByTheirLimit) {
    const auto result = structure({"world-2011", "--measure", "important", "--top", "20"});

    EXPECT_EQ(result["share"], 0.01);
    for (std::size_t k = 0; k < 20; ++k) {
        const auto& row = result["rows"][k];
        EXPECT_NEAR(row["limit"].get<double>() / row["coefficient"].get<double>(),
                    row["relative_limit"].get<double>(), 1e-12);
        EXPECT_TRUE(row["first_moved"].is_string());
        if (k == 0) continue;
        EXPECT_GE(row["relative_limit"].get<double>(),
                  result["rows"][k - 1]["relative_limit"].get<double>());
    }
    const auto more =
        structure({"world-2011", "--measure", "important", "--top", "1", "--share", "0.02"});
    EXPECT_GT(more["rows"][0]["relative_limit"].get<double>(),
              1.9 * result["rows"][0]["relative_limit"].get<double>());
}

TEST(Structure, SaysNothingWhereNoChainLeads) {
    const ScratchFolder folder;
    const std::string table = copy_table(two_sectors, folder.path()).string();
    folder.write("miller-blair-2009/Z.csv", ",1,2\n1,150,500\n2,0,100\n");
    folder.write("miller-blair-2009/F.csv", ",FINAL\n1,350\n2,1900\n");
    folder.write("miller-blair-2009/V.csv", ",1,2\npayments,850,1400\n");

    const auto result = structure({table, "--from", "2", "--to", "1"});

    EXPECT_TRUE(result["rows"][0]["apl"].is_null());
    EXPECT_EQ(result["rows"][0]["linkage"], 0.0);
    EXPECT_EQ(structure({table})["rows"].size(), 3U);
}

TEST(Structure, PrintsForPeopleAndAsCsv) {
    for (const char* measure : {"apl", "influence", "important"}) {
        const ProgramResult table = run_narrows({"structure", two_sectors, "--measure", measure});
        const ProgramResult csv =
            run_narrows({"structure", two_sectors, "--measure", measure, "--output", "csv"});

        EXPECT_EQ(table.exit_code, 0) << table.err;
        EXPECT_EQ(table.out.rfind("Structure of textbook/miller-blair-2009\n", 0), 0U) << table.out;
        EXPECT_EQ(csv.out.rfind("from,to,coefficient,", 0), 0U) << csv.out;
        EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 5);
    }
}

TEST(Structure, RefusesOptionsThatDoNotFit) {
    const auto refused = [](Arguments options, int code, const Arguments& parts) {
        options.insert(options.begin(), {"structure", two_sectors});
        expect_refused(run_narrows(options), code, parts);
    };

    refused({"--measure", "alp"}, 2, {"--measure", "'alp'", "apl"});
    refused({"--from", "7"}, 2, {"unknown sector '7'"});
    refused({"--from", "1", "--matrix"}, 2, {"--matrix"});
    refused({"--change", "0.1"}, 2, {"--change", "--measure influence"});
    refused({"--change", "much", "--measure", "influence"}, 2, {"--change: found 'much'"});
    refused({"--share", "0.1"}, 2, {"--share", "--measure important"});
    refused({"--measure", "important", "--share", "0"}, 2,
            {"--share: found 0, expected a number above 0, at most 1"});
    refused({"--top", "-1"}, 2, {"--top: found '-1'"});
    refused({"--measure", "influence", "--from", "1", "--to", "2", "--change", "4"}, 4,
            {two_sectors, "1 > 2: a change of 4", "expected more than 1e-8"});
}

}  // namespace
}  // namespace narrows::test
