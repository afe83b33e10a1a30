// What read_plain_folder says about files that are wrong.
#include <algorithm>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using test::message_of;
using test::replace_in_file;
using test::ScratchFolder;

/// A copy of a textbook table, to be broken.
class Broken {
  public:
    explicit Broken(const std::string& name = "miller-blair-2009")
        : path_(test::copy_table("textbook/" + name, folder_.path())) {}

    Broken& replace(const char* file, const std::string& from, const std::string& to) {
        replace_in_file(path_ / file, from, to);
        return *this;
    }
    Broken& write(const std::string& file, const std::string& content) {
        folder_.write(path_.filename().string() + "/" + file, content);
        return *this;
    }
    Broken& remove(const char* file) {
        fs::remove(path_ / file);
        return *this;
    }
    const fs::path& path() const { return path_; }

    /// The message with which the table is refused, without the folder, which it has to name.
    template <class Exception = ParseError>
    std::string refusal() const {
        const std::string message = message_of<Exception>([&] { read_plain_folder(path_); });
        const std::string folder = path_.string() + "/";
        EXPECT_EQ(message.rfind(folder, 0), 0U) << "the folder is not named: " << message;
        return message.substr(std::min(folder.size(), message.size()));
    }

  private:
    ScratchFolder folder_;
    fs::path path_;
};

Broken regional() {
    return Broken("miller-blair-2009-interregional");
}

TEST(MalformedTable, NamesTheFileThatIsMissing) {
    for (const char* file : {"Z.csv", "F.csv", "V.csv", "sectors.csv", "meta.json"}) {
        EXPECT_EQ(Broken().remove(file).refusal<FileError>(),
                  std::string(file) + ": cannot read: No such file or directory");
    }
    Broken world("miller-blair-2009-interregional");
    EXPECT_EQ(world.remove("regions.csv").refusal<FileError>(),
              "regions.csv: cannot read: No such file or directory");
}

TEST(MalformedTable, RefusesAFolderInPlaceOfAFile) {
    Broken table;
    table.remove("x.csv");
    fs::create_directory(table.path() / "x.csv");

    EXPECT_EQ(table.refusal<FileError>(), "x.csv: cannot read: is a folder");
}

TEST(MalformedTable, RefusesEmptyFiles) {
    for (const char* file : {"Z.csv", "F.csv", "V.csv", "x.csv", "sectors.csv"}) {
        EXPECT_EQ(Broken().write(file, "").refusal(),
                  std::string(file) + ":1: found an empty file, expected a header");
    }
}

TEST(MalformedTable, RefusesTruncatedFiles) {
    EXPECT_EQ(Broken().write("Z.csv", ",1,2\n1,150,500\n").refusal(),
              "Z.csv:2: found 1 of 2 sectors, expected also '2'");
    EXPECT_EQ(Broken().write("Z.csv", ",1,2\n1,150,500\n2,200").refusal(),
              "Z.csv:3: found 2 fields, expected 3");
    EXPECT_EQ(Broken().write("Z.csv", ",1,2\n1,150,500\n2,200,").refusal(),
              "Z.csv:3: column 3 (2): found '', expected a number");
    EXPECT_EQ(Broken().write("x.csv", ",x\n1,1000\n").refusal(),
              "x.csv:2: found 1 of 2 sectors, expected also '2'");
    EXPECT_EQ(Broken().write("sectors.csv", "code,name,kind\n").refusal(),
              "sectors.csv:2: found no record, expected at least one");
}

TEST(MalformedTable, ATruncatedNumberDoesNotBalance) {
    Broken table;
    table.write("Z.csv", ",1,2\n1,150,500\n2,200,1");

    EXPECT_THROW(read_plain_folder(table.path()), BalanceError);
}

TEST(MalformedTable, RefusesWhatIsNoNumber) {
    for (const char* text :
         {"abc", "NaN", "inf", "-Infinity", "", "0x96", "1e999", "1 50", "#REF!"}) {
        Broken table;
        table.replace("Z.csv", "150", text);

        EXPECT_EQ(table.refusal(),
                  std::string("Z.csv:2: column 2 (1): found '") + text + "', expected a number");
    }
}

TEST(MalformedTable, RefusesWhatIsNoNumberInEveryMatrix) {
    EXPECT_EQ(Broken().replace("F.csv", "1700", "many").refusal(),
              "F.csv:3: column 2 (FINAL): found 'many', expected a number");
    EXPECT_EQ(Broken().replace("V.csv", "1400", "nan").refusal(),
              "V.csv:2: column 3 (2): found 'nan', expected a number");
    EXPECT_EQ(Broken().replace("x.csv", "2000", "").refusal(),
              "x.csv:3: column 2 (x): found '', expected a number");
    EXPECT_EQ(Broken().write("T.csv", ",1,2\ntaxes,0,?\n").refusal(),
              "T.csv:2: column 3 (2): found '?', expected a number");
    EXPECT_EQ(Broken().write("M.csv", ",1,2\n1,0,0\n2,0,zero\n").refusal(),
              "M.csv:3: column 3 (2): found 'zero', expected a number");
    EXPECT_EQ(Broken().write("MF.csv", ",FINAL\n1,0\n2,inf\n").refusal(),
              "MF.csv:3: column 2 (FINAL): found 'inf', expected a number");
}

TEST(MalformedTable, RefusesCodesThatAreUnknown) {
    EXPECT_EQ(Broken().replace("Z.csv", "\n2,", "\n22,").refusal(),
              "Z.csv:3: column 1: found unknown sector '22', expected '2'");
    EXPECT_EQ(Broken().replace("Z.csv", ",1,2\n", ",1,III\n").refusal(),
              "Z.csv:1: column 3: found unknown sector 'III', expected a sector of the table");
    EXPECT_EQ(Broken().replace("V.csv", ",1,2\n", ",1,2,3\n").refusal(),
              "V.csv:1: column 4: found unknown sector '3', expected a sector of the table");
    EXPECT_EQ(Broken().replace("x.csv", ",x\n", ",output\n").refusal(),
              "x.csv:1: column 2: found unknown column 'output', expected 'x'");
    EXPECT_EQ(Broken().replace("x.csv", "\n1,", "\n7,").refusal(),
              "x.csv:2: column 1: found unknown sector '7', expected a sector of the table");
}

TEST(MalformedTable, RefusesCodesThatAreThereTwice) {
    EXPECT_EQ(Broken().replace("Z.csv", "\n2,", "\n1,").refusal(),
              "Z.csv:3: column 1: found duplicate sector '1', expected each sector once");
    EXPECT_EQ(Broken().replace("Z.csv", ",1,2\n", ",1,1\n").refusal(),
              "Z.csv:1: column 3: found duplicate sector '1', expected each sector once");
    EXPECT_EQ(Broken().write("F.csv", ",FINAL,FINAL\n1,350,0\n2,1700,0\n").refusal(),
              "F.csv:1: column 3: found duplicate final use 'FINAL', expected each final use once");
    EXPECT_EQ(Broken().write("V.csv", ",1,2\npay,650,0\npay,0,1400\n").refusal(),
              "V.csv:3: column 1: found duplicate value-added row 'pay', expected each value-added "
              "row once");
    EXPECT_EQ(Broken().replace("sectors.csv", "\n2,", "\n1,").refusal(),
              "sectors.csv:3: column 1 (code): found duplicate code '1', expected each code once");
}

TEST(MalformedTable, RefusesCodesThatAreMissing) {
    EXPECT_EQ(Broken().write("Z.csv", ",1\n1,150\n2,200\n").refusal(),
              "Z.csv:1: found 1 of 2 sectors, expected also '2'");
    EXPECT_EQ(Broken().write("F.csv", ",FINAL\n2,1700\n").refusal(),
              "F.csv:2: found 1 of 2 sectors, expected also '1'");
    EXPECT_EQ(Broken().write("V.csv", ",2\npayments,1400\n").refusal(),
              "V.csv:1: found 1 of 2 sectors, expected also '1'");
    EXPECT_EQ(Broken().replace("sectors.csv", "\n2,", "\n,").refusal(),
              "sectors.csv:3: column 1 (code): found an empty code, expected a code");
}

TEST(MalformedTable, RefusesShortAndLongRecords) {
    EXPECT_EQ(Broken().replace("Z.csv", "1,150,500", "1,150").refusal(),
              "Z.csv:2: found 2 fields, expected 3");
    EXPECT_EQ(Broken().replace("Z.csv", "1,150,500", "1,150,500,0").refusal(),
              "Z.csv:2: found 4 fields, expected 3");
    EXPECT_EQ(Broken().replace("sectors.csv", "Sector 2,goods", "Sector 2").refusal(),
              "sectors.csv:3: found 2 fields, expected 3");
}

TEST(MalformedTable, RefusesUnclosedQuotes) {
    EXPECT_EQ(Broken().replace("Z.csv", "150", "\"150").refusal(),
              "Z.csv:2: found an opening quote without its closing quote, expected '\"'");
    EXPECT_EQ(Broken().replace("sectors.csv", "Sector 1", "\"Sector 1").refusal(),
              "sectors.csv:2: found an opening quote without its closing quote, expected '\"'");
}

TEST(MalformedTable, RefusesUtf16) {
    const std::string text = ",1,2\n1,150,500\n2,200,100\n";
    std::string utf16 = "\xFF\xFE";
    for (const char c : text) utf16 += std::string(1, c) + '\0';

    EXPECT_EQ(Broken().write("Z.csv", utf16).refusal(),
              "Z.csv:1: found byte 0xFF at offset 0, expected UTF-8 text");
    EXPECT_EQ(Broken().write("Z.csv", utf16.substr(2)).refusal(),
              "Z.csv:1: found byte 0x00 at offset 1, expected UTF-8 text");
}

TEST(MalformedTable, RefusesNulBytesAndLatin1) {
    EXPECT_EQ(Broken().replace("Z.csv", "150", std::string("15\0", 3)).refusal(),
              "Z.csv:2: found byte 0x00 at offset 9, expected UTF-8 text");
    EXPECT_EQ(Broken()
                  .replace("sectors.csv", "Sector 1",
                           "S\xE9"
                           "ctor 1")
                  .refusal(),
              "sectors.csv:2: found byte 0xE9 at offset 18, expected UTF-8 text");
}

TEST(MalformedTable, RefusesAnUnknownKindOfSector) {
    EXPECT_EQ(Broken().replace("sectors.csv", "goods", "Goods").refusal(),
              "sectors.csv:2: column 3 (kind): found 'Goods', expected 'goods' or 'services'");
    EXPECT_EQ(Broken().replace("sectors.csv", "code,name,kind", "code,kind,name").refusal(),
              "sectors.csv:1: column 2: found 'kind', expected 'name'");
}

TEST(MalformedTable, RefusesRegionsThatDoNotFit) {
    EXPECT_EQ(regional().replace("regions.csv", "S,", "R,").refusal(),
              "regions.csv:3: column 1 (code): found duplicate code 'R', expected each code once");
    EXPECT_EQ(
        regional().write("regions.csv", "code,name\nR,R\nS,S\nT,T\n").refusal(),
        "regions.csv: found region 'T' without sectors in Z.csv, expected at least one sector");
    EXPECT_EQ(regional().replace("Z.csv", "R_2,R_3", "R_2,R_4").refusal(),
              "Z.csv:1: column 4: found unknown sector 'R_4', expected 'R_1'");
    EXPECT_EQ(regional().replace("Z.csv", "R_2,R_3", "R_2,R_2").refusal(),
              "Z.csv:1: column 4: found duplicate sector 'R_2', expected each sector once");
    EXPECT_EQ(regional().replace("Z.csv", "R_2,R_3", "R_2,Electronics").refusal(),
              "Z.csv:1: column 4: found unknown sector 'Electronics', expected REGION_SECTOR of "
              "regions.csv and sectors.csv");
    EXPECT_EQ(regional().replace("F.csv", "S_FINAL", "Q_FINAL").refusal(),
              "F.csv:1: column 3: found 'Q_FINAL', expected a label REGION_USE with a region of "
              "regions.csv");
}

TEST(MalformedTable, RefusesLabelsThatCanMeanTwoNodes) {
    Broken table("miller-blair-2009-interregional");
    table.write("regions.csv", "code,name\nA,\nA_B,\n");
    table.write("sectors.csv", "code,name,kind\nC,,goods\nB_C,,goods\n");
    table.write("Z.csv", ",A_C,A_B_C\nA_C,0,0\nA_B_C,0,0\n");

    test::expect_parts(table.refusal(), {"Z.csv:1: found ", "'A_B_C' can mean two different"});
}

TEST(MalformedTable, RefusesAnImportMatrixBesideSeveralRegions) {
    EXPECT_EQ(
        regional().write("M.csv", ",R_1\n").refusal(),
        "M.csv: found an import matrix, expected none: a multi-regional table has its imports "
        "in Z.csv and F.csv");
}

TEST(MalformedTable, RefusesRatingsOutsideZeroToOne) {
    EXPECT_EQ(Broken().write("criticality.csv", ",1,2\n1,0,0.5\n2,1,1.5\n").refusal(),
              "criticality.csv:3: column 3 (2): found '1.5', expected a number in [0, 1]");
    EXPECT_EQ(Broken().write("criticality.csv", ",1,2\n1,-0.1,0.5\n2,1,1\n").refusal(),
              "criticality.csv:2: column 2 (1): found '-0.1', expected a number in [0, 1]");
    EXPECT_EQ(Broken().write("criticality.csv", ",1,2\n1,0,nan\n2,1,1\n").refusal(),
              "criticality.csv:2: column 3 (2): found 'nan', expected a number");
}

TEST(MalformedMeta, RefusesWhatIsNoJson) {
    EXPECT_EQ(Broken().write("meta.json", "").refusal(),
              "meta.json:1: found no JSON at byte 1, expected a JSON object");
    EXPECT_EQ(Broken().write("meta.json", "{\n \"format\": narrows\n}\n").refusal(),
              "meta.json:2: found no JSON at byte 15, expected a JSON object");
    EXPECT_EQ(Broken().write("meta.json", "{\"format\": \"narrows.table/1\"").refusal(),
              "meta.json:1: found no JSON at byte 29, expected a JSON object");
    EXPECT_EQ(Broken().write("meta.json", "[1, 2]").refusal(),
              "meta.json:1: found no object, expected a JSON object");
    test::expect_parts(Broken().write("meta.json", "{\"name\": \"\xE9\"}").refusal(),
                       {"meta.json:1: found no JSON at byte 1"});
}

TEST(MalformedMeta, RefusesAnotherFormatVersion) {
    EXPECT_EQ(Broken().replace("meta.json", "narrows.table/1", "narrows.table/2").refusal(),
              "meta.json:2: found 'format': 'narrows.table/2', expected 'narrows.table/1'");
    EXPECT_EQ(Broken().replace("meta.json", "\"format\"", "\"Format\"").refusal(),
              "meta.json: found 'format': nothing, expected text");
}

TEST(MalformedMeta, RefusesAnUnknownKindOfTable) {
    EXPECT_EQ(Broken().replace("meta.json", "\"national\"", "\"regional\"").refusal(),
              "meta.json:3: found 'kind': 'regional', expected 'national' or 'multi-regional'");
}

TEST(MalformedMeta, NamesTheKeyThatIsMissing) {
    for (const char* key :
         {"format", "kind", "name", "unit", "source", "licence", "classification"}) {
        Broken table;
        table.replace("meta.json", "\"" + std::string(key) + "\":", "\"other\":");

        EXPECT_EQ(table.refusal(),
                  "meta.json: found '" + std::string(key) + "': nothing, expected text");
    }
}

TEST(MalformedMeta, RefusesValuesOfAnotherType) {
    EXPECT_EQ(Broken().replace("meta.json", "\"monetary units\"", "7").refusal(),
              "meta.json:6: found 'unit': '7', expected text");
    EXPECT_EQ(Broken().replace("meta.json", "\"year\": 0", "\"year\": \"MMXI\"").refusal(),
              "meta.json:5: found 'year': 'MMXI', expected a number");
    EXPECT_EQ(Broken().replace("meta.json", "\"year\": 0", "\"year\": 2011.5").refusal(),
              "meta.json:5: found 'year': '2011.5', expected a whole number");
    EXPECT_EQ(Broken().replace("meta.json", "\"year\": 0", "\"year\": 1e300").refusal(),
              "meta.json:5: found 'year': '1e+300', expected a whole number");
    EXPECT_EQ(Broken().replace("meta.json", "\"rounding\": 0", "\"rounding\": -1").refusal(),
              "meta.json:12: found 'rounding': '-1', expected 0 or more");
    EXPECT_EQ(Broken().replace("meta.json", "\"rounding\": 0", "\"rounding\": 1e999").refusal(),
              "meta.json: found a number that no double can hold, expected a JSON object");
}

TEST(MalformedTable, RefusesOriginsThatSayNothing) {
    const std::string right = ",1,2\n1,0,1\n2,2,0\n";
    EXPECT_EQ(Broken().write("M_origins.csv", right).refusal(),
              "M_origins.csv: found origins of imports, expected none without the imports "
              "themselves");

    const auto with_imports = [](const std::string& origins) {
        return Broken()
            .write("M.csv", ",1,2\n1,0,0\n2,0,0\n")
            .write("M_origins.csv", origins)
            .refusal();
    };
    test::expect_parts(with_imports(",1,2\n1,0,3\n2,2,0\n"), {"M_origins.csv:2", "'3'"});
    test::expect_parts(with_imports(",1,2\n1,0,0.5\n2,2,0\n"), {"M_origins.csv", "a fraction"});
    test::expect_parts(with_imports(",1,2\n1,0,1\n"), {"M_origins.csv"});
}

}  // namespace
}  // namespace narrows
