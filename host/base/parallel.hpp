#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace narrows {

inline int threads_of(int wanted) {
    return wanted > 0 ? wanted
                      : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Calls work(0) to work(count - 1), each in one of several threads (0: as many as the machine
/// has), with work = make_work() of its own for every thread. Throws what the first call in order
/// threw.
template <class Make>
void in_parallel(std::ptrdiff_t count, int num_threads, const Make& make_work) {
    std::atomic<std::ptrdiff_t> next{0};
    std::atomic<std::ptrdiff_t> failed{count};
    std::mutex mutex;
    std::exception_ptr error;
    const auto run = [&] {
        std::ptrdiff_t i = next++;
        try {
            auto work = make_work();
            for (; i < failed; i = next++) work(i);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (i >= failed) return;
            failed = i;
            error = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int t = 1; t < std::min<std::ptrdiff_t>(threads_of(num_threads), count); ++t) {
            threads.emplace_back(run);
        }
        run();
    }
    if (error) std::rethrow_exception(error);
}

}  // namespace narrows
