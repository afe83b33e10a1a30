#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/model/leontief_model.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// What a result was computed from, with what, and how far it can be trusted. Attached to every
/// result; JSON and text print the same fields.
struct RunRecord {
    std::string command;
    std::string table;
    std::string table_hash;
    int year = 0;
    std::string backend;     // "cpu", "cuda"; empty where none was needed
    std::string operations;  // "Eigen 3.4.0"
    std::string device;
    std::string backend_reason;  // why the first choice was not taken; empty where it was
    int threads = 1;
    std::optional<std::uint64_t> seed;  // of random numbers, where there are any
    std::string path;                   // how L is made safe: see InversePath
    std::string slack;                  // where the slack of the columns comes from
    std::vector<std::string> methods;   // how systems were solved, and why so
    nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
    Certificate certificate;
    std::string started;           // UTC, ISO 8601
    double elapsed_seconds = 0.0;  // from the start of the program to the printing of the result

    nlohmann::ordered_json to_json() const;
};

/// A record of `command`, started now; on `table` where it works on one.
RunRecord start_record(const std::string& command);
RunRecord start_record(const std::string& command, const IoTable& table);

/// Notes the backend, and why another was not taken.
void record_backend(RunRecord& record, const Backend& backend, const std::string& backend_reason);

/// Notes the backend and the certificate of the model that was solved.
void record_model(RunRecord& record, const LeontiefModel& model, const std::string& backend_reason);

/// Notes one more model of the same run: the worst of the certificates, every path and method once.
void record_further_model(RunRecord& record, const LeontiefModel& model,
                          const std::string& backend_reason);

}  // namespace narrows
