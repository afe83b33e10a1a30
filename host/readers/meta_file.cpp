#include "host/readers/meta_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/output.hpp"
#include "host/readers/json_file.hpp"

namespace narrows {
namespace {

using nlohmann::json;

constexpr const char* format_name = "narrows.table/1";

}  // namespace

MetaFile::MetaFile(const InputFile& file)
    : path_(file.path()), text_(file.bytes()), content_(read_json(file)) {
    if (!content_.is_object()) throw ParseError(path_, 1, 0, "", "no object", "a JSON object");
    if (text("format") != format_name) fail("format", content_["format"], in_quotes(format_name));
}

std::string MetaFile::text(const char* key) const {
    const json value = content_.value(key, json());
    if (!value.is_string()) fail(key, value, "text");
    return value.get<std::string>();
}

std::string MetaFile::text_or_empty(const char* key) const {
    return content_.contains(key) ? text(key) : "";
}

double MetaFile::number_or(const char* key, double otherwise) const {
    if (!content_.contains(key)) return otherwise;
    if (!content_[key].is_number()) fail(key, content_[key], "a number");
    return content_[key].get<double>();
}

void MetaFile::fail(const char* key, const json& found, std::string_view expected) const {
    const auto at = text_.find("\"" + std::string(key) + "\"");
    const std::string what = found.is_string() ? found.get<std::string>() : found.dump();
    throw ParseError(
        path_, at == std::string::npos ? 0 : line_at(at), 0, "",
        fmt::format("{}: {}", in_quotes(key), found.is_null() ? "nothing" : in_quotes(what)),
        expected);
}

TableMeta MetaFile::meta() const {
    TableMeta meta;
    meta.name = text("name");
    const double year = number_or("year", 0.0);
    if (std::abs(year) > 1e6 || year != std::trunc(year)) {
        fail("year", content_["year"], "a whole number");
    }
    meta.year = static_cast<int>(year);
    meta.unit = text("unit");
    meta.source = text("source");
    meta.licence = text("licence");
    meta.classification = text("classification");
    meta.attribution = text_or_empty("attribution");
    meta.changes = text_or_empty("changes");
    meta.rounding = number_or("rounding", 0.0);
    if (meta.rounding < 0.0) fail("rounding", content_["rounding"], "0 or more");
    return meta;
}

std::int64_t MetaFile::line_at(std::size_t offset) const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text_.size()));
    return 1 + std::count(text_.begin(), end, '\n');
}

std::string matrix_csv(const Eigen::MatrixXd& values, const std::vector<std::string>& rows,
                       const std::vector<std::string>& columns) {
    fmt::memory_buffer out;
    if (columns.empty()) fmt::format_to(std::back_inserter(out), "\"\"");  // no blank line
    for (const std::string& column : columns) {
        fmt::format_to(std::back_inserter(out), ",{}", csv_field(column));
    }
    out.push_back('\n');
    for (Index i = 0; i < values.rows(); ++i) {
        fmt::format_to(std::back_inserter(out), "{}", csv_field(rows[static_cast<std::size_t>(i)]));
        for (Index j = 0; j < values.cols(); ++j) {
            fmt::format_to(std::back_inserter(out), ",{}", values(i, j));
        }
        out.push_back('\n');
    }
    return fmt::to_string(out);
}

nlohmann::ordered_json meta_json(const IoTable& table) {
    nlohmann::ordered_json meta;
    meta["format"] = format_name;
    meta["kind"] = table.is_multi_regional() ? "multi-regional" : "national";
    meta["name"] = table.meta().name;
    if (!table.is_multi_regional()) {
        meta["region"] = table.classification().regions().front().code;
    }
    meta["year"] = table.meta().year;
    meta["unit"] = table.meta().unit;
    meta["classification"] = table.meta().classification;
    meta["source"] = table.meta().source;
    meta["licence"] = table.meta().licence;
    meta["attribution"] = table.meta().attribution;
    meta["changes"] = table.meta().changes;
    meta["rounding"] = table.meta().rounding;
    return meta;
}

std::string meta_text(const nlohmann::ordered_json& meta) {
    return meta.dump(4, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace narrows
