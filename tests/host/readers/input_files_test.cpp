#include "host/readers/input_files.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using test::message_of;
using test::ScratchFolder;

const std::vector<Sector> sectors = {{"AGR", "", SectorKind::goods},
                                     {"ELE", "", SectorKind::goods},
                                     {"FIN", "", SectorKind::services}};

Concordance concordance(const std::string& content) {
    const ScratchFolder folder;
    return read_concordance(folder.write("c.csv", content));
}

Eigen::MatrixXd criticality(const std::string& content) {
    const ScratchFolder folder;
    return read_criticality(folder.write("c.csv", content), sectors);
}

Demand demand(const std::string& content) {
    const ScratchFolder folder;
    return read_demand(folder.write("c.csv", content), Classification::national(sectors, {}));
}

Eigen::VectorXd weights(const std::string& content) {
    const ScratchFolder folder;
    return read_geopolitical_weights(folder.write("c.csv", content), "CHN", {"USA", "JPN"});
}

/// The message with which `read` refuses the content, from the file's name on.
template <class Read>
std::string refusal(Read read, const std::string& content) {
    const std::string message = message_of<ParseError>([&] { read(content); });
    return message.substr(message.find("c.csv"));
}

TEST(ReadConcordance, ReadsTheOptionalColumnsInAnyOrder) {
    const Concordance result =
        concordance("from,to,kind,name,share\nA,X,services,\"X, all\",0.5\nA,Y,,,0.5\n");

    ASSERT_EQ(result.entries.size(), 2U);
    EXPECT_EQ(result.entries[0].from, "A");
    EXPECT_EQ(result.entries[0].to, "X");
    EXPECT_EQ(result.entries[0].share, 0.5);
    EXPECT_EQ(result.entries[0].name, "X, all");
    EXPECT_EQ(result.entries[0].kind, SectorKind::services);
    EXPECT_EQ(result.entries[0].line, 2);
    EXPECT_FALSE(result.entries[1].kind.has_value());
    EXPECT_EQ(result.entries[1].line, 3);
}

TEST(ReadConcordance, TakesAShareOfOneWhereNoneIsGiven) {
    EXPECT_EQ(concordance("from,to\nA,X\n").entries[0].share, 1.0);
}

TEST(ReadConcordance, ReadsThoseInTheRepository) {
    const auto folder = test::data_path() / "concordances";

    EXPECT_EQ(read_concordance(folder / "wiod2013-35-to-24.csv").entries.size(), 35U);
    EXPECT_EQ(read_concordance(folder / "wiod2013-41-to-13.csv").entries.size(), 41U);
    EXPECT_EQ(read_concordance(folder / "world24-to-5.csv").entries.size(), 24U);
    EXPECT_EQ(read_concordance(folder / "world13-to-5.csv").entries.size(), 13U);
}

TEST(ReadConcordance, RefusesWhatIsMalformed) {
    const auto refused = [](const std::string& content) { return refusal(concordance, content); };

    EXPECT_EQ(refused(""), "c.csv:1: found an empty file, expected a header");
    EXPECT_EQ(refused("from,to\n"), "c.csv:2: found no record, expected at least one");
    EXPECT_EQ(refused("old,new\nA,X\n"), "c.csv:1: column 1: found 'old', expected 'from'");
    EXPECT_EQ(refused("from,to,weight\nA,X,1\n"),
              "c.csv:1: column 3: found 'weight', expected 'share', 'name' or 'kind'");
    EXPECT_EQ(refused("from,to\nA,X\nB\n"), "c.csv:3: found 1 fields, expected 2");
    EXPECT_EQ(refused("from,to\nA,\n"),
              "c.csv:2: column 2 (to): found an empty code, expected a code");
    EXPECT_EQ(refused("from,to,share\nA,X,half\n"),
              "c.csv:2: column 3 (share): found 'half', expected a number");
    EXPECT_EQ(refused("from,to,kind\nA,X,good\n"),
              "c.csv:2: column 3 (kind): found 'good', expected 'goods' or 'services'");
}

TEST(ReadConcordance, RefusesSharesOutOfRange) {
    for (const char* share : {"0", "-0.5", "1.0001"}) {
        EXPECT_EQ(refusal(concordance, std::string("from,to,share\nA,X,") + share + "\n"),
                  std::string("c.csv:2: column 3 (share): found '") + share +
                      "', expected a share above 0, at most 1");
    }
}

TEST(ReadConcordance, RefusesAColumnThatIsThereTwice) {
    EXPECT_EQ(refusal(concordance, "from,to,share,share\nA,X,1,0.5\n"),
              "c.csv:1: column 4: found duplicate column 'share', expected each column once");
}

TEST(ReadNumbersByCode, SortsThemByCode) {
    const ScratchFolder folder;
    const auto read = [&](const std::string& content) {
        return read_numbers_by_code(folder.write("c.csv", content), {"sector", "days"},
                                    {"sector", {"AGR", "ELE"}}, {1.0, 10.0});
    };
    EXPECT_EQ(read("sector,days\nELE,2.5\nAGR,1\n"),
              (std::vector<std::pair<Index, double>>{{0, 1.0}, {1, 2.5}}));
    EXPECT_EQ(read("sector,days\nELE,10\n").size(), 1U);
    EXPECT_EQ(refusal(read, "code,days\n"), "c.csv:1: column 1: found 'code', expected 'sector'");
    EXPECT_EQ(refusal(read, "sector,days\n"), "c.csv:2: found no record, expected at least one");
    EXPECT_EQ(refusal(read, "sector,days\nELF,1\n"),
              "c.csv:2: column 1 (sector): found unknown sector 'ELF', expected 'ELE'");
    EXPECT_EQ(refusal(read, "sector,days\nELE,0.5\n"),
              "c.csv:2: column 2 (days): found '0.5', expected a number in [1, 10]");
    EXPECT_EQ(refusal(read, "sector,days\nELE,NA\n").substr(0, 34),
              "c.csv:2: column 2 (days): found 'N");
    EXPECT_EQ(refusal(read, "sector,days\nELE,1\nELE,1\n"),
              "c.csv:3: column 1 (sector): found sector 'ELE' again, expected each sector once");
}

TEST(ReadCriticality, FillsCellsThatAreNotListedWithZero) {
    const Eigen::MatrixXd result = criticality("product,user,c\nELE,AGR,0.5\nFIN,FIN,1\n");

    EXPECT_EQ(result, (Eigen::MatrixXd{{0, 0, 0}, {0.5, 0, 0}, {0, 0, 1}}));
}

TEST(ReadCriticality, RefusesWhatIsMalformed) {
    const auto refused = [](const std::string& content) { return refusal(criticality, content); };

    EXPECT_EQ(refused("product,user,c\n"), "c.csv:2: found no record, expected at least one");
    EXPECT_EQ(refused("product,c,user\n"), "c.csv:1: column 2: found 'c', expected 'user'");
    EXPECT_EQ(refused("product,user,c\nELF,AGR,1\n"),
              "c.csv:2: column 1 (product): found unknown sector 'ELF', expected 'ELE'");
    EXPECT_EQ(refused("product,user,c\nELE,Farming,1\n"),
              "c.csv:2: column 2 (user): found unknown sector 'Farming', expected a sector of the "
              "table such as 'AGR'");
    EXPECT_EQ(refused("product,user,c\nELE,AGR,1.5\n"),
              "c.csv:2: column 3 (c): found '1.5', expected a number in [0, 1]");
    EXPECT_EQ(refused("product,user,c\nELE,AGR,-0.1\n"),
              "c.csv:2: column 3 (c): found '-0.1', expected a number in [0, 1]");
    EXPECT_EQ(refused("product,user,c\nELE,AGR,nan\n"),
              "c.csv:2: column 3 (c): found 'nan', expected a number");
    EXPECT_EQ(refused("product,user,c\nELE,AGR,1\nAGR,ELE,1\nELE,AGR,1\n"),
              "c.csv:4: column 1 (product): found duplicate cell 'ELE', 'AGR', expected each cell "
              "once");
    EXPECT_EQ(refused("product,user,c\nELE,AGR\n"), "c.csv:2: found 2 fields, expected 3");
}

TEST(ReadDemand, ReadsOneColumnPerScenario) {
    const Demand result = demand("sector,base,\"more, of it\"\nFIN,1,-2\nAGR,3,4\n");

    EXPECT_EQ(result.scenarios, (std::vector<std::string>{"base", "more, of it"}));
    EXPECT_EQ(result.values, (Eigen::MatrixXd{{3, 4}, {0, 0}, {1, -2}}));
}

TEST(ReadDemand, RefusesWhatIsMalformed) {
    const auto refused = [](const std::string& content) { return refusal(demand, content); };

    EXPECT_EQ(refused("sector\nAGR\n"),
              "c.csv:1: column 2: found the end of the line, expected the name of a scenario");
    EXPECT_EQ(refused("sector,\nAGR,1\n"),
              "c.csv:1: column 2: found an empty name, expected the name of a scenario");
    EXPECT_EQ(refused("sector,a\n"), "c.csv:2: found no record, expected at least one");
    EXPECT_EQ(refused("sector,a\nAGG,1\n"),
              "c.csv:2: column 1 (sector): found unknown sector 'AGG', expected 'AGR'");
    EXPECT_EQ(
        refused("sector,a\nAGR,1\nAGR,2\n"),
        "c.csv:3: column 1 (sector): found duplicate sector 'AGR', expected each sector once");
    EXPECT_EQ(refused("sector,a\nAGR,inf\n"),
              "c.csv:2: column 2 (a): found 'inf', expected a number");
    EXPECT_EQ(refused("sector,a\nAGR,1,2\n"), "c.csv:2: found 3 fields, expected 2");
}

TEST(ReadDemand, RefusesNamesThatAColumnOfTheResultHasAlready) {
    for (const char* name : {"sector", "name", "region", "a"}) {
        EXPECT_EQ(refusal(demand, std::string("sector,a,") + name + "\nAGR,1,2\n"),
                  std::string("c.csv:1: column 3: found '") + name +
                      "', expected a name of its own for each scenario, not 'sector', 'name' or "
                      "'region'");
    }
}

TEST(ReadGeopoliticalWeights, TakesOneHomeOrSeveral) {
    const Eigen::VectorXd expected = Eigen::Vector2d(0.9, 0.25);

    EXPECT_EQ(weights("origin,weight\nJPN,0.25\nUSA,0.9\n"), expected);
    EXPECT_EQ(weights("origin,weight\nJPN,0.25\nUSA,0.9\nCHN,0\n"), expected);
    EXPECT_EQ(weights("home,origin,weight\nJPN,USA,0.1\nCHN,USA,0.9\nCHN,JPN,0.25\nJPN,CHN,1\n"),
              expected);
}

TEST(ReadGeopoliticalWeights, RefusesWhatIsMalformed) {
    const auto refused = [](const std::string& content) { return refusal(weights, content); };

    EXPECT_EQ(refused(""), "c.csv:1: found an empty file, expected a header");
    EXPECT_EQ(refused("origin\nUSA\n"),
              "c.csv:1: column 2: found the end of the line, expected 'weight'");
    EXPECT_EQ(refused("region,weight\nUSA,1\n"),
              "c.csv:1: column 1: found 'region', expected 'origin'");
    EXPECT_EQ(refused("home,weight\nUSA,1\n"),
              "c.csv:1: column 2: found 'weight', expected 'origin'");
    EXPECT_EQ(refused("origin,weight,year\nUSA,1,2011\n"),
              "c.csv:1: column 3: found 'year', expected the end of the line");
    EXPECT_EQ(refused("origin,weight\n"), "c.csv:2: found no record, expected at least one");
    EXPECT_EQ(refused("origin,weight\nUSB,1\n"),
              "c.csv:2: column 1 (origin): found unknown region 'USB', expected 'USA'");
    EXPECT_EQ(refused("home,origin,weight\nCHM,USA,1\n"),
              "c.csv:2: column 1 (home): found unknown region 'CHM', expected 'CHN'");
    EXPECT_EQ(refused("origin,weight\nUSA,1.01\n"),
              "c.csv:2: column 2 (weight): found '1.01', expected a number in [0, 1]");
    EXPECT_EQ(refused("origin,weight\nUSA,-0.01\n"),
              "c.csv:2: column 2 (weight): found '-0.01', expected a number in [0, 1]");
    EXPECT_EQ(refused("origin,weight\nUSA,nan\n"),
              "c.csv:2: column 2 (weight): found 'nan', expected a number");
    EXPECT_EQ(refused("origin,weight\nUSA,\n"),
              "c.csv:2: column 2 (weight): found '', expected a number");
    EXPECT_EQ(refused("origin,weight\nUSA,1\nJPN,1\nUSA,1\n"),
              "c.csv:4: column 1 (origin): found duplicate origin 'USA', expected each pair once");
    EXPECT_EQ(refused("home,origin,weight\nCHN,USA,1\nJPN,USA,1\nJPN,USA,0\n"),
              "c.csv:4: column 2 (origin): found duplicate origin 'USA', expected each pair once");
}

TEST(ReadGeopoliticalWeights, RefusesAnOriginWithoutWeightInsteadOfTakingZero) {
    EXPECT_EQ(refusal(weights, "origin,weight\nUSA,1\n"),
              "c.csv:2: found the end of the file, expected a weight of 'JPN' for 'CHN'");
    EXPECT_EQ(refusal(weights, "home,origin,weight\nCHN,JPN,1\nJPN,USA,1\n"),
              "c.csv:3: found the end of the file, expected a weight of 'USA' for 'CHN'");
}

std::vector<NamedCoalition> coalitions(const std::string& content) {
    const ScratchFolder folder;
    return read_coalitions(folder.write("c.csv", content), {"CHN", "USA", "JPN", "ROW"}, "CHN");
}

TEST(ReadCoalitions, KeepsTheOrderOfTheNamesAndOfTheTable) {
    const std::vector<NamedCoalition> result = coalitions(
        "coalition,member\nPacific,JPN\nalone,ROW\nPacific,USA\n\"two, quoted\",USA\n"
        "\"two, quoted\",ROW\n");

    ASSERT_EQ(result.size(), 3U);
    EXPECT_EQ(result[0].name, "Pacific");
    EXPECT_EQ(result[0].members, (std::vector<std::string>{"USA", "JPN"}));
    EXPECT_EQ(result[1].name, "alone");
    EXPECT_EQ(result[1].members, std::vector<std::string>{"ROW"});
    EXPECT_EQ(result[2].name, "two, quoted");
    EXPECT_EQ(result[2].members, (std::vector<std::string>{"USA", "ROW"}));
}

TEST(ReadCoalitions, RefusesWhatIsMalformed) {
    const auto refused = [](const std::string& content) { return refusal(coalitions, content); };

    EXPECT_EQ(refused(""), "c.csv:1: found an empty file, expected a header");
    EXPECT_EQ(refused("coalition\nA\n"),
              "c.csv:1: column 2: found the end of the line, expected 'member'");
    EXPECT_EQ(refused("name,member\nA,USA\n"),
              "c.csv:1: column 1: found 'name', expected 'coalition'");
    EXPECT_EQ(refused("coalition,member,share\nA,USA,1\n"),
              "c.csv:1: column 3: found 'share', expected the end of the line");
    EXPECT_EQ(refused("coalition,member\n"), "c.csv:2: found no record, expected at least one");
    EXPECT_EQ(refused("coalition,member\nA,USB\n"),
              "c.csv:2: column 2 (member): found unknown region 'USB', expected 'USA'");
    EXPECT_EQ(refused("coalition,member\nA,\n"),
              "c.csv:2: column 2 (member): found unknown region '', expected a region of the table "
              "such as 'CHN'");
    EXPECT_EQ(refused("coalition,member\n,USA\n"),
              "c.csv:2: column 1 (coalition): found an empty name, expected a name");
    EXPECT_EQ(refused("coalition,member\nA,USA\nA,JPN\nA,USA\n"),
              "c.csv:4: column 2 (member): found duplicate member 'USA', expected each member of "
              "'A' once");
    EXPECT_EQ(refused("coalition,member\nA,USA\nA,CHN\n"),
              "c.csv:3: column 2 (member): found home 'CHN', expected a region that withholds from "
              "it");
    EXPECT_EQ(refused("coalition,member\nA,USA\nB,JPN\nB,USA\nA,JPN\n"),
              "c.csv:3: column 1 (coalition): found 'B' with the members of 'A', expected each "
              "coalition once");
    EXPECT_EQ(refused("coalition,member\nA,USA,JPN\n"), "c.csv:2: found 3 fields, expected 2");
    EXPECT_EQ(refused("coalition,member\nA\n"), "c.csv:2: found 1 fields, expected 2");
}

TEST(ReadCoalitions, TakesEveryRegionWhereHomeIsOpen) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", "coalition,member\nA,CHN\nA,USA\n");

    const auto result = read_coalitions(file, {"CHN", "USA"}, "");

    ASSERT_EQ(result.size(), 1U);
    EXPECT_EQ(result[0].members, (std::vector<std::string>{"CHN", "USA"}));
}

TEST(InputFiles, AreRefusedWhereTheyAreMissing) {
    const auto classes = Classification::national(sectors, {});

    EXPECT_EQ(message_of<FileError>([] { read_concordance("/nowhere/c.csv"); }),
              "/nowhere/c.csv: cannot read: No such file or directory");
    EXPECT_THROW(read_criticality("/nowhere/c.csv", sectors), FileError);
    EXPECT_THROW(read_demand("/nowhere/c.csv", classes), FileError);
    EXPECT_THROW(read_coalitions("/nowhere/c.csv", {"A", "B"}, "A"), FileError);
    EXPECT_THROW(read_geopolitical_weights("/nowhere/c.csv", "A", {"B"}), FileError);
}

}  // namespace
}  // namespace narrows
