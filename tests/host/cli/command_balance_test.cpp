#include <cmath>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

/// China's national table, pulled apart and closed with final use RESIDUAL.
std::string with_residual(const ScratchFolder& folder) {
    const auto table = copy_table("textbook/miller-blair-2009", folder.path());
    folder.write("miller-blair-2009/F.csv", ",FINAL,RESIDUAL\n1,330,20\n2,1710,-10\n");
    return table.string();
}

TEST(Balance, WritesATableWithoutResiduals) {
    const ScratchFolder folder;
    const std::string table = with_residual(folder);
    const std::string out = (folder.path() / "out").string();

    const auto result = run_json({"balance", table, out});

    EXPECT_EQ(result["schema"], "narrows.balance/1");
    EXPECT_GT(result["iterations"], 0);
    EXPECT_LE(result["error"].get<double>(), 1e-10);
    EXPECT_GT(result["largest_change"].get<double>(), 0.01);
    EXPECT_EQ(result["gdp_before"], 2050.0);
    EXPECT_NEAR(result["gdp"].get<double>(), 2050.0, 1e-6);
    const auto check = run_json({"check", out});
    EXPECT_LE(check["max_relative_row_residual"].get<double>(), 1e-10);
    EXPECT_EQ(check["residual_final_use_share"], 0.0);
    EXPECT_EQ(check["hash"], result["hash"]);
    EXPECT_EQ(read_file(out + "/F.csv").rfind(",FINAL\n", 0), 0U);
    EXPECT_NE(read_file(out + "/meta.json").find("balanced with GRAS"), std::string::npos);
}

TEST(Balance, MeetsTheTargetsOfAFile) {
    const ScratchFolder folder;
    const std::string out = (folder.path() / "out").string();
    const std::string targets = folder.write("t.csv", "account,total\n1,1200\nFINAL,2200\n");

    const auto result = run_json({"balance", "textbook/miller-blair-2009", out, "--targets",
                                  targets, "--keep", "final-demand"});

    EXPECT_EQ(result["run"]["parameters"]["keep"], "final-demand");
    EXPECT_FALSE(result["run"]["parameters"]["targets_hash"].is_null());
    EXPECT_NEAR(result["gdp"].get<double>(), 2200.0, 1e-6);
    EXPECT_EQ(read_file(out + "/x.csv"), ",x\n1,1200\n2,2000\n");
}

TEST(Balance, SaysWhichCellChangedMost) {
    const ScratchFolder folder;
    const std::string targets = folder.write("t.csv", "account,total\nCHN_ELE,1500000\n");

    const ProgramResult result =
        run_narrows({"balance", "world-2011", (folder.path() / "out").string(), "--targets",
                     targets, "--output", "table"});

    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("largest relative change of a cell"), std::string::npos);
    EXPECT_NE(result.out.find("CHN_ELE"), std::string::npos) << result.out;
}

TEST(Balance, RefusesWhatItCannotDo) {
    const ScratchFolder folder;
    const std::string out = (folder.path() / "out").string();
    const auto refused = [&](const std::string& targets, int code,
                             const std::vector<std::string>& parts) {
        const std::string file = folder.write("t.csv", targets);
        expect_refused(
            run_narrows({"balance", "textbook/miller-blair-2009", out, "--targets", file}), code,
            parts);
    };

    refused("account,total\nFINALE,5\n", 2, {"unknown account 'FINALE'", "'FINAL'"});
    refused("account,total\n1,abc\n", 3, {"t.csv:2", "column 2 (total)", "'abc'"});
    refused("sector,total\n1,5\n", 3, {"t.csv:1", "account"});
    refused("account,total\n1,1100\n1,1200\n", 2, {"given twice"});
    refused("account,total\nFINAL,0\n1,10\n", 2, {"no final uses are free"});
    refused("account,total\n1,0\n2,0\nFINAL,100\npayments,100\n", 4, {"cannot balance"});
    expect_refused(run_narrows({"balance", "world-2011", out, "--keep", "both"}), 2,
                   {"--keep", "value-added or final-demand"});
    expect_refused(run_narrows({"balance", "world-2011", out, "--tolerance", "0.1"}), 2,
                   {"--tolerance"});
    expect_refused(run_narrows({"balance", "world-2011", folder.path().string()}), 3,
                   {folder.path().string()});
    EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace narrows::test
