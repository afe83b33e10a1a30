// Every way of solving gives the same answer, and the model says which one it took.
#include <string>

#include <gtest/gtest.h>

#include "host/model/leontief_model.hpp"

#include "tests/support/matrices.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::difference;
using test::productive;
using test::random_matrix;
using test::worst_relative_error;
using Methods = std::vector<std::string>;

constexpr Index large = 600;

/// 600 sectors; built once, for it is read only.
const MatrixXd& large_table() {
    static const MatrixXd a = productive(large, 0.3, 1).first;
    return a;
}

LeontiefModel model(const MatrixXd& a, SolveMethod method = SolveMethod::automatic) {
    return LeontiefModel(Backend::cpu(), a, {}, method);
}

TEST(Solve, GivesTheSameByIterationByInverseAndByFactor) {
    const MatrixXd f = random_matrix(large, 3, 2).cwiseAbs();
    const LeontiefModel inverse = model(large_table(), SolveMethod::inverse);
    const MatrixXd x = inverse.solve_output(f);
    const MatrixXd p = inverse.solve_prices(f);

    for (const SolveMethod method : {SolveMethod::iterate, SolveMethod::lu}) {
        const LeontiefModel other = model(large_table(), method);
        EXPECT_LE(worst_relative_error(other.solve_output(f), x), 1e-12);
        EXPECT_LE(worst_relative_error(other.solve_prices(f), p), 1e-12);
        EXPECT_EQ(other.methods_used(), Methods{std::string(to_string(method)) + ": asked for"});
    }
    EXPECT_EQ(inverse.methods_used(), Methods{"inverse: asked for"});
    EXPECT_LE(difference(x - large_table() * x, f), 1e-13);
}

TEST(Solve, GivesTheSameBitsForAColumnInAnyBatch) {
    MatrixXd f = random_matrix(large, 5, 3);
    f.col(1).tail(large - 8).setZero();  // gathered, not multiplied

    for (const SolveMethod method : {SolveMethod::inverse, SolveMethod::lu, SolveMethod::iterate}) {
        const LeontiefModel solver = model(large_table(), method);
        const MatrixXd x = solver.solve_output(f);
        const MatrixXd p = solver.solve_prices(f);
        EXPECT_EQ(solver.solve_output(f.rightCols(2)), x.rightCols(2)) << to_string(method);
        for (Index column = 0; column < 5; ++column) {
            EXPECT_EQ(solver.solve_output(f.col(column)), x.col(column)) << to_string(method);
            EXPECT_EQ(solver.solve_prices(f.col(column)), p.col(column)) << to_string(method);
        }
    }
}

TEST(Solve, TakesTheInverseOfALargeTableUnlessFewStepsDo) {
    const MatrixXd light = 0.04 / 0.7 * large_table();
    const VectorXd f = random_matrix(large, 1, 4).cwiseAbs();
    const LeontiefModel fast = model(light);
    const LeontiefModel slow = model(large_table());

    const VectorXd x = fast.solve_output(f);
    slow.solve_output(f);

    ASSERT_EQ(fast.methods_used().size(), 1U);
    EXPECT_EQ(fast.methods_used()[0].rfind("iterate: 1 right-hand sides, about ", 0), 0U);
    EXPECT_EQ(slow.methods_used(), Methods{"inverse: 1 right-hand sides at n = 600: L pays"});
    EXPECT_LE(worst_relative_error(model(light, SolveMethod::inverse).solve_output(f), x), 1e-13);
}

TEST(Solve, TakesTheInverseWhereIteratingDoesNotComeToAnEnd) {
    // All sectors but one pass on little, and that one sells to itself only.
    constexpr Index n = 900;
    MatrixXd a = MatrixXd::Constant(n, n, 0.005 / n);
    a(0, 0) = 0.999999;
    a.col(0).tail(n - 1).setZero();
    const LeontiefModel slow = model(a);

    const VectorXd x = slow.solve_output(VectorXd::Ones(n));

    ASSERT_EQ(slow.methods_used().size(), 1U);
    EXPECT_EQ(slow.methods_used()[0].rfind("inverse: iterating did not come to an end in ", 0), 0U)
        << slow.methods_used()[0];
    EXPECT_LE(difference(x - a * x, VectorXd::Ones(n)), 1e-9);
    EXPECT_GT(x[0], 9e5);
}

TEST(Solve, SaysSoWhereIteratingWasAskedForButIsNotProved) {
    MatrixXd a = MatrixXd::Zero(3, 3);
    a(0, 1) = a(1, 2) = 1.0;
    const LeontiefModel chain = model(a, SolveMethod::iterate);

    EXPECT_EQ(chain.solve_output(VectorXd::Ones(3)), Eigen::Vector3d(3, 2, 1));
    EXPECT_EQ(chain.methods_used(),
              Methods{"inverse: iterating was asked for, but no column norm of A is proved below "
                      "1"});
}

TEST(Solve, GivesTheSameForSparseDemandAsForDense) {
    MatrixXd f = MatrixXd::Zero(large, 4);
    f(5, 0) = 1.0;
    f(17, 1) = -2.0;
    f(599, 1) = 3.0;
    f.col(3).setConstant(0.5);

    for (const SolveMethod method : {SolveMethod::inverse, SolveMethod::lu, SolveMethod::iterate}) {
        const LeontiefModel solver = model(large_table(), method);
        const MatrixXd dense = solver.solve_output(f);
        const MatrixXd sparse = solver.solve_output(Eigen::SparseMatrix<double>(f.sparseView()));
        EXPECT_LE(difference(sparse, dense), 1e-14) << to_string(method);
        EXPECT_EQ(sparse.leftCols(3), dense.leftCols(3)) << to_string(method);
    }
}

TEST(Solve, GivesIndicatorsWithoutOutputs) {
    const MatrixXd f = random_matrix(large, 7, 5).cwiseAbs();
    const MatrixXd q = random_matrix(large, 2, 6).cwiseAbs();
    const LeontiefModel solver = model(large_table());

    const MatrixXd indicators = solver.indicators(q, f);

    EXPECT_LE(worst_relative_error(indicators, q.transpose() * solver.solve_output(f)), 1e-12);
    for (Index column = 0; column < 7; ++column) {
        EXPECT_EQ(solver.indicators(q, f.col(column)), indicators.col(column));
    }
}

TEST(Solve, NotesAMethodOnceHoweverOftenItIsUsed) {
    const LeontiefModel solver = model(productive(20, 0.3, 7).first);

    solver.solve_output(VectorXd::Ones(20));
    solver.solve_prices(VectorXd::Ones(20));
    solver.leontief_inverse();

    EXPECT_EQ(solver.methods_used(), Methods{"inverse: n = 20 is small"});
}

TEST(Solve, RefinesWhatIsFactorisedToTheAccuracyOfTheTable) {
    MatrixXd a = productive(large, 0.3, 8).first;
    a(0, 1) = -0.01;
    const MatrixXd f = random_matrix(large, 2, 9);
    const LeontiefModel by_inverse = model(a);
    const LeontiefModel by_factor = model(a, SolveMethod::lu);
    const LeontiefModel by_iteration = model(a, SolveMethod::iterate);

    const MatrixXd x = by_inverse.solve_output(f);

    EXPECT_LE(difference(by_factor.solve_output(f), x), 1e-13);
    EXPECT_LE(difference(by_iteration.solve_output(f), x), 1e-13);
    EXPECT_LE(by_factor.relative_residual(by_factor.solve_output(f), f), 1e-14);
}

}  // namespace
}  // namespace narrows
