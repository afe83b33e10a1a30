#include "host/model/leontief_model.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/model/linkages.hpp"
#include "host/model/multipliers.hpp"

#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::matrix;
using test::relative_difference;
using test::vector;

LeontiefModel model_of(const IoTable& table) {
    return LeontiefModel(Backend::cpu(), coefficients(table), table.classification().labels());
}

/// The United Kingdom in 2010 with the bounds that its ten-digit inputs put on every answer: to
/// first order |dL| <= |L| dA |L|, and likewise for e'L.
struct UnitedKingdom {
    nlohmann::json oracle = test::read_oracle("10_uk2010_127");
    IoTable table = test::uk_2010();
    LeontiefModel model = model_of(table);
    MatrixXd l = model.leontief_inverse();
    MatrixXd rounding_of_a =
        test::ten_digit_rounding(table.Z()) * table.x().cwiseInverse().asDiagonal();

    VectorXd rounding_of_effects(const VectorXd& coefficients) const {
        return l.cwiseAbs().transpose() * rounding_of_a.transpose() *
               (l.transpose() * coefficients).cwiseAbs();
    }
    /// |value - published| within the rounding of the inputs and 1e-12.
    static void expect_published(const VectorXd& value, const VectorXd& published,
                                 const VectorXd& rounding) {
        const Eigen::ArrayXd allowed = 1.01 * rounding.array() + 1e-12 * published.array().abs();
        EXPECT_LE(((value - published).array().abs() / allowed.max(1e-300)).maxCoeff(), 1.0);
    }
};

TEST(Oracle10, InverseOfTheUnitedKingdomAsPublished) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const UnitedKingdom uk;
    const MatrixXd published = matrix(uk.oracle["published_L_sample"]["first10x10"]);
    const MatrixXd rounding = uk.l * uk.rounding_of_a * uk.l;

    for (Index i = 0; i < 10; ++i) {
        UnitedKingdom::expect_published(uk.l.row(i).head(10), published.row(i),
                                        rounding.row(i).head(10));
    }
    // From the inputs as they are, in extended precision: ORACLES' 1e-12.
    Eigen::Matrix<long double, -1, -1> k = -uk.model.coefficients().A.cast<long double>();
    k.diagonal().array() += 1.0L;
    EXPECT_LE(relative_difference(uk.l, k.partialPivLu().inverse().cast<double>(), 1e-6), 1e-12);
}

TEST(Oracle10, MultipliersOfTheUnitedKingdomAsPublished) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const UnitedKingdom uk;
    const nlohmann::json& published = uk.oracle["published"];
    const VectorXd& v = uk.model.coefficients().v;
    const VectorXd ones = VectorXd::Ones(127);
    const VectorXd wages = input_coefficients(uk.table.V().row(0), uk.table.x()).transpose();
    const VectorXd gva = total_effects(uk.model, v);
    const VectorXd cost = total_effects(uk.model, wages);

    UnitedKingdom::expect_published(uk.model.output_multipliers(),
                                    vector(published["output_multiplier"]),
                                    uk.rounding_of_effects(ones));
    UnitedKingdom::expect_published(gva, vector(published["gva_effects"]),
                                    uk.rounding_of_effects(v));
    UnitedKingdom::expect_published(gva.cwiseQuotient(v), vector(published["gva_multiplier"]),
                                    uk.rounding_of_effects(v).cwiseQuotient(v));
    UnitedKingdom::expect_published(cost, vector(published["employment_cost_effects"]),
                                    uk.rounding_of_effects(wages));
    // Imputed rents pay no wages: no multiplier there.
    const auto type1 = type1_multipliers(cost, wages);
    for (Index j = 0; j < 127; ++j) {
        const auto at = static_cast<std::size_t>(j);
        ASSERT_EQ(type1[at].has_value(), wages[j] != 0.0);
        if (!type1[at]) continue;
        const double expected = published["employment_cost_multiplier"][at];
        const double rounding = uk.rounding_of_effects(wages)[j] / wages[j];
        EXPECT_NEAR(*type1[at], expected, 1.01 * rounding + 1e-12 * expected) << j;
    }
}

/// The proof that the tolerance stated for this oracle cannot be met from its inputs: moving them
/// within their rounding moves the answers by more than that.
TEST(Oracle10, InputsDetermineTheAnswersToTenDigitsOnly) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const UnitedKingdom uk;
    const MatrixXd moved = uk.table.Z() + 0.5 * test::ten_digit_rounding(uk.table.Z());
    const LeontiefModel other(Backend::cpu(), input_coefficients(moved, uk.table.x()));

    EXPECT_GT(relative_difference(other.output_multipliers(), uk.model.output_multipliers()),
              1e-11);
}

TEST(Oracle10, ColumnIdentityHoldsWithinTheRoundingOfTheInputs) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const UnitedKingdom uk;
    // The imports by product were rounded for print; the row of imports has more digits.
    Coefficients base = coefficients(uk.table);
    base.m = vector(uk.oracle["imports_row"]).cwiseQuotient(base.x);
    const LeontiefModel model(Backend::cpu(), base);

    EXPECT_LE(*model.certificate().identity_deviation,
              1.01 * uk.rounding_of_effects(VectorXd::Ones(127)).maxCoeff());
    EXPECT_LE(*model.certificate().identity_deviation, 1e-9);
    EXPECT_EQ(uk.table.diagnostics().negative_final_demand, 23);
    EXPECT_TRUE(uk.table.diagnostics().negative_value_added.empty());
    EXPECT_NEAR(uk.table.value_added().sum(), 1327923.0, 1e-6);
}

TEST(Oracle11, InversesOfTheSmallWorld) {
    NARROWS_NEEDS_SHARED("spec/oracles/11_small_mrio_metrics.json");
    const nlohmann::json oracle = test::read_oracle("11_small_mrio_metrics");
    const IoTable table = test::small_world();
    const LeontiefModel model = model_of(table);
    const Linkages links = linkages(model, table.Z());

    EXPECT_LE(relative_difference(model.coefficients().A, matrix(oracle["A"])), 1e-12);
    EXPECT_LE(relative_difference(model.leontief_inverse(), matrix(oracle["L"])), 1e-12);
    EXPECT_LE(relative_difference(model.ghosh_inverse(), matrix(oracle["G"])), 1e-12);
    EXPECT_LE(relative_difference(links.upstreamness, vector(oracle["upstreamness"])), 1e-12);
    EXPECT_LE(relative_difference(links.downstreamness, vector(oracle["downstreamness"])), 1e-12);
    EXPECT_NEAR(links.upstreamness.dot(table.value_added()), 265.0, 1e-9);
    EXPECT_NEAR(links.downstreamness.dot(table.final_demand()), 265.0, 1e-9);
}

class RandomTables : public testing::TestWithParam<int> {
  protected:
    IoTable table_ =
        test::random_national_table(20 + GetParam(), static_cast<unsigned>(GetParam()));
    LeontiefModel model_ = model_of(table_);
};

TEST_P(RandomTables, EconomicIdentityHolds) {
    EXPECT_LE(*model_.certificate().identity_deviation, 1e-13);
    EXPECT_LT(*model_.certificate().spectral_radius_bound, 1.0);
}

TEST_P(RandomTables, BoundOnTheSpectralRadiusIsOne) {
    const double radius = model_.coefficients().A.eigenvalues().cwiseAbs().maxCoeff();

    EXPECT_GE(*model_.certificate().spectral_radius_bound, radius - 1e-12);
    const SpectralRadius bounds = spectral_radius(model_.coefficients().A);
    EXPECT_NEAR(bounds.upper, radius, 1e-8);
    EXPECT_LE(bounds.lower, radius + 1e-12);
    EXPECT_GE(bounds.upper, radius - 1e-12);
}

TEST_P(RandomTables, DemandGivesBackOutput) {
    EXPECT_LE(relative_difference(model_.solve_output(table_.final_demand()), table_.x()), 1e-12);
    EXPECT_LE(model_.relative_residual(table_.x(), table_.final_demand()), 1e-12);
}

TEST_P(RandomTables, PrimaryInputsGiveBackOutputInTheGhoshModel) {
    const VectorXd primary = table_.value_added() + table_.imports_by_user() + table_.taxes();

    EXPECT_LE(relative_difference(model_.solve_ghosh(primary), table_.x()), 1e-12);
}

TEST_P(RandomTables, GhoshAndLeontiefInversesShareTheirDiagonal) {
    const MatrixXd g = model_.ghosh_inverse();

    EXPECT_LE(relative_difference(g.diagonal(), model_.leontief_inverse().diagonal()), 1e-12);
    const MatrixXd b = allocation_coefficients(table_.Z(), table_.x());
    const MatrixXd direct = (MatrixXd::Identity(b.rows(), b.rows()) - b).inverse();
    EXPECT_LE(relative_difference(g, direct, 1e-3), 1e-10);
}

TEST_P(RandomTables, UpstreamnessAndDownstreamnessWeighTheSame) {
    const Linkages links = linkages(model_, table_.Z());
    const VectorXd primary = table_.value_added() + table_.imports_by_user() + table_.taxes();

    const double output = table_.x().sum();
    EXPECT_NEAR(primary.dot(links.upstreamness) / output, 1.0, 1e-12);
    EXPECT_NEAR(table_.final_demand().dot(links.downstreamness) / output, 1.0, 1e-12);
    EXPECT_GE(links.upstreamness.minCoeff(), 1.0);
    EXPECT_NEAR(links.power.mean(), 1.0, 1e-12);
}

TEST_P(RandomTables, CertificateOfTheInverseCoversItsError) {
    const MatrixXd l = model_.leontief_inverse();
    const Certificate& certificate = model_.certificate();
    Eigen::Matrix<long double, -1, -1> k = -model_.coefficients().A.cast<long double>();
    k.diagonal().array() += 1.0L;
    const MatrixXd exact = k.fullPivLu().inverse().cast<double>();

    const double error = (l - exact).cwiseAbs().colwise().sum().maxCoeff();

    ASSERT_TRUE(certificate.inverse_error_bound.has_value());
    EXPECT_LE(error, *certificate.inverse_error_bound + 1e-15 * l.norm());
    EXPECT_LE(*certificate.inverse_error_bound, 1e-11);
}

TEST_P(RandomTables, PermutingSectorsPermutesResults) {
    const auto order = test::random_permutation(table_.num_nodes(), 9);
    const LeontiefModel other = model_of(test::permuted(table_, order));

    EXPECT_LE(relative_difference(other.output_multipliers(), model_.output_multipliers()(order)),
              1e-13);
    EXPECT_LE(relative_difference(linkages(other, test::permuted(table_, order).Z()).forward_ghosh,
                                  linkages(model_, table_.Z()).forward_ghosh(order)),
              1e-12);
}

TEST_P(RandomTables, UnitOfAccountDoesNotMatter) {
    const IoTable in_cents = test::rescaled(table_, 100.0);
    const LeontiefModel other = model_of(in_cents);

    EXPECT_LE(relative_difference(other.leontief_inverse(), model_.leontief_inverse()), 1e-12);
    EXPECT_LE(relative_difference(other.solve_output(in_cents.final_demand()), 100.0 * table_.x()),
              1e-12);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTables, testing::Range(1, 6));

TEST(LeontiefModel, SectorWithoutOutputIsLeftAlone) {
    Coefficients base;
    base.x = vector({10, 0});
    base.A = input_coefficients(matrix({{2, 0}, {0, 0}}), base.x);
    base.v = vector({.8, 0});
    base.m = base.tau = VectorXd::Zero(2);
    const LeontiefModel model(Backend::cpu(), base);

    EXPECT_LE(*model.certificate().identity_deviation, 1e-15);
    EXPECT_EQ(model.leontief_inverse()(1, 1), 1.0);
    EXPECT_EQ(model.ghosh_inverse()(1, 1), 1.0);
    EXPECT_EQ(model.solve_ghosh(vector({8, 3}))[1], 3.0);
}

TEST(LeontiefModel, NamesTheSectorsThatMakeATableNonProductive) {
    // B and C feed each other 1.2 times what they deliver; A is innocent.
    const MatrixXd a = matrix({{.2, .1, 0}, {0, .1, 1.2}, {0, 1.2, .1}});

    try {
        const LeontiefModel model(Backend::cpu(), a, {"A", "B", "C"});
        FAIL() << "a spectral radius of 1.3 was accepted";
    } catch (const NumericalError& error) {
        EXPECT_EQ(error.sectors(), (std::vector<std::string>{"B", "C"}));
        EXPECT_NE(std::string(error.what()).find("spectral radius of A is 1.3"), std::string::npos)
            << error.what();
    }
}

TEST(LeontiefModel, RefusesASingularTable) {
    EXPECT_THROW(LeontiefModel(Backend::cpu(), matrix({{.5, .5}, {.5, .5}}), {}), NumericalError);
}

TEST(LeontiefModel, AcceptsAColumnAboveOneAsLongAsTheTableIsProductive) {
    const LeontiefModel model(Backend::cpu(), matrix({{.1, .9}, {.1, .3}}));

    EXPECT_LT(*model.certificate().spectral_radius_bound, 1.0);
    EXPECT_GT(model.leontief_inverse().minCoeff(), 0.0);
}

TEST(LeontiefModel, AcceptsNegativeCoefficientsWhereTheirMagnitudesAreProductive) {
    const MatrixXd a = matrix({{.2, -.1}, {.3, .4}});
    const LeontiefModel model(Backend::cpu(), a);

    EXPECT_LT(*model.certificate().spectral_radius_bound, 1.0);
    EXPECT_LE(((MatrixXd::Identity(2, 2) - a) * model.leontief_inverse() - MatrixXd::Identity(2, 2))
                  .norm(),
              1e-15);
}

TEST(LeontiefModel, HasNoGhoshSideWithoutOutput) {
    const LeontiefModel model(Backend::cpu(), matrix({{.2}}));

    EXPECT_THROW(model.solve_ghosh(vector({1})), ArgumentError);
    EXPECT_THROW(model.ghosh_inverse(), ArgumentError);
}

TEST(SpectralRadius, IsBoundedFromBothSidesForATableWithIdleSectors) {
    // The block of the first two has radius .2 + .3; the third sells to them, the fourth is idle.
    const MatrixXd a = matrix({{.2, .3, 0, 0}, {.3, .2, 0, 0}, {.1, .1, .4, 0}, {0, 0, 0, 0}});

    const SpectralRadius radius = spectral_radius(a);

    EXPECT_NEAR(radius.upper, .5, 1e-9);
    EXPECT_NEAR(radius.lower, .5, 1e-6);
    EXPECT_GE(radius.upper, .5);
    EXPECT_LE(radius.lower, .5 + 1e-15);
}

TEST(SpectralRadius, OfNilpotentAndEmptyMatricesIsZero) {
    EXPECT_LE(spectral_radius(matrix({{0, .5}, {0, 0}})).upper, .01);
    EXPECT_EQ(spectral_radius(MatrixXd(0, 0)).upper, 0.0);
    EXPECT_EQ(spectral_radius(MatrixXd::Zero(3, 3)).upper, 0.0);
}

TEST(Multipliers, TypeOneIsAbsentWithoutDirectEffect) {
    const auto result = type1_multipliers(vector({.5, .25}), vector({.25, 0}));

    EXPECT_EQ(result[0], 2.0);
    EXPECT_FALSE(result[1].has_value());
}

TEST(MixedModel, RefusesRepeatedSectorsAndWrongLengths) {
    const MatrixXd a = matrix({{.1, .2}, {.2, .1}});

    EXPECT_THROW(solve_mixed(Backend::cpu(), a, {0, 0}, vector({1, 1}), VectorXd(0)),
                 ArgumentError);
    EXPECT_THROW(solve_mixed(Backend::cpu(), a, {0}, vector({1}), vector({1, 1})), ArgumentError);
    EXPECT_THROW(solve_mixed(Backend::cpu(), a, {2}, vector({1}), vector({1, 1})), ArgumentError);
}

TEST(Update, ThatMakesTheTableNonProductiveIsRefused) {
    const LeontiefModel model(Backend::cpu(), matrix({{.5}}));

    EXPECT_THROW(output_after_update(model, vector({2}), vector({-.5}), vector({1})),
                 NumericalError);
}

}  // namespace
}  // namespace narrows
