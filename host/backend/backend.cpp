#include "host/backend/backend.hpp"

#include <array>
#include <exception>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "kernels/cpu/backend_cpu.hpp"

#include "host/base/error.hpp"

namespace narrows {

struct Backend::Context {
    const narrows_backend_api* api = nullptr;
    narrows_context* context = nullptr;
    std::string name, operations, device;
    ~Context() {
        if (context != nullptr) api->close(context);
    }

    /// Turns a status that is not NARROWS_OK into an exception.
    void check(narrows_status status, const char* operation) const {
        if (status == NARROWS_OK) return;
        const std::string message = api->error_message(context);
        const std::string text = fmt::format("backend {}: {}: {}", name, operation, message);
        if (status == NARROWS_BAD_ARGUMENT) throw ArgumentError(text);
        if (status == NARROWS_UNAVAILABLE) throw BackendUnavailable(text);
        throw BackendError(text);
    }

    /// NARROWS_SINGULAR with the step, or as check.
    void check_pivots(narrows_status status, const narrows_factor_info& info, Index n,
                      const char* operation) const {
        if (status != NARROWS_SINGULAR) {
            check(status, operation);
            return;
        }
        throw NumericalError(fmt::format("{}: elimination step {} of {}",
                                         api->error_message(context), info.singular_at + 1, n),
                             {});
    }

    /// Refuses before allocating.
    void require(narrows_operation operation, const char* what, Index n, Index count = 1) const {
        const std::int64_t bytes = api->bytes(operation, n, count);
        if (bytes <= 0) return;
        std::int64_t free = 0;
        std::int64_t total = 0;
        check(api->memory(context, &free, &total), "memory");
        if (bytes <= free) return;
        constexpr double gib = 1024.0 * 1024.0 * 1024.0;
        throw BackendError(fmt::format(
            "backend {}: {} needs {:.2f} GiB ({}, n = {}), but {:.2f} GiB of {:.2f} GiB are free",
            name, what, static_cast<double>(bytes) / gib, api->formula(operation), n,
            static_cast<double>(free) / gib, static_cast<double>(total) / gib));
    }
};

namespace {

void require_rows(Index found, Index expected) {
    if (found == expected) return;
    throw ArgumentError(fmt::format("right-hand side has {} rows, expected {}", found, expected));
}

}  // namespace

BackendRequest parse_backend_request(const std::string& text) {
    if (text == "auto") return BackendRequest::automatic;
    if (text == "cpu") return BackendRequest::cpu;
    if (text == "cuda") return BackendRequest::cuda;
    throw ArgumentError("unknown backend " + in_quotes(text) + ", expected auto, cpu or cuda");
}

Backend Backend::open(const narrows_backend_api& api, const BackendOptions& options) {
    std::array<char, 512> text{};
    std::int32_t num_devices = 0;
    if (api.probe(&num_devices, text.data(), text.size()) != NARROWS_OK) {
        throw BackendUnavailable(fmt::format("backend {}: {}", api.name, text.data()));
    }
    if (options.device < 0 || options.device >= num_devices) {
        throw BackendUnavailable(fmt::format("backend {}: no device {}, expected 0 to {}", api.name,
                                             options.device, num_devices - 1));
    }
    auto context = std::make_shared<Context>();
    context->api = &api;
    context->name = api.name;
    const narrows_open_options request{options.device, options.num_threads,
                                       options.product.c_str()};
    const narrows_status status = api.open(&request, &context->context, text.data(), text.size());
    if (status == NARROWS_BAD_ARGUMENT) {
        throw ArgumentError(fmt::format("backend {}: {}", api.name, text.data()));
    }
    if (status != NARROWS_OK) {
        throw BackendUnavailable(fmt::format("backend {}: cannot open device {}: {}", api.name,
                                             options.device, text.data()));
    }
    std::array<char, 512> device{};
    context->check(
        api.describe(context->context, text.data(), text.size(), device.data(), device.size()),
        "describe");
    context->operations = text.data();
    context->device = device.data();
    return Backend(std::move(context));
}

Backend Backend::cpu(const BackendOptions& options) {
    BackendOptions on_cpu = options;
    on_cpu.device = 0;
    return open(*cpu::backend(), on_cpu);
}

const std::string& Backend::name() const {
    return context_->name;
}
const std::string& Backend::operations() const {
    return context_->operations;
}
const std::string& Backend::device() const {
    return context_->device;
}

std::int64_t Backend::free_bytes() const {
    std::int64_t free = 0;
    std::int64_t total = 0;
    context_->check(context_->api->memory(context_->context, &free, &total), "memory");
    return free;
}

std::int64_t Backend::total_bytes() const {
    std::int64_t free = 0;
    std::int64_t total = 0;
    context_->check(context_->api->memory(context_->context, &free, &total), "memory");
    return total;
}

std::int64_t Backend::bytes_needed(narrows_operation operation, Index n, Index count) const {
    return context_->api->bytes(operation, n, count);
}

BackendMatrix Backend::upload(const Eigen::MatrixXd& values) const {
    context_->require(NARROWS_UPLOAD, "a matrix", values.rows(), values.cols());
    BackendMatrix matrix(context_, values.rows(), values.cols());
    context_->check(context_->api->upload(context_->context, values.rows(), values.cols(),
                                          values.data(), values.rows(), &matrix.handle_),
                    "upload");
    return matrix;
}

BackendMatrix Backend::zeros(Index rows, Index columns) const {
    context_->require(NARROWS_CREATE, "a matrix", rows, columns);
    BackendMatrix matrix(context_, rows, columns);
    context_->check(context_->api->create(context_->context, rows, columns, &matrix.handle_),
                    "create");
    return matrix;
}

BackendMatrix Backend::multiply(const BackendMatrix& a, const BackendMatrix& b) const {
    BackendMatrix c = zeros(a.rows(), b.columns());
    multiply(a, b, c);
    return c;
}

void Backend::multiply(const BackendMatrix& a, const BackendMatrix& b, BackendMatrix& c) const {
    context_->require(NARROWS_MULTIPLY, "a product", a.rows(), b.columns());
    context_->check(context_->api->multiply(context_->context, a.handle_, b.handle_, c.handle_),
                    "multiply");
}

BackendMatrix Backend::invert(const BackendMatrix& a, const Eigen::VectorXd& slack,
                              const Eigen::VectorXd& weights) const {
    if (slack.size() != a.rows() || (weights.size() != 0 && weights.size() != a.rows())) {
        throw ArgumentError(fmt::format("slack has {} entries and weights {}, expected {}",
                                        slack.size(), weights.size(), a.rows()));
    }
    context_->require(NARROWS_INVERT, "inverting I - A", a.rows());
    BackendMatrix inverse(context_, a.rows(), a.rows());
    narrows_factor_info info{};
    const narrows_status status = context_->api->invert(
        context_->context, a.handle_, weights.size() == 0 ? nullptr : weights.data(), slack.data(),
        &inverse.handle_, &info);
    context_->check_pivots(status, info, a.rows(), "invert");
    return inverse;
}

Factor Backend::factor(const BackendMatrix& a) const {
    if (a.rows() != a.columns()) {
        throw ArgumentError(
            fmt::format("A is {} x {}, expected a square matrix", a.rows(), a.columns()));
    }
    context_->require(NARROWS_FACTOR, "factorising I - A", a.rows());
    Factor factor(context_);
    narrows_factor_info info{};
    const narrows_status status =
        context_->api->factor(context_->context, a.handle_, &factor.handle_, &info);
    context_->check_pivots(status, info, a.rows(), "factor");
    factor.order_ = a.rows();
    factor.min_pivot_ = info.min_pivot;
    return factor;
}

void Backend::run_batch(const narrows_batch& batch) const {
    context_->require(NARROWS_BATCH, "a batch", batch.order, batch.num_draws);
    context_->check(context_->api->run_batch(context_->context, &batch), "run_batch");
}

namespace {

/// A caller's function behind the contract, over which nothing may throw.
template <class Result>
struct Call {
    const std::function<void(const Result&)>& done;
    std::mutex mutex = {};
    std::exception_ptr error = {};  // the first

    static std::int32_t run(void* self, const Result* result) noexcept {
        auto& call = *static_cast<Call*>(self);
        try {
            call.done(*result);
            return 0;
        } catch (...) {
            const std::lock_guard lock(call.mutex);
            if (!call.error) call.error = std::current_exception();
        }
        return 1;
    }
};

}  // namespace

narrows_shortage shortage_of(const std::vector<std::int64_t>& starts,
                             const Eigen::MatrixXd& weights, const std::vector<std::int64_t>& home,
                             const std::vector<std::int64_t>& products,
                             const Eigen::MatrixXd& direct, const Eigen::MatrixXd& delivered,
                             const std::vector<double>& lambdas) {
    narrows_shortage shortage{};
    shortage.n = weights.rows();
    shortage.num_products = static_cast<std::int64_t>(starts.size()) - 1;
    shortage.starts = starts.data();
    shortage.weights = weights.data();
    shortage.num_home = static_cast<std::int64_t>(home.size());
    shortage.home = home.data();
    shortage.num_scenarios = static_cast<std::int64_t>(products.size());
    shortage.products = products.data();
    shortage.direct = direct.data();
    shortage.delivered = delivered.data();
    shortage.num_lambdas = static_cast<std::int64_t>(lambdas.size());
    shortage.lambdas = lambdas.data();
    return shortage;
}

void Backend::solve_shortage(narrows_shortage shortage, const ShortageDone& done) const {
    context_->require(NARROWS_SHORTAGE, "passing on shortages", shortage.n, shortage.num_scenarios);
    Call<narrows_shortage_result> call{done};
    shortage.done = &call.run;
    shortage.user = &call;
    const narrows_status status = context_->api->solve_shortage(context_->context, &shortage);
    if (call.error) std::rethrow_exception(call.error);
    context_->check(status, "solve_shortage");
}

void Backend::run_inventory(narrows_inventory inventory, const InventoryDone& done) const {
    context_->require(NARROWS_INVENTORY, "an economy with stocks",
                      inventory.num_channels * inventory.n, inventory.num_products * inventory.n);
    Call<narrows_inventory_result> call{done};
    inventory.done = &call.run;
    inventory.user = &call;
    const narrows_status status = context_->api->run_inventory(context_->context, &inventory);
    if (call.error) std::rethrow_exception(call.error);
    context_->check(status, "run_inventory");
}

BackendMatrix::BackendMatrix(std::shared_ptr<Backend::Context> context, Index rows, Index columns)
    : context_(std::move(context)), rows_(rows), columns_(columns) {}

BackendMatrix::BackendMatrix(BackendMatrix&& other) noexcept
    : context_(std::move(other.context_)),
      handle_(std::exchange(other.handle_, nullptr)),
      rows_(other.rows_),
      columns_(other.columns_) {}

BackendMatrix& BackendMatrix::operator=(BackendMatrix&& other) noexcept {
    std::swap(context_, other.context_);
    std::swap(handle_, other.handle_);
    std::swap(rows_, other.rows_);
    std::swap(columns_, other.columns_);
    return *this;
}

BackendMatrix::~BackendMatrix() {
    if (handle_ != nullptr) context_->api->release_matrix(context_->context, handle_);
}

Eigen::MatrixXd BackendMatrix::download() const {
    return download(0, 0, rows_, columns_);
}

Eigen::MatrixXd BackendMatrix::download(Index first_row, Index first_column, Index rows,
                                        Index columns) const {
    Eigen::MatrixXd result(rows, columns);
    context_->check(context_->api->download(context_->context, handle_, first_row, first_column,
                                            rows, columns, result.data(), rows),
                    "download");
    return result;
}

const double* BackendMatrix::host_data() const {
    std::int64_t ld = 0;
    const double* const data = context_->api->host_view(handle_, &ld);
    return ld == rows_ ? data : nullptr;
}

Eigen::MatrixXd BackendMatrix::apply(const Eigen::MatrixXd& y, bool transposed) const {
    require_rows(y.rows(), rows_);
    context_->require(NARROWS_SOLVE, "a product with L", rows_, y.cols());
    Eigen::MatrixXd x(y.rows(), y.cols());
    context_->check(context_->api->apply(context_->context, handle_, transposed ? 1 : 0, y.cols(),
                                         y.data(), y.rows(), x.data(), x.rows()),
                    "apply");
    return x;
}

Eigen::MatrixXd BackendMatrix::apply_each(const Eigen::MatrixXd& y, bool transposed) const {
    require_rows(y.rows(), rows_);
    Eigen::MatrixXd x(y.rows(), y.cols());
    context_->check(context_->api->apply_each(context_->context, handle_, transposed ? 1 : 0,
                                              y.cols(), y.data(), y.rows(), x.data(), x.rows()),
                    "apply_each");
    return x;
}

Eigen::MatrixXd BackendMatrix::apply_sparse(const Eigen::SparseMatrix<double>& y) const {
    require_rows(y.rows(), rows_);
    std::vector<std::int64_t> starts(static_cast<std::size_t>(y.cols()) + 1, 0);
    std::vector<std::int64_t> rows;
    std::vector<double> values;
    for (Index column = 0; column < y.cols(); ++column) {
        for (Eigen::SparseMatrix<double>::InnerIterator entry(y, column); entry; ++entry) {
            rows.push_back(entry.row());
            values.push_back(entry.value());
        }
        starts[static_cast<std::size_t>(column) + 1] = static_cast<std::int64_t>(rows.size());
    }
    Eigen::MatrixXd x(y.rows(), y.cols());
    context_->check(context_->api->apply_sparse(context_->context, handle_, y.cols(), starts.data(),
                                                rows.data(), values.data(), x.data(), x.rows()),
                    "apply_sparse");
    return x;
}

Eigen::VectorXd BackendMatrix::residual_sums(const BackendMatrix& a) const {
    context_->require(NARROWS_RESIDUAL, "the residual", rows_);
    Eigen::VectorXd sums(columns_);
    context_->check(context_->api->residual(context_->context, a.handle_, handle_, sums.data()),
                    "residual");
    return sums;
}

void BackendMatrix::sweep(const narrows_sweep& sweep) const {
    context_->require(NARROWS_SWEEP, "the pass over L", rows_, sweep.num_weights + sweep.num_flows);
    context_->check(context_->api->sweep(context_->context, handle_, &sweep), "sweep");
}

Eigen::MatrixXd BackendMatrix::cell_losses(const BackendMatrix& a, const Eigen::VectorXd& g,
                                           const Eigen::VectorXd& x, double phi,
                                           double& smallest_denominator) const {
    require_rows(g.size(), rows_);
    require_rows(x.size(), rows_);
    context_->require(NARROWS_CELLS, "the pass over all cells", rows_);
    Eigen::MatrixXd losses(rows_, rows_);
    context_->check(
        context_->api->cell_losses(context_->context, handle_, a.handle_, g.data(), x.data(), phi,
                                   losses.data(), rows_, &smallest_denominator),
        "cell_losses");
    return losses;
}

Factor::Factor(Factor&& other) noexcept
    : context_(std::move(other.context_)),
      handle_(std::exchange(other.handle_, nullptr)),
      order_(other.order_),
      min_pivot_(other.min_pivot_) {}

Factor::~Factor() {
    if (handle_ != nullptr) context_->api->release_factor(context_->context, handle_);
}

Eigen::MatrixXd Factor::solved(Eigen::MatrixXd rhs, bool transposed) const {
    require_rows(rhs.rows(), order_);
    context_->require(NARROWS_SOLVE, "solving", order_, rhs.cols());
    context_->check(context_->api->solve(context_->context, handle_, transposed ? 1 : 0, rhs.cols(),
                                         rhs.data(), rhs.rows()),
                    "solve");
    return rhs;
}

Eigen::MatrixXd Factor::solve(const Eigen::MatrixXd& rhs) const {
    return solved(rhs, false);
}

Eigen::MatrixXd Factor::solve_transposed(const Eigen::MatrixXd& rhs) const {
    return solved(rhs, true);
}

BackendMatrix Factor::inverse() const {
    context_->require(NARROWS_INVERT_FACTOR, "inverting I - A", order_);
    BackendMatrix inverse(context_, order_, order_);
    context_->check(context_->api->invert_factor(context_->context, handle_, &inverse.handle_),
                    "invert_factor");
    return inverse;
}

}  // namespace narrows
