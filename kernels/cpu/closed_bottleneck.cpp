#include "kernels/cpu/closed_bottleneck.hpp"

#include <algorithm>

namespace narrows::cpu {

ClosedBottleneck::ClosedBottleneck(std::int64_t n, const IsaKernels& kernels)
    : n_(n),
      kernels_(kernels),
      criticality_(static_cast<std::size_t>(n * n)),
      weights_(criticality_.size()),
      paths_(criticality_.size()),
      own_(static_cast<std::size_t>(kernels.shortage_lanes)),
      sources_(n * kernels.shortage_lanes),
      best_(kernels.shortage_users * kernels.shortage_lanes) {
    const std::int64_t users = kernels.shortage_users;
    tiles_.resize(static_cast<std::size_t>((n + users - 1) / users * users * n));
    for (std::int64_t k = 0; k < n; ++k) rows_.push_back({k, 1});
}

void ClosedBottleneck::set_matrix(const double* criticality, const double* domestic_share,
                                  double lambda) {
    std::copy_n(criticality, n_ * n_, criticality_.begin());
    for (std::size_t cell = 0; cell < weights_.size(); ++cell) {
        weights_[cell] = lambda * (criticality[cell] * domestic_share[cell]);
    }
    for (std::int64_t k = 0; k < n_; ++k) weights_[static_cast<std::size_t>(k + k * n_)] = 0.0;
    close_paths();
    pack_paths();
}

/// Floyd and Warshall's algorithm with (max, times) in the place of (min, plus): no cycle gains,
/// for every weight is below 1.
void ClosedBottleneck::close_paths() {
    paths_ = weights_;
    for (std::int64_t k = 0; k < n_; ++k) paths_[static_cast<std::size_t>(k + k * n_)] = 1.0;
    for (std::int64_t via = 0; via < n_; ++via) {
        const double* const to_via = &paths_[static_cast<std::size_t>(via * n_)];
        for (std::int64_t j = 0; j < n_; ++j) {
            double* const to = &paths_[static_cast<std::size_t>(j * n_)];
            const double last = to[via];
            if (last == 0.0 || j == via) continue;
            for (std::int64_t k = 0; k < n_; ++k) to[k] = std::max(to[k], to_via[k] * last);
        }
    }
}

void ClosedBottleneck::pack_paths() {
    double* packed = tiles_.data();
    for (std::int64_t first = 0; first < n_; first += kernels_.shortage_users) {
        for (std::int64_t k = 0; k < n_; ++k) {
            for (std::int64_t j = first; j < first + kernels_.shortage_users; ++j) {
                *packed++ = j < n_ ? paths_[static_cast<std::size_t>(k + j * n_)] : 0.0;
            }
        }
    }
}

/// The sources of `size` scenarios, the first of them at `blocked_share`.
void ClosedBottleneck::find_sources(std::int64_t product, std::int64_t count,
                                    const double* blocked_share, std::int64_t size) {
    const std::int64_t lanes = kernels_.shortage_lanes;
    const double* const to_product = &paths_[static_cast<std::size_t>(product * n_)];
    std::fill(own_.begin(), own_.end(), 0.0);
    std::fill_n(sources_.data(), n_ * lanes, 0.0);
    for (std::int64_t k = 0; k < n_; ++k) {
        const auto cell = static_cast<std::size_t>(product + k * n_);
        const double back = to_product[k] / (1.0 - weights_[cell] * to_product[k]);
        double* const source = sources_.data() + k * lanes;
        for (std::int64_t at = 0; at < size; ++at) {
            source[at] = criticality_[cell] * blocked_share[k * count + at];
            own_[static_cast<std::size_t>(at)] =
                std::max(own_[static_cast<std::size_t>(at)], source[at] * back);
        }
    }
    for (std::int64_t k = 0; k < n_; ++k) {
        const double weight = weights_[static_cast<std::size_t>(product + k * n_)];
        double* const source = sources_.data() + k * lanes;
        for (std::int64_t at = 0; at < size; ++at) {
            source[at] += own_[static_cast<std::size_t>(at)] * weight;
        }
    }
}

void ClosedBottleneck::solve(std::int64_t product, std::int64_t count, const double* blocked_share,
                             double* loss) {
    const std::int64_t lanes = kernels_.shortage_lanes;
    for (std::int64_t first = 0; first < count; first += lanes) {
        const std::int64_t size = std::min(lanes, count - first);
        find_sources(product, count, blocked_share + first, size);
        const double* tile = tiles_.data();
        for (std::int64_t user = 0; user < n_; user += kernels_.shortage_users) {
            kernels_.shortage(tile, n_, rows_.data(), sources_.data(), best_.data());
            tile += n_ * kernels_.shortage_users;
            const std::int64_t users = std::min(kernels_.shortage_users, n_ - user);
            for (std::int64_t u = 0; u < users; ++u) {
                std::copy_n(best_.data() + u * lanes, size, loss + (user + u) * count + first);
            }
        }
    }
}

}  // namespace narrows::cpu
