#include "host/cli/shock_run.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "host/analysis/draws_file.hpp"
#include "host/base/error.hpp"
#include "host/base/interrupt.hpp"

namespace narrows::cli {
namespace {

/// Cases of a wave: an interrupt waits for it, and its paths are in memory.
Index wave_size(const ShockRun& run) {
    const Index n = std::max<Index>(1, run.economy.num_nodes());
    // Stocks times days: some seconds of a model.
    const Index of_case = n * run.economy.num_products() * run.batch.days;
    Index most = std::clamp<Index>((Index{1} << 32) / std::max<Index>(1, of_case), 16, 1024);
    if (run.keep_every > 0) {
        const Index days = (run.batch.days + run.keep_every - 1) / run.keep_every;
        most = std::min(most, (Index{1} << 24) / (n * days * run.table.num_models()));
    }
    return std::max<Index>(most, 1);
}

using Warnings = std::set<std::pair<Index, std::string>>;  // by model

/// All models for the cases [first, first + count).
Warnings run_wave(const ShockRun& run, Index first, Index count, Index already,
                  Progress& progress) {
    const Index num_models = run.table.num_models();
    std::vector<Index> cases;
    for (Index c = first; c < first + count; ++c) cases.push_back(c);
    std::vector<InventoryPath> paths(run.path ? static_cast<std::size_t>(count * num_models)
                                              : std::size_t{0});
    Warnings warnings;
    std::mutex mutex;
    Index done = already;
    const auto take = [&](Index m) {
        return [&, m](Index of_case, const ShockOutcome& outcome, const InventoryPath& path) {
            run.table.set(m, of_case, outcome);
            const std::lock_guard lock(mutex);
            for (const std::string& warning : outcome.warnings) warnings.emplace(m, warning);
            if (run.path) {
                paths[static_cast<std::size_t>((of_case - first) * num_models + m)] = path;
            }
            progress(++done, run.batch.num_cases() * num_models);
        };
    };
    for (Index m = 0; m < num_models; ++m) {
        const std::string& model = run.table.models()[static_cast<std::size_t>(m)];
        try {
            run.experiment.run(model, cases, run.keep_every, take(m));
        } catch (const NumericalError& error) {
            // Beside others, a model without an answer is one of the answers.
            if (num_models == 1) throw;
            for (const Index c : cases) run.table.set_unanswered(m, c);
            warnings.emplace(m, error.what());
        }
    }
    for (Index c = 0; run.path && c < count; ++c) {
        for (Index m = 0; m < num_models; ++m) {
            run.path(first + c, m, paths[static_cast<std::size_t>(c * num_models + m)]);
        }
    }
    return warnings;
}

void warn(const Warnings& warnings, ShockTable& table) {
    for (const auto& [model, warning] : warnings) table.warn(model, warning);
}

}  // namespace

Index run_cases(const ShockRun& run) {
    const Index num_cases = run.batch.num_cases();
    std::optional<DrawsFile> file;
    Index done = 0;
    if (!run.checkpoint.file.empty()) {
        file.emplace(run.checkpoint.file, checkpoint_key(run.record), run.table.values().rows(),
                     run.checkpoint.resume);
        std::vector<std::string> notes;
        done = file->load(run.table.values(), &notes);
        for (const std::string& note : notes) {
            warn(nlohmann::json::parse(note).get<Warnings>(), run.table);
        }
        if (run.wave && done > 0) run.wave(0, done);
    }
    Progress progress("cases and models");
    while (done < num_cases) {
        if (done > 0 && DeferInterrupts::is_waiting()) {
            say_interrupted(done, num_cases, "cases", run.checkpoint.file);
            break;
        }
        const Index count = std::min(wave_size(run), num_cases - done);
        const Warnings warnings =
            run_wave(run, done, count, done * run.table.num_models(), progress);
        warn(warnings, run.table);
        if (file) file->append(run.table.values(), done, count, nlohmann::json(warnings).dump());
        done += count;
        if (run.wave) run.wave(done - count, done);
    }
    return done;
}

}  // namespace narrows::cli
