#include "host/analysis/extraction.hpp"

#include <algorithm>

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

/// The losses that f(w, g, lxw) gives for each column of weights, n x q.
template <class Losses>
Eigen::MatrixXd for_each_weight(const ExtractionBase& base, Losses f) {
    Eigen::MatrixXd result(base.weights.rows(), base.weights.cols());
    for (Index q = 0; q < base.weights.cols(); ++q) {
        result.col(q) =
            f(base.weights.col(q).array(), base.g.col(q).array(), base.lxw.col(q).array());
    }
    return result;
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

ExtractionBase::ExtractionBase(const LeontiefModel& leontief, Eigen::VectorXd output,
                               Eigen::VectorXd demand, Eigen::MatrixXd weights_of_output,
                               std::vector<std::int64_t> starts)
    : model(leontief),
      x(std::move(output)),
      f(std::move(demand)),
      weights(std::move(weights_of_output)),
      a_kk(leontief.coefficients().A.diagonal()),
      l_kk(x.size()),
      g(weights.rows(), weights.cols()),
      lxw(weights.rows(), weights.cols()),
      block_starts(std::move(starts)) {
    const Index n = leontief.order();
    if (x.size() != n || f.size() != n || weights.rows() != n) {
        throw ArgumentError(fmt::format("x has {} entries, f {}, the weights {}, expected {}",
                                        x.size(), f.size(), weights.rows(), n));
    }
    Index num_entries = 0;
    for (std::size_t b = 1; b < block_starts.size(); ++b) {
        const Index size = block_starts[b] - block_starts[b - 1];
        num_entries += size * size;
    }
    blocks.resize(num_entries);
    const Eigen::MatrixXd flows = x.asDiagonal() * weights;
    narrows_sweep sweep{};
    sweep.num_weights = weights.cols();
    sweep.weights = weights.data();
    sweep.column_sums = g.data();
    sweep.num_flows = flows.cols();
    sweep.flows = flows.data();
    sweep.row_sums = lxw.data();
    sweep.diagonal = l_kk.data();
    if (block_starts.size() > 1) {
        sweep.num_blocks = static_cast<std::int64_t>(block_starts.size()) - 1;
        sweep.block_starts = block_starts.data();
        sweep.blocks = blocks.data();
    }
    leontief.inverse_matrix().sweep(sweep);
}

Eigen::MatrixXd extraction_losses(Extraction kind, const ExtractionBase& base) {
    const Eigen::ArrayXd x = base.x.array();
    const Eigen::ArrayXd f = base.f.array();
    const Eigen::ArrayXd l_kk = base.l_kk.array();
    const Eigen::ArrayXd keep = 1.0 - base.a_kk.array();  // 1 - a_kk
    return for_each_weight(base, [&](const auto& w, const auto& g, const auto& lxw) {
        switch (kind) {
            case Extraction::complete:
                return Eigen::ArrayXd(x * g / l_kk);
            case Extraction::backward:
                return Eigen::ArrayXd(x * (g - w) / l_kk);
            case Extraction::backward_off_diagonal:
                return Eigen::ArrayXd(x * g / l_kk - w * x / (keep * l_kk));
            case Extraction::forward:
                return Eigen::ArrayXd(g * (x - f) / l_kk);
            case Extraction::forward_ghosh:
                // x_k (Gw)_k = (L (x w))_k and G_kk = l_kk: G itself is not needed. A sector
                // without output (it sells from stock) has an empty row of B: no loss.
                return Eigen::ArrayXd((x != 0.0).select((lxw - x * w) / l_kk, 0.0));
            case Extraction::total_off_diagonal:
                return Eigen::ArrayXd(w * (x - f / keep) + x * (g - w * l_kk) / l_kk);
        }
        throw ArgumentError("unknown kind of extraction");
    });
}

Eigen::VectorXd output_after_extraction(Extraction kind, const ExtractionBase& base, Index k) {
    const Index n = base.x.size();
    const BackendMatrix& l = base.model.inverse_matrix();
    const Eigen::VectorXd column = l.download(0, k, n, 1);
    const double l_kk = base.l_kk[k];
    const double keep = 1.0 - base.a_kk[k];
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
            const Eigen::VectorXd row = l.download(k, 0, 1, n).transpose();
            after = base.x - row.cwiseProduct(base.x) / l_kk;
            after[k] += x_k / l_kk;
            return after;
        }
        case Extraction::total_off_diagonal:
            after[k] = base.f[k] / keep;
            return after;
    }
    throw ArgumentError("unknown kind of extraction");
}

Eigen::MatrixXd partial_row_losses(const ExtractionBase& base, double fraction) {
    require_fraction(fraction);
    const Eigen::ArrayXd denominator = 1.0 + fraction * (base.l_kk.array() - 1.0);
    require_productive(denominator);
    return for_each_weight(base, [&](const auto&, const auto& g, const auto&) {
        return Eigen::ArrayXd(fraction * g * (base.x - base.f).array() / denominator);
    });
}

Eigen::MatrixXd partial_column_losses(const ExtractionBase& base, double fraction) {
    require_fraction(fraction);
    const Eigen::ArrayXd denominator = 1.0 + fraction * (base.l_kk.array() - 1.0);
    require_productive(denominator);
    return for_each_weight(base, [&](const auto& w, const auto& g, const auto&) {
        return Eigen::ArrayXd(fraction * (g - w) * base.x.array() / denominator);
    });
}

Eigen::MatrixXd cell_losses(const ExtractionBase& base, Index weight, double fraction) {
    require_fraction(fraction);
    double smallest = 1.0;
    Eigen::MatrixXd losses = base.model.inverse_matrix().cell_losses(
        base.model.coefficient_matrix(), base.g.col(weight), base.x, fraction, smallest);
    require_productive(Eigen::ArrayXd::Constant(1, smallest));
    return losses;
}

Eigen::VectorXd cell_loss(const ExtractionBase& base, Index i, Index j, double fraction) {
    require_fraction(fraction);
    const double removed = fraction * base.model.coefficients().A(i, j);
    const double l_ji = base.model.inverse_matrix().download(j, i, 1, 1)(0, 0);
    const double denominator = 1.0 + removed * l_ji;
    require_productive(Eigen::ArrayXd::Constant(1, denominator));
    return base.g.row(i).transpose() * (removed * base.x[j] / denominator);
}

std::vector<Flow> largest_flows(const ExtractionBase& base, Index weight, double fraction,
                                std::size_t count) {
    return largest_flows(cell_losses(base, weight, fraction), count);
}

Eigen::VectorXd group_loss(const ExtractionBase& base, const std::vector<Index>& group) {
    const Eigen::MatrixXd l_ss = base.model.leontief_inverse()(group, group);
    const Eigen::VectorXd x_s = base.x(group);
    return base.g(group, Eigen::all).transpose() *
           Eigen::PartialPivLU<Eigen::MatrixXd>(l_ss).solve(x_s);
}

Eigen::MatrixXd block_losses(const ExtractionBase& base) {
    const auto num_blocks = std::max<Index>(static_cast<Index>(base.block_starts.size()) - 1, 0);
    Eigen::MatrixXd losses(num_blocks, base.weights.cols());
    const double* block = base.blocks.data();
    for (Index b = 0; b < num_blocks; ++b) {
        const Index first = base.block_starts[static_cast<std::size_t>(b)];
        const Index size = base.block_starts[static_cast<std::size_t>(b) + 1] - first;
        const Eigen::Map<const Eigen::MatrixXd> l_ss(block, size, size);
        const Eigen::VectorXd extracted =
            Eigen::PartialPivLU<Eigen::MatrixXd>(l_ss).solve(base.x.segment(first, size));
        losses.row(b) = extracted.transpose() * base.g.middleRows(first, size);
        block += size * size;
    }
    return losses;
}

}  // namespace narrows
