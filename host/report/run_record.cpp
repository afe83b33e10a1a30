#include "host/report/run_record.hpp"

#include <algorithm>
#include <ctime>
#include <optional>

#include "host/base/build_info.hpp"

namespace narrows {
namespace {

template <class Value>
nlohmann::ordered_json or_null(const Value& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

nlohmann::ordered_json text_or_null(const std::string& text) {
    return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

void keep_worst(std::optional<double>& worst, const std::optional<double>& value) {
    if (value) worst = std::max(worst.value_or(*value), *value);
}

/// "a, b" with `text` as a further part unless it is one already.
void add_part(std::string& parts, const std::string& text) {
    if (text.empty() || (", " + parts + ", ").find(", " + text + ", ") != std::string::npos) return;
    parts += (parts.empty() ? "" : ", ") + text;
}

}  // namespace

nlohmann::ordered_json RunRecord::to_json() const {
    nlohmann::ordered_json json;
    json["program"] = "narrows";
    json["version"] = build_info::version;
    json["command"] = command;
    json["table"] = text_or_null(table);
    json["table_hash"] = text_or_null(table_hash);
    json["year"] = year == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(year);
    json["backend"] = text_or_null(backend);
    json["operations"] = text_or_null(operations);
    json["device"] = text_or_null(device);
    json["backend_reason"] = text_or_null(backend_reason);
    json["threads"] = threads;
    json["seed"] = or_null(seed);
    json["parameters"] = parameters;
    json["solver"] = {
        {"path", text_or_null(path)}, {"slack", text_or_null(slack)}, {"methods", methods}};
    json["certificate"] = {
        {"identity_deviation", or_null(certificate.identity_deviation)},
        {"spectral_radius_bound", or_null(certificate.spectral_radius_bound)},
        {"multipliers_error_bound", or_null(certificate.multipliers_error_bound)},
        {"inverse_residual", or_null(certificate.inverse_residual)},
        {"inverse_error_bound", or_null(certificate.inverse_error_bound)},
    };
    json["started"] = text_or_null(started);
    json["elapsed_seconds"] = elapsed_seconds;
    return json;
}

RunRecord start_record(const std::string& command) {
    RunRecord record;
    record.command = command;
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    record.started = text;
    return record;
}

RunRecord start_record(const std::string& command, const IoTable& table) {
    RunRecord record = start_record(command);
    record.table = table.meta().name;
    record.table_hash = table.hash();
    record.year = table.meta().year;
    return record;
}

void record_backend(RunRecord& record, const Backend& backend, const std::string& backend_reason) {
    record.backend = backend.name();
    record.operations = backend.operations();
    record.device = backend.device();
    record.backend_reason = backend_reason;
}

void record_model(RunRecord& record, const LeontiefModel& model,
                  const std::string& backend_reason) {
    record_backend(record, model.backend(), backend_reason);
    record.certificate = model.certificate();
    record.path = to_string(model.structure().path);
    record.slack = model.structure().slack_source;
    record.methods = model.methods_used();
}

void record_further_model(RunRecord& record, const LeontiefModel& model,
                          const std::string& backend_reason) {
    RunRecord further;
    record_model(further, model, backend_reason);
    record_backend(record, model.backend(), backend_reason);
    add_part(record.path, further.path);
    add_part(record.slack, further.slack);
    for (const std::string& method : further.methods) {
        if (std::find(record.methods.begin(), record.methods.end(), method) ==
            record.methods.end()) {
            record.methods.push_back(method);
        }
    }
    Certificate& worst = record.certificate;
    const Certificate& found = further.certificate;
    keep_worst(worst.identity_deviation, found.identity_deviation);
    keep_worst(worst.spectral_radius_bound, found.spectral_radius_bound);
    keep_worst(worst.multipliers_error_bound, found.multipliers_error_bound);
    keep_worst(worst.inverse_residual, found.inverse_residual);
    keep_worst(worst.inverse_error_bound, found.inverse_error_bound);
}

}  // namespace narrows
