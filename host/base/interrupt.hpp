#pragma once

#include <csignal>

namespace narrows {

/// While an object of this class lives, SIGINT and SIGTERM wait: unfinished output is removed or
/// finished before the process ends. Everywhere else a signal ends the process at once, for nothing
/// is lost. Taken on the main thread.
class DeferInterrupts {
  public:
    DeferInterrupts();
    ~DeferInterrupts();
    DeferInterrupts(const DeferInterrupts&) = delete;
    DeferInterrupts& operator=(const DeferInterrupts&) = delete;

    static bool is_waiting();
    /// Throws Interrupted once a signal is waiting.
    static void throw_if_waiting();

  private:
    sigset_t before_;
};

}  // namespace narrows
