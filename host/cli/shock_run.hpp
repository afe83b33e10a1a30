#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/cli/options.hpp"
#include "host/report/shock_paths.hpp"
#include "host/shock/experiment.hpp"

namespace narrows::cli {

/// Where results of `narrows shock` are kept as they are computed.
struct CheckpointOptions {
    std::string file;  // empty: none
    bool resume = false;
};

/// Cases of an experiment, wave by wave.
struct ShockRun {
    Experiment& experiment;
    const ShockEconomy& economy;
    const ShockBatch& batch;
    ShockTable& table;
    const RunRecord& record;  // what results depend on
    const CheckpointOptions& checkpoint;
    int keep_every = 0;  // days; 0: no paths
    /// Of the cases in their order, models in theirs. May be empty.
    std::function<void(Index of_case, Index model, const InventoryPath& path)> path = {};
    /// Of the cases [first, last) once they are done, also those of a checkpoint. May be empty.
    std::function<void(Index first, Index last)> wave = {};
};

/// Runs all cases, with progress, and returns how many are done: all, or once a signal is waiting
/// those of the waves that are complete. The same bits and warnings in one piece
/// and resumed.
Index run_cases(const ShockRun& run);

}  // namespace narrows::cli
