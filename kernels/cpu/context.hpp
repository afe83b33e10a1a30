#pragma once

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "kernels/backend_api.h"
#include "kernels/common/block_inverse.hpp"
#include "kernels/common/status.hpp"
#include "kernels/cpu/isa_kernels.hpp"
#include "kernels/cpu/threads.hpp"

namespace narrows::cpu {

/// Uninitialised doubles, in large pages where that pays.
class HostArray {
  public:
    explicit HostArray(std::int64_t count);
    double* get() const { return data_.get(); }
    std::int64_t count() const { return count_; }

  private:
    struct Free {
        void operator()(double* data) const { std::free(data); }
    };
    std::int64_t count_;
    std::unique_ptr<double, Free> data_;
};

/// The last large arrays that were given back, for the next ones of their size: an inverse and its
/// workspace. Clearing the pages of a fresh matrix takes up to a tenth of the time of inverting it.
class SpareMemory {
  public:
    std::unique_ptr<HostArray> take(std::int64_t count);
    void give(std::unique_ptr<HostArray> array) noexcept;
    std::int64_t bytes() const;

  private:
    std::unique_ptr<HostArray> kept_[2];
};

}  // namespace narrows::cpu

struct narrows_context {
    std::string error;
    const narrows::cpu::IsaKernels* isa = nullptr;
    narrows::cpu::Gemm gemm = nullptr;
    std::string operations;
    std::unique_ptr<narrows::cpu::Threads> threads;
    /// Of the machine, not of this context: work is cut by it, and the cut decides the rounding.
    std::int64_t processors = 1;
    narrows::cpu::SpareMemory spare;
};

struct narrows_matrix {
    narrows_matrix(std::int64_t r, std::int64_t c, std::unique_ptr<narrows::cpu::HostArray> memory)
        : rows(r), columns(c), ld(r), own(std::move(memory)), data(own->get()) {}
    narrows_matrix(std::int64_t r, std::int64_t c, const double* borrowed, std::int64_t stride)
        : rows(r), columns(c), ld(stride), data(borrowed) {}
    double* writable() const { return own->get(); }

    std::int64_t rows, columns, ld;
    std::unique_ptr<narrows::cpu::HostArray> own;  // null where the host's data is referred to
    const double* data;
};

namespace narrows::cpu {

/// Runs `body` and turns C++ exceptions into statuses: nothing may throw across the contract.
template <class Body>
narrows_status guarded(narrows_context* context, Body body) {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return kernels::fail(context, NARROWS_OUT_OF_MEMORY, "not enough host memory");
    } catch (const std::exception& error) {
        return kernels::fail(context, NARROWS_DEVICE_FAILURE, error.what());
    }
}

inline bool is_square(const narrows_matrix* matrix) {
    return matrix != nullptr && matrix->rows == matrix->columns;
}

/// a'b of two vectors, in one fixed order.
double dot(std::int64_t n, const double* a, const double* b);

/// The products, independent of each other, on all threads. They are cut into tiles by their shape
/// and the machine's number of processors only.
void multiply(narrows_context& context, const kernels::Product* products, int count);

/// f(first, last) for ranges of `width` that cover [0, count), on all threads.
template <class Body>
void for_ranges(narrows_context& context, std::int64_t count, std::int64_t width, Body body) {
    context.threads->run((count + width - 1) / width, [&](std::int64_t i, int) {
        const std::int64_t first = i * width;
        body(first, first + width < count ? first + width : count);
    });
}

// The operations of the contract, in the files of these names; see backend_api.h.
// inverse.cpp
std::int64_t invert_bytes(std::int64_t n);
narrows_status invert(narrows_context* context, const narrows_matrix* a, const double* weights,
                      const double* slack, narrows_matrix** inverse, narrows_factor_info* info);
// lu.cpp
narrows_status factor(narrows_context* context, const narrows_matrix* a, narrows_factor** factor,
                      narrows_factor_info* info);
void release_factor(narrows_context* context, narrows_factor* factor);
narrows_status solve(narrows_context* context, const narrows_factor* factor, int32_t transposed,
                     int64_t num_rhs, double* rhs, int64_t ld);
narrows_status invert_factor(narrows_context* context, const narrows_factor* factor,
                             narrows_matrix** inverse);
// apply.cpp
std::int64_t residual_bytes(std::int64_t n);
narrows_status multiply_matrices(narrows_context* context, const narrows_matrix* a,
                                 const narrows_matrix* b, narrows_matrix* c);
narrows_status apply(narrows_context* context, const narrows_matrix* matrix, int32_t transposed,
                     int64_t num_rhs, const double* y, int64_t ldy, double* x, int64_t ldx);
narrows_status apply_each(narrows_context* context, const narrows_matrix* matrix,
                          int32_t transposed, int64_t num_rhs, const double* y, int64_t ldy,
                          double* x, int64_t ldx);
narrows_status apply_sparse(narrows_context* context, const narrows_matrix* matrix, int64_t num_rhs,
                            const int64_t* starts, const int64_t* rows, const double* values,
                            double* x, int64_t ldx);
narrows_status residual(narrows_context* context, const narrows_matrix* a, const narrows_matrix* l,
                        double* column_sums);
// extraction.cpp
std::int64_t sweep_bytes(std::int64_t n, std::int64_t num_flows);
narrows_status sweep(narrows_context* context, const narrows_matrix* l, const narrows_sweep* sweep);
narrows_status cell_losses(narrows_context* context, const narrows_matrix* l,
                           const narrows_matrix* a, const double* g, const double* x, double phi,
                           double* losses, int64_t ld, double* smallest);
// batch.cpp
std::int64_t batch_bytes(std::int64_t n);
narrows_status run_batch(narrows_context* context, const narrows_batch* batch);
// shortage.cpp
std::int64_t shortage_bytes(std::int64_t n);
narrows_status solve_shortage(narrows_context* context, const narrows_shortage* shortage);
// inventory.cpp
std::int64_t inventory_bytes(std::int64_t shares, std::int64_t stocks);
narrows_status run_inventory(narrows_context* context, const narrows_inventory* inventory);

}  // namespace narrows::cpu
