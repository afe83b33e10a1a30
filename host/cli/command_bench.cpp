#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/measure.hpp"
#include "host/cli/options.hpp"

namespace narrows::cli {
namespace {

struct BenchOptions {
    std::vector<std::string> operations = all_operations();
    std::vector<Index> sizes{500, 1000, 2000};
    Index columns = 0;  // 0: n
    std::vector<Index> batch_orders{100};
    Index draws = 1000;
    std::string backend = "all";
    narrows::BackendOptions settings;
    int repeat = 5;
    OutputOptions output;
};

struct Row {
    Workload workload;
    std::string backend;
    Measurement measured;
};

template <class Value>
std::vector<Value> distinct(const std::vector<Value>& values) {
    std::vector<Value> result;
    for (const Value& value : values) {
        if (std::find(result.begin(), result.end(), value) == result.end()) result.push_back(value);
    }
    return result;
}

/// Every workload, by order, then as the operations were named.
std::vector<Workload> workloads(const BenchOptions& options) {
    std::vector<Workload> result;
    for (const std::string& name : distinct(options.operations)) {
        const Operation operation = parse_operation(name);
        const bool batch = operation == Operation::batch;
        for (const Index n : distinct(batch ? options.batch_orders : options.sizes)) {
            const Index columns = options.columns == 0 ? n : options.columns;
            const Index count = batch ? options.draws : operation == Operation::solve ? columns : 1;
            result.push_back({operation, n, count});
        }
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const Workload& a, const Workload& b) { return a.order < b.order; });
    return result;
}

Backend open(const std::string& name, const narrows::BackendOptions& settings) {
    return name == "cpu" ? Backend::cpu(settings)
                         : choose_backend(BackendRequest::cuda, settings).backend;
}

/// What was asked for, the CPU first; `reason` says why CUDA is not in `all`.
std::vector<Backend> backends(const BenchOptions& options, std::string& reason) {
    std::vector<Backend> result;
    if (options.backend != "cuda") result.push_back(open("cpu", options.settings));
    if (options.backend == "cpu") return result;
    try {
        result.push_back(open("cuda", options.settings));
    } catch (const BackendUnavailable& error) {
        if (options.backend == "cuda") throw;
        reason = error.what();
    }
    return result;
}

std::vector<Row> measure_all(const BenchOptions& options, const std::vector<Workload>& all,
                             const std::vector<Backend>& backends) {
    const auto samples = static_cast<std::int64_t>(all.size() * backends.size()) * options.repeat;
    std::int64_t done = 0;
    Progress progress("samples");
    std::vector<Row> rows;
    SyntheticTable table;
    for (const Workload& workload : all) {
        if (table.A.rows() != workload.order) table = synthetic_table(workload.order);
        for (const Backend& used : backends) {
            // Opened anew: with no workspace of an earlier workload.
            const Backend backend = open(used.name(), options.settings);
            rows.push_back({workload, backend.name(),
                            measure(backend, workload, table, options.repeat,
                                    [&] { progress(++done, samples); })});
        }
    }
    return rows;
}

/// Time of an extraction as a share of the inverse's that it needs; nothing for the rest.
Cell share_of_inverse(const Row& row, const std::vector<Row>& rows) {
    if (row.workload.operation != Operation::extract) return {};
    for (const Row& other : rows) {
        if (other.workload.operation == Operation::inverse && other.backend == row.backend &&
            other.workload.order == row.workload.order) {
            return row.measured.median / other.measured.median;
        }
    }
    return {};
}

Sheet sheet_of(const std::vector<Row>& rows) {
    Sheet sheet{"rows",
                "",
                {{"op", "operation"},
                 {"n", "n", Style::count},
                 {"backend", "backend"},
                 {"seconds_median", "median", Style::seconds},
                 {"seconds_min", "lowest", Style::seconds},
                 {"gflops", "Gflop/s", Style::ratio},
                 {"product_gflops", "product Gflop/s", Style::ratio},
                 {"ratio_to_product", "times a product", Style::coefficient},
                 {"peak_bytes", "peak memory", Style::bytes},
                 {"share_of_inverse", "of the inverse", Style::percent}},
                {}};
    for (const Row& row : rows) {
        const Measurement& measured = row.measured;
        const Workload product{Operation::inverse, row.workload.order};  // 2 n^3 as well
        sheet.rows.push_back(
            {to_string(row.workload.operation), row.workload.order, row.backend, measured.median,
             measured.lowest, row.workload.flops() / measured.median * 1e-9,
             product.flops() / measured.product * 1e-9, measured.median / measured.product,
             measured.peak_bytes, share_of_inverse(row, rows)});
    }
    return sheet;
}

Sheet sheet_of(const std::vector<Backend>& backends) {
    Sheet sheet{"backends",
                "Backends",
                {{"name", "backend"}, {"operations", "operations"}, {"device", "device"}},
                {}};
    for (const Backend& backend : backends) {
        sheet.rows.push_back({backend.name(), backend.operations(), backend.device()});
    }
    return sheet;
}

/// What can be refused before anything is opened.
void check(const BenchOptions& options, const CLI::App& command) {
    parse_output_format(options.output.format);
    for (const std::string& name : options.operations) parse_operation(name);
    if (options.backend != "cpu" && options.backend != "cuda" && options.backend != "all") {
        throw ArgumentError("unknown backend " + in_quotes(options.backend) +
                            ", expected cpu, cuda or all");
    }
    const auto asked = [&](Operation operation) {
        const auto& all = options.operations;
        return std::find(all.begin(), all.end(), to_string(operation)) != all.end();
    };
    const auto needs = [&](const char* option, bool met, const char* what) {
        if (command.count(option) > 0 && !met) {
            throw ArgumentError(fmt::format("{}: applies to --op {}", option, what));
        }
    };
    needs("--sizes",
          asked(Operation::inverse) || asked(Operation::solve) || asked(Operation::extract),
          "inverse, solve and extract; batch has --batch-orders");
    needs("--columns", asked(Operation::solve), "solve");
    needs("--batch-orders", asked(Operation::batch), "batch");
    needs("--draws", asked(Operation::batch), "batch");
    constexpr Index largest = 500;
    for (const Index n : options.batch_orders) {
        if (n > largest) {
            throw ArgumentError(fmt::format(
                "--batch-orders: order {} is above {}; batches are for many small tables", n,
                largest));
        }
    }
}

void run_bench(const BenchOptions& options, const CLI::App& command) {
    check(options, command);
    Document document;
    document.run = start_record("bench");
    const std::vector<Workload> all = workloads(options);
    const std::vector<Backend> used = backends(options, document.run.backend_reason);
    for (const Workload& workload : all) {
        for (const Backend& backend : used) require_memory(backend, workload);
    }
    const std::vector<Row> rows = measure_all(options, all, used);

    document.schema = "narrows.bench/1";
    if (used.size() == 1) record_backend(document.run, used[0], document.run.backend_reason);
    document.run.threads =
        options.settings.num_threads == 0 ? default_threads() : options.settings.num_threads;
    const auto columns = options.columns;
    document.run.parameters = {
        {"op", distinct(options.operations)},
        {"sizes", distinct(options.sizes)},
        {"columns", columns == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(columns)},
        {"batch_orders", distinct(options.batch_orders)},
        {"draws", options.draws},
        {"backend", options.backend},
        {"product", options.settings.product},
        {"repeat", options.repeat}};
    document.title = "Speed of the linear algebra, synthetic tables";
    document.sheets = {sheet_of(rows), sheet_of(used)};
    document.notes = {fmt::format(
        "Medians of {}. A product is C = A B of the same order, timed in turn; solve has "
        "{} columns, batch {} draws.",
        options.repeat, columns == 0 ? "n" : fmt::format("{}", columns), options.draws)};
    if (!document.run.backend_reason.empty()) document.notes.push_back(document.run.backend_reason);
    print(std::move(document), options.output);
}

void add_numbers(CLI::App& command, const char* name, std::vector<Index>& values,
                 const char* description) {
    command.add_option(name, values, description)
        ->type_name("N,...")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->capture_default_str()
        ->check(whole_number(1));
}

}  // namespace

void add_bench(CLI::App& app) {
    const auto options = std::make_shared<BenchOptions>();
    CLI::App* command =
        app.add_subcommand("bench", "Time inverse, solve, extraction and batch against a product");
    command->add_option("--op", options->operations, "what is timed")
        ->type_name(fmt::format("{},...", fmt::join(all_operations(), "|")))
        ->delimiter(',')
        ->allow_extra_args(false)
        ->capture_default_str();
    add_numbers(*command, "--sizes", options->sizes, "orders n of inverse, solve and extract");
    command->add_option("--columns", options->columns, "right-hand sides of solve; default: n")
        ->type_name("N")
        ->check(whole_number(1));
    add_numbers(*command, "--batch-orders", options->batch_orders, "orders of batch, up to 500");
    command->add_option("--draws", options->draws, "perturbed tables in a batch")
        ->type_name("N")
        ->capture_default_str()
        ->check(whole_number(1));
    command
        ->add_option("--backend", options->backend, "what is timed; all: every one that runs here")
        ->type_name("all|cpu|cuda")
        ->capture_default_str();
    command->add_option("--device", options->settings.device, "number of the GPU")
        ->type_name("N")
        ->capture_default_str()
        ->check(whole_number(0));
    command
        ->add_option("--threads", options->settings.num_threads,
                     "threads on the CPU; default: one per processor")
        ->type_name("N")
        ->check(whole_number(1));
    add_product_option(*command, options->settings.product);
    command->add_option("--repeat", options->repeat, "samples of each, of which medians are taken")
        ->type_name("N")
        ->capture_default_str()
        ->check(whole_number(1));
    add_output_options(*command, options->output);
    command->callback([options, command] { run_bench(*options, *command); });
}

}  // namespace narrows::cli
