#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace narrows::cpu {

/// Doubles that begin at a multiple of a cache line, 0 at first.
class AlignedDoubles {
  public:
    explicit AlignedDoubles(std::int64_t size)
        : data_(static_cast<double*>(
              ::operator new(static_cast<std::size_t>(size) * sizeof(double), alignment))) {
        std::fill_n(data_, size, 0.0);
    }
    ~AlignedDoubles() { ::operator delete(data_, alignment); }
    AlignedDoubles(const AlignedDoubles&) = delete;
    AlignedDoubles& operator=(const AlignedDoubles&) = delete;
    void swap(AlignedDoubles& other) noexcept { std::swap(data_, other.data_); }
    double* data() { return data_; }
    const double* data() const { return data_; }
    double& operator[](std::int64_t i) { return data_[i]; }
    double operator[](std::int64_t i) const { return data_[i]; }

  private:
    static constexpr std::align_val_t alignment{64};
    double* data_;
};

}  // namespace narrows::cpu
