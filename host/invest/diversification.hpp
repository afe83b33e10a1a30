#pragma once

#include <vector>

#include "host/invest/fill_program.hpp"

namespace narrows {

/// What imports that move between origins cost, and how far sellers can follow.
struct Diversification {
    double unit_cost = 1.0;  // capital per unit of flow moved
    double growth = 1.0;     // an origin sells at most (1 + growth) times what it sold
};

/// Adds an investment for every product that a blockade withholds, every origin in a coalition that
/// withholds it, and every other origin that sells it (MODEL F.4); and the limits: no origin loses
/// more than what it sold, nor gains more than growth times that. Throws ArgumentError for a cost
/// that is not above 0 or a growth below 0.
void append_moves(const HomeEconomy& home, const std::vector<Blockade>& blockades,
                  const Diversification& diversification, std::vector<Investment>& investments,
                  std::vector<FillLimit>& limits);

}  // namespace narrows
