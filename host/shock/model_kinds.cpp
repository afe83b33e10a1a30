#include "host/shock/model_kinds.hpp"

#include <algorithm>
#include <vector>

#include "host/base/error.hpp"

namespace narrows {
namespace {

struct ModelKinds {
    const char* model;
    std::vector<ShockKind> kinds;
};

const std::vector<ModelKinds>& all_models() {
    using enum ShockKind;
    static const std::vector<ModelKinds> models = {
        {"leontief", {demand_change, coefficient_change, extraction}},
        {"ghosh", {import_cut, capacity_loss}},
        {"price", {price_rise}},
        {"mixed", {capacity_loss, demand_change, coefficient_change}},
        {"inoperability", {demand_change}},
        {"dynamic-inoperability", {demand_change}},
        {"bottleneck", {import_cut, capacity_loss}},
        {"pbl-linear", {import_cut, capacity_loss, demand_change, extraction}},
        {"pbl-ces", {import_cut, capacity_loss, demand_change, extraction}},
        {"pbl-weak", {import_cut, capacity_loss, demand_change, extraction}},
        {"pbl-half", {import_cut, capacity_loss, demand_change, extraction}},
        {"pbl-strong", {import_cut, capacity_loss, demand_change, extraction}},
        {"pbl-leontief", {import_cut, capacity_loss, demand_change, extraction}},
        {"ario", {import_cut, capacity_loss, demand_change, extraction}},
        {"esri", {import_cut, capacity_loss}},
        {"ces", {import_cut, capacity_loss}},
        {"ces-first-order", {import_cut, capacity_loss}},
        {"ces-second-order", {import_cut, capacity_loss}},
        {"optimal", {import_cut, capacity_loss}},
    };
    return models;
}

bool is_ces(const std::string& model) {
    return model == "ces" || model == "ces-first-order" || model == "ces-second-order";
}

}  // namespace

std::vector<std::string> shock_models() {
    std::vector<std::string> names;
    for (const ModelKinds& entry : all_models()) names.emplace_back(entry.model);
    return names;
}

bool can_express(const std::string& model, ShockKind kind, bool world) {
    if (kind == ShockKind::import_cut && world && is_ces(model)) return false;
    const std::vector<ModelKinds>& models = all_models();
    return std::any_of(models.begin(), models.end(), [&](const ModelKinds& entry) {
        return entry.model == model &&
               std::find(entry.kinds.begin(), entry.kinds.end(), kind) != entry.kinds.end();
    });
}

void require_expressible(const std::string& model, const ShockBatch& batch, bool world) {
    for (const ShockTarget& target : batch.targets) {
        if (can_express(model, target.kind, world)) continue;
        std::string others;
        for (const std::string& other : shock_models()) {
            if (!can_express(other, target.kind, world)) continue;
            others += (others.empty() ? "" : ", ") + other;
        }
        const std::string why = can_express(model, target.kind, false)
                                    ? ", in world scope: a cap between nodes has no price before "
                                      "it binds, and the model needs one"
                                    : "";
        throw ArgumentError("model " + model + ": cannot express " + target.name + ", of kind " +
                            to_string(target.kind) + why + "; models that can: " + others);
    }
}

}  // namespace narrows
