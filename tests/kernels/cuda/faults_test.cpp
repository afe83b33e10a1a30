// What happens when memory runs out or the device fails, at every point where it can; and that the
// memory formulas cover what is taken.
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/kernels/cuda/module.hpp"
#include "tests/kernels/cuda/reference.hpp"
#include "tests/support/inventory_reference.hpp"

namespace narrows::cuda_tests {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// What the operations work on; outputs go to `out`.
struct Inputs {
    explicit Inputs(Index order)
        : n(order),
          table(random_table(n, 0.3)),
          y(MatrixXd::Random(n, 3)),
          out(static_cast<size_t>(n * n + 4 * n), 0.0) {}
    Index n;
    Table table;
    MatrixXd y;
    std::vector<double> out;
};

/// Statuses one after the other; the first that is not OK counts.
using Call = std::function<narrows_status(const narrows_backend_api&, narrows_context*, Inputs&)>;

struct Operation {
    const char* name;
    Call run;
};

std::ostream& operator<<(std::ostream& out, const Operation& operation) {
    return out << operation.name;
}

/// With A on the device.
Call with_matrix(std::function<narrows_status(const narrows_backend_api&, narrows_context*, Inputs&,
                                              narrows_matrix*)>
                     run) {
    return [run](const narrows_backend_api& api, narrows_context* context, Inputs& in) {
        narrows_matrix* a = nullptr;
        narrows_status status = api.upload(context, in.n, in.n, in.table.a.data(), in.n, &a);
        if (status == NARROWS_OK) status = run(api, context, in, a);
        api.release_matrix(context, a);
        return status;
    };
}

narrows_status run_multiply(const narrows_backend_api& api, narrows_context* context, Inputs& in,
                            narrows_matrix* a) {
    narrows_matrix* c = nullptr;
    narrows_status status = api.create(context, in.n, in.n, &c);
    if (status == NARROWS_OK) status = api.multiply(context, a, a, c);
    if (status == NARROWS_OK) {
        status = api.download(context, c, 0, 0, in.n, in.n, in.out.data(), in.n);
    }
    api.release_matrix(context, c);
    return status;
}

/// Once each for the orders: after another order straight, then captured, then replayed.
narrows_status run_invert(const narrows_backend_api& api, narrows_context* context, Inputs& in,
                          narrows_matrix* a) {
    narrows_matrix* other = nullptr;
    narrows_status status = api.create(context, 1, 1, &other);
    for (narrows_matrix* const matrix : {other, a, a, a}) {
        if (status != NARROWS_OK) break;
        narrows_matrix* inverse = nullptr;
        narrows_factor_info info{};
        status = api.invert(context, matrix, in.table.slack.data(), in.table.slack.data(), &inverse,
                            &info);
        EXPECT_EQ(inverse != nullptr, status == NARROWS_OK);
        api.release_matrix(context, inverse);
    }
    api.release_matrix(context, other);
    return status;
}

narrows_status run_lu(const narrows_backend_api& api, narrows_context* context, Inputs& in,
                      narrows_matrix* a) {
    narrows_factor* factor = nullptr;
    narrows_matrix* inverse = nullptr;
    narrows_factor_info info{};
    narrows_status status = api.factor(context, a, &factor, &info);
    EXPECT_EQ(factor != nullptr, status == NARROWS_OK);
    if (status == NARROWS_OK) {
        status = api.solve(context, factor, 0, 3, in.out.data(), in.n);
    }
    if (status == NARROWS_OK) status = api.invert_factor(context, factor, &inverse);
    api.release_matrix(context, inverse);
    api.release_factor(context, factor);
    return status;
}

narrows_status run_products(const narrows_backend_api& api, narrows_context* context, Inputs& in,
                            narrows_matrix* a) {
    const Index n = in.n;
    const int64_t starts[] = {0, 1, 1}, rows[] = {0};
    const double value = 2.0;
    narrows_status status = api.apply(context, a, 0, 3, in.y.data(), n, in.out.data(), n);
    if (status == NARROWS_OK) {
        status = api.apply_each(context, a, 1, 3, in.y.data(), n, in.out.data(), n);
    }
    if (status == NARROWS_OK) {
        status = api.apply_sparse(context, a, 2, starts, rows, &value, in.out.data(), n);
    }
    return status;
}

narrows_status run_extraction(const narrows_backend_api& api, narrows_context* context, Inputs& in,
                              narrows_matrix* a) {
    const Index n = in.n;
    const int64_t starts[] = {0, n};
    narrows_sweep sweep{};
    sweep.num_weights = 3;
    sweep.weights = in.y.data();
    sweep.column_sums = in.out.data();
    sweep.num_flows = 1;
    sweep.flows = in.y.data();
    sweep.row_sums = in.out.data();
    sweep.diagonal = in.out.data();
    sweep.num_blocks = 1;
    sweep.block_starts = starts;
    sweep.blocks = in.out.data();
    double smallest = 0.0;
    narrows_status status = api.sweep(context, a, &sweep);
    if (status == NARROWS_OK) status = api.residual(context, a, a, in.out.data());
    if (status == NARROWS_OK) {
        status = api.cell_losses(context, a, a, in.y.data(), in.y.data(), 0.5, in.out.data(), n,
                                 &smallest);
    }
    return status;
}

narrows_status run_batch(const narrows_backend_api& api, narrows_context* context, Inputs& in) {
    const MatrixXd spread = MatrixXd::Constant(in.n, in.n, 0.1);
    int32_t failed[2] = {};
    narrows_batch batch{};
    batch.order = in.n;
    batch.coefficients = in.table.a.data();
    batch.slack = in.table.slack.data();
    batch.spread = spread.data();
    batch.num_draws = 2;
    batch.num_weights = 1;
    batch.weights = in.y.data();
    batch.multipliers = in.out.data();
    batch.num_demands = 1;
    batch.demands = in.y.data();
    batch.outputs = in.out.data() + 2 * in.n;
    batch.failed = failed;
    return api.run_batch(context, &batch);
}

/// A draw that goes through device memory.
narrows_status run_large_batch(const narrows_backend_api& api, narrows_context* context, Inputs&) {
    static Inputs large(170);
    return run_batch(api, context, large);
}

/// Four products of two regions; two scenarios, two lambdas.
narrows_status run_shortage(const narrows_backend_api& api, narrows_context* context, Inputs&) {
    const MatrixXd w = MatrixXd::Constant(8, 8, 0.4) - 0.4 * MatrixXd::Identity(8, 8);
    const int64_t starts[] = {0, 2, 4, 6, 8}, home[] = {0, 2, 4}, products[] = {1, 3};
    const double direct[] = {0.1, 0.2, 0.0, 0.0, 0.3, 0.1}, delivered[] = {1.0, 0.5, 1.0, 1.0};
    const double lambdas[] = {0.0, 0.02};
    int answers = 0;
    narrows_shortage all{};
    all.n = 8;
    all.num_products = 4;
    all.starts = starts;
    all.weights = w.data();
    all.num_home = 3;
    all.home = home;
    all.num_scenarios = 2;
    all.products = products;
    all.direct = direct;
    all.delivered = delivered;
    all.num_lambdas = 2;
    all.lambdas = lambdas;
    all.user = &answers;
    all.done = [](void* user, const narrows_shortage_result*) {
        ++*static_cast<int*>(user);
        return 0;
    };
    const narrows_status status = api.solve_shortage(context, &all);
    EXPECT_EQ(answers == 4, status == NARROWS_OK);
    return status;
}

/// Runs an economy with stocks; not OK, nothing or something has been answered.
narrows_status run_economy(const narrows_backend_api& api, narrows_context* context,
                           const test::InventoryCase& of) {
    int64_t answers = 0;
    narrows_inventory in = of.view();
    in.user = &answers;
    in.done = [](void* user, const narrows_inventory_result*) {
        ++*static_cast<int64_t*>(user);
        return 0;
    };
    const narrows_status status = api.run_inventory(context, &in);
    EXPECT_TRUE(status != NARROWS_OK || answers == in.num_scenarios);
    return status;
}

/// Few steps, for every call of them fails once. Fused: few channels per product.
test::InventoryCase short_economy(int n, bool reweighted) {
    test::InventoryCase of = test::random_inventory(n, 2, 3, 1);
    of.profiles.conservativeResize(4, 3);
    of.of.reweighted = reweighted ? 1 : 0;
    of.of.keep_every = 2;
    return of;
}

narrows_status run_inventory(const narrows_backend_api& api, narrows_context* context, Inputs&) {
    const narrows_status status = run_economy(api, context, short_economy(3, false));
    return status == NARROWS_OK ? run_economy(api, context, short_economy(9, true)) : status;
}

class Faults : public EmulatedTest, public testing::WithParamInterface<Operation> {
  protected:
    /// Lets the k-th call fail for k = 1, 2, ... until the operation gets through.
    void fail_everywhere(void (*fail)(int64_t), bool creations) {
        Inputs in(70);
        const Call& run = GetParam().run;
        ASSERT_EQ(run(*api, context, in), NARROWS_OK) << api->error_message(context);
        const int64_t live = control.live();
        int64_t k = 1;
        for (;; ++k) {
            fail(k);
            const narrows_status status = run(*api, context, in);
            const bool reached = control.failure_to_come() == 0;
            fail(0);
            if (!reached) {
                EXPECT_EQ(status, NARROWS_OK);
                EXPECT_EQ(control.live(), live);
                break;
            }
            EXPECT_TRUE(status == NARROWS_DEVICE_FAILURE ||
                        (creations && status == NARROWS_OUT_OF_MEMORY))
                << k << ": " << status;
            EXPECT_STRNE(api->error_message(context), "");
            EXPECT_EQ(control.error_left(), 0) << k;
            // The graph of the last inverse may be gone; the next run makes it again.
            ASSERT_LE(control.live(), live) << k;
            if (k > 10 && k % 5 != 0) continue;
            ASSERT_EQ(run(*api, context, in), NARROWS_OK)
                << k << ": " << api->error_message(context);
            ASSERT_EQ(control.live(), live) << k;
        }
        EXPECT_GT(k, 2);
    }
};

INSTANTIATE_TEST_SUITE_P(
    Operations, Faults,
    testing::Values(Operation{"Multiply", with_matrix(run_multiply)},
                    Operation{"Invert", with_matrix(run_invert)},
                    Operation{"Lu", with_matrix(run_lu)},
                    Operation{"Products", with_matrix(run_products)},
                    Operation{"Extraction", with_matrix(run_extraction)},
                    Operation{"Batch", run_batch}, Operation{"LargeBatch", run_large_batch},
                    Operation{"Shortage", run_shortage}, Operation{"Inventory", run_inventory}),
    [](const testing::TestParamInfo<Operation>& operation) { return operation.param.name; });

TEST_P(Faults, MemoryRunsOut) {
    fail_everywhere(control.fail_creation, true);
}

TEST_P(Faults, DeviceFails) {
    fail_everywhere(control.fail_call, false);
}

TEST_F(EmulatedTest, OpenGivesEverythingBackWhereverItFails) {
    api->close(context);
    context = nullptr;
    const narrows_open_options options{0, 0, nullptr};
    for (const auto fail : {control.fail_creation, control.fail_call}) {
        for (int64_t k = 1;; ++k) {
            char reason[128] = "";
            fail(k);
            const narrows_status status = api->open(&options, &context, reason, sizeof reason);
            const bool reached = control.failure_to_come() == 0;
            fail(0);
            if (!reached) {
                ASSERT_EQ(status, NARROWS_OK);
                break;
            }
            EXPECT_TRUE(status == NARROWS_OUT_OF_MEMORY || status == NARROWS_DEVICE_FAILURE) << k;
            EXPECT_EQ(context, nullptr);
            EXPECT_STRNE(reason, "");
            ASSERT_EQ(control.live(), 0) << k;
        }
        api->close(context);
        context = nullptr;
    }
}

TEST_F(EmulatedTest, MatrixLargerThanTheDeviceIsRefused) {
    control.set_memory(control.device_bytes() + 1000);
    narrows_matrix* matrix = nullptr;

    EXPECT_EQ(api->create(context, 100, 100, &matrix), NARROWS_OUT_OF_MEMORY);
    EXPECT_EQ(matrix, nullptr);
    EXPECT_STREQ(api->error_message(context), "cudaMalloc: out of memory");
    EXPECT_EQ(api->create(context, 10, 10, &matrix), NARROWS_OK);
    api->release_matrix(context, matrix);
}

/// One region, all users at home: what takes most memory. 200 scenarios.
void run_dense_shortage(const narrows_backend_api& api, narrows_context* context, Index n) {
    const MatrixXd w = MatrixXd::Constant(n, n, 0.5) - 0.5 * MatrixXd::Identity(n, n);
    const MatrixXd direct = MatrixXd::Constant(n, 200, 0.1);
    const std::vector<double> delivered(200, 1.0);
    const std::vector<int64_t> products(200, 0);
    std::vector<int64_t> nodes;
    for (Index i = 0; i <= n; ++i) nodes.push_back(i);
    const double lambda = 0.01;
    narrows_shortage all{};
    all.n = all.num_products = all.num_home = n;
    all.starts = all.home = nodes.data();
    all.weights = w.data();
    all.num_scenarios = 200;
    all.products = products.data();
    all.direct = direct.data();
    all.delivered = delivered.data();
    all.num_lambdas = 1;
    all.lambdas = &lambda;
    all.done = [](void*, const narrows_shortage_result*) { return 0; };
    EXPECT_EQ(api.solve_shortage(context, &all), NARROWS_OK);
}

class Formulas : public EmulatedTest, public testing::WithParamInterface<int> {
  protected:
    /// The most that `run` takes beyond what was there.
    int64_t taken(const std::function<void()>& run) {
        const int64_t before = control.device_bytes();
        control.reset_peak();
        run();
        return control.peak_bytes() - before;
    }
};

INSTANTIATE_TEST_SUITE_P(Orders, Formulas, testing::Values(1, 65, 168, 257));

TEST_P(Formulas, CoverWhatIsTaken) {
    const Index n = GetParam();
    Inputs in(n);
    const auto within = [&](narrows_operation operation, int64_t count, const char* name,
                            const std::function<void()>& run) {
        EXPECT_LE(taken(run), api->bytes(operation, n, count)) << name;
        EXPECT_STRNE(api->formula(operation), "") << name;
    };
    Matrix a(context), inverse(context), again(context), product(context);
    Factor factor(context);
    narrows_factor_info info{};
    std::vector<double> x(static_cast<size_t>(n * 1500)), y(x.size(), 1.0);
    narrows_sweep sweep{};
    sweep.num_weights = sweep.num_flows = 3;
    sweep.weights = sweep.flows = in.y.data();
    sweep.column_sums = sweep.row_sums = sweep.diagonal = x.data();
    double smallest = 0.0;
    within(NARROWS_UPLOAD, n, "upload",
           [&] { api->upload(context, n, n, in.table.a.data(), n, a.out()); });
    within(NARROWS_CREATE, n, "create", [&] { api->create(context, n, n, product.out()); });
    within(NARROWS_MULTIPLY, n, "multiply",
           [&] { api->multiply(context, a.get(), a.get(), product.get()); });
    within(NARROWS_INVERT, 0, "invert", [&] {
        api->invert(context, a.get(), nullptr, in.table.slack.data(), inverse.out(), &info);
    });
    within(NARROWS_FACTOR, 0, "factor",
           [&] { api->factor(context, a.get(), factor.out(), &info); });
    within(NARROWS_INVERT_FACTOR, 0, "invert_factor",
           [&] { api->invert_factor(context, factor.get(), again.out()); });
    within(NARROWS_SOLVE, 3, "solve",
           [&] { api->solve(context, factor.get(), 0, 3, x.data(), n); });
    within(NARROWS_SOLVE, 1500, "apply",
           [&] { api->apply(context, a.get(), 0, 1500, y.data(), n, x.data(), n); });
    within(NARROWS_SOLVE, 3, "apply_each",
           [&] { api->apply_each(context, a.get(), 0, 3, y.data(), n, x.data(), n); });
    within(NARROWS_RESIDUAL, 0, "residual",
           [&] { api->residual(context, a.get(), inverse.get(), x.data()); });
    within(NARROWS_SWEEP, 6, "sweep", [&] { api->sweep(context, inverse.get(), &sweep); });
    within(NARROWS_CELLS, 0, "cell_losses", [&] {
        api->cell_losses(context, inverse.get(), a.get(), y.data(), y.data(), 1.0, x.data(), n,
                         &smallest);
    });
    within(NARROWS_BATCH, 2, "run_batch", [&] { run_batch(*api, context, in); });
    within(NARROWS_SHORTAGE, 200, "solve_shortage", [&] { run_dense_shortage(*api, context, n); });
    EXPECT_NE(inverse.get(), nullptr);
    EXPECT_NE(again.get(), nullptr);
}

TEST_P(Formulas, CoverAnEconomyWithStocks) {
    const int n = GetParam();
    test::InventoryCase economy = test::random_inventory(n, std::min(n, 5), 40, 1);
    economy.profiles.conservativeResize(4, 3);
    economy.of.reweighted = 1;
    const narrows_inventory in = economy.view();

    const int64_t bytes =
        taken([&] { EXPECT_EQ(run_economy(*api, context, economy), NARROWS_OK); });

    EXPECT_GT(bytes, 8 * 2 * 32 * in.num_products * n);
    EXPECT_LE(bytes, api->bytes(NARROWS_INVENTORY, in.num_channels * n, in.num_products * n));
}

TEST_P(Formulas, CoverSparseColumnsAsFullAsCanBe) {
    const Index n = GetParam();
    const Index k = 1500;
    const MatrixXd m = MatrixXd::Random(n, n);
    const Matrix matrix(context, m);
    std::vector<int64_t> starts, rows;
    for (Index c = 0; c < k; ++c) {
        starts.push_back(c * n);
        for (Index i = 0; i < n; ++i) rows.push_back(i);
    }
    starts.push_back(k * n);
    const std::vector<double> values(rows.size(), 1.0);
    std::vector<double> x(rows.size());

    const int64_t bytes = taken([&] {
        EXPECT_EQ(api->apply_sparse(context, matrix.get(), k, starts.data(), rows.data(),
                                    values.data(), x.data(), n),
                  NARROWS_OK);
    });

    EXPECT_LE(bytes, api->bytes(NARROWS_SOLVE, n, k));
}

}  // namespace
}  // namespace narrows::cuda_tests
