// Satellite accounts on the command line: accounts, footprint, multipliers, rank, shock, fill,
// convert.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/readers/read_table.hpp"

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

using Arguments = std::vector<std::string>;
using Json = nlohmann::ordered_json;

constexpr const char* interregional = "textbook/miller-blair-2009-interregional";

std::string illustration() {
    return (data_path() / "accounts" / "illustration.csv").string();
}

Arguments with_accounts(Arguments arguments) {
    arguments.insert(arguments.end(), {"--accounts", illustration()});
    return arguments;
}

/// The table with value added as an account, among others.
std::string with_value_added(const ScratchFolder& folder) {
    return folder.write("gdp.csv",
                        "account,unit,R_1,R_2,R_3,S_1,S_2\njobs,persons,1,2,3,4,5\n"
                        "gdp,dollars,225,775,415,565,235\n");
}

TEST(AccountsCommand, ListsNamesUnitsAndTotals) {
    const Json report = run_json(with_accounts({"accounts", interregional}));
    EXPECT_EQ(report["schema"], "narrows.accounts/1");
    ASSERT_EQ(report["rows"].size(), 2U);
    EXPECT_EQ(report["rows"][0]["account"], "jobs");
    EXPECT_EQ(report["rows"][0]["unit"], "persons");
    EXPECT_EQ(report["rows"][0]["total"], 87.0);
    EXPECT_EQ(report["rows"][1]["sectors"], 5);
    EXPECT_TRUE(report["rows"][0]["final_uses"].is_null());
    EXPECT_EQ(run_json({"accounts", "world-2011"})["rows"].size(), 0U);
}

TEST(FootprintCommand, SplitsAnAccountByRegionsThatCallForIt) {
    const Json report = run_json(with_accounts({"footprint", interregional}));
    EXPECT_EQ(report["schema"], "narrows.footprint/1");
    EXPECT_EQ(report["accounts"][1]["unit"], "kt");
    ASSERT_EQ(report["rows"].size(), 4U);  // two accounts, two regions
    double consumption = 0.0;
    for (const Json& row : report["rows"]) {
        const auto number = [&](const char* key) { return row[key].get<double>(); };
        EXPECT_NEAR(number("production") - number("exports") + number("imports"),
                    number("consumption"), 1e-12);
        if (row["account"] == "CO2") consumption += number("consumption");
    }
    EXPECT_NEAR(consumption, 235.0, 1e-10);
    EXPECT_TRUE(report["run"]["certificate"]["identity_deviation"].is_number());
    EXPECT_EQ(report["run"]["parameters"]["accounts"], Json({"jobs", "CO2"}));
    EXPECT_EQ(report["run"]["parameters"]["accounts_file"], illustration());
}

TEST(FootprintCommand, ShowsAHomeBySectorAndWhereItsConsumptionArises) {
    const Json all = run_json(with_accounts({"footprint", interregional, "--account", "CO2"}));
    const Json home =
        run_json(with_accounts({"footprint", interregional, "--account", "CO2", "--home", "S"}));
    ASSERT_EQ(home["rows"].size(), 3U);  // a sector that S lacks has zeros
    double sum = 0.0;
    for (const Json& row : home["rows"]) sum += row["consumption"].get<double>();
    EXPECT_NEAR(sum, all["rows"][1]["consumption"].get<double>(), 1e-12);
    ASSERT_EQ(home["origins"].size(), 2U);
    EXPECT_NEAR(home["origins"][0]["amount"].get<double>(), all["rows"][1]["imports"].get<double>(),
                1e-12);
    EXPECT_NEAR(
        home["origins"][0]["share"].get<double>() + home["origins"][1]["share"].get<double>(), 1.0,
        1e-15);
}

TEST(FootprintCommand, OfANationalTableLeavesImportsOpen) {
    const ScratchFolder folder;
    const std::string file = folder.write("a.csv", "account,unit,1,2\nlabour,hours,300,500\n");
    const Json report = run_json({"footprint", "textbook/miller-blair-2009", "--accounts", file});
    double sum = 0.0;
    for (const Json& row : report["rows"]) {
        EXPECT_TRUE(row["imports"].is_null());
        sum += row["exports"].get<double>() + row["consumption"].get<double>();
    }
    EXPECT_NEAR(sum, 800.0, 1e-10);
}

TEST(MultipliersCommand, HasDirectTotalAndTypeOneOfAccounts) {
    // Labour of Miller & Blair (2009): .30 and .25 per unit of output; L of Table 2.3.
    const ScratchFolder folder;
    const std::string file = folder.write("a.csv", "account,unit,1,2\nlabour,hours,300,500\n");
    const Json report = run_json({"multipliers", "textbook/miller-blair-2009", "--accounts", file});
    const Json& row = report["rows"][0];
    EXPECT_EQ(row["labour_direct"], 0.3);
    EXPECT_NEAR(row["labour_total"].get<double>(), 0.3 * 1.25412541 + 0.25 * 0.26402640, 1e-8);
    EXPECT_NEAR(row["labour_type1"].get<double>(), row["labour_total"].get<double>() / 0.3, 1e-14);
    EXPECT_EQ(report["accounts"][0]["unit"], "hours");
    EXPECT_FALSE(run_json({"multipliers", "textbook/miller-blair-2009"}).contains("accounts"));
}

TEST(RankCommand, HasTheAmountAtRiskOfAccounts) {
    const ScratchFolder folder;
    const std::string file = with_value_added(folder);
    for (const char* scope : {"home", "world"}) {
        const Json report =
            run_json({"rank", interregional, "--home", "R", "--scope", scope, "--accounts", file});
        ASSERT_FALSE(report["rows"].empty());
        for (const Json& row : report["rows"]) {
            EXPECT_EQ(row["gdp_at_risk"], row["gar"]);
            EXPECT_EQ(row["gdp_linear"], row["gar_linear"]);
            EXPECT_EQ(row["gdp_tail"], row["gar_tail"]);
        }
        EXPECT_EQ(report["accounts"][0]["unit"], "persons");
    }
    const ProgramResult text = run_narrows(
        {"rank", interregional, "--home", "R", "--accounts", file, "--account", "jobs"});
    EXPECT_NE(text.out.find("jobs at risk (persons)"), std::string::npos) << text.out;
    EXPECT_EQ(text.out.find("gdp at risk"), std::string::npos);
}

TEST(ShockCommand, HasTheLossOfAccounts) {
    const ScratchFolder folder;
    const std::string scenario = (data_path() / "accounts" / "loss-of-works.json").string();
    const Json report = run_json({"shock", interregional, scenario, "--accounts",
                                  with_value_added(folder), "--model", "pbl-half"});
    const Json& model = report["models"][0];
    EXPECT_GT(model["gdp_loss"].get<double>(), 0.0);
    EXPECT_EQ(model["gdp_loss"], model["value_added_loss"]);
    double jobs = 0.0;
    for (const Json& row : model["by_sector"]) jobs += row["jobs_loss"].get<double>();
    EXPECT_NEAR(jobs, model["jobs_loss"].get<double>(), 1e-12);
    EXPECT_EQ(report["accounts"][0]["unit"], "persons");
    const ProgramResult csv =
        run_narrows({"shock", interregional, scenario, "--accounts", with_value_added(folder),
                     "--model", "pbl-half", "--output", "csv"});
    EXPECT_NE(csv.out.find("output_loss,jobs_loss,gdp_loss,"), std::string::npos) << csv.out;
}

TEST(FillCommand, HasAccountsBeforeAndAfter) {
    const ScratchFolder folder;
    const Json report = run_json({"fill", interregional, "--home", "R", "--budget", "20",
                                  "--accounts", with_value_added(folder)});
    ASSERT_EQ(report["accounts"].size(), 2U);
    EXPECT_EQ(report["accounts"][1]["before"], report["base"]);
    EXPECT_NEAR(report["accounts"][1]["after"].get<double>(), report["optimum"].get<double>(),
                1e-12);
    EXPECT_LT(report["accounts"][0]["after"], report["accounts"][0]["before"]);
}

TEST(FillCommand, LowersAnAccountInPlaceOfGdp) {
    const ScratchFolder folder;
    const Arguments fill = {"fill",     interregional, "--home",     "R",
                            "--budget", "20",          "--accounts", with_value_added(folder)};
    const auto with = [&](const char* objective) {
        Arguments arguments = fill;
        arguments.insert(arguments.end(), {"--objective-account", objective});
        return run_json(arguments);
    };
    const Json of_gdp = run_json(fill);
    const Json same = with("gdp");
    EXPECT_EQ(same["base"], of_gdp["base"]);
    EXPECT_EQ(same["optimum"], of_gdp["optimum"]);
    EXPECT_EQ(same["allocation"], of_gdp["allocation"]);
    const Json jobs = with("jobs");
    EXPECT_EQ(jobs["objective"], "jobs");
    EXPECT_EQ(jobs["objective_total"], 6.0);
    EXPECT_EQ(jobs["base"], of_gdp["accounts"][0]["before"]);
    EXPECT_LE(jobs["optimum"], of_gdp["accounts"][0]["after"]);
}

TEST(ConvertCommand, CarriesAccountsAlong) {
    const ScratchFolder folder;
    const std::string copy = (folder.path() / "copy").string();
    const ProgramResult result = run_narrows(with_accounts({"convert", interregional, copy}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("5 nodes, 2 satellite accounts, "), std::string::npos) << result.out;
    EXPECT_EQ(read_table(copy).satellites().size(), 2U);
    const std::string national = (folder.path() / "national").string();
    EXPECT_EQ(run_narrows({"convert", copy, national, "--home", "S"}).exit_code, 0);
    EXPECT_EQ(read_table(national).satellites()[0].values[0], 20.0);
    // Without accounts the hash is what it always was.
    const Json with = run_json({"check", copy});
    const Json without = run_json({"check", interregional});
    EXPECT_NE(with["hash"], without["hash"]);
}

TEST(AccountOptions, RefuseWhatIsNotThere) {
    expect_refused(run_narrows({"footprint", interregional}), 2, {"--account NAME"});
    expect_refused(run_narrows({"footprint", interregional, "--account", "jobs"}), 2,
                   {"no satellite accounts"});
    expect_refused(
        run_narrows(with_accounts({"rank", interregional, "--home", "R", "--account", "job"})), 2,
        {illustration(), "'job'", "'jobs'"});
    expect_refused(run_narrows(with_accounts({"multipliers", "textbook/miller-blair-2009"})), 3,
                   {illustration() + ":1: column 3", "unknown sector 'R_1'"});
    expect_refused(run_narrows({"footprint", interregional, "--accounts", "no-such-file.csv"}), 3,
                   {"no-such-file.csv"});
    expect_refused(run_narrows(with_accounts({"rank", interregional, "--home", "R,S"})), 2,
                   {"--account takes one home and one share"});
    expect_refused(run_narrows(with_accounts({"footprint", interregional, "--home", "T"})), 2,
                   {"unknown region 'T'"});
}

TEST(AccountsCommand, ANameThatWouldHideAnotherFigureIsRefused) {
    const ScratchFolder folder;
    const auto named = [&](const std::string& name) {
        return folder.write(name + ".csv",
                            "account,unit,R_1,R_2,R_3,S_1,S_2\n" + name + ",persons,1,2,3,4,5\n");
    };
    const std::string scenario = (data_path() / "accounts" / "loss-of-works.json").string();
    for (const char* format : {"json", "csv"}) {
        expect_refused(run_narrows({"shock", interregional, scenario, "--accounts",
                                    named("value_added"), "--output", format}),
                       2, {"'value_added_loss'", "name of the account"});
        expect_refused(run_narrows({"multipliers", interregional, "--accounts",
                                    named("value_added"), "--output", format}),
                       2, {"'value_added_type1'"});
        expect_refused(run_narrows({"rank", interregional, "--home", "R", "--accounts",
                                    named("gar"), "--output", format}),
                       2, {"'gar_linear'"});
    }
}

}  // namespace
}  // namespace narrows::test
