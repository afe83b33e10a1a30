#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/invest/fill.hpp"
#include "host/model/linear_program.hpp"

namespace narrows {

/// sum of weight z <= limit over some investments.
struct FillLimit {
    std::string name;  // for messages, where nothing satisfies it
    std::vector<std::pair<Index, double>> terms;
    double limit = 0.0;
};

/// The lowest risk that a budget can buy, whatever is withheld together (MODEL F.2), as a linear
/// programme in the amounts z, theta_w >= gar_w and what the goal needs:
///
///   min risk(theta)   subject to   theta_w >= tangents of gar_w,   sum of unit_cost z <= budget,
///                                  limits,   0 <= z <= limit of each investment.
///
/// Tangents are added where they bind, at the best z so far, until gar there is what theta says
/// (Kelley 1960): since gar_w is piecewise linear, that ends at its optimum, and theta is a proven
/// lower bound. Tangents of one budget hold for all others. Refers to `losses`.
class FillProgram {
  public:
    FillProgram(const BlockadeLosses& losses, FillGoal goal, std::vector<FillLimit> limits,
                int num_threads = 1);

    /// Throws BackendUnavailable where Clp is not installed, ArgumentError that names the limits
    /// which contradict each other.
    Fill solve(double budget);

  private:
    LinearProgram program(double budget) const;
    void add_cut(Index blockade, const Tangent& tangent);
    void append_row(std::vector<Eigen::Triplet<double>>& entries, std::vector<double>& bounds,
                    const std::vector<std::pair<Index, double>>& terms, double limit) const;
    [[noreturn]] void throw_infeasible(double budget, const Eigen::VectorXd& proof) const;

    const BlockadeLosses& losses_;
    FillGoal goal_;
    std::vector<FillLimit> limits_;
    int num_threads_;
    double total_cost_ = 0.0;
    double scale_ = 1.0;    // of GDP at risk
    double highest_ = 1.0;  // bound of theta, in units of scale
    std::vector<std::pair<Index, Tangent>> cuts_;
};

}  // namespace narrows
