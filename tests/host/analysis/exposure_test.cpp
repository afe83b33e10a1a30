#include "host/analysis/exposure.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Columns of the users, rows added up by region, transposed: users x regions.
MatrixXd by_region(const Classification& classes, const std::vector<Index>& users,
                   const MatrixXd& shares) {
    MatrixXd result = MatrixXd::Zero(static_cast<Index>(users.size()),
                                     static_cast<Index>(classes.regions().size()));
    for (std::size_t u = 0; u < users.size(); ++u) {
        for (Index i = 0; i < shares.rows(); ++i) {
            result(static_cast<Index>(u), classes.region_of(i)) += shares(i, users[u]);
        }
    }
    return result;
}

void expect_as_full_matrices(const IoTable& table, const std::string& home) {
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    const HomeExposure exposure = home_exposure(table, home, world);
    const Classification& classes = table.classification();
    EXPECT_EQ(exposure.users, classes.nodes_of_region(classes.region(home)));
    const MatrixXd& a = world.coefficients().A;
    const MatrixXd& l = world.leontief_inverse();
    const std::pair<Exposure, RegionShares> variants[] = {
        {exposure_with_own_output(a, l), exposure.with_own_output},
        {exposure_of_inputs(a, l), exposure.of_inputs}};
    for (const auto& [full, found] : variants) {
        EXPECT_LE((found.look_through - by_region(classes, exposure.users, full.look_through))
                      .cwiseAbs()
                      .maxCoeff(),
                  1e-13);
        EXPECT_LE((found.face_value - by_region(classes, exposure.users, full.face_value))
                      .cwiseAbs()
                      .maxCoeff(),
                  1e-13);
    }
}

TEST(HomeExposure, AddsUpTheExposureToEverySupplier) {
    for (unsigned seed = 1; seed < 6; ++seed) {
        expect_as_full_matrices(test::random_world_table(4, 5, seed), "R2");
    }
}

TEST(Oracle11, ForeignSharesOfTheSmallWorldByRegion) {
    NARROWS_NEEDS_SHARED("spec/oracles/11_small_mrio_metrics.json");
    const nlohmann::json oracle = test::read_oracle("11_small_mrio_metrics");
    const IoTable table = test::small_world();
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    const auto& regions = table.classification().regions();
    for (const Region& home : regions) {
        const Index region = table.classification().region(home.code);
        const HomeExposure exposure = home_exposure(table, home.code, world);
        for (std::size_t u = 0; u < exposure.users.size(); ++u) {
            const auto at = static_cast<std::size_t>(exposure.users[u]);
            const auto row = static_cast<Index>(u);
            const auto foreign = [&](const MatrixXd& shares) {
                return shares.row(row).sum() - shares(row, region);
            };
            EXPECT_NEAR(foreign(exposure.with_own_output.look_through),
                        oracle["foreign_share_look_through"][at].get<double>(), 1e-12);
            EXPECT_NEAR(foreign(exposure.of_inputs.look_through),
                        oracle["foreign_share_intermediate_look_through"][at].get<double>(), 1e-12);
            EXPECT_NEAR(foreign(exposure.of_inputs.face_value),
                        oracle["foreign_share_intermediate_face"][at].get<double>(), 1e-12);
        }
    }
}

TEST(HomeExposure, RowsSumToOneAndNothingForeignIsHiddenBelowZero) {
    const IoTable table = test::random_world_table(5, 4, 11);
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    const HomeExposure exposure = home_exposure(table, "R0", world);
    const VectorXd ones = VectorXd::Ones(static_cast<Index>(exposure.users.size()));
    EXPECT_TRUE(exposure.with_own_output.look_through.rowwise().sum().isApprox(ones, 1e-13));
    EXPECT_TRUE(exposure.of_inputs.look_through.rowwise().sum().isApprox(ones, 1e-13));
    EXPECT_TRUE(exposure.of_inputs.face_value.rowwise().sum().isApprox(ones, 1e-13));
    const MatrixXd hidden =
        exposure.with_own_output.look_through - exposure.with_own_output.face_value;
    EXPECT_GE(hidden.rightCols(4).minCoeff(), -1e-15);
}

TEST(HomeExposure, NeedsAWorldAndAHomeInIt) {
    const IoTable national = test::random_national_table(4, 1);
    const LeontiefModel model(Backend::cpu(), coefficients(national));
    EXPECT_THROW(home_exposure(national, "", model), ArgumentError);
    const IoTable table = test::random_world_table(2, 3, 1);
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    EXPECT_THROW(home_exposure(table, "XX", world), ArgumentError);
}

TEST(ForeignConcentration, IsTheHerfindahlIndexAmongTheOthers) {
    // Oracle 24: imports of 70, 20 and 10; home's own share does not count.
    const VectorXd shares = (VectorXd(4) << 0.35, 0.5, 0.10, 0.05).finished();
    EXPECT_NEAR(*foreign_concentration(shares, 1), 0.54, 1e-15);
    EXPECT_NEAR(*foreign_concentration(VectorXd::Constant(5, 0.2), 0), 0.25, 1e-15);
    EXPECT_FALSE(foreign_concentration((VectorXd(2) << 0.0, 1.0).finished(), 1));
}

TEST(HomeExposure, OfSomeSectorsIsTheirRows) {
    const IoTable table = test::random_world_table(3, 5, 8);
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    const HomeExposure all = home_exposure(table, "R1", world);
    const HomeExposure some = of_sectors(all, table.classification(), {1, 4});
    ASSERT_EQ(some.users, (std::vector<Index>{all.users[1], all.users[4]}));
    EXPECT_EQ(some.of_inputs.look_through.row(0), all.of_inputs.look_through.row(1));
    EXPECT_EQ(some.of_inputs.face_value.row(1), all.of_inputs.face_value.row(4));
    EXPECT_EQ(some.with_own_output.look_through.row(1), all.with_own_output.look_through.row(4));
    EXPECT_TRUE(of_sectors(all, table.classification(), {}).users.empty());
}

TEST(HomeExposure, ByWeightHasTheSameRowsInTheOrderOfWeightTimesForeignShare) {
    const IoTable table = test::random_world_table(3, 5, 9);
    const Classification& classes = table.classification();
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    const HomeExposure all = home_exposure(table, "R1", world);
    const Index home = classes.region("R1");
    const VectorXd weights = (VectorXd(5) << 1.0, 0.0, 3.0, 0.5, 20.0).finished();
    const HomeExposure ordered = by_weight(all, classes, weights);
    const VectorXd weighted = weighted_exposure(ordered, classes, weights);

    ASSERT_EQ(ordered.users.size(), all.users.size());
    for (Index u = 0; u < 5; ++u) {
        const Index sector = classes.sector_of(ordered.users[static_cast<std::size_t>(u)]);
        const VectorXd shares = all.of_inputs.look_through.row(sector).transpose();
        EXPECT_EQ(ordered.users[static_cast<std::size_t>(u)],
                  all.users[static_cast<std::size_t>(sector)]);
        EXPECT_EQ(ordered.of_inputs.look_through.row(u), all.of_inputs.look_through.row(sector));
        EXPECT_EQ(ordered.with_own_output.face_value.row(u),
                  all.with_own_output.face_value.row(sector));
        EXPECT_NEAR(weighted[u], weights[sector] * (1.0 - shares[home]), 1e-13);
        EXPECT_LE(weighted[u], weighted[std::max<Index>(u - 1, 0)]);
    }
    EXPECT_EQ(classes.sector_of(ordered.users.front()), 4);
    EXPECT_EQ(weighted[4], 0.0);
}

}  // namespace
}  // namespace narrows
