#pragma once

#include <cstdint>
#include <vector>

namespace narrows::kernels {

/// One blocked product and the share of each user's need for it that is blocked.
struct BottleneckScenario {
    std::int64_t product = 0;               // row of the blocked product, 0 <= product < n
    const double* blocked_share = nullptr;  // beta, n values in [0, 1], one per user
    double* loss_share = nullptr;           // out: delta, n values in [0, 1]
    std::int64_t* binding_input = nullptr;  // out: the input that binds each user, -1: none
    double loss_share_error = 0.0;          // out: bound on max |delta - exact delta|
    std::int64_t sweeps = 0;                // out: passes over the matrix
};

/// The discounted bottleneck system on n nodes,
///
///   delta_j = max_k c_kj (beta_kj + lambda d_kj delta_k),   k != j in the second term,
///
/// whose least solution in [0, 1]^n exists and is unique for 0 <= lambda < 1 when c, beta, d and
/// beta + d lie in [0, 1]: the right-hand side is a sup-norm contraction with modulus lambda.
/// beta is zero outside the row of the blocked product.
///
/// Solved by Howard's policy iteration: take the binding input of every node, solve the resulting
/// one-input-per-node system exactly in O(n), repeat until no binding input changes. The last pass
/// gives the certificate: with T the right-hand side and u the rounding unit,
///   |T(delta) - exact| <= (lambda |T(delta) - delta|_inf + 4 u |delta|_inf) / (1 - lambda).
///
/// A scenario's bits depend on that scenario alone: not on the batch, not on the threads.
class Bottleneck {
  public:
    /// c and d are n x n, column-major, row = input k, column = user j. They are copied.
    Bottleneck(std::int64_t n, const double* criticality, const double* domestic_share);

    /// Solves every scenario of the batch for one lambda, 0 <= lambda < 1.
    void solve(std::vector<BottleneckScenario>& scenarios, double lambda, int num_threads) const;

  private:
    struct Input {
        std::int64_t node;
        double weight;  // c_kj d_kj > 0
    };
    struct Block;

    double weight(std::int64_t input, std::int64_t user) const;
    double direct_loss(const BottleneckScenario& scenario, std::int64_t user) const;
    void solve_block(BottleneckScenario* scenarios, std::int64_t count, double lambda) const;
    bool finish_round(BottleneckScenario& scenario, std::int64_t lane, Block& block) const;
    void sweep(const BottleneckScenario* scenarios, std::int64_t count, Block& block) const;
    double take_sweep(const BottleneckScenario& scenario, std::int64_t lane, Block& block,
                      bool& policy_changed, double& largest) const;
    void evaluate_policy(const BottleneckScenario& scenario, std::int64_t lane, Block& block) const;
    double cycle_value(const BottleneckScenario& scenario, double lambda) const;

    std::int64_t n_;
    std::vector<double> criticality_;
    std::vector<double> weights_;            // c d, n x n, zero diagonal
    std::vector<Input> inputs_;              // the positive weights, user by user, heaviest first
    std::vector<std::int64_t> first_input_;  // n + 1 offsets into inputs_
};

}  // namespace narrows::kernels
