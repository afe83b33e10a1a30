#include "host/report/set_report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace narrows {
namespace {

std::vector<std::string> codes_of_products(const std::vector<Index>& products,
                                           const std::vector<Sector>& sectors) {
    std::vector<std::string> codes;
    for (const Index product : products) {
        codes.push_back(sectors[static_cast<std::size_t>(product)].code);
    }
    return codes;
}

}  // namespace

void add_sets(Document& document, const SetSelection& selection, const std::vector<Sector>& sectors,
              const std::string& weights_note) {
    if (selection.sets.empty()) return;
    std::vector<std::string> only, weights;
    nlohmann::ordered_json& list = document.structures["sets"];
    for (std::size_t i = 0; i < selection.sets.size(); ++i) {
        const auto& [name, products] = selection.sets[i];
        const bool filters = std::find(selection.only.begin(), selection.only.end(),
                                       static_cast<Index>(i)) != selection.only.end();
        nlohmann::ordered_json weight;
        if (selection.has_weights() && selection.weights[i]) weight = *selection.weights[i];
        if (filters) only.push_back(name);
        if (!weight.is_null()) weights.push_back(fmt::format("{} {:.6g}", name, double(weight)));
        list.push_back({{"set", name},
                        {"products", codes_of_products(products, sectors)},
                        {"only", filters},
                        {"weight", weight}});
    }
    if (selection.has_filter()) {
        document.fields.push_back(
            {"", "only products of", Style::text,
             fmt::format("{} ({})", fmt::join(only, ", "),
                         fmt::join(codes_of_products(selection.products(), sectors), ", "))});
    }
    if (!selection.has_weights()) return;
    document.fields.push_back(
        {"", "weights of sets", Style::text, fmt::format("{}", fmt::join(weights, ", "))});
    document.notes.push_back(weights_note);
}

std::string weighted_note() {
    return "weighted: GDP at risk times the weights of all sets that the product is in, by which "
           "rows are in order; the other figures are as without weights.";
}

void add_weighted(Sheet& sheet, const std::vector<double>& weighted) {
    const auto gar = std::find_if(sheet.columns.begin(), sheet.columns.end(),
                                  [](const Column& each) { return each.key == "gar"; });
    const auto at = gar - sheet.columns.begin() + 1;
    sheet.columns.insert(sheet.columns.begin() + at, {"weighted", "weighted", Style::flow});
    for (std::size_t i = 0; i < sheet.rows.size(); ++i) {
        sheet.rows[i].emplace(sheet.rows[i].begin() + at, weighted[i]);
    }
}

}  // namespace narrows
