#include "host/backend/backend.hpp"

#include <array>

#include <fmt/format.h>

#include "kernels/backend_api.h"
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

    /// Refuses before allocating.
    void require_memory(const char* operation, const char* formula, std::int64_t bytes) const {
        std::int64_t free = 0;
        std::int64_t total = 0;
        check(api->memory(context, &free, &total), "memory");
        if (bytes <= free) return;
        constexpr double gib = 1024.0 * 1024.0 * 1024.0;
        throw BackendError(fmt::format(
            "backend {}: {} needs {:.2f} GiB ({}), but {:.2f} GiB of {:.2f} GiB are free", name,
            operation, static_cast<double>(bytes) / gib, formula, static_cast<double>(free) / gib,
            static_cast<double>(total) / gib));
    }
};

struct Factor::Handle {
    const Backend::Context* context;
    narrows_factor* factor;
    ~Handle() { context->api->release_factor(context->context, factor); }
};

namespace {

/// A backend matrix, released with its scope.
class Matrix {
  public:
    Matrix(const narrows_backend_api* api, narrows_context* context)
        : api_(api), context_(context) {}
    ~Matrix() {
        if (handle_ != nullptr) api_->release_matrix(context_, handle_);
    }
    Matrix(const Matrix&) = delete;
    Matrix& operator=(const Matrix&) = delete;
    narrows_matrix** out() { return &handle_; }
    narrows_matrix* get() const { return handle_; }

  private:
    const narrows_backend_api* api_;
    narrows_context* context_;
    narrows_matrix* handle_ = nullptr;
};

}  // namespace

BackendRequest parse_backend_request(const std::string& text) {
    if (text == "auto") return BackendRequest::automatic;
    if (text == "cpu") return BackendRequest::cpu;
    if (text == "cuda") return BackendRequest::cuda;
    throw ArgumentError("unknown backend " + in_quotes(text) + ", expected auto, cpu or cuda");
}

Backend Backend::open(const narrows_backend_api& api, int device) {
    std::array<char, 512> text{};
    std::int32_t num_devices = 0;
    if (api.probe(&num_devices, text.data(), text.size()) != NARROWS_OK) {
        throw BackendUnavailable(fmt::format("backend {}: {}", api.name, text.data()));
    }
    if (device < 0 || device >= num_devices) {
        throw BackendUnavailable(fmt::format("backend {}: no device {}, expected 0 to {}", api.name,
                                             device, num_devices - 1));
    }
    auto context = std::make_shared<Context>();
    context->api = &api;
    context->name = api.name;
    context->operations = api.operations;
    if (api.open(device, &context->context, text.data(), text.size()) != NARROWS_OK) {
        throw BackendUnavailable(
            fmt::format("backend {}: cannot open device {}: {}", api.name, device, text.data()));
    }
    context->check(api.describe(context->context, text.data(), text.size()), "describe");
    context->device = text.data();
    return Backend(std::move(context));
}

Backend Backend::cpu() {
    return open(*cpu::backend(), 0);
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

Factor Backend::factor(const Eigen::MatrixXd& a) const {
    const narrows_backend_api& api = *context_->api;
    const Index n = a.rows();
    if (a.cols() != n) {
        throw ArgumentError(fmt::format("A is {} x {}, expected a square matrix", n, a.cols()));
    }
    context_->require_memory("factorising I - A", "A and its factor, over 16 n^2 bytes",
                             api.matrix_bytes(n, n) + api.factor_bytes(n));
    Matrix uploaded(&api, context_->context);
    context_->check(api.upload(context_->context, n, n, a.data(), n, uploaded.out()), "upload");
    narrows_factor* factor = nullptr;
    narrows_factor_info info{};
    const narrows_status status = api.factor(context_->context, uploaded.get(), &factor, &info);
    if (status == NARROWS_SINGULAR) {
        throw NumericalError(fmt::format("I - A is singular: elimination step {} of {} has pivot 0",
                                         info.singular_at + 1, n),
                             {});
    }
    context_->check(status, "factor");
    return Factor(context_,
                  std::unique_ptr<Factor::Handle>(new Factor::Handle{context_.get(), factor}), n,
                  info.min_pivot);
}

Factor::Factor(std::shared_ptr<Backend::Context> context, std::unique_ptr<Handle> handle,
               Index order, double min_pivot)
    : context_(std::move(context)),
      handle_(std::move(handle)),
      order_(order),
      min_pivot_(min_pivot) {}

Factor::Factor(Factor&&) noexcept = default;
Factor::~Factor() = default;

Eigen::MatrixXd Factor::solved(Eigen::MatrixXd rhs, bool transposed) const {
    if (rhs.rows() != order_) {
        throw ArgumentError(
            fmt::format("right-hand side has {} rows, expected {}", rhs.rows(), order_));
    }
    const narrows_backend_api& api = *context_->api;
    context_->require_memory("solving", "8 n k bytes", api.solve_bytes(order_, rhs.cols()));
    context_->check(api.solve(context_->context, handle_->factor, transposed ? 1 : 0, rhs.cols(),
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

Eigen::MatrixXd Factor::inverse() const {
    const narrows_backend_api& api = *context_->api;
    context_->require_memory("inverting I - A", "8 n^2 bytes", api.inverse_bytes(order_));
    Matrix inverse(&api, context_->context);
    context_->check(api.inverse(context_->context, handle_->factor, inverse.out()), "inverse");
    Eigen::MatrixXd result(order_, order_);
    context_->check(
        api.download(context_->context, inverse.get(), 0, 0, order_, order_, result.data(), order_),
        "download");
    return result;
}

}  // namespace narrows
