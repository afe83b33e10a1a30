#include <vector>

#include "tests/kernels/cuda/module.hpp"

namespace narrows::cuda_tests {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class Apply : public CudaTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Orders, Apply, testing::Values(1, 31, 33, 65, 130, 257));

double tolerance(const MatrixXd& m, const MatrixXd& y) {
    return 1e-14 * m.norm() * y.norm();
}

TEST_P(Apply, UploadKeepsEveryCellAndDownloadTakesBlocks) {
    const Index n = GetParam();
    const MatrixXd padded = MatrixXd::Random(n + 3, 2 * n);
    Matrix matrix(context);
    ASSERT_EQ(api->upload(context, n, 2 * n, padded.data(), n + 3, matrix.out()), NARROWS_OK);

    EXPECT_EQ(matrix.download(n, 2 * n), padded.topRows(n));

    const Index rows = n / 2, columns = n / 3 + 1;
    MatrixXd block = MatrixXd::Constant(rows + 5, columns, -1.0);
    ASSERT_EQ(api->download(context, matrix.get(), n - rows, n - columns + 1, rows, columns,
                            block.data(), rows + 5),
              NARROWS_OK);
    EXPECT_EQ(block.topRows(rows), padded.block(n - rows, n - columns + 1, rows, columns));
    EXPECT_EQ(block.bottomRows(5), MatrixXd::Constant(5, columns, -1.0));
    int64_t ld = 0;
    EXPECT_EQ(api->host_view(matrix.get(), &ld), nullptr);
}

TEST_P(Apply, CreatesZerosAndMultiplies) {
    const Index n = GetParam();
    const MatrixXd a = MatrixXd::Random(n + 2, n), b = MatrixXd::Random(n, 3);
    const Matrix device_a(context, a), device_b(context, b);
    Matrix c(context);
    ASSERT_EQ(api->create(context, n + 2, 3, c.out()), NARROWS_OK);
    EXPECT_EQ(c.download(n + 2, 3), MatrixXd::Zero(n + 2, 3));

    ASSERT_EQ(api->multiply(context, device_a.get(), device_b.get(), c.get()), NARROWS_OK);

    EXPECT_LE((c.download(n + 2, 3) - a * b).norm(), tolerance(a, b));
}

TEST_P(Apply, BothProductsMatchEigenBothWays) {
    const Index n = GetParam();
    const MatrixXd m = MatrixXd::Random(n, n);
    const Matrix matrix(context, m);
    for (const Index k : {1, 3, 65}) {
        for (const int transposed : {0, 1}) {
            const MatrixXd y = MatrixXd::Random(n + 1, k);
            const MatrixXd op_m = transposed != 0 ? MatrixXd(m.transpose()) : m;
            const MatrixXd expected = op_m * y.topRows(n);
            MatrixXd x = MatrixXd::Constant(n + 2, k, -1.0), each = x;

            ASSERT_EQ(
                api->apply(context, matrix.get(), transposed, k, y.data(), n + 1, x.data(), n + 2),
                NARROWS_OK);
            ASSERT_EQ(api->apply_each(context, matrix.get(), transposed, k, y.data(), n + 1,
                                      each.data(), n + 2),
                      NARROWS_OK);

            EXPECT_LE((x.topRows(n) - expected).norm(), tolerance(m, y));
            EXPECT_LE((each.topRows(n) - expected).norm(), tolerance(m, y));
            EXPECT_EQ(x.bottomRows(2), MatrixXd::Constant(2, k, -1.0));
            EXPECT_EQ(each.bottomRows(2), MatrixXd::Constant(2, k, -1.0));
        }
    }
}

TEST_P(Apply, ColumnHasTheSameBitsInAnyBatch) {
    const Index n = GetParam();
    const Index k = 2100;  // three chunks, the last one padded
    const Matrix matrix(context, MatrixXd::Random(n, n));
    const MatrixXd y = MatrixXd::Random(n, k);
    MatrixXd x(n, k), part(n, 70);
    ASSERT_EQ(api->apply(context, matrix.get(), 0, k, y.data(), n, x.data(), n), NARROWS_OK);

    for (const Index first : {0, 1, 1000, 1024, 2030}) {
        ASSERT_EQ(api->apply(context, matrix.get(), 0, 70, y.col(first).data(), n, part.data(), n),
                  NARROWS_OK);
        EXPECT_EQ(part, x.middleCols(first, 70)) << first;
    }
}

TEST_P(Apply, OrderOfTheStreamsDoesNotMatter) {
    if (!module().emulated) GTEST_SKIP() << "not the emulated module";
    const Index n = GetParam();
    const Index k = 3 * 1024 + 5;
    const MatrixXd m = MatrixXd::Random(n, n), y = MatrixXd::Random(n, k);
    const Matrix matrix(context, m);
    MatrixXd x(n, k), again(n, k);
    control.order(0);
    ASSERT_EQ(api->apply(context, matrix.get(), 0, k, y.data(), n, x.data(), n), NARROWS_OK);
    EXPECT_LE((x - m * y).norm(), tolerance(m, y));

    for (const uint32_t order : {1U, 3U, 4U}) {
        control.order(order);
        ASSERT_EQ(api->apply(context, matrix.get(), 0, k, y.data(), n, again.data(), n),
                  NARROWS_OK);
        EXPECT_EQ(again, x) << order;
    }
}

/// Columns with 0, 1, 2, ... entries, some rows twice.
struct SparseColumns {
    explicit SparseColumns(Index n, Index k) : dense(MatrixXd::Zero(n, k)), starts{5} {
        rows.resize(5, n);  // before the first column: not to be read
        values.resize(5, NAN);
        for (Index c = 0; c < k; ++c) {
            for (Index e = 0; e < c % 7; ++e) {
                const Index row = (17 * c + 5 * e) % n;
                const double value = 1.0 + 0.1 * static_cast<double>(e + c % 3);
                rows.push_back(row);
                values.push_back(value);
                dense(row, c) += value;
            }
            starts.push_back(static_cast<int64_t>(rows.size()));
        }
    }
    MatrixXd dense;
    std::vector<int64_t> starts, rows;
    std::vector<double> values;
};

TEST_P(Apply, SparseColumnsMatchDenseOnesAndAreTheSameInAnyBatch) {
    const Index n = GetParam();
    const MatrixXd m = MatrixXd::Random(n, n);
    const Matrix matrix(context, m);
    for (const Index k : {1, 3, 65, 1500}) {
        const SparseColumns y(n, k);
        MatrixXd x = MatrixXd::Constant(n + 1, k, -1.0);

        ASSERT_EQ(api->apply_sparse(context, matrix.get(), k, y.starts.data(), y.rows.data(),
                                    y.values.data(), x.data(), n + 1),
                  NARROWS_OK);

        EXPECT_LE((x.topRows(n) - m * y.dense).norm(), tolerance(m, y.dense));
        EXPECT_EQ(x.bottomRows(1), MatrixXd::Constant(1, k, -1.0));
        MatrixXd last(n, 1);
        ASSERT_EQ(api->apply_sparse(context, matrix.get(), 1, y.starts.data() + k - 1,
                                    y.rows.data(), y.values.data(), last.data(), n),
                  NARROWS_OK);
        EXPECT_EQ(last.col(0), x.col(k - 1).head(n));
    }
}

}  // namespace
}  // namespace narrows::cuda_tests
