#include "host/cli/options.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "host/base/build_info.hpp"
#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/base/output.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/satellites.hpp"
#include "host/report/html_report.hpp"

namespace narrows::cli {
namespace {

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

const double program_start = seconds();

constexpr const char* reading_group = "Reading the table";

}  // namespace

double elapsed_seconds() {
    return seconds() - program_start;
}

void write_stdout(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
        throw FileError("standard output", std::string("cannot write: ") + std::strerror(errno));
    }
}

CLI::Validator not_empty() {
    return {[](const std::string& text) { return std::string(text.empty() ? "is empty" : ""); },
            ""};
}

CLI::Validator one_of(std::vector<std::string> choices) {
    return {[choices = std::move(choices)](const std::string& text) {
                if (std::find(choices.begin(), choices.end(), text) != choices.end()) {
                    return std::string();
                }
                const std::string near = nearest(text, choices);
                return "found " + in_quotes(text) +
                       (near.empty() ? fmt::format(", expected {}", fmt::join(choices, ", "))
                                     : ", did you mean " + in_quotes(near) + "?");
            },
            ""};
}

CLI::Validator number() {
    return {[](const std::string& text) {
                return parse_number(text) ? std::string()
                                          : "found " + in_quotes(text) + ", expected a number";
            },
            ""};
}

CLI::Validator whole_number(std::uint64_t lowest, std::uint64_t highest) {
    return {[=](const std::string& text) {
                std::uint64_t value = 0;
                const char* end = text.data() + text.size();
                const auto parsed = std::from_chars(text.data(), end, value);
                if (parsed.ec == std::errc() && parsed.ptr == end && value >= lowest &&
                    value <= highest) {
                    return std::string();
                }
                return fmt::format("found {}, expected a whole number from {} to {}",
                                   in_quotes(text), lowest, highest);
            },
            ""};
}

void add_output_options(CLI::App& command, OutputOptions& options) {
    const OptionGroup group(command, "Output");
    command.add_option("--output", options.format, "form of the result")
        ->type_name("table|csv|json")
        ->capture_default_str();
    command.add_option("--out", options.file, "write to this file instead of standard output")
        ->type_name("FILE");
}

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// LC_ALL goes before LC_CTYPE and that before LANG, as POSIX has it.
bool locale_is_utf8() {
    std::string locale = environment("LC_ALL");
    if (locale.empty()) locale = environment("LC_CTYPE");
    if (locale.empty()) locale = environment("LANG");
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

/// Of standard output: a terminal's, or that of a file.
TextLayout screen_layout() {
    TextLayout layout;
    if (isatty(STDOUT_FILENO) == 0) return layout;
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) layout.width = size.ws_col;
    layout.bars = true;
    layout.utf8 = locale_is_utf8();
    layout.colour = std::getenv("NO_COLOR") == nullptr && environment("TERM") != "dumb";
    return layout;
}

}  // namespace

CLI::Option* add_report_option(CLI::App& command, OutputOptions& options) {
    const CLI::Validator has_page(
        [](const std::string&) {
            return std::string(has_report_page() ? ""
                                                 : "this build has no page: install Vega "
                                                   "(Debian: libjs-vega), then configure and "
                                                   "build again");
        },
        "");
    return command
        .add_option("--report", options.report,
                    "write a page with tables, charts and method to this HTML file too")
        ->type_name("FILE")
        ->check(has_page);
}

void write_report(Document document, const OutputOptions& options) {
    if (!options.with_report()) return;
    if (options.report == options.file) {
        throw ArgumentError("--report: found " + in_quotes(options.report) +
                            ", the file of --out, expected another one");
    }
    if (document.run.elapsed_seconds == 0.0) document.run.elapsed_seconds = elapsed_seconds();
    write_file(options.report, html_report(document));
}

void print(Document document, const OutputOptions& options) {
    document.run.elapsed_seconds = elapsed_seconds();
    const OutputFormat format = parse_output_format(options.format);
    const std::string text =
        render(document, format, options.file.empty() ? screen_layout() : TextLayout{});
    write_report(document, options);
    if (options.file.empty()) {
        write_stdout(text);
    } else {
        write_file(options.file, text);
    }
}

void add_product_option(CLI::App& command, std::string& product) {
    command
        .add_option("--product", product,
                    "matrix product of the CPU backend; auto: OpenBLAS where it is installed")
        ->type_name("auto|openblas|eigen|eigen-sse2|eigen-avx2|eigen-avx512")
        ->capture_default_str();
}

void add_backend_options(CLI::App& command, BackendOptions& options) {
    const OptionGroup group(command, "Solving");
    command
        .add_option("--backend", options.name,
                    "where linear algebra runs; auto: CUDA where it runs, else the CPU")
        ->type_name("auto|cpu|cuda")
        ->capture_default_str();
    command.add_option("--device", options.device, "number of the GPU")
        ->type_name("N")
        ->capture_default_str()
        ->check(whole_number(0));
    command
        .add_option("--threads", options.threads, "threads on the CPU; default: one per processor")
        ->type_name("N")
        ->check(whole_number(1));
    add_product_option(command, options.product);
    command
        .add_option("--method", options.method,
                    "how systems are solved; auto: by what is cheapest, which the run record says")
        ->type_name("auto|inverse|lu|iterate")
        ->capture_default_str();
}

BackendChoice choose(const BackendOptions& options) {
    const BackendRequest request = parse_backend_request(options.name);
    parse_solve_method(options.method);
    return choose_backend(request, {options.device, options.threads, options.product});
}

ModelRun start_model(const std::string& command, const std::string& table_name,
                     const IoTable& table, const BackendOptions& options) {
    RunRecord record = start_record(command, table);
    BackendChoice choice = choose(options);
    record.threads = options.threads;
    return naming_table(table_name, [&] {
        return ModelRun{
            LeontiefModel(choice.backend, coefficients(table), table.classification().labels(),
                          parse_solve_method(options.method)),
            std::move(record), std::move(choice.reason)};
    });
}

std::string title_of(const IoTable& table) {
    const TableMeta& meta = table.meta();
    return meta.year == 0 ? meta.name : fmt::format("{} ({})", meta.name, meta.year);
}

void add_table_argument(CLI::App& command, TableOptions& options, bool required) {
    CLI::Option* table =
        command
            .add_option("TABLE", options.name,
                        "file, folder or archive of a table, or the name of an embedded one")
            ->type_name("TABLE");
    if (required) {
        table->required();
    } else {
        table->capture_default_str();
    }
    add_year_option(command, options);
    add_reading_options(command, options);
}

void add_year_option(CLI::App& command, TableOptions& options) {
    const OptionGroup group(command, reading_group);
    command.add_option("--year", options.read.year, "year, where TABLE holds several")
        ->type_name("YEAR")
        ->check(whole_number(1));
}

void add_reading_options(CLI::App& command, TableOptions& options) {
    const OptionGroup group(command, reading_group);
    std::vector<std::string> formats;
    for (const TableFormat& format : table_formats()) formats.emplace_back(format.key);
    command
        .add_option("--input-format", options.read.format,
                    "format of TABLE; default: seen from what is in it")
        ->type_name(fmt::format("{}", fmt::join(formats, "|")));
    command
        .add_option("--region", options.read.region,
                    "code of the country, where TABLE holds national tables of several")
        ->type_name("CODE");
    command
        .add_option("--mapping", options.read.mapping,
                    "JSON file that says how a csv of your own is laid out")
        ->type_name("FILE");
    command
        .add_option("--sut-model", options.model,
                    "how supply and use become a symmetric table: product x product by product "
                    "(A) or industry technology (B), industry x industry by fixed industry (C) or "
                    "product sales (D)")
        ->type_name("A|B|C|D")
        ->capture_default_str();
}

IoTable open_table(const TableOptions& options, Acceptance acceptance) {
    ReadOptions read = options.read;
    const std::optional<SutModel> model = parse_sut_model(options.model);
    if (!model) {
        throw ArgumentError("--sut-model: found " + in_quotes(options.model) +
                            ", expected A, B, C or D");
    }
    read.model = *model;
    read.acceptance = acceptance;
    if (options.accounts_file.empty()) return read_table(options.name, read);
    // Without a name, all of the file.
    if (read.accounts.empty()) read.accounts = {all_satellites};
    SatelliteSelection selection(std::exchange(read.accounts, {}));
    IoTable table = read_table(options.name, read);
    const InputFile file(std::filesystem::path(options.accounts_file));
    std::vector<SatelliteAccount> accounts =
        read_satellites(file, {"sector", table.classification().labels()}, selection);
    selection.require_all(file.path());
    return std::move(table).with_satellites(std::move(accounts));
}

int default_threads() {
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

std::string checkpoint_key(const RunRecord& record, const std::vector<std::string>& without) {
    nlohmann::ordered_json parameters = record.parameters;
    for (const std::string& name : without) parameters.erase(name);
    const std::string text =
        fmt::format("{} {} {} {} {}", build_info::version, record.operations, record.table_hash,
                    record.seed.value_or(0), parameters.dump());
    Hash hash;
    hash.add(text.data(), text.size());
    return hash.text();
}

void say_interrupted(std::int64_t done, std::int64_t total, const std::string& what,
                     const std::string& checkpoint) {
    const std::string kept = checkpoint.empty()
                                 ? std::string("; with --checkpoint they could be gone on from")
                                 : "; " + checkpoint + " keeps them, --resume goes on";
    fmt::print(stderr, "narrows: interrupted: {} of {} {} are done{}\n", done, total, what, kept);
}

Progress::Progress(std::string what)
    : what_(std::move(what)), started_(seconds()), last_shown_(started_) {}

Progress::~Progress() {
    if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::operator()(std::int64_t done, std::int64_t total) {
    const double now = seconds();
    constexpr double interval = 0.5;  // nothing is shown for work shorter than this
    if (isatty(STDERR_FILENO) == 0 || now - last_shown_ < interval) return;
    last_shown_ = now;
    shown_ = true;
    const double rate = static_cast<double>(done) / std::max(now - started_, 1e-9);
    const double left = static_cast<double>(total - done) / std::max(rate, 1e-9);
    const std::string line = fmt::format("\r\033[K{} {} of {}, {:.{}f}/s, {:.0f} s left", what_,
                                         done, total, rate, rate < 10.0 ? 2 : 0, left);
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
}

}  // namespace narrows::cli
