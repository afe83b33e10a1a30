#include "tests/support/workbooks.hpp"

#include <map>

#include <fmt/format.h>

#include "host/readers/workbook.hpp"

#include "tests/support/archives.hpp"

namespace narrows::test {
namespace {

constexpr const char* relationships =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '&') {
            result += "&amp;";
        } else if (c == '<') {
            result += "&lt;";
        } else {
            result += c;
        }
    }
    return result;
}

/// Gives every text its number.
class Texts {
  public:
    std::size_t number(const std::string& text) {
        const auto [at, is_new] = numbers_.emplace(text, numbers_.size());
        if (is_new) xml_ += "<si><t>" + escaped(text) + "</t></si>";
        return at->second;
    }
    std::string xml() const { return "<sst>" + xml_ + "</sst>"; }

  private:
    std::map<std::string, std::size_t> numbers_;
    std::string xml_;
};

std::string sheet_xml(const SheetCells& rows, Texts& texts) {
    std::string xml = "<worksheet><sheetData>";
    for (std::size_t r = 0; r < rows.size(); ++r) {
        xml += fmt::format("<row r=\"{}\">", r + 1);
        for (std::size_t c = 0; c < rows[r].size(); ++c) {
            const std::string place =
                fmt::format("{}{}", column_letters(static_cast<Index>(c)), r + 1);
            if (const double* number = std::get_if<double>(&rows[r][c])) {
                xml += fmt::format("<c r=\"{}\"><v>{}</v></c>", place, *number);
            } else if (const std::string* text = std::get_if<std::string>(&rows[r][c])) {
                xml += fmt::format("<c r=\"{}\" t=\"s\"><v>{}</v></c>", place, texts.number(*text));
            }
        }
        xml += "</row>";
    }
    return xml + "</sheetData></worksheet>";
}

std::string packed(const std::vector<std::string>& names, const std::vector<std::string>& sheets,
                   const std::string& shared) {
    std::vector<Member> members = {{"[Content_Types].xml", "<Types/>"}};
    std::string list;
    std::string parts = fmt::format(
        "<Relationship Id=\"texts\" Type=\"{}/sharedStrings\" Target=\"sharedStrings.xml\"/>",
        relationships);
    for (std::size_t i = 0; i < names.size(); ++i) {
        list += fmt::format("<sheet name=\"{}\" sheetId=\"{}\" r:id=\"r{}\"/>", escaped(names[i]),
                            i + 1, i);
        parts += fmt::format(
            "<Relationship Id=\"r{}\" Type=\"{}/worksheet\" Target=\"worksheets/sheet{}.xml\"/>", i,
            relationships, i);
        members.push_back({fmt::format("xl/worksheets/sheet{}.xml", i), sheets[i]});
    }
    members.push_back({"xl/workbook.xml", "<workbook><sheets>" + list + "</sheets></workbook>"});
    members.push_back(
        {"xl/_rels/workbook.xml.rels", "<Relationships>" + parts + "</Relationships>"});
    members.push_back({"xl/sharedStrings.xml", shared});
    return zip(members);
}

}  // namespace

std::string workbook(const std::vector<SheetContent>& sheets) {
    Texts texts;
    std::vector<std::string> names;
    std::vector<std::string> xml;
    for (const SheetContent& sheet : sheets) {
        names.push_back(sheet.name);
        xml.push_back(sheet_xml(sheet.rows, texts));
    }
    return packed(names, xml, texts.xml());
}

std::string workbook_of(const std::string& sheet_xml, const std::string& shared_xml) {
    return packed({"Sheet"}, {sheet_xml}, shared_xml);
}

}  // namespace narrows::test
