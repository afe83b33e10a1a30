#include "host/table/supply_use.hpp"

namespace narrows {

const char* to_string(SutModel model) {
    constexpr const char* names[] = {"A", "B", "C", "D"};
    return names[static_cast<int>(model)];
}

std::optional<SutModel> parse_sut_model(std::string_view text) {
    for (const SutModel model : {SutModel::product_technology, SutModel::industry_technology,
                                 SutModel::fixed_industry_sales, SutModel::fixed_product_sales}) {
        if (text == to_string(model)) return model;
    }
    return std::nullopt;
}

}  // namespace narrows
