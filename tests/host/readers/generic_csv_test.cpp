#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

/// The text of the code block in data/README.md that follows the line `heading`.
std::string documented(const std::string& heading) {
    const std::string text = read_file(data_path() / "README.md");
    const auto at = text.find("\n" + heading + "\n");
    EXPECT_NE(at, std::string::npos) << heading;
    const auto begin = text.find("```\n", at) + 4;
    return text.substr(begin, text.find("```", begin) - begin);
}

IoTable read_with(const std::string& csv, const std::string& mapping, int year = 0) {
    const ScratchFolder folder;
    return read_table(folder.write("own.csv", csv),
                      {.year = year, .mapping = folder.write("mapping.json", mapping)});
}

TEST(GenericCsv, ReadsTheWideExampleOfTheDocumentation) {
    const IoTable table = read_with(documented("`wide.csv`:"), documented("`wide.json`:"));

    EXPECT_FALSE(table.is_multi_regional());
    EXPECT_EQ(table.classification().labels(), (std::vector<std::string>{"Farms", "Mills"}));
    EXPECT_EQ(table.Z()(0, 1), 1200.5);
    EXPECT_EQ(table.F()(0, 0), 800.25);
    EXPECT_EQ(table.final_uses()[1].category, "Exports");
    EXPECT_EQ(table.V()(0, 0), 1500.0);
    EXPECT_EQ(table.tax_names(), (std::vector<std::string>{"Product taxes", "Imports"}));
    EXPECT_EQ(table.x(), (Eigen::Vector2d(2150.75, 3000.0)));
    EXPECT_EQ(table.meta().unit, "million crowns");
    EXPECT_EQ(table.meta().year, 2020);
    EXPECT_EQ(table.meta().changes, "");
}

TEST(GenericCsv, ReadsTheLongExampleOfTheDocumentation) {
    const IoTable table =
        read_with(documented("`long.csv`:"), documented("`long.json`, with `--year 2021`:"), 2021);

    EXPECT_TRUE(table.is_multi_regional());
    EXPECT_EQ(table.classification().labels(), (std::vector<std::string>{"N_Goods", "S_Goods"}));
    EXPECT_EQ(table.Z()(0, 1), 2.5);
    EXPECT_EQ(table.Z()(1, 1), 0.0);
    EXPECT_EQ(table.F()(1, 0), 1.0);
    EXPECT_EQ(table.final_uses()[1].label(), "S_Final");
    EXPECT_EQ(table.V()(0, 1), 4.5);
    EXPECT_EQ(table.meta().year, 2021);
    EXPECT_EQ(table.meta().changes, "");
}

const std::string regions_csv =
    "code;A-farm;A-shop;B-farm;A-use;B-use;total\n"
    "A-farm;1;2;3;4;5;15\nA-shop;1;1;1;1;1;5\nB-farm;0;0;2;3;5;10\nwages;13;2;4;;;\n";
const std::string regions_mapping = R"({"unit": "EUR", "kind": "multi-regional", "separator": ";",
    "label": {"separator": "-"}, "rows": {"value_added": "wages"},
    "columns": {"final_use": "use", "output": "total"}})";

TEST(GenericCsv, SplitsLabelsAtEitherSide) {
    std::string csv = regions_csv;
    std::string mapping = regions_mapping;
    // Uses are written USE-REGION, sectors SECTOR-REGION.
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"A-farm", "farm-A"},
                                   {"A-shop", "shop-A"},
                                   {"A-use", "use-A"},
                                   {"B-use", "use-B"},
                                   {"B-farm", "farm-B"}}) {
        for (auto at = csv.find(from); at != std::string::npos; at = csv.find(from)) {
            csv.replace(at, from.size(), to);
        }
    }
    mapping.replace(mapping.find("\"-\"}"), 4, "\"-\", \"region\": \"last\"}");

    const IoTable table = read_with(csv, mapping);

    EXPECT_EQ(table.classification().labels(),
              (std::vector<std::string>{"A_farm", "A_shop", "B_farm"}));
    EXPECT_EQ(table.final_uses()[0].label(), "A_use");
    EXPECT_EQ(table.Z()(0, 2), 3.0);
    EXPECT_EQ(table.x()[2], 10.0);
    EXPECT_EQ(table.V()(0, 0), 13.0);
}

const std::string imports_csv =
    "code,a,b,c\na,1,2,7\nb,3,1,6\nimp a,1,0,2\nimp b,0,3,1\nwages,5,4,0\n";

TEST(GenericCsv, ReadsImportsByProduct) {
    const IoTable table = read_with(imports_csv, R"({"unit": "EUR", "region": "HOM",
        "rows": {"sectors": "a..b", "imports": "imp *", "value_added": ["wages"]},
        "columns": {"final_use": ["c"]}})");

    EXPECT_EQ(table.M()(1, 1), 3.0);
    EXPECT_EQ(table.MF()(0, 0), 2.0);
    EXPECT_EQ(table.classification().regions().front().code, "HOM");
    EXPECT_EQ(table.meta().changes, "");
}

TEST(GenericCsv, RefusesMappingsThatItDoesNotUnderstand) {
    const auto refused = [](const std::string& mapping, const std::vector<std::string>& parts) {
        expect_parts(message_of<ParseError>([&] { read_with(imports_csv, mapping); }), parts);
    };
    refused("{", {"mapping.json:1: found no JSON"});
    refused("[]", {"no object"});
    refused("{}", {"'unit'", "text"});
    refused(R"({"unit": "x", "seperator": ";"})", {"unknown key 'seperator'", "'separator'"});
    refused(R"({"unit": "x", "rows": {"taxs": "a"}})", {"unknown key 'rows.taxs'", "'taxes'"});
    refused(R"({"unit": "x", "decimal": ";"})", {"'decimal'", "one of"});
    refused(R"({"unit": "x", "thousands": "."})", {"'thousands'", "not the decimal character"});
    refused(R"({"unit": "x", "layout": "tall"})", {"'layout'", "'wide' or 'long'"});
    refused(R"({"unit": "x", "year": 2020.5})", {"'year'"});
    refused(R"({"unit": "x", "fields": {"row": "a"}})", {"'fields'", "none in a wide layout"});
    refused(R"({"unit": "x", "layout": "long"})", {"'fields.row'"});
    refused(R"({"unit": "x", "rows": {"taxes": []}})", {"'rows.taxes'"});
    refused(R"({"unit": "x", "rows": {"value_added": "wagse"}})",
            {"'wagse' that is not in the file", "'wages'"});
    refused(R"({"unit": "x", "rows": {"value_added": "wages", "taxes": "wages"}})",
            {"'wages' as taxes and as value_added", "one role"});
}

TEST(GenericCsv, RefusesMalformedTables) {
    const auto refused = [](const std::string& from, const std::string& to,
                            const std::vector<std::string>& parts) {
        std::string csv = regions_csv;
        csv.replace(csv.find(from), from.size(), to);
        expect_parts(message_of<ParseError>([&] { read_with(csv, regions_mapping); }), parts);
    };
    refused("B-farm;0;", "B-farm;x;", {"own.csv:4: column 2 (A-farm)", "'x'", "a number"});
    refused("B-farm;0;", "B-farm;0,5;", {"own.csv:4: column 2", "'0,5'", "decimal '.'"});
    refused("B-farm;0;", "A-farm;0;", {"row 'A-farm' twice"});
    refused("A-farm;A-shop", "A-farm;A-farm", {"column 'A-farm' twice"});
    refused("A-farm;A-shop", "A-farm;A-shap", {"column 'A-shap'", "the sectors of the rows"});
    refused("B-use", "C-use", {"column 'C-use'"});
    refused("B-farm;0;0;", "B-farm;0;", {"own.csv:4"});
    refused("code;", "\xFF\xFE;", {"own.csv:1"});
}

TEST(GenericCsv, NeedsItsMapping) {
    const ScratchFolder folder;
    const std::string path = folder.write("own.csv", imports_csv);
    expect_parts(message_of<ArgumentError>([&] { read_table(path, {.format = "csv"}); }),
                 {"own.csv", "--mapping"});
}

}  // namespace
}  // namespace narrows::test
