// --report: what it writes beside what is printed, and what it refuses.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/report/html_report.hpp"

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using test::expect_refused;
using test::read_file;
using test::run_narrows;
using test::ScratchFolder;

std::string scenario() {
    return (test::data_path() / "scenarios/iron-ore-and-fuel-halt.json").string();
}

#define SKIP_WITHOUT_PAGE() \
    if (!has_report_page()) GTEST_SKIP() << "built without Vega (libjs-vega)"

TEST(ReportOption, WritesAPageAndLeavesTheTextAsItIs) {
    SKIP_WITHOUT_PAGE();
    const ScratchFolder folder;
    const std::string file = folder.path() / "report.html";
    const std::vector<std::vector<std::string>> commands = {
        {"rank", "--home", "CHN", "--top", "5"},
        {"exposure", "world-2011", "--home", "CHN"},
        {"shock", scenario(), "--model", "pbl-half,bottleneck"},
    };
    for (std::vector<std::string> arguments : commands) {
        const test::ProgramResult plain = run_narrows(arguments);
        arguments.insert(arguments.end(), {"--report", file});
        const test::ProgramResult with_page = run_narrows(arguments);
        EXPECT_EQ(with_page.exit_code, 0) << with_page.err;
        EXPECT_EQ(with_page.out, plain.out);
        const std::string page = read_file(file);
        EXPECT_EQ(page.rfind("<!DOCTYPE html>", 0), 0U);
        EXPECT_NE(page.find("\"schema\":\"narrows." + arguments[0] + "/1\""), std::string::npos);
        EXPECT_EQ(folder.names(), std::vector<std::string>{"report.html"});
    }
}

TEST(ReportOption, RefusesWhatHasNoPage) {
    SKIP_WITHOUT_PAGE();
    const std::string file = "/tmp/not-written.html";
    expect_refused(run_narrows({"rank", "--home", "CHN,DEU", "--report", file}), 2,
                   {"--report", "one home and one share"});
    expect_refused(run_narrows({"rank", "--home", "CHN", "--share", "0.1,0.2", "--report", file}),
                   2, {"--report", "one home and one share"});
    expect_refused(run_narrows({"shock", scenario(), "--output", "csv", "--report", file}), 2,
                   {"--report", "csv", "table or json"});
    expect_refused(run_narrows({"exposure", "world-2011", "--home", "CHN", "--matrix", "hidden",
                                "--report", file}),
                   2, {"--report", "--matrix"});
    expect_refused(run_narrows({"rank", "--home", "CHN", "--report", file, "--out", file}), 2,
                   {"--report", "--out"});
    expect_refused(run_narrows({"rank", "--home", "CHN", "--report", "/no/such/folder/a.html"}), 3,
                   {"/no/such/folder/a.html"});
}

TEST(ReportOption, ABuildWithoutPageSaysWhatToInstall) {
    if (has_report_page()) GTEST_SKIP() << "this build has the page";
    expect_refused(run_narrows({"rank", "--home", "CHN", "--report", "a.html"}), 2,
                   {"--report", "libjs-vega"});
}

}  // namespace
}  // namespace narrows
