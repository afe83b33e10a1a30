#pragma once

namespace narrows {

/// Makes SIGINT and SIGTERM set a flag instead of ending the process, so that unfinished output is
/// removed. A second signal ends it at once.
void catch_interrupts();

/// Throws Interrupted once a signal has arrived. Long loops call it between steps.
void throw_if_interrupted();

}  // namespace narrows
