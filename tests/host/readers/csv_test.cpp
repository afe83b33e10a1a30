#include "host/readers/csv.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using test::ScratchFolder;
using Record = std::vector<std::string>;

/// Every record of a file with this content.
std::vector<Record> records(const std::string& content) {
    const ScratchFolder folder;
    CsvFile file(folder.write("file.csv", content));
    std::vector<Record> result;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        result.emplace_back(fields.begin(), fields.end());
    }
    return result;
}

/// The message with which a file with this content is refused, from the file's name on.
std::string refusal(const std::string& content) {
    const std::string message = message_of<ParseError>([&] { records(content); });
    return message.substr(std::min(message.find("file.csv"), message.size()));
}

TEST(CsvFile, SplitsRecordsAtCommasAndLines) {
    EXPECT_EQ(records("a,b,c\n1,2,3\n"), (std::vector<Record>{{"a", "b", "c"}, {"1", "2", "3"}}));
}

TEST(CsvFile, NeedsNoLineEndAtTheEnd) {
    EXPECT_EQ(records("a,b\n1,2"), (std::vector<Record>{{"a", "b"}, {"1", "2"}}));
}

TEST(CsvFile, KeepsEmptyFieldsAtEveryPlace) {
    EXPECT_EQ(records(",a,\n,,\n1,,"),
              (std::vector<Record>{{"", "a", ""}, {"", "", ""}, {"1", "", ""}}));
}

TEST(CsvFile, ReadsLinesThatEndInCarriageReturnToo) {
    EXPECT_EQ(records("a,\"b\"\r\n1,2\r\n\r\n"), (std::vector<Record>{{"a", "b"}, {"1", "2"}}));
}

TEST(CsvFile, SkipsAByteOrderMark) {
    EXPECT_EQ(records("\xEF\xBB\xBF"
                      "a,b\n"),
              (std::vector<Record>{{"a", "b"}}));
}

TEST(CsvFile, SkipsBlankLines) {
    EXPECT_EQ(records("\n\na\n\n\nb\n\n"), (std::vector<Record>{{"a"}, {"b"}}));
}

TEST(CsvFile, TrimsBlanksAroundFieldsWithoutQuotes) {
    EXPECT_EQ(records(" a ,\tb\t, c d \n"), (std::vector<Record>{{"a", "b", "c d"}}));
}

TEST(CsvFile, KeepsWhatIsInQuotes) {
    EXPECT_EQ(records("\"a,b\",\" c \",\"say \"\"no\"\"\",\"\"\n"),
              (std::vector<Record>{{"a,b", " c ", "say \"no\"", ""}}));
}

TEST(CsvFile, KeepsLineEndsInQuotesAndCountsThem) {
    const ScratchFolder folder;
    CsvFile file(folder.write("file.csv", "\"a\nb\",1\nnext,2\n"));
    std::vector<std::string_view> fields;

    file.next_record(fields);
    const std::string first(fields[0]);
    file.next_record(fields);

    EXPECT_EQ(first, "a\nb");
    EXPECT_EQ(file.line(), 3);
}

TEST(CsvFile, ReadsLettersOutsideAscii) {
    EXPECT_EQ(records("Réunion,中国,😀\n"), (std::vector<Record>{{"Réunion", "中国", "😀"}}));
}

TEST(CsvFile, RefusesAnUnclosedQuote) {
    EXPECT_EQ(refusal("a,b\n1,\"2\n3,4\n"),
              "file.csv:2: found an opening quote without its closing quote, expected '\"'");
}

TEST(CsvFile, RefusesTextAfterAClosingQuote) {
    EXPECT_EQ(
        refusal("a,b\n\"1\"2,3\n"),
        "file.csv:2: column 1: found '2,3?', expected a comma or the end of the line after the "
        "closing quote");
}

TEST(CsvFile, RefusesUtf16) {
    const std::string little_endian(
        "\xFF\xFE"
        "a\0,\0b\0\n\0",
        10);
    const std::string without_mark("a\0,\0b\0\n\0", 8);

    EXPECT_EQ(refusal(little_endian),
              "file.csv:1: found byte 0xFF at offset 0, expected UTF-8 text");
    EXPECT_EQ(refusal(without_mark),
              "file.csv:1: found byte 0x00 at offset 1, expected UTF-8 text");
}

TEST(CsvFile, RefusesNulBytesWithTheirLine) {
    EXPECT_EQ(refusal(std::string("a,b\n1,\0\n", 8)),
              "file.csv:2: found byte 0x00 at offset 6, expected UTF-8 text");
}

TEST(CsvFile, RefusesLatin1) {
    EXPECT_EQ(refusal("a\nb\nR\xE9union\n"),
              "file.csv:3: found byte 0xE9 at offset 5, expected UTF-8 text");
}

TEST(CsvFile, RefusesBytesThatAreNoLetter) {
    for (const char* bytes :
         {"\x80", "\xC0\xAF", "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE4\xB8", "\xC3"}) {
        expect_parts(refusal(bytes), {"file.csv:1: found byte 0x", "expected UTF-8 text"});
    }
}

TEST(CsvFile, RefusesAMissingFile) {
    const std::string message = message_of<FileError>([] { CsvFile("/nowhere/file.csv"); });

    EXPECT_EQ(message, "/nowhere/file.csv: cannot read: No such file or directory");
}

TEST(CsvFile, RefusesAFolder) {
    const ScratchFolder folder;

    const std::string message = message_of<FileError>([&] { CsvFile file(folder.path()); });

    expect_parts(message, {folder.path().string(), "cannot read: is a folder"});
}

TEST(CsvHeader, RefusesAnotherName) {
    const ScratchFolder folder;
    CsvFile file(folder.write("file.csv", "\ncode,title\n"));

    const std::string message = message_of<ParseError>([&] { file.header({"code", "name"}); });

    expect_parts(message, {"file.csv:2: column 2: found 'title', expected 'name'"});
}

TEST(CsvHeader, RefusesAHeaderThatEndsEarly) {
    const ScratchFolder folder;
    CsvFile file(folder.write("file.csv", "code\n"));

    const std::string message = message_of<ParseError>([&] { file.header({"code", "name"}); });

    expect_parts(message, {"file.csv:1: column 2: found the end of the line, expected 'name'"});
}

TEST(CsvHeader, RefusesAnEmptyFile) {
    const ScratchFolder folder;
    CsvFile empty(folder.write("file.csv", ""));
    CsvFile blank(folder.write("file.csv", "\n\r\n\n"));

    EXPECT_THROW(blank.header({}), ParseError);
    expect_parts(message_of<ParseError>([&] { empty.header({}); }),
                 {"file.csv:1: found an empty file, expected a header"});
}

TEST(ParseNumber, ReadsDecimalAndExponentNotation) {
    EXPECT_EQ(parse_number("12.5"), 12.5);
    EXPECT_EQ(parse_number(" -3 "), -3.0);
    EXPECT_EQ(parse_number("+4"), 4.0);
    EXPECT_EQ(parse_number("1e3"), 1000.0);
    EXPECT_EQ(parse_number("1.5E-3"), 0.0015);
    EXPECT_EQ(parse_number(".5"), 0.5);
    EXPECT_EQ(parse_number("5."), 5.0);
    EXPECT_TRUE(std::signbit(*parse_number("-0")));
    EXPECT_EQ(parse_number("5e-324"), 5e-324);
}

TEST(ParseNumber, RefusesEverythingElse) {
    for (const char* text :
         {"",      " ",    "abc",  "1x",       "x1", "0x10",  "0x1p3",  "nan",   "NaN",
          "-nan",  "inf",  "-inf", "Infinity", "1e", "1e400", "-1e400", "1 2",   "1,5",
          "1_000", "--1",  "+-1",  "++1",      "+",  "-",     ".",      "1.2.3", "1d3",
          "1f",    "#N/A", "..",   "½",        "−1", "'1"}) {
        EXPECT_EQ(parse_number(text), std::nullopt) << "'" << text << "'";
    }
}

/// Reads a matrix with rows A, B and columns X, Y.
Eigen::MatrixXd matrix_of(const std::string& content, const Range& range = {}) {
    const ScratchFolder folder;
    return read_matrix(InputFile(std::filesystem::path(folder.write("file.csv", content))),
                       {"sector", {"A", "B"}}, {"final use", {"X", "Y"}}, range);
}

std::string matrix_refusal(const std::string& content, const Range& range = {}) {
    const std::string message = message_of<ParseError>([&] { matrix_of(content, range); });
    return message.substr(std::min(message.find("file.csv"), message.size()));
}

TEST(ReadMatrix, TakesRowsAndColumnsInAnyOrder) {
    const Eigen::MatrixXd expected{{1, 2}, {3, 4}};

    EXPECT_EQ(matrix_of(",X,Y\nA,1,2\nB,3,4\n"), expected);
    EXPECT_EQ(matrix_of(",Y,X\nB,4,3\nA,2,1\n"), expected);
}

TEST(ReadMatrix, RefusesTextForANumber) {
    EXPECT_EQ(matrix_refusal(",X,Y\nA,1,2\nB,3,n/a\n"),
              "file.csv:3: column 3 (Y): found 'n/a', expected a number");
    EXPECT_EQ(matrix_refusal(",X,Y\nA,,2\nB,3,4\n"),
              "file.csv:2: column 2 (X): found '', expected a number");
}

TEST(ReadMatrix, RefusesLabelsThatAreUnknown) {
    EXPECT_EQ(
        matrix_refusal(",X,Z\nA,1,2\nB,3,4\n"),
        "file.csv:1: column 3: found unknown final use 'Z', expected a final use of the table");
    EXPECT_EQ(matrix_refusal(",X,Y\nA,1,2\nb,3,4\n"),
              "file.csv:3: column 1: found unknown sector 'b', expected 'B'");
    EXPECT_EQ(
        matrix_refusal(",X,Y,\nA,1,2,\nB,3,4,\n"),
        "file.csv:1: column 4: found unknown final use '', expected a final use of the table");
}

TEST(ReadMatrix, RefusesLabelsThatAreThereTwice) {
    EXPECT_EQ(matrix_refusal(",X,Y,X\nA,1,2,3\nB,3,4,5\n"),
              "file.csv:1: column 4: found duplicate final use 'X', expected each final use once");
    EXPECT_EQ(matrix_refusal(",X,Y\nA,1,2\nB,3,4\nA,1,2\n"),
              "file.csv:4: column 1: found duplicate sector 'A', expected each sector once");
}

TEST(ReadMatrix, RefusesMissingLabels) {
    EXPECT_EQ(matrix_refusal(",X\nA,1\nB,3\n"),
              "file.csv:1: found 1 of 2 final uses, expected also 'Y'");
    EXPECT_EQ(matrix_refusal(",X,Y\nA,1,2\n"),
              "file.csv:2: found 1 of 2 sectors, expected also 'B'");
    EXPECT_EQ(matrix_refusal(",X,Y\n"), "file.csv:1: found 0 of 2 sectors, expected also 'A'");
}

TEST(ReadMatrix, RefusesShortAndLongRecords) {
    EXPECT_EQ(matrix_refusal(",X,Y\nA,1\nB,3,4\n"), "file.csv:2: found 2 fields, expected 3");
    EXPECT_EQ(matrix_refusal(",X,Y\nA,1,2\nB,3,4,5\n"), "file.csv:3: found 4 fields, expected 3");
    EXPECT_EQ(matrix_refusal(",X,Y\nA,1,2\nB,3,4,\n"), "file.csv:3: found 4 fields, expected 3");
}

TEST(ReadMatrix, RefusesValuesOutOfRange) {
    EXPECT_EQ(matrix_of(",X,Y\nA,0,1\nB,0.5,1\n", {0.0, 1.0})(1, 0), 0.5);
    EXPECT_EQ(matrix_refusal(",X,Y\nA,0,1\nB,1.01,1\n", {0.0, 1.0}),
              "file.csv:3: column 2 (X): found '1.01', expected a number in [0, 1]");
    EXPECT_EQ(matrix_refusal(",X,Y\nA,0,-0.1\nB,1,1\n", {0.0, 1.0}),
              "file.csv:2: column 3 (Y): found '-0.1', expected a number in [0, 1]");
}

TEST(ReadMatrix, RefusesOldMacLineEnds) {
    expect_parts(matrix_refusal(",X,Y\rA,1,2\rB,3,4\r"),
                 {"file.csv:1: column 3", "unknown final use"});
}

TEST(ReadLabels, LeaveTheCornerOut) {
    const ScratchFolder folder;
    const std::string path = folder.write("file.csv", "corner,X,Y\nA,1,2\n\"B, b\",3,4\n");

    EXPECT_EQ(read_column_labels(InputFile(std::filesystem::path(path))), (Record{"X", "Y"}));
    EXPECT_EQ(read_row_labels(InputFile(std::filesystem::path(path))), (Record{"A", "B, b"}));
}

}  // namespace
}  // namespace narrows
