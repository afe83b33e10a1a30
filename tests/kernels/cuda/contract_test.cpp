#include <cstring>
#include <limits>

#include "tests/kernels/cuda/module.hpp"
#include "tests/kernels/cuda/reference.hpp"
#include "tests/support/inventory_reference.hpp"

namespace narrows::cuda_tests {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST_F(CudaTest, TableIsOfThisContract) {
    EXPECT_EQ(api->abi, NARROWS_BACKEND_ABI);
    EXPECT_EQ(api->struct_size, static_cast<int32_t>(sizeof(narrows_backend_api)));
    EXPECT_STREQ(api->name, "cuda");
    for (size_t at = offsetof(narrows_backend_api, probe); at < sizeof(narrows_backend_api);
         at += sizeof(void*)) {
        const void* function = nullptr;
        std::memcpy(&function, reinterpret_cast<const char*>(api) + at, sizeof function);
        EXPECT_NE(function, nullptr) << at;
    }
}

TEST_F(CudaTest, DescribesItself) {
    char operations[128] = "", device[128] = "";
    int64_t free = 0, total = 0;

    ASSERT_EQ(api->describe(context, operations, sizeof operations, device, sizeof device),
              NARROWS_OK);
    ASSERT_EQ(api->memory(context, &free, &total), NARROWS_OK);

    EXPECT_NE(std::strstr(operations, "cuBLAS 1"), nullptr) << operations;
    EXPECT_NE(std::strstr(operations, ", cuSOLVER 1"), nullptr) << operations;
    EXPECT_NE(std::strstr(device, ", sm_"), nullptr) << device;
    EXPECT_NE(std::strstr(device, " GiB, driver "), nullptr) << device;
    EXPECT_GT(free, 0);
    EXPECT_GE(total, free);
    char little[5] = "";
    ASSERT_EQ(api->describe(context, little, sizeof little, nullptr, 0), NARROWS_OK);
    EXPECT_STREQ(little, "cuBL");
}

TEST_F(EmulatedTest, SaysWhyThereIsNoDevice) {
    char reason[128] = "";
    int32_t count = -1;
    EXPECT_EQ(api->probe(&count, reason, sizeof reason), NARROWS_OK);
    EXPECT_EQ(count, 1);

    control.set_devices(0);
    EXPECT_EQ(api->probe(&count, reason, sizeof reason), NARROWS_UNAVAILABLE);
    EXPECT_STREQ(reason, "no CUDA-capable device is detected");
    control.set_devices(-1);
    EXPECT_EQ(api->probe(nullptr, reason, sizeof reason), NARROWS_UNAVAILABLE);
    EXPECT_STREQ(reason, "CUDA driver version is insufficient for CUDA runtime version");
    EXPECT_EQ(api->probe(nullptr, nullptr, 0), NARROWS_UNAVAILABLE);

    narrows_context* none = context;
    const narrows_open_options options{0, 0, nullptr};
    EXPECT_EQ(api->open(&options, &none, reason, sizeof reason), NARROWS_UNAVAILABLE);
    EXPECT_EQ(none, nullptr);
    control.set_devices(1);
}

TEST_F(EmulatedTest, OpensTheDeviceThatIsAskedFor) {
    char reason[128] = "";
    narrows_context* other = context;
    narrows_open_options options{1, 0, nullptr};
    EXPECT_EQ(api->open(&options, &other, reason, sizeof reason), NARROWS_UNAVAILABLE);
    EXPECT_EQ(other, nullptr);
    EXPECT_STREQ(reason, "there is no device 1, only 1 of them from 0");

    control.set_devices(2);
    EXPECT_EQ(api->open(&options, &other, reason, sizeof reason), NARROWS_OK);
    api->close(other);

    control.set_code(0);
    options.device = 0;
    EXPECT_EQ(api->open(&options, &other, reason, sizeof reason), NARROWS_UNAVAILABLE);
    EXPECT_STREQ(reason,
                 "Emulated device has compute capability 9.0, which this build has no code for");
}

/// Every way of asking for what cannot be; the message names the operation.
class Refusals : public CudaTest {
  protected:
    void SetUp() override {
        CudaTest::SetUp();
        if (context == nullptr) return;
        ASSERT_EQ(api->create(context, 4, 4, &square), NARROWS_OK);
        ASSERT_EQ(api->create(context, 4, 3, &oblong), NARROWS_OK);
    }
    void TearDown() override {
        api->release_matrix(context, square);
        api->release_matrix(context, oblong);
        CudaTest::TearDown();
    }
    void refused(narrows_status status, const char* operation) {
        EXPECT_EQ(status, NARROWS_BAD_ARGUMENT) << operation;
        EXPECT_NE(std::strstr(api->error_message(context), operation), nullptr)
            << operation << ": " << api->error_message(context);
    }
    narrows_matrix* square = nullptr;
    narrows_matrix* oblong = nullptr;
    narrows_matrix* result = nullptr;
    double data[64] = {};
};

TEST_F(Refusals, Open) {
    narrows_context* none = context;
    const narrows_open_options options{-1, 0, nullptr};
    EXPECT_EQ(api->open(&options, &none, nullptr, 0), NARROWS_BAD_ARGUMENT);
    EXPECT_EQ(none, nullptr);
    EXPECT_EQ(api->open(nullptr, &none, nullptr, 0), NARROWS_BAD_ARGUMENT);
    EXPECT_EQ(api->open(&options, nullptr, nullptr, 0), NARROWS_BAD_ARGUMENT);
    EXPECT_EQ(api->describe(nullptr, nullptr, 0, nullptr, 0), NARROWS_BAD_ARGUMENT);
    EXPECT_STREQ(api->error_message(nullptr), "");
    api->close(nullptr);
}

TEST_F(Refusals, Matrices) {
    refused(api->memory(context, nullptr, nullptr), "memory");
    refused(api->upload(context, -1, 2, data, 4, &result), "upload");
    refused(api->upload(context, 2, -1, data, 4, &result), "upload");
    refused(api->upload(context, 4, 2, data, 3, &result), "upload");
    refused(api->upload(context, 4, 2, nullptr, 4, &result), "upload");
    refused(api->upload(context, 4, 2, data, 4, nullptr), "upload");
    EXPECT_EQ(api->upload(nullptr, 4, 2, data, 4, &result), NARROWS_BAD_ARGUMENT);
    refused(api->create(context, -1, 2, &result), "create");
    refused(api->create(context, 1, 2, nullptr), "create");
    refused(api->download(context, nullptr, 0, 0, 1, 1, data, 1), "download");
    refused(api->download(context, square, 0, 0, 5, 1, data, 5), "download");
    refused(api->download(context, square, 1, 0, 4, 1, data, 5), "download");
    refused(api->download(context, square, 0, 3, 1, 2, data, 5), "download");
    refused(api->download(context, square, -1, 0, 1, 2, data, 5), "download");
    refused(api->download(context, square, 0, 0, 2, 2, data, 1), "download");
    refused(api->download(context, square, 0, 0, 2, 2, nullptr, 2), "download");
    refused(api->multiply(context, oblong, square, oblong), "multiply");
    refused(api->multiply(context, square, oblong, square), "multiply");
    refused(api->multiply(context, square, square, square), "multiply");
    refused(api->multiply(context, square, square, nullptr), "multiply");
}

TEST_F(Refusals, InversesAndFactors) {
    narrows_factor* factor = nullptr;
    narrows_factor_info info{};
    refused(api->invert(context, oblong, nullptr, data, &result, &info), "invert");
    refused(api->invert(context, nullptr, nullptr, data, &result, &info), "invert");
    refused(api->invert(context, square, nullptr, nullptr, &result, &info), "invert");
    refused(api->invert(context, square, nullptr, data, nullptr, &info), "invert");
    refused(api->invert(context, square, nullptr, data, &result, nullptr), "invert");
    refused(api->factor(context, oblong, &factor, &info), "factor");
    refused(api->factor(context, square, nullptr, &info), "factor");
    refused(api->factor(context, square, &factor, nullptr), "factor");
    refused(api->solve(context, nullptr, 0, 1, data, 4), "solve");
    refused(api->invert_factor(context, nullptr, &result), "invert_factor");
    ASSERT_EQ(api->factor(context, square, &factor, &info), NARROWS_OK);
    refused(api->solve(context, factor, 0, 1, data, 3), "solve");
    refused(api->solve(context, factor, 0, -1, data, 4), "solve");
    refused(api->solve(context, factor, 0, 1, nullptr, 4), "solve");
    api->release_factor(context, factor);
}

TEST_F(Refusals, Products) {
    double x[16];
    refused(api->apply(context, oblong, 0, 1, data, 4, x, 4), "apply");
    refused(api->apply(context, square, 0, -1, data, 4, x, 4), "apply");
    refused(api->apply(context, square, 0, 1, data, 3, x, 4), "apply");
    refused(api->apply(context, square, 0, 1, data, 4, x, 3), "apply");
    refused(api->apply(context, square, 0, 1, nullptr, 4, x, 4), "apply");
    refused(api->apply(context, square, 0, 1, data, 4, nullptr, 4), "apply");
    refused(api->apply_each(context, oblong, 0, 1, data, 4, x, 4), "apply_each");
    refused(api->apply_each(context, square, 0, 1, data, 4, nullptr, 4), "apply_each");
    const int64_t starts[] = {0, 1, 2}, falling[] = {0, 2, 1}, rows[] = {0, 4}, fine[] = {0, 3};
    refused(api->apply_sparse(context, square, 2, starts, rows, data, x, 4), "apply_sparse");
    refused(api->apply_sparse(context, square, 2, falling, fine, data, x, 4), "apply_sparse");
    refused(api->apply_sparse(context, square, 2, nullptr, fine, data, x, 4), "apply_sparse");
    refused(api->apply_sparse(context, square, 2, starts, fine, nullptr, x, 4), "apply_sparse");
    refused(api->apply_sparse(context, square, 2, starts, fine, data, x, 3), "apply_sparse");
    EXPECT_EQ(api->apply_sparse(context, square, 2, starts, fine, data, x, 4), NARROWS_OK);
}

TEST_F(Refusals, Extractions) {
    double x[16], smallest = 0.0;
    refused(api->residual(context, square, oblong, x), "residual");
    refused(api->residual(context, square, square, nullptr), "residual");
    refused(api->sweep(context, square, nullptr), "sweep");
    narrows_sweep sweep{};
    EXPECT_EQ(api->sweep(context, square, &sweep), NARROWS_OK);
    refused(api->sweep(context, oblong, &sweep), "sweep");
    sweep.num_weights = 1;
    refused(api->sweep(context, square, &sweep), "sweep");
    sweep.num_weights = 0;
    const int64_t starts[] = {0, 3, 5};
    sweep.num_blocks = 2;
    sweep.block_starts = starts;
    sweep.blocks = data;
    refused(api->sweep(context, square, &sweep), "sweep");
    refused(api->cell_losses(context, square, square, data, data, 1.0, x, 3, &smallest),
            "cell_losses");
    refused(api->cell_losses(context, square, oblong, data, data, 1.0, x, 4, &smallest),
            "cell_losses");
    refused(api->cell_losses(context, square, square, data, data, 1.0, x, 4, nullptr),
            "cell_losses");
}

TEST_F(Refusals, Batches) {
    int32_t failed[2] = {};
    narrows_batch batch{};
    refused(api->run_batch(context, nullptr), "run_batch");
    EXPECT_EQ(api->run_batch(context, &batch), NARROWS_OK);
    batch.order = 2;
    batch.num_draws = 2;
    batch.coefficients = batch.slack = batch.spread = data;
    refused(api->run_batch(context, &batch), "run_batch");
    batch.failed = failed;
    EXPECT_EQ(api->run_batch(context, &batch), NARROWS_OK);
    batch.first_draw = (int64_t{1} << 32) - 1;
    refused(api->run_batch(context, &batch), "run_batch");
    batch.first_draw = 0;
    batch.num_weights = 1;
    refused(api->run_batch(context, &batch), "run_batch");
}

TEST_F(Refusals, EconomiesWithStocks) {
    const test::InventoryCase of = test::random_inventory(5, 2, 3, 1);
    narrows_inventory in = of.view();
    int answers = 0;
    in.user = &answers;
    in.done = [](void* user, const narrows_inventory_result*) {
        return ++*static_cast<int*>(user) == 2 ? 1 : 0;
    };
    EXPECT_EQ(api->run_inventory(context, &in), NARROWS_STOPPED);
    EXPECT_EQ(answers, 2);
    EXPECT_STREQ(api->error_message(context), "stopped by the caller");
    refused(api->run_inventory(context, nullptr), "run_inventory");
    EXPECT_EQ(api->run_inventory(nullptr, &in), NARROWS_BAD_ARGUMENT);
    in.done = nullptr;
    refused(api->run_inventory(context, &in), "run_inventory");
}

/// Nobody, two scenarios.
TEST_F(CudaTest, EconomyOfNobodyIsFine) {
    const int64_t starts[] = {0}, entry_starts[] = {0, 0, 0};
    const double ones[] = {1.0, 1.0};
    int answers = 0;
    narrows_inventory in{};
    in.starts = starts;
    in.num_scenarios = 2;
    in.tau = in.stock = ones;
    in.entry_starts = entry_starts;
    in.user = &answers;
    in.done = [](void* user, const narrows_inventory_result*) {
        ++*static_cast<int*>(user);
        return 0;
    };
    EXPECT_EQ(api->run_inventory(context, &in), NARROWS_OK);
    EXPECT_EQ(answers, 2);
}

TEST_F(EmulatedTest, StepsOfAnEconomyAreReplayedFromOneGraph) {
    const test::InventoryCase of = test::random_inventory(9, 2, 100, 1);  // two waves
    narrows_inventory in = of.view();
    in.done = [](void*, const narrows_inventory_result*) { return 0; };
    const int64_t before = control.graph_launches();
    EXPECT_EQ(api->run_inventory(context, &in), NARROWS_OK);
    EXPECT_GE(control.graph_launches() - before, 2 * in.num_steps - 1);
}

TEST_F(CudaTest, OrderZeroIsFine) {
    const MatrixXd none(0, 0);
    const Matrix a(context, none);
    Matrix inverse(context);
    Factor factor(context);
    narrows_factor_info info{};
    double smallest = 0.0;
    int32_t failed = -1;
    narrows_sweep sweep{};
    narrows_batch batch{};
    batch.num_draws = 1;
    batch.failed = &failed;

    EXPECT_EQ(api->invert(context, a.get(), nullptr, nullptr, inverse.out(), &info), NARROWS_OK);
    EXPECT_EQ(info.singular_at, -1);
    EXPECT_EQ(api->factor(context, a.get(), factor.out(), &info), NARROWS_OK);
    EXPECT_EQ(api->solve(context, factor.get(), 0, 3, nullptr, 0), NARROWS_OK);
    Matrix again(context);
    EXPECT_EQ(api->invert_factor(context, factor.get(), again.out()), NARROWS_OK);
    EXPECT_EQ(api->apply(context, a.get(), 0, 3, nullptr, 0, nullptr, 0), NARROWS_OK);
    EXPECT_EQ(api->apply_each(context, a.get(), 0, 3, nullptr, 0, nullptr, 0), NARROWS_OK);
    EXPECT_EQ(api->residual(context, a.get(), a.get(), nullptr), NARROWS_OK);
    EXPECT_EQ(api->sweep(context, a.get(), &sweep), NARROWS_OK);
    EXPECT_EQ(
        api->cell_losses(context, a.get(), a.get(), nullptr, nullptr, 1.0, nullptr, 0, &smallest),
        NARROWS_OK);
    EXPECT_EQ(api->run_batch(context, &batch), NARROWS_OK);
    EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace narrows::cuda_tests
