// Reading large tables of text: a matrix of numbers by the grid, by threads and form of numbers.
// The files are written into a temporary folder first. `bench_read --file PATH` reads that file
// instead, for bench/compare_readers.py, and prints one JSON object.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/readers/grid.hpp"
#include "host/readers/read_table.hpp"

namespace narrows::bench {
namespace {

namespace fs = std::filesystem;

/// A folder that disappears with the program.
class Scratch {
  public:
    Scratch() : path_(fs::temp_directory_path() / fmt::format("narrows-read-{}", ::getpid())) {
        fs::create_directories(path_);
    }
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

struct Form {
    const char* name;
    const char* number;  // of fmt
    Index rows;
    Index columns;
};

// The shape of OECD ICIO 2025 and its nine digits; a quarter of EXIOBASE 3 with all digits.
const Form forms[] = {{"icio", "{:.9g}", 4053, 4537}, {"exiobase", "{}", 2450, 9800}};

/// The file of a form, written once. Rows repeat after a while: writing should not take minutes.
const fs::path& file_of(const Form& form) {
    static const Scratch scratch;
    static std::map<std::string, fs::path> written;
    fs::path& path = written[form.name];
    if (!path.empty()) return path;
    std::mt19937 random(1);
    std::uniform_real_distribution<double> magnitude(-4.0, 4.0);
    std::vector<std::string> lines(37);
    for (std::string& line : lines) {
        for (Index c = 0; c < form.columns; ++c) {
            const double value = random() % 7 == 0 ? 0.0 : std::pow(10.0, magnitude(random));
            line += "," + fmt::format(fmt::runtime(form.number), value);
        }
    }
    path = scratch.path() / (std::string(form.name) + ".csv");
    std::ofstream out(path);
    out << "label";
    for (Index c = 0; c < form.columns; ++c) out << fmt::format(",column{}", c);
    for (Index r = 0; r < form.rows; ++r) {
        out << fmt::format("\nrow{}", r) << lines[static_cast<std::size_t>(r) % lines.size()];
    }
    return path;
}

std::vector<GridTarget> in_order(Index count) {
    std::vector<GridTarget> targets;
    for (Index i = 0; i < count; ++i) targets.push_back({0, i});
    return targets;
}

Eigen::MatrixXd read_grid(const fs::path& path, const GridFormat& format, int threads) {
    const Grid grid(InputFile(path), format, threads);
    Eigen::MatrixXd values(grid.num_rows(), grid.num_columns());
    grid.read(in_order(grid.num_rows()), in_order(grid.num_columns()), {{&values}}, threads);
    return values;
}

void read_numbers(benchmark::State& state, const Form& form, int threads) {
    const fs::path& path = file_of(form);
    for (auto _ : state) benchmark::DoNotOptimize(read_grid(path, {}, threads));
    const auto iterations = static_cast<std::int64_t>(state.iterations());
    state.SetBytesProcessed(iterations * static_cast<std::int64_t>(fs::file_size(path)));
    state.SetItemsProcessed(iterations * form.rows * form.columns);
}

/// A figure of /proc/self/status in bytes: VmRSS now, VmHWM at its peak.
double memory_bytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(name + ":", 0) == 0) return 1024.0 * std::stod(line.substr(name.size() + 1));
    }
    return 0.0;
}

/// Options of `bench_read --file`.
struct Request {
    std::string file;
    GridFormat format;
    bool table = false;  // the whole way to a table rather than the numbers only
    int threads = 0;
    int repeat = 1;
};

/// Seconds of every reading, and by how much the first one made the process grow.
nlohmann::json time_file(const Request& request) {
    const double before = memory_bytes("VmRSS");
    nlohmann::json seconds = nlohmann::json::array();
    double growth = 0.0;
    double matrix = 0.0;
    for (int i = 0; i < request.repeat; ++i) {
        const auto start = std::chrono::steady_clock::now();
        if (request.table) {
            const IoTable table = read_table(request.file);
            matrix = 8.0 * static_cast<double>(table.Z().size() + table.F().size());
        } else {
            const Eigen::MatrixXd values = read_grid(request.file, request.format, request.threads);
            matrix = 8.0 * static_cast<double>(values.size());
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        seconds.push_back(took.count());
        if (i == 0) growth = memory_bytes("VmHWM") - before;
    }
    return {{"seconds", seconds}, {"peak_bytes", growth}, {"matrix_bytes", matrix}};
}

/// --file PATH [--table] [--tabs] [--headers N] [--labels N] [--threads N] [--repeat N]
int run_file(int count, char** arguments) {
    Request request;
    for (int i = 1; i < count; ++i) {
        const std::string name = arguments[i];
        const std::string value = i + 1 < count ? arguments[i + 1] : "";
        if (name == "--table" || name == "--tabs") {
            request.table = request.table || name == "--table";
            if (name == "--tabs") request.format.separator = '\t';
            continue;
        }
        ++i;
        if (name == "--file") {
            request.file = value;
        } else if (name == "--headers") {
            request.format.header_rows = std::stoi(value);
        } else if (name == "--labels") {
            request.format.label_columns = std::stoi(value);
        } else if (name == "--threads") {
            request.threads = std::stoi(value);
        } else if (name == "--repeat") {
            request.repeat = std::stoi(value);
        } else {
            std::cerr << "bench_read: unknown option " << name << "\n";
            return 2;
        }
    }
    std::cout << time_file(request).dump() << "\n";
    return 0;
}

[[maybe_unused]] const bool registered = [] {
    for (const Form& form : forms) {
        for (const int threads : {1, 2}) {
            benchmark::RegisterBenchmark(
                fmt::format("read/{}/threads:{}", form.name, threads).c_str(),
                [&form, threads](benchmark::State& state) { read_numbers(state, form, threads); })
                ->Unit(benchmark::kMillisecond)
                ->UseRealTime();
        }
    }
    return true;
}();

}  // namespace
}  // namespace narrows::bench

int main(int count, char** arguments) {
    if (count > 1 && std::strcmp(arguments[1], "--file") == 0) {
        try {
            return narrows::bench::run_file(count, arguments);
        } catch (const std::exception& error) {
            std::cerr << "bench_read: " << error.what() << "\n";
            return 1;
        }
    }
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
