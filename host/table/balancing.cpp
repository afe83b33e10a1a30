#include "host/table/balancing.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/table/classification.hpp"

namespace narrows {
namespace {

std::string name_of(const std::vector<std::string>& labels, const char* side, Index i) {
    const auto at = static_cast<std::size_t>(i);
    if (at < labels.size()) return fmt::format("{} {}", side, labels[at]);
    return fmt::format("{} #{}", side, i + 1);
}

/// A factor and what divides: both 0 for a row or column that has to vanish.
struct MarginFactor {
    double times = 1.0;
    double over = 1.0;
};

/// The factor f with f p - n / f = target; `solvable` becomes false where there is none.
MarginFactor factor_for(double target, double p, double n, bool& solvable) {
    if (p == 0.0 && n == 0.0) {
        solvable = solvable && target == 0.0;
        return {};
    }
    if (target == 0.0 && (p == 0.0 || n == 0.0)) return {0.0, 0.0};
    if ((p == 0.0 && target > 0.0) || (n == 0.0 && target < 0.0)) {
        solvable = false;
        return {};
    }
    if (p == 0.0) return {-n / target, -target / n};
    // Either form of the root cancels for one sign of the target.
    const double root = std::sqrt(target * target + 4.0 * p * n);
    const double factor = target >= 0.0 ? (target + root) / (2.0 * p) : 2.0 * n / (root - target);
    return {factor, 1.0 / factor};
}

class Scaling {
  public:
    Scaling(const Eigen::MatrixXd& z, const Margins& margins, const BalancingOptions& options)
        : z_(z), margins_(margins), options_(options) {
        check_input();
        largest_ =
            std::max(margins.rows.size() > 0 ? margins.rows.cwiseAbs().maxCoeff() : 0.0,
                     margins.columns.size() > 0 ? margins.columns.cwiseAbs().maxCoeff() : 0.0);
        r_ = r_over_ = Eigen::VectorXd::Ones(z.rows());
        s_ = s_over_ = Eigen::VectorXd::Ones(z.cols());
        row_error_.resize(z.rows());
        column_error_ = Eigen::VectorXd::Zero(z.cols());
    }

    BalancedMatrix run() {
        add_up_unscaled();
        check_support();
        check_sums();
        BalancedMatrix result;
        double error = worst_error();
        while (!(error <= options_.tolerance)) {
            if (result.iterations == options_.max_iterations)
                fail_to_converge(error, result.iterations);
            ++result.iterations;
            scale_rows();
            scale_columns();
            error = worst_error();
            if (!std::isfinite(error)) fail_to_converge(error, result.iterations);
        }
        result.error = error;
        result.matrix = scaled();
        result.r = std::move(r_);
        result.s = std::move(s_);
        return result;
    }

  private:
    void check_input() const {
        if (margins_.rows.size() != z_.rows() || margins_.columns.size() != z_.cols()) {
            throw ArgumentError(
                fmt::format("margins are {} rows and {} columns, expected {} and {}",
                            margins_.rows.size(), margins_.columns.size(), z_.rows(), z_.cols()));
        }
        if (!z_.allFinite() || !margins_.rows.allFinite() || !margins_.columns.allFinite()) {
            throw ArgumentError("a matrix or margin to balance has a value that is not finite");
        }
    }

    double scale(double magnitude) const {
        const double size = options_.relative_to_each ? magnitude : largest_;
        return size > 0.0 ? 1.0 / size : 1.0;
    }

    /// Sums of the matrix as it came.
    void add_up_unscaled() {
        p_ = n_ = Eigen::VectorXd::Zero(z_.rows());
        column_p_.resize(z_.cols());
        column_n_.resize(z_.cols());
        for (Index j = 0; j < z_.cols(); ++j) {
            const auto positive = z_.col(j).cwiseMax(0.0);
            const auto negative = (-z_.col(j)).cwiseMax(0.0);
            column_p_[j] = positive.sum();
            column_n_[j] = negative.sum();
            p_ += positive;
            n_ += negative;
            column_error_[j] = std::abs(column_p_[j] - column_n_[j] - margins_.columns[j]) *
                               scale(column_p_[j] + column_n_[j]);
        }
    }

    /// r from p = P s and n = N / s.
    void scale_rows() {
        for (Index i = 0; i < z_.rows(); ++i) {
            bool solvable = true;
            const MarginFactor factor = factor_for(margins_.rows[i], p_[i], n_[i], solvable);
            if (!solvable) no_support("row", margins_.row_labels, i, margins_.rows[i]);
            r_[i] = factor.times;
            r_over_[i] = factor.over;
        }
    }

    /// s from r, and p and n of the next iteration while the column is in the cache.
    void scale_columns() {
        p_.setZero();
        n_.setZero();
        for (Index j = 0; j < z_.cols(); ++j) {
            const auto positive = z_.col(j).cwiseMax(0.0);
            const double p = positive.dot(r_);
            // Most columns have nothing below 0.
            const double n = column_n_[j] > 0.0 ? (-z_.col(j)).cwiseMax(0.0).dot(r_over_) : 0.0;
            bool solvable = true;
            const MarginFactor factor = factor_for(margins_.columns[j], p, n, solvable);
            if (!solvable) no_support("column", margins_.column_labels, j, margins_.columns[j]);
            s_[j] = factor.times;
            s_over_[j] = factor.over;
            p_ += positive * factor.times;
            if (column_n_[j] > 0.0) n_ += (-z_.col(j)).cwiseMax(0.0) * factor.over;
            column_error_[j] = std::abs(p * factor.times - n * factor.over - margins_.columns[j]) *
                               scale(p * factor.times + n * factor.over);
        }
    }

    double worst_error() {
        const Eigen::ArrayXd above = r_.array() * p_.array();
        const Eigen::ArrayXd below = r_over_.array() * n_.array();
        for (Index i = 0; i < z_.rows(); ++i) {
            row_error_[i] =
                std::abs(above[i] - below[i] - margins_.rows[i]) * scale(above[i] + below[i]);
        }
        double worst = 0.0;
        for (const Eigen::VectorXd* errors : {&row_error_, &column_error_}) {
            for (const double error : *errors) {
                if (!(error <= worst)) worst = error;  // also where it is not a number
            }
        }
        return worst;
    }

    Eigen::MatrixXd scaled() const {
        Eigen::MatrixXd result(z_.rows(), z_.cols());
        for (Index j = 0; j < z_.cols(); ++j) {
            for (Index i = 0; i < z_.rows(); ++i) {
                const double z = z_(i, j);
                result(i, j) = z > 0.0   ? z * r_[i] * s_[j]
                               : z < 0.0 ? z * r_over_[i] * s_over_[j]
                                         : 0.0;
            }
        }
        return result;
    }

    void check_support() const {
        for (Index i = 0; i < z_.rows(); ++i) {
            bool solvable = true;
            factor_for(margins_.rows[i], p_[i], n_[i], solvable);
            if (!solvable) no_support("row", margins_.row_labels, i, margins_.rows[i]);
        }
        for (Index j = 0; j < z_.cols(); ++j) {
            bool solvable = true;
            factor_for(margins_.columns[j], column_p_[j], column_n_[j], solvable);
            if (!solvable) no_support("column", margins_.column_labels, j, margins_.columns[j]);
        }
    }

    [[noreturn]] static void no_support(const char* side, const std::vector<std::string>& labels,
                                        Index i, double target) {
        const std::string name = name_of(labels, side, i);
        throw NumericalError(
            fmt::format("cannot balance: {} shall sum to {:.10g} but has no entries {} 0 to scale",
                        name, target, target > 0.0 ? "above" : "below"),
            {name});
    }

    void check_sums() const {
        const double rows = margins_.rows.sum();
        const double columns = margins_.columns.sum();
        const double allowed = options_.tolerance *
                               (margins_.rows.cwiseAbs().sum() + margins_.columns.cwiseAbs().sum());
        if (std::abs(rows - columns) <= allowed) return;
        throw NumericalError(
            fmt::format("cannot balance: the rows shall sum to {:.12g} together, the columns to "
                        "{:.12g} (difference {:.6g})",
                        rows, columns, rows - columns),
            {});
    }

    [[noreturn]] void fail_to_converge(double error, int iterations) const {
        struct Margin {
            double error;
            std::string name;
        };
        std::vector<Margin> worst;
        for (Index i = 0; i < z_.rows(); ++i) {
            worst.push_back({row_error_[i], name_of(margins_.row_labels, "row", i)});
        }
        for (Index j = 0; j < z_.cols(); ++j) {
            worst.push_back({column_error_[j], name_of(margins_.column_labels, "column", j)});
        }
        for (Margin& margin : worst) {
            if (std::isnan(margin.error)) margin.error = INFINITY;
        }
        std::stable_sort(worst.begin(), worst.end(),
                         [](const Margin& a, const Margin& b) { return a.error > b.error; });
        worst.resize(std::min<std::size_t>(worst.size(), 3));
        std::string named;
        std::vector<std::string> names;
        for (const Margin& margin : worst) {
            named +=
                fmt::format("{}{} ({:.2g})", named.empty() ? "" : ", ", margin.name, margin.error);
            names.push_back(margin.name);
        }
        throw NumericalError(
            fmt::format("cannot balance: the margins are off by {:.2g} (relative) after {} "
                        "iterations, allowed {:.2g}; no matrix with these zeros has these margins, "
                        "or only one with further zeros; worst: {}",
                        error, iterations, options_.tolerance, named),
            std::move(names));
    }

    const Eigen::MatrixXd& z_;
    const Margins& margins_;
    const BalancingOptions& options_;
    double largest_ = 0.0;
    Eigen::VectorXd r_, r_over_, s_, s_over_;
    Eigen::VectorXd p_, n_;                // of rows: P s, N / s
    Eigen::VectorXd column_p_, column_n_;  // unscaled
    Eigen::VectorXd row_error_, column_error_;
};

}  // namespace

BalancedMatrix gras(const Eigen::MatrixXd& z, const Margins& margins,
                    const BalancingOptions& options) {
    return Scaling(z, margins, options).run();
}

BalancedMatrix ras(const Eigen::MatrixXd& z, const Margins& margins,
                   const BalancingOptions& options) {
    if ((z.array() < 0.0).any() || (margins.rows.array() < 0.0).any() ||
        (margins.columns.array() < 0.0).any()) {
        throw ArgumentError("RAS needs entries and margins of 0 or more; GRAS takes others");
    }
    return gras(z, margins, options);
}

}  // namespace narrows
