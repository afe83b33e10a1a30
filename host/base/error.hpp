#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace narrows {

/// What the program exits with; the values are part of its interface.
enum class ExitCode : int {
    ok = 0,
    internal = 1,             // a defect of narrows, or a device that failed in mid-run
    usage = 2,                // an argument, an option, a code that is not in the table
    data = 3,                 // a file or a table: unreadable, malformed, out of balance
    numerical = 4,            // I - A is singular or not productive
    backend_unavailable = 5,  // the backend that was asked for cannot run here
    interrupted = 130         // SIGINT or SIGTERM, as shells report it
};

/// `text` with every control character (line breaks, escape sequences) replaced by a space.
std::string one_line(std::string text);

/// Base of everything narrows throws. The message is one line, whatever a path or a file holds.
class Error : public std::runtime_error {
  public:
    Error(ExitCode exit_code, const std::string& message)
        : std::runtime_error(one_line(message)), exit_code_(exit_code) {}
    ExitCode exit_code() const noexcept { return exit_code_; }

  private:
    ExitCode exit_code_;
};

/// A value that the caller chose and that cannot be used: says which, and what would do.
class ArgumentError : public Error {
  public:
    explicit ArgumentError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// A file that cannot be read or written.
class FileError : public Error {
  public:
    FileError(const std::string& path, const std::string& what)
        : Error(ExitCode::data, path + ": " + what) {}
};

/// Malformed input: "path:line: column 3 (NAME): found 'abc', expected a number". Line and column
/// count from 1; 0 leaves them out.
class ParseError : public Error {
  public:
    ParseError(const std::string& path, std::int64_t line, std::int64_t column,
               std::string_view column_name, std::string_view found, std::string_view expected);
};

/// Accounts that contradict each other: a row or column that does not add up, a negative output.
class BalanceError : public Error {
  public:
    explicit BalanceError(const std::string& message) : Error(ExitCode::data, message) {}
};

/// A table that lacks what an analysis needs.
class TableError : public Error {
  public:
    explicit TableError(const std::string& message) : Error(ExitCode::data, message) {}
};

/// A model without an answer, with the sectors that make it so.
class NumericalError : public Error {
  public:
    NumericalError(const std::string& message, std::vector<std::string> sectors)
        : Error(ExitCode::numerical, message), sectors_(std::move(sectors)) {}
    const std::vector<std::string>& sectors() const noexcept { return sectors_; }

  private:
    std::vector<std::string> sectors_;
};

/// The backend that was asked for cannot run on this machine.
class BackendUnavailable : public Error {
  public:
    explicit BackendUnavailable(const std::string& message)
        : Error(ExitCode::backend_unavailable, message) {}
};

/// A backend that failed in mid-run: out of memory, a device error. Never retried elsewhere.
class BackendError : public Error {
  public:
    explicit BackendError(const std::string& message) : Error(ExitCode::internal, message) {}
};

/// SIGINT or SIGTERM arrived.
class Interrupted : public Error {
  public:
    Interrupted() : Error(ExitCode::interrupted, "interrupted") {}
};

/// `candidates` entry with the smallest edit distance to `text`, or "" where none is near (more
/// than half of its letters differ). For "did you mean" in messages.
std::string nearest(std::string_view text, const std::vector<std::string>& candidates);

/// `text` in quotes for a message: one line, printable, cut after 60 bytes, never inside a letter.
std::string in_quotes(std::string_view text);

}  // namespace narrows
