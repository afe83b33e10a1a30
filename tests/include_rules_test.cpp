// The include lines keep data flowing one way: each folder may include only what stands before it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

/// Folder -> folders whose headers it may include, itself always among them.
const std::map<std::string, std::set<std::string>> rules = {
    {"kernels/common", {"kernels"}},
    {"kernels/cpu", {"kernels"}},
    {"kernels/cuda", {"kernels"}},
    {"host/base", {}},
    {"host/table", {"host/base"}},
    {"host/readers", {"host/base", "host/table"}},
    {"host/backend", {"host/base", "host/table", "kernels"}},
    {"host/model", {"host/base", "host/table", "host/backend"}},
    {"host/analysis", {"host/base", "host/table", "host/backend", "host/model", "kernels/common"}},
    {"host/shock",
     {"host/base", "host/table", "host/readers", "host/backend", "host/model", "host/analysis",
      "kernels/common"}},
    {"host/clusters", {"host/base", "host/table", "host/backend", "host/model", "host/analysis"}},
    {"host/invest",
     {"host/base", "host/table", "host/readers", "host/backend", "host/model", "host/analysis"}},
    {"host/report",
     {"host/base", "host/table", "host/model", "host/analysis", "host/shock", "host/invest",
      "host/clusters"}},
};

/// The folder of an `#include "folder/file"` line; "" for any other line.
std::string included_folder(const std::string& line) {
    constexpr const char* start = "#include \"";
    if (line.rfind(start, 0) != 0) return "";
    const std::string path = line.substr(10, line.rfind('"') - 10);
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

TEST(Includes, GoOnlyFromLaterFoldersToEarlierOnes) {
    int num_checked = 0;
    for (const auto& [folder, allowed] : rules) {
        for (const auto& entry : fs::directory_iterator(fs::path(NARROWS_SOURCE) / folder)) {
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);) {
                const std::string used = included_folder(line);
                if (used.empty()) continue;
                bool fine = used == folder;
                for (const std::string& prefix : allowed) {
                    fine |= used == prefix || used.rfind(prefix + "/", 0) == 0;
                }
                EXPECT_TRUE(fine) << entry.path() << ": " << line;
                ++num_checked;
            }
        }
    }
    EXPECT_GT(num_checked, 50);
}

TEST(Includes, EigenStaysOutOfCudaAndOfTheContract) {
    for (const char* folder : {"kernels/cuda", "kernels/common", "kernels"}) {
        for (const auto& entry : fs::directory_iterator(fs::path(NARROWS_SOURCE) / folder)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);) {
                EXPECT_NE(line.rfind("#include <Eigen", 0), 0U) << entry.path();
            }
        }
    }
}

TEST(Sources, StayUnderFiveHundredLines) {
    for (const char* folder : {"kernels", "host", "bench", "tests"}) {
        for (const auto& entry :
             fs::recursive_directory_iterator(fs::path(NARROWS_SOURCE) / folder)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path());
            const auto lines = std::count(std::istreambuf_iterator<char>(file), {}, '\n');
            EXPECT_LE(lines, 500) << entry.path();
        }
    }
}

}  // namespace
