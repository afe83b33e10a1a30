// Says what OpenBLAS took the processor for in a process that has not loaded it before, and whether
// the environment came out of that as it was.
#include <cstdio>
#include <string>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"

extern "C" char** environ;

namespace {

std::vector<std::string> environment() {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        variables.emplace_back(*variable);
    }
    return variables;
}

}  // namespace

int main() {
    const std::vector<std::string> before = environment();
    std::string operations;
    try {
        operations = narrows::Backend::cpu({.product = "openblas"}).operations();
    } catch (const narrows::BackendUnavailable& error) {
        operations = std::string("absent: ") + error.what();
    }
    std::printf("%s\nenvironment %s\n", operations.c_str(),
                environment() == before ? "unchanged" : "changed");
}
