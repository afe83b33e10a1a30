#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "host/invest/blockade.hpp"

namespace narrows {

/// What money buys against blockades: domestic capacity for a product, or imports of it that move
/// from one origin to another. Amounts are flows: currency of output per year.
struct Investment {
    Index product = 0;
    Index from = -1, to = -1;  // origins that imports move between; -1: domestic capacity
    double unit_cost = 1.0;    // capital per unit of flow
    double limit = 0.0;        // the largest amount

    bool is_capacity() const { return from < 0; }
};

/// A plane under GDP at risk of a blockade as a function of the amounts z invested: for all z >= 0
///   gar(z) >= constant - sum of slope z,
/// equal to gar where it was taken. Slopes of investments that are not listed are 0.
struct Tangent {
    double gar = 0.0;
    double constant = 0.0;
    std::vector<std::pair<Index, double>> slopes;  // investment, GDP at risk it removes per unit
};

/// GDP at risk of blockades after investments. With M^C_kj what user j buys of product k from the
/// coalition and M^C_k the sum over users, what is left to withhold is
///
///   m_kj(z) = max(0, M^C_kj - z_k M^C_kj / M^C_k - sum of z_(k,o->o') M^o_kj / M^o_k (1[o in C] -
///             1[o' in C])),
///
/// capacity z_k stands in for whoever withholds, shared out to users as the coalition's deliveries
/// were; imports that move keep their users. Loss rates are the least solution of
///
///   delta_j = max_k c_kj (s_k m_kj(z) / U_kj + lambda d_kj delta_k),   k != j in the second term,
///
/// GDP at risk is sum_j va_j delta_j (MODEL C.9, F.2): convex and piecewise linear in z. New
/// capacity itself is taken as safe, d does not change. Sectors with va_j below 0 count as 0.
class BlockadeLosses {
  public:
    /// `home` has no flow below 0; criticality is s x s in [0, 1], lambda in [0, 1).
    BlockadeLosses(HomeEconomy home, const Eigen::MatrixXd& criticality, double lambda,
                   std::vector<Blockade> blockades, std::vector<Investment> investments);

    const HomeEconomy& home() const { return home_; }
    const std::vector<Blockade>& blockades() const { return blockades_; }
    const std::vector<Investment>& investments() const { return investments_; }

    /// GDP at risk by blockade; amounts by investment. Of a blockade of one product, and without
    /// imports that move, gar(0) max(0, 1 - z_k / M^C_k): the equations are linear in what is
    /// withheld.
    Eigen::VectorXd gar(const Eigen::VectorXd& amounts, int num_threads = 1) const;
    /// By blockade, taken at `amounts`; the active chains make it (F.1).
    std::vector<Tangent> tangents(const Eigen::VectorXd& amounts, int num_threads = 1) const;

  private:
    struct Input {
        Index product;
        double criticality, passed_on;  // c_kj / U_kj, lambda c_kj d_kj
    };
    /// A product that a blockade withholds.
    struct Row {
        Index product;
        double share, total;      // s_k, M^C_k
        Eigen::VectorXd imports;  // M^C_kj
    };
    /// How a blockade ends: m and s by its rows and users, delta, and what binds each user.
    struct State {
        Eigen::MatrixXd withheld;  // users x rows
        Eigen::VectorXd delta;
        std::vector<Index> binding;  // -1: none
    };

    Eigen::VectorXd effect(const Row& row, const Coalition& coalition, Index investment) const;
    State state(Index blockade, const Eigen::VectorXd& amounts) const;
    double gar_of(Index blockade, const Eigen::VectorXd& amounts) const;
    Tangent tangent(Index blockade, const State& state) const;
    Eigen::VectorXd values_of_losses(const std::vector<Index>& binding) const;

    HomeEconomy home_;
    double lambda_;
    Eigen::VectorXd value_added_;
    std::vector<Blockade> blockades_;
    std::vector<Investment> investments_;
    std::vector<std::vector<Index>> of_product_;  // investments
    std::vector<std::vector<Input>> inputs_;      // by user, the critical ones
    std::vector<std::vector<Row>> rows_;          // by blockade
    std::vector<Index> capacity_of_;              // investment by product, -1: none
    bool has_moves_ = false;
    /// gar without investments, of blockades of one product.
    std::vector<std::optional<double>> alone_;
};

}  // namespace narrows
