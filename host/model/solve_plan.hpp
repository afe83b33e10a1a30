#pragma once

#include <cstdint>
#include <string>

#include "host/table/classification.hpp"

namespace narrows {

/// How a system (I - A) X = F is solved.
enum class SolveMethod {
    automatic,
    inverse,  // L once (2 n^3 operations), then products with it
    lu,       // pivoted LU (2/3 n^3), two triangular solves and a refinement for every column
    iterate   // X = F + A F + A A F + ... with a proven stop: no factorisation
};
/// "auto", "inverse", "lu" or "iterate". Throws ArgumentError.
SolveMethod parse_solve_method(const std::string& text);
const char* to_string(SolveMethod method);

/// What the choice of a method hangs on; bytes are those of the backend's memory.
struct SolveQuestion {
    Index n = 0;
    Index num_columns = 0;       // that are to be solved for now
    double contraction = 0.0;    // proved: see Structure
    double expected_rate = 0.0;  // at which A shrinks a typical vector
    std::int64_t inverse_bytes = 0;
    std::int64_t free_bytes = 0;
    SolveMethod wanted = SolveMethod::automatic;
};

/// How a system is solved, and why.
struct SolvePlan {
    SolveMethod method;
    std::string reason;  // for people and for the run record
    int most_steps = 0;  // of an iteration, before the inverse is taken instead
};

/// By counting: a step of the iteration reads A once for every column, 8 n^2 bytes; L takes 2 n^3
/// operations at full speed. On CPUs and GPUs alike the former takes as long as some 45 n^2
/// operations, so iterating pays while 45 x columns x steps < n (NUMERICS 1.3).
SolvePlan plan_solve(const SolveQuestion& question);

}  // namespace narrows
