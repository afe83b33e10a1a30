// Tables that are wrong, from the outside: one line, exit code 3, no output.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

namespace fs = std::filesystem;

/// A file of textbook/miller-blair-2009, what it becomes, and what the message has to hold.
struct Malformed {
    std::string file;
    std::string content;
    std::vector<std::string> parts;
};

std::string utf16(const std::string& text) {
    std::string result = "\xFF\xFE";
    for (const char c : text) result += std::string(1, c) + '\0';
    return result;
}

const std::vector<Malformed> malformed = {
    {"Z.csv", "", {"Z.csv:1: found an empty file"}},
    {"Z.csv", ",1,2\n1,150,500\n", {"Z.csv:2: found 1 of 2 sectors, expected also '2'"}},
    {"Z.csv", ",1,2\n1,150,500\n2,20", {"Z.csv:3: found 2 fields, expected 3"}},
    {"Z.csv", ",1,2\n1,150,abc\n2,200,100\n", {"Z.csv:2: column 3 (2): found 'abc'"}},
    {"Z.csv", ",1,2\n1,150,NaN\n2,200,100\n", {"Z.csv:2: column 3 (2): found 'NaN'"}},
    {"Z.csv", ",1,2\n1,150,-inf\n2,200,100\n", {"Z.csv:2: column 3 (2): found '-inf'"}},
    {"Z.csv", ",1,2\n1,150,\n2,200,100\n", {"Z.csv:2: column 3 (2): found ''"}},
    {"Z.csv", ",1,2\n1,150,0x1F4\n2,200,100\n", {"Z.csv:2: column 3 (2): found '0x1F4'"}},
    {"Z.csv", ",1,2\n1,150,1e999\n2,200,100\n", {"Z.csv:2: column 3 (2): found '1e999'"}},
    {"Z.csv", ",1,1\n1,150,500\n2,200,100\n", {"Z.csv:1: column 3: found duplicate sector '1'"}},
    {"Z.csv", ",1,2\n1,150,500\n1,200,100\n", {"Z.csv:3: column 1: found duplicate sector '1'"}},
    {"Z.csv", ",1,3\n1,150,500\n2,200,100\n", {"Z.csv:1: column 3: found unknown sector '3'"}},
    {"Z.csv", ",1,2\n1,150,500,1\n2,200,100\n", {"Z.csv:2: found 4 fields, expected 3"}},
    {"Z.csv", ",1,2\n1,\"150,500\n2,200,100\n", {"Z.csv:2: found an opening quote"}},
    {"Z.csv", utf16(",1,2\n1,150,500\n2,200,100\n"), {"Z.csv:1: found byte 0xFF"}},
    {"Z.csv", std::string(",1,2\n1,150,5\0\n", 14), {"Z.csv:2: found byte 0x00"}},
    {"F.csv", ",FINAL\n1,350\n", {"F.csv:2: found 1 of 2 sectors"}},
    {"F.csv", ",FINAL\n1,351\n2,1700\n", {"row of 1 sums to 1001, expected gross output 1000"}},
    {"V.csv", ",1,2\npayments,650,1401\n", {"column of 2 sums to 2001", "output 2000"}},
    {"x.csv", ",x\n1,1000\n2,-2000\n", {"gross output of 2 is negative"}},
    {"x.csv",
     ",y\n1,1000\n2,2000\n",
     {"x.csv:1: column 2: found unknown column 'y', expected 'x'"}},
    {"criticality.csv", ",1,2\n1,0,0\n2,0,7\n", {"criticality.csv:3: column 3 (2): found '7'"}},
    {"sectors.csv",
     "code,name,kind\n1,One,good\n2,Two,goods\n",
     {"sectors.csv:2: column 3 (kind): found 'good', expected 'goods' or 'services'"}},
    {"sectors.csv", "code;name;kind\n1;One;goods\n", {"sectors.csv:1: column 1: found 'code;name"}},
    {"meta.json", "", {"meta.json:1: found no JSON at byte 1"}},
    {"meta.json",
     "{\"format\": \"narrows.table/9\"}",
     {"meta.json:1: found 'format': 'narrows.table/9', expected 'narrows.table/1'"}},
};

TEST(MalformedTables, AreRefusedInOneLineByEveryCommandThatReadsThem) {
    for (const Malformed& wrong : malformed) {
        SCOPED_TRACE(wrong.file + ": " + wrong.content);
        const ScratchFolder folder;
        const fs::path table = copy_table("textbook/miller-blair-2009", folder.path());
        folder.write("miller-blair-2009/" + wrong.file, wrong.content);
        const std::string out = (folder.path() / "out").string();

        expect_refused(run_narrows({"rank", table.string(), "--out", out}), 3, wrong.parts);
        expect_refused(run_narrows({"multipliers", table.string(), "--out", out}), 3, wrong.parts);
        expect_refused(run_narrows({"convert", table.string(), out}), 3, wrong.parts);

        EXPECT_EQ(folder.names(), std::vector<std::string>{"miller-blair-2009"});
    }
}

TEST(MalformedTables, NameTheFileThatIsMissing) {
    for (const char* file : {"Z.csv", "F.csv", "V.csv", "sectors.csv"}) {
        const ScratchFolder folder;
        const fs::path table = copy_table("textbook/miller-blair-2009", folder.path());
        fs::remove(table / file);

        expect_refused(run_narrows({"check", table.string()}), 3,
                       {(table / file).string() + ": cannot read: No such file or directory"});
    }
}

TEST(MalformedTables, RefuseARegionWithoutSectors) {
    const ScratchFolder folder;
    const fs::path table = copy_table("textbook/miller-blair-2009-interregional", folder.path());
    replace_in_file(table / "regions.csv", "S,Region S", "S,Region S\nT,Region T");

    expect_refused(run_narrows({"rank", table.string(), "--home", "R"}), 3,
                   {"regions.csv: found region 'T' without sectors"});
}

}  // namespace
}  // namespace narrows::test
