#pragma once

// Takes the place of malloc and its relatives in this test program, so that the k-th allocation
// fails.
namespace narrows::test {

/// Blocks that were allocated and not freed.
long live_allocations();

/// From here on the k-th allocation of any thread fails, and where `and_all_later` every one after
/// it.
void fail_allocation(long k, bool and_all_later);
/// Allocations work again; true where one failed.
bool stop_failing();

}  // namespace narrows::test
