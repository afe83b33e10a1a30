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

bool DeferInterrupts::is_waiting() {
    sigset_t waiting;
    sigpending(&waiting);
    return sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1;
}

void DeferInterrupts::throw_if_waiting() {
    if (is_waiting()) throw Interrupted();
}

}  // namespace narrows
