#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>
#include <Eigen/SparseCore>

namespace narrows {

/// max c'z subject to R z <= b, lower <= z <= upper, all bounds of z finite. To be scaled so that
/// entries are near 1: constraints are kept to within 1e-9.
struct LinearProgram {
    Eigen::VectorXd objective;      // c
    Eigen::SparseMatrix<double> R;  // rows x variables
    Eigen::VectorXd limits;         // b
    Eigen::VectorXd lower, upper;
    std::vector<Eigen::Index> whole = {};  // variables that are whole numbers
};

/// The optimal z of a LinearProgram, or the proof that there is none.
struct LinearSolution {
    bool feasible = false;
    Eigen::VectorXd z;
    /// By row, >= 0: by how much the maximum rises per unit of its limit b.
    Eigen::VectorXd prices;
    /// Where nothing is feasible: weights y >= 0 of rows that prove it, the least y'R z within the
    /// bounds is more than y'b. Empty where the solver found no such proof.
    Eigen::VectorXd proof;
    std::int64_t iterations = 0;
};

/// Solves by the dual simplex method of Clp, from z at its better bounds: where those satisfy the
/// constraints they are what comes back, to the last bit. The same programme gives the same bits.
/// Throws BackendUnavailable where libClp is not installed, NumericalError where Clp gives up.
/// Whole numbers take Cbc (maximise_whole).
LinearSolution maximise(const LinearProgram& program);

}  // namespace narrows
