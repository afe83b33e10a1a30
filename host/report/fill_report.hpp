#pragma once

#include <optional>
#include <string>

#include "host/invest/fill_draws.hpp"
#include "host/invest/gap_filling.hpp"
#include "host/report/document.hpp"

namespace narrows {

/// An allocation of capital as a document, schema narrows.fill/1. `draws` are of the best
/// allocation, greedy, proportional and none, in this order.
Document fill_report(const HomeEconomy& home, const FillQuery& query, const FillResult& result,
                     const std::optional<FillDraws>& draws, const std::string& unit, RunRecord run);

}  // namespace narrows
