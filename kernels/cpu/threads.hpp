#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace narrows::cpu {

/// A fixed set of threads that share out numbered tasks. What a task computes must not depend on
/// who runs it or when: then results do not depend on the number of threads.
class Threads {
  public:
    /// The calling thread is one of them. Throws std::system_error where none can be started.
    explicit Threads(int count);
    ~Threads();
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    int count() const { return static_cast<int>(workers_.size()) + 1; }

    /// task(i, worker) for i in [0, num_tasks), worker in [0, count()). Returns when all are done;
    /// throws the first exception of a task.
    void run(std::int64_t num_tasks, const std::function<void(std::int64_t, int)>& task);

  private:
    void work(int worker);
    void serve(int worker);
    void stop();

    std::vector<std::thread> workers_;
    std::mutex mutex_;
    std::condition_variable start_, finish_;
    const std::function<void(std::int64_t, int)>* task_ = nullptr;
    std::int64_t num_tasks_ = 0;
    std::atomic<std::int64_t> next_ = 0;
    std::atomic<std::uint64_t> round_ = 0;
    std::atomic<int> busy_ = 0;
    bool stopping_ = false;
    std::exception_ptr error_;
};

}  // namespace narrows::cpu
