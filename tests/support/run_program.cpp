#include "tests/support/run_program.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/shared_files.hpp"

namespace narrows::test {

namespace fs = std::filesystem;

namespace {

/// Runs the program; `meanwhile` gets its number.
ProgramResult run(const std::vector<std::string>& arguments,
                  const std::vector<std::string>& environment, const std::string& stdout_to,
                  const std::function<void(pid_t)>& meanwhile) {
    const ScratchFolder scratch;
    const std::string out = stdout_to.empty() ? (scratch.path() / "out").string() : stdout_to;
    const std::string err = scratch.path() / "err";
    const pid_t child = fork();
    if (child == 0) {
        const int out_file = open(out.c_str(), O_WRONLY | O_CREAT, 0600);
        const int err_file = open(err.c_str(), O_WRONLY | O_CREAT, 0600);
        dup2(out_file, STDOUT_FILENO);
        dup2(err_file, STDERR_FILENO);
        for (const std::string& variable : environment) {
            const auto equals = variable.find('=');
            setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
        }
        std::vector<char*> argv{const_cast<char*>(NARROWS_PROGRAM)};
        for (const std::string& argument : arguments) {
            argv.push_back(const_cast<char*>(argument.c_str()));
        }
        argv.push_back(nullptr);
        execv(NARROWS_PROGRAM, argv.data());
        _exit(127);
    }
    meanwhile(child);
    int status = 0;
    waitpid(child, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, stdout_to.empty() ? read_file(out) : "", read_file(err)};
}

}  // namespace

ProgramResult run_narrows(const std::vector<std::string>& arguments,
                          const std::vector<std::string>& environment,
                          const std::string& stdout_to) {
    return run(arguments, environment, stdout_to, [](pid_t) {});
}

ProgramResult run_and_signal(const std::vector<std::string>& arguments, int signal,
                             std::int64_t microseconds) {
    return run(arguments, {}, "", [=](pid_t child) {
        std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
        kill(child, signal);  // it is there, running or not, until it is waited for
    });
}

nlohmann::ordered_json run_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--output", "json"});
    const ProgramResult result = run_narrows(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return nlohmann::ordered_json::parse(result.out, nullptr, false);
}

void expect_refused(const ProgramResult& result, int exit_code,
                    const std::vector<std::string>& parts) {
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err.rfind("narrows: error: ", 0), 0U) << result.err;
    const auto lines = std::count(result.err.begin(), result.err.end(), '\n');
    EXPECT_TRUE(lines == 1 && result.err.back() == '\n') << "not one line: " << result.err;
    for (const std::string& part : parts) {
        EXPECT_NE(result.err.find(part), std::string::npos)
            << "'" << part << "' is not in: " << result.err;
    }
}

ScratchFolder::ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "narrows-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& content) const {
    const fs::path file = path_ / name;
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
}

std::vector<std::string> ScratchFolder::names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

fs::path copy_table(const std::string& table, const fs::path& folder) {
    const fs::path target = folder / fs::path(table).filename();
    fs::copy(data_path() / table, target, fs::copy_options::recursive);
    return target;
}

void replace_in_file(const fs::path& path, const std::string& from, const std::string& to) {
    std::string content = read_file(path);
    const auto at = content.find(from);
    ASSERT_NE(at, std::string::npos) << from << " is not in " << path;
    content.replace(at, from.size(), to);
    std::ofstream(path, std::ios::binary) << content;
}

}  // namespace narrows::test
