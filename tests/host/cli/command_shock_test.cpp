#include <cmath>
#include <csignal>
#include <filesystem>
#include <netcdf.h>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;
using test::expect_refused;
using test::run_json;
using test::run_narrows;
using test::ScratchFolder;

/// A scenario of one import cut in China, with what `more` adds or replaces.
std::string scenario(const std::string& share = "1", const std::string& more = "") {
    return R"({"name": "Ore and fuel", "home": "CHN", "days": 200,
 "shocks": [{"kind": "import_cut", "product": ["MIN", "PET"], "share": )" +
           share + R"(, "duration": 150}],
 "parameters": {"stock_days": 20})" +
           more + "}";
}

double number(const ordered_json& value) {
    return value.get<double>();
}

TEST(CommandShock, GivesTheBandWhereNoModelIsNamed) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario());

    const ordered_json json = run_json({"shock", file});

    EXPECT_EQ(json["schema"], "narrows.shock/1");
    EXPECT_EQ(json["scenario"], "Ore and fuel");
    EXPECT_EQ(json["unit"], "million US dollars");
    EXPECT_EQ(json["run"]["table"], "world-2011");
    std::vector<std::string> models;
    for (const ordered_json& model : json["models"]) {
        models.push_back(model["model"]);
        double value_added = 0.0;
        double output = 0.0;
        for (const ordered_json& sector : model["by_sector"]) {
            value_added += number(sector["value_added_loss"]);
            output += number(sector["output_loss"]);
        }
        EXPECT_EQ(model["by_sector"].size(), 24U);
        EXPECT_NEAR(value_added, number(model["value_added_loss"]), 1e-9 * value_added);
        EXPECT_NEAR(output, number(model["output_loss"]), 1e-9 * output);
        EXPECT_NEAR(number(model["gdp_share"]), value_added / (number(json["gdp"]) * 200.0 / 365.0),
                    1e-12);
    }
    EXPECT_EQ(models, (std::vector<std::string>{"pbl-linear", "pbl-ces", "pbl-weak", "pbl-half",
                                                "pbl-strong", "pbl-leontief"}));
    // The reading of which inputs bind decides: the point of showing the band.
    const auto loss = [&](std::size_t at) {
        return number(json["models"][at]["value_added_loss"]);
    };
    EXPECT_LT(0.0, loss(0));
    EXPECT_LT(10.0 * loss(0), loss(2));
    EXPECT_LT(loss(2), loss(5));
}

TEST(CommandShock, HasTheSameFiguresInTextCsvAndJson) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario());
    const ordered_json json = run_json({"shock", file, "--model", "pbl,ghosh"});

    const std::string csv =
        run_narrows({"shock", file, "--model", "pbl,ghosh", "--output", "csv"}).out;
    const std::string text = run_narrows({"shock", file, "--model", "pbl,ghosh"}).out;

    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line,
              "case,model,value_added_loss,gdp_share,output_loss,years,peak_share,peak_day,"
              "unmet_demand,final_cost,residual");
    for (const ordered_json& model : json["models"]) {
        ASSERT_TRUE(std::getline(lines, line));
        const std::string start = "scenario," + model["model"].get<std::string>() + ",";
        ASSERT_EQ(line.compare(0, start.size(), start), 0) << line;
        EXPECT_EQ(std::stod(line.substr(start.size())), number(model["value_added_loss"]));
        EXPECT_NE(text.find(model["model"].get<std::string>()), std::string::npos);
    }
    EXPECT_NE(text.find("Ore and fuel: CHN, world-2011 (2011)"), std::string::npos) << text;
}

TEST(CommandShock, AShockOfNothingLosesExactlyNothingUnderEveryModel) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario("0"));

    const ordered_json json = run_json({"shock", file, "--model", "all"});

    std::set<std::string> models;
    for (const ordered_json& model : json["models"]) {
        models.insert(model["model"].get<std::string>());
        EXPECT_EQ(number(model["value_added_loss"]), 0.0) << model["model"];
        EXPECT_EQ(number(model["output_loss"]), 0.0) << model["model"];
        for (const ordered_json& sector : model["by_sector"]) {
            EXPECT_EQ(number(sector["output_loss"]), 0.0) << model["model"] << sector;
        }
    }
    for (const char* model : {"ghosh", "bottleneck", "ario", "esri", "ces", "pbl-half"}) {
        EXPECT_TRUE(models.contains(model)) << model;
    }
}

TEST(CommandShock, EveryCaseOfAGridIsItsOwnScenario) {
    const ScratchFolder folder;
    const std::string grid =
        folder.write("grid.json", scenario("\"$cut\"", R"(, "grid": {"cut": [0.4, 0.9, 1]})"));
    const std::string alone = folder.write("alone.json", scenario("0.9"));
    const ordered_json one = run_json({"shock", alone, "--model", "pbl,bottleneck"});

    const ordered_json json = run_json({"shock", grid, "--model", "pbl,bottleneck"});

    ASSERT_EQ(json["cases"].size(), 6U);
    EXPECT_EQ(json["cases"][2]["case"], "cut=0.9");
    EXPECT_EQ(number(json["cases"][2]["cut"]), 0.9);
    for (std::size_t m = 0; m < 2; ++m) {
        EXPECT_EQ(json["cases"][2 + m]["value_added_loss"], one["models"][m]["value_added_loss"]);
        const ordered_json& model = json["models"][m];
        double sum = 0.0;
        for (std::size_t c = 0; c < 3; ++c)
            sum += number(json["cases"][2 * c + m]["value_added_loss"]);
        EXPECT_NEAR(number(model["value_added_loss"]), sum / 3.0, 1e-9 * sum);
        EXPECT_EQ(model["value_added_loss_median"], json["cases"][2 + m]["value_added_loss"]);
        EXPECT_EQ(model["value_added_loss_max"], json["cases"][4 + m]["value_added_loss"]);
    }
}

TEST(CommandShock, PathsAddUpToTheLoss) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario());

    const ordered_json json = run_json({"shock", file, "--model", "pbl,ghosh", "--paths"});

    ASSERT_EQ(json["paths"].size(), 1U);  // a static model has none
    const ordered_json& path = json["paths"][0];
    EXPECT_EQ(path["model"], "pbl-half");
    ASSERT_EQ(path["days"].size(), 200U);
    const double day = number(json["gdp"]) / 365.0;
    double loss = 0.0;
    for (const ordered_json& value : path["value_added"]) loss += day - number(value);
    EXPECT_NEAR(loss, number(json["models"][0]["value_added_loss"]), 1e-9 * loss);
    EXPECT_EQ(path["output"].size(), 24U);
}

TEST(CommandShock, PathsAsCsvAreThoseOfJson) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario());
    const std::vector<std::string> arguments = {"shock",   file, "--model", "pbl",    "--paths",
                                                "--every", "50", "--only",  "ELE,MIN"};
    const ordered_json path = run_json(arguments)["paths"][0];
    std::vector<std::string> csv_arguments = arguments;
    csv_arguments.insert(csv_arguments.end(), {"--output", "csv"});

    std::istringstream lines(run_narrows(csv_arguments).out);

    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "case,model,day,value_added,ELE,MIN");
    for (std::size_t i = 0; i < 4; ++i) {
        ASSERT_TRUE(std::getline(lines, line));
        EXPECT_EQ(line, "scenario,pbl-half," + std::to_string(50 * i) + "," +
                            path["value_added"][i].dump() + "," + path["output"]["ELE"][i].dump() +
                            "," + path["output"]["MIN"][i].dump());
    }
    EXPECT_FALSE(std::getline(lines, line));
}

std::string drawn(int count) {
    return scenario("\"$cut\"", R"(, "draws": {"count": )" + std::to_string(count) +
                                    R"(, "seed": 3, "cut": {"uniform": [0.2, 1]}})");
}

std::string cases_of(const std::vector<std::string>& more, const std::string& file) {
    std::vector<std::string> arguments = {"shock",    file,  "--model",  "pbl,ario",
                                          "--output", "csv", "--threads"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = run_narrows(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
}

TEST(CommandShock, GivesTheSameBitsForAnyThreadsAndAfterAnInterruptAndAKill) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", drawn(3000));
    const std::string whole = cases_of({"1"}, file);
    EXPECT_EQ(whole, cases_of({"2"}, file));
    const std::string kept = folder.path() / "kept";
    for (const int signal : {SIGKILL, SIGINT, SIGKILL}) {
        test::run_and_signal({"shock", file, "--model", "pbl,ario", "--output", "csv", "--threads",
                              "2", "--checkpoint", kept, "--resume"},
                             signal, 300000);
    }

    EXPECT_EQ(whole, cases_of({"2", "--checkpoint", kept, "--resume"}, file));
}

/// What a run says of a scenario.
std::string said(const std::vector<std::string>& arguments) {
    const ordered_json json = run_json(arguments);
    return json["models"].dump() + json["cases"].dump();
}

TEST(CommandShock, SaysAfterAResumeWhatItSaysInOnePiece) {
    // A loss of metals that others cannot spare: `mixed` warns of every case in words of its own.
    const ScratchFolder folder;
    const std::string kept = folder.path() / "kept";
    const std::vector<std::string> run = {"shock", folder.write("s.json", R"({"name": "s",
 "home": "CHN", "shocks": [{"kind": "capacity_loss", "sector": "MET", "share": "$lost"}],
 "draws": {"count": 1030, "seed": 3, "lost": {"uniform": [0.2, 1]}}})"),
                                          "--model", "mixed"};
    std::vector<std::string> resumed = run;
    resumed.insert(resumed.end(), {"--checkpoint", kept, "--resume"});
    EXPECT_EQ(run_json(run)["models"][0]["warnings"].size(), 1030U);

    const std::string whole = said(run);
    EXPECT_TRUE(said(resumed) == whole);
    EXPECT_TRUE(said(resumed) == whole) << "all of it is kept";
    std::filesystem::resize_file(kept, std::filesystem::file_size(kept) - 1);
    EXPECT_TRUE(said(resumed) == whole) << "the first of two waves is kept";
}

TEST(CommandShock, RefusesACheckpointOfAnotherScenario) {
    const ScratchFolder folder;
    const std::string kept = folder.path() / "kept";
    cases_of({"1", "--checkpoint", kept}, folder.write("a.json", drawn(4)));

    expect_refused(run_narrows({"shock", folder.write("b.json", drawn(5)), "--model", "pbl,ario",
                                "--checkpoint", kept, "--resume"}),
                   3, {"kept", "differs"});
}

TEST(CommandShock, SaysWhatBoundWhomAndWhereTheLossStarts) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario());

    const ordered_json json = run_json({"shock", file, "--model", "pbl,ghosh", "--why"});

    ASSERT_EQ(json["why"].size(), 1U);
    const ordered_json& why = json["why"][0];
    double sum = 0.0;
    for (const ordered_json& source : why["sources"]) sum += number(source["value_added_loss"]);
    EXPECT_NEAR(sum, number(json["models"][0]["value_added_loss"]), 1e-9 * sum);
    EXPECT_EQ(why["sources"][0]["source"].get<std::string>().rfind("imports MIN from", 0), 0U);
    bool metals_lack_ores = false;
    for (const ordered_json& spell : why["binding"]) {
        metals_lack_ores |= spell["sector"] == "MET" && spell["bound_by"] == "MIN" &&
                            number(spell["value_added_loss"]) > 0.0;
    }
    EXPECT_TRUE(metals_lack_ores);
    EXPECT_NE(why["peaks"][0]["chain"].get<std::string>().find("lacks MIN"), std::string::npos);
    const std::string text = run_narrows({"shock", file, "--model", "pbl", "--why"}).out;
    EXPECT_NE(text.find("Where the loss of value added starts, pbl-half"), std::string::npos);
    expect_refused(run_narrows({"shock", folder.write("d.json", drawn(4)), "--why"}), 2,
                   {"--why", "4 cases"});
}

TEST(CommandShock, WarnsOfStocksThatAreRefilledFasterThanAStep) {
    const ScratchFolder folder;
    std::string text = scenario();
    text.replace(text.find("\"stock_days\": 20"), 16,
                 "\"stock_days\": 20, \"restocking_days\": 0.4");

    const ordered_json json = run_json({"shock", folder.write("s.json", text), "--model", "pbl"});

    ASSERT_GE(json["models"][0]["warnings"].size(), 1U);
    EXPECT_NE(json["models"][0]["warnings"].dump().find("faster than a step"), std::string::npos);
}

TEST(CommandShock, RefusesACheckpointWhereAFileOfTheScenarioChanged) {
    const ScratchFolder folder;
    const std::string kept = folder.path() / "kept";
    folder.write("lost.csv", "code,amount\nELE,0.5\n");
    const std::string file = folder.write("s.json", R"({"name": "s", "home": "CHN", "days": 30,
 "shocks": [{"kind": "capacity_loss", "amounts": "lost.csv"}]})");
    cases_of({"1", "--checkpoint", kept}, file);
    cases_of({"1", "--checkpoint", kept, "--resume"}, file);
    folder.write("lost.csv", "code,amount\nELE,0.6\n");

    expect_refused(
        run_narrows({"shock", file, "--model", "pbl,ario", "--checkpoint", kept, "--resume"}), 3,
        {"kept", "differs"});
}

/// A variable of a NetCDF file, all its values.
std::vector<double> netcdf_values(const std::string& file, const char* name, std::size_t count) {
    int id = -1;
    int variable = -1;
    std::vector<double> values(count);
    EXPECT_EQ(nc_open(file.c_str(), NC_NOWRITE, &id), NC_NOERR);
    EXPECT_EQ(nc_inq_varid(id, name, &variable), NC_NOERR) << name;
    EXPECT_EQ(nc_get_var_double(id, variable, values.data()), NC_NOERR) << name;
    nc_close(id);
    return values;
}

TEST(CommandShock, ModelsOfAYearAreAtWorstWhatTheyAreAllTheTime) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario("0.5"));
    const ordered_json json = run_json({"shock", file, "--model", "ghosh,bottleneck,esri,ces"});
    for (const ordered_json& model : json["models"]) {
        EXPECT_GT(number(model["peak_share"]), 0.0) << model["model"];
        EXPECT_NEAR(number(model["peak_share"]) * number(json["gdp"]),
                    number(model["value_added_loss"]), 1e-9 * number(json["gdp"]))
            << model["model"];
    }
}

TEST(CommandShock, OrdersOneByOneAreServedOnTheCpuWhichTheRecordSays) {
    const ScratchFolder folder;
    const auto losses = [&](const std::string& rationing) {
        std::string text = scenario();
        text.replace(text.find(R"("stock_days": 20)"), 16,
                     R"("stock_days": 20, "rationing": ")" + rationing + "\"");
        const std::string file = folder.write("s.json", text);
        const ordered_json json = run_json({"shock", file, "--model", "pbl-weak"});
        EXPECT_EQ(json["run"]["backend"], "cpu");
        if (rationing != "proportional") {
            EXPECT_EQ(json["run"]["backend_reason"],
                      "rationing serves orders one by one, which the CPU does");
        }
        return number(json["models"][0]["value_added_loss"]);
    };
    const double all_alike = losses("proportional");
    EXPECT_GT(all_alike, 0.0);
    EXPECT_NE(losses("largest-first"), all_alike);
    EXPECT_NE(losses("random-priority"), all_alike);
}

TEST(CommandShock, NetcdfHasTheFiguresOfJson) {
    const ScratchFolder folder;
    const std::string grid =
        folder.write("grid.json", scenario("\"$cut\"", R"(, "grid": {"cut": [0.4, 1]})"));
    const std::vector<std::string> arguments = {"shock",   grid,  "--model", "pbl,ghosh", "--paths",
                                                "--every", "100", "--only",  "ELE"};
    const ordered_json json = run_json(arguments);
    const std::string file = folder.path() / "s.nc";
    std::vector<std::string> more = arguments;
    more.insert(more.end(), {"--output", "netcdf", "--out", file});

    EXPECT_EQ(run_narrows(more).exit_code, 0);

    const auto losses = netcdf_values(file, "value_added_loss", 4);
    const auto by_sector = netcdf_values(file, "output_loss_by_sector", 48);
    for (std::size_t at = 0; at < 4; ++at) {
        EXPECT_EQ(losses[at], number(json["cases"][at]["value_added_loss"]));
    }
    for (std::size_t at = 0; at < 48; ++at) {
        EXPECT_EQ(by_sector[at],
                  number(json["models"][at / 24]["by_sector"][at % 24]["output_loss"]));
    }
    const auto output = netcdf_values(file, "output", 8);  // case x model x day x sector
    for (std::size_t c = 0; c < 2; ++c) {
        for (std::size_t day = 0; day < 2; ++day) {
            EXPECT_EQ(output[4 * c + day], number(json["paths"][c]["output"]["ELE"][day]));
            EXPECT_TRUE(std::isnan(output[4 * c + 2 + day]));  // a static model
        }
    }
}

TEST(CommandShock, ScenariosOfTheWorldRunInWorldScope) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario());

    const ordered_json json = run_json({"shock", file, "--scope", "world", "--model", "pbl"});

    EXPECT_EQ(json["models"][0]["by_sector"].size(), 312U);
    EXPECT_GT(number(json["models"][0]["value_added_loss"]), 0.0);
}

TEST(CommandShock, AllModelsOfAnImportCutOfTheWorldAreThoseThatCapDeliveriesBetweenNodes) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", R"({"name": "Chips", "home": "CHN",
 "scope": "world", "days": 2,
 "shocks": [{"kind": "import_cut", "product": "ELE", "origin": ["USA", "KOR"], "share": 0.9}]})");

    const ordered_json json = run_json({"shock", file, "--model", "all"});

    std::set<std::string> models;
    for (const ordered_json& model : json["models"]) {
        models.insert(model["model"]);
        EXPECT_EQ(model["by_sector"].size(), 312U);
        EXPECT_GE(number(model["value_added_loss"]), 0.0);
    }
    EXPECT_EQ(models, (std::set<std::string>{"ario", "bottleneck", "esri", "ghosh", "optimal",
                                             "pbl-ces", "pbl-half", "pbl-leontief", "pbl-linear",
                                             "pbl-strong", "pbl-weak"}));
    expect_refused(run_narrows({"shock", file, "--model", "ces"}), 2,
                   {"ces", "shocks[0]", "world scope", "optimal"});
}

TEST(CommandShock, RefusesWhatIsWrongBeforeAnyWork) {
    const ScratchFolder folder;
    const std::string file = folder.write("s.json", scenario());
    const std::string unknown = folder.write("u.json", R"({"name": "u", "home": "CHN", "shocks":
 [{"kind": "import_cut", "product": "ELX", "share": 0.5}]})");
    expect_refused(run_narrows({"shock", folder.path() / "none.json"}), 3, {"none.json"});
    expect_refused(run_narrows({"shock", unknown}), 3, {"u.json", "shocks[0]", "ELX", "ELE"});
    expect_refused(run_narrows({"shock", file, "--model", "pbx"}), 2, {"pbx", "pbl"});
    expect_refused(run_narrows({"shock", file, "--model", "price"}), 2,
                   {"price", "shocks[0]", "import_cut", "ghosh"});
    expect_refused(run_narrows({"shock", file, "--paths", "--only", "ELX"}), 2, {"ELX"});
    expect_refused(run_narrows({"shock", file, "--output", "netcdf"}), 2, {"--out"});
    expect_refused(run_narrows({"shock", file, "--home", "QQQ"}), 2, {"QQQ"});
    expect_refused(run_narrows({"shock", file, "--every", "5"}), 2, {"--every", "--paths"});
    expect_refused(run_narrows({"shock"}), 2, {"SCENARIO"});
}

}  // namespace
}  // namespace narrows
