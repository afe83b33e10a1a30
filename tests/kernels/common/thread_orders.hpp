#pragma once

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/common/executor.hpp"

namespace narrows::kernels {

/// EXPECTs run(executor) to have the bits of `first` with so many threads, forward, backward and
/// shuffled: otherwise a body lacks a barrier.
template <class Run>
void expect_same_in_every_order(const std::vector<double>& first, int num_threads, Run run) {
    for (const auto order : {HostExecutor::Order::forward, HostExecutor::Order::backward,
                             HostExecutor::Order::shuffled}) {
        HostExecutor executor(num_threads, order);
        const std::vector<double> again = run(executor);
        EXPECT_EQ(again.size(), first.size());
        EXPECT_EQ(std::memcmp(again.data(), first.data(), sizeof(double) * first.size()), 0)
            << num_threads << " threads, order " << static_cast<int>(order);
    }
}

/// The result of run(executor), a vector of doubles, for one thread, for few and for many.
template <class Run>
std::vector<double> same_in_every_order(Run run) {
    SerialExecutor serial;
    const std::vector<double> first = run(serial);
    for (const int num_threads : {1, 7, 32, 128, 256, 300}) {
        expect_same_in_every_order(first, num_threads, run);
    }
    return first;
}

/// The same for a body that runs with so many threads only.
template <class Run>
std::vector<double> same_in_every_order(int num_threads, Run run) {
    HostExecutor executor(num_threads);
    const std::vector<double> first = run(executor);
    expect_same_in_every_order(first, num_threads, run);
    return first;
}

/// Shared memory of a block as it comes: not zero.
inline std::vector<double> shared_memory(std::int64_t doubles) {
    return std::vector<double>(static_cast<std::size_t>(doubles), __builtin_nan(""));
}

}  // namespace narrows::kernels
