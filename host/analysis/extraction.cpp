#include "host/analysis/extraction.hpp"

#include <Eigen/LU>
#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

struct KindName {
    Extraction kind;
    const char* name;
};
constexpr KindName kind_names[] = {
    {Extraction::complete, "complete"},
    {Extraction::backward, "backward"},
    {Extraction::backward_off_diagonal, "backward-off-diagonal"},
    {Extraction::forward, "forward"},
    {Extraction::forward_ghosh, "forward-ghosh"},
    {Extraction::total_off_diagonal, "total-off-diagonal"},
};

void require_fraction(double fraction) {
    if (!(fraction <= 1.0)) {
        throw ArgumentError(fmt::format("fraction is {}, expected at most 1", fraction));
    }
}

/// Removals keep every denominator at 1 or above; additions (fraction < 0) may not.
template <class Denominator>
void require_productive(const Denominator& denominator) {
    constexpr double smallest = 1e-8;
    if ((denominator <= smallest).any()) {
        throw NumericalError("the addition makes the table non-productive (denominator <= 1e-8)",
                             {});
    }
}

}  // namespace

const char* to_string(Extraction kind) {
    for (const KindName& entry : kind_names) {
        if (entry.kind == kind) return entry.name;
    }
    return "";
}

Extraction parse_extraction(const std::string& text) {
    std::vector<std::string> names;
    for (const KindName& entry : kind_names) names.emplace_back(entry.name);
    return kind_names[find_code("kind of extraction", text, names)].kind;
}

const std::vector<Extraction>& all_extractions() {
    static const std::vector<Extraction> kinds = [] {
        std::vector<Extraction> result;
        for (const KindName& entry : kind_names) result.push_back(entry.kind);
        return result;
    }();
    return kinds;
}

Eigen::VectorXd extraction_losses(Extraction kind, const ExtractionBase& base,
                                  const Eigen::VectorXd& weights) {
    const Eigen::ArrayXd w = weights.array();
    const Eigen::ArrayXd x = base.x.array();
    const Eigen::ArrayXd f = base.f.array();
    const Eigen::ArrayXd l_kk = base.L.diagonal().array();
    const Eigen::ArrayXd keep = 1.0 - base.A.diagonal().array();  // 1 - a_kk
    const Eigen::ArrayXd g = (base.L.transpose() * weights).array();
    switch (kind) {
        case Extraction::complete:
            return x * g / l_kk;
        case Extraction::backward:
            return x * (g - w) / l_kk;
        case Extraction::backward_off_diagonal:
            return x * g / l_kk - w * x / (keep * l_kk);
        case Extraction::forward:
            return g * (x - f) / l_kk;
        case Extraction::forward_ghosh: {
            // x_k (Gw)_k = (L (x w))_k and G_kk = l_kk: G itself is not needed.
            // A sector without output (it sells from stock) has an empty row of B: no loss.
            const Eigen::ArrayXd xgw = (base.L * (x * w).matrix()).array();
            return (x != 0.0).select((xgw - x * w) / l_kk, 0.0);
        }
        case Extraction::total_off_diagonal:
            return w * (x - f / keep) + x * (g - w * l_kk) / l_kk;
    }
    throw ArgumentError("unknown kind of extraction");
}

Eigen::VectorXd output_after_extraction(Extraction kind, const ExtractionBase& base, Index k) {
    const auto column = base.L.col(k);
    const double l_kk = base.L(k, k);
    const double keep = 1.0 - base.A(k, k);
    const double x_k = base.x[k];
    Eigen::VectorXd after = base.x - column * (x_k / l_kk);
    switch (kind) {
        case Extraction::complete:
            after[k] = 0.0;
            return after;
        case Extraction::backward:
            after[k] += x_k / l_kk;
            return after;
        case Extraction::backward_off_diagonal:
            after[k] += x_k / (keep * l_kk);
            return after;
        case Extraction::forward:
            return base.x - column * ((x_k - base.f[k]) / l_kk);
        case Extraction::forward_ghosh: {
            if (x_k == 0.0) return base.x;
            // x_k G_kj = L_kj x_j; the sector itself keeps its unit.
            after = base.x - base.L.row(k).transpose().cwiseProduct(base.x) / l_kk;
            after[k] += x_k / l_kk;
            return after;
        }
        case Extraction::total_off_diagonal:
            after[k] = base.f[k] / keep;
            return after;
    }
    throw ArgumentError("unknown kind of extraction");
}

Eigen::VectorXd partial_row_losses(const ExtractionBase& base, const Eigen::VectorXd& weights,
                                   double fraction) {
    require_fraction(fraction);
    const Eigen::ArrayXd g = (base.L.transpose() * weights).array();
    const Eigen::ArrayXd l_kk = base.L.diagonal().array();
    const Eigen::ArrayXd denominator = 1.0 + fraction * (l_kk - 1.0);
    require_productive(denominator);
    return fraction * g * (base.x - base.f).array() / denominator;
}

Eigen::VectorXd partial_column_losses(const ExtractionBase& base, const Eigen::VectorXd& weights,
                                      double fraction) {
    require_fraction(fraction);
    const Eigen::ArrayXd g = (base.L.transpose() * weights).array();
    const Eigen::ArrayXd l_kk = base.L.diagonal().array();
    const Eigen::ArrayXd denominator = 1.0 + fraction * (l_kk - 1.0);
    require_productive(denominator);
    return fraction * (g - weights.array()) * base.x.array() / denominator;
}

Eigen::MatrixXd cell_losses(const ExtractionBase& base, const Eigen::VectorXd& weights,
                            double fraction) {
    require_fraction(fraction);
    const Eigen::VectorXd g = base.L.transpose() * weights;
    const Eigen::MatrixXd z = base.A * base.x.asDiagonal();
    const Eigen::ArrayXXd denominator =
        1.0 + fraction * base.A.array() * base.L.transpose().array();
    require_productive(denominator);
    return ((g.asDiagonal() * z).array() * fraction / denominator).matrix();
}

double group_loss(const ExtractionBase& base, const Eigen::VectorXd& weights,
                  const std::vector<Index>& group) {
    const Eigen::MatrixXd l_ss = base.L(group, group);
    const Eigen::VectorXd x_s = base.x(group);
    const Eigen::VectorXd g = base.L.transpose() * weights;
    return g(group).dot(Eigen::PartialPivLU<Eigen::MatrixXd>(l_ss).solve(x_s));
}

}  // namespace narrows
