// Commands on national tables as WIOD published them.
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

TEST(Wiod2016NationalCli, RanksEveryCountryThere) {
    NARROWS_NEEDS_SHARED("data/wiod2016_niot");
    for (const auto& entry :
         std::filesystem::directory_iterator(test::shared_path("data/wiod2016_niot"))) {
        const auto result =
            test::run_narrows({"rank", entry.path().string(), "--year", "2014", "--all-imports"});
        EXPECT_EQ(result.exit_code, 0) << entry.path() << ": " << result.err;
    }
}

}  // namespace
}  // namespace narrows
