#include "host/shock/economy.hpp"

namespace narrows {

std::string ShockEconomy::label(Index node) const {
    const auto at = static_cast<std::size_t>(node);
    const std::string& code = products[static_cast<std::size_t>(product[at])].code;
    return world ? regions[static_cast<std::size_t>(region[at])].code + "_" + code : code;
}

std::vector<std::string> ShockEconomy::labels() const {
    std::vector<std::string> labels;
    for (Index node = 0; node < num_nodes(); ++node) labels.push_back(label(node));
    return labels;
}

}  // namespace narrows
