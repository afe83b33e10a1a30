#include "host/cli/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <malloc.h>
#include <memory>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows::cli {
namespace {

using Body = std::function<void()>;

double seconds_of(const Body& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

/// Samples of one body: as many calls each as last 5 ms, a thousand times what the clock adds.
class Stopwatch {
  public:
    /// `first` is what the first call took.
    Stopwatch(Body body, double first) : body_(std::move(body)) {
        constexpr double shortest = 5e-3;
        constexpr double most = 1e6;
        calls_ = static_cast<int>(std::ceil(std::min(most, shortest / std::max(first, 1e-9))));
    }
    void sample() {
        const double taken = seconds_of([&] {
            for (int call = 0; call < calls_; ++call) body_();
        });
        seconds_.push_back(taken / calls_);
    }
    const std::vector<double>& seconds() const { return seconds_; }

  private:
    Body body_;
    int calls_ = 1;
    std::vector<double> seconds_;
};

void wait_for(const BackendMatrix& matrix) {
    matrix.download(0, 0, 1, 1);  // a device works behind the caller's back until something is read
}

/// C = A A into a C that is there already; `a` outlives the result.
Body product_of(const Backend& backend, const BackendMatrix& a) {
    const auto c = std::make_shared<BackendMatrix>(backend.zeros(a.rows(), a.columns()));
    return [&backend, &a, c] {
        backend.multiply(a, a, *c);
        wait_for(*c);
    };
}

/// The result stays until the next one, so that the memory in use can be read.
Body inverse_of(const Backend& backend, const BackendMatrix& a, const Eigen::VectorXd& slack) {
    const auto inverse = std::make_shared<std::optional<BackendMatrix>>();
    return [&backend, &a, &slack, inverse] {
        inverse->reset();
        inverse->emplace(backend.invert(a, slack));
        wait_for(**inverse);
    };
}

Body solve_with(std::shared_ptr<BackendMatrix> l, Index columns) {
    const auto y = std::make_shared<Eigen::MatrixXd>(Eigen::MatrixXd::Ones(l->rows(), columns));
    return [l = std::move(l), y] { l->apply(*y); };
}

/// loss_k = (w'L)_k x_k / l_kk with x = 1: for w = 1 lost output, for w = v lost value added.
Body extract_with(std::shared_ptr<BackendMatrix> l, const Eigen::VectorXd& v) {
    const Index n = l->rows();
    const auto weights = std::make_shared<Eigen::MatrixXd>(n, 2);
    *weights << Eigen::VectorXd::Ones(n), v;
    return [l = std::move(l), weights, n] {
        Eigen::MatrixXd losses(n, 2);
        Eigen::VectorXd diagonal(n);
        narrows_sweep pass{};
        pass.num_weights = 2;
        pass.weights = weights->data();
        pass.column_sums = losses.data();
        pass.diagonal = diagonal.data();
        l->sweep(pass);
        losses.array().colwise() /= diagonal.array();
    };
}

/// Spread .1 everywhere; multipliers and outputs of one weight and one demand per draw.
Body batch_of(const Backend& backend, const SyntheticTable& table, Index draws) {
    struct Buffers {
        Eigen::MatrixXd spread, multipliers, outputs;
        Eigen::VectorXd ones;
        std::vector<std::int32_t> failed;
    };
    const Index n = table.A.rows();
    const auto buffers = std::make_shared<Buffers>(Buffers{
        Eigen::MatrixXd::Constant(n, n, 0.1), Eigen::MatrixXd(n, draws), Eigen::MatrixXd(n, draws),
        Eigen::VectorXd::Ones(n), std::vector<std::int32_t>(static_cast<std::size_t>(draws))});
    narrows_batch batch{};
    batch.order = n;
    batch.coefficients = table.A.data();
    batch.slack = table.slack.data();
    batch.spread = buffers->spread.data();
    batch.num_draws = draws;
    batch.num_weights = 1;
    batch.weights = buffers->ones.data();
    batch.multipliers = buffers->multipliers.data();
    batch.num_demands = 1;
    batch.demands = buffers->ones.data();
    batch.outputs = buffers->outputs.data();
    batch.failed = buffers->failed.data();
    return [&backend, buffers, batch] { backend.run_batch(batch); };
}

Body body_of(const Backend& backend, const Workload& workload, const SyntheticTable& table,
             const BackendMatrix& a) {
    const auto inverse = [&] {
        return std::make_shared<BackendMatrix>(backend.invert(a, table.slack));
    };
    switch (workload.operation) {
        case Operation::inverse:
            return inverse_of(backend, a, table.slack);
        case Operation::solve:
            return solve_with(inverse(), workload.count);
        case Operation::extract:
            return extract_with(inverse(), table.slack);
        case Operation::batch:
            break;
    }
    return batch_of(backend, table, workload.count);
}

std::int64_t resident_bytes() {
    std::int64_t total = 0;
    std::int64_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

std::int64_t highest_resident_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * std::int64_t{1024};
}

/// See Measurement::peak_bytes.
class PeakMemory {
  public:
    explicit PeakMemory(const Backend& backend) : backend_(backend) {
#ifdef __GLIBC__
        malloc_trim(0);  // what was freed counts again
#endif
        std::ofstream reset("/proc/self/clear_refs");
        reset << "5" << std::flush;
        before_ = reset ? resident_bytes() : highest_resident_bytes();
    }
    std::int64_t bytes() const {
        if (backend_.name() != "cpu") return backend_.total_bytes() - backend_.free_bytes();
        return std::max<std::int64_t>(0, highest_resident_bytes() - before_);
    }

  private:
    const Backend& backend_;
    std::int64_t before_ = 0;
};

}  // namespace

const std::vector<std::string>& all_operations() {
    static const std::vector<std::string> names{"inverse", "solve", "extract", "batch"};
    return names;
}

std::string to_string(Operation operation) {
    return all_operations()[static_cast<std::size_t>(operation)];
}

Operation parse_operation(const std::string& text) {
    const std::vector<std::string>& names = all_operations();
    const auto found = std::find(names.begin(), names.end(), text);
    if (found != names.end()) return static_cast<Operation>(found - names.begin());
    const std::string near = nearest(text, names);
    throw ArgumentError(fmt::format("unknown operation {}, {}", in_quotes(text),
                                    near.empty() ? "expected inverse, solve, extract or batch"
                                                 : "did you mean " + in_quotes(near) + "?"));
}

double Workload::flops() const {
    const auto n = static_cast<double>(order);
    const auto k = static_cast<double>(count);
    switch (operation) {
        case Operation::inverse:
            return 2.0 * n * n * n;
        case Operation::solve:
            return 2.0 * n * n * k;
        case Operation::extract:
            return 4.0 * n * n;
        case Operation::batch:
            break;
    }
    return 2.0 * n * n * n * k;
}

void require_memory(const Backend& backend, const Workload& workload) {
    const Index n = workload.order;
    const auto bytes = [&](narrows_operation operation, Index count) {
        return static_cast<double>(backend.bytes_needed(operation, n, count));
    };
    const auto free = static_cast<double>(backend.free_bytes());
    const double matrix = 8.0 * static_cast<double>(n) * static_cast<double>(n);
    double needed = 2.0 * matrix;  // A and the product
    if (needed <= free) {          // else the formulas would overflow at some order
        needed += bytes(NARROWS_MULTIPLY, n);
        const double columns = static_cast<double>(n) * static_cast<double>(workload.count);
        if (workload.operation == Operation::batch) {
            needed += bytes(NARROWS_BATCH, workload.count);
        } else {
            needed += bytes(NARROWS_INVERT, n);
        }
        if (workload.operation == Operation::solve) needed += bytes(NARROWS_SOLVE, workload.count);
        needed += 2.0 * 8.0 * columns;  // Y and X, multipliers and outputs
    }
    if (needed <= free) return;
    constexpr double gib = 1024.0 * 1024.0 * 1024.0;
    throw ArgumentError(
        fmt::format("order {}: {} on backend {} needs at least {:.2f} GiB with its product, {:.2f} "
                    "GiB are free",
                    n, to_string(workload.operation), backend.name(), needed / gib, free / gib));
}

Measurement measure(const Backend& backend, const Workload& workload, const SyntheticTable& table,
                    int repeat, const std::function<void()>& sampled) {
    const BackendMatrix a = backend.upload(table.A);
    const Body body = body_of(backend, workload, table, a);
    Measurement result;
    const PeakMemory peak(backend);
    const double first = seconds_of(body);
    result.peak_bytes = peak.bytes();

    const Body multiply = product_of(backend, a);
    Stopwatch operation(body, first);
    Stopwatch product(multiply, seconds_of(multiply));
    for (int sample = 0; sample < repeat; ++sample) {
        product.sample();
        operation.sample();
        sampled();
    }
    result.median = median(operation.seconds());
    result.lowest = *std::min_element(operation.seconds().begin(), operation.seconds().end());
    result.product = median(product.seconds());
    return result;
}

double quick_product_gflops(const Backend& backend) {
    constexpr Index n = 1000;
    const SyntheticTable table = synthetic_table(n);
    const BackendMatrix a = backend.upload(table.A);
    const Body multiply = product_of(backend, a);
    double lowest = seconds_of(multiply);  // the first may start threads and load code
    constexpr double enough = 0.1;
    if (lowest < enough) lowest = std::min(lowest, seconds_of(multiply));
    return 2e-9 * static_cast<double>(n * n * n) / lowest;
}

}  // namespace narrows::cli
