#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/readers/years.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

constexpr const char* matrix_name = "matrix_eu-ic-io_ind-by-ind_23ed_2021.csv";

/// Greece and the rest of the world with two industries each; columns close.
const std::string matrix_text =
    "rowLabels,EL_A01,EL_P85,FIGW1_A01,FIGW1_P85,EL_P3_S14,EL_P5M,FIGW1_P3_S14,FIGW1_P5M\n"
    "EL_A01,1.25,2,0,1,10,-0.5,0.25,0\n"
    "EL_P85,0.5,0.1,0,0,5,0,0.4,0\n"
    "FIGW1_A01,1,0,3,2,1,0,20,1\n"
    "FIGW1_P85,0,0,1,2,0,0,30,-1\n"
    "W2_D21X31,0.25,0.5,1,1,0,0,0,0\n"
    "W2_OP_RES,0,0,0,0,0.5,0,0,0\n"
    "W2_D1,8,2,20,24,0,0,0,0\n"
    "W2_B2A3G,3,1.4,3,2,0,0,0,0\n";

void expect_figures(const IoTable& table) {
    EXPECT_EQ(table.classification().labels(),
              (std::vector<std::string>{"EL_A01", "EL_P85", "FIGW1_A01", "FIGW1_P85"}));
    EXPECT_EQ(table.classification().sector(1).kind, SectorKind::services);
    EXPECT_EQ(table.Z()(1, 1), 0.1);
    EXPECT_EQ(table.final_uses()[1].label(), "EL_P5M");
    EXPECT_EQ(table.F()(0, 1), -0.5);
    EXPECT_EQ(table.F()(1, 2), 0.4);
    EXPECT_EQ(table.value_added_names(), (std::vector<std::string>{"D1", "B2A3G"}));
    EXPECT_EQ(table.tax_names(), (std::vector<std::string>{"D21X31", "OP_RES"}));
    EXPECT_EQ(table.V()(1, 1), 1.4);
    EXPECT_EQ(table.T()(0, 0), 0.25);
    EXPECT_EQ(table.x()[2], 28.0);
    EXPECT_EQ(table.meta().unit, "million euro");
}

/// The same figures as a flat csv, zeros left out.
std::string flat_text(const std::string& year) {
    std::string text =
        "icioiRow,icioiCol,refArea,rowIi,counterpartArea,colIi,timePeriod,obsValue\n";
    std::vector<std::string> columns;
    std::size_t at = 0;
    for (std::size_t line = 0; at < matrix_text.size(); ++line) {
        const std::size_t end = matrix_text.find('\n', at);
        std::vector<std::string> fields;
        for (std::size_t field = at; field <= end;) {
            const std::size_t next = std::min(matrix_text.find(',', field), end);
            fields.push_back(matrix_text.substr(field, next - field));
            field = next + 1;
        }
        at = end + 1;
        if (line == 0) {
            columns = fields;
            continue;
        }
        for (std::size_t j = 1; j < fields.size(); ++j) {
            if (fields[j] == "0") continue;
            const auto parts = [](const std::string& label) {
                return label.substr(0, label.find('_')) + "," + label.substr(label.find('_') + 1);
            };
            text += fields[0] + "," + columns[j] + "," + parts(fields[0]) + "," +
                    parts(columns[j]) + "," + year + "," + fields[j] + "\n";
        }
    }
    return text;
}

TEST(Figaro, ReadsAMatrixToTheLastDigit) {
    const ScratchFolder folder;
    const IoTable table = read_table(folder.write(matrix_name, matrix_text));

    expect_figures(table);
    EXPECT_EQ(table.meta().year, 2021);
    EXPECT_EQ(table.meta().layout, "FIGARO, matrix csv, industry by industry");
}

TEST(Figaro, ReadsRowsAndColumnsInAnyOrderAndRecognisesThemUnderAnyName) {
    const ScratchFolder folder;
    std::string text = "\xEF\xBB\xBF" + matrix_text;
    const std::string last = "W2_D1,8,2,20,24,0,0,0,0\n";
    text.erase(text.find(last), last.size());
    text.insert(text.find("EL_P85,0.5"), last);
    EXPECT_EQ(read_table(folder.write("own.csv", text)).V()(0, 3), 24.0);
}

TEST(Figaro, ReadsAFlatCsvToTheLastDigit) {
    const ScratchFolder folder;
    const IoTable table =
        read_table(folder.write("flat_eu-ic-io_ind-by-ind.csv", flat_text("2019")));

    expect_figures(table);
    EXPECT_EQ(table.meta().year, 2019);
    EXPECT_EQ(table.meta().layout, "FIGARO, flat csv, industry by industry");
}

TEST(Figaro, ReadsTheProductEdition) {
    const ScratchFolder folder;
    std::string text = matrix_text;
    for (const std::string code : {"_A01", "_P85"}) {
        for (auto at = text.find(code); at != std::string::npos; at = text.find(code, at + 5)) {
            text.insert(at + 1, "CPA_");
        }
    }
    const IoTable table = read_table(folder.write("matrix_eu-ic-io_prod-by-prod_2020.csv", text));
    EXPECT_EQ(table.classification().label(0), "EL_CPA_A01");
    EXPECT_EQ(table.classification().sector(0).kind, SectorKind::goods);
    EXPECT_EQ(table.meta().layout, "FIGARO, matrix csv, product by product");
}

TEST(Figaro, WantsAYearWhereThereAreSeveral) {
    const ScratchFolder folder;
    const std::string flat = flat_text("2019");
    const std::string other = flat_text("2020");
    const std::string both =
        folder.write("flat_eu-ic-io.csv", flat + other.substr(other.find('\n') + 1));
    expect_parts(message_of<YearsError>([&] { read_table(both); }), {"--year", "2019, 2020"});
    expect_parts(message_of<YearsError>([&] { read_table(both, {.year = 2021}); }),
                 {"there is no 2021"});
    expect_figures(read_table(both, {.year = 2020}));

    const ScratchFolder years;
    years.write(matrix_name, matrix_text);
    years.write("matrix_eu-ic-io_ind-by-ind_23ed_2020.csv", matrix_text);
    expect_parts(message_of<YearsError>([&] { read_table(years.path().string()); }),
                 {"2020, 2021"});
    EXPECT_EQ(read_table(years.path().string(), {.year = 2021}).meta().year, 2021);
}

TEST(Figaro, RefusesWhatIsMalformed) {
    const auto refused = [](const std::string& from, const std::string& to,
                            const std::vector<std::string>& parts) {
        const ScratchFolder folder;
        std::string text = matrix_text;
        text.replace(text.find(from), from.size(), to);
        const std::string path = folder.write(matrix_name, text);
        expect_parts(message_of<ParseError>([&] { read_table(path); }), parts);
    };
    refused("1.25", "abc", {"_2021.csv:2: column 2", "'abc'", "a number"});
    refused("1.25", "\"1,25\"", {":2: column 2", "'1,25'"});
    refused("\nEL_P85,", "\nEL_A01,", {"second row 'EL_A01'"});
    refused(",EL_P85,", ",EL_A01,", {"second column 'EL_A01'"});
    refused("EL_P3_S14", "XX_P3_S14", {"column 'XX_P3_S14'"});
    refused("0.5,0.1,", "0.5,", {":3"});
    std::string labels_only;
    for (int i = 0; i < 100; ++i) labels_only += "EL_A" + std::to_string(i) + "\n";
    refused(matrix_text.substr(matrix_text.find("\nEL_A01") + 1), labels_only,
            {"found 1 fields, expected 9"});
    refused("W2_OP_RES", "W2_OP RES", {"row 'W2_OP RES'", "capitals and digits"});
    refused(",EL_P85,FIGW1_A01,FIGW1_P85,", ",", {"found 9 fields, expected 6"});
}

TEST(Figaro, RefusesFlatFilesWithACellTwice) {
    const ScratchFolder folder;
    const std::string text = flat_text("2019") + "EL_A01,EL_A01,EL,A01,EL,A01,2019,7\n";
    const std::string path = folder.write("flat_eu-ic-io.csv", text);
    expect_parts(message_of<ParseError>([&] { read_table(path); }),
                 {"two values of row EL A01, column EL A01"});
}

}  // namespace
}  // namespace narrows::test
