// `narrows bench`: numbers are asserted as properties only.
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;

Json small_run() {
    return run_json({"bench", "--backend", "cpu", "--sizes", "150,70", "--batch-orders", "40",
                     "--draws", "10", "--repeat", "2"});
}

std::vector<std::string> keys_of(const Json& object) {
    std::vector<std::string> keys;
    for (const auto& item : object.items()) keys.push_back(item.key());
    return keys;
}

TEST(Bench, HasARowForEveryOperationAndOrder) {
    const Json report = small_run();

    std::vector<std::string> cases;
    for (const Json& row : report["rows"]) {
        cases.push_back(row["op"].get<std::string>() + " " + row["n"].dump());
        EXPECT_EQ(row["backend"], "cpu");
    }
    EXPECT_EQ(cases, (std::vector<std::string>{"batch 40", "inverse 70", "solve 70", "extract 70",
                                               "inverse 150", "solve 150", "extract 150"}));
}

TEST(Bench, RowsHaveTheDocumentedKeys) {
    const Json report = small_run();
    for (const Json& row : report["rows"]) {
        EXPECT_EQ(keys_of(row),
                  (std::vector<std::string>{"op", "n", "backend", "seconds_median", "seconds_min",
                                            "gflops", "product_gflops", "ratio_to_product",
                                            "peak_bytes", "share_of_inverse"}));
    }
}

TEST(Bench, FiguresOfARowAgree) {
    const Json report = small_run();
    for (const Json& row : report["rows"]) {
        const double n = row["n"];
        const double seconds = row["seconds_median"];
        const double product = 2e-9 * n * n * n / row["product_gflops"].get<double>();
        EXPECT_GT(row["seconds_min"], 0.0);
        EXPECT_LE(row["seconds_min"], seconds);
        EXPECT_GT(row["gflops"], 0.0);
        EXPECT_NEAR(row["ratio_to_product"].get<double>() / (seconds / product), 1.0, 1e-12);
        EXPECT_GE(row["peak_bytes"], 0);
    }
}

TEST(Bench, CountsOperationsPerColumnAndPerDraw) {
    const Json report =
        run_json({"bench", "--backend", "cpu", "--op", "solve,batch", "--sizes", "60", "--columns",
                  "7", "--batch-orders", "30", "--draws", "20", "--repeat", "1"});

    const auto counted = [](const Json& row) {
        return row["gflops"].get<double>() * 1e9 * row["seconds_median"].get<double>();
    };
    EXPECT_NEAR(counted(report["rows"][0]) / (2.0 * 30 * 30 * 30 * 20), 1.0, 1e-12);
    EXPECT_NEAR(counted(report["rows"][1]) / (2.0 * 60 * 60 * 7), 1.0, 1e-12);
    EXPECT_EQ(report["run"]["parameters"]["columns"], 7);
    EXPECT_EQ(report["run"]["parameters"]["draws"], 20);
}

TEST(Bench, InverseTakesMemoryForItsResult) {
    const Json report = run_json(
        {"bench", "--backend", "cpu", "--op", "inverse", "--sizes", "800", "--repeat", "1"});

    EXPECT_GE(report["rows"][0]["peak_bytes"], 8 * 800 * 800);
    EXPECT_LE(report["rows"][0]["peak_bytes"], 8 * 8 * 800 * 800);
}

TEST(Bench, GivesAnExtractionAsShareOfItsInverse) {
    const Json both = run_json(
        {"bench", "--backend", "cpu", "--op", "extract,inverse", "--sizes", "90", "--repeat", "1"});
    const Json alone = run_json(
        {"bench", "--backend", "cpu", "--op", "extract", "--sizes", "90", "--repeat", "1"});

    const Json& extract = both["rows"][0];
    const Json& inverse = both["rows"][1];
    EXPECT_DOUBLE_EQ(
        extract["share_of_inverse"].get<double>() * inverse["seconds_median"].get<double>(),
        extract["seconds_median"]);
    EXPECT_TRUE(inverse["share_of_inverse"].is_null());
    EXPECT_TRUE(alone["rows"][0]["share_of_inverse"].is_null());
}

TEST(Bench, NamesTheBackendsItUsed) {
    const Json report =
        run_json({"bench", "--op", "inverse", "--sizes", "50", "--repeat", "1", "--threads", "1"});

    std::set<std::string> used;
    for (const Json& row : report["backends"]) {
        used.insert(row["name"]);
        EXPECT_NE(row["operations"], "");
    }
    EXPECT_EQ(used.count("cpu"), 1U);
    EXPECT_EQ(report["rows"].size(), used.size());
    EXPECT_EQ(report["run"]["backend_reason"].is_null(), used.count("cuda") == 1);
    EXPECT_EQ(report["run"]["threads"], 1);
}

TEST(Bench, UsesTheProductThatWasAskedFor) {
    const Json report = run_json({"bench", "--backend", "cpu", "--op", "inverse", "--sizes", "50",
                                  "--repeat", "1", "--product", "eigen-sse2"});

    const std::string operations = report["run"]["operations"];
    EXPECT_EQ(operations.find("OpenBLAS"), std::string::npos) << operations;
}

TEST(Bench, PrintsForPeopleWithUnitsAndAsCsv) {
    const std::vector<std::string> command{"bench",   "--backend", "cpu",      "--op", "inverse",
                                           "--sizes", "60",        "--repeat", "1"};
    const ProgramResult table = run_narrows(command);
    std::vector<std::string> with_csv = command;
    with_csv.insert(with_csv.end(), {"--output", "csv"});
    const ProgramResult csv = run_narrows(with_csv);

    EXPECT_EQ(table.exit_code, 0) << table.err;
    EXPECT_EQ(table.err, "");
    EXPECT_NE(table.out.find("times a product"), std::string::npos) << table.out;
    EXPECT_NE(table.out.find(" MiB"), std::string::npos) << table.out;
    EXPECT_EQ(csv.out.rfind("op,n,backend,seconds_median,seconds_min,gflops,product_gflops,"
                            "ratio_to_product,peak_bytes,share_of_inverse\ninverse,60,cpu,",
                            0),
              0U)
        << csv.out;
}

struct Refusal {
    std::vector<std::string> options;
    std::vector<std::string> parts;
};

TEST(Bench, RefusesInOneLineWithExitCodeTwo) {
    const std::vector<Refusal> refusals{
        {{"--op", "invers"}, {"unknown operation 'invers'", "did you mean 'inverse'?"}},
        {{"--op", "solve,zzzz"}, {"unknown operation 'zzzz'", "expected inverse, solve"}},
        {{"--op", ""}, {"--op", "is empty"}},
        {{"--sizes", "0"}, {"--sizes", "found '0'", "whole number from 1"}},
        {{"--sizes", "100,abc"}, {"--sizes", "found 'abc'"}},
        {{"--sizes", "1e3"}, {"--sizes", "found '1e3'"}},
        {{"--sizes", ","}, {"--sizes"}},
        {{"--sizes", "2000000000"}, {"order 2000000000", "GiB are free"}},
        {{"--op", "batch", "--sizes", "100"}, {"--sizes", "--batch-orders"}},
        {{"--op", "inverse", "--columns", "3"}, {"--columns", "solve"}},
        {{"--op", "inverse", "--draws", "3"}, {"--draws", "batch"}},
        {{"--op", "inverse", "--batch-orders", "3"}, {"--batch-orders", "batch"}},
        {{"--batch-orders", "501"}, {"order 501", "above 500"}},
        {{"--draws", "0"}, {"--draws", "found '0'"}},
        {{"--columns", "-1"}, {"--columns", "found '-1'"}},
        {{"--repeat", "0"}, {"--repeat", "found '0'"}},
        {{"--threads", "0"}, {"--threads", "found '0'"}},
        {{"--device", "-1"}, {"--device", "found '-1'"}},
        {{"--backend", "gpu"}, {"unknown backend 'gpu'", "cpu, cuda or all"}},
        {{"--product", "mkl"}, {"mkl", "openblas"}},
        {{"--output", "xml"}, {"unknown output format 'xml'"}},
        {{"world-2011"}, {"world-2011"}}};
    for (const Refusal& refusal : refusals) {
        std::vector<std::string> command{"bench"};
        command.insert(command.end(), refusal.options.begin(), refusal.options.end());
        SCOPED_TRACE(testing::PrintToString(command));

        expect_refused(run_narrows(command), 2, refusal.parts);
    }
}

TEST(Bench, RefusesCudaWhereItDoesNotRun) {
    const ScratchFolder empty;
    const ProgramResult result =
        run_narrows({"bench", "--backend", "cuda", "--sizes", "50", "--repeat", "1"},
                    {"NARROWS_BACKEND_DIR=" + empty.path().string()});

    if (result.exit_code == 0) GTEST_SKIP() << "a CUDA module runs here";
    expect_refused(result, 5, {"cuda"});
}

}  // namespace
}  // namespace narrows::test
