#include "kernels/common/reduction.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/products.cuh"

namespace narrows::cuda {
namespace {

/// One block per matrix.
void launch_base(cudaStream_t stream, std::int64_t count, std::int64_t stride, std::int64_t n,
                 double* k, std::int64_t ld, const double* slack, std::int64_t first_step,
                 kernels::PivotInfo* pivots) {
    launch<Base::threads>(
        "invert_base", stream, count, Base::threads, Base::shared_size,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double* shared) {
            kernels::gth_invert_tile<Base>(executor, shared, n, k + block * stride, ld,
                                           slack + block * stride, first_step, pivots + block);
        });
}

/// One block per column of every matrix: result_j = start_j - sum_i w_i m_ij.
void launch_slack(const char* name, cudaStream_t stream, std::int64_t count, std::int64_t stride,
                  std::int64_t rows, std::int64_t columns, const double* matrix, std::int64_t ld,
                  const double* weights, const double* start, double* result) {
    constexpr int threads = 128;
    launch<threads, 8>(
        name, stream, columns * count, threads, kernels::column_parts,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double* partial) {
            const std::int64_t j = block % columns;
            const std::int64_t shift = block / columns * stride;
            kernels::subtract_column_sum(executor, partial, rows, matrix + shift + j * ld,
                                         weights == nullptr ? nullptr : weights + shift,
                                         start + shift + j, result + shift + j);
        });
}

}  // namespace

void BlockOps::invert_base(std::int64_t n, double* k, std::int64_t ld, double* slack,
                           std::int64_t first_step) {
    launch_base(context_.lanes[0].stream.get(), count_, stride_, n, k, ld, slack, first_step,
                pivots_);
}

void BlockOps::multiply_on(int lane, const kernels::Product& product) {
    if (count_ == 1) {
        multiply(context_.lanes[lane], product);
    } else {
        multiply_batched(context_.lanes[lane], product, count_, {stride_, stride_, stride_});
    }
}

void BlockOps::products(const kernels::Product* products, int count) {
    if (count == 2) {
        context_.fork.record(context_.lanes[0].stream);
        context_.fork.hold_back(context_.lanes[1].stream);
        multiply_on(1, products[1]);
        context_.join.record(context_.lanes[1].stream);
    }
    multiply_on(0, products[0]);
    if (count == 2) context_.join.hold_back(context_.lanes[0].stream);
}

void BlockOps::inner_slack(std::int64_t h, std::int64_t g, const double* k21, std::int64_t ld,
                           const double* slack, double* result) {
    launch_slack("inner_slack", context_.lanes[0].stream.get(), count_, stride_, g, h, k21, ld,
                 nullptr, slack, result);
}

void BlockOps::schur_slack(std::int64_t h, std::int64_t g, const double* slack1, const double* t1,
                           std::int64_t ld, double* slack2) {
    launch_slack("schur_slack", context_.lanes[0].stream.get(), count_, stride_, h, g, t1, ld,
                 slack1, slack2, slack2);
}

}  // namespace narrows::cuda
