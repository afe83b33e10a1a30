#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/LU>

#include "host/table/io_table.hpp"

namespace narrows {

/// What N goods are made of and m factors earn, as shares of costs at prices of 1 and nominal GDP 1
/// (final use, which is all that factors earn). A good is a CES bundle of goods and factors, final
/// use one of goods; factors (labour, what is imported) are in fixed supply.
struct CesShares {
    Eigen::MatrixXd Omega;             // N x N, buyers in rows
    Eigen::MatrixXd F;                 // N x m; rows of [Omega F] sum to 1
    Eigen::VectorXd b;                 // N, shares of final use, sum 1
    Eigen::VectorXd theta;             // N, elasticity of substitution of each good, above 0
    double sigma = 1.0;                // of final use, above 0
    std::vector<std::string> factors;  // m names, for messages
};

/// Prices p and w that clear the markets of all factors, in units of nominal GDP.
struct CesEquilibrium {
    Eigen::VectorXd log_factor_prices;  // ln w, m
    Eigen::VectorXd log_prices;         // ln p, N
    double log_gdp = 0.0;               // ln Y = -ln P, real
    Eigen::VectorXd sales;              // lambda_j = p_j y_j / GDP, N
    Eigen::VectorXd income;             // Lambda_f = w_f L_f / GDP, m
    double residual = 0.0;              // max_f |Lambda_f / (w_f L_f) - 1|
    int iterations = 0;
};

/// Answers to small changes of supply, dln L.
struct CesExpansion {
    double first_order = 0.0;      // ln Y = Lambda' dlnL (Hulten)
    double second_order = 0.0;     // + 1/2 sum_f dLambda_f dlnL_f
    Eigen::VectorXd dlog_income;   // dlnLambda, m
    Eigen::VectorXd dlog_prices;   // dlnp, N, in units of nominal GDP
    Eigen::VectorXd dlog_outputs;  // dlny, N
};

/// General equilibrium of a CES production network (Baqaee & Farhi 2019, Econometrica 87; Bachmann
/// et al. 2022; MODEL D.6). With Psi = (I - Omega)^-1:
///   p_j^(1-theta_j) = sum_k Omega_jk p_k^(1-theta_j) + sum_f F_jf w_f^(1-theta_j),
/// logarithmic where theta_j = 1; where all theta are one, p^(1-theta) = Psi F w^(1-theta). Shares
/// at these prices give lambda = (I - Omega~')^-1 b~ and Lambda = F~' lambda, and w solves
/// Lambda_f(w) = w_f L_f. It is the only minimum of sum_f w_f L_f - ln P(w), convex in w, for
/// Lambda is the gradient of ln P in ln w: far from it steps go down that function, near it
/// Newton's on ln(Lambda / w L) are taken. At elasticities below about 0.01 prices of slack factors
/// may leave the range of numbers, and none is found.
class CesNetwork {
  public:
    /// Throws ArgumentError for shares that do not fit, add up or lie below 0, for elasticities not
    /// above 0 and a factor that nothing sold is made of; NumericalError where I - Omega is not
    /// productive.
    explicit CesNetwork(CesShares shares);

    const CesShares& shares() const { return shares_; }
    const Eigen::VectorXd& sales() const { return sales_; }    // lambda before a shock, N
    const Eigen::VectorXd& income() const { return income_; }  // Lambda before a shock, m

    /// `supply` L: m, 1 where it is as before. All 1 is answered by exact zeros. Throws
    /// NumericalError, naming the factor, where a supply is 0 (with gross complements there is then
    /// no equilibrium) or no w was found.
    CesEquilibrium equilibrium(const Eigen::VectorXd& supply) const;

    /// With K_fg = sum_j lambda_j (1 - theta_j) Cov_Omega(j)(Psi_f, Psi_g), final use among the j,
    /// dLambda = -Lambda (Lambda - K)^-1 K dlnL. Throws NumericalError, naming the factor, where
    /// dlnL is infinite.
    CesExpansion expansion(const Eigen::VectorXd& dlog_supply) const;

  private:
    struct Point;

    bool uniform() const { return (shares_.theta.array() == shares_.theta[0]).all(); }
    Point at(const Eigen::VectorXd& log_w, const Eigen::VectorXd& start) const;
    void solve_uniform(Point& point) const;
    void solve_general(Point& point) const;
    void solve_prices(Point& point) const;
    Eigen::VectorXd sales_at(const Point& point) const;
    Eigen::VectorXd excess(const Point& point, const Eigen::VectorXd& endowment) const;
    Point step(const Point& from, const Eigen::VectorXd& endowment) const;

    CesShares shares_;
    Eigen::PartialPivLU<Eigen::MatrixXd> lu_;  // of I - Omega
    Eigen::MatrixXd content_;                  // Psi F, N x m
    Eigen::VectorXd sales_, income_;
    Eigen::MatrixXd k_;                              // K, m x m
    Eigen::PartialPivLU<Eigen::MatrixXd> response_;  // of Lambda - K
};

}  // namespace narrows
