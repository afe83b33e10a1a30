#include "host/model/solve_plan.hpp"

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;

constexpr std::int64_t gib = std::int64_t{1} << 30;

/// 55 steps of 45 n^2 for every column: an iteration pays for one column from n = 2476 on.
SolveQuestion question(Index n, Index num_columns) {
    SolveQuestion q;
    q.n = n;
    q.num_columns = num_columns;
    q.contraction = 0.5;
    q.expected_rate = 0.5;
    q.inverse_bytes = 2 * gib;
    q.free_bytes = 8 * gib;
    return q;
}

TEST(SolvePlan, InvertsWhatIsSmall) {
    for (const Index n : {0, 1, 512}) {
        const SolvePlan plan = plan_solve(question(n, 1));
        EXPECT_EQ(plan.method, SolveMethod::inverse);
        EXPECT_EQ(plan.reason, "n = " + std::to_string(n) + " is small");
    }
}

TEST(SolvePlan, IteratesForFewColumnsOfALargeTable) {
    const SolvePlan plan = plan_solve(question(3000, 1));

    EXPECT_EQ(plan.method, SolveMethod::iterate);
    EXPECT_EQ(plan.reason, "1 right-hand sides, about 55 steps each: cheaper than L at n = 3000");
    EXPECT_GT(plan.most_steps, 55);
}

TEST(SolvePlan, InvertsForManyColumns) {
    const SolvePlan plan = plan_solve(question(3000, 2));

    EXPECT_EQ(plan.method, SolveMethod::inverse);
    EXPECT_EQ(plan.reason, "2 right-hand sides at n = 3000: L pays");
}

TEST(SolvePlan, ChangesItsMindOnceAsColumnsGrowAndOnceAsTheTableGrows) {
    for (const Index n : {1000, 3000, 10000, 30000}) {
        bool inverted = false;
        for (Index columns = 1; columns < 100; ++columns) {
            const bool inverts = plan_solve(question(n, columns)).method == SolveMethod::inverse;
            EXPECT_TRUE(inverts || !inverted) << columns;
            inverted = inverts;
        }
        EXPECT_TRUE(inverted);
    }
    EXPECT_EQ(plan_solve(question(2475, 1)).method, SolveMethod::inverse);
    EXPECT_EQ(plan_solve(question(2476, 1)).method, SolveMethod::iterate);
}

TEST(SolvePlan, InvertsWhereAnIterationIsSlow) {
    SolveQuestion slow = question(10000, 1);
    slow.contraction = slow.expected_rate = 0.99;

    EXPECT_EQ(plan_solve(slow).method, SolveMethod::inverse);
}

TEST(SolvePlan, InvertsWhereNothingProvesThatAnIterationEnds) {
    for (const bool proved : {false, true}) {
        SolveQuestion q = question(100000, 1);
        (proved ? q.expected_rate : q.contraction) = 1.0;
        EXPECT_EQ(plan_solve(q).method, SolveMethod::inverse);
        q.free_bytes = gib;
        EXPECT_EQ(plan_solve(q).method, SolveMethod::inverse) << "however little memory there is";
    }
}

TEST(SolvePlan, IteratesWhereTheInverseDoesNotFit) {
    SolveQuestion q = question(3000, 1000);
    q.free_bytes = gib;

    const SolvePlan plan = plan_solve(q);

    EXPECT_EQ(plan.method, SolveMethod::iterate);
    EXPECT_EQ(plan.reason, "L needs 2.00 GiB, 1.00 GiB are free");
    EXPECT_GE(plan.most_steps, 1000000);
}

TEST(SolvePlan, TakesWhatIsAskedFor) {
    for (const SolveMethod method : {SolveMethod::inverse, SolveMethod::lu, SolveMethod::iterate}) {
        for (const Index n : {10, 3000}) {
            SolveQuestion q = question(n, 50);
            q.wanted = method;
            q.free_bytes = gib;
            const SolvePlan plan = plan_solve(q);
            EXPECT_EQ(plan.method, method);
            EXPECT_EQ(plan.reason, "asked for");
        }
    }
}

TEST(SolvePlan, DoesNotIterateWithoutAProofEvenWhereAskedTo) {
    SolveQuestion q = question(10, 1);
    q.wanted = SolveMethod::iterate;
    q.contraction = 1.0;

    const SolvePlan plan = plan_solve(q);

    EXPECT_EQ(plan.method, SolveMethod::inverse);
    EXPECT_EQ(plan.reason, "iterating was asked for, but no column norm of A is proved below 1");
}

TEST(SolvePlan, HasAtLeastOneStepToTakeHoweverFastTheTableContracts) {
    for (const double contraction : {0.0, 1e-300, 0.01}) {
        SolveQuestion q = question(100000, 1);
        q.contraction = contraction;
        q.expected_rate = 0.05;
        const SolvePlan plan = plan_solve(q);
        EXPECT_EQ(plan.method, SolveMethod::iterate) << plan.reason;
        EXPECT_GE(plan.most_steps, 1);
    }
}

TEST(SolveMethodNames, AreReadAsTheyAreWritten) {
    for (const SolveMethod method :
         {SolveMethod::automatic, SolveMethod::inverse, SolveMethod::lu, SolveMethod::iterate}) {
        EXPECT_EQ(parse_solve_method(to_string(method)), method);
    }
    const std::string message = message_of<ArgumentError>([] { parse_solve_method("inverze"); });
    expect_parts(message, {"inverze", "auto, inverse, lu or iterate"});
}

}  // namespace
}  // namespace narrows
