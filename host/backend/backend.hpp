#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include "kernels/backend_api.h"

#include "host/table/classification.hpp"

namespace narrows {

/// What the caller wants: the fastest that runs, or one in particular.
enum class BackendRequest { automatic, cpu, cuda };

/// "auto", "cpu" or "cuda". Throws ArgumentError.
BackendRequest parse_backend_request(const std::string& text);

/// On which device, with how many threads and whose matrix product a backend is opened.
struct BackendOptions {
    int device = 0;       // number of the GPU
    int num_threads = 0;  // of the CPU backend; 0: one per processor
    /// Whose matrix product the CPU backend uses: "auto" (OpenBLAS where the machine has it, else
    /// Eigen), "openblas", "eigen" (for the best instruction set), "eigen-sse2", "eigen-avx2",
    /// "eigen-avx512".
    std::string product = "auto";
};

class BackendMatrix;
class Factor;

/// A numerical backend on one device: RAII over the C contract in kernels/backend_api.h. Statuses
/// become exceptions: BackendError where the device fails or memory would not do, which is asked
/// for before anything is allocated (the message has the formula and both figures), ArgumentError
/// for shapes, NumericalError for singular matrices. Copies share the device.
///
/// Notation: A input coefficients, K = I - A, L = K^-1, slack r = 1'K.
class Backend {
  public:
    /// The CPU backend, linked in and always available.
    static Backend cpu(const BackendOptions& options = {});

    /// Opens a device of a backend. Throws BackendUnavailable with the reason.
    static Backend open(const narrows_backend_api& api, const BackendOptions& options = {});

    const std::string& name() const;        // "cpu", "cuda"
    const std::string& operations() const;  // "Eigen 3.4.0, OpenBLAS 0.3.21 (Haswell)"
    const std::string& device() const;      // "AMD EPYC ..., 2 threads"

    std::int64_t free_bytes() const;
    std::int64_t total_bytes() const;
    /// Bytes an operation takes beyond what exists already, for order n and `count` columns.
    std::int64_t bytes_needed(narrows_operation operation, Index n, Index count = 1) const;

    /// A copy of `values` in the backend's memory; the CPU backend refers to `values` instead,
    /// which must live as long as the result and not change.
    BackendMatrix upload(const Eigen::MatrixXd& values) const;
    BackendMatrix zeros(Index rows, Index columns) const;
    /// A B; and C = A B into a matrix that zeros() gave.
    BackendMatrix multiply(const BackendMatrix& a, const BackendMatrix& b) const;
    void multiply(const BackendMatrix& a, const BackendMatrix& b, BackendMatrix& c) const;

    /// L from the off-diagonal of A >= 0, weights w > 0 and the slack r = w'K >= 0 (n each; empty
    /// weights are 1): the diagonal of diag(w) K is r_j + sum of w_i a_ij over i != j. Entrywise
    /// accurate to O(n) roundings however small the slack. Throws NumericalError where a pivot is
    /// not positive.
    BackendMatrix invert(const BackendMatrix& a, const Eigen::VectorXd& slack,
                         const Eigen::VectorXd& weights = {}) const;

    /// Pivoted LU of K = I - A. Throws NumericalError where K is singular.
    Factor factor(const BackendMatrix& a) const;

    /// Answers of many perturbed tables; the pointers of `batch` are the caller's.
    void run_batch(const narrows_batch& batch) const;

    /// Solves the bottleneck equations of many regions for many scenarios; the pointers of
    /// `shortage` are the caller's, its `done` is the function given, which may be called from
    /// several threads at once. What that throws ends the work and is thrown.
    using ShortageDone = std::function<void(const narrows_shortage_result&)>;
    void solve_shortage(narrows_shortage shortage, const ShortageDone& done) const;

    /// Runs an economy with stocks through its steps in many scenarios; as solve_shortage.
    using InventoryDone = std::function<void(const narrows_inventory_result&)>;
    void run_inventory(narrows_inventory inventory, const InventoryDone& done) const;

  private:
    friend class BackendMatrix;
    friend class Factor;
    struct Context;
    explicit Backend(std::shared_ptr<Context> context) : context_(std::move(context)) {}
    std::shared_ptr<Context> context_;
};

/// A matrix in its backend's memory.
class BackendMatrix {
  public:
    BackendMatrix(BackendMatrix&&) noexcept;
    BackendMatrix& operator=(BackendMatrix&&) noexcept;
    ~BackendMatrix();

    Index rows() const { return rows_; }
    Index columns() const { return columns_; }

    Eigen::MatrixXd download() const;
    Eigen::MatrixXd download(Index first_row, Index first_column, Index rows, Index columns) const;
    /// The matrix where it lies in host memory, else null.
    const double* host_data() const;

    /// M Y or M'Y, M n x n, Y n x k: one product, streamed in column chunks. A column gives the
    /// same bits in any batch.
    Eigen::MatrixXd apply(const Eigen::MatrixXd& y, bool transposed = false) const;
    /// The same column by column: for few columns.
    Eigen::MatrixXd apply_each(const Eigen::MatrixXd& y, bool transposed = false) const;
    /// M Y for a sparse Y: columns of M gathered.
    Eigen::MatrixXd apply_sparse(const Eigen::SparseMatrix<double>& y) const;

    /// For L: column sums of |I - (I - A) L|, n, as computed.
    Eigen::VectorXd residual_sums(const BackendMatrix& a) const;
    /// For L: one pass; the pointers of `sweep` are the caller's.
    void sweep(const narrows_sweep& sweep) const;
    /// For L: g_i phi a_ij x_j / (1 + phi a_ij L_ji) for all cells, n x n, and the smallest
    /// denominator.
    Eigen::MatrixXd cell_losses(const BackendMatrix& a, const Eigen::VectorXd& g,
                                const Eigen::VectorXd& x, double phi,
                                double& smallest_denominator) const;

  private:
    friend class Backend;
    friend class Factor;
    BackendMatrix(std::shared_ptr<Backend::Context> context, Index rows, Index columns);
    std::shared_ptr<Backend::Context> context_;
    narrows_matrix* handle_ = nullptr;
    Index rows_ = 0;
    Index columns_ = 0;
};

/// A pivoted LU factorisation of K = I - A in its backend's memory.
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
    /// L = K^-1.
    BackendMatrix inverse() const;

  private:
    friend class Backend;
    explicit Factor(std::shared_ptr<Backend::Context> context) : context_(std::move(context)) {}
    Eigen::MatrixXd solved(Eigen::MatrixXd rhs, bool transposed) const;

    std::shared_ptr<Backend::Context> context_;
    narrows_factor* handle_ = nullptr;
    Index order_ = 0;
    double min_pivot_ = 0.0;
};

/// The system and the scenarios of solve_shortage from where they lie, which must outlive the
/// result: starts of the products and one more; w, n x n; home users; the product withheld in each
/// scenario; direct losses, home users x scenarios; what is delivered, nodes of the longest product
/// x scenarios; lambdas.
narrows_shortage shortage_of(const std::vector<std::int64_t>& starts,
                             const Eigen::MatrixXd& weights, const std::vector<std::int64_t>& home,
                             const std::vector<std::int64_t>& products,
                             const Eigen::MatrixXd& direct, const Eigen::MatrixXd& delivered,
                             const std::vector<double>& lambdas);

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
BackendChoice choose_backend(BackendRequest request, const BackendOptions& options = {});

/// The same with a module that has been looked for already; request is not cpu.
BackendChoice choose_backend(BackendRequest request, const LoadedModule& cuda,
                             const BackendOptions& options);

/// Loads a backend module and probes it: missing file, missing symbol, another ABI and a probe that
/// refuses are reasons, not errors. Modules are never unloaded.
LoadedModule load_module(const std::filesystem::path& path);

/// The CUDA module, looked for in module_folders(); the driver library is looked for first, so that
/// a machine without a GPU never loads cuBLAS.
LoadedModule load_cuda_module();

}  // namespace narrows
