// Rates of a GPU and of NVIDIA's libraries that narrows' choices rest on, without narrows itself:
// copies, products, the base kernel of the inverse, LU without pivoting, batched products, and
// whether CUBLAS_EMULATE_DOUBLE_PRECISION overrides a handle's math mode.
//
//   bench_gpu_points [--json FILE] [--max-order N] [POINT...]     POINT: see `points` at the end
//
// Every figure is the median of five after one run that does not count, timed on the device.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cusolverDn.h>

#include "kernels/common/gth_tile.hpp"

namespace {

void check(cudaError_t status, const char* what) {
    if (status != cudaSuccess) {
        throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(status));
    }
}
void check(cublasStatus_t status, const char* what) {
    if (status != CUBLAS_STATUS_SUCCESS) {
        throw std::runtime_error(std::string(what) + ": " + cublasGetStatusString(status));
    }
}
void check(cusolverStatus_t status, const char* what) {
    if (status != CUSOLVER_STATUS_SUCCESS) {
        throw std::runtime_error(std::string(what) + ": cuSOLVER status " + std::to_string(status));
    }
}

// ---- device memory, handles, time
// ------------------------------------------------------------------

template <class T>
class DeviceArray {
  public:
    explicit DeviceArray(std::int64_t count) {
        const auto bytes = static_cast<size_t>(std::max<std::int64_t>(count, 1)) * sizeof(T);
        check(cudaMalloc(reinterpret_cast<void**>(&data_), bytes), "cudaMalloc");
    }
    ~DeviceArray() { cudaFree(data_); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    T* get() const { return data_; }

  private:
    T* data_ = nullptr;
};

struct Cublas {
    Cublas() { check(cublasCreate(&handle), "cublasCreate"); }
    ~Cublas() { cublasDestroy(handle); }
    Cublas(const Cublas&) = delete;
    Cublas& operator=(const Cublas&) = delete;
    cublasHandle_t handle = nullptr;
};

/// Median seconds of `body` on the default stream; `before` restores its input, outside the time.
double seconds_of(
    const std::function<void()>& body, const std::function<void()>& before = [] {}) {
    cudaEvent_t start{};
    cudaEvent_t stop{};
    check(cudaEventCreate(&start), "cudaEventCreate");
    check(cudaEventCreate(&stop), "cudaEventCreate");
    std::vector<double> seconds;
    for (int sample = 0; sample < 6; ++sample) {
        before();
        check(cudaEventRecord(start), "cudaEventRecord");
        body();
        check(cudaEventRecord(stop), "cudaEventRecord");
        check(cudaEventSynchronize(stop), "cudaEventSynchronize");
        float milliseconds = 0.0F;
        check(cudaEventElapsedTime(&milliseconds, start, stop), "cudaEventElapsedTime");
        if (sample > 0) seconds.push_back(1e-3 * static_cast<double>(milliseconds));
    }
    cudaEventDestroy(start);
    cudaEventDestroy(stop);
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
}

/// Uniform in [0, 1) by position, times `scale`; with `m_matrix`, I minus that: column sums
/// positive.
__global__ void fill(std::int64_t n, std::int64_t count, double scale, bool m_matrix,
                     double* cells) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t at = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
         at < count; at += step) {
        std::uint64_t z = static_cast<std::uint64_t>(at + 1) * 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        const double u = scale * static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
        cells[at] = !m_matrix ? u : at % n == at / n ? 1.0 - u : -u;
    }
}

void fill_uniform(std::int64_t count, double* cells) {
    fill<<<1024, 256>>>(1, count, 1.0, false, cells);
    check(cudaGetLastError(), "fill");
}

void fill_leontief(std::int64_t n, double* cells) {
    fill<<<1024, 256>>>(n, n * n, 1.0 / static_cast<double>(n), true, cells);
    check(cudaGetLastError(), "fill");
}

// ---- figures
// ---------------------------------------------------------------------------------------

struct Figure {
    std::string point, detail;
    double seconds, rate;
    std::string unit;
};

struct Run {
    std::int64_t max_order = 20000;
    std::vector<Figure> figures;

    void add(const std::string& point, const std::string& detail, double seconds, double work,
             const char* unit) {
        figures.push_back({point, detail, seconds, work / seconds, unit});
        std::printf("%-12s %-44s %12.3f us %10.4g %s\n", point.c_str(), detail.c_str(),
                    seconds * 1e6, work / seconds, unit);
        std::fflush(stdout);
    }
};

std::string of_order(std::int64_t n) {
    return "n=" + std::to_string(n);
}

void copies(Run& run) {
    constexpr size_t bytes = size_t{1} << 30;
    constexpr double gigabytes = 1e-9 * static_cast<double>(bytes);
    DeviceArray<char> device(bytes);
    DeviceArray<char> other(bytes);
    char* pinned = nullptr;
    check(cudaMallocHost(reinterpret_cast<void**>(&pinned), bytes), "cudaMallocHost");
    std::vector<char> pageable(bytes, 1);
    std::memset(pinned, 1, bytes);
    const auto copy = [&](const char* detail, void* to, const void* from, double work) {
        const double seconds =
            seconds_of([&] { check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault), detail); });
        run.add("copies", detail, seconds, work, "GB/s");
    };
    copy("1 GiB, pinned host to device", device.get(), pinned, gigabytes);
    copy("1 GiB, device to pinned host", pinned, device.get(), gigabytes);
    copy("1 GiB, pageable host to device", device.get(), pageable.data(), gigabytes);
    copy("1 GiB, device to pageable host", pageable.data(), device.get(), gigabytes);
    copy("1 GiB, on the device, read and written", other.get(), device.get(), 2.0 * gigabytes);
    cudaFreeHost(pinned);
}

double product_seconds(const Cublas& cublas, std::int64_t m, std::int64_t n, std::int64_t k) {
    DeviceArray<double> a(m * k);
    DeviceArray<double> b(k * n);
    DeviceArray<double> c(m * n);
    fill_uniform(m * k, a.get());
    fill_uniform(k * n, b.get());
    const double one = 1.0;
    const double zero = 0.0;
    return seconds_of([&] {
        check(cublasDgemm_64(cublas.handle, CUBLAS_OP_N, CUBLAS_OP_N, m, n, k, &one, a.get(), m,
                             b.get(), k, &zero, c.get(), m),
              "cublasDgemm");
    });
}

double teraflops(std::int64_t m, std::int64_t n, std::int64_t k) {
    return 2e-12 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

void dgemm(Run& run) {
    const Cublas cublas;
    check(cublasSetMathMode(cublas.handle, CUBLAS_DEFAULT_MATH), "cublasSetMathMode");
    for (const std::int64_t order : {2000, 4000, 8192}) {
        for (const std::int64_t k : {256, 512, 1024}) {
            run.add("dgemm", "m=n=" + std::to_string(order) + " k=" + std::to_string(k),
                    product_seconds(cublas, order, order, k), teraflops(order, order, k),
                    "TFLOP/s");
        }
    }
    for (const std::int64_t n : {1000, 2000, 4000, 9800, 20000}) {
        if (n > run.max_order) continue;
        run.add("dgemm", of_order(n), product_seconds(cublas, n, n, n), teraflops(n, n, n),
                "TFLOP/s");
    }
}

/// X = L Y in a chunk of 16384 columns.
void apply(Run& run) {
    const Cublas cublas;
    constexpr std::int64_t columns = 16384;
    for (const std::int64_t n : {2000, 4000, 9800, 20000}) {
        if (n > run.max_order) continue;
        run.add("apply", of_order(n) + ", 16384 columns", product_seconds(cublas, n, columns, n),
                teraflops(n, columns, n), "TFLOP/s");
    }
}

// ---- the base kernel of the inverse
// ----------------------------------------------------------------

struct BlockExecutor {
    template <class T>
    class PerThread {
      public:
        __device__ explicit PerThread(const BlockExecutor&) {}
        __device__ T& operator[](int) { return value_; }

      private:
        T value_;
    };

    template <class Phase>
    __device__ void phase(Phase body) const {
        body(static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x));
        __syncthreads();
    }
};

template <class Tile>
__global__ void __launch_bounds__(Tile::threads)
    base_kernel(std::int64_t n, double* k, const double* slack, narrows::kernels::PivotInfo* info) {
    extern __shared__ __align__(16) double shared[];
    BlockExecutor executor;
    narrows::kernels::gth_invert_tile<Tile>(executor, shared, n, k, n, slack, 0, info);
}

/// A matrix of the tile's order, inverted by one block.
template <class Tile>
void base_of(Run& run, const char* detail) {
    constexpr std::int64_t n = Tile::order;
    DeviceArray<double> k(n * n);
    DeviceArray<double> slack(n);
    DeviceArray<narrows::kernels::PivotInfo> info(1);
    check(cudaMemset(info.get(), 0, sizeof(narrows::kernels::PivotInfo)), "cudaMemset");
    fill_uniform(n, slack.get());
    const double seconds = seconds_of(
        [&] {
            base_kernel<Tile><<<1, Tile::threads, sizeof(double) * Tile::shared_size>>>(
                n, k.get(), slack.get(), info.get());
            check(cudaGetLastError(), "base kernel");
        },
        [&] { fill_leontief(n, k.get()); });
    run.add("base", of_order(n) + ", " + detail + ", launch included", seconds,
            1e-9 * 2.0 * n * n * n, "GFLOP/s");
}

void base(Run& run) {
    using narrows::kernels::GthTile;
    base_of<GthTile<8, 16, 9, 4>>(run, "8 x 16 threads of 9 x 4 cells");
    base_of<GthTile<8, 16, 9, 4, true>>(run, "8 x 16 threads of 9 x 4 cells, overlapped");
    base_of<GthTile<8, 32, 9, 2, true>>(run, "8 x 32 threads of 9 x 2 cells, overlapped");
    base_of<GthTile<8, 16, 13, 7>>(run, "8 x 16 threads of 13 x 7 cells");
    base_of<GthTile<8, 32, 17, 4>>(run, "8 x 32 threads of 17 x 4 cells");
    base_of<GthTile<8, 32, 17, 4, true>>(run, "8 x 32 threads of 17 x 4 cells, overlapped");
}

// ---- LU without pivoting, against the identity
// -----------------------------------------------------

struct Cusolver {
    Cusolver() {
        check(cusolverDnCreate(&handle), "cusolverDnCreate");
        check(cusolverDnCreateParams(&params), "cusolverDnCreateParams");
    }
    ~Cusolver() {
        cusolverDnDestroyParams(params);
        cusolverDnDestroy(handle);
    }
    Cusolver(const Cusolver&) = delete;
    Cusolver& operator=(const Cusolver&) = delete;
    cusolverDnHandle_t handle = nullptr;
    cusolverDnParams_t params = nullptr;
};

__global__ void identity(std::int64_t n, double* cells) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t at = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
         at < n * n; at += step) {
        cells[at] = at % n == at / n ? 1.0 : 0.0;
    }
}

void lu_of_order(Run& run, const Cusolver& solver, std::int64_t n, bool pivoting) {
    DeviceArray<double> k(n * n);
    DeviceArray<double> x(n * n);
    DeviceArray<std::int64_t> pivots(n);
    DeviceArray<int> info(1);
    std::int64_t* const ipiv = pivoting ? pivots.get() : nullptr;
    size_t device_bytes = 0;
    size_t host_bytes = 0;
    check(cusolverDnXgetrf_bufferSize(solver.handle, solver.params, n, n, CUDA_R_64F, k.get(), n,
                                      CUDA_R_64F, &device_bytes, &host_bytes),
          "cusolverDnXgetrf_bufferSize");
    DeviceArray<char> workspace(static_cast<std::int64_t>(device_bytes));
    std::vector<char> host_workspace(std::max<size_t>(host_bytes, 1));
    const auto factorise = [&] {
        check(cusolverDnXgetrf(solver.handle, solver.params, n, n, CUDA_R_64F, k.get(), n, ipiv,
                               CUDA_R_64F, workspace.get(), device_bytes, host_workspace.data(),
                               host_bytes, info.get()),
              "cusolverDnXgetrf");
    };
    const auto restore = [&] {
        fill_leontief(n, k.get());
        identity<<<1024, 256>>>(n, x.get());
        check(cudaGetLastError(), "identity");
    };
    const std::string detail = of_order(n) + (pivoting ? ", pivoting" : ", no pivoting");
    const double cubed = teraflops(n, n, n);  // 2 n^3
    run.add("getrf", detail, seconds_of(factorise, restore), cubed / 3.0, "TFLOP/s");
    const double seconds = seconds_of(
        [&] {
            factorise();
            check(cusolverDnXgetrs(solver.handle, solver.params, CUBLAS_OP_N, n, n, CUDA_R_64F,
                                   k.get(), n, ipiv, CUDA_R_64F, x.get(), n, info.get()),
                  "cusolverDnXgetrs");
        },
        restore);
    run.add("getrf+getrs", detail + ", identity, counted as 2 n^3", seconds, cubed, "TFLOP/s");
}

void lu(Run& run) {
    const Cusolver solver;
    for (const std::int64_t n : {2000, 4000, 9800, 20000}) {
        if (n > run.max_order) continue;
        lu_of_order(run, solver, n, false);
        lu_of_order(run, solver, n, true);
    }
}

// ---- batched products
// ------------------------------------------------------------------------------

void batched_product(Run& run, const Cublas& cublas, const std::string& what, std::int64_t m,
                     std::int64_t n, std::int64_t k, std::int64_t count) {
    DeviceArray<double> a(m * k * count);
    DeviceArray<double> b(k * n * count);
    DeviceArray<double> c(m * n * count);
    fill_uniform(m * k * count, a.get());
    fill_uniform(k * n * count, b.get());
    const double one = 1.0;
    const double zero = 0.0;
    const double seconds = seconds_of([&] {
        check(cublasDgemmStridedBatched_64(cublas.handle, CUBLAS_OP_N, CUBLAS_OP_N, m, n, k, &one,
                                           a.get(), m, m * k, b.get(), k, k * n, &zero, c.get(), m,
                                           m * n, count),
              "cublasDgemmStridedBatched");
    });
    run.add("batched", what, seconds, teraflops(m, n, k) * static_cast<double>(count), "TFLOP/s");
}

void batched(Run& run) {
    const Cublas cublas;
    batched_product(run, cublas, "56 products of 256 x 44 and 44 x 44", 256, 44, 44, 56);
    batched_product(run, cublas, "56 products of 1024 x 44 and 44 x 44", 1024, 44, 44, 56);
    batched_product(run, cublas, "256 products of 436 x 64 and 64 x 436", 436, 436, 64, 256);
    batched_product(run, cublas, "1000 products of order 100", 100, 100, 100, 1000);
}

// ---- emulated double precision
// ---------------------------------------------------------------------

/// A fingerprint of the bits of A B, A and B of order n: the same bits, the same arithmetic.
std::uint64_t product_bits(const Cublas& cublas, std::int64_t n) {
    DeviceArray<double> a(n * n);
    DeviceArray<double> b(n * n);
    DeviceArray<double> c(n * n);
    fill_uniform(n * n, a.get());
    fill_leontief(n, b.get());
    const double one = 1.0;
    const double zero = 0.0;
    check(cublasDgemm_64(cublas.handle, CUBLAS_OP_N, CUBLAS_OP_N, n, n, n, &one, a.get(), n,
                         b.get(), n, &zero, c.get(), n),
          "cublasDgemm");
    std::vector<std::uint64_t> bits(static_cast<size_t>(n * n));
    check(cudaMemcpy(bits.data(), c.get(), 8 * bits.size(), cudaMemcpyDeviceToHost), "cudaMemcpy");
    std::uint64_t hash = 14695981039346656037U;
    for (const std::uint64_t word : bits) hash = (hash ^ word) * 1099511628211U;
    return hash;
}

/// With CUBLAS_EMULATE_DOUBLE_PRECISION=1 in the environment and without: where the bits of
/// "default math set" are the same, the handle's mode wins over the variable.
void emulation(Run& run) {
    constexpr std::int64_t n = 4096;
    const char* variable = std::getenv("CUBLAS_EMULATE_DOUBLE_PRECISION");
    const std::string set = variable == nullptr ? "unset" : variable;
    for (const bool explicitly : {false, true}) {
        const Cublas cublas;
        if (explicitly) {
            check(cublasSetMathMode(cublas.handle, CUBLAS_DEFAULT_MATH), "cublasSetMathMode");
        }
        char bits[17];
        std::snprintf(bits, sizeof bits, "%016llx",
                      static_cast<unsigned long long>(product_bits(cublas, n)));
        run.add("emulation",
                std::string(explicitly ? "default math set" : "handle untouched") + ", variable " +
                    set + ", bits " + bits,
                product_seconds(cublas, n, n, n), teraflops(n, n, n), "TFLOP/s");
    }
}

// ---- program
// ---------------------------------------------------------------------------------------

struct Point {
    const char* name;
    void (*measure)(Run&);
};
const std::vector<Point> points{{"copies", copies},      {"dgemm", dgemm}, {"apply", apply},
                                {"base", base},          {"lu", lu},       {"batched", batched},
                                {"emulation", emulation}};

void write_json(const std::string& path, const char* device, const Run& run) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) throw std::runtime_error(path + ": cannot write");
    std::fprintf(file, "{\n \"device\": \"%s\",\n \"figures\": [", device);
    for (size_t i = 0; i < run.figures.size(); ++i) {
        const Figure& figure = run.figures[i];
        std::fprintf(file,
                     "%s\n  {\"point\": \"%s\", \"detail\": \"%s\", \"seconds\": %.9g, \"rate\": "
                     "%.6g, \"unit\": \"%s\"}",
                     i == 0 ? "" : ",", figure.point.c_str(), figure.detail.c_str(), figure.seconds,
                     figure.rate, figure.unit.c_str());
    }
    std::fprintf(file, "\n ]\n}\n");
    if (std::fclose(file) != 0) throw std::runtime_error(path + ": cannot write");
}

/// The named point; a failing one is reported, so that the others can still run.
bool measure(const Point& point, Run& run) {
    try {
        point.measure(run);
        return true;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_gpu_points: %s: %s\n", point.name, error.what());
        cudaGetLastError();
        return false;
    }
}

int run_points(const std::string& json, Run& run, const std::vector<std::string>& wanted) {
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, 0), "no usable GPU");
    std::printf("%s\n", properties.name);
    bool fine = true;
    for (const Point& point : points) {
        const bool named = std::find(wanted.begin(), wanted.end(), point.name) != wanted.end();
        if (wanted.empty() || named) fine = measure(point, run) && fine;
        if (!json.empty()) write_json(json, properties.name, run);  // what there is so far
    }
    return fine ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Run run;
    std::string json;
    std::vector<std::string> wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const bool known = std::any_of(points.begin(), points.end(),
                                       [&](const Point& point) { return argument == point.name; });
        if (argument == "--json" && i + 1 < argc) {
            json = argv[++i];
        } else if (argument == "--max-order" && i + 1 < argc) {
            run.max_order = std::atoll(argv[++i]);
        } else if (known) {
            wanted.push_back(argument);
        } else {
            std::fprintf(stderr,
                         "usage: %s [--json FILE] [--max-order N] [POINT...]\npoints:", argv[0]);
            for (const Point& point : points) std::fprintf(stderr, " %s", point.name);
            std::fprintf(stderr, "\n");
            return 2;
        }
    }
    try {
        return run_points(json, run, wanted);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_gpu_points: %s\n", error.what());
        return 1;
    }
}
