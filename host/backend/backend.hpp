#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <Eigen/Core>

#include "host/table/classification.hpp"

struct narrows_backend_api;

namespace narrows {

/// What the caller wants: the fastest that runs, or one in particular.
enum class BackendRequest { automatic, cpu, cuda };

/// "auto", "cpu" or "cuda". Throws ArgumentError.
BackendRequest parse_backend_request(const std::string& text);

class Factor;

/// A numerical backend on one device: RAII over the C contract in kernels/backend_api.h. Statuses
/// become exceptions; memory is asked for before anything is allocated. Copies share the device.
class Backend {
  public:
    /// The CPU backend, linked in and always available.
    static Backend cpu();

    /// Opens a device of a backend. Throws BackendUnavailable with the reason.
    static Backend open(const narrows_backend_api& api, int device);

    const std::string& name() const;        // "cpu", "cuda"
    const std::string& operations() const;  // what does the work: "Eigen 3.4.0"
    const std::string& device() const;      // "AMD EPYC ..., 2 threads"

    /// Factorises I - A, A n x n. Throws NumericalError where I - A is singular, BackendError where
    /// memory would not do (with the formula and both figures) or the device fails.
    Factor factor(const Eigen::MatrixXd& a) const;

  private:
    friend class Factor;
    struct Context;
    explicit Backend(std::shared_ptr<Context> context) : context_(std::move(context)) {}
    std::shared_ptr<Context> context_;
};

/// A factorisation of K = I - A in its backend's memory: factorised once, solved many times.
class Factor {
  public:
    Factor(Factor&&) noexcept;
    ~Factor();

    Index order() const { return order_; }
    double min_pivot() const { return min_pivot_; }

    /// K X = R, R n x k.
    Eigen::MatrixXd solve(const Eigen::MatrixXd& rhs) const;
    /// K' X = R, R n x k.
    Eigen::MatrixXd solve_transposed(const Eigen::MatrixXd& rhs) const;
    /// L = K^-1, n x n.
    Eigen::MatrixXd inverse() const;

  private:
    friend class Backend;
    struct Handle;
    Factor(std::shared_ptr<Backend::Context> context, std::unique_ptr<Handle> handle, Index order,
           double min_pivot);
    Eigen::MatrixXd solved(Eigen::MatrixXd rhs, bool transposed) const;

    std::shared_ptr<Backend::Context> context_;
    std::unique_ptr<Handle> handle_;
    Index order_ = 0;
    double min_pivot_ = 0.0;
};

/// What became of a module: its table, or why there is none.
struct LoadedModule {
    const narrows_backend_api* api = nullptr;
    std::string reason;
};

/// A chosen backend and, where CUDA was not taken, the reason.
struct BackendChoice {
    Backend backend;
    std::string reason;  // "" where the request was met by the first choice
};

/// automatic: CUDA where it runs, otherwise the CPU with the reason. cuda: throws
/// BackendUnavailable with the reason where it does not run.
BackendChoice choose_backend(BackendRequest request, int device = 0);

/// The same with a module that has been looked for already; request is not cpu.
BackendChoice choose_backend(BackendRequest request, const LoadedModule& cuda, int device);

/// Loads a backend module and probes it: missing file, missing symbol, another ABI and a probe that
/// refuses are reasons, not errors. Modules are never unloaded.
LoadedModule load_module(const std::filesystem::path& path);

/// The CUDA module, looked for in module_folders(); the driver library is looked for first, so that
/// a machine without a GPU never loads cuBLAS.
LoadedModule load_cuda_module();

}  // namespace narrows
