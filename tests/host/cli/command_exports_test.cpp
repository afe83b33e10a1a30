#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Arguments = std::vector<std::string>;

nlohmann::ordered_json exports_of(Arguments options) {
    options.insert(options.begin(), "exports");
    return run_json(std::move(options));
}

double sum(const nlohmann::ordered_json& rows, const char* key) {
    double total = 0.0;
    for (const auto& row : rows) total += row[key].get<double>();
    return total;
}

TEST(Exports, OfChinaAddUp) {
    const auto result = exports_of({"world-2011", "--home", "CHN"});

    EXPECT_EQ(result["schema"], "narrows.exports/1");
    EXPECT_EQ(result["home"], "CHN");
    ASSERT_EQ(result["rows"].size(), 24U);
    ASSERT_EQ(result["origins"].size(), 13U);
    const double exports = result["exports"];
    const auto close = [exports](double a, double b) { EXPECT_NEAR(a, b, 1e-9 * exports); };
    for (const char* key : {"exports", "domestic", "foreign", "taxes"}) {
        close(sum(result["rows"], key), result[key]);
    }
    for (const auto& row : result["rows"]) {
        close(row["domestic"].get<double>() + row["foreign"].get<double>() +
                  row["taxes"].get<double>(),
              row["exports"]);
    }
    close(sum(result["origins"], "value_added"),
          result["domestic"].get<double>() + result["foreign"].get<double>());
    EXPECT_EQ(result["origins"][0]["region"], "CHN");
    close(result["origins"][0]["value_added"], result["domestic"]);
    close(result["absorbed_abroad"].get<double>() + result["returned"].get<double>() +
              result["double_counted"].get<double>(),
          result["domestic"]);
}

TEST(Exports, AreGivenByOriginRegionAndSector) {
    const auto summary = exports_of({"world-2011", "--home", "DEU"});
    const auto regions = exports_of({"world-2011", "--home", "DEU", "--matrix", "regions"});
    const auto sectors = exports_of({"world-2011", "--home", "DEU", "--matrix", "sectors"});

    ASSERT_EQ(regions["rows"].size(), 13U);
    ASSERT_EQ(sectors["rows"].size(), 312U);
    double china = 0.0;
    for (const auto& row : sectors["rows"]) {
        if (row["origin"].get<std::string>().rfind("CHN_", 0) == 0)
            china += row["TRE"].get<double>();
    }
    EXPECT_EQ(regions["rows"][0]["origin"], "CHN");
    EXPECT_NEAR(regions["rows"][0]["TRE"].get<double>() / china, 1.0, 1e-12);
    for (const auto& row : summary["rows"]) {
        const std::string code = row["sector"];
        double foreign = 0.0;
        for (const auto& origin : regions["rows"]) {
            if (origin["origin"] != "DEU") foreign += origin[code].get<double>();
        }
        EXPECT_NEAR(foreign, row["foreign"].get<double>(), 1e-6);
    }
}

TEST(Exports, OfANationalTableAreDomesticOrImported) {
    const auto result = exports_of({"wiod2016-gbr-2014"});

    EXPECT_FALSE(result.contains("origins"));
    EXPECT_FALSE(result.contains("returned"));
    EXPECT_NEAR(result["domestic"].get<double>() + result["foreign"].get<double>() +
                    result["taxes"].get<double>(),
                result["exports"], 1e-5 * result["exports"].get<double>());
    EXPECT_GT(result["taxes"].get<double>(), 0.0);
}

TEST(Exports, PrintForPeopleAndAsCsv) {
    const ProgramResult table = run_narrows({"exports", "world-2011", "--home", "CHN"});
    const ProgramResult csv =
        run_narrows({"exports", "world-2011", "--home", "CHN", "--output", "csv"});

    EXPECT_EQ(table.exit_code, 0) << table.err;
    EXPECT_EQ(table.out.rfind("Value added in the exports of CHN, world-2011 (2011)\n", 0), 0U);
    EXPECT_EQ(csv.out.rfind("sector,name,exports,domestic,domestic_share,double_counted,taxes,"
                            "foreign,foreign_share\n",
                            0),
              0U)
        << csv.out;
    EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 25);
}

TEST(Exports, AreRefusedWhereTheTableOrAnOptionDoesNotFit) {
    const auto refused = [](Arguments options, int code, const Arguments& parts) {
        options.insert(options.begin(), "exports");
        expect_refused(run_narrows(options), code, parts);
    };

    refused({"world-2011"}, 2, {"needs a home, one of CHN USA"});
    refused({"world-2011", "--home", "CHM"}, 2, {"unknown region 'CHM', did you mean 'CHN'"});
    refused({"world-2011", "--home", "CHN", "--matrix", "cells"}, 2, {"--matrix", "'cells'"});
    refused({"wiod2016-gbr-2014", "--matrix", "regions"}, 2, {"--matrix", "no origins"});
    refused({"wiod2016-gbr-2014", "--home", "FRA"}, 2, {"'FRA'"});
    refused({"textbook/miller-blair-2009"}, 3,
            {"textbook/miller-blair-2009: found no final use named as exports among FINAL"});
}

}  // namespace
}  // namespace narrows::test
