#include "kernels/cpu/openblas.hpp"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

namespace narrows::cpu {
namespace {

using CblasDgemm = void (*)(int layout, int transpose_a, int transpose_b, int m, int n, int k,
                            double alpha, const double* a, int lda, const double* b, int ldb,
                            double beta, double* c, int ldc);
constexpr int column_major = 102;
constexpr int as_is = 111;
constexpr int transposed = 112;

CblasDgemm cblas_dgemm = nullptr;

void gemm(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k,
          double alpha, const double* a, std::int64_t lda, const double* b, std::int64_t ldb,
          double beta, double* c, std::int64_t ldc) {
    cblas_dgemm(column_major, transpose_a ? transposed : as_is, transpose_b ? transposed : as_is,
                static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), alpha, a,
                static_cast<int>(lda), b, static_cast<int>(ldb), beta, c, static_cast<int>(ldc));
}

/// A variable of the environment that is set for the life of this object, where it was not.
class TemporaryVariable {
  public:
    TemporaryVariable(const char* name, const char* value)
        : name_(name), ours_(value != nullptr && std::getenv(name) == nullptr) {
        if (ours_) setenv(name, value, 0);
    }
    ~TemporaryVariable() {
        if (ours_) unsetenv(name_);
    }
    TemporaryVariable(const TemporaryVariable&) = delete;
    TemporaryVariable& operator=(const TemporaryVariable&) = delete;

  private:
    const char* name_;
    bool ours_;
};

/// The core type with the right instruction set that every release of OpenBLAS has.
const char* core_type() {
    const char* const best = best_kernels().name;
    if (std::strcmp(best, "avx512") == 0) return "SkylakeX";
    if (std::strcmp(best, "avx2") == 0) return "Haswell";
    return nullptr;
}

/// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..." up to the second blank.
std::string version_of(const char* config) {
    const char* end = std::strchr(config, ' ');
    if (end != nullptr) end = std::strchr(end + 1, ' ');
    return end == nullptr ? config : std::string(config, end);
}

/// "... MAX_THREADS=64"; where it does not say, what every build allows.
int most_threads(const char* config) {
    const char* const key = "MAX_THREADS=";
    const char* const found = std::strstr(config, key);
    const int number = found == nullptr ? 0 : std::atoi(found + std::strlen(key));
    return number > 0 ? number : 1;
}

OpenBlas load() {
    const TemporaryVariable core("OPENBLAS_CORETYPE", core_type());
    // Its own threads would be started on loading, only to be told not to work.
    const TemporaryVariable threads("OPENBLAS_NUM_THREADS", "1");
    void* library = nullptr;
    for (const char* name : {"libopenblas.so.0", "libopenblas.so"}) {
        if (library == nullptr) library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    }
    if (library == nullptr) return {nullptr, "libopenblas.so.0 not found", 0};
    const auto find = [library](const char* name) { return dlsym(library, name); };
    cblas_dgemm = reinterpret_cast<CblasDgemm>(find("cblas_dgemm"));
    const auto set_threads = reinterpret_cast<void (*)(int)>(find("openblas_set_num_threads"));
    const auto config = reinterpret_cast<const char* (*)()>(find("openblas_get_config"));
    const auto core_name = reinterpret_cast<const char* (*)()>(find("openblas_get_corename"));
    if (cblas_dgemm == nullptr || set_threads == nullptr || config == nullptr ||
        core_name == nullptr) {
        return {nullptr, "libopenblas.so.0 lacks cblas_dgemm or openblas_set_num_threads", 0};
    }
    if (std::strstr(config(), "USE64BITINT") != nullptr) {
        return {nullptr, "libopenblas.so.0 has 64-bit integers", 0};
    }
    set_threads(1);
    return {gemm, version_of(config()) + " (" + core_name() + ")", most_threads(config())};
}

}  // namespace

const OpenBlas& openblas() {
    static const OpenBlas loaded = load();
    return loaded;
}

}  // namespace narrows::cpu
