#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include "host/base/build_info.hpp"
#include "host/base/error.hpp"
#include "host/base/interrupt.hpp"
#include "host/cli/commands.hpp"

namespace {

/// One line on standard error; the exit code says what kind of error it is.
int report(narrows::ExitCode code, const std::string& message) {
    std::string line = "narrows: error: " + message;
    for (char& c : line) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    std::fprintf(stderr, "%s\n", line.c_str());
    return static_cast<int>(code);
}

constexpr const char* footer =
    "TABLE is a folder in the plain format (data/README.md) or an embedded table such as "
    "world-2011; `narrows doctor` lists them.\n"
    "Exit codes: 0 ok, 1 internal error or device failure, 2 usage, 3 data, 4 numerical, "
    "5 requested backend unavailable, 130 interrupted.";

}  // namespace

int main(int argc, char** argv) {
    narrows::catch_interrupts();
    CLI::App app("narrows finds the sectors where import dependence threatens supply security.",
                 "narrows");
    app.set_version_flag("--version", std::string("narrows ") + narrows::build_info::version);
    app.require_subcommand(1);
    app.footer(footer);
    using namespace narrows::cli;
    add_rank(app);
    add_check(app);
    add_extract(app);
    add_linkages(app);
    add_multipliers(app);
    add_solve(app);
    add_convert(app);
    add_aggregate(app);
    add_doctor(app);
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::Success& success) {
        return app.exit(success);  // --help, --version
    } catch (const CLI::ParseError& error) {
        return report(narrows::ExitCode::usage,
                      std::string(error.what()) + " (see `narrows --help`)");
    } catch (const narrows::Error& error) {
        return report(error.exit_code(), error.what());
    } catch (const std::bad_alloc&) {
        return report(narrows::ExitCode::internal, "not enough memory");
    } catch (const std::exception& error) {
        return report(narrows::ExitCode::internal, error.what());
    }
}
