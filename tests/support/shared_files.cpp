#include "tests/support/shared_files.hpp"

#include <cmath>
#include <fstream>
#include <stdexcept>

namespace narrows::test {

namespace fs = std::filesystem;

fs::path data_path() {
    return NARROWS_DATA;
}

fs::path shared_path(const std::string& relative) {
    const fs::path path = fs::path(NARROWS_SHARED) / relative;
    return fs::exists(path) ? path : fs::path();
}

nlohmann::json read_json(const fs::path& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return nlohmann::json::parse(file);
}

nlohmann::json read_oracle(const std::string& name) {
    return read_json(shared_path("spec/oracles/" + name + ".json"));
}

Eigen::MatrixXd matrix(const nlohmann::json& rows) {
    Eigen::MatrixXd result(rows.size(), rows.empty() ? 0 : rows[0].size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = 0; j < rows[i].size(); ++j) {
            result(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
                rows[i][j].get<double>();
        }
    }
    return result;
}

Eigen::VectorXd vector(const nlohmann::json& values) {
    Eigen::VectorXd result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        result[static_cast<Eigen::Index>(i)] = values[i].get<double>();
    }
    return result;
}

double relative_difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, double floor) {
    if (a.rows() != b.rows() || a.cols() != b.cols()) return INFINITY;
    if (a.size() == 0) return 0.0;
    return ((a - b).array().abs() / b.array().abs().max(floor)).maxCoeff();
}

Eigen::MatrixXd ten_digit_rounding(const Eigen::MatrixXd& values) {
    return values.unaryExpr([](double value) {
        return value == 0.0 ? 0.0
                            : 0.5 * std::pow(10.0, std::floor(std::log10(std::abs(value))) - 9);
    });
}

}  // namespace narrows::test
