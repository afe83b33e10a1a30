#include "host/model/linear_program.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

LinearProgram random_program(Index rows, Index variables, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(-1.0, 1.0);
    const auto any = [&] { return uniform(random); };
    LinearProgram program;
    program.objective = VectorXd::NullaryExpr(variables, any);
    program.R = MatrixXd::NullaryExpr(rows, variables, any).sparseView();
    program.limits = VectorXd::NullaryExpr(rows, any);
    program.lower = VectorXd::NullaryExpr(variables, [&] { return 0.5 * uniform(random) - 0.5; });
    program.upper = program.lower.array() + 1.0;
    return program;
}

/// The best of all points where as many constraints as there are variables are tight, -inf where
/// none is feasible.
double best_vertex(const LinearProgram& program) {
    const Index n = program.R.cols();
    const Index m = program.R.rows();
    MatrixXd all(m + 2 * n, n);
    all << MatrixXd(program.R), MatrixXd::Identity(n, n), -MatrixXd::Identity(n, n);
    VectorXd limits(m + 2 * n);
    limits << program.limits, program.upper, -program.lower;
    double best = -std::numeric_limits<double>::infinity();
    std::vector<Index> tight;
    const auto visit = [&](auto& self, Index from) -> void {
        if (static_cast<Index>(tight.size()) < n) {
            for (Index row = from; row < all.rows(); ++row) {
                tight.push_back(row);
                self(self, row + 1);
                tight.pop_back();
            }
            return;
        }
        const Eigen::FullPivLU<MatrixXd> lu(all(tight, Eigen::all));
        if (!lu.isInvertible()) return;
        const VectorXd z = lu.solve(VectorXd(limits(tight)));
        if ((all * z - limits).maxCoeff() < 1e-9) best = std::max(best, program.objective.dot(z));
    };
    visit(visit, 0);
    return best;
}

TEST(LinearProgram, IsSolvedByItsBestVertexOrProvedToHaveNone) {
    std::mt19937 random(1);
    int feasible = 0;
    for (int trial = 0; trial < 60; ++trial) {
        const LinearProgram program = random_program(3, 4, random);
        const double best = best_vertex(program);
        const LinearSolution solution = maximise(program);
        ASSERT_EQ(solution.feasible, std::isfinite(best)) << trial;
        if (solution.feasible) {
            ++feasible;
            EXPECT_NEAR(program.objective.dot(solution.z), best, 1e-12) << trial;
            EXPECT_LT((program.R * solution.z - program.limits).maxCoeff(), 1e-9) << trial;
            EXPECT_EQ(solution.z, maximise(program).z);
            continue;
        }
        ASSERT_EQ(solution.proof.size(), 3);
        EXPECT_GE(solution.proof.minCoeff(), 0.0);
        const VectorXd weights = program.R.transpose() * solution.proof;
        const double least =
            weights.cwiseMax(0.0).dot(program.lower) + weights.cwiseMin(0.0).dot(program.upper);
        EXPECT_GT(least, solution.proof.dot(program.limits)) << trial;
    }
    EXPECT_GT(feasible, 20);
    EXPECT_LT(feasible, 55);
}

TEST(LinearProgram, GivesTheBetterBoundsToTheLastBitWhereTheyAreFeasible) {
    std::mt19937 random(2);
    LinearProgram program = random_program(20, 50, random);
    program.objective[7] = 0.0;
    const VectorXd better = (program.objective.array() >= 0.0).select(program.upper, program.lower);
    program.limits = program.R * better;
    const LinearSolution solution = maximise(program);
    EXPECT_TRUE(solution.feasible);
    EXPECT_EQ(solution.z, better);
    EXPECT_EQ(solution.iterations, 0);
}

// MODEL D.5: half of the imports of one product gone, at least 0.9 of final use kept. That
// MODEL's 43 products come out takes imports for final use in m and y, and final use below 0 as
// supply; model `optimal`, which knows no imports for final use, has 33.
TEST(LinearProgram, CannotKeepFinalUseFor43ProductsOfUk2010) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const IoTable table = test::uk_2010();
    const TableData& data = table.data();
    const Index n = data.x.size();
    const VectorXd imports = data.M.rowwise().sum() + data.MF.rowwise().sum();
    const VectorXd final_use = data.F.rowwise().sum() + data.MF.rowwise().sum();
    const VectorXd outside = imports + (-final_use).cwiseMax(0.0);
    const VectorXd unit = (data.x + outside).cwiseInverse();
    MatrixXd rows(n, 2 * n);
    rows << data.Z + data.M - MatrixXd(data.x.asDiagonal()),
        MatrixXd(final_use.cwiseMax(0.0).asDiagonal());
    LinearProgram program;
    program.R = (unit.asDiagonal() * rows).sparseView();
    program.objective = VectorXd::Zero(2 * n);
    program.objective.head(n) = table.value_added() / table.value_added().sum();
    program.upper = VectorXd::Ones(2 * n);
    int infeasible = 0;
    double largest_loss = 0.0;
    for (Index k = 0; k < n; ++k) {
        program.limits = outside.cwiseProduct(unit);
        program.limits[k] -= 0.5 * imports[k] * unit[k];
        program.lower = VectorXd::Zero(2 * n);
        const LinearSolution free = maximise(program);
        ASSERT_TRUE(free.feasible);
        largest_loss = std::max(largest_loss, 1.0 - program.objective.dot(free.z));
        program.lower.tail(n).setConstant(0.9);
        if (!maximise(program).feasible) ++infeasible;
    }
    EXPECT_EQ(infeasible, 43);
    EXPECT_LT(largest_loss, 0.003);
}

}  // namespace
}  // namespace narrows
