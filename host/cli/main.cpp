#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "host/base/build_info.hpp"
#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/reference.hpp"

namespace {

/// One line on standard error; the exit code says what kind of error it is.
int report(narrows::ExitCode code, const std::string& message) {
    std::fprintf(stderr, "narrows: error: %s\n", narrows::one_line(message).c_str());
    return static_cast<int>(code);
}

void refuse_empty_values(CLI::App& app) {
    for (CLI::App* command : app.get_subcommands({})) {
        for (CLI::Option* option : command->get_options()) {
            if (option->get_expected_min() > 0) option->check(narrows::cli::not_empty());
        }
    }
}

/// CLI11 says only that a command is required where it does not know the one that was given.
std::optional<std::string> unknown_command(const CLI::App& app) {
    if (!app.get_subcommands().empty() || app.remaining().empty()) return std::nullopt;
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    const std::string given = app.remaining().front();
    const std::string near = narrows::nearest(given, names);
    return (given.rfind('-', 0) == 0 ? "unknown option " : "unknown command ") +
           narrows::in_quotes(given) +
           (near.empty() ? "" : ", did you mean " + narrows::in_quotes(near) + "?");
}

constexpr const char* footer =
    "`narrows doctor` lists the formats of TABLE and the embedded tables, such as world-2011.\n"
    "Exit codes: 0 ok, 1 internal error or device failure, 2 usage, 3 data, 4 numerical, "
    "5 requested backend unavailable.";

int run(int argc, char** argv) {
    CLI::App app(
        "narrows finds the choke points of an economy: the inputs, bought from a few "
        "foreign suppliers, whose loss would stop whole industries.",
        "narrows");
    app.formatter(std::make_shared<narrows::cli::HelpFormatter>());
    app.option_defaults()->group("Options");
    app.set_help_flag("-h,--help", "print this help and exit");
    app.set_version_flag("--version", std::string("narrows ") + narrows::build_info::version,
                         "print the version and exit");
    app.require_subcommand(1);
    app.footer(footer);
    using namespace narrows::cli;
    add_rank(app);
    add_shock(app);
    add_fill(app);
    add_clusters(app);
    add_check(app);
    add_extract(app);
    add_linkages(app);
    add_multipliers(app);
    add_structure(app);
    add_footprint(app);
    add_accounts(app);
    add_solve(app);
    add_convert(app);
    add_aggregate(app);
    add_balance(app);
    add_trend(app);
    add_compare(app);
    add_exposure(app);
    add_exports(app);
    add_bench(app);
    add_doctor(app);
    add_reference(app);
    refuse_empty_values(app);
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::Success& success) {
        const int code = app.exit(success);  // --help, --version
        if (std::cout.flush()) return code;
        return report(narrows::ExitCode::data, "standard output: cannot write");
    } catch (const CLI::ParseError& error) {
        return report(narrows::ExitCode::usage,
                      unknown_command(app).value_or(error.what()) + " (see `narrows --help`)");
    } catch (const narrows::Error& error) {
        return report(error.exit_code(), error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::bad_alloc&) {
        std::fputs("narrows: error: not enough memory\n", stderr);
        return static_cast<int>(narrows::ExitCode::internal);
    } catch (const std::exception& error) {
        return report(narrows::ExitCode::internal, error.what());
    }
}
