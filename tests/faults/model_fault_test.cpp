// The library with its first, second, ... allocation failing: an exception that says so, and
// nothing leaks.
#include <functional>
#include <new>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "host/analysis/extraction.hpp"
#include "host/base/error.hpp"
#include "host/model/leontief_model.hpp"

#include "tests/faults/allocation_faults.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Everything that a run on a table does: its model, solutions, certificate and extractions.
double everything(const Backend& backend, const IoTable& table, SolveMethod method) {
    const LeontiefModel model(backend, coefficients(table), table.classification().labels(),
                              method);
    const VectorXd x = model.solve_output(table.final_demand());
    const MatrixXd bounds = model.output_error_bounds(x, table.final_demand());
    const VectorXd ones = VectorXd::Ones(model.order());
    double sum = x.sum() + bounds.sum() + model.leontief_inverse().sum();
    sum += model.certificate().inverse_error_bound.value_or(0.0);
    const ExtractionBase base(model, table.x(), table.final_demand(), ones);
    for (const Extraction kind : all_extractions()) sum += extraction_losses(kind, base).sum();
    return sum;
}

class ModelFault : public testing::TestWithParam<SolveMethod> {};

TEST_P(ModelFault, IsAnExceptionAndLeaksNothing) {
    const Backend backend = Backend::cpu({.num_threads = 1});
    const IoTable table = test::random_national_table(12, 1);
    const double expected = everything(backend, table, GetParam());
    const long before = test::live_allocations();
    long k = 1;

    for (;; ++k) {
        bool caught = false;
        double sum = 0.0;
        test::fail_allocation(k, false);
        try {
            sum = everything(backend, table, GetParam());
        } catch (const std::bad_alloc&) {
            caught = true;
        } catch (const BackendError&) {
            caught = true;
        } catch (const std::exception&) {  // any other fails the test below
        }
        const bool fired = test::stop_failing();
        // An allocation that the C library can do without may fail and leave the answer as it is.
        ASSERT_TRUE(caught || sum == expected) << "allocation " << k;
        // The context keeps its last message until it is closed.
        ASSERT_LE(test::live_allocations(), before + 1) << "allocation " << k;
        if (!fired) break;
    }

    EXPECT_GT(k, 50);
}

INSTANTIATE_TEST_SUITE_P(Methods, ModelFault,
                         testing::Values(SolveMethod::automatic, SolveMethod::lu,
                                         SolveMethod::iterate),
                         [](const auto& test) { return std::string(to_string(test.param)); });

}  // namespace
}  // namespace narrows
