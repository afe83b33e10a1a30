#include "kernels/cpu/closed_bottleneck.hpp"

#include <algorithm>

namespace narrows::cpu {

ClosedBottleneck::ClosedBottleneck(std::int64_t n, const IsaKernels& kernels)
    : n_(n),
      kernels_(kernels),
      criticality_(static_cast<std::size_t>(n * n)),
      weights_(criticality_.size()),
      paths_(criticality_.size()),
      back_(criticality_.size()),
      sources_(n * kernels.shortage_lanes),
      best_(kernels.shortage_users * kernels.shortage_lanes) {
    const std::int64_t users = kernels.shortage_users;
    tiles_.resize(static_cast<std::size_t>((n + users - 1) / users * users * n));
    for (std::int64_t k = 0; k < n; ++k) rows_.push_back({k, 1});
}

void ClosedBottleneck::set_matrix(const double* criticality, const double* domestic_share,
                                  double lambda) {
    for (std::int64_t j = 0; j < n_; ++j) {
        for (std::int64_t k = 0; k < n_; ++k) {
            const std::int64_t cell = k + j * n_;
            const auto transposed = static_cast<std::size_t>(j + k * n_);
            criticality_[transposed] = criticality[cell];
            weights_[transposed] =
                j == k ? 0.0 : lambda * (criticality[cell] * domestic_share[cell]);
            paths_[static_cast<std::size_t>(cell)] = j == k ? 1.0 : weights_[transposed];
        }
    }
    close_paths();
    for (std::size_t i = 0; i < back_.size(); ++i) {
        back_[i] = paths_[i] / (1.0 - weights_[i] * paths_[i]);
    }
    pack_paths();
}

/// Floyd and Warshall's algorithm with (max, times) in the place of (min, plus): no cycle gains,
/// for every weight is below 1.
void ClosedBottleneck::close_paths() {
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

/// The sources of one scenario, whose blocked shares are `count` apart, into one lane.
void ClosedBottleneck::find_sources(std::int64_t product, std::int64_t count,
                                    const double* blocked_share, double* source) const {
    const std::int64_t lanes = kernels_.shortage_lanes;
    const auto first = static_cast<std::size_t>(product * n_);
    const double* const criticality = &criticality_[first];
    const double* const weight = &weights_[first];
    const double* const back = &back_[first];
    double own = 0.0;
    for (std::int64_t k = 0; k < n_; ++k) {
        const double direct = criticality[k] * blocked_share[k * count];
        source[k * lanes] = direct;
        own = std::max(own, direct * back[k]);
    }
    for (std::int64_t k = 0; k < n_; ++k) source[k * lanes] += own * weight[k];
}

void ClosedBottleneck::solve(std::int64_t count, const std::int64_t* products,
                             const double* blocked_share, double* loss) {
    const std::int64_t lanes = kernels_.shortage_lanes;
    for (std::int64_t first = 0; first < count; first += lanes) {
        // Lanes beyond the last scenario keep what they had.
        const std::int64_t size = std::min(lanes, count - first);
        for (std::int64_t at = 0; at < size; ++at) {
            find_sources(products[first + at], count, blocked_share + first + at,
                         sources_.data() + at);
        }
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
