#include "host/report/text_table.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace narrows {
namespace {

Document document_of(std::vector<Column> columns, std::vector<std::vector<Cell>> rows) {
    Document document;
    document.title = "Title";
    document.sheets = {{"rows", "", std::move(columns), std::move(rows)}};
    return document;
}

/// The lines below the title and the blank line.
std::vector<std::string> sheet_lines(const Document& document, const TextLayout& layout = {}) {
    std::istringstream text(render_text(document, layout));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    lines.erase(lines.begin(), lines.begin() + 2);
    return lines;
}

std::string shown(double value, Style style) {
    return sheet_lines(document_of({{"a", "a", style}}, {cells_of(value)})).at(1);
}

TEST(TextTable, NumbersShowTheirSizeHoweverSmall) {
    EXPECT_EQ(shown(1234567.8, Style::flow), "1,234,568");
    EXPECT_EQ(shown(-12.34, Style::flow), "-12.3");
    EXPECT_EQ(shown(0.1234, Style::flow), "0.123");
    EXPECT_EQ(shown(0.00001234, Style::flow), "1.2e-05");
    EXPECT_EQ(shown(0.0, Style::flow), "0");
    EXPECT_EQ(shown(0.0679, Style::percent), "6.79%");
    EXPECT_EQ(shown(0.000012, Style::percent), "1.2e-03%");
    EXPECT_EQ(shown(0.0, Style::percent), "0.00%");
    EXPECT_EQ(shown(0.04, Style::ratio), "4.0e-02");
    EXPECT_EQ(shown(4.39, Style::ratio), "4.4");
    EXPECT_EQ(shown(-0.00005, Style::coefficient), "-5.0e-05");
    EXPECT_EQ(shown(NAN, Style::flow), "-");
}

TEST(TextTable, ColumnsAreAlignedByWhatIsSeen) {
    const Document document =
        document_of({{"name", "name", Style::text}, {"n", "number", Style::count}},
                    {cells_of(std::string("C\u00F4te"), std::int64_t{1}),
                     cells_of(std::string("\u4E2D\u56FD"), std::int64_t{22}),
                     cells_of(std::string("plain"), std::int64_t{333})});
    EXPECT_EQ(sheet_lines(document),
              (std::vector<std::string>{"name   number", "C\u00F4te        1",
                                        "\u4E2D\u56FD       22", "plain     333"}));
}

TEST(TextTable, ANarrowScreenBreaksHeadingsThenCutsTextThenLeavesColumnsOut) {
    const Document document =
        document_of({{"name", "name of sector", Style::text},
                     {"loss", "value lost", Style::flow},
                     {"more", "more", Style::flow}},
                    {cells_of(std::string("Manufacture of everything"), 1000.0, 2.0)});
    EXPECT_EQ(sheet_lines(document, {.width = 50}).size(), 2U);
    EXPECT_EQ(sheet_lines(document, {.width = 40}),
              (std::vector<std::string>{"                           value",
                                        "name of sector              lost  more",
                                        "Manufacture of everything  1,000   2.0"}));
    EXPECT_EQ(
        sheet_lines(document, {.width = 30}),
        (std::vector<std::string>{"                   value", "name of sector      lost  more",
                                  "Manufacture of e\u2026  1,000   2.0"}));
    EXPECT_EQ(sheet_lines(document, {.width = 20, .utf8 = false}),
              (std::vector<std::string>{"              value", "name of s...   lost",
                                        "Manufactu...  1,000", "too narrow for: more"}));
    for (const std::size_t width : {20, 30, 40, 50, 80}) {
        for (const std::string& line : sheet_lines(document, {.width = width, .utf8 = false})) {
            EXPECT_LE(line.size(), width) << line;
        }
    }
}

TEST(TextTable, BarsAreAsLongAsTheNumbersSay) {
    const Document document =
        document_of({{"a", "a", Style::percent, "", true}},
                    {cells_of(0.5), cells_of(0.25), cells_of(0.0), cells_of(-0.1)});
    EXPECT_EQ(sheet_lines(document, {.bars = true, .utf8 = false}),
              (std::vector<std::string>{"      a", " 50.00%  ############", " 25.00%  ######",
                                        "  0.00%", "-10.00%"}));
    const std::vector<std::string> eighths = sheet_lines(
        document_of({{"a", "a", Style::ratio, "", true}}, {cells_of(96.0), cells_of(13.0)}),
        {.bars = true});
    EXPECT_EQ(eighths.at(2), "13.0  \u2588\u258B");
    EXPECT_EQ(sheet_lines(document).at(1), " 50.00%");
}

TEST(TextTable, WhatATerminalWouldObeyIsShownNotSent) {
    Document document = document_of(
        {{"name", "na\x1Bme", Style::text}},
        {cells_of(std::string("\x1B[2Jgone\x07")), cells_of(std::string("\u202Eesrever\u2066")),
         cells_of(std::string("\u009Bnot\x80utf8\xC3"))});
    document.title = "Ti\rtle";
    document.notes = {"no\x1Bte"};
    const std::string text = render_text(document);
    EXPECT_EQ(text,
              "Ti\uFFFDtle\n\nna\uFFFDme\n\uFFFD[2Jgone\uFFFD\n\uFFFDesrever\uFFFD\n"
              "\uFFFDnot\uFFFDutf8\uFFFD\n\nno\uFFFDte\n");
    const std::string ascii = render_text(document, {.utf8 = false});
    EXPECT_NE(ascii.find("?[2Jgone?"), std::string::npos) << ascii;
    for (const char c : ascii) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << ascii;
}

TEST(TextTable, LongFieldsAndNotesAreWrapped) {
    Document document;
    document.title = "A title of several words";
    document.fields = {{"", "field", Style::text, std::string("one two three four")}};
    document.notes = {"a note of several words"};
    EXPECT_EQ(render_text(document, {.width = 16}),
              "A title of\nseveral words\nfield  one two\n       three\n       four\n\n"
              "a note of\nseveral words\n");
}

}  // namespace
}  // namespace narrows
