#pragma once

#include <filesystem>
#include <string>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

namespace narrows::test {

/// The repository's data folder.
std::filesystem::path data_path();

/// A file of the published tables and oracles beside the checkout, or an empty path where it is
/// absent: tests then skip.
std::filesystem::path shared_path(const std::string& relative);

/// Skips the running test, saying why, where a shared file is absent.
#define NARROWS_NEEDS_SHARED(relative)                                                         \
    if (narrows::test::shared_path(relative).empty()) {                                        \
        GTEST_SKIP() << "needs shared/" << (relative) << ", which is not beside the checkout"; \
    }

nlohmann::json read_json(const std::filesystem::path& path);
/// shared/spec/oracles/NAME.json; guard with NARROWS_NEEDS_SHARED.
nlohmann::json read_oracle(const std::string& name);

Eigen::MatrixXd matrix(const nlohmann::json& rows);
Eigen::VectorXd vector(const nlohmann::json& values);

/// Largest |a - b| / max(|b|, floor).
double relative_difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b,
                           double floor = 1e-300);

/// Half a unit of the tenth significant digit of every value. Oracle 10 keeps its transactions with
/// ten digits, while the published answers were computed from unrounded ones: its inputs determine
/// its answers to about 1e-10, not to the 5.8e-15 that ORACLES.md states.
Eigen::MatrixXd ten_digit_rounding(const Eigen::MatrixXd& values);

}  // namespace narrows::test
