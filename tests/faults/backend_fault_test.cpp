// Every operation of the contract on the CPU, with its first, second, ... allocation failing: the
// status says so, nothing leaks, and the context works afterwards.
#include <functional>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "kernels/cpu/backend_cpu.hpp"

#include "tests/faults/allocation_faults.hpp"
#include "tests/support/inventory_reference.hpp"
#include "tests/support/matrices.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

const narrows_backend_api& api = *cpu::backend();

/// Above the order from which products are shared out and Eigen's take memory.
constexpr Index n = 350;
constexpr Index num_rhs = 200;
constexpr Index batch_order = 300;

/// Inputs, made once and only read.
struct Inputs {
    Inputs() {
        std::tie(a, r) = test::productive(n, 0.2, 1);
        std::tie(small, small_slack) = test::productive(batch_order, 0.2, 2);
        y = test::random_matrix(n, num_rhs, 3);
        spread = MatrixXd::Constant(batch_order, batch_order, 0.2);
        for (Index column = 0; column <= num_rhs; ++column) starts.push_back(column);
        for (Index column = 0; column < num_rhs; ++column) rows.push_back(column);
    }
    MatrixXd a, small, y, spread;
    VectorXd r, small_slack;
    std::vector<std::int64_t> starts, rows;
};

const Inputs& inputs() {
    static const Inputs made;
    return made;
}

/// An open context with a matrix, an inverse and a factor.
class Machine {
  public:
    Machine(const char* product, int num_threads) {
        const narrows_open_options options{0, num_threads, product};
        char reason[256];
        if (api.open(&options, &context, reason, sizeof reason) != NARROWS_OK) return;
        narrows_factor_info info{};
        api.upload(context, n, n, inputs().a.data(), n, &a);
        api.upload(context, n, num_rhs, inputs().y.data(), n, &y);
        api.create(context, n, num_rhs, &c);
        api.invert(context, a, nullptr, inputs().r.data(), &l, &info);
        api.factor(context, a, &factor, &info);
    }
    ~Machine() {
        for (narrows_matrix* matrix : {a, y, c, l}) api.release_matrix(context, matrix);
        api.release_factor(context, factor);
        api.close(context);
    }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    narrows_context* context = nullptr;
    narrows_matrix *a = nullptr, *y = nullptr, *c = nullptr, *l = nullptr;
    narrows_factor* factor = nullptr;
    MatrixXd x = MatrixXd::Zero(n, n);  // what operations write their results to
};

/// The matrix an operation gave goes into x, and is released.
narrows_status keep(Machine& m, narrows_status status, narrows_matrix* matrix) {
    if (status != NARROWS_OK) {
        EXPECT_EQ(matrix, nullptr);
        return status;
    }
    std::int64_t ld = 0;
    const double* const data = api.host_view(matrix, &ld);
    std::copy_n(data, n * n, m.x.data());
    api.release_matrix(m.context, matrix);
    return status;
}

narrows_status sweep(Machine& m) {
    const std::int64_t blocks[] = {0, 10, 20};
    double* const x = m.x.data();
    const double* const y = inputs().y.data();
    const narrows_sweep request{2, y, x, 2, y + 2 * n, x + 2 * n, x + 4 * n, 2, blocks, x + 5 * n};
    return api.sweep(m.context, m.l, &request);
}

narrows_status run_batch(Machine& m) {
    std::int32_t failed[2];
    narrows_batch batch{};
    batch.order = batch_order;
    batch.coefficients = inputs().small.data();
    batch.slack = inputs().small_slack.data();
    batch.spread = inputs().spread.data();
    batch.num_draws = 2;
    batch.num_weights = batch.num_demands = 1;
    batch.weights = batch.demands = inputs().y.data();
    batch.multipliers = m.x.data();
    batch.outputs = m.x.data() + 2 * batch_order;
    batch.failed = failed;
    return api.run_batch(m.context, &batch);
}

/// 35 products of ten regions; as many scenarios as take several lanes. Losses go into x.
narrows_status solve_shortage(Machine& m) {
    constexpr std::int64_t num_products = 35, num_scenarios = 40;
    std::int64_t starts[num_products + 1], products[num_scenarios];
    double direct[num_scenarios], delivered[10 * num_scenarios];
    for (std::int64_t g = 0; g <= num_products; ++g) starts[g] = 10 * g;
    for (std::int64_t s = 0; s < num_scenarios; ++s) products[s] = s % num_products;
    std::fill(std::begin(direct), std::end(direct), 0.3);
    std::fill(std::begin(delivered), std::end(delivered), 0.5);
    const std::int64_t home = 7;
    const double lambda = 0.2;
    narrows_shortage all{};
    all.n = n;
    all.num_products = num_products;
    all.starts = starts;
    all.weights = inputs().a.data();
    all.num_home = 1;
    all.home = &home;
    all.num_scenarios = num_scenarios;
    all.products = products;
    all.direct = direct;
    all.delivered = delivered;
    all.num_lambdas = 1;
    all.lambdas = &lambda;
    all.user = m.x.data();
    all.done = [](void* x, const narrows_shortage_result* result) {
        std::copy_n(result->loss, n, static_cast<double*>(x) + result->scenario * n);
        return 0;
    };
    return api.solve_shortage(m.context, &all);
}

/// As many scenarios as take several blocks of lanes. Sums of output go into x.
narrows_status run_inventory(Machine& m) {
    static const test::InventoryCase economy = test::random_inventory(9, 2, 40, 1);
    narrows_inventory in = economy.view();
    in.user = m.x.data();
    in.done = [](void* x, const narrows_inventory_result* result) {
        std::copy_n(result->output, 9, static_cast<double*>(x) + result->scenario * n);
        return 0;
    };
    return api.run_inventory(m.context, &in);
}

struct Operation {
    const char* name;
    std::function<narrows_status(Machine&)> run;
};

const Operation operations[] = {
    {"upload",
     [](Machine& m) {
         narrows_matrix* matrix = nullptr;
         const narrows_status status = api.upload(m.context, n, n, inputs().a.data(), n, &matrix);
         return keep(m, status, matrix);
     }},
    {"create",
     [](Machine& m) {
         narrows_matrix* matrix = nullptr;
         const narrows_status status = api.create(m.context, n, n, &matrix);
         return keep(m, status, matrix);
     }},
    {"multiply",
     [](Machine& m) {
         const narrows_status status = api.multiply(m.context, m.l, m.y, m.c);
         if (status != NARROWS_OK) return status;
         return api.download(m.context, m.c, 0, 0, n, num_rhs, m.x.data(), n);
     }},
    {"invert",
     [](Machine& m) {
         narrows_matrix* matrix = nullptr;
         narrows_factor_info info{};
         const narrows_status status =
             api.invert(m.context, m.a, inputs().r.data(), inputs().r.data(), &matrix, &info);
         return keep(m, status, matrix);
     }},
    {"factor",
     [](Machine& m) {
         narrows_factor* factor = nullptr;
         narrows_factor_info info{};
         const narrows_status status = api.factor(m.context, m.a, &factor, &info);
         EXPECT_EQ(factor == nullptr, status != NARROWS_OK);
         api.release_factor(m.context, factor);
         m.x(0, 0) = info.min_pivot;
         return status;
     }},
    {"solve",
     [](Machine& m) {
         m.x.leftCols(3) = inputs().y.leftCols(3);
         return api.solve(m.context, m.factor, 0, 3, m.x.data(), n);
     }},
    {"solve_transposed",
     [](Machine& m) {
         m.x.leftCols(3) = inputs().y.leftCols(3);
         return api.solve(m.context, m.factor, 1, 3, m.x.data(), n);
     }},
    {"invert_factor",
     [](Machine& m) {
         narrows_matrix* matrix = nullptr;
         const narrows_status status = api.invert_factor(m.context, m.factor, &matrix);
         return keep(m, status, matrix);
     }},
    {"apply",
     [](Machine& m) {
         return api.apply(m.context, m.l, 0, num_rhs, inputs().y.data(), n, m.x.data(), n);
     }},
    {"apply_transposed",
     [](Machine& m) {
         return api.apply(m.context, m.l, 1, num_rhs, inputs().y.data(), n, m.x.data(), n);
     }},
    {"apply_each",
     [](Machine& m) {
         return api.apply_each(m.context, m.l, 1, 3, inputs().y.data(), n, m.x.data(), n);
     }},
    {"apply_sparse",
     [](Machine& m) {
         return api.apply_sparse(m.context, m.l, num_rhs, inputs().starts.data(),
                                 inputs().rows.data(), inputs().y.data(), m.x.data(), n);
     }},
    {"residual", [](Machine& m) { return api.residual(m.context, m.a, m.l, m.x.data()); }},
    {"sweep", sweep},
    {"cell_losses",
     [](Machine& m) {
         double smallest = 0.0;
         return api.cell_losses(m.context, m.l, m.a, inputs().r.data(), inputs().r.data(), 0.5,
                                m.x.data(), n, &smallest);
     }},
    {"run_batch", run_batch},
    {"solve_shortage", solve_shortage},
    {"run_inventory", run_inventory},
    {"describe",
     [](Machine& m) {
         char text[256];
         return api.describe(m.context, text, sizeof text, text, sizeof text);
     }},
    {"memory",
     [](Machine& m) {
         std::int64_t bytes = 0;
         return api.memory(m.context, &bytes, &bytes);
     }},
};

/// Fails allocation 1, 2, ... of `run` until it needs fewer; returns how many that were.
long fail_each(const std::function<narrows_status()>& run,
               const std::function<void()>& check_afterwards) {
    constexpr long most = 5000;
    for (const bool and_all_later : {false, true}) {
        for (long k = 1;; ++k) {
            test::fail_allocation(k, and_all_later);
            const narrows_status status = run();
            if (!test::stop_failing()) {
                EXPECT_EQ(status, NARROWS_OK);
                if (and_all_later) return k - 1;
                break;
            }
            EXPECT_TRUE(status == NARROWS_OUT_OF_MEMORY || status == NARROWS_OK)
                << status << " at allocation " << k;
            check_afterwards();
            if (k == most || testing::Test::HasFailure()) return most;
        }
    }
    return most;
}

class AllocationFault : public testing::TestWithParam<std::tuple<const char*, int>> {
  protected:
    void SetUp() override {
        inputs();
        // Once and for all: libraries are loaded, stacks of threads are kept by the C library.
        const Machine warm(product(), num_threads());
        if (warm.context == nullptr) GTEST_SKIP() << "this machine has no " << product();
    }
    static const char* product() { return std::get<0>(GetParam()); }
    static int num_threads() { return std::get<1>(GetParam()); }
};

TEST_P(AllocationFault, OfAnyOperationIsReportedAndLeaksNothing) {
    long num_allocations = 0;
    for (const Operation& operation : operations) {
        SCOPED_TRACE(operation.name);
        {
            Machine warm(product(), num_threads());
            ASSERT_EQ(operation.run(warm), NARROWS_OK);
        }
        const long before = test::live_allocations();
        {
            Machine machine(product(), num_threads());
            operation.run(machine);
            const MatrixXd expected = machine.x;

            num_allocations += fail_each([&] { return operation.run(machine); },
                                         [&] {
                                             EXPECT_EQ(operation.run(machine), NARROWS_OK);
                                             EXPECT_EQ(machine.x, expected);
                                         });
        }
        EXPECT_EQ(test::live_allocations(), before);
        if (HasFailure()) return;
    }
    EXPECT_GT(num_allocations, 50);
}

TEST_P(AllocationFault, OfOpeningIsReportedAndLeaksNothing) {
    const narrows_open_options options{0, num_threads(), product()};
    char reason[256];
    const auto open_and_close = [&] {
        narrows_context* context = nullptr;
        const narrows_status status = api.open(&options, &context, reason, sizeof reason);
        EXPECT_EQ(context == nullptr, status != NARROWS_OK);
        api.close(context);
        return status;
    };
    open_and_close();
    const long before = test::live_allocations();

    const long count = fail_each(open_and_close, [&] { EXPECT_EQ(open_and_close(), NARROWS_OK); });

    EXPECT_GT(count, 0);
    EXPECT_EQ(test::live_allocations(), before);
}

INSTANTIATE_TEST_SUITE_P(Products, AllocationFault,
                         testing::Combine(testing::Values("openblas", "eigen"),
                                          testing::Values(1, 2)),
                         [](const auto& test) {
                             return std::string(std::get<0>(test.param)) + "_" +
                                    std::to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace narrows
