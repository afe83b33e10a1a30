#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include "host/readers/input_source.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// What meta.json of the plain format holds, with accessors that say what is missing.
class MetaFile {
  public:
    /// Throws ParseError for what is no JSON object or has another "format".
    explicit MetaFile(const InputFile& file);

    std::string text(const char* key) const;
    std::string text_or_empty(const char* key) const;
    double number_or(const char* key, double otherwise) const;
    [[noreturn]] void fail(const char* key, const nlohmann::json& found,
                           std::string_view expected) const;

    /// All of TableMeta that is stored.
    TableMeta meta() const;
    const nlohmann::json& content() const { return content_; }

  private:
    std::int64_t line_at(std::size_t offset) const;

    std::string path_;
    std::string text_;
    nlohmann::json content_;
};

/// The content of meta.json, and its text.
nlohmann::ordered_json meta_json(const IoTable& table);
std::string meta_text(const nlohmann::ordered_json& meta);

/// A matrix as a CSV file of the plain format; read_matrix() gives the same bits.
std::string matrix_csv(const Eigen::MatrixXd& values, const std::vector<std::string>& rows,
                       const std::vector<std::string>& columns);

}  // namespace narrows
