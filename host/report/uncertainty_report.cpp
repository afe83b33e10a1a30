#include "host/report/uncertainty_report.hpp"

#include <cmath>

#include <fmt/format.h>

namespace narrows {

void add_uncertainty(Document& document, const RankingUncertainty& uncertainty, std::int64_t asked,
                     bool variance_shares) {
    Sheet& sheet = document.sheets.front();
    for (const Column& column :
         std::initializer_list<Column>{{"gar_median", "median", Style::flow},
                                       {"gar_q05", "5 %", Style::flow},
                                       {"gar_q95", "95 %", Style::flow},
                                       {"rank_q05", "", Style::count},
                                       {"rank_q95", "", Style::count},
                                       {"p_top10", "P(top 10)", Style::percent},
                                       {"p_top10_half_width", "", Style::percent}}) {
        sheet.columns.push_back(column);
    }
    for (std::size_t source = 0; variance_shares && source < num_sources; ++source) {
        sheet.columns.push_back({fmt::format("variance_share_{}", source_names[source]),
                                 fmt::format("by {}", source_names[source]), Style::percent});
    }
    for (std::size_t i = 0; i < sheet.rows.size(); ++i) {
        const PairUncertainty& pair = uncertainty.rows[i];
        std::vector<Cell>& row = sheet.rows[i];
        for (const double value : {pair.median, pair.q05, pair.q95}) row.emplace_back(value);
        for (const Index rank : {pair.rank_q05, pair.rank_q95}) {
            row.emplace_back(std::int64_t{rank});
        }
        row.emplace_back(pair.p_top10);
        row.emplace_back(pair.p_top10_half_width);
        for (std::size_t source = 0; variance_shares && source < num_sources; ++source) {
            row.emplace_back(pair.variance_share[source]);
        }
    }
    document.fields.push_back(
        {"draws", "Monte Carlo draws", Style::count, std::int64_t{uncertainty.num_draws}});
    document.fields.push_back({"failed_draws", "of them left out: not balanced", Style::count,
                               std::int64_t{uncertainty.num_failed}});
    if (uncertainty.num_draws < asked) {
        document.notes.push_back(
            fmt::format("Interrupted: only {} of {} draws are in these figures.",
                        uncertainty.num_draws, asked));
    }
    document.notes.push_back(
        "median, 5 %, 95 %: of GDP at risk over the draws. P(top 10): share of the draws in which "
        "the pair is among the first ten.");
    if (variance_shares) {
        const auto count = static_cast<double>(uncertainty.num_draws - uncertainty.num_failed);
        document.notes.push_back(fmt::format(
            "by ...: share of the variance of GDP at risk that this source has by itself, give or "
            "take {:.1f} points of sampling; the rest is interaction.",
            196.0 / std::sqrt(count)));
    }
}

}  // namespace narrows
