#include "host/readers/workbook.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/archives.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/workbooks.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;

Workbook open(std::string bytes) {
    return Workbook(InputFile("book.xlsx", std::move(bytes)));
}

/// All rows of the one sheet of a workbook with this XML.
std::vector<SheetRow> rows_of(const std::string& sheet_data,
                              const std::string& shared = "<sst><si><t>zero</t></si></sst>") {
    std::vector<SheetRow> rows;
    open(test::workbook_of("<worksheet><sheetData>" + sheet_data + "</sheetData></worksheet>",
                           shared))
        .read("Sheet", [&](const SheetRow& row) {
            rows.push_back(row);
            return true;
        });
    return rows;
}

template <class Exception = ParseError>
std::string refusal(const std::string& sheet_data) {
    return message_of<Exception>([&] { rows_of(sheet_data); });
}

TEST(Workbook, GivesNumbersAndTextsOfEverySheet) {
    const Workbook book = open(
        test::workbook({{"First", {{"code", 2014.0}, {}, {std::monostate{}, 0.1, "a & b < c"}}},
                        {"2nd", {{-1e-300}}}}));

    std::vector<SheetRow> rows;
    book.read("First", [&](const SheetRow& row) {
        rows.push_back(row);
        return true;
    });

    EXPECT_EQ(book.sheets(), (std::vector<std::string>{"First", "2nd"}));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].number, 1);
    EXPECT_EQ(rows[0].text(0), "code");
    EXPECT_EQ(rows[0].text(1), "2014");
    EXPECT_EQ(rows[1].number, 3);
    EXPECT_EQ(rows[1].cell(0), nullptr);
    EXPECT_EQ(rows[1].require_number(1), 0.1);
    EXPECT_EQ(rows[1].text(2), "a & b < c");
    EXPECT_EQ(rows[1].require_number(7), 0.0);
    EXPECT_EQ(rows[1].width(), 3);
}

TEST(Workbook, StopsWhereItsReaderHasEnough) {
    const Workbook book = open(test::workbook({{"S", {{1.0}, {2.0}, {3.0}}}}));
    int rows = 0;

    book.read("S", [&](const SheetRow&) { return ++rows < 2; });

    EXPECT_EQ(rows, 2);
}

TEST(Workbook, ReadsRunsInlineTextsFormulasAndCellsWithoutPlaces) {
    const auto rows = rows_of(
        "<row><c t=\"s\"><v>0</v></c><c><f>1+1</f><v>2</v></c>"
        "<c t=\"inlineStr\"><is><t>in</t><rPh><t>X</t></rPh><t>line</t></is></c>"
        "<c t=\"str\"><f>A1</f><v>text</v></c><c t=\"b\"><v>1</v></c><c s=\"3\"/></row>",
        "<sst><si><r><t>two </t></r><r><t>runs</t></r><rPh><t>X</t></rPh></si></sst>");

    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].text(0), "two runs");
    EXPECT_EQ(rows[0].require_number(1), 2.0);
    EXPECT_EQ(rows[0].text(2), "inline");
    EXPECT_EQ(rows[0].text(3), "text");
    EXPECT_EQ(rows[0].text(4), "1");
    EXPECT_EQ(rows[0].width(), 5);
}

TEST(Workbook, ReadsPrefixedNames) {
    std::vector<SheetRow> rows;
    open(test::workbook_of("<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row r=\"4\"><x:c r=\"C4\">"
                           "<x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>",
                           "<sst/>"))
        .read("Sheet", [&](const SheetRow& row) {
            rows.push_back(row);
            return true;
        });

    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].number, 4);
    EXPECT_EQ(rows[0].require_number(2), 7.0);
}

TEST(Workbook, NamesTheCellThatIsNoNumber) {
    const auto rows = rows_of(
        "<row r=\"3\"><c r=\"AB3\" t=\"e\"><v>#REF!</v></c><c r=\"AC3\" "
        "t=\"s\"><v>0</v></c></row>");

    expect_parts(message_of<ParseError>([&] { rows[0].require_number(27); }),
                 {"book.xlsx, sheet 'Sheet':3: column 28 (AB): found '#REF!', expected a number"});
    expect_parts(message_of<ParseError>([&] { rows[0].require_number(28); }), {"found 'zero'"});
    expect_parts(message_of<ParseError>([&] { rows[0].require_number(0, std::nullopt); }),
                 {"column 1 (A): found an empty cell"});
}

TEST(Workbook, RefusesCellsThatExcelCouldNotHave) {
    expect_parts(refusal("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c></row>"),
                 {"shared text '1'", "expected one of 1"});
    expect_parts(refusal("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>-1</v></c></row>"), {"'-1'"});
    expect_parts(refusal("<row r=\"1\"><c r=\"A1\"><v>1,5</v></c></row>"), {"found '1,5'"});
    expect_parts(refusal("<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>"), {"cell 'XFE1'", "XFD"});
    expect_parts(refusal("<row r=\"1\"><c r=\"ZZZZZZZZZZZZZZZ1\"><v>1</v></c></row>"), {"XFD"});
    expect_parts(refusal("<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>"),
                 {"cell 'A1'", "ascending"});
    expect_parts(refusal("<row r=\"1048577\"><c><v>1</v></c></row>"), {"1048576 at most"});
    expect_parts(refusal("<row r=\"2\"/><row r=\"2\"/>"), {"row number '2'", "ascending"});
    expect_parts(refusal("<row r=\"99999999999999999999\"/>"), {"row number"});
}

TEST(Workbook, RefusesDocumentTypesWhichCouldExpandWithoutEnd) {
    const std::string bomb =
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><worksheet/>";

    const std::string message = message_of<ParseError>([&] {
        open(test::workbook_of(bomb, "<sst/>")).read("Sheet", [](const SheetRow&) { return true; });
    });

    expect_parts(message, {"a document type"});
}

TEST(Workbook, RefusesXmlThatIsNotWellFormed) {
    expect_parts(refusal("<row r=\"1\"></c></row>"), {"mismatched tag", "a workbook's XML"});
    expect_parts(refusal("<row"), {"book.xlsx"});
}

TEST(Workbook, RefusesOtherKindsOfFiles) {
    expect_parts(message_of<FileError>([] { open("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old"); }),
                 {"old .xls", "password", "save it so"});
    expect_parts(message_of<FileError>([] { open("Year,Code"); }), {"not a workbook"});
    expect_parts(message_of<FileError>([] {
                     open(test::zip({{"[Content_Types].xml", ""}, {"xl/workbook.bin", "x"}}));
                 }),
                 {".xlsb", "save it so"});
    expect_parts(message_of<FileError>([] {
                     open(test::zip({{"[Content_Types].xml", ""}}));
                 }),
                 {"xl/workbook.xml is missing"});
}

TEST(Workbook, RefusesATruncatedFileAtEveryLength) {
    const std::string bytes = test::workbook({{"S", {{"a", 1.0}, {"b", 2.0}}}});

    for (std::size_t size = 0; size < bytes.size(); size += 7) {
        EXPECT_THROW(open(bytes.substr(0, size)).read("S", [](const SheetRow&) { return true; }),
                     Error)
            << size;
    }
}

TEST(Workbook, NamesTheSheetsWhereOneIsMissing) {
    const Workbook book = open(test::workbook({{"S", {{1.0}}}, {"T", {{1.0}}}}));

    expect_parts(
        message_of<FileError>([&] { book.read("U", [](const SheetRow&) { return true; }); }),
        {"no sheet 'U'", "'S, T'"});
}

TEST(ColumnLetters, CountAsExcelDoes) {
    EXPECT_EQ(column_letters(0), "A");
    EXPECT_EQ(column_letters(25), "Z");
    EXPECT_EQ(column_letters(26), "AA");
    EXPECT_EQ(column_letters(701), "ZZ");
    EXPECT_EQ(column_letters(702), "AAA");
    EXPECT_EQ(column_letters(16383), "XFD");
}

}  // namespace
}  // namespace narrows
