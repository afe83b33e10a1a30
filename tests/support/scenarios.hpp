#pragma once

#include <string>

#include "host/shock/scenario_batch.hpp"
#include "host/shock/scenario_file.hpp"

namespace narrows::test {

/// A scenario file of this text, called test.json; series are looked for in `folder`.
inline Scenario scenario_of(const std::string& text, const std::string& folder = "") {
    return read_scenario(InputFile(folder.empty() ? "test.json" : folder + "/test.json", text));
}

/// A scenario with these shocks and, after them, further keys: `"days": 30`.
inline Scenario scenario_with(const std::string& shocks, const std::string& more = "") {
    return scenario_of(R"({"name": "test", "shocks": [)" + shocks + "]" +
                       (more.empty() ? "" : ", " + more) + "}");
}

/// Regions A, B, C, of which C has no S2; sectors S0, S1, S2, T9: codes and nodes, no flows.
inline ShockEconomy coded_economy(bool world, const std::string& home = "A") {
    ShockEconomy economy;
    economy.world = world;
    economy.home = home;
    for (const char* code : {"S0", "S1", "S2", "T9"}) economy.products.push_back({code, code});
    economy.regions = {{"A", "A"}};
    if (world) {
        economy.regions.push_back({"B", "B"});
        economy.regions.push_back({"C", "C"});
    } else {
        economy.origins = {"B", "C"};
    }
    for (Index region = 0; region < static_cast<Index>(economy.regions.size()); ++region) {
        for (Index product = 0; product < economy.num_products(); ++product) {
            if (region == 2 && product == 2) continue;
            economy.product.push_back(product);
            economy.region.push_back(region);
        }
    }
    economy.x = Eigen::VectorXd::Ones(static_cast<Index>(economy.product.size()));
    return economy;
}

}  // namespace narrows::test
