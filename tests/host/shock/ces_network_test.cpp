// CES equilibria (MODEL D.6) against published and constructed numbers, closed forms and finite
// differences of themselves.
#include "host/shock/ces_network.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

/// One good of two factors, energy with the share alpha.
CesShares aggregate(double alpha, double elasticity) {
    return {Eigen::MatrixXd::Zero(1, 1),
            Eigen::RowVector2d(alpha, 1.0 - alpha),
            Eigen::VectorXd::Ones(1),
            Eigen::VectorXd::Constant(1, elasticity),
            1.0,
            {"energy", "the rest"}};
}

/// Random shares, elasticities between 0.3 and 1.4 where they differ.
CesShares random_shares(Index n, Index m, unsigned seed, bool uniform) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform_share(0.02, 1.0);
    const auto draw = [&] { return uniform_share(generator); };
    CesShares shares;
    shares.Omega = Eigen::MatrixXd::NullaryExpr(n, n, draw);
    shares.F = Eigen::MatrixXd::NullaryExpr(n, m, draw);
    shares.b = Eigen::VectorXd::NullaryExpr(n, draw);
    shares.b /= shares.b.sum();
    const Eigen::VectorXd costs = shares.Omega.rowwise().sum() + shares.F.rowwise().sum();
    shares.Omega = costs.cwiseInverse().asDiagonal() * shares.Omega;
    shares.F = costs.cwiseInverse().asDiagonal() * shares.F;
    shares.theta = Eigen::VectorXd::Constant(n, 0.4);
    if (!uniform) shares.theta = 0.3 + 1.1 * Eigen::ArrayXd::NullaryExpr(n, draw);
    shares.sigma = 0.8;
    for (Index f = 0; f < m; ++f) shares.factors.push_back("factor " + std::to_string(f));
    return shares;
}

Eigen::VectorXd random_supply(Index m, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> supply(0.5, 1.1);
    return Eigen::VectorXd::NullaryExpr(m, [&] { return supply(generator); });
}

TEST(CesNetwork, IsThatOfOracle16) {
    NARROWS_NEEDS_SHARED("spec/oracles/16_ces_network_3x2.json")
    const auto oracle = test::read_oracle("16_ces_network_3x2");
    CesShares shares;
    shares.Omega = test::matrix(oracle["Omega_rows_buyer"]);
    shares.F.resize(3, 2);
    shares.F << test::vector(oracle["gas_share"]), test::vector(oracle["labour_share"]);
    shares.b = test::vector(oracle["final_shares"]);
    shares.factors = {"gas", "labour"};
    ASSERT_EQ(oracle["cases"].size(), 15U);
    for (const auto& expected : oracle["cases"]) {
        shares.theta = Eigen::VectorXd::Constant(3, expected["theta"].get<double>());
        shares.sigma = expected["sigma"];
        const CesNetwork network(shares);
        const Eigen::Vector2d supply(expected["gas"].get<double>(), 1.0);

        const CesEquilibrium found = network.equilibrium(supply);
        const CesExpansion expansion = network.expansion(supply.array().log());

        const auto near = [&](double value, const char* name, double tolerance) {
            const double number = expected[name];
            EXPECT_NEAR(value, number, tolerance * std::max(1.0, std::abs(number)))
                << name << " of " << expected;
        };
        near(found.log_gdp, "dlnY_exact", 1e-10);
        near(expansion.first_order, "first_order", 1e-15);
        // The file takes dLambda_dlng, and with it the second order, from finite differences.
        near(expansion.second_order, "second_order", 2e-8);
        near(network.income()[0], "Lambda_gas0", 1e-15);
        near(found.income[0], "Lambda_gas", 1e-9);
        near(std::exp(found.log_factor_prices[0]), "price_gas", 1e-9);
        near(expansion.dlog_income[0] * network.income()[0] / std::log(supply[0]), "dLambda_dlng",
             5e-8);
        EXPECT_LE(found.residual, 1e-13);
    }
}

TEST(CesNetwork, OneGoodOfTwoFactorsIsTheAggregateFormOfOracle14) {
    NARROWS_NEEDS_SHARED("spec/oracles/14_bachmann_ces.json")
    const auto oracle = test::read_oracle("14_bachmann_ces");
    for (std::size_t i = 0; i < oracle["rows"].size(); ++i) {
        const auto& row = oracle["rows"][i];
        const Eigen::Vector2d supply(row["E"].get<double>(), 1.0);
        const auto loss_pct = [&](double elasticity) {
            const CesNetwork network(aggregate(row["alpha"], elasticity));
            return 100.0 * std::expm1(network.equilibrium(supply).log_gdp);
        };

        EXPECT_NEAR(loss_pct(row["sigma"]), row["loss_pct"].get<double>(), 1e-12) << row;
        EXPECT_NEAR(loss_pct(1.0), oracle["cobb_douglas"][i].get<double>(), 1e-12);
    }
}

TEST(CesNetwork, SecondOrderIsTheOilArithmeticOfBaqaeeAndFarhi) {
    NARROWS_NEEDS_SHARED("spec/oracles/14_bachmann_ces.json")
    const auto oil = test::read_oracle("14_bachmann_ces")["baqaee_farhi_oil"];
    const double before = oil["domar_1973"], after = oil["domar_1979"], supply = oil["dlnA"];
    // The elasticity at which oil's share rises to first order as it did:
    // dLambda/dlnL = -Lambda (1 - Lambda) (1 - theta) / theta.
    const double ratio = (after - before) / (-supply * before * (1.0 - before));
    const CesNetwork network(aggregate(before, 1.0 / (1.0 + ratio)));

    const CesExpansion expansion = network.expansion(Eigen::Vector2d(supply, 0.0));

    EXPECT_NEAR(100.0 * expansion.first_order, oil["first_order_pct"].get<double>(), 1e-12);
    EXPECT_NEAR(100.0 * expansion.second_order, oil["second_order_pct"].get<double>(), 1e-12);
}

TEST(CesNetwork, CobbDouglasIsItsClosedForm) {
    for (const bool exactly : {true, false}) {  // at 1 and in the limit
        CesShares shares = random_shares(7, 4, 5, true);
        shares.theta.setConstant(exactly ? 1.0 : 1.0 + 1e-13);
        shares.sigma = shares.theta[0];
        const CesNetwork network(shares);
        const Eigen::VectorXd supply = random_supply(4, 6);

        const CesEquilibrium found = network.equilibrium(supply);

        EXPECT_NEAR(found.log_gdp, network.income().dot(supply.array().log().matrix()), 1e-12);
        EXPECT_LT((found.income - network.income()).cwiseAbs().maxCoeff(), 1e-12);
        EXPECT_LT((found.log_factor_prices.array() + supply.array().log()).abs().maxCoeff(), 1e-12);
    }
}

TEST(CesNetwork, QuantitiesClearEveryMarketWhateverTheElasticities) {
    for (const bool uniform : {true, false}) {
        for (unsigned seed = 1; seed <= 3; ++seed) {
            const CesShares shares = random_shares(6, 4, seed, uniform);
            const CesNetwork network(shares);
            const Eigen::VectorXd supply = random_supply(4, seed + 50);

            const CesEquilibrium found = network.equilibrium(supply);

            // From quantities up: production functions, cost shares, markets, in 80-bit numbers.
            using Long = Eigen::Array<long double, Eigen::Dynamic, 1>;
            const Long p = found.log_prices.array().cast<long double>().exp();
            const Long w = found.log_factor_prices.array().cast<long double>().exp();
            const Long y = found.sales.array().cast<long double>() / p;
            Long used = Long::Zero(4);
            Long sold = Long::Zero(6);
            for (Index j = 0; j < 6; ++j) {
                const long double theta = shares.theta[j];
                const long double power = (theta - 1.0L) / theta;
                long double bundle = 0.0L;
                const auto buy = [&](double share, long double price) {
                    const long double x = y[j] * share * std::pow(price / p[j], -theta);
                    bundle += std::pow(static_cast<long double>(share), 1.0L / theta) *
                              std::pow(x, power);
                    return x;
                };
                for (Index k = 0; k < 6; ++k) sold[k] += buy(shares.Omega(j, k), p[k]);
                for (Index f = 0; f < 4; ++f) used[f] += buy(shares.F(j, f), w[f]);
                EXPECT_NEAR(static_cast<double>(std::pow(bundle, 1.0L / power) / y[j]), 1.0, 1e-11);
            }
            const long double gdp = std::exp(static_cast<long double>(found.log_gdp));
            const long double sigma = shares.sigma;
            long double utility = 0.0L;
            for (Index k = 0; k < 6; ++k) {
                const long double c = shares.b[k] * gdp * std::pow(p[k] * gdp, -sigma);
                utility += std::pow(static_cast<long double>(shares.b[k]), 1.0L / sigma) *
                           std::pow(c, (sigma - 1.0L) / sigma);
                EXPECT_NEAR(static_cast<double>((sold[k] + c) / y[k]), 1.0, 1e-11);
            }
            EXPECT_NEAR(static_cast<double>(std::pow(utility, sigma / (sigma - 1.0L)) / gdp), 1.0,
                        1e-11);
            for (Index f = 0; f < 4; ++f) {
                const double endowment = supply[f] * network.income()[f];
                EXPECT_NEAR(static_cast<double>(used[f]) / endowment, 1.0, 1e-11);
            }
            EXPECT_NEAR(found.income.sum(), 1.0, 1e-12);
        }
    }
}

TEST(CesNetwork, GeneralElasticitiesThatAgreeAreTheUniformCase) {
    CesShares shares = random_shares(6, 3, 4, true);
    const Eigen::VectorXd supply = random_supply(3, 8);
    const CesEquilibrium uniform = CesNetwork(shares).equilibrium(supply);

    // A good nobody buys brings in the general solver and changes nothing.
    shares.Omega.conservativeResize(7, 7);
    shares.Omega.row(6).setZero();
    shares.Omega.col(6).setZero();
    shares.F.conservativeResize(7, 3);
    shares.F.row(6) << 0.2, 0.3, 0.5;
    shares.b.conservativeResize(7);
    shares.b[6] = 0.0;
    shares.theta.conservativeResize(7);
    shares.theta[6] = 2.0;
    const CesNetwork network(shares);
    const CesEquilibrium general = network.equilibrium(supply);

    EXPECT_NEAR(general.log_gdp, uniform.log_gdp, 1e-13);
    EXPECT_LT((general.log_prices.head(6) - uniform.log_prices).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LT((general.sales.head(6) - uniform.sales).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_EQ(general.sales[6], 0.0);
}

TEST(CesNetwork, ExpansionIsThatOfTheExactSolver) {
    for (const bool uniform : {true, false}) {
        const CesNetwork network(random_shares(6, 4, 9, uniform));
        std::mt19937 generator(3);
        std::normal_distribution<double> normal;
        const Eigen::VectorXd direction =
            Eigen::VectorXd::NullaryExpr(4, [&] { return normal(generator); });
        const double step = 1e-3;
        const auto at = [&](double length) {
            return network.equilibrium((length * direction).array().exp());
        };
        const auto outputs = [&](const CesEquilibrium& found) {
            return Eigen::VectorXd((found.sales.array() / network.sales().array()).log().matrix() -
                                   found.log_prices);
        };

        const CesExpansion expansion = network.expansion(direction);
        const CesEquilibrium up = at(step), down = at(-step);

        const double first = (up.log_gdp - down.log_gdp) / (2.0 * step);
        const double second = (up.log_gdp + down.log_gdp) / (step * step);
        EXPECT_NEAR(expansion.first_order, first, 1e-6);
        EXPECT_NEAR(2.0 * (expansion.second_order - expansion.first_order), second, 1e-6);
        EXPECT_GT(std::abs(second), 1e-2);
        EXPECT_LT((expansion.dlog_prices - (up.log_prices - down.log_prices) / (2.0 * step))
                      .cwiseAbs()
                      .maxCoeff(),
                  1e-5);
        EXPECT_LT((expansion.dlog_outputs - (outputs(up) - outputs(down)) / (2.0 * step))
                      .cwiseAbs()
                      .maxCoeff(),
                  1e-5);
    }
}

TEST(CesNetwork, SupplyAsBeforeChangesNothingToTheBit) {
    for (const bool uniform : {true, false}) {
        const CesNetwork network(random_shares(8, 5, 2, uniform));

        const CesEquilibrium found = network.equilibrium(Eigen::VectorXd::Ones(5));
        const CesExpansion expansion = network.expansion(Eigen::VectorXd::Zero(5));

        EXPECT_EQ(found.log_gdp, 0.0);
        EXPECT_EQ(found.residual, 0.0);
        EXPECT_EQ(found.iterations, 0);
        EXPECT_TRUE((found.log_prices.array() == 0.0).all());
        EXPECT_TRUE((found.sales.array() == network.sales().array()).all());
        EXPECT_EQ(expansion.second_order, 0.0);
        EXPECT_TRUE((expansion.dlog_outputs.array() == 0.0).all());
    }
}

TEST(CesNetwork, LessSupplyIsLessOutput) {
    const CesNetwork network(random_shares(8, 5, 2, true));
    double before = 0.0;
    for (const double supply : {0.9, 0.5, 0.1, 1e-2, 1e-4}) {
        Eigen::VectorXd supplies = Eigen::VectorXd::Ones(5);
        supplies[2] = supply;

        const CesEquilibrium found = network.equilibrium(supplies);

        EXPECT_LT(found.log_gdp, before);
        EXPECT_LE(found.residual, 1e-10);
        before = found.log_gdp;
    }
    EXPECT_LT(before, -2.0);
}

TEST(CesNetwork, NearLeontiefIsSolvedFromFarAway) {
    for (const double elasticity : {0.001, 0.01, 0.05}) {
        const double alpha = 0.1, energy = 0.5;
        CesShares shares = aggregate(alpha, elasticity);

        const double found = CesNetwork(shares).equilibrium(Eigen::Vector2d(energy, 1.0)).log_gdp;

        const double power = (elasticity - 1.0) / elasticity;
        const double largest = power * std::log(energy);
        const double sum = largest + std::log(alpha + (1.0 - alpha) * std::exp(-largest));
        EXPECT_NEAR(found, sum / power, 1e-10) << elasticity;
    }
}

TEST(CesNetwork, RefusesAFactorThatIsGoneByName) {
    const CesNetwork network(aggregate(0.04, 0.1));

    const std::string message =
        test::message_of<NumericalError>([&] { network.equilibrium(Eigen::Vector2d(0.0, 1.0)); });

    test::expect_parts(message, {"no equilibrium", "'energy'", "above 0"});
}

TEST(CesNetwork, NamesTheMarketThatDoesNotClear) {
    // The price of what is plentiful falls to 0.2^(1 / theta), below any double.
    const CesNetwork network(aggregate(0.04, 0.001));

    const std::string message =
        test::message_of<NumericalError>([&] { network.equilibrium(Eigen::Vector2d(0.2, 1.0)); });

    test::expect_parts(message, {"no equilibrium found", "'the rest'", "elasticities are 0.001"});
}

TEST(CesNetwork, RefusesSharesThatDoNotFit) {
    const auto refusal = [](auto change) {
        CesShares shares = random_shares(3, 2, 1, true);
        change(shares);
        return test::message_of<ArgumentError>([&] { CesNetwork{shares}; });
    };

    test::expect_parts(refusal([](CesShares& s) { s.F(1, 0) += 0.1; }),
                       {"cost shares of good 1", "sum to 1.1"});
    test::expect_parts(refusal([](CesShares& s) { s.b[0] += 0.5; }), {"final use", "1.5"});
    test::expect_parts(refusal([](CesShares& s) { s.Omega(0, 0) = -0.1; }), {"below 0"});
    test::expect_parts(refusal([](CesShares& s) { s.theta[2] = 0.0; }), {"theta is 0"});
    test::expect_parts(refusal([](CesShares& s) { s.sigma = -1.0; }), {"sigma -1"});
    test::expect_parts(refusal([](CesShares& s) { s.theta.resize(2); }), {"theta has size 2"});
    test::expect_parts(refusal([](CesShares& s) {
                           s.F.col(0) += s.F.col(1);
                           s.F.col(1).setZero();
                       }),
                       {"'factor 1' earns 0"});
    CesShares closed = random_shares(2, 1, 1, true);
    closed.Omega << 0, 1, 1, 0;
    closed.F.setZero();
    test::expect_parts(test::message_of<NumericalError>([&] { CesNetwork{closed}; }),
                       {"not productive"});
}

}  // namespace
}  // namespace narrows
