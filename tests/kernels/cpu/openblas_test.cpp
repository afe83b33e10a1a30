#include "kernels/cpu/openblas.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/errors.hpp"

namespace narrows {
namespace {

/// What the probe prints, run with these settings of OPENBLAS_*: "" or "NAME=value ...".
std::string probe(const std::string& settings) {
    const std::string command = "env -u OPENBLAS_CORETYPE -u OPENBLAS_NUM_THREADS " + settings +
                                " '" NARROWS_OPENBLAS_PROBE "'";
    std::FILE* const pipe = popen(command.c_str(), "r");
    std::string text;
    std::array<char, 256> part{};
    while (std::fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
    EXPECT_EQ(pclose(pipe), 0) << text;
    return text;
}

class OpenBlasOnLoading : public testing::Test {
  protected:
    void SetUp() override {
        if (cpu::find_kernels("avx2") == nullptr) GTEST_SKIP() << "no AVX2 on this processor";
        if (cpu::openblas().gemm == nullptr) GTEST_SKIP() << cpu::openblas().description;
    }
    static bool holds(const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    }
};

TEST_F(OpenBlasOnLoading, TakesAProcessorWithAvx2ForWhatItIs) {
    const std::string text = probe("");

    EXPECT_TRUE(holds(text, "OpenBLAS")) << text;
    EXPECT_FALSE(holds(text, "Prescott")) << text;
    const bool has_avx512 = cpu::find_kernels("avx512") != nullptr;
    EXPECT_TRUE(holds(text, has_avx512 ? "(SkylakeX)" : "(Haswell)")) << text;
}

TEST_F(OpenBlasOnLoading, LeavesTheEnvironmentAsItWas) {
    for (const char* settings : {"", "OPENBLAS_CORETYPE=Haswell", "OPENBLAS_NUM_THREADS=3"}) {
        EXPECT_TRUE(holds(probe(settings), "environment unchanged")) << settings;
    }
}

TEST_F(OpenBlasOnLoading, LeavesTheChoiceToTheUser) {
    const std::string haswell = probe("OPENBLAS_CORETYPE=Haswell");
    const std::string prescott = probe("OPENBLAS_CORETYPE=Prescott");

    EXPECT_TRUE(holds(haswell, "(Haswell)")) << haswell;
    EXPECT_TRUE(holds(prescott, "(Prescott)")) << prescott;
}

}  // namespace
}  // namespace narrows
