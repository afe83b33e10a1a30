#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "host/table/io_table.hpp"

namespace narrows {

/// The accounts at some places among a table's, as JSON has them beside results:
/// [{"account","unit","total"}], total of all nodes.
inline nlohmann::ordered_json satellite_units(const std::vector<SatelliteAccount>& accounts,
                                              const std::vector<Index>& places) {
    auto units = nlohmann::ordered_json::array();
    for (const Index place : places) {
        const SatelliteAccount& account = accounts[static_cast<std::size_t>(place)];
        units.push_back(
            {{"account", account.name}, {"unit", account.unit}, {"total", account.values.sum()}});
    }
    return units;
}

}  // namespace narrows
