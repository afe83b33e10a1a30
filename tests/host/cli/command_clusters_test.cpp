// narrows clusters.
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/igraph.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

Arguments clusters_with(const Arguments& more) {
    Arguments arguments = {"clusters", "world-2011", "--home", "CHN"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

/// Without what differs between two runs of the same.
Json without_run(Json report) {
    report.erase("run");
    return report;
}

double sum_of(const Json& rows, const std::string& key) {
    double sum = 0.0;
    for (const Json& row : rows) sum += row[key].get<double>();
    return sum;
}

TEST(ClustersCommand, PutsEverySectorInOneClusterAndAddsUp) {
    NARROWS_NEEDS_IGRAPH();
    const Json report = run_json(clusters_with({}));
    EXPECT_EQ(report["schema"], "narrows.clusters/1");
    EXPECT_EQ(report["runs"], 100);
    EXPECT_EQ(report["run"]["parameters"]["seeds"], "100");
    EXPECT_TRUE(report["run"]["certificate"]["identity_deviation"].is_number());
    std::set<std::string> seen;
    std::size_t listed = 0;
    for (const Json& cluster : report["clusters"]) {
        for (const Json& sector : cluster["sectors"]) seen.insert(sector.get<std::string>());
        listed += cluster["sectors"].size();
        EXPECT_TRUE(cluster["world_class"].is_null());
    }
    EXPECT_EQ(seen.size(), 24U);
    EXPECT_EQ(listed, 24U);
    EXPECT_EQ(report["sectors"].size(), 24U);
    EXPECT_EQ(report["co_assigned"].size(), 24U);
    EXPECT_NEAR(sum_of(report["clusters"], "value_added"), report["gdp"].get<double>(), 1e-6);
    // Shares of the world's value added, each times the world's of its cluster, are home's.
    double world = 0.0;
    for (const Json& cluster : report["clusters"]) {
        world += cluster["value_added"].get<double>() / cluster["world_share"].get<double>();
    }
    const Json all = run_json(clusters_with({"--method", "infomap"}))["clusters"][0];
    EXPECT_NEAR(report["gdp"].get<double>() / world, all["world_share"].get<double>(), 1e-12);
    EXPECT_NEAR(all["rca"].get<double>(), 1.0, 1e-12);
}

TEST(ClustersCommand, GivesTheSameForAnyThreadsAndOrderOfSeeds) {
    NARROWS_NEEDS_IGRAPH();
    const Json first =
        without_run(run_json(clusters_with({"--seeds", "5,1,9,3", "--threads", "1"})));
    const Json second =
        without_run(run_json(clusters_with({"--seeds", "1,3,5,9", "--threads", "3"})));
    EXPECT_EQ(first.dump(), second.dump());
    EXPECT_EQ(first["runs"], 4);
}

TEST(ClustersCommand, HoldsTheRiskOfTheRanking) {
    NARROWS_NEEDS_IGRAPH();
    const Json report = run_json(clusters_with({"--share", "0.3", "--lambda", "0.4"}));
    const Arguments same = {"rank", "--home", "CHN", "--share", "0.3", "--lambda", "0.4"};
    Arguments together = same;
    together.push_back("--all-imports");
    const Json all = run_json(together);
    const Json each = run_json(same);
    for (const Json& cluster : report["clusters"]) {
        const auto worst = [&](const Json& ranking) -> Json {
            for (const Json& row : ranking["rows"]) {
                for (const Json& sector : cluster["sectors"]) {
                    if (row["product"] == sector) return row;
                }
            }
            return {};
        };
        EXPECT_EQ(cluster["gar"], worst(all)["gar"]);
        EXPECT_EQ(cluster["gar_product"], worst(all)["product"]);
        EXPECT_EQ(cluster["gar_share_of_gdp"], worst(all)["gar_share_of_gdp"]);
        EXPECT_EQ(cluster["one_origin_gar"], worst(each)["gar"]);
        EXPECT_EQ(cluster["one_origin_product"], worst(each)["product"]);
        EXPECT_EQ(cluster["one_origin"], worst(each)["coalition"][0]);
    }
}

TEST(ClustersCommand, LeavesOutSectorsAndFlagsByThresholdsOfTheUser) {
    NARROWS_NEEDS_IGRAPH();
    const Json report = run_json(clusters_with(
        {"--exclude", "TRD,TRA", "--resolution", "1.4", "--world-class-share", "0.15",
         "--world-class-rca", "1.2", "--not-compared", "ROW", "--frontier-by", "rca"}));
    EXPECT_EQ(report["sectors"].size(), 22U);
    int flagged = 0;
    for (const Json& cluster : report["clusters"]) {
        EXPECT_EQ(cluster["world_class"], cluster["world_share"].get<double>() >= 0.15 &&
                                              cluster["rca"].get<double>() >= 1.2);
        flagged += cluster["world_class"].get<bool>() ? 1 : 0;
        EXPECT_NE(cluster["best_region"], "ROW");
        EXPECT_NEAR(cluster["distance"].get<double>(),
                    cluster["rca"].get<double>() / cluster["best_value"].get<double>(), 1e-14);
        EXPECT_LE(cluster["distance"].get<double>(), 1.0);
        for (const Json& sector : cluster["sectors"]) {
            EXPECT_TRUE(sector != "TRD" && sector != "TRA");
        }
    }
    EXPECT_GT(flagged, 0);
    EXPECT_LT(flagged, static_cast<int>(report["clusters"].size()));
    EXPECT_GT(report["clusters"].size(), 4U);
}

TEST(ClustersCommand, FollowsClustersOverTheYears) {
    NARROWS_NEEDS_IGRAPH();
    const ScratchFolder folder;
    const std::string earlier = copy_table("world-2011", folder.path()).string();
    replace_in_file(earlier + "/meta.json", "\"year\": 2011", "\"year\": 2000");
    const Json one = run_json(clusters_with({}));
    EXPECT_FALSE(one.contains("trend"));
    const Json both =
        run_json({"clusters", "world-2011", earlier, "--home", "CHN", "--years", "all"});
    EXPECT_EQ(both["clusters"], one["clusters"]);
    EXPECT_EQ(both["run"]["year"], 2011);
    EXPECT_EQ(both["run"]["parameters"]["tables"].size(), 2U);
    ASSERT_EQ(both["trend"].size(), 2 * one["clusters"].size());
    for (std::size_t k = 0; k < one["clusters"].size(); ++k) {
        Json before = both["trend"][2 * k];
        Json after = both["trend"][2 * k + 1];
        EXPECT_EQ(before["year"], 2000);
        EXPECT_EQ(after["year"], 2011);
        before.erase("year");
        after.erase("year");
        EXPECT_EQ(before, after);
        for (const char* key : {"world_share", "rca", "foreign_share_inside", "gar_share_of_gdp"}) {
            EXPECT_EQ(after[key], one["clusters"][k][key]) << key;
        }
    }
}

TEST(ClustersCommand, TakesANationalTable) {
    NARROWS_NEEDS_IGRAPH();
    const Json report = run_json({"clusters", "wiod2016-gbr-2014", "--seeds", "10"});
    for (const Json& cluster : report["clusters"]) {
        for (const char* key : {"world_share", "rca", "gross_rca", "best_region", "distance"}) {
            EXPECT_TRUE(cluster[key].is_null()) << key;
        }
        EXPECT_GT(cluster["foreign_share"], 0.0);
        EXPECT_EQ(cluster["one_origin_gar"], cluster["gar"]);
    }
    const std::string text = run_narrows({"clusters", "wiod2016-gbr-2014", "--seeds", "10"}).out;
    EXPECT_EQ(text.find("Against the frontier"), std::string::npos);
    EXPECT_NE(text.find("Dependence"), std::string::npos);
}

TEST(ClustersCommand, PrintsWhatPeopleRead) {
    NARROWS_NEEDS_IGRAPH();
    const std::string text = run_narrows(clusters_with({})).out;
    for (const char* part :
         {"Industrial clusters of CHN, world-2011 (2011)", "Clusters, by output",
          "Against the frontier", "Dependence", "Sectors", "Electrical and optical equipment"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(text.find("world-class"), std::string::npos);
    const std::string csv = run_narrows(clusters_with({"--output", "csv"})).out;
    EXPECT_EQ(csv.rfind("cluster,sectors,output,value_added,stability,", 0), 0U);
    EXPECT_NE(run_narrows(clusters_with({"--method", "infomap"})).out.find("All sectors are one"),
              std::string::npos);
}

TEST(ClustersCommand, RefusesInOneClearLine) {
    NARROWS_NEEDS_IGRAPH();
    const auto refused = [](const Arguments& more, int code, const Arguments& parts) {
        expect_refused(run_narrows(clusters_with(more)), code, parts);
    };
    refused({"--exclude", "TRX"}, 2, {"unknown sector 'TRX', did you mean 'TEX'?"});
    refused({"--exclude",
             "AGR,MIN,FOD,TEX,WPP,PET,CHM,RUB,NMM,MET,MAC,ELE,TRE,OMF,EGW,CON,TRD,"
             "HOT,TRA,TEL,FIN,REA,BUS"},
            2, {"clusters need two sectors with output or more, found 1"});
    refused({"--seeds", "0"}, 2, {"--seeds: found '0', expected a whole number from 1 to 100000"});
    refused({"--seeds", "3,3"}, 2, {"--seeds: '3' is there twice"});
    refused({"--method", "louvain"}, 2, {"found 'louvain', expected leiden, infomap, profiles"});
    refused({"--resolution", "0"}, 2, {"resolution is 0, expected a number above 0"});
    refused({"--not-compared", "RWO"}, 2, {"unknown region 'RWO'"});
    refused({"--lambda", "2"}, 2, {"lambda is 2, expected a number in [0, 1)"});
    refused({"--years", "1999"}, 2, {"--years: no table is of 1999"});
    expect_refused(run_narrows({"clusters", "world-2011", "world-2011", "--home", "CHN"}), 2,
                   {"world-2011 and world-2011 are both of 2011"});
    expect_refused(run_narrows({"clusters", "--home", "XXX"}), 2, {"unknown region 'XXX'"});
}

TEST(ClustersCommand, SaysWhatToInstallWhereIgraphIsMissing) {
    const ScratchFolder folder;
    folder.write("libigraph.so.3", "no library");
    expect_refused(run_narrows(clusters_with({}), {"LD_LIBRARY_PATH=" + folder.path().string()}), 5,
                   {"clusters need igraph 0.10 (Debian and Ubuntu: apt install libigraph-dev)",
                    "libigraph.so.3 not found"});
}

}  // namespace
}  // namespace narrows::test
