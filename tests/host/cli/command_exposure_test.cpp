// narrows exposure.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

using test::ProgramResult;
using test::run_json;
using test::run_narrows;

TEST(ExposureCommand, SummarisesEverySectorOfHome) {
    const auto report = run_json({"exposure", "world-2011", "--home", "CHN"});
    EXPECT_EQ(report["schema"], "narrows.exposure/1");
    EXPECT_EQ(report["home"], "CHN");
    ASSERT_EQ(report["rows"].size(), 24U);
    for (const auto& row : report["rows"]) {
        EXPECT_NEAR(row["hidden"].get<double>(),
                    row["look_through"].get<double>() - row["face_value"].get<double>(), 1e-15);
        EXPECT_GE(row["look_through_with_own_output"], row["face_value_with_own_output"]);
        EXPECT_GT(row["concentration"].get<double>(), 1.0 / 12.0);
        EXPECT_LT(row["concentration"].get<double>(), 1.0);
    }
    EXPECT_EQ(report["rows"][5]["sector"], "PET");
    EXPECT_EQ(report["rows"][5]["largest_origin"], "ROW");
}

TEST(ExposureCommand, MatricesAreSectorsByOrigins) {
    const auto matrix = [](const std::string& which, bool own) {
        std::vector<std::string> arguments = {"exposure", "world-2011", "--home",
                                              "CHN",      "--matrix",   which};
        if (own) arguments.emplace_back("--with-own-output");
        return run_json(arguments)["rows"];
    };
    for (const bool own : {false, true}) {
        const auto through = matrix("look-through", own);
        const auto direct = matrix("face-value", own);
        const auto hidden = matrix("hidden", own);
        ASSERT_EQ(through.size(), 24U);
        for (std::size_t i = 0; i < through.size(); ++i) {
            double sum = 0.0;
            for (const auto& [key, value] : through[i].items()) {
                if (key == "sector") continue;
                sum += value.get<double>();
                EXPECT_NEAR(hidden[i][key].get<double>(),
                            value.get<double>() - direct[i][key].get<double>(), 1e-15);
            }
            EXPECT_NEAR(sum, 1.0, 1e-12);
        }
    }
}

TEST(ExposureCommand, RefusesWhatHasNoOriginsOrIsUnknown) {
    EXPECT_EQ(run_narrows({"exposure", "world-2011"}).exit_code, 2);
    EXPECT_EQ(run_narrows({"exposure", "world-2011", "--home", "XXX"}).exit_code, 2);
    EXPECT_EQ(run_narrows({"exposure", "world-2011", "--home", "CHN", "--matrix", "all"}).exit_code,
              2);
    const ProgramResult national =
        run_narrows({"exposure", "textbook/miller-blair-2009", "--home", "X"});
    EXPECT_EQ(national.exit_code, 2);
    EXPECT_EQ(national.out, "");
    EXPECT_NE(national.err.find("national table"), std::string::npos) << national.err;
}

}  // namespace
}  // namespace narrows
