#include "tests/faults/allocation_faults.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

std::atomic<long> live{0};
std::atomic<long> countdown{0};
std::atomic<bool> armed{false};
std::atomic<bool> later_too{false};
std::atomic<bool> fired{false};

/// OpenBLAS does not look at what malloc gives it (0.3.21, dgemm_small_kernel_nn_SKYLAKEX): its own
/// allocations succeed.
bool is_openblas(const void* caller) {
    Dl_info info{};
    return dladdr(caller, &info) != 0 && info.dli_fname != nullptr &&
           std::strstr(info.dli_fname, "openblas") != nullptr;
}

bool fails(const void* caller) {
    if (!armed || is_openblas(caller)) return false;
    const long left = --countdown;
    if (left > 0 || (left < 0 && !later_too)) return false;
    fired = true;
    errno = ENOMEM;
    return true;
}

void* counted(void* block) {
    if (block != nullptr) ++live;
    return block;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) noexcept {
    return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_malloc(size));
}

void* calloc(std::size_t count, std::size_t size) noexcept {
    return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_calloc(count, size));
}

void* realloc(void* block, std::size_t size) noexcept {
    if (block != nullptr && size == 0) {
        free(block);
        return nullptr;
    }
    if (fails(__builtin_return_address(0))) return nullptr;
    void* const found = __libc_realloc(block, size);
    return block == nullptr ? counted(found) : found;
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
    return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_memalign(alignment, size));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    if (fails(__builtin_return_address(0))) return nullptr;
    return counted(__libc_memalign(alignment, size));
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
    if (fails(__builtin_return_address(0))) return ENOMEM;
    void* const found = counted(__libc_memalign(alignment, size));
    if (found == nullptr) return ENOMEM;
    *block = found;
    return 0;
}

void free(void* block) noexcept {
    if (block != nullptr) --live;
    __libc_free(block);
}

}  // extern "C"

namespace narrows::test {

long live_allocations() {
    return live;
}

void fail_allocation(long k, bool and_all_later) {
    countdown = k;
    later_too = and_all_later;
    fired = false;
    armed = true;
}

bool stop_failing() {
    armed = false;
    return fired;
}

}  // namespace narrows::test
