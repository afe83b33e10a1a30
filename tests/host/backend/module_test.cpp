// How modules fail to load, with fake modules in C.
#include <cstdlib>

#include <gtest/gtest.h>

#include "kernels/backend_api.h"

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"

namespace narrows {
namespace {

LoadedModule load_fake(const std::string& name) {
    return load_module(std::string(NARROWS_FAKE_MODULES) + "/fake_" + name + ".so");
}

BackendOptions on_device(int device) {
    BackendOptions options;
    options.device = device;
    return options;
}

void expect_reason(const LoadedModule& module, const std::string& part) {
    EXPECT_EQ(module.api, nullptr);
    EXPECT_NE(module.reason.find(part), std::string::npos) << module.reason;
}

TEST(Module, ThatIsAbsentIsAReason) {
    expect_reason(load_fake("absent"), "cannot load the module");
}

TEST(Module, WhoseLibraryIsMissingIsAReasonThatNamesIt) {
    expect_reason(load_fake("needs_library"), "libnarrows_absent.so.99");
}

TEST(Module, WithoutTheSymbolIsAReason) {
    expect_reason(load_fake("no_symbol"), "does not export narrows_backend_get");
}

TEST(Module, WithoutATableIsAReason) {
    expect_reason(load_fake("no_table"), "no function table");
}

TEST(Module, OfAnotherAbiIsAReasonWithBothNumbers) {
    expect_reason(load_fake("wrong_abi"),
                  "has backend ABI " + std::to_string(NARROWS_BACKEND_ABI + 1));
    expect_reason(load_fake("wrong_abi"), "expected " + std::to_string(NARROWS_BACKEND_ABI));
}

TEST(Module, WhoseProbeRefusesGivesItsReason) {
    const LoadedModule module = load_fake("probe_refuses");

    EXPECT_EQ(module.api, nullptr);
    EXPECT_EQ(module.reason, "the fake device is asleep");
}

TEST(Module, ThatLoadsCanBeOpened) {
    const LoadedModule module = load_fake("good");
    ASSERT_NE(module.api, nullptr) << module.reason;

    const Backend backend = Backend::open(*module.api);

    EXPECT_EQ(backend.name(), "fake");
    EXPECT_EQ(backend.device(), "fake device");
    EXPECT_THROW(Backend::open(*module.api, on_device(1)), BackendUnavailable);
}

TEST(Module, IsNotAskedToAllocateMoreThanIsFree) {
    const LoadedModule module = load_fake("good");
    ASSERT_NE(module.api, nullptr) << module.reason;
    const Backend backend = Backend::open(*module.api);

    try {
        backend.upload(Eigen::MatrixXd::Zero(100, 100));
        FAIL() << "80000 bytes of 1000 were allowed";
    } catch (const BackendError& error) {
        EXPECT_NE(std::string(error.what()).find("8 n k bytes, n = 100"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("are free"), std::string::npos);
    }
}

TEST(Module, FailureOfTheDeviceIsAnErrorAndNotRetriedElsewhere) {
    const LoadedModule module = load_fake("good");
    ASSERT_NE(module.api, nullptr) << module.reason;
    const Backend backend = Backend::open(*module.api);

    try {
        backend.upload(Eigen::MatrixXd::Zero(2, 2));
        FAIL() << "the failure was lost";
    } catch (const BackendError& error) {
        EXPECT_NE(std::string(error.what()).find("the fake device failed"), std::string::npos);
    }
}

TEST(ChooseBackend, TakesTheCpuWithAReasonWhereCudaDoesNotRun) {
    if (load_cuda_module().api != nullptr) GTEST_SKIP() << "this machine has a GPU";

    const BackendChoice choice = choose_backend(BackendRequest::automatic);

    EXPECT_EQ(choice.backend.name(), "cpu");
    EXPECT_NE(choice.reason.find("cuda is not usable: "), std::string::npos);
    EXPECT_THROW(choose_backend(BackendRequest::cuda), BackendUnavailable);
}

TEST(ChooseBackend, FallsBackWithTheReasonWhereTheDeviceCannotBeOpened) {
    const LoadedModule module = load_fake("open_fails");
    ASSERT_NE(module.api, nullptr) << module.reason;

    const BackendChoice choice = choose_backend(BackendRequest::automatic, module, {});

    EXPECT_EQ(choice.backend.name(), "cpu");
    EXPECT_NE(choice.reason.find("cannot open device 0: the fake device is in use"),
              std::string::npos)
        << choice.reason;
    EXPECT_THROW(choose_backend(BackendRequest::cuda, module, {}), BackendUnavailable);
}

TEST(ChooseBackend, FallsBackWithTheReasonWhereThereIsNoSuchDevice) {
    const LoadedModule module = load_fake("good");
    ASSERT_NE(module.api, nullptr) << module.reason;

    const BackendChoice choice = choose_backend(BackendRequest::automatic, module, on_device(3));

    EXPECT_EQ(choice.backend.name(), "cpu");
    EXPECT_NE(choice.reason.find("no device 3, expected 0 to 0"), std::string::npos)
        << choice.reason;
    EXPECT_EQ(choose_backend(BackendRequest::automatic, module, {}).backend.name(), "fake");
}

TEST(ChooseBackend, GivesNoReasonWhereTheCpuWasAskedFor) {
    EXPECT_EQ(choose_backend(BackendRequest::cpu).reason, "");
    EXPECT_THROW(parse_backend_request("gpu"), ArgumentError);
}

}  // namespace
}  // namespace narrows
