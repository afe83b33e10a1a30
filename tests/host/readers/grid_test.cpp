#include "host/readers/grid.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;

InputFile text_file(const std::string& text) {
    return {"file.csv", text};
}

std::vector<GridTarget> in_order(Index count) {
    std::vector<GridTarget> targets;
    for (Index i = 0; i < count; ++i) targets.push_back({0, i});
    return targets;
}

Eigen::MatrixXd read_all(const Grid& grid, int num_threads = 0) {
    Eigen::MatrixXd values(grid.num_rows(), grid.num_columns());
    grid.read(in_order(grid.num_rows()), in_order(grid.num_columns()), {{&values}}, num_threads);
    return values;
}

Eigen::MatrixXd read_text(const std::string& text, const GridFormat& format = {}) {
    return read_all(Grid(text_file(text), format));
}

std::string refusal(const std::string& text, const GridFormat& format = {}) {
    return message_of<ParseError>([&] { read_text(text, format); });
}

bool same_bits(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() &&
           std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(double)) ==
               0;
}

/// One row of numbers, as many as fit together; the last ones are near the end of the file.
void expect_as_strtod(const std::vector<std::string>& numbers) {
    std::string text = "corner";
    for (std::size_t i = 0; i < numbers.size(); ++i) text += fmt::format(",c{}", i);
    text += "\nlabel";
    for (const std::string& number : numbers) text += "," + number;
    const Eigen::MatrixXd values = read_text(text);
    ASSERT_EQ(values.cols(), static_cast<Index>(numbers.size()));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double expected = std::strtod(numbers[i].c_str(), nullptr);
        const double found = values(0, static_cast<Index>(i));
        EXPECT_EQ(std::memcmp(&found, &expected, sizeof found), 0)
            << numbers[i] << " became " << fmt::format("{}", found);
    }
}

std::string digits(std::mt19937& random, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>('0' + random() % 10);
    return text;
}

TEST(Grid, RoundsRandomDecimalsAsStrtodDoes) {
    std::mt19937 random(1);
    std::vector<std::string> numbers;
    for (int i = 0; i < 200000; ++i) {
        const int count = 1 + static_cast<int>(random() % 21);
        std::string number = digits(random, count);
        const std::size_t point = random() % static_cast<unsigned>(count + 1);
        if (random() % 4 != 0) number.insert(point, ".");
        if (random() % 3 == 0) number.insert(0, "-");
        numbers.push_back(number);
    }
    expect_as_strtod(numbers);
}

TEST(Grid, RoundsExponentsAndSubnormalsAsStrtodDoes) {
    std::mt19937 random(2);
    std::vector<std::string> numbers = {"4.9406564584124654e-324",
                                        "2.2250738585072014e-308",
                                        "2.2250738585072011e-308",
                                        "1.7976931348623157e308",
                                        "1e22",
                                        "1e23",
                                        "9007199254740993",
                                        "9007199254740993.0",
                                        "0e5",
                                        "-0.0",
                                        "-0",
                                        "1E5",
                                        "1e+05",
                                        "1e-05",
                                        ".5",
                                        "5.",
                                        "0.000000000000000000000000000012345678901234567890"};
    for (int i = 0; i < 200000; ++i) {
        const std::string mantissa =
            digits(random, 1) + "." + digits(random, static_cast<int>(random() % 19));
        const int limit = random() % 2 == 0 ? 30 : 300;
        const int power = static_cast<int>(random() % static_cast<unsigned>(2 * limit)) - limit;
        numbers.push_back(fmt::format("{}e{}", mantissa, power));
    }
    expect_as_strtod(numbers);
}

TEST(Grid, ReadsBackTheBitsOfRandomDoubles) {
    std::mt19937_64 random(3);
    std::vector<std::string> numbers;
    while (numbers.size() < 200000) {
        const std::uint64_t bits = random();
        double value = 0.0;
        std::memcpy(&value, &bits, sizeof value);
        if (!std::isfinite(value)) continue;
        numbers.push_back(fmt::format("{}", value));
        numbers.push_back(fmt::format("{:.17g}", std::ldexp(value, -std::ilogb(value))));
    }
    expect_as_strtod(numbers);
}

TEST(Grid, RoundsHalvesToEven) {
    std::vector<std::string> numbers;
    for (std::uint64_t i = 0; i < 2000; ++i) {
        // Odd multiples of half a last digit above 2^53, and one unit beside them.
        const std::uint64_t tie = (std::uint64_t{1} << 53U) + 1 + 2 * i;
        for (const std::uint64_t value : {tie, tie - 1, tie + 1}) {
            numbers.push_back(std::to_string(value));
            numbers.push_back(std::to_string(value) + ".5");
            numbers.push_back(std::to_string(value) + "e-2");
            numbers.push_back(std::to_string(value) + "e3");
        }
    }
    expect_as_strtod(numbers);
}

TEST(Grid, ReadsLabelsHeadersAndNumbers) {
    const Grid grid(text_file("region,,R1,R1,R2\nsector,,a,b,a\nR1,a,1,2,3\nR1,b,4,5,6\n"),
                    {',', 2, 2, false});
    EXPECT_EQ(grid.num_rows(), 2);
    EXPECT_EQ(grid.num_columns(), 3);
    EXPECT_EQ(grid.header(0), (std::vector<std::string>{"R1", "R1", "R2"}));
    EXPECT_EQ(grid.header(1), (std::vector<std::string>{"a", "b", "a"}));
    EXPECT_EQ(grid.corner(1), (std::vector<std::string>{"sector", ""}));
    EXPECT_EQ(grid.labels(0), (std::vector<std::string>{"R1", "R1"}));
    EXPECT_EQ(grid.labels(1), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(read_all(grid), (Eigen::MatrixXd(2, 3) << 1, 2, 3, 4, 5, 6).finished());
}

TEST(Grid, ReadsWithoutLabelsOrHeader) {
    EXPECT_EQ(read_text("1\t2\n3\t4\n", {'\t', 0, 0, false}),
              (Eigen::MatrixXd(2, 2) << 1, 2, 3, 4).finished());
}

TEST(Grid, ReadsThreeLabelColumns) {
    const Grid grid(text_file("a,b,c,x\n1,2,3,4\n"), {',', 1, 3, false});
    EXPECT_EQ(grid.labels(2), std::vector<std::string>{"3"});
    EXPECT_EQ(read_all(grid)(0, 0), 4.0);
}

TEST(Grid, FillsUpAHeaderLineThatIsShorter) {
    const Grid grid(text_file("l,A\nl,a,b\nr,1,2\n"), {',', 2, 1, false});
    EXPECT_EQ(grid.header(0), (std::vector<std::string>{"A", ""}));
    EXPECT_EQ(read_all(grid)(0, 1), 2.0);
}

TEST(Grid, SkipsByteOrderMarkCarriageReturnsAndBlankLines) {
    EXPECT_EQ(read_text("\xEF\xBB\xBFl,a,b\r\nr,1,2\r\n\r\ns,3,4\r\n\r\n\n"),
              (Eigen::MatrixXd(2, 2) << 1, 2, 3, 4).finished());
}

TEST(Grid, NeedsNoLineEndAtTheEnd) {
    EXPECT_EQ(read_text("l,a\nr,1"), Eigen::MatrixXd::Constant(1, 1, 1.0));
}

TEST(Grid, ReadsQuotedLabelsAndNumbers) {
    const Grid grid(text_file("\"\",\"a,b\",\"say \"\"no\"\"\"\n\"r, s\",\"1.5\", 2 \n"), {});
    EXPECT_EQ(grid.header(), (std::vector<std::string>{"a,b", "say \"no\""}));
    EXPECT_EQ(grid.labels(), std::vector<std::string>{"r, s"});
    EXPECT_EQ(read_all(grid), (Eigen::MatrixXd(1, 2) << 1.5, 2).finished());
}

TEST(Grid, TakesEmptyFieldsForZeroOnlyWhereToldSo) {
    const GridFormat blanks = {',', 1, 1, true};
    EXPECT_EQ(read_text("l,a,b,c\nr,,2,\n", blanks), (Eigen::MatrixXd(1, 3) << 0, 2, 0).finished());
    expect_parts(refusal("l,a,b,c\nr,1,,3\n"), {"file.csv:2: column 3", "an empty field"});
}

TEST(Grid, AddsUpWhatHasTheSameTarget) {
    const Grid grid(text_file("l,a,b,c\nr,1,2,4\ns,8,16,32\nt,64,128,256\n"), {});
    Eigen::MatrixXd values(2, 2);
    grid.read({{0, 0}, {0, 1}, {0, 0}}, {{0, 0}, {0, 1}, {0, 0}}, {{&values}});
    EXPECT_EQ(values, (Eigen::MatrixXd(2, 2) << 325, 130, 40, 16).finished());
}

TEST(Grid, SkipsRowsAndColumnsAndKeepsWhatNothingGoesTo) {
    const Grid grid(text_file("l,a,b,c\nr,1,text,4\ns,no,no,no\nt,64,,256\n"), {});
    Eigen::MatrixXd values = Eigen::MatrixXd::Constant(3, 2, -7);
    Eigen::MatrixXd other(1, 1);
    grid.read({{0, 2}, {}, {1, 0}}, {{0, 1}, {}, {1, 0}}, {{&values, nullptr}, {nullptr, &other}});
    EXPECT_EQ(values, (Eigen::MatrixXd(3, 2) << -7, -7, -7, -7, -7, 1).finished());
    EXPECT_EQ(other(0, 0), 256.0);
}

/// Many rows of many numbers, in several parts and tiles.
std::string large_text(Index rows, Index columns) {
    std::mt19937 random(4);
    std::string text = "l";
    for (Index c = 0; c < columns; ++c) text += fmt::format(",c{}", c);
    for (Index r = 0; r < rows; ++r) {
        text += fmt::format("\nr{}", r);
        for (Index c = 0; c < columns; ++c)
            text += fmt::format(",{}", 1e-4 * static_cast<double>(random()));
    }
    return text + "\n";
}

TEST(Grid, GivesTheSameBitsForAnyNumberOfThreads) {
    const std::string text = large_text(1000, 900);  // beyond two parts of 4 MiB
    ASSERT_GT(text.size(), 9U << 20U);
    const test::ScratchFolder folder;
    const std::filesystem::path path(folder.write("large.csv", text));
    std::vector<Eigen::MatrixXd> results;
    for (const int threads : {1, 2, 7}) {
        const Grid grid(InputFile(path), {}, threads);
        ASSERT_EQ(grid.num_rows(), 1000);
        EXPECT_EQ(grid.labels().back(), "r999");
        Eigen::MatrixXd values = Eigen::MatrixXd::Zero(300, 450);
        std::vector<GridTarget> rows;
        std::vector<GridTarget> columns;
        for (Index r = 0; r < 1000; ++r) rows.push_back({0, r * 7 % 300});
        for (Index c = 0; c < 900; ++c) columns.push_back({0, c / 2});
        grid.read(rows, columns, {{&values}}, threads);
        results.push_back(values);
    }
    EXPECT_TRUE(same_bits(results[0], results[1]));
    EXPECT_TRUE(same_bits(results[0], results[2]));
    // By hand: rows 0, 300, 600, 900 go to row 0.
    const Eigen::MatrixXd all = read_all(Grid(InputFile(path), {}));
    double sum = 0.0;
    bool first = true;
    for (const Index row : {0, 300, 600, 900}) {
        for (const Index column : {0, 1}) {
            sum = first ? all(row, column) : sum + all(row, column);
            first = false;
        }
    }
    EXPECT_EQ(results[0](0, 0), sum);
}

TEST(Grid, ReportsTheFirstErrorOfTheFile) {
    std::string text = large_text(1000, 900);
    for (const Index row : {20, 500, 990}) {
        const auto at = text.find(",", text.find(fmt::format("\nr{},", row))) + 1;
        text[at] = 'x';
    }
    const Grid grid(text_file(text), {});
    std::vector<GridTarget> rows = in_order(1000);
    rows[20] = {0, 0};  // added up after all others
    Eigen::MatrixXd values(1000, 900);
    for (const int threads : {1, 2, 7}) {
        const std::string message =
            message_of<ParseError>([&] { grid.read(rows, in_order(900), {{&values}}, threads); });
        expect_parts(message, {"file.csv:22: column 2", "expected a number"});
    }
}

TEST(Grid, ReportsTheUpperOfTwoWrongRowsReadTogether) {
    const Grid grid(text_file("l,a,b,c\nr,1,2,wrong\ns,wrong,2,3\n"), {});
    Eigen::MatrixXd values(2, 3);
    expect_parts(message_of<ParseError>([&] { grid.read(in_order(2), in_order(3), {{&values}}); }),
                 {"file.csv:2: column 4", "expected a number"});
}

TEST(Grid, ReportsTheFirstRaggedLineOfTheFile) {
    std::string text = large_text(1000, 900);
    for (const Index row : {990, 400}) {
        text.insert(text.find(",", text.find(fmt::format("\nr{},", row))), ",1");
    }
    for (const int threads : {1, 2, 7}) {
        const std::string message =
            message_of<ParseError>([&] { Grid(text_file(text), {}, threads); });
        expect_parts(message, {"file.csv:402", "found 902 fields", "expected 901"});
    }
}

TEST(Grid, SaysHowManyFieldsALineHas) {
    expect_parts(refusal("l,a,b\nr,1,2\ns,3\n"), {"file.csv:3", "2 fields", "expected 3"});
    expect_parts(refusal("l,a,b\nr,1,2\ns\n"), {"file.csv:3", "1 fields", "expected 3"});
    expect_parts(refusal("l,a,b\nr,1,2,3\n"), {"file.csv:2", "4 fields", "expected 3"});
    expect_parts(refusal("1\t2\n\n3\n", {'\t', 0, 0, false}),
                 {"file.csv:3", "1 fields", "expected 2"});
    expect_parts(refusal("a,b,c\n", {',', 0, 4, false}), {"file.csv:1", "3 fields", "expected 4"});
}

TEST(Grid, NamesDecimalCommasAndThousandsSeparators) {
    const GridFormat tabs = {'\t', 1, 1, false};
    expect_parts(refusal("l\ta\tb\nr\t1,5\t2\n", tabs),
                 {"file.csv:2: column 2", "'1,5'", "decimal comma"});
    expect_parts(refusal("l,a\nr,\"1,5\"\n"), {"file.csv:2: column 2", "'1,5'", "decimal comma"});
    for (const char* number : {"1,234.5", "1,234,567", "1 234.5", "1'234", "1.234.567,8"}) {
        expect_parts(refusal(fmt::format("l\ta\nr\t{}\n", number), tabs),
                     {"file.csv:2: column 2", number, "thousands separators"});
    }
    expect_parts(refusal("l,a,b\nr,1,5,2\n"), {"decimal commas"});
}

TEST(Grid, RefusesTextAndNumbersThatAreNotFinite) {
    expect_parts(refusal("l,a\nr,abc\n"), {"file.csv:2: column 2", "'abc'", "a number"});
    for (const char* number : {"nan", "NaN", "inf", "-inf", "NA", "1e999"}) {
        expect_parts(refusal(fmt::format("l,a\nr,{}\n", number)), {"file.csv:2: column 2", number});
    }
    for (const char* number : {"1e", "e5", "-", "--1", "1.2.3", "0x10", "1-2", "+-1", "."}) {
        expect_parts(refusal(fmt::format("l,a,b\nr,{},3.000000000000000\n", number)),
                     {"file.csv:2: column 2", number, "a number"});
    }
}

TEST(Grid, RefusesNulBytes) {
    using namespace std::string_literals;
    expect_parts(refusal("l,a\nr,1\0002\n"s), {"file.csv:2: column 2", "0x00"});
    expect_parts(refusal("l,a\nr\0,1\n"s), {"file.csv:2: column 1", "0x00"});
}

TEST(Grid, RefusesUtf16) {
    using namespace std::string_literals;
    expect_parts(refusal("\xFF\xFEl\0,\0"s), {"file.csv:1", "UTF-16"});
    expect_parts(refusal("\xFE\xFF\0l\0,"s), {"file.csv:1", "UTF-16"});
    expect_parts(refusal("l\0,\0a\0"s), {"file.csv:1", "UTF-16"});
}

TEST(Grid, RefusesLabelsThatAreNotUtf8) {
    expect_parts(refusal("l,a\nr\xE9,1\n"), {"file.csv:2: column 1", "0xE9", "UTF-8"});
    expect_parts(refusal("l,b,a\xFF\nr,1,2\n"), {"file.csv:1: column 3", "0xFF", "UTF-8"});
}

TEST(Grid, RefusesQuotesWithoutTheirEnd) {
    expect_parts(refusal("l,a\nr,1\ns,\"2\n"), {"file.csv:3: column 2", "closing quote"});
    expect_parts(refusal("l,a\n\"r,1\ns,2\n"), {"file.csv:2: column 1", "closing quote"});
    expect_parts(refusal("l,\"a\nr,1\n"), {"file.csv:1: column 2", "closing quote"});
}

TEST(Grid, ReadsEmptyFilesAsNothing) {
    for (const char* text : {"", "\n", "l", "l\n", "\xEF\xBB\xBF"}) {
        const Grid grid(text_file(text), {});
        EXPECT_EQ(grid.num_rows(), 0) << text;
        EXPECT_EQ(read_all(grid).size(), 0) << text;
    }
}

}  // namespace
}  // namespace narrows
