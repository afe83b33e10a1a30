#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace narrows::test {

struct ProgramResult {
    int exit_code = -1;
    std::string out;
    std::string err;
};

/// Runs the built `narrows` with these arguments and `environment` ("NAME=value") added; no shell.
/// Its standard output goes to `stdout_to` where that is given, a device for example.
ProgramResult run_narrows(const std::vector<std::string>& arguments,
                          const std::vector<std::string>& environment = {},
                          const std::string& stdout_to = "");

/// The same, and sends it `signal` after so many microseconds, if it still runs.
ProgramResult run_and_signal(const std::vector<std::string>& arguments, int signal,
                             std::int64_t microseconds);

/// What the program prints with `--output json`; fails the test where it does not exit with 0.
nlohmann::ordered_json run_json(std::vector<std::string> arguments);

/// Fails the test unless the run was refused as documented: this exit code, nothing on standard
/// output, and one line on standard error that holds every one of `parts`.
void expect_refused(const ProgramResult& result, int exit_code,
                    const std::vector<std::string>& parts);

/// A fresh folder that disappears with the object.
class ScratchFolder {
  public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Writes a file into the folder and returns its path.
    std::string write(const std::string& name, const std::string& content) const;
    /// Names in the folder, sorted: to see that nothing was left behind.
    std::vector<std::string> names() const;

  private:
    std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);

/// Copies an embedded table into `folder`/NAME, to be broken there; returns that path.
std::filesystem::path copy_table(const std::string& table, const std::filesystem::path& folder);

/// Replaces the first `from` in the file by `to`; fails the test where `from` is not there.
void replace_in_file(const std::filesystem::path& path, const std::string& from,
                     const std::string& to);

}  // namespace narrows::test
