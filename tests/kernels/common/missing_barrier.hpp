#pragma once

#include <functional>

#include "kernels/common/executor.hpp"

namespace narrows::kernels {

/// Leaves out one barrier of every `period`, the one behind phase `missing`: a thread goes on to
/// its next phase at once.
class MissingBarrier {
  public:
    template <class T>
    class PerThread : public HostExecutor::PerThread<T> {
      public:
        explicit PerThread(const MissingBarrier& executor)
            : HostExecutor::PerThread<T>(executor.executor_) {}
    };

    MissingBarrier(HostExecutor executor, int period, int missing)
        : executor_(executor), period_(period), missing_(missing) {}

    template <class Phase>
    void phase(Phase body) {
        const bool runs_on = count_++ % period_ == missing_;
        if (runs_on) {
            finish();
            waiting_ = body;
            return;
        }
        executor_.phase([&](int t, int num_threads) {
            if (waiting_) waiting_(t, num_threads);
            body(t, num_threads);
        });
        waiting_ = nullptr;
    }

    /// What still waits for its next phase.
    void finish() {
        if (waiting_) executor_.phase(waiting_);
        waiting_ = nullptr;
    }

  private:
    HostExecutor executor_;
    int period_, missing_;
    int count_ = 0;
    std::function<void(int, int)> waiting_;
};

}  // namespace narrows::kernels
