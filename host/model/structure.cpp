#include "host/model/structure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;

/// A sum kept in two doubles (Knuth's two-sum, Dekker's product): about 32 digits.
struct DoubleDouble {
    double high = 0.0;
    double low = 0.0;

    void add(double value) {
        const double sum = high + value;
        const double part = sum - high;
        low += (high - (sum - part)) + (value - part);
        high = sum;
    }
    void add_product(double a, double b) {
        const double product = a * b;
        add(product);
        low += std::fma(a, b, -product);
    }
};

[[noreturn]] void refuse(const Eigen::MatrixXd& a, const std::vector<Index>& members,
                         const std::vector<std::string>& labels, const std::string& cause) {
    std::vector<std::string> sectors;
    std::string message = "the table is not productive: " + cause;
    if (!members.empty()) {
        const Eigen::RowVectorXd sums = a.cwiseAbs().colwise().sum();
        message += fmt::format(
            "; {} sectors feed each other more than they deliver, largest column "
            "sums of A:",
            members.size());
        constexpr std::size_t num_named = 5;
        for (const Index member : members) {
            const auto at = static_cast<std::size_t>(member);
            sectors.push_back(at < labels.size() ? labels[at] : "#" + std::to_string(member + 1));
            if (sectors.size() > num_named) continue;
            message += fmt::format("{} {} ({:.6g})", sectors.size() == 1 ? "" : ",", sectors.back(),
                                   sums[member]);
        }
    }
    throw NumericalError(message + ", expected a spectral radius below 1", std::move(sectors));
}

[[noreturn]] void refuse(const Eigen::MatrixXd& a, const std::vector<std::string>& labels,
                         const std::string& cause) {
    const auto sets = unproductive_sets(a);
    refuse(a, sets.empty() ? std::vector<Index>{} : sets.front(), labels, cause);
}

/// The sectors from which no chain of purchases leads to a column that leaves something: they only
/// pass on to each other what they take. Empty for a productive table (Azimzadeh 2019).
std::vector<Index> closed_set(const Eigen::MatrixXd& a, const Eigen::VectorXd& slack) {
    const Index n = a.rows();
    std::vector<bool> leads_out(static_cast<std::size_t>(n));
    std::vector<Index> open;
    for (Index j = 0; j < n; ++j) {
        if (slack[j] <= 0.0) continue;
        leads_out[static_cast<std::size_t>(j)] = true;
        open.push_back(j);
    }
    if (open.size() == static_cast<std::size_t>(n)) return {};
    while (!open.empty()) {
        const Index i = open.back();
        open.pop_back();
        for (Index j = 0; j < n; ++j) {
            if (a(i, j) == 0.0 || leads_out[static_cast<std::size_t>(j)]) continue;
            leads_out[static_cast<std::size_t>(j)] = true;
            open.push_back(j);
        }
    }
    std::vector<Index> closed;
    for (Index j = 0; j < n; ++j) {
        if (!leads_out[static_cast<std::size_t>(j)]) closed.push_back(j);
    }
    return closed;
}

/// What the accounts say a column leaves: v + m + tau, or 1 for a sector without output.
Eigen::VectorXd slack_of_accounts(const Coefficients& c) {
    return (c.x.array() == 0.0).select(1.0, c.primary());
}

/// w > 0 with A'w < w, from the partial sums of L'1 = 1 + A'1 + A'A'1 + ..., or empty where the
/// first 2000 do not give one.
Eigen::VectorXd dominating_weights(const Eigen::MatrixXd& a) {
    Eigen::VectorXd w = Eigen::VectorXd::Ones(a.rows());
    constexpr int most_steps = 2000;
    for (int step = 0; step < most_steps; ++step) {
        const Eigen::VectorXd image = a.transpose() * w;
        // A hundredth of what w'(I - A) = 1' would leave keeps clear of rounding.
        if (((w - image).array() > 0.01).all()) return w;
        w = image.array() + 1.0;
        if (!w.allFinite()) break;
    }
    return {};
}

/// Nonnegative A with columns that leave less than nothing.
void scale(const Eigen::MatrixXd& a, const std::vector<std::string>& labels, Structure& result) {
    result.path = InversePath::gth_scaled;
    result.slack_source = "columns of A";
    result.weights = dominating_weights(a);
    if (result.weights.size() == 0) {
        const SpectralRadius radius = spectral_radius(a);
        if (radius.upper >= 1.0) {
            refuse(a, labels, fmt::format("the spectral radius of A is {:.6g}", radius.upper));
        }
        throw NumericalError(
            fmt::format("the table is too close to not being productive: the spectral radius of A "
                        "is between {:.17g} and {:.17g}",
                        radius.lower, radius.upper),
            {});
    }
    result.slack = what_columns_leave(a, result.weights);
}

/// For columns that leave at least nothing in these weights.
double contraction(const Eigen::VectorXd& weights, const Eigen::VectorXd& slack) {
    return slack.size() == 0 ? 0.0 : (1.0 - slack.array() / weights.array()).maxCoeff();
}

Structure of_negative_coefficients(const Eigen::MatrixXd& a,
                                   const std::vector<std::string>& labels) {
    Structure result;
    result.path = InversePath::pivoted_lu;
    result.slack_source = "columns of A";
    const Eigen::MatrixXd magnitude = a.cwiseAbs();
    result.weights = dominating_weights(magnitude);
    if (result.weights.size() == 0) {
        refuse(a, labels,
               fmt::format("the spectral radius of |A| is {:.6g}", spectral_radius(a).upper));
    }
    result.slack = what_columns_leave(magnitude, result.weights);
    result.contraction = contraction(result.weights, result.slack);
    return result;
}

}  // namespace

const char* to_string(InversePath path) {
    switch (path) {
        case InversePath::gth:
            return "gth";
        case InversePath::gth_scaled:
            return "gth_scaled";
        case InversePath::pivoted_lu:
            return "pivoted_lu";
    }
    return "";
}

Eigen::VectorXd what_columns_leave(const Eigen::MatrixXd& a, const Eigen::VectorXd& w) {
    Eigen::VectorXd slack(a.cols());
    for (Index j = 0; j < a.cols(); ++j) {
        DoubleDouble left;
        left.add(w[j]);
        for (Index i = 0; i < a.rows(); ++i) left.add_product(-w[i], a(i, j));
        slack[j] = left.high + left.low;
    }
    return slack;
}

Structure analyse_structure(const Coefficients& c, const std::vector<std::string>& labels) {
    const Eigen::MatrixXd& a = c.A;
    const Index n = a.rows();
    if (!a.allFinite()) throw NumericalError("A has a coefficient that is not finite", {});
    if ((a.array() < 0.0).any()) return of_negative_coefficients(a, labels);
    Structure result;
    result.weights = Eigen::VectorXd::Ones(n);
    result.slack = what_columns_leave(a, result.weights);
    result.slack_source = "columns of A";
    if (c.x.size() == n && n > 0) {
        // Accounts that close to rounding know small slacks better than 1 - sum does: each term of
        // the sum was rounded. Accounts that do not close describe another matrix than A.
        const Eigen::VectorXd accounts = slack_of_accounts(c);
        const double rounding = 2.0 * static_cast<double>(n + 8) * unit_roundoff;
        if (((accounts - result.slack).array().abs() <= rounding).all()) {
            result.slack = accounts;
            result.slack_source = "accounts";
        }
    }
    if ((result.slack.array() < 0.0).any()) {
        scale(a, labels, result);
    } else {
        const std::vector<Index> closed = closed_set(a, result.slack);
        if (!closed.empty()) refuse(a, closed, labels, "I - A is singular");
    }
    result.contraction = contraction(result.weights, result.slack);
    return result;
}

}  // namespace narrows
