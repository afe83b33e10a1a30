#include <memory>
#include <thread>

#include <fmt/format.h>

#include "host/base/build_info.hpp"
#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/measure.hpp"
#include "host/cli/options.hpp"
#include "host/readers/read_table.hpp"

namespace narrows::cli {
namespace {

std::vector<std::string> cpu_features() {
    std::vector<std::string> features;
#if defined(__x86_64__)
    // Each name has to be a literal for the builtin.
    if (__builtin_cpu_supports("sse4.2")) features.emplace_back("sse4.2");
    if (__builtin_cpu_supports("avx")) features.emplace_back("avx");
    if (__builtin_cpu_supports("avx2")) features.emplace_back("avx2");
    if (__builtin_cpu_supports("fma")) features.emplace_back("fma");
    if (__builtin_cpu_supports("avx512f")) features.emplace_back("avx512f");
#endif
    return features;
}

std::vector<std::string> libraries() {
    return {fmt::format("Eigen {}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION,
                        EIGEN_MINOR_VERSION),
            fmt::format("fmt {}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                        FMT_VERSION % 100),
            fmt::format("nlohmann_json {}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                        NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH),
            fmt::format("CLI11 {}", CLI11_VERSION)};
}

std::vector<Cell> backend_row(const char* name, BackendRequest request) {
    try {
        const Backend backend = choose_backend(request).backend;
        return {std::string(name), true, backend.operations(), quick_product_gflops(backend),
                backend.device()};
    } catch (const Error& error) {  // a backend that cannot multiply is not usable either
        return {std::string(name), false, std::string(), Cell(), std::string(error.what())};
    }
}

void run_doctor(const OutputOptions& output) {
    Document document;
    document.schema = "narrows.doctor/1";
    document.run.command = "doctor";
    document.run.threads = default_threads();
    document.title = fmt::format("narrows {}", build_info::version);
    document.fields = {
        {"compiler", "compiler", Style::text, std::string(build_info::compiler)},
        {"build_type", "build", Style::text, std::string(build_info::build_type)},
        {"cuda_module_built", "built with CUDA", Style::text, build_info::has_cuda_module},
        {"libraries", "libraries", Style::text, libraries()},
        {"cpu_features", "CPU features", Style::text, cpu_features()},
        {"threads", "threads", Style::count, static_cast<std::int64_t>(default_threads())},
    };
    document.sheets = {
        {"backends",
         "Backends",
         {{"name", "backend"},
          {"usable", "usable"},
          {"operations", "operations"},
          {"product_gflops", "product Gflop/s", Style::ratio},
          {"detail", "device, or why it is not usable"}},
         {backend_row("cpu", BackendRequest::cpu), backend_row("cuda", BackendRequest::cuda)}},
        {"formats", "Input formats", {{"key", "format"}, {"description", "what it is"}}, {}},
        {"tables", "Embedded tables", {{"name", "name"}}, {}}};
    for (const TableFormat& format : table_formats()) {
        document.sheets[1].rows.push_back(
            cells_of(std::string(format.key), std::string(format.description)));
    }
    for (const std::string& table : embedded_tables()) {
        document.sheets.back().rows.push_back({table});
    }
    print(std::move(document), output);
}

}  // namespace

void add_doctor(CLI::App& app) {
    const auto output = std::make_shared<OutputOptions>();
    CLI::App* command = app.add_subcommand(
        "doctor",
        "Versions, backends with the reason why one is not usable, CPU, threads, input formats, "
        "tables");
    add_output_options(*command, *output);
    command->callback([output] { run_doctor(*output); });
}

}  // namespace narrows::cli
