#include "host/report/shock_why.hpp"

#include <algorithm>
#include <utility>

namespace narrows {

using nlohmann::ordered_json;

ordered_json attribution_json(const std::string& model, const ShockEconomy& economy,
                              const Attribution& attribution) {
    auto sources = ordered_json::array();
    for (const SourceLoss& source : attribution.sources) {
        sources.push_back({{"source", source.name}, {"value_added_loss", source.loss}});
    }
    auto binding = ordered_json::array();
    for (const BindingSpell& spell : attribution.spells) {
        binding.push_back({{"sector", economy.label(spell.node)},
                           {"bound_by", spell.what},
                           {"first_day", spell.first_day},
                           {"last_day", spell.last_day},
                           {"value_added_loss", spell.loss}});
    }
    auto peaks = ordered_json::array();
    for (const PeakChain& peak : attribution.peaks) {
        peaks.push_back({{"sector", economy.label(peak.node)},
                         {"day", peak.day},
                         {"value_added_loss", peak.loss},
                         {"output_share", peak.share},
                         {"chain", to_string(peak)}});
    }
    return {{"model", model},
            {"value_added_loss", attribution.total_loss},
            {"sources", std::move(sources)},
            {"binding", std::move(binding)},
            {"peaks", std::move(peaks)}};
}

void add_attribution(Document& document, const std::string& model, const ShockEconomy& economy,
                     const Attribution& attribution, std::size_t top) {
    Sheet sources{"",
                  "Where the loss of value added starts, " + model,
                  {{"source", "source"}, {"loss", "value added lost", Style::flow}},
                  {}};
    for (const SourceLoss& source : attribution.sources) {
        if (sources.rows.size() == top) break;
        sources.rows.push_back(cells_of(source.name, source.loss));
    }
    Sheet binding{"",
                  "What bound whom, " + model,
                  {{"sector", "sector"},
                   {"what", "bound by"},
                   {"first", "from day", Style::count},
                   {"last", "to day", Style::count},
                   {"loss", "value added lost", Style::flow}},
                  {}};
    for (const BindingSpell& spell : attribution.spells) {
        if (binding.rows.size() == top) break;
        binding.rows.push_back(cells_of(economy.label(spell.node), spell.what,
                                        std::int64_t{spell.first_day}, std::int64_t{spell.last_day},
                                        spell.loss));
    }
    Sheet peaks{"",
                "Chains behind the worst days, " + model,
                {{"sector", "sector"},
                 {"day", "day", Style::count},
                 {"share", "of output", Style::percent},
                 {"chain", "chain"}},
                {}};
    for (const PeakChain& peak : attribution.peaks) {
        if (peaks.rows.size() == top) break;
        peaks.rows.push_back(cells_of(economy.label(peak.node), std::int64_t{peak.day}, peak.share,
                                      to_string(peak)));
    }
    document.sheets.push_back(std::move(sources));
    document.sheets.push_back(std::move(binding));
    document.sheets.push_back(std::move(peaks));
}

}  // namespace narrows
