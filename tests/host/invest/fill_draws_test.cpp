#include "host/invest/fill_draws.hpp"

#include <gtest/gtest.h>

#include "host/analysis/home_draws.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/host/invest/random_blockades.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;

struct China {
    HomeEconomy home;
    FillQuery query;
    DrawModel model;
};

China china() {
    China result{home_economy(read_plain_folder(test::data_path() / "world-2011"), "CHN"), {}, {}};
    FillQuery& query = result.query;
    query.blockades = pair_blockades(result.home, each_origin(result.home), 0.5);
    query.criticality = survey_criticality(result.home);
    query.unit_costs = VectorXd::Ones(result.home.x.size());
    query.budget = 20000.0;
    result.model.criticality = survey_ratings(result.home);
    return result;
}

TEST(FillDraws, AreTheTableItselfWhereNothingVaries) {
    China each = china();
    each.model.varies = {false, false, false};
    const FillResult result = fill_gaps(each.home, each.query);
    const FillDraws draws = fill_draws(each.home, each.query, result, each.model,
                                       {result.fill.amounts, result.greedy.amounts}, 3);
    EXPECT_NEAR(draws.gar[0].median, result.fill.gar, 1e-12 * result.base);
    EXPECT_EQ(draws.gar[0].q05, draws.gar[0].q95);
    EXPECT_NEAR(draws.gar[1].median, result.greedy.gar, 1e-12 * result.base);
    EXPECT_EQ(draws.p_lowest, 1.0);
    EXPECT_EQ(draws.num_failed, 0);
}

TEST(FillDraws, HaveTheMarginsOfTheTableAndTheNumbersOfRankedDraws) {
    const China each = china();
    const DrawnHome drawn =
        drawn_home(each.home, each.model, cell_spreads(each.home, each.model.cell_errors), 0.5, 7);
    for (std::size_t o = 0; o < each.home.imports.size(); ++o) {
        const VectorXd sold = each.home.imports[o].rowwise().sum();
        EXPECT_LT((drawn.home.imports[o].rowwise().sum() - sold).cwiseAbs().maxCoeff(),
                  1e-6 * sold.maxCoeff());
    }
    EXPECT_GT((drawn.home.total_use - each.home.total_use).cwiseAbs().maxCoeff(), 1.0);
    ChokepointQuery query;
    query.criticality = each.query.criticality;
    const HomeDraws draws(each.home, query, {}, each.model);
    const HomeDraws::Flows flows = draws.flows_of(draws.purchases_of(7));
    EXPECT_EQ(drawn.criticality, draws.criticality(7, flows));
    EXPECT_EQ(drawn.lambda, draws.lambda(7));
}

TEST(FillDraws, AreTheSameForAnyNumberOfThreads) {
    China each = china();
    const FillResult result = fill_gaps(each.home, each.query);
    const auto drawn = [&](int threads) {
        each.query.num_threads = threads;
        return fill_draws(each.home, each.query, result, each.model,
                          {result.fill.amounts, VectorXd::Zero(result.fill.amounts.size())}, 12);
    };
    const FillDraws one = drawn(1);
    const FillDraws three = drawn(3);
    EXPECT_EQ(one.gar[0].median, three.gar[0].median);
    EXPECT_EQ(one.gar[1].q95, three.gar[1].q95);
    EXPECT_EQ(one.p_lowest, 1.0);
    EXPECT_LT(one.gar[0].q95, one.gar[1].q95);
}

}  // namespace
}  // namespace narrows
