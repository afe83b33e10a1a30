// Eurostat's symmetric tables in long form, csv and tsv, written here.
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/readers/years.hpp"

#include "tests/support/errors.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using Files = std::map<std::string, std::string>;

/// Row, column, domestic and imported flow of a table of two products.
struct Flow {
    const char* row;
    const char* column;
    double domestic;
    double imported;
};
const std::vector<Flow> published_flows = {
    {"CPA_A01", "A01", 10.5, 2},       {"CPA_A01", "C10-C12", 30, 8},
    {"CPA_A01", "P3_S14", 40.25, 5},   {"CPA_A01", "P51G", 9.25, 1},
    {"CPA_A01", "P6", 10, 0},          {"CPA_A01", "TOTAL", 40.5, 10},
    {"CPA_A01", "TU", 100, 16},        {"CPA_C10-C12", "A01", 5, 3},
    {"CPA_C10-C12", "C10-C12", 25, 4}, {"CPA_C10-C12", "P3_S14", 90, 6},
    {"CPA_C10-C12", "P51G", 30, 2},    {"CPA_C10-C12", "P6", 50, 0},
    {"CPA_TOTAL", "A01", 15.5, 5}};
const std::vector<Flow> totals = {{"D21X31", "A01", 1, 0},   {"D21X31", "C10-C12", 2, 0},
                                  {"D1", "A01", 30, 0},      {"D1", "C10-C12", 80, 0},
                                  {"D29X39", "A01", 1.5, 0}, {"D29X39", "C10-C12", 1, 0},
                                  {"B2A3G", "A01", 47, 0},   {"B2A3G", "C10-C12", 50, 0},
                                  {"P1", "A01", 100, 0},     {"P1", "C10-C12", 200, 0}};

std::string csv_line(const Flow& flow, double value, int year, const char* geo = "HR") {
    return fmt::format("A,MIO_EUR,{},{},{},{},{}\n", flow.row, flow.column, geo, year, value);
}

constexpr const char* csv_header = "freq,unit,t_rows2,t_cols2,geo,TIME_PERIOD,OBS_VALUE\n";

/// The tables of domestic and of imported flows of 2010.
Files long_csv() {
    std::string domestic = csv_header;
    std::string imported = csv_header;
    for (const Flow& flow : published_flows) {
        domestic += csv_line(flow, flow.domestic, 2010);
        imported += csv_line(flow, flow.imported, 2010);
    }
    for (const Flow& flow : totals) domestic += csv_line(flow, flow.domestic, 2010);
    return {{"naio_10_cp1800.csv", domestic}, {"naio_10_cp1900.csv", imported}};
}

/// The same as Eurostat's tsv: one line per pair of codes, one column per year, flags.
Files tsv() {
    std::string domestic = "freq,unit,t_rows2,t_cols2,geo\\TIME_PERIOD\t2010 \t2015 \n";
    std::string imported = domestic;
    const auto line = [](const Flow& flow, double value) {
        return fmt::format("A,MIO_EUR,{},{},HR\t{} p\t: \n", flow.row, flow.column, value);
    };
    for (const Flow& flow : published_flows) {
        domestic += line(flow, flow.domestic);
        imported += line(flow, flow.imported);
    }
    for (const Flow& flow : totals) domestic += line(flow, flow.domestic);
    return {{"estat_naio_10_cp1800.tsv", domestic}, {"estat_naio_10_cp1900.tsv", imported}};
}

IoTable read(const Files& files, const ReadOptions& options = {}) {
    return read_table(InputSource("tables", files), options);
}

void expect_the_table(const IoTable& table) {
    EXPECT_EQ(table.classification().labels(), (std::vector<std::string>{"A01", "C10-C12"}));
    EXPECT_EQ(table.classification().regions().front().code, "HR");
    EXPECT_EQ(table.meta().year, 2010);
    EXPECT_EQ(table.meta().unit, "million euro");
    EXPECT_EQ(table.Z(), (Eigen::MatrixXd{{10.5, 30}, {5, 25}}));
    EXPECT_EQ(table.M(), (Eigen::MatrixXd{{2, 8}, {3, 4}}));
    EXPECT_EQ(table.F(), (Eigen::MatrixXd{{40.25, 9.25, 10}, {90, 30, 50}}));
    EXPECT_EQ(table.MF(), (Eigen::MatrixXd{{5, 1, 0}, {6, 2, 0}}));
    EXPECT_EQ(table.V(), (Eigen::MatrixXd{{30, 80}, {1.5, 1}, {47, 50}}));
    EXPECT_EQ(table.T(), (Eigen::MatrixXd{{1, 2}}));
    EXPECT_EQ(table.x(), (Eigen::VectorXd{{100, 200}}));
    EXPECT_EQ(table.M_origins().size(), 0);
}

TEST(Eurostat, GivesEveryFigureOfLongCsv) {
    expect_the_table(read(long_csv()));
}

TEST(Eurostat, GivesEveryFigureOfTsvWithFlags) {
    expect_the_table(read(tsv()));
}

TEST(Eurostat, ReadsOlderCodesForTaxes) {
    Files files = long_csv();
    std::string& text = files["naio_10_cp1800.csv"];
    for (auto at = text.find("D21X31"); at != std::string::npos; at = text.find("D21X31", at)) {
        text.replace(at, 6, "D21_M_D31");
    }
    for (auto at = text.find("D29X39"); at != std::string::npos; at = text.find("D29X39", at)) {
        text.replace(at, 6, "D29_M_D39");
    }

    expect_the_table(read(files));
}

TEST(Eurostat, SplitsImportsByProportionWhereOnlyTotalsAreThere) {
    std::string text = csv_header;
    for (const Flow& flow : published_flows)
        text += csv_line(flow, flow.domestic + flow.imported, 2010);
    for (const Flow& flow : totals) text += csv_line(flow, flow.domestic, 2010);
    text += csv_line({"P7", "A01", 16, 0}, 16, 2010) + csv_line({"P7", "C10-C12", 15, 0}, 15, 2010);

    const IoTable table = read({{"naio_10_cp1700.csv", text}});

    const double share = 16.0 / (100 + 16 - 10);
    EXPECT_NEAR(table.M()(0, 1), share * 38, 1e-13);
    EXPECT_NEAR(table.Z()(0, 1), (1 - share) * 38, 1e-13);
    EXPECT_EQ(table.MF()(0, 2), 0.0);  // exports
    EXPECT_TRUE((table.M_origins().array() == ImportOrigin::proportional).all());
    EXPECT_TRUE(table.diagnostics().rows.balanced());
}

TEST(Eurostat, WantsAYearAndARegionWhereThereAreSeveral) {
    Files files = long_csv();
    for (const Flow& flow : published_flows) {
        files["naio_10_cp1800.csv"] += csv_line(flow, flow.domestic, 2015, "SI");
    }

    expect_parts(message_of<ArgumentError>([&] { read(files, {.year = 2010}); }),
                 {"HR, SI", "--region"});
    expect_parts(message_of<ArgumentError>([&] { read(files, {.region = "DE"}); }),
                 {"HR, SI", "there is no DE"});
    expect_the_table(read(files, {.region = "HR"}));  // the region's only year
    files["naio_10_cp1800.csv"] += csv_line({"P1", "A01", 0, 0}, 90, 2015);
    expect_parts(message_of<YearsError>([&] { read(files, {.region = "HR"}); }),
                 {"2010, 2015", "--year"});
    expect_the_table(read(files, {.year = 2010, .region = "HR"}));
}

TEST(Eurostat, NamesWhatIsWrong) {
    const auto refusal = [](const std::string& from, const std::string& to) {
        Files files = long_csv();
        std::string& text = files["naio_10_cp1800.csv"];
        text.replace(text.find(from), from.size(), to);
        return message_of<ParseError>([&] { read(files); });
    };
    expect_parts(refusal("2010,30\n", "2010,3O\n"), {"cp1800.csv:3: column 7", "'3O'", "a number"});
    expect_parts(refusal("HR,2010,30\n", "HR,MMX,30\n"),
                 {"cp1800.csv:3: column 6", "'MMX'", "a year"});
    expect_parts(refusal("t_rows2", "t_lines"), {"cp1800.csv:1", "no column of row", "t_rows2"});
    expect_parts(refusal("C10-C12,HR,2010,30\n", "A01,HR,2010,30\n"),
                 {"cp1800.csv:3", "A01, A01", "each cell once"});
    expect_parts(refusal("HR,2010,30\n", "HR,2010\n"), {"cp1800.csv:3", "found 6 fields"});
}

TEST(Eurostat, NeedsMoreThanImports) {
    const Files files = {{"naio_10_cp1900.csv", long_csv()["naio_10_cp1900.csv"]}};

    expect_parts(message_of<ParseError>([&] { read(files); }), {"only imports", "cp1700"});
}

}  // namespace
}  // namespace narrows
