#pragma once

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"
#include "host/shock/case_effects.hpp"

namespace narrows {

/// X with (I - A - D) X = R, n x k, or with the transpose, from what the model gives without the
/// change, `solved` = L R or L'R. By Woodbury (MODEL B.9), with D = U V' of the smaller rank of its
/// two factorisations,
///   X = L R + L U (I - V'L U)^-1 V'L R,
/// by a factorisation of I - A - D where that rank is above a quarter of n.
Eigen::MatrixXd solve_changed(const LeontiefModel& model, const CoefficientChange& change,
                              const Eigen::MatrixXd& rhs, const Eigen::MatrixXd& solved,
                              bool transposed);

/// Throws NumericalError where A + D has a spectral radius of 1 or more; `what` names the case.
/// A >= 0 and A + D >= 0.
void require_productive(const LeontiefModel& model, const CoefficientChange& change,
                        const std::string& what);

}  // namespace narrows
