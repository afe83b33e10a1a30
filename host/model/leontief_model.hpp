#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/backend/backend.hpp"
#include "host/model/coefficients.hpp"

namespace narrows {

/// How far results of a model can be trusted.
struct Certificate {
    /// max_j |((v + m + tau) L)_j - 1|: the economic identity, zero for exact accounts and exact
    /// arithmetic (Miller & Blair 2009, ch. 2). A sector without output has no cost; what it sells,
    /// from stock, counts at price 1. Absent for a model that was built from A alone.
    std::optional<double> identity_deviation;
    /// An upper bound on the spectral radius of |A|, proved by Collatz and Wielandt's quotient.
    std::optional<double> spectral_radius_bound;
    /// ||I - (I - A) L||_1, and ||L - exact||_1 <= ||L||_1 r / (1 - r) that follows where r < 1.
    /// Present once L has been formed.
    std::optional<double> inverse_residual;
    std::optional<double> inverse_error_bound;
};

/// The static model: factorised once on its backend, solved many times. L = (I - A)^-1 is formed
/// only when asked for, and kept.
class LeontiefModel {
  public:
    /// From a table's coefficients. `labels` name the sectors in messages; may be empty. Throws
    /// NumericalError, naming the sectors that make it so, where A is not productive (spectral
    /// radius of |A| not below 1) or I - A is singular.
    LeontiefModel(Backend backend, Coefficients coefficients,
                  const std::vector<std::string>& labels = {});

    /// From A alone: no accounts, hence no economic identity in the certificate.
    LeontiefModel(Backend backend, Eigen::MatrixXd a, const std::vector<std::string>& labels = {});

    Index order() const { return coefficients_.A.rows(); }
    const Coefficients& coefficients() const { return coefficients_; }
    const Backend& backend() const { return backend_; }
    const Certificate& certificate() const { return certificate_; }

    /// X = L F: gross output that final demand F (n x k, in the unit of the table) calls for.
    Eigen::MatrixXd solve_output(const Eigen::MatrixXd& final_demand) const;

    /// p' = c' L: prices that cover primary costs c per unit of output (n, or n x k for k cases);
    /// base prices are 1 at c = v + m + tau (cost-push, Miller & Blair 2009, 2.6).
    Eigen::MatrixXd solve_prices(const Eigen::MatrixXd& primary_costs) const;

    /// x' = w' G with G = (I - B)^-1: output that primary inputs w (n) call forth in the
    /// supply-driven model (Ghosh 1958), in the unit of the table. Sectors without output pass w_i
    /// through.
    Eigen::VectorXd solve_ghosh(const Eigen::VectorXd& primary_inputs) const;

    /// L = (I - A)^-1, n x n.
    const Eigen::MatrixXd& leontief_inverse() const;
    /// G = (I - B)^-1 = x^-1 L x, n x n.
    Eigen::MatrixXd ghosh_inverse() const;
    /// o = 1'L, n: the output multipliers.
    const Eigen::VectorXd& output_multipliers() const { return output_multipliers_; }

    /// Largest |x - A x - f| over max |f|, columnwise worst: the relative residual of a solution.
    double relative_residual(const Eigen::MatrixXd& output,
                             const Eigen::MatrixXd& final_demand) const;

  private:
    void prove_productive(const std::vector<std::string>& labels);

    Backend backend_;
    Coefficients coefficients_;
    Factor factor_;
    Eigen::VectorXd output_multipliers_;
    mutable std::optional<Eigen::MatrixXd> inverse_;
    mutable Certificate certificate_;
};

}  // namespace narrows
