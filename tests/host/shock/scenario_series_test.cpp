#include "host/shock/scenario_series.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/base/netcdf_file.hpp"

#include "tests/support/errors.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using Eigen::MatrixXd;

const Labels labels{"sector", {"AGR", "MIN", "ELE"}};

DailySeries read(const std::string& text) {
    return read_daily_series(InputFile("s.csv", text), labels, 4, {0.0, 1.0});
}

std::string refusal(const std::string& text) {
    return test::message_of<ParseError>([&] { read(text); });
}

TEST(ReadDailySeries, SortsColumnsLeavesOutZerosAndFillsUpDays) {
    const DailySeries series = read("day,ELE,MIN,AGR\n0,0.5,0,0\n1,0.25,0,1\n2,0,0,0\n");
    EXPECT_EQ(series.codes, (std::vector<Eigen::Index>{0, 2}));
    MatrixXd expected(4, 2);
    expected << 0, 0.5, 1, 0.25, 0, 0, 0, 0;
    EXPECT_EQ(series.values, expected);
}

TEST(ReadDailySeries, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(refusal("day,ELX\n0,1\n"),
              "s.csv:1: column 2: found unknown sector 'ELX', expected 'ELE'");
    EXPECT_EQ(refusal("day,ELE,ELE\n0,1,1\n"),
              "s.csv:1: column 3: found sector 'ELE' again, expected each sector once");
    EXPECT_EQ(refusal("day,ELE\n1,1\n"), "s.csv:2: column 1 (day): found '1', expected day 0");
    EXPECT_EQ(refusal("day,ELE\n0,1\n0,1\n"), "s.csv:3: column 1 (day): found '0', expected day 1");
    EXPECT_EQ(refusal("day,ELE\n0,1.5\n"),
              "s.csv:2: column 2 (ELE): found '1.5', expected a number in [0, 1]");
    EXPECT_EQ(refusal("day,ELE\n0,1\n1,1\n2,1\n3,1\n4,1\n"),
              "s.csv:6: column 1 (day): found '4', expected at most 4 days");
    EXPECT_THROW(read(""), ParseError);
    EXPECT_THROW(read("time,ELE\n0,1\n"), ParseError);
    EXPECT_THROW(read("day,ELE\n0\n"), ParseError);
    EXPECT_THROW(read("day,ELE\n0,nan\n"), ParseError);
}

/// The bytes of a NetCDF file with a variable of two days by sectors ELE and MIN.
std::string netcdf(const char* day_name, const char* code_name, const std::vector<double>& values,
                   const std::vector<double>& days = {0.0, 1.0},
                   const std::vector<std::string>& codes = {"ELE", "MIN"}) {
    const fs::path path = fs::path(testing::TempDir()) /
                          ("narrows_daily_series_" + std::to_string(::getpid()) + ".nc");
    {
        NcFile file(path, "test.nc");
        file.dimension(day_name, 2);
        file.coordinate(code_name, codes, "code");
        const int time = file.define(day_name, NC_DOUBLE, {day_name});
        file.check(nc_put_var_double(file.id(), time, days.data()));
        const int variable = file.define("strength", NC_DOUBLE, {day_name, code_name});
        file.check(nc_put_var_double(file.id(), variable, values.data()));
        file.close();
    }
    std::ifstream in(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    fs::remove(path);
    return bytes;
}

std::string netcdf_refusal(const std::string& bytes) {
    return test::message_of<FileError>([&] { read(bytes); });
}

TEST(ReadDailySeries, ReadsNetcdf) {
    for (const char* day : {"day", "time"}) {
        for (const char* code : {"sector", "node", "product"}) {
            const DailySeries series = read(netcdf(day, code, {0.5, 0.0, 0.25, 1.0}));
            EXPECT_EQ(series.codes, (std::vector<Eigen::Index>{1, 2}));
            MatrixXd expected(4, 2);
            expected << 0, 0.5, 1, 0.25, 0, 0, 0, 0;
            EXPECT_EQ(series.values, expected);
        }
    }
}

TEST(ReadDailySeries, SaysWhatIsWrongInNetcdf) {
    test::expect_parts(netcdf_refusal(netcdf("day", "column", {0, 0, 0, 0})),
                       {"s.csv: NetCDF: it has no number variable of dimensions"});
    test::expect_parts(netcdf_refusal(netcdf("day", "sector", {0, 0, 0, 1.5})),
                       {"found 1.5 for 'MIN' on day 1, expected a number in [0, 1]"});
    test::expect_parts(netcdf_refusal(netcdf("day", "sector", {0, 0, 0, 0}, {1.0, 2.0})),
                       {"day 0 is 1, expected 0"});
    test::expect_parts(
        netcdf_refusal(netcdf("day", "sector", {0, 0, 0, 0}, {0.0, 1.0}, {"ELE", "MIM"})),
        {"found unknown sector 'MIM', expected 'MIN'"});
    const std::string bytes = netcdf("day", "sector", {0, 0, 0, 0});
    EXPECT_THROW(read(bytes.substr(0, bytes.size() / 2)), FileError);
    test::expect_parts(test::message_of<FileError>([&] {
                           read_daily_series(InputFile("s.nc", bytes), labels, 1, {0.0, 1.0});
                       }),
                       {"s.nc: NetCDF: 2 days, expected at most 1"});
}

}  // namespace
}  // namespace narrows
