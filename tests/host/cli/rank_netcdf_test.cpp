// Rankings as NetCDF-4, read back with the library: `narrows rank --output netcdf`.
#include <cmath>
#include <filesystem>
#include <map>
#include <netcdf.h>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

class Dataset {
  public:
    explicit Dataset(const std::string& path) {
        EXPECT_EQ(nc_open(path.c_str(), NC_NOWRITE, &id_), NC_NOERR);
    }
    ~Dataset() { nc_close(id_); }
    Dataset(const Dataset&) = delete;
    Dataset& operator=(const Dataset&) = delete;

    std::size_t length(const char* dimension) const {
        int id = 0;
        std::size_t length = 0;
        EXPECT_EQ(nc_inq_dimid(id_, dimension, &id), NC_NOERR) << dimension;
        EXPECT_EQ(nc_inq_dimlen(id_, id, &length), NC_NOERR);
        return length;
    }
    bool has(const char* variable) const {
        int id = 0;
        return nc_inq_varid(id_, variable, &id) == NC_NOERR;
    }
    Names labels(const char* name) const {
        std::vector<char*> pointers(length(name));
        EXPECT_EQ(nc_get_var_string(id_, variable(name), pointers.data()), NC_NOERR);
        const Names result(pointers.begin(), pointers.end());
        nc_free_string(pointers.size(), pointers.data());
        return result;
    }
    std::vector<double> numbers(const char* name, std::size_t count) const {
        std::vector<double> values(count);
        EXPECT_EQ(nc_get_var_double(id_, variable(name), values.data()), NC_NOERR) << name;
        return values;
    }
    /// Of the file where no variable is named.
    std::string attribute(const char* name, const char* of = nullptr) const {
        const int id = of == nullptr ? NC_GLOBAL : variable(of);
        std::size_t length = 0;
        EXPECT_EQ(nc_inq_attlen(id_, id, name, &length), NC_NOERR) << name;
        std::string text(length, ' ');
        EXPECT_EQ(nc_get_att_text(id_, id, name, text.data()), NC_NOERR);
        return text;
    }
    bool is_compressed(const char* name) const {
        int shuffle = 0;
        int deflate = 0;
        int level = 0;
        nc_inq_var_deflate(id_, variable(name), &shuffle, &deflate, &level);
        return deflate != 0;
    }

  private:
    int variable(const char* name) const {
        int id = -1;
        EXPECT_EQ(nc_inq_varid(id_, name, &id), NC_NOERR) << name;
        return id;
    }
    int id_ = -1;
};

/// Runs with NetCDF and returns the file.
std::string written(const ScratchFolder& folder, Names arguments) {
    const std::string path = (folder.path() / "grid.nc").string();
    arguments.insert(arguments.end(), {"--output", "netcdf", "--out", path});
    const ProgramResult result = run_narrows(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
    return path;
}

/// Every cell of the file is the row of the JSON, or NaN where there is none.
void expect_same_numbers(const Dataset& data, const Json& rows, const Names& variables) {
    const Names homes = data.labels("home");
    const std::vector<double> shares = data.numbers("share", data.length("share"));
    const Names products = data.labels("product");
    const Names coalitions = data.labels("coalition");
    std::map<std::tuple<std::string, double, std::string, std::string>, Json> by_place;
    for (const Json& row : rows) {
        by_place[{row["home"], row["share"], row["product"], row["coalition_name"]}] = row;
    }
    EXPECT_EQ(by_place.size(), rows.size());
    for (const std::string& name : variables) {
        const std::vector<double> values = data.numbers(
            name.c_str(), homes.size() * shares.size() * products.size() * coalitions.size());
        std::size_t at = 0;
        std::size_t num_found = 0;
        for (const std::string& home : homes) {
            for (const double share : shares) {
                for (const std::string& product : products) {
                    for (const std::string& coalition : coalitions) {
                        const auto row = by_place.find({home, share, product, coalition});
                        const double value = values[at++];
                        if (row == by_place.end()) {
                            EXPECT_TRUE(std::isnan(value)) << name << ' ' << home << product;
                            continue;
                        }
                        ++num_found;
                        EXPECT_EQ(value, row->second[name].get<double>()) << name;
                    }
                }
            }
        }
        EXPECT_EQ(num_found, rows.size()) << name;
    }
}

const Names of_both_scopes = {"blocked",  "gar_linear",  "gar",
                              "gar_tail", "error_bound", "leverage"};

TEST(RankNetcdf, HoldsTheNumbersOfTheJson) {
    const ScratchFolder folder;
    const std::string file =
        folder.write("c.csv", "coalition,member\nstraits,KOR\nstraits,TWN\n\"with, USA\",USA\n");
    const Names asked = {"rank",          "--home",           "all", "--share",      "0.5,0.25",
                         "--each-origin", "--coalition-file", file,  "--all-imports"};

    const Json json = run_json(asked);
    const Dataset data(written(folder, asked));

    EXPECT_EQ(data.length("home"), 13U);
    EXPECT_EQ(data.length("share"), 2U);
    EXPECT_EQ(data.length("product"), 24U);
    // straits, "with, USA", all, and the twelve others
    EXPECT_EQ(data.labels("coalition").size(), 15U);
    EXPECT_GT(json["rows"].size(), 6000U);
    expect_same_numbers(data, json["rows"], of_both_scopes);
    EXPECT_FALSE(data.has("world"));
    const std::vector<double> gdp = data.numbers("gdp", 13);
    for (std::size_t h = 0; h < gdp.size(); ++h) {
        EXPECT_EQ(data.labels("home")[h], json["homes"][h]["home"]);
        EXPECT_EQ(gdp[h], json["homes"][h]["gdp"].get<double>());
    }
}

TEST(RankNetcdf, OfTheWorldHoldsWhatAllLose) {
    const ScratchFolder folder;
    const Names asked = {"rank", "--home", "CHN,DEU", "--scope", "world", "--top", "40"};

    const Json json = run_json(asked);
    const Dataset data(written(folder, asked));

    EXPECT_EQ(json["rows"].size(), 80U);
    Names variables = of_both_scopes;
    variables.emplace_back("world");
    expect_same_numbers(data, json["rows"], variables);
}

TEST(RankNetcdf, TakesASingleHomeAndShare) {
    const ScratchFolder folder;
    const Names asked = {"rank", "--home", "CHN"};

    Json rows = run_json(asked)["rows"];
    for (Json& row : rows) {
        row["home"] = "CHN";
        row["share"] = 0.5;
        row["coalition_name"] = row["coalition"][0];
    }
    const Dataset data(written(folder, asked));

    EXPECT_EQ(data.labels("coalition").size(), 12U);
    expect_same_numbers(data, rows, of_both_scopes);
}

TEST(RankNetcdf, SaysWhatItIs) {
    const ScratchFolder folder;
    const Dataset data(written(folder, {"rank", "--home", "CHN,DEU", "--lambda", "0.4"}));

    EXPECT_EQ(data.attribute("Conventions"), "CF-1.8");
    EXPECT_EQ(data.attribute("format"), "narrows.rank_grid/1");
    EXPECT_EQ(data.attribute("title"), "Choke points, world-2011 (2011)");
    const Json run = Json::parse(data.attribute("run_record"));
    EXPECT_EQ(run["command"], "rank");
    EXPECT_EQ(run["parameters"]["lambda"], 0.4);
    EXPECT_EQ(run["parameters"]["homes"], (Names{"CHN", "DEU"}));
    EXPECT_GT(run["elapsed_seconds"].get<double>(), 0.0);
    EXPECT_LT(run["certificate"]["spectral_radius_bound"].get<double>(), 1.0);
    for (const std::string& name : of_both_scopes) {
        EXPECT_EQ(data.attribute("units", name.c_str()),
                  name == "leverage" ? "1" : "million US dollars");
        EXPECT_NE(data.attribute("long_name", name.c_str()), "");
        EXPECT_TRUE(data.is_compressed(name.c_str()));
    }
    EXPECT_EQ(data.attribute("units", "gdp"), "million US dollars");
}

TEST(RankNetcdf, KeepsARecordOfManyCoalitionsWhole) {
    const ScratchFolder folder;
    std::string content = "coalition,member\n";
    const Names origins = {"USA", "JPN", "KOR", "TWN", "DEU", "NLD",
                           "REU", "RUS", "AUS", "BRA", "IND", "ROW"};
    std::size_t num_coalitions = 0;
    for (unsigned members = 1; members < 1U << origins.size(); members += 5) {
        for (std::size_t i = 0; i < origins.size(); ++i) {
            if ((members >> i & 1U) == 0) continue;
            content += "coalition number " + std::to_string(members) + "," + origins[i] + "\n";
        }
        ++num_coalitions;
    }
    const std::string file = folder.write("c.csv", content);

    const Dataset data(written(folder, {"rank", "--home", "CHN", "--coalition-file", file}));

    EXPECT_EQ(data.labels("coalition").size(), num_coalitions);
    const std::string record = data.attribute("run_record");
    EXPECT_GT(record.size(), 65536U);
    EXPECT_EQ(Json::parse(record)["parameters"]["coalitions"].size(), num_coalitions);
}

TEST(RankNetcdf, ReplacesAFileWhenItIsComplete) {
    const ScratchFolder folder;
    folder.write("grid.nc", "of an earlier run");

    const Dataset data(written(folder, {"rank", "--home", "CHN,DEU"}));

    EXPECT_EQ(data.length("home"), 2U);
    EXPECT_EQ(folder.names(), Names{"grid.nc"});
}

TEST(RankNetcdf, IsRefusedWhereItCannotBeWritten) {
    const ScratchFolder folder;
    const Names asked = {"rank", "--home", "CHN,DEU", "--output", "netcdf"};
    const auto refused = [&](const std::string& file, const Names& parts) {
        Names arguments = asked;
        arguments.insert(arguments.end(), {"--out", file});
        expect_refused(run_narrows(arguments), 3, parts);
    };

    expect_refused(run_narrows(asked), 2,
                   {"--output netcdf cannot go to standard output: expected --out FILE"});
    refused("/dev/null", {"/dev/null: cannot write NetCDF: not a regular file"});
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
    refused(folder.path().string(), {"cannot write: is a folder"});
    refused((folder.path() / "absent" / "grid.nc").string(), {"No such file or directory"});
    EXPECT_TRUE(folder.names().empty());
    expect_refused(run_narrows({"exposure", "world-2011", "--home", "DEU", "--output", "netcdf"}),
                   2, {"unknown output format 'netcdf', expected table, csv or json"});
    expect_refused(run_narrows({"rank", "--home", "CHN", "--columns", "hhi", "--output", "netcdf",
                                "--out", (folder.path() / "grid.nc").string()}),
                   2, {"--columns takes one home and one share"});
}

}  // namespace
}  // namespace narrows::test
