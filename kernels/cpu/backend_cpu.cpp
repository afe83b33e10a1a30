// The contract on the CPU with Eigen, and OpenBLAS's product where the machine has it: the
// reference every other backend is tested against.
#include "kernels/cpu/backend_cpu.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include <Eigen/Core>

#include "kernels/cpu/context.hpp"
#include "kernels/cpu/openblas.hpp"

namespace narrows::cpu {

HostArray::HostArray(std::int64_t count) : count_(count) {
    // A fresh matrix costs one page fault for every 4 KiB; with large pages, for every 2 MiB.
    constexpr std::size_t large_page = std::size_t{2} << 20;
    constexpr std::size_t cache_line = 64;
    const auto bytes = static_cast<std::size_t>(std::max<std::int64_t>(count, 1)) * sizeof(double);
    const std::size_t alignment = bytes >= 2 * large_page ? large_page : cache_line;
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    data_.reset(static_cast<double*>(std::aligned_alloc(alignment, rounded)));
    if (!data_) throw std::bad_alloc();
    if (alignment == large_page) madvise(data_.get(), rounded, MADV_HUGEPAGE);
}

// In doubles: below, there is nothing to gain.
constexpr std::int64_t worth_keeping = 1 << 19;

std::unique_ptr<HostArray> SpareMemory::take(std::int64_t count) {
    if (count < worth_keeping) return std::make_unique<HostArray>(count);
    for (std::unique_ptr<HostArray>& array : kept_) {
        if (array && array->count() >= count && array->count() - count <= count / 8) {
            return std::move(array);
        }
    }
    for (std::unique_ptr<HostArray>& array : kept_) array.reset();
    return std::make_unique<HostArray>(count);
}

void SpareMemory::give(std::unique_ptr<HostArray> array) noexcept {
    if (!array || array->count() < worth_keeping) return;
    const auto size = [](const std::unique_ptr<HostArray>& kept) {
        return kept ? kept->count() : 0;
    };
    std::unique_ptr<HostArray>& smaller = size(kept_[0]) < size(kept_[1]) ? kept_[0] : kept_[1];
    if (size(smaller) < array->count()) smaller = std::move(array);
}

std::int64_t SpareMemory::bytes() const {
    std::int64_t total = 0;
    for (const std::unique_ptr<HostArray>& array : kept_) {
        if (array) total += array->count() * static_cast<std::int64_t>(sizeof(double));
    }
    return total;
}

double dot(std::int64_t n, const double* a, const double* b) {
    // Eight sums side by side, so that they vectorise.
    double sums[8] = {};
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (int lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
    }
    double total =
        ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    for (; i < n; ++i) total += a[i] * b[i];
    return total;
}

namespace {

using kernels::copy_text;
using kernels::fail;

#define NARROWS_TEXT_OF(x) #x
#define NARROWS_TEXT(x) NARROWS_TEXT_OF(x)
constexpr const char* eigen_version = "Eigen " NARROWS_TEXT(EIGEN_WORLD_VERSION) "." NARROWS_TEXT(
    EIGEN_MAJOR_VERSION) "." NARROWS_TEXT(EIGEN_MINOR_VERSION);

constexpr int most_threads = 1024;

narrows_status probe(int32_t* num_devices, char* reason, size_t reason_size) {
    if (num_devices != nullptr) *num_devices = 1;
    copy_text("", reason, reason_size);
    return NARROWS_OK;
}

constexpr const char* product_names[] = {"auto",       "openblas",   "eigen",
                                         "eigen-sse2", "eigen-avx2", "eigen-avx512"};

/// Picks the product; where this machine does not have it, the reason is in `reason`.
narrows_status choose_product(const std::string& wanted, narrows_context& context,
                              std::string& reason) {
    if (std::find(std::begin(product_names), std::end(product_names), wanted) ==
        std::end(product_names)) {
        reason = "unknown product '" + wanted +
                 "', expected auto, openblas, eigen, eigen-sse2, eigen-avx2 or eigen-avx512";
        return NARROWS_BAD_ARGUMENT;
    }
    context.isa = &best_kernels();
    const std::string prefix = "eigen-";
    if (wanted.compare(0, prefix.size(), prefix) == 0) {
        context.isa = find_kernels(wanted.c_str() + prefix.size());
        if (context.isa == nullptr) {
            reason = "product " + wanted + ": this processor does not run it";
            return NARROWS_UNAVAILABLE;
        }
    }
    context.gemm = context.isa->gemm;
    context.operations = std::string(eigen_version) + " (" + context.isa->name + ")";
    if (wanted != "auto" && wanted != "openblas") return NARROWS_OK;
    const OpenBlas& library = openblas();
    if (library.gemm != nullptr) {
        context.gemm = library.gemm;
        context.operations += ", " + library.description;
    } else if (wanted == "openblas") {
        reason = "product openblas: " + library.description;
        return NARROWS_UNAVAILABLE;
    }
    return NARROWS_OK;
}

narrows_status open_context(const narrows_open_options& options,
                            std::unique_ptr<narrows_context>& opened, std::string& reason) {
    if (options.device != 0 || options.num_threads < 0 || options.num_threads > most_threads) {
        reason = options.device != 0
                     ? "there is one CPU, device 0"
                     : std::to_string(options.num_threads) + " threads, expected 1 to " +
                           std::to_string(most_threads);
        return NARROWS_BAD_ARGUMENT;
    }
    opened = std::make_unique<narrows_context>();
    const char* const product = options.product == nullptr ? "auto" : options.product;
    const narrows_status status = choose_product(product, *opened, reason);
    if (status != NARROWS_OK) return status;
    opened->processors = std::max<std::int64_t>(1, sysconf(_SC_NPROCESSORS_CONF));
    const int processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    int threads = options.num_threads != 0 ? options.num_threads : processors;
    if (opened->gemm != opened->isa->gemm) threads = std::min(threads, openblas().most_threads);
    opened->threads = std::make_unique<Threads>(threads);
    return NARROWS_OK;
}

narrows_status open(const narrows_open_options* options, narrows_context** context, char* reason,
                    size_t reason_size) {
    if (options == nullptr || context == nullptr) return NARROWS_BAD_ARGUMENT;
    *context = nullptr;
    std::unique_ptr<narrows_context> opened;
    try {
        std::string text;
        const narrows_status status = open_context(*options, opened, text);
        copy_text(text, reason, reason_size);
        if (status == NARROWS_OK) *context = opened.release();
        return status;
    } catch (const std::bad_alloc&) {
        copy_text("not enough host memory", reason, reason_size);
    } catch (const std::exception& error) {  // no thread can be started
        copy_text(error.what(), reason, reason_size);
    }
    return NARROWS_OUT_OF_MEMORY;
}

void close(narrows_context* context) {
    delete context;
}

const char* error_message(const narrows_context* context) {
    return context == nullptr ? "" : context->error.c_str();
}

/// The value of "name ... : value" in a /proc file, or nothing.
std::string proc_value(const char* path, const std::string& name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        if (colon == std::string::npos || line.compare(0, name.size(), name) != 0) continue;
        const auto first = line.find_first_not_of(" \t", colon + 1);
        return first == std::string::npos ? "" : line.substr(first);
    }
    return "";
}

narrows_status describe(narrows_context* context, char* operations, size_t operations_size,
                        char* device, size_t device_size) {
    if (context == nullptr) return NARROWS_BAD_ARGUMENT;
    return guarded(context, [&] {
        const std::string model = proc_value("/proc/cpuinfo", "model name");
        const int threads = context->threads->count();
        copy_text(context->operations, operations, operations_size);
        copy_text((model.empty() ? "CPU" : model) + ", " + std::to_string(threads) +
                      (threads == 1 ? " thread" : " threads"),
                  device, device_size);
        return NARROWS_OK;
    });
}

narrows_status memory(narrows_context* context, int64_t* free_bytes, int64_t* total_bytes) {
    if (context == nullptr || free_bytes == nullptr || total_bytes == nullptr) {
        return NARROWS_BAD_ARGUMENT;
    }
    return guarded(context, [&] {
        const int64_t page = sysconf(_SC_PAGESIZE);
        *total_bytes = sysconf(_SC_PHYS_PAGES) * page;
        // MemAvailable counts the page cache that the kernel would give back; free pages do not.
        const std::string available = proc_value("/proc/meminfo", "MemAvailable");
        *free_bytes = available.empty() ? sysconf(_SC_AVPHYS_PAGES) * page
                                        : std::strtoll(available.c_str(), nullptr, 10) * 1024;
        *free_bytes += context->spare.bytes();
        return NARROWS_OK;
    });
}

int64_t bytes(narrows_operation operation, int64_t n, int64_t count) {
    switch (operation) {
        case NARROWS_UPLOAD:
        case NARROWS_MULTIPLY:
        case NARROWS_CELLS:
            return 0;
        case NARROWS_CREATE:
            return 8 * n * count;
        case NARROWS_INVERT:
            return invert_bytes(n);
        case NARROWS_FACTOR:
            return 8 * n * n + 4 * n;
        case NARROWS_INVERT_FACTOR:
            return 8 * n * n;
        case NARROWS_SOLVE:
            return 16 * 192 * n;
        case NARROWS_RESIDUAL:
            return residual_bytes(n);
        case NARROWS_SWEEP:
            return sweep_bytes(n, count);
        case NARROWS_BATCH:
            return batch_bytes(n) * std::max(1L, sysconf(_SC_NPROCESSORS_CONF));
        case NARROWS_SHORTAGE:
            return shortage_bytes(n);
        case NARROWS_INVENTORY:
            return inventory_bytes(n, count);
    }
    return 0;
}

const char* formula(narrows_operation operation) {
    switch (operation) {
        case NARROWS_UPLOAD:
        case NARROWS_MULTIPLY:
        case NARROWS_CELLS:
            return "0 bytes";
        case NARROWS_CREATE:
            return "8 n k bytes";
        case NARROWS_INVERT:
            return "10.7 n^2 bytes";
        case NARROWS_FACTOR:
            return "8 n^2 bytes";
        case NARROWS_INVERT_FACTOR:
            return "8 n^2 bytes";
        case NARROWS_SOLVE:
            return "3072 n bytes";
        case NARROWS_RESIDUAL:
            return "2048 n bytes";
        case NARROWS_SWEEP:
            return "512 n k bytes";
        case NARROWS_BATCH:
            return "10.7 n^2 bytes per processor";
        case NARROWS_SHORTAGE:
            return "8 n^2 + 200 n bytes per processor";
        case NARROWS_INVENTORY:
            return "8 shares + 32 stocks + 128 stocks bytes per processor";
    }
    return "";
}

bool bad_data(int64_t rows, int64_t columns, const double* data, int64_t ld) {
    return rows < 0 || columns < 0 || ld < rows || (data == nullptr && rows * columns > 0);
}

narrows_status upload(narrows_context* context, int64_t rows, int64_t columns, const double* data,
                      int64_t ld, narrows_matrix** matrix) {
    if (context == nullptr || matrix == nullptr || bad_data(rows, columns, data, ld)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "upload: bad argument");
    }
    return guarded(context, [&] {
        *matrix = new narrows_matrix(rows, columns, data, ld);
        return NARROWS_OK;
    });
}

narrows_status create(narrows_context* context, int64_t rows, int64_t columns,
                      narrows_matrix** matrix) {
    if (context == nullptr || matrix == nullptr || rows < 0 || columns < 0) {
        return fail(context, NARROWS_BAD_ARGUMENT, "create: bad argument");
    }
    return guarded(context, [&] {
        auto result =
            std::make_unique<narrows_matrix>(rows, columns, context->spare.take(rows * columns));
        std::fill_n(result->writable(), rows * columns, 0.0);
        *matrix = result.release();
        return NARROWS_OK;
    });
}

narrows_status download(narrows_context* context, const narrows_matrix* matrix, int64_t first_row,
                        int64_t first_column, int64_t rows, int64_t columns, double* data,
                        int64_t ld) {
    if (context == nullptr || matrix == nullptr || first_row < 0 || first_column < 0 ||
        bad_data(rows, columns, data, ld) || first_row + rows > matrix->rows ||
        first_column + columns > matrix->columns) {
        return fail(context, NARROWS_BAD_ARGUMENT, "download: bad argument");
    }
    for (int64_t j = 0; j < columns; ++j) {
        std::copy_n(matrix->data + first_row + (first_column + j) * matrix->ld, rows,
                    data + j * ld);
    }
    return NARROWS_OK;
}

const double* host_view(const narrows_matrix* matrix, int64_t* ld) {
    if (matrix == nullptr) return nullptr;
    if (ld != nullptr) *ld = matrix->ld;
    return matrix->data;
}

void release_matrix(narrows_context* context, narrows_matrix* matrix) {
    if (context != nullptr && matrix != nullptr) context->spare.give(std::move(matrix->own));
    delete matrix;
}

const narrows_backend_api api = {
    NARROWS_BACKEND_ABI,
    static_cast<int32_t>(sizeof(narrows_backend_api)),
    "cpu",
    probe,
    open,
    close,
    error_message,
    describe,
    memory,
    bytes,
    formula,
    upload,
    create,
    download,
    host_view,
    release_matrix,
    multiply_matrices,
    invert,
    factor,
    release_factor,
    solve,
    invert_factor,
    apply,
    apply_each,
    apply_sparse,
    residual,
    sweep,
    cell_losses,
    run_batch,
    solve_shortage,
    run_inventory,
};

}  // namespace

const narrows_backend_api* backend() {
    return &api;
}

}  // namespace narrows::cpu
