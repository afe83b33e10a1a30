#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include "host/backend/backend.hpp"
#include "host/model/coefficients.hpp"
#include "host/model/solve_plan.hpp"
#include "host/model/structure.hpp"

namespace narrows {

/// How far results of a model can be trusted (MODEL H.6). Bounds hold for the numbers as computed,
/// the rounding of the check itself included.
struct Certificate {
    /// max_j |((v + m + tau) L)_j - 1|: the economic identity, zero for exact accounts and exact
    /// arithmetic (Miller & Blair 2009, ch. 2). A sector without output has no cost; what it sells,
    /// from stock, counts at price 1. Absent for a model that was built from A alone.
    std::optional<double> identity_deviation;
    /// An upper bound on the spectral radius of |A|, proved by Collatz and Wielandt's quotient.
    std::optional<double> spectral_radius_bound;
    /// Bound on the relative error of the output multipliers 1'L, the worst of them.
    std::optional<double> multipliers_error_bound;
    /// A bound on ||I - (I - A) L||_1, and ||L - exact||_1 <= ||L||_1 r / (1 - r) that follows
    /// where r < 1. Present once L has been formed.
    std::optional<double> inverse_residual;
    std::optional<double> inverse_error_bound;
};

/// The static model on its backend. L = (I - A)^-1 is formed when it pays or when it is asked for,
/// and kept; before that, few right-hand sides are solved by iteration (solve_plan.hpp).
class LeontiefModel {
  public:
    /// From a table's coefficients. `labels` name the sectors in messages; may be empty. Throws
    /// NumericalError, naming the sectors that make it so, where A is not productive.
    LeontiefModel(Backend backend, Coefficients coefficients,
                  const std::vector<std::string>& labels = {},
                  SolveMethod method = SolveMethod::automatic);

    /// From A alone: no accounts, hence no economic identity in the certificate.
    LeontiefModel(Backend backend, Eigen::MatrixXd a, const std::vector<std::string>& labels = {},
                  SolveMethod method = SolveMethod::automatic);

    Index order() const { return coefficients_.A.rows(); }
    const Coefficients& coefficients() const { return coefficients_; }
    const Backend& backend() const { return backend_; }
    const Structure& structure() const { return structure_; }
    /// What was done so far and why, for the record: "inverse: n = 24 is small".
    const std::vector<std::string>& methods_used() const { return methods_used_; }
    /// Computed on the first call; the residual of L, once it is there, costs a product (2 n^3).
    const Certificate& certificate() const;

    /// X = L F: gross output that final demand F (n x k, in the unit of the table) calls for. A
    /// column gives the same bits in any batch that is solved by the same method.
    Eigen::MatrixXd solve_output(const Eigen::MatrixXd& final_demand) const;
    /// The same for sparse demand: columns of L gathered.
    Eigen::MatrixXd solve_output(const Eigen::SparseMatrix<double>& final_demand) const;

    /// p' = c' L: prices that cover primary costs c per unit of output (n, or n x k for k cases);
    /// base prices are 1 at c = v + m + tau (cost-push, Miller & Blair 2009, 2.6).
    Eigen::MatrixXd solve_prices(const Eigen::MatrixXd& primary_costs) const;

    /// Q'L F, q x k, for indicators with coefficients Q per unit of output (n x q) and final demand
    /// F (n x k): L'Q once, then one small product; outputs are never formed.
    Eigen::MatrixXd indicators(const Eigen::MatrixXd& per_output,
                               const Eigen::MatrixXd& final_demand) const;

    /// x' = w' G with G = (I - B)^-1: output that primary inputs w (n) call forth in the
    /// supply-driven model (Ghosh 1958), in the unit of the table. Sectors without output pass w_i
    /// through.
    Eigen::VectorXd solve_ghosh(const Eigen::VectorXd& primary_inputs) const;

    /// L = (I - A)^-1, n x n; valid as long as the model.
    Eigen::Map<const Eigen::MatrixXd> leontief_inverse() const;
    /// L and A in the backend's memory.
    const BackendMatrix& inverse_matrix() const;
    const BackendMatrix& coefficient_matrix() const { return a_; }
    /// G = (I - B)^-1 = x^-1 L x, n x n.
    Eigen::MatrixXd ghosh_inverse() const;
    /// o = 1'L, n: the output multipliers.
    const Eigen::VectorXd& output_multipliers() const;

    /// Largest |x - A x - f| over max |f|, columnwise worst: the relative residual of a solution.
    double relative_residual(const Eigen::MatrixXd& output,
                             const Eigen::MatrixXd& final_demand) const;
    /// Bounds sum of w_i |x_i - exact_i| / sum of w_i |x_i| with the structure's weights w (1 for
    /// most tables), columnwise worst, from the residual; infinite where nothing is proved.
    double relative_error_bound(const Eigen::MatrixXd& output,
                                const Eigen::MatrixXd& final_demand) const;
    /// |x - exact| <= bound in every component, n x k, for solutions of this model or of any other
    /// program: one more solve (MODEL H.6 iii). Throws ArgumentError where A has negative
    /// coefficients.
    Eigen::MatrixXd output_error_bounds(const Eigen::MatrixXd& output,
                                        const Eigen::MatrixXd& final_demand) const;

  private:
    Eigen::MatrixXd solve(const Eigen::MatrixXd& rhs, bool transposed) const;
    Eigen::MatrixXd multiply_by_inverse(const Eigen::MatrixXd& rhs) const;
    Eigen::MatrixXd solve_by_lu(const Eigen::MatrixXd& rhs, bool transposed) const;
    std::optional<Eigen::MatrixXd> iterate(const Eigen::MatrixXd& rhs, bool transposed,
                                           int most_steps) const;
    SolvePlan plan(Index num_columns) const;
    void form_inverse(const std::string& reason) const;
    void refine_inverse(const Factor& factor) const;
    Eigen::MatrixXd residual(const Eigen::MatrixXd& x, const Eigen::MatrixXd& rhs,
                             bool transposed) const;
    Eigen::MatrixXd residual_bound(const Eigen::MatrixXd& output,
                                   const Eigen::MatrixXd& final_demand) const;
    void note(SolveMethod method, const std::string& reason) const;
    void certify() const;
    void certify_inverse() const;

    Backend backend_;
    Coefficients coefficients_;
    Structure structure_;
    SolveMethod wanted_;
    BackendMatrix a_;
    mutable std::optional<BackendMatrix> inverse_;
    mutable std::optional<Factor> factor_;
    mutable Eigen::MatrixXd host_inverse_;  // where the backend's memory is not the host's
    mutable std::optional<Eigen::VectorXd> output_multipliers_;
    mutable bool certified_ = false;
    mutable Certificate certificate_;
    mutable std::vector<std::string> methods_used_;
};

}  // namespace narrows
