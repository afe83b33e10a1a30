// Named sets of sectors in rank, trend, exposure, fill and shock.
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

constexpr const char* sets_text =
    "set,product,reason\nmetal,MIN,ores\nmetal,MET,\nwires,ELE,\"chips, cables\"\nwires,MET,\n";

/// A folder with s.csv, two sets that share MET, and w.csv, their weights.
struct SetFiles {
    ScratchFolder folder;
    std::string sets = folder.write("s.csv", sets_text);
    std::string weights = folder.write("w.csv", "set,weight\nmetal,0.5\nwires,8\n");
};

const std::map<std::string, double> product_weights = {{"MIN", 0.5}, {"MET", 4.0}, {"ELE", 8.0}};

double weight_of(const std::string& product) {
    const auto found = product_weights.find(product);
    return found == product_weights.end() ? 1.0 : found->second;
}

Words joined(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

Words rank_with(const Words& more) {
    return joined({"rank", "--home", "CHN"}, more);
}

/// Rows by product and coalition, without rank and weighted.
std::map<std::string, Json> by_pair(const Json& rows) {
    std::map<std::string, Json> result;
    for (Json row : rows) {
        row.erase("rank");
        row.erase("weighted");
        result[row["product"].get<std::string>() + row["coalition"].dump()] = row;
    }
    return result;
}

std::set<std::string> products_of(const Json& rows, const std::string& key = "product") {
    std::set<std::string> products;
    for (const Json& row : rows) products.insert(row[key].get<std::string>());
    return products;
}

TEST(SetOptions, FilterRanksTheirProductsAlone) {
    const SetFiles files;
    const Json all = run_json(rank_with({}));
    const Json some = run_json(rank_with({"--sets", files.sets, "--only-sets", "wires"}));

    EXPECT_EQ(products_of(some["rows"]), (std::set<std::string>{"ELE", "MET"}));
    EXPECT_EQ(some["pairs"], 2 * 12);
    EXPECT_EQ(some["rows"].size(), 24U);
    const auto pairs = by_pair(all["rows"]);
    for (std::size_t i = 0; i < some["rows"].size(); ++i) EXPECT_EQ(some["rows"][i]["rank"], i + 1);
    for (const auto& [pair, row] : by_pair(some["rows"])) EXPECT_EQ(row, pairs.at(pair));
    const Json& parameters = some["run"]["parameters"];
    EXPECT_EQ(parameters["sets"], files.sets);
    EXPECT_EQ(parameters["sets_hash"].get<std::string>().substr(0, 7), "xxh128:");
    EXPECT_EQ(parameters["only_sets"], Json({"wires"}));
    EXPECT_FALSE(parameters.contains("set_weights"));
    EXPECT_EQ(some["sets"], Json::parse(R"([
        {"set": "metal", "products": ["MIN", "MET"], "only": false, "weight": null},
        {"set": "wires", "products": ["MET", "ELE"], "only": true, "weight": null}])"));
    EXPECT_FALSE(all.contains("sets"));
    EXPECT_FALSE(all["run"]["parameters"].contains("sets"));
    const Json both = run_json(rank_with({"--sets", files.sets, "--only-sets", "wires,metal"}));
    EXPECT_EQ(products_of(both["rows"]), (std::set<std::string>{"ELE", "MET", "MIN"}));
}

TEST(SetOptions, WeightsOrderTheRankingBesideItsFigures) {
    const SetFiles files;
    const Words options = {"--sets", files.sets, "--set-weights", files.weights};
    for (const Words& scope : {Words{}, Words{"--scope", "world"}}) {
        const Json plain = run_json(joined(rank_with({}), scope));
        const Json weighted = run_json(joined(rank_with(options), scope));
        EXPECT_EQ(by_pair(weighted["rows"]), by_pair(plain["rows"]));
        double above = INFINITY;
        for (const Json& row : weighted["rows"]) {
            const double expected =
                weight_of(row["product"].get<std::string>()) * row["gar"].get<double>();
            EXPECT_EQ(row["weighted"], expected);
            EXPECT_LE(expected, above);
            above = expected;
        }
        EXPECT_FALSE(plain["rows"][0].contains("weighted"));
    }
    const std::string csv = run_narrows(joined(rank_with(options), {"--output", "csv"})).out;
    EXPECT_NE(csv.substr(0, csv.find('\n')).find(",gar,weighted,gar_tail,"), std::string::npos);
    const std::string text = run_narrows(rank_with(options)).out;
    EXPECT_NE(text.find("metal 0.5, wires 8"), std::string::npos);
}

TEST(SetOptions, DrawsRankAmongWhatTheFilterLeaves) {
    const SetFiles files;
    const Words draws = {"--all-imports", "--draws", "30"};
    const Words filter = {"--sets", files.sets, "--only-sets", "metal"};
    const Json all = run_json(joined(rank_with({}), draws));
    const Json some = run_json(joined(rank_with(filter), draws));
    ASSERT_EQ(some["rows"].size(), 2U);
    for (const Json& row : some["rows"]) {
        EXPECT_LE(row["rank_q95"], 2);
        EXPECT_EQ(row["p_top10"], 1.0);
        for (const Json& same : all["rows"]) {
            if (same["product"] != row["product"]) continue;
            EXPECT_EQ(same["gar_median"], row["gar_median"]);
            EXPECT_EQ(same["gar_q95"], row["gar_q95"]);
        }
    }
    const std::string kept = files.folder.path() / "kept";
    run_json(joined(joined(rank_with(filter), draws), {"--checkpoint", kept}));
    const Words resumed =
        joined(joined(rank_with(filter), draws), {"--checkpoint", kept, "--resume"});
    EXPECT_EQ(run_json(resumed)["rows"], some["rows"]);
    files.folder.write("s.csv", "set,product\nmetal,MET\nmetal,ELE\n");
    expect_refused(run_narrows(resumed), 3, {"kept", "differs"});
}

TEST(SetOptions, HoldForEveryRankingOfAGrid) {
    const SetFiles files;
    const Words grid = {"rank",    "--home",        "CHN,USA",    "--share",
                        "0.2,0.5", "--sets",        files.sets,   "--only-sets",
                        "metal",   "--set-weights", files.weights};
    const Json rankings = run_json(grid);
    EXPECT_EQ(rankings["homes"][0]["pairs"], 2 * 12);
    EXPECT_GT(rankings["rows"].size(), 80U);
    EXPECT_EQ(products_of(rankings["rows"]), (std::set<std::string>{"MET", "MIN"}));
    EXPECT_EQ(rankings["run"]["parameters"]["only_sets"], Json({"metal"}));
    EXPECT_EQ(rankings["sets"].size(), 2U);
    for (const Json& row : rankings["rows"]) {
        EXPECT_EQ(row["weighted"],
                  weight_of(row["product"].get<std::string>()) * row["gar"].get<double>());
    }
    const ProgramResult text = run_narrows(grid);
    EXPECT_NE(text.out.find("largest weighted share"), std::string::npos);
    const std::string file = files.folder.path() / "grid.nc";
    EXPECT_EQ(run_narrows(joined(grid, {"--output", "netcdf", "--out", file})).exit_code, 0);
    EXPECT_GT(std::filesystem::file_size(file), 0U);
}

TEST(SetOptions, AreRefusedInOneLine) {
    const SetFiles files;
    const Words with = {"--sets", files.sets};
    const auto refused = [&](const Words& more, const Words& parts, int exit_code = 2) {
        expect_refused(run_narrows(rank_with(more)), exit_code, parts);
    };
    refused(joined(with, {"--only-sets", "wirse"}), {"--only-sets", "'wirse'", "'wires'"});
    refused(joined(with, {"--only-sets", "q"}), {"unknown set 'q'", "metal, wires"});
    refused(joined(with, {"--only-sets", "wires,wires"}), {"'wires' is given twice"});
    refused(joined(with, {"--only-sets", "wires,"}), {"--only-sets", "unknown set ''"});
    refused(joined(with, {"--only-sets", ""}), {"--only-sets", "is empty"});
    refused({"--only-sets", "wires"}, {"--only-sets", "expected --sets"});
    refused({"--set-weights", files.weights}, {"--set-weights", "expected --sets"});
    refused(with, {"--sets", "--only-sets"});
    const std::string unknown = files.folder.write("u.csv", "set,product\na,ELF\n");
    refused({"--sets", unknown, "--only-sets", "a"}, {"u.csv:2:", "'ELF'", "'ELE'"}, 3);
    const std::string weights = files.folder.write("v.csv", "set,weight\nmetals,1\n");
    refused(joined(with, {"--set-weights", weights}), {"v.csv:2:", "'metals'", "'metal'"}, 3);
    expect_refused(run_narrows({"exposure", "world-2011", "--home", "CHN", "--sets", files.sets}),
                   2, {"--sets"});
    expect_refused(run_narrows({"fill", "--home", "CHN", "--budget", "1", "--sets", files.sets}), 2,
                   {"--sets"});
}

TEST(SetOptions, NamesWithACommaCanBeAskedFor) {
    const ScratchFolder folder;
    const std::string sets = folder.write("s.csv", "set,product\n\"a,b\",ELE\na,MET\n");
    const Json found = run_json(rank_with({"--sets", sets, "--only-sets", "a,b"}));
    EXPECT_EQ(products_of(found["rows"]), std::set<std::string>{"ELE"});
}

TEST(SetOptions, ExposureShowsTheirRows) {
    const SetFiles files;
    const Words base = {"exposure", "world-2011", "--home", "CHN"};
    const Words filter = {"--sets", files.sets, "--only-sets", "wires"};
    for (const Words& form : {Words{}, Words{"--matrix", "look-through"}}) {
        const Json all = run_json(joined(base, form));
        const Json some = run_json(joined(joined(base, form), filter));
        ASSERT_EQ(some["rows"].size(), 2U);
        EXPECT_EQ(some["rows"][0], all["rows"][9]);
        EXPECT_EQ(some["rows"][1], all["rows"][11]);
        EXPECT_EQ(some["sets"].size(), 2U);
        EXPECT_EQ(some["run"]["parameters"]["only_sets"], Json({"wires"}));
    }
}

TEST(SetOptions, ExposureGoesByWeight) {
    const SetFiles files;
    const Words base = {"exposure", "world-2011", "--home", "CHN"};
    const Json all = run_json(base);
    const Json found =
        run_json(joined(base, {"--sets", files.sets, "--set-weights", files.weights}));
    ASSERT_EQ(found["rows"].size(), all["rows"].size());
    double last = std::numeric_limits<double>::infinity();
    for (const Json& row : found["rows"]) {
        EXPECT_LE(row["weighted"].get<double>(), last);
        last = row["weighted"].get<double>();
        for (const Json& other : all["rows"]) {
            if (other["sector"] != row["sector"]) continue;
            EXPECT_EQ(other["look_through"], row["look_through"]);
            EXPECT_EQ(other["concentration"], row["concentration"]);
        }
    }
    EXPECT_NE(found["rows"], all["rows"]);
}

TEST(SetOptions, ExposureRefusesAHomeWithNoneOfTheirSectors) {
    const ScratchFolder folder;  // A has no Y
    folder.write("meta.json", R"({"format": "narrows.table/1", "kind": "multi-regional",
        "name": "t", "unit": "u", "source": "s", "licence": "l", "classification": "c"})");
    folder.write("sectors.csv", "code,name,kind\nX,x,goods\nY,y,goods\n");
    folder.write("regions.csv", "code,name\nA,a\nB,b\n");
    folder.write("Z.csv", ",A_X,B_X,B_Y\nA_X,1,1,1\nB_X,1,1,1\nB_Y,1,1,1\n");
    folder.write("F.csv", ",A_f,B_f\nA_X,4,3\nB_X,4,3\nB_Y,4,3\n");
    folder.write("V.csv", ",A_X,B_X,B_Y\nv,7,7,7\n");
    const std::string sets = folder.write("s.csv", "set,product\ny,Y\n");
    const auto exposed = [&](const std::string& home) {
        return run_narrows({"exposure", folder.path().string(), "--home", home, "--sets", sets,
                            "--only-sets", "y"});
    };
    EXPECT_EQ(exposed("B").exit_code, 0);
    expect_refused(exposed("A"), 2, {"--only-sets", "A has no sector of 'y'"});
}

TEST(SetOptions, TrendFollowsTheirProductsByWeight) {
    const SetFiles files;
    std::filesystem::create_directories(files.folder.path() / "2000");
    const std::filesystem::path other = copy_table("world-2011", files.folder.path() / "2000");
    replace_in_file(other / "meta.json", "\"year\": 2011", "\"year\": 2000");
    const Words base = {"trend", "world-2011", other.string(), "--home", "CHN"};
    const Json all = run_json(base);
    const Json some = run_json(joined(base, {"--sets", files.sets, "--only-sets", "metal,wires",
                                             "--set-weights", files.weights}));

    EXPECT_EQ(some["years"], all["years"]);
    EXPECT_EQ(products_of(some["products"]), (std::set<std::string>{"ELE", "MET", "MIN"}));
    EXPECT_EQ(products_of(some["rows"]), products_of(some["products"]));
    double above = INFINITY;
    for (std::size_t i = 1; i < some["rows"].size(); i += 2) {
        const Json& row = some["rows"][i];
        const double weight = weight_of(row["product"].get<std::string>());
        EXPECT_EQ(row["weighted"], weight * row["gar"].get<double>());
        EXPECT_EQ(row["rank"], (i + 1) / 2);
        EXPECT_LE(row["weighted"].get<double>(), above * (1.0 + 1e-12));
        above = row["weighted"].get<double>();
    }
    const Json& parameters = some["run"]["parameters"];
    EXPECT_EQ(parameters["set_weights"], files.weights);
    EXPECT_TRUE(parameters.contains("set_weights_hash"));
    const ProgramResult text =
        run_narrows(joined(base, {"--sets", files.sets, "--set-weights", files.weights}));
    EXPECT_NE(text.out.find("weighted"), std::string::npos);
}

TEST(SetOptions, FillAddsCapacityOnlyForTheirProducts) {
    const SetFiles files;
    const Words base = {"fill", "--home", "CHN", "--all-imports", "--budget", "10000"};
    const Words filter = {"--sets", files.sets, "--only-sets", "wires"};
    const Json all = run_json(base);
    const Json some = run_json(joined(base, filter));
    EXPECT_EQ(some["base"], all["base"]);
    EXPECT_EQ(some["scenarios"], all["scenarios"]);
    EXPECT_GT(some["optimum"], all["optimum"]);
    EXPECT_EQ(products_of(some["allocation"]), (std::set<std::string>{"ELE", "MET"}));
    EXPECT_EQ(some["run"]["parameters"]["only_sets"], Json({"wires"}));
    EXPECT_EQ(some["run"]["parameters"]["set_limits"], nullptr);
    const Json drawn = run_json(joined(joined(base, filter), {"--draws", "5"}));
    EXPECT_GT(drawn["draws"]["base"]["median"], drawn["draws"]["optimum"]["median"]);
}

TEST(SetOptions, FillStartsFromTheWeightedMeanOfTheRanking) {
    const SetFiles files;
    const Words options = {"--all-imports", "--sets", files.sets, "--set-weights", files.weights};
    const Json ranking = run_json(rank_with(options));
    double sum = 0.0, weights = 0.0;
    for (const Json& row : ranking["rows"]) {
        sum += row["weighted"].get<double>();
        weights += weight_of(row["product"].get<std::string>());
    }
    const Json report = run_json(joined({"fill", "--home", "CHN", "--budget", "100"}, options));
    EXPECT_NEAR(report["base"].get<double>(), sum / weights, 1e-12 * sum / weights);
    EXPECT_EQ(report["sets"][1]["weight"], 8.0);
}

TEST(SetOptions, FillScenariosNameSets) {
    const SetFiles files;
    const auto report = [&](const std::string& name, const std::string& records) {
        const std::string file =
            files.folder.write(name, "scenario,coalition,product,share\n" + records);
        return run_json({"fill", "--home", "CHN", "--budget", "0", "--max-sectors", "1",
                         "--scenarios", file, "--sets", files.sets});
    };
    if (run_narrows({"fill", "--home", "CHN", "--budget", "1", "--max-sectors", "1"}).exit_code !=
        0) {
        GTEST_SKIP() << "needs Clp and Cbc, which are not installed";
    }
    const Json named = report("a.csv", "w,JPN,set:wires,0.5\n");
    const Json listed = report("b.csv", "w,JPN,MET,0.5\nw,JPN,ELE,0.5\n");
    EXPECT_EQ(named["base"], listed["base"]);
    EXPECT_EQ(named["allocation"], listed["allocation"]);
}

/// A scenario of two cases or one, with or without the name of a file of sets.
std::string scenario_text(const std::string& sets, bool grid = false) {
    return R"({"name": "t", "home": "CHN", "days": 60, )" +
           (sets.empty() ? "" : R"("sets": ")" + sets + R"(", )") +
           (grid ? R"("grid": {"cut": [0.5, 1]}, )" : "") +
           R"("shocks": [{"kind": "import_cut", "product": "set:wires", "share": )" +
           (grid ? R"("$cut")" : "0.5") + "}]}";
}

TEST(SetOptions, ShockAddsUpTheLossesOfSetsExactly) {
    const SetFiles files;
    const std::string scenario = files.folder.write("t.json", scenario_text("s.csv"));
    for (const Words& scope : {Words{}, Words{"--scope", "world"}}) {
        const Json all = run_json(joined({"shock", scenario, "--model", "pbl-half,ghosh"}, scope));
        const Json& parameters = all["run"]["parameters"];
        EXPECT_TRUE(parameters["sets"].get<std::string>().ends_with("s.csv"));
        EXPECT_TRUE(parameters.contains("sets_hash"));
        for (const Json& model : all["models"]) {
            ASSERT_EQ(model["by_set"].size(), 2U);
            for (const Json& set : model["by_set"]) {
                const Words members =
                    set["set"] == "metal" ? Words{"MIN", "MET"} : Words{"MET", "ELE"};
                double lost = 0.0, output = 0.0;
                for (const Json& sector : model["by_sector"]) {
                    const auto code = sector["sector"].get<std::string>();
                    const std::string product = code.substr(code.size() - 3);
                    if (product != members[0] && product != members[1]) continue;
                    lost += sector["value_added_loss"].get<double>();
                    output += sector["output_loss"].get<double>();
                }
                EXPECT_EQ(set["value_added_loss"], lost);
                EXPECT_EQ(set["output_loss"], output);
            }
        }
    }
}

TEST(SetOptions, ShockFiltersSectorsAndWeighsLosses) {
    const SetFiles files;
    const std::string scenario = files.folder.write("t.json", scenario_text("", true));
    const Words base = {"shock", scenario, "--model", "pbl-half", "--sets", files.sets};
    const Json all = run_json(joined(base, {"--set-weights", files.weights}));
    const Json some = run_json(joined(base, {"--only-sets", "metal"}));
    const Json& model = all["models"][0];
    double weighted = 0.0;
    for (const Json& sector : model["by_sector"]) {
        weighted += weight_of(sector["sector"].get<std::string>()) *
                    sector["value_added_loss"].get<double>();
    }
    EXPECT_NEAR(model["weighted_loss"].get<double>(), weighted, 1e-12 * weighted);
    double mean = 0.0, metal = 0.0;
    for (const Json& row : all["cases"]) {
        mean += 0.5 * row["weighted_loss"].get<double>();
        metal += 0.5 * row["value_added_loss_metal"].get<double>();
    }
    EXPECT_NEAR(mean, weighted, 1e-12 * weighted);
    EXPECT_NEAR(metal, model["by_set"][0]["value_added_loss"].get<double>(), 1e-12 * metal);
    const Json& filtered = some["models"][0];
    EXPECT_EQ(filtered["value_added_loss"], model["value_added_loss"]);
    ASSERT_EQ(filtered["by_sector"].size(), 2U);
    EXPECT_EQ(filtered["by_sector"][0], model["by_sector"][1]);
    EXPECT_EQ(filtered["by_sector"][1], model["by_sector"][9]);
    ASSERT_EQ(filtered["by_set"].size(), 1U);
    EXPECT_EQ(filtered["by_set"][0], model["by_set"][0]);
    EXPECT_FALSE(filtered.contains("weighted_loss"));
    const std::string csv =
        run_narrows(joined(base, {"--set-weights", files.weights, "--output", "csv"})).out;
    EXPECT_NE(csv.find(",value_added_loss_metal,value_added_loss_wires,weighted_loss\n"),
              std::string::npos);
    EXPECT_NE(run_narrows(base).out.find("Value added lost by set"), std::string::npos);
    const std::string file = files.folder.path() / "t.nc";
    const Words netcdf = {"--set-weights", files.weights, "--output", "netcdf", "--out", file};
    EXPECT_EQ(run_narrows(joined(base, netcdf)).exit_code, 0);
}

TEST(SetOptions, ShockRefusesSetsThatAreNotThere) {
    const SetFiles files;
    const std::string without = files.folder.write("t.json", scenario_text(""));
    expect_refused(run_narrows({"shock", without, "--model", "ghosh"}), 3,
                   {"t.json: shocks[0].product", "'set:wires'", "\"sets\"", "--sets"});
    const std::string other = files.folder.write("o.csv", "set,product\nwire,ELE\n");
    expect_refused(run_narrows({"shock", without, "--model", "ghosh", "--sets", other}), 3,
                   {"t.json: shocks[0].product", "unknown set 'set:wires'", "'set:wire'"});
    const std::string missing = files.folder.write("m.json", scenario_text("none.csv"));
    expect_refused(run_narrows({"shock", missing, "--model", "ghosh"}), 3, {"none.csv"});
    const std::string kept = files.folder.path() / "kept";
    const Words drawn = {"shock",  without,    "--model",      "ghosh",
                         "--sets", files.sets, "--checkpoint", kept};
    run_json(drawn);
    run_json(joined(drawn, {"--resume"}));
    expect_refused(run_narrows(joined(drawn, {"--resume", "--only-sets", "wires"})), 3,
                   {"kept", "differs"});
}

}  // namespace
}  // namespace narrows::test
