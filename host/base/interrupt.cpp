#include "host/base/interrupt.hpp"

#include "host/base/error.hpp"

namespace narrows {

DeferInterrupts::DeferInterrupts() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
}

DeferInterrupts::~DeferInterrupts() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void DeferInterrupts::throw_if_waiting() {
    sigset_t waiting;
    sigpending(&waiting);
    if (sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1) {
        throw Interrupted();
    }
}

}  // namespace narrows
