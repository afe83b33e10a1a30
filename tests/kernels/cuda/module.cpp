#include "tests/kernels/cuda/module.hpp"

#include <cstdlib>
#include <dlfcn.h>

namespace narrows::cuda_tests {
namespace {

template <class Function>
void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
}

Module load() {
    Module loaded;
    const char* named = std::getenv("NARROWS_CUDA_TEST_MODULE");
    void* const library =
        dlopen(named != nullptr ? named : NARROWS_CUDA_EMULATED, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        loaded.problem = dlerror();
        return loaded;
    }
    narrows_backend_get_function get = nullptr;
    find(library, NARROWS_BACKEND_SYMBOL, get);
    if (get == nullptr || get()->abi != NARROWS_BACKEND_ABI) {
        loaded.problem = "not a module of this contract";
        return loaded;
    }
    loaded.api = get();
    Controls& control = loaded.control;
    find(library, "emulated_live", control.live);
    find(library, "emulated_device_bytes", control.device_bytes);
    find(library, "emulated_peak_bytes", control.peak_bytes);
    find(library, "emulated_reset_peak", control.reset_peak);
    find(library, "emulated_fail_creation", control.fail_creation);
    find(library, "emulated_fail_call", control.fail_call);
    find(library, "emulated_failure_to_come", control.failure_to_come);
    find(library, "emulated_error_left", control.error_left);
    find(library, "emulated_order", control.order);
    find(library, "emulated_set_devices", control.set_devices);
    find(library, "emulated_set_memory", control.set_memory);
    find(library, "emulated_set_code", control.set_code);
    find(library, "emulated_graph_launches", control.graph_launches);
    loaded.emulated = control.live != nullptr;
    return loaded;
}

}  // namespace

const Module& module() {
    static const Module loaded = load();
    return loaded;
}

void CudaTest::SetUp() {
    ASSERT_EQ(module().problem, "");
    api = module().api;
    char reason[256] = "";
    const narrows_open_options options{0, 0, nullptr};
    const narrows_status status = api->open(&options, &context, reason, sizeof reason);
    if (status == NARROWS_UNAVAILABLE && !module().emulated) GTEST_SKIP() << reason;
    ASSERT_EQ(status, NARROWS_OK) << reason;
}

void CudaTest::TearDown() {
    if (context != nullptr) api->close(context);
    if (!module().emulated) return;
    EXPECT_EQ(control.live(), 0) << "something was not given back";
}

void EmulatedTest::SetUp() {
    if (module().problem.empty() && !module().emulated) GTEST_SKIP() << "not the emulated module";
    CudaTest::SetUp();
}

void EmulatedTest::TearDown() {
    if (!module().emulated) return;
    control.fail_creation(0);
    control.fail_call(0);
    control.order(2);
    control.set_devices(1);
    control.set_memory(int64_t{4} << 30);
    control.set_code(1);
    CudaTest::TearDown();
}

Matrix::Matrix(narrows_context* context, const Eigen::MatrixXd& values) : context_(context) {
    EXPECT_EQ(module().api->upload(context, values.rows(), values.cols(), values.data(),
                                   values.outerStride(), &matrix_),
              NARROWS_OK)
        << module().api->error_message(context);
}

Eigen::MatrixXd Matrix::download(Eigen::Index rows, Eigen::Index columns) const {
    Eigen::MatrixXd values = Eigen::MatrixXd::Constant(rows, columns, NAN);
    EXPECT_EQ(module().api->download(context_, matrix_, 0, 0, rows, columns, values.data(),
                                     values.outerStride()),
              NARROWS_OK)
        << module().api->error_message(context_);
    return values;
}

}  // namespace narrows::cuda_tests
