#pragma once

#include <string>

#include "host/report/document.hpp"
#include "host/shock/economy.hpp"
#include "host/shock/scenario.hpp"
#include "host/shock/shock_table.hpp"
#include "host/shock/shocks.hpp"
#include "host/table/sector_set.hpp"

namespace narrows {

/// What a shock experiment came to, as far as its cases are done.
struct ShockResults {
    const ShockEconomy& economy;
    const Scenario& scenario;
    const ShockBatch& batch;
    const ShockTable& table;
    Index num_done = 0;  // of the cases, the first
    std::string unit;
    SetSelection sets = {};  // whose set_sums() the table has
};

/// The cases [first, last) as a sheet, a row per case and model; what CSV consists of. With sets, a
/// column value_added_loss_NAME for each, and weighted_loss where they have weights.
Sheet shock_cases(const ShockResults& results, Index first, Index last);

/// `narrows.shock/1`. Of one case, every model's losses in all and by sector; of several, the mean
/// and quantiles of all cases, and every case. The first sheet has a row per case and model.
/// `top`: sectors that text shows. A filter of sets is one of results by sector.
Document shock_report(const ShockResults& results, RunRecord run, std::size_t top);

}  // namespace narrows
