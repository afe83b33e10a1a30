// Models and analyses on CUDA against the CPU: on a GPU where there is one, and emulated.
#include <cmath>
#include <optional>

#include <gtest/gtest.h>

#include "host/analysis/export_content.hpp"
#include "host/analysis/extraction.hpp"
#include "host/analysis/ranking_uncertainty.hpp"
#include "host/model/influence.hpp"
#include "host/model/linkages.hpp"
#include "host/model/perturbed_tables.hpp"
#include "host/model/type2_multipliers.hpp"

#include "tests/host/backend/open_backend.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::relative_difference;

class Cuda : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        try {
            backend_ = test::open_backend(GetParam());
        } catch (const BackendUnavailable& error) {
            GTEST_SKIP() << error.what();
        }
    }
    LeontiefModel on_cuda(SolveMethod method = SolveMethod::automatic) const {
        return {*backend_, coefficients(table_), table_.classification().labels(), method};
    }
    LeontiefModel on_cpu() const { return {Backend::cpu(), coefficients(table_)}; }

    IoTable table_ = test::random_world_table(6, 15, 21);

  private:
    std::optional<Backend> backend_;
};

TEST_P(Cuda, SolvesByEveryMethodAsTheCpuDoes) {
    const VectorXd v = coefficients(table_).v;
    const VectorXd expected = on_cpu().solve_prices(v);

    for (const SolveMethod method :
         {SolveMethod::automatic, SolveMethod::inverse, SolveMethod::lu, SolveMethod::iterate}) {
        const LeontiefModel model = on_cuda(method);
        EXPECT_LE(relative_difference(model.solve_output(table_.final_demand()), table_.x()), 1e-12)
            << to_string(method);
        EXPECT_LE(relative_difference(model.solve_prices(v), expected), 1e-12) << to_string(method);
    }
}

TEST_P(Cuda, FindsTheSameLinkagesAndCertificate) {
    const LeontiefModel model = on_cuda();
    const LeontiefModel reference = on_cpu();

    const Linkages found = linkages(model, table_.Z());

    const Linkages expected = linkages(reference, table_.Z());
    EXPECT_LE(relative_difference(found.power, expected.power), 1e-13);
    EXPECT_LE(relative_difference(found.upstreamness, expected.upstreamness), 1e-13);
    EXPECT_LE(*model.certificate().identity_deviation, 1e-13);
    EXPECT_LE(*model.certificate().inverse_error_bound,
              2.0 * *reference.certificate().inverse_error_bound);
}

TEST_P(Cuda, FindsTheSamePairsAndCoefficients) {
    const LeontiefModel model = on_cuda();
    const LeontiefModel reference = on_cpu();

    const PropagationLengths lengths = average_propagation_lengths(model);
    const TolerableLimits limits = tolerable_limits(model, 0.01);

    const PropagationLengths expected = average_propagation_lengths(reference);
    EXPECT_LE(relative_difference(lengths.linkage, expected.linkage), 1e-13);
    EXPECT_LE(relative_difference(lengths.length, expected.length), 1e-13);
    EXPECT_LE(relative_difference(influence(model).total(), influence(reference).total()), 1e-13);
    EXPECT_NEAR(with_feedback(model, 3, 40, 0.1) / with_feedback(reference, 3, 40, 0.1), 1.0,
                1e-13);
    EXPECT_LE(relative_difference(limits.limit, tolerable_limits(reference, 0.01).limit), 1e-13);
}

TEST_P(Cuda, ClosesTheSameHouseholdsAndTracesTheSameExports) {
    const LeontiefModel model = on_cuda();
    const LeontiefModel reference = on_cpu();
    const Households households =
        household_accounts(table_, 0.6 * table_.value_added(), {"FINAL"}).coefficients;

    const Type2Multipliers closed = type2_multipliers(model, households);
    const ExportContent content = export_content(table_, "R3", model);

    const Type2Multipliers expected = type2_multipliers(reference, households);
    EXPECT_LE(relative_difference(closed.output_total, expected.output_total), 1e-13);
    EXPECT_LE(relative_difference(closed.value_added, expected.value_added), 1e-13);
    const ExportContent traced = export_content(table_, "R3", reference);
    EXPECT_LE(relative_difference(content.chain.output, traced.chain.output, 1e-9), 1e-12);
    EXPECT_LE(relative_difference(content.by_region, traced.by_region), 1e-12);
    EXPECT_LE(relative_difference(content.double_counted, traced.double_counted), 1e-12);
    EXPECT_NEAR(content.returned / traced.returned, 1.0, 1e-12);
    EXPECT_NEAR(content.absorbed_abroad / traced.absorbed_abroad, 1.0, 1e-12);
}

TEST_P(Cuda, ExtractsTheSameSectorsRegionsAndFlows) {
    const LeontiefModel model = on_cuda();
    const LeontiefModel reference = on_cpu();
    MatrixXd weights(table_.num_nodes(), 2);
    weights << VectorXd::Ones(table_.num_nodes()), model.coefficients().v;
    const std::vector<std::int64_t> starts{0, 15, 30, 45, 60, 75, 90};
    const ExtractionBase base(model, table_.x(), table_.final_demand(), weights, starts);
    const ExtractionBase expected(reference, table_.x(), table_.final_demand(), weights, starts);

    for (const Extraction kind : all_extractions()) {
        EXPECT_LE(
            relative_difference(extraction_losses(kind, base), extraction_losses(kind, expected)),
            1e-12)
            << to_string(kind);
        EXPECT_LE(relative_difference(output_after_extraction(kind, base, 40),
                                      output_after_extraction(kind, expected, 40)),
                  1e-12);
    }
    EXPECT_LE(relative_difference(block_losses(base), block_losses(expected)), 1e-12);
    EXPECT_LE(relative_difference(cell_losses(base, 1, 0.5), cell_losses(expected, 1, 0.5)), 1e-12);
}

TEST_P(Cuda, RanksTheSameWithTheWorldInView) {
    const HomeEconomy home = home_economy(table_, "R2");
    ChokepointQuery query;
    query.coalitions = each_origin(home);
    const auto ranked = [&](const LeontiefModel& world) {
        const LeontiefModel model(world.backend(), home.coefficients());
        return rank_world_chokepoints(table_, home, model, query, cost_share_criticality);
    };

    const WorldChokepointRanking found = ranked(on_cuda());
    const WorldChokepointRanking expected = ranked(on_cpu());

    ASSERT_EQ(found.rows.size(), expected.rows.size());
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
        const WorldChokepoint& row = found.rows[i];
        EXPECT_EQ(row.home.product, expected.rows[i].home.product);
        EXPECT_EQ(row.home.coalition, expected.rows[i].home.coalition);
        EXPECT_EQ(row.chain, expected.rows[i].chain);
        const double bound = row.home.error_bound + expected.rows[i].home.error_bound;
        EXPECT_NEAR(row.home.gar, expected.rows[i].home.gar, bound);
        EXPECT_NEAR(row.home.gar_tail, expected.rows[i].home.gar_tail, bound);
        EXPECT_NEAR(row.world, expected.rows[i].world, bound);
    }
}

TEST_P(Cuda, DrawsTheSameWithTheWorldInView) {
    const HomeEconomy home = home_economy(table_, "R2");
    ChokepointQuery query;
    query.coalitions = each_origin(home);
    const LeontiefModel model(Backend::cpu(), home.coefficients());
    const WorldChokepointRanking ranking =
        rank_world_chokepoints(table_, home, model, query, cost_share_criticality);
    UncertaintyQuery asked;
    asked.model.criticality = cost_share_ratings(home);
    asked.num_draws = 3;

    const RankingUncertainty found =
        ranking_uncertainty(table_, home, on_cuda().backend(), query, ranking, asked);

    const RankingUncertainty expected =
        ranking_uncertainty(table_, home, Backend::cpu(), query, ranking, asked);
    ASSERT_EQ(found.rows.size(), expected.rows.size());
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
        const double bound = 1e-11 * ranking.gdp;
        EXPECT_NEAR(found.rows[i].median, expected.rows[i].median, bound);
        EXPECT_NEAR(found.rows[i].q95, expected.rows[i].q95, bound);
    }
}

TEST_P(Cuda, PerturbsTheSameFlows) {
    const LeontiefModel model = on_cuda();
    const FlowErrors errors{MatrixXd::Constant(90, 90, 0.3), 5, 1, 10, 20};

    const PerturbedAnswers found =
        solve_perturbed(model, errors, model.coefficients().v, table_.final_demand());

    const PerturbedAnswers expected =
        solve_perturbed(on_cpu(), errors, model.coefficients().v, table_.final_demand());
    EXPECT_LE(relative_difference(found.multipliers, expected.multipliers), 1e-12);
    EXPECT_LE(relative_difference(found.outputs, expected.outputs), 1e-12);
}

TEST_P(Cuda, BoundsItsOwnErrors) {
    const LeontiefModel model = on_cuda();
    const MatrixXd f = table_.final_demand();
    const MatrixXd x = model.solve_output(f);

    const MatrixXd bounds = model.output_error_bounds(x, f);

    EXPECT_LE((bounds.array() / x.array()).maxCoeff(), 1e-11);
    EXPECT_GE(bounds.minCoeff(), 0.0);
    EXPECT_LE(model.relative_error_bound(x, f), 1e-11);
}

INSTANTIATE_TEST_SUITE_P(Module, Cuda, testing::Values("cuda", "emulated-cuda"),
                         [](const auto& test) {
                             return std::string(test.param) == "cuda" ? "real" : "emulated";
                         });

}  // namespace
}  // namespace narrows
