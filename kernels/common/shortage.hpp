#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>

#include "kernels/backend_api.h"

// What every backend's solve_shortage has in common; the equations are at narrows_shortage in
// backend_api.h.
namespace narrows::kernels {

/// Nodes of the product that has most.
inline std::int64_t longest_product(const narrows_shortage& shortage) {
    std::int64_t longest = 0;
    for (std::int64_t g = 0; g < shortage.num_products; ++g) {
        longest = std::max(longest, shortage.starts[g + 1] - shortage.starts[g]);
    }
    return longest;
}

/// Does any of the users [first, end) need product g?
inline bool is_needed(const narrows_shortage& shortage, std::int64_t g, std::int64_t first,
                      std::int64_t end) {
    for (std::int64_t j = first; j < end; ++j) {
        const double* const w = shortage.weights + j * shortage.n;
        if (std::any_of(w + shortage.starts[g], w + shortage.starts[g + 1],
                        [](double value) { return value != 0.0; })) {
            return true;
        }
    }
    return false;
}

inline bool bad_shortage(const narrows_shortage* shortage) {
    if (shortage == nullptr || shortage->n < 0 || shortage->num_products < 0 ||
        shortage->num_home < 0 || shortage->num_scenarios < 0 || shortage->num_lambdas < 0 ||
        shortage->done == nullptr || shortage->starts == nullptr) {
        return true;
    }
    const auto lacks = [](std::int64_t count, const void* data) {
        return count > 0 && data == nullptr;
    };
    if (lacks(shortage->n, shortage->weights) || lacks(shortage->num_home, shortage->home) ||
        lacks(shortage->num_scenarios, shortage->products) ||
        lacks(shortage->num_scenarios, shortage->delivered) ||
        lacks(shortage->num_scenarios * shortage->num_home, shortage->direct) ||
        lacks(shortage->num_lambdas, shortage->lambdas)) {
        return true;
    }
    const std::int64_t* const starts = shortage->starts;
    if (starts[0] != 0 || starts[shortage->num_products] != shortage->n ||
        !std::is_sorted(starts, starts + shortage->num_products + 1)) {
        return true;
    }
    const auto in = [](std::int64_t size) {
        return [size](std::int64_t value) { return value >= 0 && value < size; };
    };
    const std::int64_t* const home = shortage->home;
    const std::int64_t* const products = shortage->products;
    const double* const lambdas = shortage->lambdas;
    return std::adjacent_find(home, home + shortage->num_home, std::greater_equal<>()) !=
               home + shortage->num_home ||
           !std::all_of(home, home + shortage->num_home, in(shortage->n)) ||
           !std::all_of(products, products + shortage->num_scenarios, in(shortage->num_products)) ||
           !std::is_sorted(lambdas, lambdas + shortage->num_lambdas) ||
           !std::all_of(lambdas, lambdas + shortage->num_lambdas,
                        [](double lambda) { return lambda >= 0.0 && lambda < 1.0; });
}

/// Where a scenario stands after a sweep.
struct ShortageProgress {
    bool settled;
    double error;  // bound on max |delta - exact delta|
};

/// From the largest change of a loss in the sweep and the largest loss.
///
/// A value of T, the right-hand side, is a sum of at most `longest` products w delta, each rounded,
/// with lambda and the direct loss: its rounding is within (longest + 4) u max delta. Every new
/// value is T of losses that are new, at most `error` from exact, or at most `change` from new
/// ones: error <= lambda (error + change) + rounding, so error <= (lambda change + rounding) / (1 -
/// lambda). Rounding is monotone and so is T: from 0 the losses never fall, and all come to rest.
inline ShortageProgress shortage_progress(double lambda, double change, double largest,
                                          std::int64_t longest) {
    constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;
    const double rounding = static_cast<double>(longest + 4) * unit_roundoff * largest;
    const double left = lambda * change;
    return {left <= rounding, (left + rounding) / (1.0 - lambda)};
}

}  // namespace narrows::kernels
