#include "host/analysis/chokepoints.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/table/aggregation.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::matrix;
using test::relative_difference;
using test::vector;

IoTable world_2011() {
    return read_plain_folder(test::data_path() / "world-2011");
}

LeontiefModel model_of(const HomeEconomy& home) {
    return LeontiefModel(Backend::cpu(), home.coefficients());
}

ChokepointQuery query_of(const HomeEconomy& home) {
    ChokepointQuery query;
    query.coalitions = each_origin(home);
    query.criticality = cost_share_criticality(home);
    return query;
}

ChokepointRanking ranking_of(const HomeEconomy& home, const ChokepointQuery& query) {
    return rank_chokepoints(home, model_of(home), query);
}

/// The row of one product and one origin.
Chokepoint row_of(const HomeEconomy& home, const ChokepointRanking& ranking,
                  const std::string& product, const std::string& origin) {
    for (const Chokepoint& row : ranking.rows) {
        if (home.sectors[static_cast<std::size_t>(row.product)].code == product &&
            row.coalition.size() == 1 &&
            home.origins[static_cast<std::size_t>(row.coalition[0])] == origin) {
            return row;
        }
    }
    ADD_FAILURE() << "no row for " << product << " from " << origin;
    return {};
}

void expect_close(double value, double expected, double relative) {
    EXPECT_NEAR(value, expected, relative * std::abs(expected));
}

TEST(World2011, ElectronicsFromTaiwanPutChineseGdpAtRisk) {
    const HomeEconomy home = home_economy(world_2011(), "CHN");
    ChokepointQuery query = query_of(home);
    query.criticality = survey_criticality(home);

    const ChokepointRanking ranking = ranking_of(home, query);
    const Chokepoint row = row_of(home, ranking, "ELE", "TWN");

    expect_close(row.blocked, 34889.5, 1e-12);
    expect_close(row.gar_linear, 18205.592127284293, 1e-9);
    expect_close(row.gar, 59699.56930516317, 1e-9);
    expect_close(row.gar_tail, 111409.96609494649, 1e-9);
    expect_close(row.leverage, 59699.56930516317 / 34889.5, 1e-9);
    EXPECT_LE(row.error_bound, 1e-12 * ranking.gdp);
    EXPECT_EQ(ranking.gdp, 7387122.0);
}

TEST(World2011, ElectronicsFromTaiwanUnderTheCostShareRule) {
    const HomeEconomy home = home_economy(world_2011(), "CHN");

    const Chokepoint row = row_of(home, ranking_of(home, query_of(home)), "ELE", "TWN");

    expect_close(row.gar, 152243.21993921872, 1e-9);
}

TEST(Oracle18, GdpAtRiskOfTheUnitedKingdomUnderTheStepRule) {
    NARROWS_NEEDS_SHARED("spec/oracles/18_gdp_at_risk_uk2010.json");
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const nlohmann::json oracle = test::read_oracle("18_gdp_at_risk_uk2010");
    const HomeEconomy home = home_economy(test::uk_2010(), "GBR");
    const MatrixXd cost_share = input_coefficients(home.total_use, home.x);
    MatrixXd step = MatrixXd::Zero(127, 127);
    for (Index j = 0; j < 127; ++j) {
        for (Index k = 0; k < 127; ++k) {
            if (!oracle["goods_mask"][static_cast<std::size_t>(k)].get<bool>()) continue;
            const double a = cost_share(k, j);
            step(k, j) = a >= 0.01 ? 1.0 : a >= 0.002 ? 0.5 : 0.0;
        }
    }
    const VectorXd linear = vector(oracle["GaR_linear_ghosh"]);
    const VectorXd blocked = vector(oracle["blocked_intermediate_imports"]);
    // Transactions are kept with ten digits (see ten_digit_rounding).
    constexpr double tolerance = 5e-10;

    for (const char* lambda : {"0", "0.25", "0.5", "0.75", "0.9"}) {
        ChokepointQuery query;
        query.coalitions = all_imports(home);
        query.criticality = step;
        query.lambda = std::stod(lambda);
        const ChokepointRanking ranking = ranking_of(home, query);
        const VectorXd expected = vector(oracle["GaR_lambda"][lambda]);
        for (const Chokepoint& row : ranking.rows) {
            EXPECT_NEAR(row.gar, expected[row.product],
                        tolerance * std::max(1.0, expected[row.product]))
                << lambda << " " << row.product;
            EXPECT_NEAR(row.gar_linear, linear[row.product],
                        tolerance * std::max(1.0, linear[row.product]));
            EXPECT_NEAR(row.blocked, blocked[row.product],
                        tolerance * std::max(1.0, blocked[row.product]));
        }
        EXPECT_EQ(ranking.rows.size(), static_cast<std::size_t>((blocked.array() > 0.0).count()));
    }
}

TEST(Oracle18, LossRatesAndBindingInputsOfProduct26) {
    NARROWS_NEEDS_SHARED("spec/oracles/18_gdp_at_risk_uk2010.json");
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const nlohmann::json oracle = test::read_oracle("18_gdp_at_risk_uk2010");
    const HomeEconomy home = home_economy(test::uk_2010(), "");
    const MatrixXd cost_share = input_coefficients(home.total_use, home.x);
    MatrixXd step =
        (cost_share.array() >= 0.01)
            .select(MatrixXd::Ones(127, 127),
                    (cost_share.array() >= 0.002)
                        .select(MatrixXd::Constant(127, 127, 0.5), MatrixXd::Zero(127, 127)));
    for (Index k = 0; k < 127; ++k) {
        if (!oracle["goods_mask"][static_cast<std::size_t>(k)].get<bool>()) step.row(k).setZero();
    }
    const auto products = oracle["products"].get<std::vector<std::string>>();
    const Index product = find_code("product", "26", products);

    std::vector<Index> binding;
    const VectorXd loss = loss_rates(home, step, product, {0}, 0.5, 0.5, &binding);

    EXPECT_LE(relative_difference(loss, vector(oracle["example"]["delta"]), 1e-3), 5e-10);
    for (Index j = 0; j < 127; ++j) {
        const auto at = static_cast<std::size_t>(j);
        if (loss[j] == 0.0) continue;
        EXPECT_EQ(products[static_cast<std::size_t>(binding[at])],
                  oracle["example"]["argmax_input"][at].get<std::string>())
            << products[at];
    }
}

TEST(Oracle23, HandExampleThroughAHomeEconomy) {
    NARROWS_NEEDS_SHARED("spec/oracles/23_lambda_bottleneck_3sector.json");
    const nlohmann::json oracle = test::read_oracle("23_lambda_bottleneck_3sector");
    // Flows whose shares are the oracle's D and mu: total use 1 wherever there is any.
    HomeEconomy home;
    home.sectors = {
        {"1", "", SectorKind::goods}, {"2", "", SectorKind::goods}, {"3", "", SectorKind::goods}};
    home.origins = {"W"};
    home.domestic = matrix(oracle["D"]);
    home.imports = {matrix(oracle["mu"])};
    home.total_use = home.domestic + home.imports[0];
    home.value_added = vector(oracle["va"]);
    home.x = VectorXd::Constant(3, 100.0);

    for (Index i = 0; i < 3; ++i) {
        const nlohmann::json& expected = oracle["results"][static_cast<std::size_t>(i)];
        const VectorXd loss =
            loss_rates(home, matrix(oracle["c"]), i, {0}, oracle["s"], oracle["lam"]);
        EXPECT_LE(relative_difference(loss, vector(expected["delta"])), 1e-12);
        expect_close(home.value_added.dot(loss), expected["gar"], 1e-12);
    }
}

TEST(Ranking, IsSortedAndHoldsOnlyBlockedImports) {
    const HomeEconomy home = home_economy(world_2011(), "CHN");

    const ChokepointRanking ranking = ranking_of(home, query_of(home));

    EXPECT_TRUE(std::is_sorted(ranking.rows.begin(), ranking.rows.end(),
                               [](const auto& a, const auto& b) { return a.gar > b.gar; }));
    for (const Chokepoint& row : ranking.rows) {
        EXPECT_GT(row.blocked, 0.0);
        EXPECT_EQ(row.chain.front(), row.product);
        EXPECT_GE(row.gar_tail, row.gar);
    }
    EXPECT_EQ(ranking.rows.size(), 245U);
}

TEST(Ranking, GivesTheSameBitsForAnyThreadCountAndSetOfCoalitions) {
    const HomeEconomy home = home_economy(world_2011(), "CHN");
    ChokepointQuery query = query_of(home);
    const ChokepointRanking one = ranking_of(home, query);
    query.num_threads = 4;
    const ChokepointRanking four = ranking_of(home, query);
    query.coalitions = {coalition_of(home, {"TWN"})};
    const ChokepointRanking alone = ranking_of(home, query);

    ASSERT_EQ(one.rows.size(), four.rows.size());
    for (std::size_t i = 0; i < one.rows.size(); ++i) {
        EXPECT_EQ(one.rows[i].gar, four.rows[i].gar);
        EXPECT_EQ(one.rows[i].chain, four.rows[i].chain);
    }
    EXPECT_EQ(row_of(home, one, "ELE", "TWN").gar, row_of(home, alone, "ELE", "TWN").gar);
}

TEST(Ranking, NationalTableOfARegionGivesTheRegionsAllImports) {
    const IoTable world = world_2011();
    const HomeEconomy in_world = home_economy(world, "DEU");
    const HomeEconomy alone = home_economy(national_table(world, "DEU"), "");
    ChokepointQuery query = query_of(in_world);
    query.coalitions = all_imports(in_world);
    const ChokepointRanking expected = ranking_of(in_world, query);
    query.coalitions = all_imports(alone);

    const ChokepointRanking ranking = ranking_of(alone, query);

    ASSERT_EQ(ranking.rows.size(), expected.rows.size());
    for (std::size_t i = 0; i < ranking.rows.size(); ++i) {
        EXPECT_EQ(ranking.rows[i].product, expected.rows[i].product);
        expect_close(ranking.rows[i].gar, expected.rows[i].gar, 1e-12);
        expect_close(ranking.rows[i].gar_linear, expected.rows[i].gar_linear, 1e-12);
    }
}

/// MODEL D.7 and ORACLES "Property oracles" over random worlds.
class ChokepointProperties : public testing::TestWithParam<int> {
  protected:
    IoTable world_ = test::random_world_table(4, 9, static_cast<unsigned>(GetParam()));
    HomeEconomy home_ = home_economy(world_, "R1");
    ChokepointQuery query_ = query_of(home_);

    /// gar of every product when `coalition` withholds `share`; 0 where nothing is blocked.
    VectorXd gar(const Coalition& coalition, double share, double lambda) const {
        ChokepointQuery query = query_;
        query.coalitions = {coalition};
        query.share = share;
        query.lambda = lambda;
        VectorXd result = VectorXd::Zero(home_.x.size());
        for (const Chokepoint& row : ranking_of(home_, query).rows) result[row.product] = row.gar;
        return result;
    }
    void expect_not_less(const VectorXd& larger, const VectorXd& smaller) const {
        EXPECT_GE((larger - smaller).minCoeff(), -1e-12 * home_.gdp());
    }
};

TEST_P(ChokepointProperties, NoShockNoLoss) {
    EXPECT_EQ(gar({0}, 0.0, 0.5), VectorXd::Zero(9));
}

TEST_P(ChokepointProperties, LossGrowsWithLambdaShareCriticalityAndCoalition) {
    const VectorXd base = gar({0, 1}, 0.5, 0.5);

    expect_not_less(gar({0, 1}, 0.5, 0.9), base);
    expect_not_less(base, gar({0, 1}, 0.5, 0.0));
    expect_not_less(gar({0, 1}, 0.7, 0.5), base);
    expect_not_less(gar({0, 1, 2}, 0.5, 0.5), base);
    query_.criticality = query_.criticality.cwiseSqrt();
    expect_not_less(gar({0, 1}, 0.5, 0.5), base);
}

TEST_P(ChokepointProperties, LossIsLinearInTheShare) {
    const VectorXd half = gar({1}, 0.5, 0.7);

    EXPECT_LE((gar({1}, 1.0, 0.7) - 2.0 * half).cwiseAbs().maxCoeff(), 1e-12 * home_.gdp());
    EXPECT_LE((gar({1}, 0.05, 0.7) - 0.1 * half).cwiseAbs().maxCoeff(), 1e-12 * home_.gdp());
}

TEST_P(ChokepointProperties, CoalitionLosesAtMostTheSumOfItsMembers) {
    expect_not_less(gar({0}, 0.5, 0.5) + gar({1}, 0.5, 0.5) + gar({2}, 0.5, 0.5),
                    gar({0, 1, 2}, 0.5, 0.5));
}

TEST_P(ChokepointProperties, LinearFloorIsAtMostTheNaiveRunWhereEverythingIsCritical) {
    query_.criticality = MatrixXd::Ones(9, 9);
    query_.coalitions = {{0}};
    query_.lambda = 0.999999;
    // The naive run has self-use in it; leaving it out lowers the bound, so put it back in by
    // giving the economy no self-use at all.
    HomeEconomy home = home_;
    home.domestic.diagonal().setZero();
    home.total_use = home.domestic;
    for (const MatrixXd& origin : home.imports) home.total_use += origin;

    for (const Chokepoint& row : ranking_of(home, query_).rows) {
        EXPECT_LE(row.gar_linear, row.gar * (1.0 + 1e-5)) << row.product;
    }
}

TEST_P(ChokepointProperties, LinearFloorIsTheGhoshModel) {
    query_.coalitions = {{0, 2}};
    const LeontiefModel model = model_of(home_);
    const VectorXd rates_of_value_added = home_.value_added.cwiseQuotient(home_.x);

    for (const Chokepoint& row : rank_chokepoints(home_, model, query_).rows) {
        VectorXd blocked = VectorXd::Zero(9);
        for (const Index origin : row.coalition) {
            blocked +=
                0.5 * home_.imports[static_cast<std::size_t>(origin)].row(row.product).transpose();
        }
        const VectorXd lost_output = model.solve_ghosh(blocked);
        expect_close(row.gar_linear, rates_of_value_added.dot(lost_output), 1e-12);
    }
}

TEST_P(ChokepointProperties, PermutingSectorsPermutesTheRanking) {
    const IoTable national = national_table(world_, "R1");
    const auto order = test::random_permutation(9, 5);
    const HomeEconomy home = home_economy(national, "R1");
    const HomeEconomy other = home_economy(test::permuted(national, order), "R1");
    ChokepointQuery query = query_of(home);
    const ChokepointRanking ranking = ranking_of(home, query);
    query.criticality = cost_share_criticality(other);

    const ChokepointRanking permuted = ranking_of(other, query);

    ASSERT_EQ(permuted.rows.size(), ranking.rows.size());
    for (std::size_t i = 0; i < ranking.rows.size(); ++i) {
        expect_close(permuted.rows[i].gar, ranking.rows[i].gar, 1e-12);
        EXPECT_EQ(order[static_cast<std::size_t>(permuted.rows[i].product)],
                  ranking.rows[i].product);
    }
}

TEST_P(ChokepointProperties, UnitOfAccountDoesNotMatter) {
    const HomeEconomy home = home_economy(test::rescaled(world_, 1000.0), "R1");
    const ChokepointRanking in_millions = ranking_of(home_, query_);
    ChokepointQuery query = query_;
    query.criticality = cost_share_criticality(home);

    const ChokepointRanking in_thousands = ranking_of(home, query);

    ASSERT_EQ(in_thousands.rows.size(), in_millions.rows.size());
    for (std::size_t i = 0; i < in_millions.rows.size(); ++i) {
        expect_close(in_thousands.rows[i].gar, 1000.0 * in_millions.rows[i].gar, 1e-11);
        expect_close(in_thousands.rows[i].gar_share_of_gdp, in_millions.rows[i].gar_share_of_gdp,
                     1e-11);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChokepointProperties, testing::Range(1, 6));

TEST(Ranking, RefusesParametersOutOfTheirRange) {
    const HomeEconomy home = home_economy(test::random_world_table(3, 4, 1), "R0");
    const LeontiefModel model = model_of(home);
    const auto refused = [&](auto change) {
        ChokepointQuery query = query_of(home);
        change(query);
        EXPECT_THROW(rank_chokepoints(home, model, query), ArgumentError);
    };

    refused([](ChokepointQuery& q) { q.share = 1.5; });
    refused([](ChokepointQuery& q) { q.share = -0.1; });
    refused([](ChokepointQuery& q) { q.share = NAN; });
    refused([](ChokepointQuery& q) { q.lambda = 1.0; });
    refused([](ChokepointQuery& q) { q.tail_lambda = -0.5; });
    refused([](ChokepointQuery& q) { q.criticality(0, 0) = 1.5; });
    refused([](ChokepointQuery& q) { q.criticality(0, 0) = NAN; });
    refused([](ChokepointQuery& q) { q.criticality.resize(2, 2); });
}

TEST(Ranking, CountsNegativeFlowsAsNoNeed) {
    const HomeEconomy whole = home_economy(world_2011(), "CHN");
    const LeontiefModel model = model_of(whole);
    HomeEconomy negative = whole;
    HomeEconomy none = whole;
    negative.domestic(2, 3) = -5.0;
    negative.imports[1](4, 5) = -7.0;
    none.domestic(2, 3) = 0.0;
    none.imports[1](4, 5) = 0.0;
    for (HomeEconomy* home : {&negative, &none}) {
        home->total_use = home->domestic;
        for (const MatrixXd& origin : home->imports) home->total_use += origin;
    }
    const ChokepointQuery query = query_of(whole);

    const ChokepointRanking found = rank_chokepoints(negative, model, query);
    const ChokepointRanking expected = rank_chokepoints(none, model, query);

    EXPECT_EQ(found.negative_flows.count, 2);
    EXPECT_EQ(found.negative_flows.sum, -12.0);
    EXPECT_EQ(expected.negative_flows.count, 0);
    ASSERT_EQ(found.rows.size(), expected.rows.size());
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
        EXPECT_EQ(found.rows[i].gar, expected.rows[i].gar);
        EXPECT_EQ(found.rows[i].blocked, expected.rows[i].blocked);
    }
}

TEST(Coalition, NamesWhatIsWrong) {
    const HomeEconomy home = home_economy(test::random_world_table(3, 4, 1), "R0");

    EXPECT_EQ(coalition_of(home, {"R2", "R1"}), (Coalition{0, 1}));
    EXPECT_THROW(coalition_of(home, {"R0"}), ArgumentError);
    EXPECT_THROW(coalition_of(home, {"R1", "R1"}), ArgumentError);
    EXPECT_THROW(coalition_of(home, {"R9"}), ArgumentError);
    EXPECT_THROW(coalition_of(home, {}), ArgumentError);
}

/// MODEL D.7: splitting a sector into two identical halves leaves C.1 and C.7 unchanged. It does
/// change the headline: halves that buy from each other are no longer own use.
TEST(Splitting, ASectorInHalvesLeavesImportContentAndTheLinearFloorUnchanged) {
    const IoTable whole = test::random_national_table(7, 12);
    Concordance halves;
    for (const Sector& sector : whole.classification().sectors()) {
        if (sector.code == "S3") {
            halves.entries.push_back({"S3", "S3a", 0.5, "", {}});
            halves.entries.push_back({"S3", "S3b", 0.5, "", {}});
        } else {
            halves.entries.push_back({sector.code, sector.code, 1.0, "", {}});
        }
    }
    const IoTable split = aggregate(whole, halves, std::nullopt);
    const HomeEconomy before = home_economy(whole, "");
    const HomeEconomy after = home_economy(split, "");
    const LeontiefModel model_before = model_of(before);
    const LeontiefModel model_after = model_of(after);
    const VectorXd content_before = model_before.solve_prices(model_before.coefficients().m);
    const VectorXd content_after = model_after.solve_prices(model_after.coefficients().m);
    const auto linear = [](const HomeEconomy& home, const LeontiefModel& model) {
        ChokepointQuery query = query_of(home);
        query.coalitions = all_imports(home);
        std::map<std::string, double> result;
        for (const Chokepoint& row : rank_chokepoints(home, model, query).rows) {
            const std::string code = home.sectors[static_cast<std::size_t>(row.product)].code;
            result[code.substr(0, 2)] += row.gar_linear;
        }
        return result;
    };

    for (const auto& [code, floor] : linear(before, model_before)) {
        expect_close(linear(after, model_after).at(code), floor, 1e-12);
    }
    for (Index j = 0; j < 7; ++j) {
        const std::string& code = before.sectors[static_cast<std::size_t>(j)].code;
        const Index half = split.classification().node(code == "S3" ? "S3a" : code);
        expect_close(content_after[half], content_before[j], 1e-12);
    }
}

}  // namespace
}  // namespace narrows
