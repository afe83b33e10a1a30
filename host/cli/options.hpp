#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/report/document.hpp"

namespace narrows::cli {

/// What the text of an option has to be; the message says what was found and what was expected.
/// Empty text is most often a variable that was not set, and CLI11 reads it as 0.
/// The name of a value (`type_name`) says what it is, in help and for completion: FILE, FOLDER,
/// TABLE, choices "auto|cpu|FILE", a list "A|B,...", or a name such as N.
CLI::Validator not_empty();
CLI::Validator one_of(std::vector<std::string> choices);
CLI::Validator number();
CLI::Validator whole_number(std::uint64_t lowest,
                            std::uint64_t highest = std::numeric_limits<int>::max());

/// Since the start of the program.
double elapsed_seconds();

/// Number of threads when the user names none: the processors of this machine.
int default_threads();

/// Options that are added while it lives stand under this heading in help.
class OptionGroup {
  public:
    OptionGroup(CLI::App& command, const std::string& heading)
        : defaults_(*command.option_defaults()), before_(defaults_.get_group()) {
        defaults_.group(heading);
    }
    ~OptionGroup() { defaults_.group(before_); }
    OptionGroup(const OptionGroup&) = delete;
    OptionGroup& operator=(const OptionGroup&) = delete;

  private:
    CLI::OptionDefaults& defaults_;
    std::string before_;
};

/// Where and how a result is printed.
struct OutputOptions {
    std::string format = "table";
    std::string file;    // empty: standard output
    std::string report;  // the HTML page; empty: none
    bool with_report() const { return !report.empty(); }
};
void add_output_options(CLI::App& command, OutputOptions& options);
/// Adds --report, which a build without the page refuses.
CLI::Option* add_report_option(CLI::App& command, OutputOptions& options);

/// Writes the page where one is asked for, all or nothing. Throws FileError; ArgumentError where
/// the result is to go to the same file.
void write_report(Document document, const OutputOptions& options);

/// Renders the document and writes it to the file or to standard output, all or nothing, after the
/// report where one is asked for. Colours only on a terminal and without NO_COLOR. Throws
/// FileError.
void print(Document document, const OutputOptions& options);

/// Writes to standard output, flushed. Throws FileError.
void write_stdout(const std::string& text);

/// On what, with what and how a model is solved.
struct BackendOptions {
    std::string name = "auto";
    int device = 0;
    int threads = default_threads();
    std::string product = "auto";
    std::string method = "auto";
};
void add_backend_options(CLI::App& command, BackendOptions& options);
/// --product alone.
void add_product_option(CLI::App& command, std::string& product);
/// Throws BackendUnavailable; and ArgumentError, which it does before anything is looked for.
BackendChoice choose(const BackendOptions& options);

/// The static model of a whole table on the chosen backend, with the record of both.
struct ModelRun {
    LeontiefModel model;
    RunRecord record;
    std::string backend_reason;

    /// The record with the certificate as it is now, after the results were computed.
    RunRecord finished() {
        record_model(record, model, backend_reason);
        return record;
    }
};
ModelRun start_model(const std::string& command, const std::string& table_name,
                     const IoTable& table, const BackendOptions& options);

/// Runs `body`; a NumericalError or TableError gets the table's name in front.
template <class Body>
auto naming_table(const std::string& table, Body body) {
    try {
        return body();
    } catch (const NumericalError& error) {
        throw NumericalError(table + ": " + error.what(), error.sectors());
    } catch (const TableError& error) {
        throw TableError(table + ": " + error.what());
    }
}

/// "name (year)" for titles.
std::string title_of(const IoTable& table);

/// Which table, and how it is read.
struct TableOptions {
    std::string name = {};
    ReadOptions read = {};
    std::string model = "D";
    std::string accounts_file = {};  // of satellite accounts in place of the table's own
};
void add_year_option(CLI::App& command, TableOptions& options);
/// Adds --input-format, --region, --mapping and --sut-model.
void add_reading_options(CLI::App& command, TableOptions& options);
/// Adds those, the positional argument TABLE and --year.
/// `required`: without a TABLE the command is refused, else `options.name` stands.
void add_table_argument(CLI::App& command, TableOptions& options, bool required = true);
IoTable open_table(const TableOptions& options, Acceptance acceptance = Acceptance::balanced_only);

/// What a checkpoint is told by: everything that results depend on, but these parameters.
std::string checkpoint_key(const RunRecord& record, const std::vector<std::string>& without = {});

/// "narrows: interrupted: 3 of 10 draws are done; ..." on standard error.
void say_interrupted(std::int64_t done, std::int64_t total, const std::string& what,
                     const std::string& checkpoint);

/// Shows "done of total, rate, time left" on standard error while that is a terminal.
class Progress {
  public:
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void operator()(std::int64_t done, std::int64_t total);

  private:
    std::string what_;
    double started_;
    double last_shown_;
    bool shown_ = false;
};

}  // namespace narrows::cli
