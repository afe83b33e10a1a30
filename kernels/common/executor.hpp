#pragma once

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

// A block of GPU threads works in phases: `executor.phase(f)` runs f(t, T) for every thread t of T,
// and no thread enters the next phase before all have left this one. On a device that is
// __syncthreads(); here it is a loop. A body whose result depends on the order of this loop lacks a
// barrier, which is what the tests look for. `Executor::PerThread<T>` is a T of every thread, kept
// from phase to phase: its registers on a device.
namespace narrows::kernels {

/// One thread: what the CPU backend runs.
struct SerialExecutor {
    template <class Phase>
    void phase(Phase body) const {
        body(0, 1);
    }
};

/// Many threads, one after the other, in a chosen order: for tests and for emulating a device.
class HostExecutor {
  public:
    enum class Order { forward, backward, shuffled };

    explicit HostExecutor(int num_threads, Order order = Order::forward, unsigned seed = 1)
        : threads_(static_cast<std::size_t>(num_threads)), order_(order), random_(seed) {
        std::iota(threads_.begin(), threads_.end(), 0);
        if (order == Order::backward) std::reverse(threads_.begin(), threads_.end());
    }

    template <class T>
    class PerThread {
      public:
        explicit PerThread(const HostExecutor& executor) : values_(executor.threads_.size()) {}
        T& operator[](int t) { return values_[static_cast<std::size_t>(t)]; }

      private:
        std::vector<T> values_;
    };

    template <class Phase>
    void phase(Phase body) {
        if (order_ == Order::shuffled) std::shuffle(threads_.begin(), threads_.end(), random_);
        for (const int t : threads_) body(t, static_cast<int>(threads_.size()));
    }

  private:
    std::vector<int> threads_;
    Order order_;
    std::mt19937 random_;
};

}  // namespace narrows::kernels
