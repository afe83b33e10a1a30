#include "host/report/html_report.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "host/report/report_page.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;

#define SKIP_WITHOUT_PAGE() \
    if (!has_report_page()) GTEST_SKIP() << "built without Vega (libjs-vega)"

Document document_with(const std::string& label, std::size_t num_rows = 2) {
    Document document;
    document.schema = "narrows.rank/1";
    document.title = "Choke points of " + label;
    document.fields = {{"home", "", Style::text, label}, {"gdp", "", Style::flow, 0.1 + 0.2}};
    Sheet sheet{"rows", "", {{"product", ""}, {"gar", "", Style::flow}}, {}};
    for (std::size_t i = 0; i < num_rows; ++i) {
        sheet.rows.push_back(cells_of(label, 1.0 / 3.0 + static_cast<double>(i)));
    }
    document.sheets.push_back(std::move(sheet));
    return document;
}

constexpr const char* begin_of_json = "<script type=\"application/json\" id=\"document\">";

/// The text between the tags of the document in the page.
std::string json_of(const std::string& page) {
    const std::size_t begin = page.find(begin_of_json) + std::string(begin_of_json).size();
    return page.substr(begin, page.find("</script>", begin) - begin);
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(HtmlReport, HoldsTheJsonOfTheDocument) {
    SKIP_WITHOUT_PAGE();
    const Document document = document_with("MIN");
    ordered_json held = ordered_json::parse(json_of(html_report(document)));
    EXPECT_EQ(held["report"]["title"], "Choke points of MIN");
    held.erase("report");
    EXPECT_EQ(held, to_json(document));
    EXPECT_EQ(held["gdp"].get<double>(), 0.1 + 0.2);
}

TEST(HtmlReport, LabelsCannotEndTheJsonOrBecomeMarkup) {
    SKIP_WITHOUT_PAGE();
    const std::string label =
        "</script><script>alert(1)</script> <!-- <!--document--> <!--title--> & \"'> "
        "\xE2\x80\xA8\xE2\x80\xAE\xD7\xA9 \xFF";
    const std::string page = html_report(document_with(label));
    const std::string json = json_of(page);
    EXPECT_EQ(json.find_first_of("<>&"), std::string::npos);
    EXPECT_TRUE(std::all_of(json.begin(), json.end(), [](char c) { return c >= ' ' && c < 127; }));
    const std::string shown = ordered_json::parse(json)["home"];
    EXPECT_EQ(shown, label.substr(0, label.size() - 1) + "\xEF\xBF\xBD");  // not UTF-8: U+FFFD
    for (const char* part : {"<script", "</script", "<!--"}) {
        EXPECT_EQ(count(page, part), count(html_report(document_with("MIN")), part)) << part;
    }
}

TEST(HtmlReport, IsTheSameForTheSameDocument) {
    SKIP_WITHOUT_PAGE();
    EXPECT_EQ(html_report(document_with("MIN")), html_report(document_with("MIN")));
}

TEST(HtmlReport, LeavesOutLastRowsThatWouldMakeItTooLong) {
    SKIP_WITHOUT_PAGE();
    const std::size_t num_rows = 2000;
    const Document document = document_with(std::string(5000, 'x'), num_rows);
    const std::string page = html_report(document);
    EXPECT_LT(page.size(), 3'000'000U);
    const ordered_json held = ordered_json::parse(json_of(page));
    const std::size_t kept = held["rows"].size();
    EXPECT_GT(json_of(page).size(), 1'900'000U);
    EXPECT_EQ(held["report"]["left_out"]["rows"], num_rows - kept);
    EXPECT_EQ(held["rows"].back(), to_json(document)["rows"][kept - 1]);
}

TEST(HtmlReport, OfLongPathsTheOutputsOfSectorsGoFirst) {
    SKIP_WITHOUT_PAGE();
    Document document = document_with("MIN");
    const ordered_json output = {{"MIN", std::vector<int>(800'000, 7)}};
    document.structures["paths"] =
        ordered_json::array({{{"model", "a"}, {"value_added", {1.5, 2.5}}, {"output", output}},
                             {{"model", "b"}, {"value_added", {3.5, 4.5}}, {"output", output}}});
    const ordered_json held = ordered_json::parse(json_of(html_report(document)));
    EXPECT_EQ(held["paths"][1]["value_added"], ordered_json({3.5, 4.5}));
    EXPECT_TRUE(held["paths"][1]["output"].empty());
    EXPECT_EQ(held["rows"].size(), 2U);
    EXPECT_EQ(held["report"]["left_out"], ordered_json({{"paths.output", 2}}));
}

TEST(HtmlReport, LoadsNothingAndRunsItsOwnScriptsOnly) {
    SKIP_WITHOUT_PAGE();
    const std::string page(report_page);
    EXPECT_NE(page.find("content=\"default-src 'none'; script-src 'sha256-"), std::string::npos);
    EXPECT_EQ(count(page, "'sha256-"), 2U);
    EXPECT_EQ(count(page, "<script>"), 2U);
    EXPECT_EQ(count(page, "<link"), 0U);
    EXPECT_EQ(count(page, "sourceMappingURL"), 0U);
    EXPECT_NE(page.find("Redistributions of source code must retain"), std::string::npos);
}

}  // namespace
}  // namespace narrows
