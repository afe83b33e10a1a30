#include "kernels/common/block_inverse.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "kernels/common/executor.hpp"
#include "kernels/common/gth_block.hpp"

#include "tests/support/matrices.hpp"

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double guard = -12345.0;

/// Naive loops, and a count of what they do.
class PlainOps {
  public:
    PlainOps(std::int64_t base, bool last_product_first)
        : base_(base), last_product_first_(last_product_first) {}

    std::int64_t base() const { return base_; }

    void invert_base(std::int64_t n, double* k, std::int64_t ld, double* slack,
                     std::int64_t first_step) {
        EXPECT_LE(n, base_);
        EXPECT_EQ(first_step, next_step);
        next_step += n;
        cubes_of_base_blocks += n * n * n;
        std::vector<double> scratch(static_cast<std::size_t>(gth_scratch(n)));
        const SerialExecutor executor;
        gth_invert(executor, n, k, ld, slack, scratch.data(), first_step, &info);
    }

    void products(const Product* products, int count) {
        EXPECT_LE(count, 2);
        for (int i = 0; i < count; ++i) {
            multiply(products[last_product_first_ ? count - 1 - i : i]);
        }
    }

    static void inner_slack(std::int64_t h, std::int64_t g, const double* k21, std::int64_t ld,
                            const double* slack, double* result) {
        for (std::int64_t j = 0; j < h; ++j) {
            result[j] = slack[j];
            for (std::int64_t i = 0; i < g; ++i) result[j] -= k21[i + j * ld];
        }
    }

    static void schur_slack(std::int64_t h, std::int64_t g, const double* slack1, const double* t1,
                            std::int64_t ld, double* slack2) {
        for (std::int64_t j = 0; j < g; ++j) {
            for (std::int64_t i = 0; i < h; ++i) slack2[j] -= slack1[i] * t1[i + j * ld];
        }
    }

    PivotInfo info{INFINITY, -1.0};
    std::int64_t multiply_adds = 0;
    std::int64_t cubes_of_base_blocks = 0;
    std::int64_t next_step = 0;

  private:
    void multiply(const Product& p) {
        multiply_adds += p.m * p.n * p.k;
        for (std::int64_t j = 0; j < p.n; ++j) {
            for (std::int64_t i = 0; i < p.m; ++i) {
                double sum = 0.0;
                for (std::int64_t l = 0; l < p.k; ++l) {
                    const double a = p.transpose_a ? p.a[l + i * p.lda] : p.a[i + l * p.lda];
                    const double b = p.transpose_b ? p.b[j + l * p.ldb] : p.b[l + j * p.ldb];
                    sum += a * b;
                }
                double& cell = p.c[i + j * p.ldc];
                // With beta 0 what was there counts for nothing, be it NaN.
                cell = p.beta == 0.0 ? p.alpha * sum : cell + p.alpha * sum;
            }
        }
    }
    std::int64_t base_;
    bool last_product_first_;
};

struct Inversion {
    Inversion(const MatrixXd& a, const VectorXd& r, std::int64_t base,
              bool last_product_first = false)
        : ops(base, last_product_first) {
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        const std::int64_t n = a.rows();
        const std::int64_t size = inverse_workspace(n, base);
        VectorXd workspace = VectorXd::Constant(size + 16, nan);
        VectorXd slack_space = VectorXd::Constant(slack_workspace(n) + 16, nan);
        workspace.tail(16).setConstant(guard);
        slack_space.tail(16).setConstant(guard);
        MatrixXd k = MatrixXd::Constant(n + 2, n, guard);
        k.topRows(n) = -a;
        k.diagonal().setConstant(nan);
        VectorXd slack = r;
        invert_blocks(ops, n, k.data(), n + 2, slack.data(), workspace.data(), slack_space.data());
        l = k.topRows(n);
        stays_inside = (workspace.tail(16).array() == guard).all() &&
                       (slack_space.tail(16).array() == guard).all() &&
                       (k.bottomRows(2).array() == guard).all();
    }
    PlainOps ops;
    MatrixXd l;
    bool stays_inside = false;
};

class BlockInverse : public testing::TestWithParam<int> {
  protected:
    std::int64_t base() const { return GetParam(); }
};

TEST_P(BlockInverse, IsAccurateInEveryEntryAtEveryOrder) {
    for (int n = 1; n <= 70; ++n) {
        const auto [a, r] = test::productive(n, n % 2 == 0 ? 1e-8 : 0.3, static_cast<unsigned>(n));

        const Inversion run(a, r, base());

        EXPECT_LE(test::worst_relative_error(run.l, test::exact_inverse(a, r)), 1e-14) << n;
        EXPECT_EQ(run.ops.info.singular_at, -1.0);
        EXPECT_EQ(run.ops.next_step, n);
    }
}

TEST_P(BlockInverse, StaysWithinItsWorkspace) {
    for (int n = 1; n <= 70; ++n) {
        const auto [a, r] = test::productive(n, 0.3, static_cast<unsigned>(n));

        EXPECT_TRUE(Inversion(a, r, base()).stays_inside) << n;
    }
}

TEST_P(BlockInverse, TakesAsManyMultiplyAddsAsAnInverseHas) {
    // n^3 = h^3 + g^3 + 3 h g n at every level, and the six products are 3 h g n.
    for (const int n : {1, 8, 33, 64, 70}) {
        const auto [a, r] = test::productive(n, 0.3, 5);

        const PlainOps ops = Inversion(a, r, base()).ops;

        EXPECT_EQ(ops.multiply_adds + ops.cubes_of_base_blocks, std::int64_t{n} * n * n);
        EXPECT_LE(ops.cubes_of_base_blocks, n * base() * base());
    }
}

TEST_P(BlockInverse, ProductsOfACallDoNotDependOnEachOther) {
    for (const int n : {9, 33, 70}) {
        const auto [a, r] = test::productive(n, 0.3, 6);

        EXPECT_EQ(Inversion(a, r, base(), true).l, Inversion(a, r, base(), false).l) << n;
    }
}

TEST_P(BlockInverse, SaysAtWhichStepOfTheWholeThePivotFails) {
    const auto [a, r] = test::productive(30, 0.3, 7);
    for (const int at : {0, 13, 29}) {
        MatrixXd alone = a;
        VectorXd slack = r;
        // A sector that neither buys nor sells nor leaves anything.
        slack += a.row(at).transpose();
        alone.row(at).setZero();
        alone.col(at).setZero();
        slack[at] = 0.0;

        EXPECT_EQ(Inversion(alone, slack, base()).ops.info.singular_at, at);
    }
}

INSTANTIATE_TEST_SUITE_P(Bases, BlockInverse, testing::Values(1, 4, 8));

TEST(BlockInverseParts, AreWholeBaseBlocksOfAboutHalf) {
    for (const std::int64_t base : {1, 4, 32}) {
        for (std::int64_t n = base + 1; n <= 40 * base; ++n) {
            const std::int64_t h = first_part(n, base);
            ASSERT_GT(h, 0);
            ASSERT_LT(h, n);
            ASSERT_EQ(h % base, 0);
            ASSERT_LE(std::abs(2 * h - n), 2 * base - 1) << n;
        }
    }
}

TEST(BlockInverseParts, NeedAThirdOfTheMatrixAsWorkspace) {
    for (const std::int64_t base : {1, 4, 32}) {
        for (std::int64_t n = 1; n <= 40 * base; ++n) {
            ASSERT_LE(inverse_workspace(n, base), n * n / 3 + n * base) << n;
            ASSERT_EQ(inverse_workspace(n, base) == 0, n <= base);
        }
    }
}

}  // namespace
}  // namespace narrows::kernels
