#include "host/shock/scenario_cases.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/scenarios.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;
using test::scenario_with;

const std::string shock =
    R"({"kind": "capacity_loss", "sector": "S0", "share": "$share", "start": "$start"})";

ScenarioCases cases_with(const std::string& more) {
    return scenario_cases(scenario_with(shock, more));
}

/// Draws of the share from a distribution, `count` of them.
VectorXd drawn(const std::string& distribution, int count, int seed = 1) {
    const std::string draws = R"("draws": {"count": )" + std::to_string(count) + R"(, "seed": )" +
                              std::to_string(seed) + R"(, "start": {)" + distribution + "}}";
    return scenario_cases(scenario_with(R"({"kind": "capacity_loss", "sector": "S0", "share": 1,)"
                                        R"( "start": "$start"})",
                                        draws))
        .values.row(0);
}

/// The share of draws at most `bound`.
double share_below(const VectorXd& draws, double bound) {
    return static_cast<double>((draws.array() <= bound).count()) /
           static_cast<double>(draws.size());
}

constexpr int many = 20000;
constexpr double error = 4.5 * 0.5 / 141.4;  // of a share: 4.5 standard deviations at most

TEST(ScenarioCases, AreAllCombinationsOfTheGridTheLastFirst) {
    const std::string more = R"("grid": {"share": [0.2, 0.5], "start": [1, 2, 3]})";
    const ScenarioCases cases = cases_with(more);
    EXPECT_EQ(cases.variables, (std::vector<std::string>{"share", "start"}));
    Eigen::MatrixXd expected(2, 6);
    expected << 0.2, 0.2, 0.2, 0.5, 0.5, 0.5, 1, 2, 3, 1, 2, 3;
    EXPECT_EQ(cases.values, expected);
    const std::vector<std::string> names = case_names(scenario_with(shock, more), cases);
    EXPECT_EQ(names[1], "share=0.2 start=2");
    EXPECT_EQ(names[5], "share=0.5 start=3");
}

TEST(ScenarioCases, AreOneWithoutVariables) {
    const Scenario scenario =
        scenario_with(R"({"kind": "capacity_loss", "sector": "S0", "share": 0.3})");
    const ScenarioCases cases = scenario_cases(scenario);
    EXPECT_EQ(cases.num_cases(), 1);
    EXPECT_EQ(cases.numbers({0.3, ""}), VectorXd::Constant(1, 0.3));
    EXPECT_EQ(case_names(scenario, cases), std::vector<std::string>{"scenario"});
}

TEST(ScenarioCases, RepeatTheDrawsInEveryCombination) {
    const std::string more = R"("grid": {"share": [0.2, 0.5]},)"
                             R"( "draws": {"count": 3, "start": {"uniform": [0, 9]}})";
    const ScenarioCases cases = cases_with(more);
    ASSERT_EQ(cases.num_cases(), 6);
    EXPECT_EQ(cases.values.leftCols(3).row(1), cases.values.rightCols(3).row(1));
    EXPECT_NE(cases.values(1, 0), cases.values(1, 1));
    EXPECT_EQ(case_names(scenario_with(shock, more), cases)[4], "share=0.5 draw=1");
}

TEST(ScenarioCases, DependOnSeedAndNumberOnly) {
    const VectorXd few = drawn(R"("uniform": [0, 9])", 5);
    const VectorXd more = drawn(R"("uniform": [0, 9])", 50);
    EXPECT_EQ(few, more.head(5));
    const VectorXd other = drawn(R"("uniform": [0, 9])", 5, 2);
    EXPECT_TRUE((few.array() != other.array()).all());
}

TEST(ScenarioCases, DrawFromTheirDistribution) {
    const VectorXd uniform = drawn(R"("uniform": [10, 30])", many);
    EXPECT_NEAR(share_below(uniform, 15.0), 0.25, error);
    EXPECT_GE(uniform.minCoeff(), 10.0);
    EXPECT_LE(uniform.maxCoeff(), 30.0);
    const VectorXd logs = drawn(R"("log_uniform": [1, 100])", many);
    EXPECT_NEAR(share_below(logs, 10.0), 0.5, error);
    EXPECT_NEAR(share_below(logs, std::pow(100.0, 0.1)), 0.1, error);
    const VectorXd beta = drawn(R"("beta": [2, 1])", many);  // P(x <= u) = u^2
    EXPECT_NEAR(share_below(beta, 0.5), 0.25, error);
    EXPECT_NEAR(share_below(beta, 0.9), 0.81, error);
    const VectorXd normal = drawn(R"("normal": [100, 10])", many);
    EXPECT_NEAR(share_below(normal, 110.0), 0.8413447460685429, error);
    EXPECT_NEAR(share_below(normal, 100.0), 0.5, error);
}

TEST(ScenarioCases, DrawVariablesIndependently) {
    const ScenarioCases cases =
        cases_with(R"("draws": {"count": 20000, "share": {"uniform": [0, 1]},)"
                   R"( "start": {"uniform": [0, 1]}})");
    const VectorXd product =
        (cases.values.row(0).array() - 0.5) * (cases.values.row(1).array() - 0.5);
    EXPECT_NEAR(product.mean() * 12.0, 0.0, 4.5 / 141.4);  // correlation
}

TEST(ScenarioCases, RefuseMoreValuesThanMemoryHolds) {
    Scenario scenario = scenario_with(R"({"kind": "capacity_loss", "sector": "S0", "share": 1})");
    scenario.num_draws = 10000000;
    scenario.drawn.resize(11, {"x", DrawnVariable::Distribution::uniform, 0.0, 1.0});
    EXPECT_EQ(test::message_of<ParseError>([&] { scenario_cases(scenario); }),
              "test.json: found 10000000 cases of 11 variables, expected at most 100000000 of both "
              "multiplied");
}

TEST(ScenarioCases, RefuseADrawOutOfRange) {
    test::expect_parts(
        test::message_of<ParseError>([] { drawn(R"("normal": [1, 1])", 100); }),
        {"test.json: shocks[0].start: found -", " in case ", ", expected a number in [0, 36500]"});
}

}  // namespace
}  // namespace narrows
