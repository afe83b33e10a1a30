#pragma once

#include "host/model/linear_program.hpp"

namespace narrows {

/// Solves a programme some of whose variables (program.whole) are whole numbers, by the branch and
/// cut of Cbc; no prices, no proof. Throws BackendUnavailable where libCbcSolver is not installed,
/// NumericalError where Cbc gives up. What maximise calls.
LinearSolution maximise_whole(const LinearProgram& program);

}  // namespace narrows
