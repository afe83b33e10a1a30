#pragma once

#include <memory>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "kernels/backend_api.h"

#include "tests/emulated_cuda/emulated_cuda.hpp"

namespace narrows::cuda_tests {

/// The controls of the emulated module; all null in a real one.
struct Controls {
    decltype(&emulated_live) live = nullptr;
    decltype(&emulated_device_bytes) device_bytes = nullptr;
    decltype(&emulated_peak_bytes) peak_bytes = nullptr;
    decltype(&emulated_reset_peak) reset_peak = nullptr;
    decltype(&emulated_fail_creation) fail_creation = nullptr;
    decltype(&emulated_fail_call) fail_call = nullptr;
    decltype(&emulated_failure_to_come) failure_to_come = nullptr;
    decltype(&emulated_error_left) error_left = nullptr;
    decltype(&emulated_order) order = nullptr;
    decltype(&emulated_set_devices) set_devices = nullptr;
    decltype(&emulated_set_memory) set_memory = nullptr;
    decltype(&emulated_set_code) set_code = nullptr;
    decltype(&emulated_graph_launches) graph_launches = nullptr;
};

/// The module under test: NARROWS_CUDA_TEST_MODULE, or the emulated one.
struct Module {
    std::string problem;  // empty: loaded
    const narrows_backend_api* api = nullptr;
    bool emulated = false;
    Controls control;
};
const Module& module();

/// A context per test. Handles are released by the test that asked for them, see Matrix.
class CudaTest : public testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;
    narrows_context* context = nullptr;
    const narrows_backend_api* api = nullptr;
    const Controls& control = module().control;
};

/// The same, for what only the emulated module can show.
class EmulatedTest : public CudaTest {
  protected:
    void SetUp() override;
    void TearDown() override;
};

/// A backend matrix that goes with its scope.
class Matrix {
  public:
    explicit Matrix(narrows_context* context) : context_(context) {}
    Matrix(narrows_context* context, const Eigen::MatrixXd& values);
    ~Matrix() { module().api->release_matrix(context_, matrix_); }
    Matrix(const Matrix&) = delete;
    Matrix& operator=(const Matrix&) = delete;
    narrows_matrix* get() const { return matrix_; }
    narrows_matrix** out() { return &matrix_; }
    Eigen::MatrixXd download(Eigen::Index rows, Eigen::Index columns) const;

  private:
    narrows_context* context_;
    narrows_matrix* matrix_ = nullptr;
};

/// The same for a factor.
class Factor {
  public:
    explicit Factor(narrows_context* context) : context_(context) {}
    ~Factor() { module().api->release_factor(context_, factor_); }
    Factor(const Factor&) = delete;
    Factor& operator=(const Factor&) = delete;
    narrows_factor* get() const { return factor_; }
    narrows_factor** out() { return &factor_; }

  private:
    narrows_context* context_;
    narrows_factor* factor_ = nullptr;
};

}  // namespace narrows::cuda_tests
