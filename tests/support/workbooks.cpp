#include "tests/support/workbooks.hpp"

#include <array>
#include <charconv>
#include <unordered_map>

#include "host/readers/workbook.hpp"

namespace narrows::test {
namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view main_space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const std::string relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string digits(double number) {
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return {buffer.data(), result.ptr};
}

/// Gives every text a number.
class Texts {
  public:
    std::size_t index_of(const std::string& text) {
        const auto [at, is_new] = indices_.emplace(text, indices_.size());
        if (is_new) xml_ += "<si><t xml:space=\"preserve\">" + escaped(text) + "</t></si>";
        return at->second;
    }
    const std::string& xml() const { return xml_; }

  private:
    std::unordered_map<std::string, std::size_t> indices_;
    std::string xml_;
};

std::string sheet_data(const SheetCells& rows, Texts& texts) {
    std::string xml;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (rows[r].empty()) continue;
        const std::string row = std::to_string(r + 1);
        xml += "<row r=\"" + row + "\">";
        for (std::size_t c = 0; c < rows[r].size(); ++c) {
            const SheetCell& cell = rows[r][c];
            const std::string place = column_letters(static_cast<Index>(c)) + row;
            if (const auto* number = std::get_if<double>(&cell)) {
                xml += "<c r=\"" + place + "\"><v>" + digits(*number) + "</v></c>";
            } else if (const auto* text = std::get_if<std::string>(&cell)) {
                xml += "<c r=\"" + place + "\" t=\"s\"><v>" +
                       std::to_string(texts.index_of(*text)) + "</v></c>";
            }
        }
        xml += "</row>";
    }
    return xml;
}

std::string element(std::string_view name, std::string_view content) {
    std::string xml(declaration);
    xml.append("<").append(name).append(" xmlns=\"").append(main_space);
    xml.append("\" xmlns:r=\"").append(relations).append("\">").append(content);
    return xml.append("</").append(name).append(">");
}

std::string relation(const std::string& id, const std::string& type, const std::string& target) {
    return "<Relationship Id=\"" + id + "\" Type=\"" + relations + "/" + type + "\" Target=\"" +
           target + "\"/>";
}

std::vector<Member> parts(const std::vector<std::string>& names,
                          const std::vector<std::string>& data, std::string_view shared) {
    std::string sheets = "<sheets>";
    std::string links = std::string(declaration) +
                        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/"
                        "relationships\">";
    std::vector<Member> members = {{"[Content_Types].xml", "<Types/>"}};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        const std::string file = "worksheets/sheet" + number + ".xml";
        sheets += "<sheet name=\"" + escaped(names[i]) + "\" sheetId=\"" + number +
                  "\" r:id=\"rId" + number + "\"/>";
        links += relation("rId" + number, "worksheet", file);
        members.push_back(
            {"xl/" + file, element("worksheet", "<sheetData>" + data[i] + "</sheetData>")});
    }
    links += relation("rIdTexts", "sharedStrings", "sharedStrings.xml");
    members.push_back({"xl/workbook.xml", element("workbook", sheets + "</sheets>")});
    members.push_back({"xl/_rels/workbook.xml.rels", links + "</Relationships>"});
    members.push_back({"xl/sharedStrings.xml", element("sst", shared)});
    return members;
}

}  // namespace

std::string workbook(const std::vector<Sheet>& sheets) {
    Texts texts;
    std::vector<std::string> names;
    std::vector<std::string> data;
    for (const Sheet& sheet : sheets) {
        names.push_back(sheet.name);
        data.push_back(sheet_data(sheet.rows, texts));
    }
    return zip(parts(names, data, texts.xml()));
}

std::vector<Member> workbook_parts(std::string_view sheet_data, std::string_view shared) {
    return parts({"data"}, {std::string(sheet_data)}, shared);
}

}  // namespace narrows::test
