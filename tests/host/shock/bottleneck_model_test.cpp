#include "host/shock/bottleneck_model.hpp"

#include <algorithm>
#include <map>

#include "host/analysis/criticality.hpp"
#include "host/analysis/world_chokepoints.hpp"
#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_of;
using test::batch_of;
using test::matrix;
using test::one_shock;
using test::relative_difference;
using test::target_of;
using test::vector;
using enum ShockKind;

ShockOutcome outcome_of(const ShockEconomy& economy, const ShockBatch& batch, double lambda) {
    return bottleneck_outcomes(economy, Backend::cpu(), batch, {0}, lambda).front();
}

/// By the equations as they stand, in long double, Jacobi from 0 to rest. cut(supplier, k, j) is
/// the share that is cut of a delivery.
template <class Cut>
VectorXd by_definition(const ShockEconomy& economy, double lambda, const VectorXd& floor, Cut cut) {
    const Index n = economy.num_nodes();
    const MatrixXd use = economy.total_use();
    std::vector<long double> delta(static_cast<std::size_t>(n), 0.0L);
    for (int sweep = 0; sweep < 600; ++sweep) {
        std::vector<long double> next = delta;
        for (Index j = 0; j < n; ++j) {
            std::vector<long double> missing(economy.products.size(), 0.0L);
            for (Index i = 0; i < n; ++i) {
                const auto k = economy.product[static_cast<std::size_t>(i)];
                if (use(k, j) <= 0.0) continue;
                const long double share =
                    static_cast<long double>(economy.Z(i, j)) / static_cast<long double>(use(k, j));
                const long double blocked =
                    economy.world ? cut(economy.region[static_cast<std::size_t>(i)], k, j) : 0.0;
                long double& sum = missing[static_cast<std::size_t>(k)];
                sum += blocked * share;
                if (i != j)
                    sum += lambda * (1 - blocked) * share * delta[static_cast<std::size_t>(i)];
            }
            long double worst = floor[j];
            for (Index k = 0; k < economy.num_products(); ++k) {
                long double sum = missing[static_cast<std::size_t>(k)];
                for (std::size_t o = 0; o < economy.imports.size() && use(k, j) > 0.0; ++o) {
                    sum += static_cast<long double>(cut(static_cast<Index>(o), k, j)) *
                           static_cast<long double>(economy.imports[o](k, j)) /
                           static_cast<long double>(use(k, j));
                }
                worst = std::max(worst, economy.criticality(k, j) * sum);
            }
            next[static_cast<std::size_t>(j)] = worst;
        }
        delta = next;
    }
    VectorXd result(n);
    for (Index j = 0; j < n; ++j)
        result[j] = static_cast<double>(delta[static_cast<std::size_t>(j)]);
    return result;
}

bool among(const std::vector<Index>& items, Index item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

/// The largest cut of any target.
double cut_of(const ShockBatch& batch, Index origin, Index product, Index user) {
    double share = 0.0;
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        if (target.kind != import_cut || !among(target.origins, origin) ||
            !among(target.products, product) || !among(target.nodes, user)) {
            continue;
        }
        share = std::max(share, batch.amounts(t, 0));
    }
    return share;
}

void expect_as_defined(const ShockEconomy& economy, const ShockBatch& batch, double lambda) {
    VectorXd floor = VectorXd::Zero(economy.num_nodes());
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        if (target.kind != capacity_loss) continue;
        for (const Index i : target.nodes) floor[i] = std::max(floor[i], batch.amounts(t, 0));
    }
    const VectorXd delta = by_definition(
        economy, lambda, floor, [&](Index o, Index k, Index j) { return cut_of(batch, o, k, j); });
    const ShockOutcome outcome = outcome_of(economy, batch, lambda);
    const VectorXd solved = outcome.output_loss.cwiseQuotient(economy.x);
    EXPECT_GT(delta.maxCoeff(), 0.0);
    EXPECT_LE((solved - delta).cwiseAbs().maxCoeff(), outcome.residual + 1e-15);
    EXPECT_LE(outcome.residual, 1e-13);
    EXPECT_LE(relative_difference(outcome.value_added_loss, delta.cwiseProduct(economy.value_added),
                                  1e-6),
              1e-11);
}

ShockEconomy with_criticality(ShockEconomy economy) {
    economy.criticality = MatrixXd(economy.num_products(), economy.num_nodes());
    for (Index j = 0; j < economy.num_nodes(); ++j) {
        for (Index k = 0; k < economy.num_products(); ++k) {
            economy.criticality(k, j) =
                (k * 3 + j * 5) % 4 == 0 ? 0.0 : 1.0 / static_cast<double>(1 + (k + j) % 3);
        }
    }
    return economy;
}

TEST(Oracle23, ThreeSectorsByHand) {
    NARROWS_NEEDS_SHARED("spec/oracles/23_lambda_bottleneck_3sector.json");
    const nlohmann::json oracle = test::read_oracle("23_lambda_bottleneck_3sector");
    ShockEconomy economy = test::economy_of(MatrixXd::Zero(3, 3), Eigen::Vector3d::Ones());
    economy.Z = matrix(oracle["D"]);
    economy.imports = {matrix(oracle["mu"])};
    economy.origins = {"ABR"};
    economy.criticality = matrix(oracle["c"]);
    economy.value_added = vector(oracle["va"]);
    for (const auto& result : oracle["results"]) {
        const Index input = result["input"];
        const ShockOutcome outcome = outcome_of(
            economy, one_shock(target_of(import_cut, all_of(3), {input}, {0}), oracle["s"]),
            oracle["lam"]);
        EXPECT_LE(relative_difference(outcome.output_loss, vector(result["delta"])), 1e-14);
        EXPECT_NEAR(outcome.total_value_added_loss(), result["gar"], 1e-13);
    }
}

TEST(Oracle18, BottlenecksOfTheUnitedKingdom) {
    NARROWS_NEEDS_SHARED("spec/oracles/18_gdp_at_risk_uk2010.json");
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const nlohmann::json oracle = test::read_oracle("18_gdp_at_risk_uk2010");
    ShockEconomy economy = home_shock_economy(test::uk_2010(), "");
    const MatrixXd cost_share = input_coefficients(economy.total_use(), economy.x);
    economy.criticality = MatrixXd::Zero(127, 127);
    for (Index j = 0; j < 127; ++j) {
        for (Index k = 0; k < 127; ++k) {
            if (!oracle["goods_mask"][static_cast<std::size_t>(k)].get<bool>()) continue;
            const double a = cost_share(k, j);
            economy.criticality(k, j) = a >= 0.01 ? 1.0 : a >= 0.002 ? 0.5 : 0.0;
        }
    }
    std::vector<ShockTarget> targets;
    for (Index k = 0; k < 127; ++k) targets.push_back(target_of(import_cut, all_of(127), {k}, {0}));
    const ShockBatch batch = batch_of(targets, 0.5 * MatrixXd::Identity(127, 127));
    for (const char* lambda : {"0", "0.5", "0.9"}) {
        const VectorXd expected = vector(oracle["GaR_lambda"][lambda]);
        const std::vector<ShockOutcome> outcomes =
            bottleneck_outcomes(economy, Backend::cpu(), batch, all_of(127), std::stod(lambda), 2);
        for (Index k = 0; k < 127; ++k) {
            // Transactions are kept with ten digits (see ten_digit_rounding).
            EXPECT_NEAR(outcomes[static_cast<std::size_t>(k)].total_value_added_loss(), expected[k],
                        5e-10 * std::max(1.0, expected[k]));
        }
    }
}

TEST(BottleneckModel, IsTheChokepointOfOneProductAndCoalition) {
    const IoTable table = read_plain_folder(test::data_path() / "world-2011");
    const HomeEconomy home = home_economy(table, "DEU");
    ShockEconomy economy = home_shock_economy(table, "DEU");
    economy.criticality = survey_criticality(home);
    for (const Coalition& coalition : {Coalition{0}, Coalition{1, 4, 7}}) {
        for (const Index product : {1, 6, 11}) {
            const ShockBatch batch =
                one_shock(target_of(import_cut, all_of(24), {product}, coalition), 0.7);
            const ShockOutcome outcome = outcome_of(economy, batch, 0.5);
            const VectorXd delta =
                loss_rates(home, economy.criticality, product, coalition, 0.7, 0.5);
            EXPECT_LE(relative_difference(outcome.output_loss, delta.cwiseProduct(economy.x), 1e-9),
                      1e-13);
        }
    }
}

TEST(BottleneckModel, IsTheWorldChokepointOfOneProductAndCoalition) {
    const IoTable table = test::random_world_table(4, 5, 3);
    const HomeEconomy home = home_economy(table, "R1");
    ShockEconomy economy = world_shock_economy(table, "R1");
    economy.criticality = MatrixXd(5, 20);
    for (Index region = 0; region < 4; ++region) {
        economy.criticality.middleCols(5 * region, 5) =
            cost_share_criticality(home_economy(table, "R" + std::to_string(region)));
    }
    const LeontiefModel model(Backend::cpu(), home.coefficients());
    ChokepointQuery query;
    query.coalitions = {{0}, {1, 2}};  // of the origins R0, R2, R3
    const std::vector<Index> regions = {0, 2, 3};
    const auto ranking = rank_world_chokepoints(table, home, model, query, cost_share_criticality);
    ASSERT_FALSE(ranking.rows.empty());
    for (const WorldChokepoint& row : ranking.rows) {
        std::vector<Index> coalition;
        for (const Index o : row.home.coalition) {
            coalition.push_back(regions[static_cast<std::size_t>(o)]);
        }
        const ShockBatch batch =
            one_shock(target_of(import_cut, {5, 6, 7, 8, 9}, {row.home.product}, coalition), 0.5);
        const ShockOutcome outcome = outcome_of(economy, batch, query.lambda);
        EXPECT_NEAR(outcome.total_value_added_loss(), row.world, 1e-13 * row.world);
        EXPECT_NEAR(outcome.value_added_loss.segment(5, 5).sum(), row.home.gar, 1e-13 * row.world);
    }
}

TEST(BottleneckModel, SolvesTheEquationsAsTheyStand) {
    for (const unsigned seed : {1U, 2U}) {
        const ShockEconomy home =
            with_criticality(home_shock_economy(test::random_world_table(3, 6, seed), "R0"));
        const ShockEconomy world =
            with_criticality(world_shock_economy(test::random_world_table(3, 4, seed), "R0"));
        for (const double lambda : {0.0, 0.5, 0.9}) {
            // One product: policy iteration, or the backend's sweeps.
            expect_as_defined(home, one_shock(target_of(import_cut, {0, 2, 3}, {1}, {0, 1}), 0.4),
                              lambda);
            expect_as_defined(world, one_shock(target_of(import_cut, {0, 2, 3}, {1}, {1, 2}), 0.4),
                              lambda);
            // Purchases within a region can be cut too.
            expect_as_defined(world, one_shock(target_of(import_cut, {4, 5}, {2}, {1}), 1.0),
                              lambda);
            // Several at once, of which some meet.
            const std::vector<ShockTarget> targets = {target_of(import_cut, {0, 1, 2}, {0, 2}, {1}),
                                                      target_of(import_cut, {2, 3}, {2, 3}, {0, 1}),
                                                      target_of(capacity_loss, {1, 3})};
            const ShockBatch batch = batch_of(targets, Eigen::Vector3d(0.3, 0.8, 0.15));
            expect_as_defined(home, batch, lambda);
            expect_as_defined(world, batch, lambda);
            const ShockBatch two_products =
                batch_of({target_of(import_cut, {0, 1, 2}, {0}, {1}),
                          target_of(import_cut, {0, 1, 2, 3}, {1}, {0, 1})},
                         Eigen::Vector2d(0.9, 0.6));
            expect_as_defined(home, two_products, lambda);
            expect_as_defined(world, two_products, lambda);
        }
    }
}

std::vector<ShockTarget> some_targets() {
    return {target_of(import_cut, {0, 1, 3}, {2}, {1}),
            target_of(import_cut, {0, 2}, {1, 3}, {0, 1}), target_of(capacity_loss, {3})};
}

TEST(BottleneckModel, LosesNothingToAShockOfZeroAndKeepsItsBitsInAnyBatch) {
    MatrixXd amounts(3, 5);
    amounts << 0.0, 0.5, 0.9, 0.2, 0.0,  //
        0.0, 0.0, 0.0, 0.3, 0.6,         //
        0.0, 0.0, 0.0, 0.1, 0.0;
    const ShockBatch batch = batch_of(some_targets(), amounts);
    const IoTable table = test::random_world_table(3, 4, 7);
    for (const ShockEconomy& economy : {with_criticality(home_shock_economy(table, "R2")),
                                        with_criticality(world_shock_economy(table, "R2"))}) {
        for (const int num_threads : {1, 3}) {
            const auto solve = [&](const std::vector<Index>& cases) {
                return bottleneck_outcomes(economy, Backend::cpu(), batch, cases, 0.5, num_threads);
            };
            ShockOutcome nothing = solve({0}).front();
            test::expect_nothing(nothing);
            test::expect_case_by_case(batch, solve);
            test::expect_same_bits(
                solve({3}).front(),
                bottleneck_outcomes(economy, Backend::cpu(), batch, {3}, 0.5).front());
        }
    }
}

TEST(BottleneckModel, GrowsWithTheAmountAndWithLambda) {
    const IoTable table = test::random_world_table(3, 4, 8);
    for (const ShockEconomy& economy : {with_criticality(home_shock_economy(table, "R2")),
                                        with_criticality(world_shock_economy(table, "R2"))}) {
        for (const ShockTarget& target : some_targets()) {
            const ShockBatch batch = batch_of({target}, Eigen::RowVector3d(0.2, 0.5, 1.0));
            VectorXd before_of_lambda = VectorXd::Zero(3);
            for (const double lambda : {0.1, 0.6}) {
                const auto outcomes =
                    bottleneck_outcomes(economy, Backend::cpu(), batch, all_of(3), lambda);
                VectorXd before = VectorXd::Zero(economy.num_nodes());
                for (std::size_t c = 0; c < 3; ++c) {
                    const VectorXd& now = outcomes[c].output_loss;
                    EXPECT_TRUE((now.array() >= before.array() - 1e-14 * economy.x.array()).all());
                    EXPECT_GT(now.sum(), before.sum());
                    EXPECT_GE(now.sum(), before_of_lambda[static_cast<Index>(c)]);
                    EXPECT_TRUE((now.array() <= economy.x.array()).all());
                    before_of_lambda[static_cast<Index>(c)] = now.sum();
                    before = now;
                }
            }
        }
    }
}

TEST(BottleneckModel, DoesNotDependOnTheUnitOfAccountNorOnTheOrderOfNodes) {
    const IoTable table = test::random_world_table(3, 4, 9);
    const std::vector<Index> order = test::random_permutation(12, 2);
    const ShockEconomy economy = with_criticality(world_shock_economy(table, ""));
    ShockEconomy in_cents = world_shock_economy(test::rescaled(table, 100.0), "");
    in_cents.criticality = economy.criticality;
    ShockEconomy reordered = world_shock_economy(test::permuted(table, order), "");
    reordered.criticality = economy.criticality(Eigen::all, order);
    for (const Eigen::Vector3d& amounts :
         {Eigen::Vector3d(0.4, 0.0, 0.0), Eigen::Vector3d(0.4, 0.7, 0.1)}) {
        const ShockBatch batch = batch_of(some_targets(), amounts);
        ShockBatch moved = batch;
        for (ShockTarget& target : moved.targets) {
            for (Index& node : target.nodes) {
                node = std::find(order.begin(), order.end(), node) - order.begin();
            }
            std::sort(target.nodes.begin(), target.nodes.end());
        }
        const ShockOutcome expected = outcome_of(economy, batch, 0.5);
        EXPECT_LE(relative_difference(outcome_of(in_cents, batch, 0.5).output_loss,
                                      100.0 * expected.output_loss, 1e-9),
                  1e-12);
        EXPECT_LE(relative_difference(outcome_of(reordered, moved, 0.5).output_loss,
                                      expected.output_loss(order), 1e-9),
                  1e-12);
    }
}

TEST(BottleneckModel, RefusesWhatItCannotUse) {
    ShockEconomy economy = home_shock_economy(test::random_national_table(5, 1), "");
    const ShockBatch cut = one_shock(target_of(import_cut, {1}, {0}, {0}), 0.5);
    const auto message = [&](const ShockBatch& batch, double lambda) {
        return test::message_of<ArgumentError>([&] { outcome_of(economy, batch, lambda); });
    };
    test::expect_parts(message(cut, 0.5), {"bottleneck", "criticality, 5 x 5", "0 x 0"});
    economy.criticality = MatrixXd::Constant(5, 5, 1.25);
    test::expect_parts(message(cut, 0.5), {"criticality", "outside [0, 1]"});
    economy.criticality.setOnes();
    for (const double lambda : {-0.1, 1.0, static_cast<double>(NAN)}) {
        test::expect_parts(message(cut, lambda), {"lambda", "[0, 1)"});
    }
    for (const ShockKind kind : {demand_change, coefficient_change, price_rise, extraction}) {
        test::expect_parts(message(one_shock(target_of(kind, {1}, {0}, {0}), 0.5), 0.5),
                           {"model bottleneck: cannot express shocks[0]", to_string(kind)});
    }
}

}  // namespace
}  // namespace narrows
