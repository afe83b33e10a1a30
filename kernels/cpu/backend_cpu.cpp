// The contract on the CPU with Eigen: plain, correct, the reference every other backend is tested
// against.
#include "kernels/cpu/backend_cpu.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <unistd.h>

#include <Eigen/Dense>

#include "kernels/common/status.hpp"

struct narrows_context {
    std::string error;
};

struct narrows_matrix {
    Eigen::MatrixXd values;
};

struct narrows_factor {
    explicit narrows_factor(const Eigen::MatrixXd& a) : k(identity_minus(a)), lu(k) {}
    static Eigen::MatrixXd identity_minus(const Eigen::MatrixXd& a) {
        Eigen::MatrixXd result = -a;
        result.diagonal().array() += 1.0;
        return result;
    }
    Eigen::MatrixXd k;
    Eigen::PartialPivLU<Eigen::Ref<Eigen::MatrixXd>> lu;  // in place: overwrites k
};

namespace narrows::cpu {
namespace {

using HostMatrix = Eigen::Map<Eigen::MatrixXd, 0, Eigen::OuterStride<>>;
using ConstHostMatrix = Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>>;

using kernels::copy_text;
using kernels::fail;

/// Runs `body` and turns C++ exceptions into statuses: nothing may throw across the contract.
template <class Body>
narrows_status guarded(narrows_context* context, Body body) {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return fail(context, NARROWS_OUT_OF_MEMORY, "not enough host memory");
    } catch (const std::exception& error) {
        return fail(context, NARROWS_DEVICE_FAILURE, error.what());
    }
}

narrows_status probe(int32_t* num_devices, char* reason, size_t reason_size) {
    if (num_devices != nullptr) *num_devices = 1;
    copy_text("", reason, reason_size);
    return NARROWS_OK;
}

narrows_status open(int32_t device, narrows_context** context, char* reason, size_t reason_size) {
    if (context == nullptr || device != 0) return NARROWS_BAD_ARGUMENT;
    *context = new (std::nothrow) narrows_context;
    copy_text(*context == nullptr ? "not enough host memory" : "", reason, reason_size);
    return *context == nullptr ? NARROWS_OUT_OF_MEMORY : NARROWS_OK;
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

narrows_status describe(narrows_context* context, char* text, size_t text_size) {
    return guarded(context, [&] {
        const std::string model = proc_value("/proc/cpuinfo", "model name");
        const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
        copy_text((model.empty() ? "CPU" : model) + ", " + std::to_string(threads) + " threads",
                  text, text_size);
        return NARROWS_OK;
    });
}

narrows_status memory(narrows_context* context, int64_t* free_bytes, int64_t* total_bytes) {
    if (free_bytes == nullptr || total_bytes == nullptr) return NARROWS_BAD_ARGUMENT;
    return guarded(context, [&] {
        const int64_t page = sysconf(_SC_PAGESIZE);
        *total_bytes = sysconf(_SC_PHYS_PAGES) * page;
        // MemAvailable counts the page cache that the kernel would give back; free pages do not.
        const std::string available = proc_value("/proc/meminfo", "MemAvailable");
        *free_bytes = available.empty() ? sysconf(_SC_AVPHYS_PAGES) * page
                                        : std::strtoll(available.c_str(), nullptr, 10) * 1024;
        return NARROWS_OK;
    });
}

int64_t matrix_bytes(int64_t rows, int64_t columns) {
    return 8 * rows * columns;
}
int64_t factor_bytes(int64_t n) {
    return 8 * n * n + 16 * n;
}
int64_t solve_bytes(int64_t n, int64_t num_rhs) {
    return 8 * n * num_rhs;
}
int64_t inverse_bytes(int64_t n) {
    return 8 * n * n;
}

narrows_status upload(narrows_context* context, int64_t rows, int64_t columns, const double* data,
                      int64_t ld, narrows_matrix** matrix) {
    if (context == nullptr || matrix == nullptr || rows < 0 || columns < 0 || ld < rows ||
        (data == nullptr && rows * columns > 0)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "upload: bad argument");
    }
    return guarded(context, [&] {
        *matrix = new narrows_matrix{
            ConstHostMatrix(data, rows, columns, Eigen::OuterStride<>(std::max<int64_t>(ld, 1)))};
        return NARROWS_OK;
    });
}

narrows_status download(narrows_context* context, const narrows_matrix* matrix, int64_t first_row,
                        int64_t first_column, int64_t rows, int64_t columns, double* data,
                        int64_t ld) {
    if (context == nullptr || matrix == nullptr || first_row < 0 || first_column < 0 || rows < 0 ||
        columns < 0 || first_row + rows > matrix->values.rows() ||
        first_column + columns > matrix->values.cols() || ld < rows) {
        return fail(context, NARROWS_BAD_ARGUMENT, "download: bad argument");
    }
    HostMatrix(data, rows, columns, Eigen::OuterStride<>(std::max<int64_t>(ld, 1))) =
        matrix->values.block(first_row, first_column, rows, columns);
    return NARROWS_OK;
}

void release_matrix(narrows_context*, narrows_matrix* matrix) {
    delete matrix;
}

narrows_status factor(narrows_context* context, const narrows_matrix* a, narrows_factor** factor,
                      narrows_factor_info* info) {
    if (context == nullptr || a == nullptr || factor == nullptr || info == nullptr ||
        a->values.rows() != a->values.cols()) {
        return fail(context, NARROWS_BAD_ARGUMENT, "factor: A must be square");
    }
    *factor = nullptr;
    return guarded(context, [&] {
        const int64_t n = a->values.rows();
        auto result = std::make_unique<narrows_factor>(a->values);
        *info = {n == 0 ? 1.0 : INFINITY, -1};
        for (int64_t step = 0; step < n; ++step) {
            const double pivot = std::abs(result->lu.matrixLU()(step, step));
            if (!(pivot > 0.0 && std::isfinite(pivot)) && info->singular_at < 0) {
                info->singular_at = step;
            }
            info->min_pivot = std::min(info->min_pivot, pivot);
        }
        if (info->singular_at >= 0) {
            return fail(context, NARROWS_SINGULAR, "I - A is singular");
        }
        *factor = result.release();
        return NARROWS_OK;
    });
}

void release_factor(narrows_context*, narrows_factor* factor) {
    delete factor;
}

narrows_status solve(narrows_context* context, const narrows_factor* factor, int32_t transposed,
                     int64_t num_rhs, double* rhs, int64_t ld) {
    if (context == nullptr || factor == nullptr || num_rhs < 0 || ld < factor->lu.rows()) {
        return fail(context, NARROWS_BAD_ARGUMENT, "solve: bad argument");
    }
    if (num_rhs == 0 || factor->lu.rows() == 0) return NARROWS_OK;
    return guarded(context, [&] {
        HostMatrix x(rhs, factor->lu.rows(), num_rhs, Eigen::OuterStride<>(ld));
        // Column by column: blocked products would round differently for different num_rhs, and
        // the same right-hand side must give the same bits in any batch.
        for (int64_t column = 0; column < num_rhs; ++column) {
            const Eigen::VectorXd b = x.col(column);
            if (transposed != 0) {
                x.col(column) = factor->lu.transpose().solve(b);
            } else {
                x.col(column) = factor->lu.solve(b);
            }
        }
        return NARROWS_OK;
    });
}

narrows_status inverse(narrows_context* context, const narrows_factor* factor,
                       narrows_matrix** inverse) {
    if (context == nullptr || factor == nullptr || inverse == nullptr) {
        return fail(context, NARROWS_BAD_ARGUMENT, "inverse: bad argument");
    }
    return guarded(context, [&] {
        auto result = std::make_unique<narrows_matrix>();
        if (factor->lu.rows() > 0) result->values = factor->lu.inverse();
        *inverse = result.release();
        return NARROWS_OK;
    });
}

#define NARROWS_TEXT_OF(x) #x
#define NARROWS_TEXT(x) NARROWS_TEXT_OF(x)
const char* const operations = "Eigen " NARROWS_TEXT(EIGEN_WORLD_VERSION) "." NARROWS_TEXT(
    EIGEN_MAJOR_VERSION) "." NARROWS_TEXT(EIGEN_MINOR_VERSION);

const narrows_backend_api api = {
    NARROWS_BACKEND_ABI,
    static_cast<int32_t>(sizeof(narrows_backend_api)),
    "cpu",
    operations,
    probe,
    open,
    close,
    error_message,
    describe,
    memory,
    matrix_bytes,
    factor_bytes,
    solve_bytes,
    inverse_bytes,
    upload,
    download,
    release_matrix,
    factor,
    release_factor,
    solve,
    inverse,
};

}  // namespace

const narrows_backend_api* backend() {
    return &api;
}

}  // namespace narrows::cpu
