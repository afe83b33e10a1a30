#include "kernels/cpu/threads.hpp"

#include <chrono>
#include <csignal>

namespace narrows::cpu {
namespace {

/// Waits for up to two milliseconds without sleeping. Waking a thread takes as long as a small
/// product, and the scheduler likes to wake it on the processor that called for it, where it waits
/// for its caller; one that has not slept stays on its own. Yielding lets others go first.
template <class Condition>
void spin(Condition condition) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::milliseconds(2);
    while (!condition() && Clock::now() < end) std::this_thread::yield();
}

/// Threads that are started meanwhile leave all signals to the others: the program's first thread
/// decides when an interrupt takes effect.
class BlockSignals {
  public:
    BlockSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockSignals(const BlockSignals&) = delete;
    BlockSignals& operator=(const BlockSignals&) = delete;

  private:
    sigset_t before_;
};

}  // namespace

Threads::Threads(int count) {
    const BlockSignals block_signals;
    try {
        for (int worker = 1; worker < count; ++worker) {
            workers_.emplace_back([this, worker] { serve(worker); });
        }
    } catch (...) {
        stop();
        throw;
    }
}

Threads::~Threads() {
    stop();
}

void Threads::stop() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        stopping_ = true;
    }
    start_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

void Threads::run(std::int64_t num_tasks, const std::function<void(std::int64_t, int)>& task) {
    if (workers_.empty() || num_tasks <= 1) {
        for (std::int64_t i = 0; i < num_tasks; ++i) task(i, 0);
        return;
    }
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        task_ = &task;
        num_tasks_ = num_tasks;
        next_ = 0;
        busy_ = static_cast<int>(workers_.size());
        error_ = nullptr;
        ++round_;
    }
    start_.notify_all();
    work(0);
    spin([this] { return busy_ == 0; });
    std::unique_lock<std::mutex> lock(mutex_);
    finish_.wait(lock, [this] { return busy_ == 0; });
    if (error_) std::rethrow_exception(error_);
}

void Threads::work(int worker) {
    for (;;) {
        std::int64_t i = 0;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (next_ >= num_tasks_ || error_) return;
            i = next_++;
        }
        try {
            (*task_)(i, worker);
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (!error_) error_ = std::current_exception();
        }
    }
}

void Threads::serve(int worker) {
    std::uint64_t seen = 0;
    for (;;) {
        spin([&] { return round_ != seen; });
        {
            std::unique_lock<std::mutex> lock(mutex_);
            start_.wait(lock, [&] { return stopping_ || round_ != seen; });
            if (stopping_) return;
            seen = round_;
        }
        work(worker);
        const std::lock_guard<std::mutex> lock(mutex_);
        if (--busy_ == 0) finish_.notify_one();
    }
}

}  // namespace narrows::cpu
