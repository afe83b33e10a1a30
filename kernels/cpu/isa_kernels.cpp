// Compiled once for each instruction set, with NARROWS_ISA its name. Eigen is put in a namespace of
// that name: an inline function of Eigen compiled for AVX-512 must never be linked in the place of
// the same function compiled for SSE2. Standard library functions have no such guard, so none is
// used here that the compiler does not inline; the test isa_kernels.share_nothing looks at the
// object files.
#define NARROWS_PASTE_(a, b) a##b
#define NARROWS_PASTE(a, b) NARROWS_PASTE_(a, b)
#define NARROWS_TEXT_(a) #a
#define NARROWS_TEXT(a) NARROWS_TEXT_(a)
#define Eigen NARROWS_PASTE(eigen_for_, NARROWS_ISA)

#include "kernels/cpu/isa_kernels.hpp"

#include <cstdint>

#include <Eigen/Core>
#include <Eigen/LU>

#include "kernels/common/executor.hpp"
#include "kernels/common/gth_block.hpp"
#include "kernels/common/random.hpp"

namespace narrows::cpu {
namespace {

using Matrix = Eigen::Map<Eigen::MatrixXd, 0, Eigen::OuterStride<>>;
using ConstMatrix = Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>>;

template <class A, class B>
void multiply_add(double alpha, const A& a, const B& b, double beta, Matrix& c) {
    if (beta == 0.0) {
        c.noalias() = alpha * a * b;
    } else {
        c.noalias() += alpha * a * b;
    }
}

void gemm(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k,
          double alpha, const double* a, std::int64_t lda, const double* b, std::int64_t ldb,
          double beta, double* c, std::int64_t ldc) {
    const ConstMatrix left(a, transpose_a ? k : m, transpose_a ? m : k, Eigen::OuterStride<>(lda));
    const ConstMatrix right(b, transpose_b ? n : k, transpose_b ? k : n, Eigen::OuterStride<>(ldb));
    Matrix result(c, m, n, Eigen::OuterStride<>(ldc));
    if (transpose_a && transpose_b) {
        multiply_add(alpha, left.transpose(), right.transpose(), beta, result);
    } else if (transpose_a) {
        multiply_add(alpha, left.transpose(), right, beta, result);
    } else if (transpose_b) {
        multiply_add(alpha, left, right.transpose(), beta, result);
    } else {
        multiply_add(alpha, left, right, beta, result);
    }
}

void gth_invert(std::int64_t n, double* k, std::int64_t ld, double* slack, double* scratch,
                std::int64_t first_step, kernels::PivotInfo* info) {
    const kernels::SerialExecutor executor;
    kernels::gth_invert(executor, n, k, ld, slack, scratch, first_step, info);
}

void lu_factor(std::int64_t n, double* k, std::int32_t* order) {
    Eigen::Ref<Eigen::MatrixXd> matrix = Eigen::Map<Eigen::MatrixXd>(k, n, n);
    const Eigen::PartialPivLU<Eigen::Ref<Eigen::MatrixXd>> lu(matrix);
    Eigen::Map<Eigen::VectorXi> rows(order, n);
    rows = lu.permutationP().inverse().eval().indices();
}

void lu_solve(std::int64_t n, const double* lu, const std::int32_t* order, bool transposed,
              std::int64_t columns, double* x, std::int64_t ld) {
    const Eigen::Map<const Eigen::MatrixXd> factors(lu, n, n);
    const Eigen::Map<const Eigen::VectorXi> rows(order, n);
    Matrix solution(x, n, columns, Eigen::OuterStride<>(ld));
    if (transposed) {
        factors.triangularView<Eigen::Upper>().transpose().solveInPlace(solution);
        factors.triangularView<Eigen::UnitLower>().transpose().solveInPlace(solution);
        const Eigen::MatrixXd solved = solution;
        for (std::int64_t i = 0; i < n; ++i) solution.row(rows[i]) = solved.row(i);
        return;
    }
    const Eigen::MatrixXd rhs = solution;
    for (std::int64_t i = 0; i < n; ++i) solution.row(i) = rhs.row(rows[i]);
    factors.triangularView<Eigen::UnitLower>().solveInPlace(solution);
    factors.triangularView<Eigen::Upper>().solveInPlace(solution);
}

/// kernels::perturbation for a row of cells, in two loops that vectorise where one does not.
double perturb(std::int64_t n, const double* a, const double* spread, std::uint64_t first_cell,
               std::uint64_t seed, std::uint32_t stream, std::uint32_t draw, double* column) {
    constexpr std::int64_t strip = 128;
    double radius2[strip];
    double turns[strip];
    double sum = 0.0;
    for (std::int64_t first = 0; first < n; first += strip) {
        const std::int64_t count = n - first < strip ? n - first : strip;
        for (std::int64_t i = 0; i < count; ++i) {
            const auto cell = first_cell + static_cast<std::uint64_t>(first + i);
            kernels::normal_parts(seed, stream, draw, cell, radius2[i], turns[i]);
        }
        for (std::int64_t i = 0; i < count; ++i) {
            column[first + i] =
                a[first + i] * kernels::factor_of(spread[first + i], radius2[i], turns[i]);
        }
        for (std::int64_t i = 0; i < count; ++i) sum += column[first + i];
    }
    return sum;
}

// A tile of sums fills the registers as in a matrix product: users x vectors of lanes.
#if defined(__AVX512F__)
constexpr std::int64_t vector_size = 8, tile_users = 8, tile_vectors = 3;
#elif defined(__AVX__)
constexpr std::int64_t vector_size = 4, tile_users = 4, tile_vectors = 3;
#else
constexpr std::int64_t vector_size = 2, tile_users = 4, tile_vectors = 2;
#endif
typedef double Vector __attribute__((vector_size(vector_size * sizeof(double))));

}  // namespace
}  // namespace narrows::cpu

#include "kernels/cpu/inventory_nodes.hpp"

namespace narrows::cpu {
namespace {

void shortage(const double* weights, std::int64_t num_products, const ProductRows* products,
              const double* loss, double* best) {
    constexpr std::int64_t lanes = tile_vectors * vector_size;
    for (std::int64_t i = 0; i < tile_users * lanes; ++i) best[i] = 0.0;
    for (std::int64_t g = 0; g < num_products; ++g) {
        Vector sums[tile_users][tile_vectors] = {};
        const double* row = loss + products[g].first * lanes;
        for (std::int64_t r = 0; r < products[g].count; ++r, row += lanes, weights += tile_users) {
            Vector losses[tile_vectors];
            for (std::int64_t v = 0; v < tile_vectors; ++v) {
                losses[v] = *reinterpret_cast<const Vector*>(row + v * vector_size);
            }
            for (std::int64_t u = 0; u < tile_users; ++u) {
                for (std::int64_t v = 0; v < tile_vectors; ++v) {
                    sums[u][v] += weights[u] * losses[v];
                }
            }
        }
        for (std::int64_t u = 0; u < tile_users; ++u) {
            for (std::int64_t v = 0; v < tile_vectors; ++v) {
                auto& largest = *reinterpret_cast<Vector*>(best + u * lanes + v * vector_size);
                largest = sums[u][v] > largest ? sums[u][v] : largest;
            }
        }
    }
}

const IsaKernels table = {NARROWS_TEXT(NARROWS_ISA),
                          gemm,
                          gth_invert,
                          lu_factor,
                          lu_solve,
                          perturb,
                          shortage,
                          tile_users,
                          tile_vectors* vector_size,
                          inventory,
                          inventory_tile_users,
                          inventory_width,
                          inventory_nodes};

}  // namespace

const IsaKernels& NARROWS_PASTE(kernels_, NARROWS_ISA)() {
    return table;
}

}  // namespace narrows::cpu
