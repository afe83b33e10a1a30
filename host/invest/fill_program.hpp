#pragma once

#include <optional>
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

/// Choices of whole sectors: capacity of an investment is 0 or at least its scale, and at most so
/// many have any. Imports that move are free of both.
struct SectorChoice {
    std::vector<double> scales;         // by investment; none: all 0
    std::optional<Index> most_sectors;  // none: all

    bool is_free() const { return scales.empty() && !most_sectors; }
};

/// The lowest risk that a budget can buy, whatever is withheld together (MODEL F.2), as a linear
/// programme in the amounts z, theta_w >= gar_w and what the goal needs:
///
///   min risk(theta)   subject to   theta_w >= tangents of gar_w,   sum of unit_cost z <= budget,
///                                  limits,   0 <= z <= limit of each investment.
///
/// Tangents are added where they bind, at the best z so far, until gar there is what theta says
/// (Kelley 1960): since gar_w is piecewise linear, that ends at its optimum, and theta is a proven
/// lower bound. Tangents of one budget hold for all others. With a choice of sectors, whole numbers
/// say which have capacity; there is no dual then. Refers to `losses`.
class FillProgram {
  public:
    FillProgram(const BlockadeLosses& losses, FillGoal goal, std::vector<FillLimit> limits,
                SectorChoice choice = {}, int num_threads = 1);

    /// Throws BackendUnavailable where Clp, or Cbc for a choice of sectors, is not installed;
    /// ArgumentError that names constraints which contradict each other, none of them to spare.
    Fill solve(double budget);

  private:
    /// Where variables of a kind begin.
    struct Layout {
        Index theta, eta, above, chosen, count;
    };
    struct Rows;

    Layout layout() const;
    LinearProgram program(double budget) const;
    void append_tail(const Layout& at, Rows& rows) const;
    void append_choice(const Layout& at, LinearProgram& program, Rows& rows) const;
    void append_cuts(const Layout& at, Rows& rows) const;
    void append_limit(const std::vector<std::pair<Index, double>>& terms, double limit,
                      Rows& rows) const;
    void add_cut(Index blockade, const Tangent& tangent);
    LinearSolution best_of(LinearProgram program) const;
    Fill refine(double budget);
    bool is_feasible(double budget) const;
    [[noreturn]] void throw_infeasible(double budget) const;

    const BlockadeLosses& losses_;
    FillGoal goal_;
    std::vector<FillLimit> limits_;
    SectorChoice choice_;
    int num_threads_;
    double total_cost_ = 0.0;
    double scale_ = 1.0;    // of GDP at risk
    double highest_ = 1.0;  // bound of theta, in units of scale
    std::vector<std::pair<Index, Tangent>> cuts_;
};

}  // namespace narrows
