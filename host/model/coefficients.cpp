#include "host/model/coefficients.hpp"

#include <algorithm>
#include <cmath>

namespace narrows {
namespace {

Eigen::VectorXd inverse_output(const Eigen::VectorXd& x) {
    return x.unaryExpr([](double value) { return value == 0.0 ? 0.0 : 1.0 / value; });
}

/// Tarjan's strongly connected components of the graph i -> j where a_ij != 0, without recursion:
/// published tables have thousands of nodes in a chain.
class Components {
  public:
    explicit Components(const Eigen::MatrixXd& a)
        : a_(a),
          n_(a.rows()),
          order_(static_cast<std::size_t>(n_), -1),
          low_(order_),
          on_stack_(order_.size()) {
        for (Index node = 0; node < n_; ++node) {
            if (order(node) < 0) visit(node);
        }
    }
    std::vector<std::vector<Index>> result;

  private:
    struct Frame {
        Index node;
        Index next;
    };
    Index& order(Index node) { return order_[static_cast<std::size_t>(node)]; }
    Index& low(Index node) { return low_[static_cast<std::size_t>(node)]; }

    void enter(Index node) {
        order(node) = low(node) = counter_++;
        stack_.push_back(node);
        on_stack_[static_cast<std::size_t>(node)] = true;
        frames_.push_back({node, 0});
    }

    void visit(Index start) {
        enter(start);
        while (!frames_.empty()) {
            const Index node = frames_.back().node;
            if (frames_.back().next < n_) {
                const Index next = frames_.back().next++;
                if (a_(node, next) == 0.0) continue;
                if (order(next) < 0) {
                    enter(next);
                } else if (on_stack_[static_cast<std::size_t>(next)]) {
                    low(node) = std::min(low(node), order(next));
                }
                continue;
            }
            frames_.pop_back();
            if (!frames_.empty()) {
                low(frames_.back().node) = std::min(low(frames_.back().node), low(node));
            }
            if (low(node) == order(node)) pop_component(node);
        }
    }

    void pop_component(Index root) {
        std::vector<Index> members;
        Index member = -1;
        while (member != root) {
            member = stack_.back();
            stack_.pop_back();
            on_stack_[static_cast<std::size_t>(member)] = false;
            members.push_back(member);
        }
        result.push_back(std::move(members));
    }

    const Eigen::MatrixXd& a_;
    Index n_;
    Index counter_ = 0;
    std::vector<Index> order_, low_;
    std::vector<bool> on_stack_;
    std::vector<Index> stack_;
    std::vector<Frame> frames_;
};

}  // namespace

Eigen::MatrixXd input_coefficients(const Eigen::MatrixXd& z, const Eigen::VectorXd& x) {
    Eigen::MatrixXd a(z.rows(), z.cols());
    for (Index j = 0; j < z.cols(); ++j) {
        if (x[j] == 0.0) {
            a.col(j).setZero();
        } else {
            a.col(j) = z.col(j) / x[j];
        }
    }
    return a;
}

Eigen::VectorXd per_output(const Eigen::VectorXd& flows, const Eigen::VectorXd& x) {
    Eigen::VectorXd result = Eigen::VectorXd::Zero(x.size());
    for (Index j = 0; j < x.size(); ++j) {
        if (x[j] != 0.0) result[j] = flows[j] / x[j];
    }
    return result;
}

Eigen::MatrixXd allocation_coefficients(const Eigen::MatrixXd& z, const Eigen::VectorXd& x) {
    return inverse_output(x).asDiagonal() * z;
}

Coefficients coefficients(const IoTable& table) {
    const Eigen::VectorXd& x = table.x();
    return {input_coefficients(table.Z(), x), per_output(table.value_added(), x),
            per_output(table.imports_by_user(), x), per_output(table.taxes(), x), x};
}

SpectralRadius spectral_radius(const Eigen::MatrixXd& a, double tolerance, int max_steps) {
    const Eigen::MatrixXd magnitude = a.cwiseAbs();
    SpectralRadius result;
    if (a.size() == 0) return result;
    Eigen::VectorXd w = Eigen::VectorXd::Ones(a.rows());
    result.upper = INFINITY;
    double upper_before = INFINITY;
    constexpr int patience = 50;
    for (int step = 1; step <= max_steps; ++step) {
        const Eigen::VectorXd image = magnitude.transpose() * w;
        const Eigen::ArrayXd ratios = image.array() / w.array();
        result.upper = std::min(result.upper, ratios.maxCoeff());
        result.lower = std::max(result.lower, ratios.minCoeff());
        if (result.upper - result.lower <= tolerance * result.upper) return result;
        if (step % patience == 0) {
            if (upper_before - result.upper <= tolerance * result.upper) break;
            upper_before = result.upper;
        }
        // The shift by I keeps w positive and the iteration free of cycles.
        w += image;
        w /= w.maxCoeff();
        w = w.cwiseMax(1e-250);  // still a valid w: any positive vector gives valid bounds
    }
    // A reducible matrix: sectors outside the dominant set fade from w and spoil the minimum. The
    // dominant set alone bounds the radius from below, for rho(A) >= rho of any principal block.
    const Eigen::ArrayXd kept = (w.array() > 1e-8).select(w.array(), 0.0);
    const Eigen::ArrayXd image = (magnitude.transpose() * kept.matrix()).array();
    double smallest = INFINITY;
    for (Index j = 0; j < kept.size(); ++j) {
        if (kept[j] > 0.0) smallest = std::min(smallest, image[j] / kept[j]);
    }
    result.lower = std::max(result.lower, smallest);
    return result;
}

std::vector<std::vector<Index>> unproductive_sets(const Eigen::MatrixXd& a) {
    std::vector<std::vector<Index>> sets;
    const Eigen::MatrixXd magnitude = a.cwiseAbs();
    for (std::vector<Index>& members : Components(a).result) {
        const Eigen::MatrixXd block = magnitude(members, members);
        if (spectral_radius(block).upper < 1.0) continue;
        const Eigen::RowVectorXd sums = magnitude.colwise().sum();
        std::sort(members.begin(), members.end(), [&](Index left, Index right) {
            return sums[left] != sums[right] ? sums[left] > sums[right] : left < right;
        });
        sets.push_back(std::move(members));
    }
    return sets;
}

}  // namespace narrows
