#include "host/readers/workbook.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/workbooks.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::Member;
using test::message_of;
using test::Sheet;
using test::workbook_parts;

Workbook open(std::string bytes) {
    return Workbook(InputFile("book.xlsx", std::move(bytes)));
}

std::vector<SheetRow> rows_of(const Workbook& book, const std::string& sheet) {
    std::vector<SheetRow> rows;
    book.read(sheet, [&](const SheetRow& row) {
        rows.push_back(row);
        return true;
    });
    return rows;
}

/// The rows of a sheet with this XML.
std::vector<SheetRow> rows_of(std::string_view data, std::string_view shared = "") {
    return rows_of(open(test::zip(workbook_parts(data, shared))), "data");
}

/// What reading that sheet is refused with.
std::string refusal(std::string_view data, std::string_view shared = "") {
    return message_of<ParseError>([&] { rows_of(data, shared); });
}

/// The parts of a good workbook, one of them replaced.
std::string with_part(const std::string& name, const std::string& content) {
    std::vector<Member> parts = workbook_parts("<row><c><v>1</v></c></row>");
    for (Member& part : parts) {
        if (part.name == name) part.content = content;
    }
    return test::zip(parts);
}

TEST(Workbook, GivesBackEveryNumberAndTextOfEverySheet) {
    const double third = 1.0 / 3.0;
    const double tiny = std::numeric_limits<double>::denorm_min();
    const Workbook book = open(test::workbook({
        {"first & \"only\"", {{"a <b> & c", third, tiny}, {}, {{}, -1.5e300, " x "}}},
        {"second", {{2014.0}}},
    }));

    EXPECT_EQ(book.sheets(), (std::vector<std::string>{"first & \"only\"", "second"}));
    const auto rows = rows_of(book, "first & \"only\"");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].text(0), "a <b> & c");
    EXPECT_EQ(rows[0].require_number(1), third);
    EXPECT_EQ(rows[0].require_number(2), tiny);
    EXPECT_EQ(rows[1].number, 3);
    EXPECT_EQ(rows[1].cell(0), nullptr);
    EXPECT_EQ(rows[1].require_number(1), -1.5e300);
    EXPECT_EQ(rows[1].text(2), "x");
    EXPECT_EQ(rows[1].width(), 3);
    EXPECT_EQ(rows_of(book, "second")[0].text(0), "2014");
}

TEST(Workbook, JoinsRunsOfTextAndLeavesPhoneticReadingsOut) {
    const auto rows = rows_of(
        "<row><c t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r>"
        "<rPh><t>no</t></rPh></is></c><c t=\"s\"><v>1</v></c></row>",
        "<si><r><rPr><b/></rPr><t>one</t></r><r><t xml:space=\"preserve\"> two</t></r>"
        "<rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></si><si/>");

    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].text(0), "one two");
    EXPECT_EQ(rows[0].text(1), "inline");
    EXPECT_EQ(rows[0].text(2), "");
}

TEST(Workbook, ReadsFormulasBooleansAndTextThatIsANumber) {
    const auto rows = rows_of(
        "<row><c><f>A1+1</f><v>7</v></c><c t=\"str\"><f>B1</f><v> 8.5 </v></c>"
        "<c t=\"b\"><v>1</v></c><c><v> 9 </v></c></row>");

    EXPECT_EQ(rows[0].require_number(0), 7.0);
    EXPECT_EQ(rows[0].require_number(1), 8.5);
    EXPECT_EQ(rows[0].text(2), "TRUE");
    EXPECT_EQ(rows[0].require_number(3), 9.0);
    expect_parts(message_of<ParseError>([&] { rows[0].require_number(2); }),
                 {"'TRUE'", "expected a number"});
}

TEST(Workbook, CountsRowsAndCellsWithoutReferences) {
    const auto rows = rows_of(
        "<row><c><v>1</v></c></row><row r=\"5\"><c r=\"C5\"><v>2</v></c><c><v>3</v></c></row>"
        "<row><c/><c><v>4</v></c></row>");

    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1].number, 5);
    EXPECT_EQ(rows[1].require_number(2), 2.0);
    EXPECT_EQ(rows[1].require_number(3), 3.0);
    EXPECT_EQ(rows[2].number, 6);
}

TEST(Workbook, ReadsPrefixedNamesAndUtf16) {
    const auto prefixed =
        with_part("xl/worksheets/sheet1.xml",
                  "<x:worksheet xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml/2006/"
                  "main\"><x:sheetData><x:row r=\"1\"><x:c r=\"A1\"><x:v>3</x:v></x:c></x:row>"
                  "</x:sheetData></x:worksheet>");
    EXPECT_EQ(rows_of(open(prefixed), "data")[0].require_number(0), 3.0);

    std::string utf16 = "\xFF\xFE";
    for (const char c : std::string("<worksheet><row><c><v>4</v></c></row></worksheet>")) {
        utf16 += c;
        utf16 += '\0';
    }
    const auto rows = rows_of(open(with_part("xl/worksheets/sheet1.xml", utf16)), "data");
    EXPECT_EQ(rows[0].require_number(0), 4.0);
}

TEST(Workbook, StopsWhereItsReaderHasEnough) {
    const Workbook book =
        open(test::zip(workbook_parts("<row><c><v>1</v></c></row><row><c><v>x</v></c></row>")));
    int count = 0;
    book.read("data", [&](const SheetRow&) {
        ++count;
        return false;
    });
    EXPECT_EQ(count, 1);
}

TEST(Workbook, NamesThePlaceOfWhatIsNoNumber) {
    const auto rows = rows_of(
        "<row r=\"7\"><c r=\"AB7\" t=\"e\"><v>#REF!</v></c><c t=\"str\"><v>1,5</v></c>"
        "<c t=\"str\"><v>1 000</v></c></row>");

    expect_parts(message_of<ParseError>([&] { rows[0].require_number(27); }),
                 {"book.xlsx", "sheet 'data'", "7", "AB", "'#REF!'", "expected a number"});
    expect_parts(message_of<ParseError>([&] { rows[0].require_number(28); }), {"AC", "'1,5'"});
    expect_parts(message_of<ParseError>([&] { rows[0].require_number(29); }), {"AD", "'1 000'"});
    EXPECT_EQ(rows[0].require_number(0), 0.0);
    expect_parts(message_of<ParseError>([&] { rows[0].require_number(0, std::nullopt); }),
                 {"an empty cell"});
    expect_parts(refusal("<row><c><v>1,5</v></c></row>"), {"'1,5'", "expected a number"});
    expect_parts(refusal("<row><c><v>inf</v></c></row>"), {"'inf'", "expected a number"});
}

TEST(Workbook, RefusesSharedTextsThatAreNotThere) {
    for (const char* index : {"1", "-1", "x", "99999999999999999999"}) {
        expect_parts(
            refusal("<row><c t=\"s\"><v>" + std::string(index) + "</v></c></row>", "<si/>"),
            {"shared text", index, "expected one of 1"});
    }
}

TEST(Workbook, RefusesRowsAndColumnsOutOfOrderOrBeyondExcelsLimits) {
    expect_parts(refusal("<row r=\"2\"/><row r=\"2\"/>"), {"row number '2'", "ascending"});
    expect_parts(refusal("<row r=\"0\"/>"), {"row number '0'", "ascending"});
    expect_parts(refusal("<row r=\"1048577\"/>"), {"1048576 at most"});
    expect_parts(refusal("<row><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>"),
                 {"cell 'A1'", "ascending"});
    expect_parts(refusal("<row><c r=\"XFE1\"><v>1</v></c></row>"), {"cell 'XFE1'", "XFD"});
    expect_parts(refusal("<row><c r=\"ZZZZZZZZZZZZZZZZZZ1\"><v>1</v></c></row>"), {"XFD"});
    EXPECT_EQ(rows_of("<row><c r=\"XFD1\"><v>1</v></c></row>")[0].width(), 16384);
}

TEST(Workbook, RefusesTextThatAFewBytesMultiply) {
    const std::string letters(40000, 'x');
    expect_parts(refusal("<row><c t=\"s\"><v>0</v></c></row>",
                         "<si><t>" + letters + letters + letters + letters + "</t></si>"),
                 {"a longer text", "32767 letters"});
    std::string row = "<row>";
    for (int i = 0; i < 500; ++i) row += "<c t=\"s\"><v>0</v></c>";
    expect_parts(refusal(row + "</row>", "<si><t>" + letters + "</t></si>"), {"16 MiB at most"});
}

TEST(Workbook, RefusesDocumentTypes) {
    const std::string bomb =
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
        "<worksheet><row><c t=\"str\"><v>&b;</v></c></row></worksheet>";
    const Workbook book = open(with_part("xl/worksheets/sheet1.xml", bomb));
    expect_parts(message_of<ParseError>([&] { rows_of(book, "data"); }), {"a document type"});
}

TEST(Workbook, RefusesXmlThatIsCutOrMalformed) {
    for (const char* xml : {"", "<worksheet><row><c><v>1</v></c></row>", "<worksheet></row>",
                            "<worksheet>\xFF</worksheet>"}) {
        const Workbook book = open(with_part("xl/worksheets/sheet1.xml", xml));
        expect_parts(message_of<ParseError>([&] { rows_of(book, "data"); }),
                     {"book.xlsx", "expected a workbook's XML"});
    }
}

TEST(Workbook, SaysWhatOtherFilesAreAndHowToSaveThem) {
    expect_parts(message_of<FileError>([] { open("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"); }),
                 {"old .xls", "password", ".xlsx"});
    expect_parts(message_of<FileError>([] {
                     open(test::zip({{"[Content_Types].xml", "<Types/>"}, {"xl/workbook.bin"}}));
                 }),
                 {".xlsb", ".xlsx"});
    expect_parts(message_of<FileError>([] { open("a,b\n1,2\n"); }), {"not a workbook"});
    expect_parts(message_of<FileError>([] {
                     open(test::zip({{"[Content_Types].xml", ""}}));
                 }),
                 {"xl/workbook.xml is missing"});
}

TEST(Workbook, RefusesArchivesThatAreCutAndPartsThatExpandTooFar) {
    const std::string good = with_part("", "");
    for (const std::size_t size : {std::size_t{60}, good.size() / 2, good.size() - 1}) {
        message_of<FileError>([&] { rows_of(open(good.substr(0, size)), "data"); });
    }
    std::vector<Member> parts = workbook_parts("");
    for (Member& part : parts) {
        if (part.name == "xl/worksheets/sheet1.xml") {
            part.size = 300U << 20;
            part.deflated = test::deflated_zeros(std::size_t{300} << 20);
        }
    }
    const std::string huge = test::zip(parts);
    expect_parts(message_of<FileError>([&] { rows_of(open(huge), "data"); }), {"expands to"});
}

TEST(Workbook, RefusesSheetsThatAreNotThere) {
    const Workbook book = open(with_part("", ""));
    expect_parts(message_of<FileError>([&] { rows_of(book, "other"); }), {"'other'", "data"});
    std::vector<Member> parts = workbook_parts("");
    parts.erase(parts.begin() + 1);
    const Workbook without = open(test::zip(parts));
    expect_parts(message_of<FileError>([&] { rows_of(without, "data"); }), {"sheet1.xml"});
}

TEST(Workbook, ReadsWhatExcelAndOthersWrote) {
    NARROWS_NEEDS_SHARED("data/layouts/eurostat_croatia_2010.xlsx");
    NARROWS_NEEDS_SHARED("data/layouts/wiod_mock/wiot09_row_sep12.xlsx");
    const Workbook excel(InputFile(test::shared_path("data/layouts/eurostat_croatia_2010.xlsx")));
    for (const std::string& sheet : excel.sheets()) EXPECT_FALSE(rows_of(excel, sheet).empty());
    const Workbook other(
        InputFile(test::shared_path("data/layouts/wiod_mock/wiot09_row_sep12.xlsx")));
    const auto rows = rows_of(other, other.sheets().front());
    EXPECT_EQ(rows.size(), 62U);
    EXPECT_EQ(rows[6].require_number(4), 23697.221);
    EXPECT_EQ(rows[4].text(4), "AUS");
}

TEST(ColumnLetters, AreThoseOfExcel) {
    EXPECT_EQ(column_letters(0), "A");
    EXPECT_EQ(column_letters(25), "Z");
    EXPECT_EQ(column_letters(26), "AA");
    EXPECT_EQ(column_letters(701), "ZZ");
    EXPECT_EQ(column_letters(16383), "XFD");
}

}  // namespace
}  // namespace narrows
