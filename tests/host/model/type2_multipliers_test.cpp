#include "host/model/type2_multipliers.hpp"

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/model/multipliers.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/matrices.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::expect_parts;
using test::matrix;
using test::message_of;
using test::relative_difference;
using test::vector;

IoTable textbook(const std::string& name) {
    return read_plain_folder(test::data_path() / "textbook" / name);
}

LeontiefModel model_of(const IoTable& table) {
    return LeontiefModel(Backend::cpu(), coefficients(table));
}

/// (I - Abar)^-1 of the model closed with households, (n + r) x (n + r), in 80-bit numbers.
MatrixXd closed_inverse(const MatrixXd& a, const Households& households) {
    using Matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
    const Index n = a.rows();
    const Index r = households.consumption.cols();
    Matrix k = Matrix::Identity(n + r, n + r);
    k.topLeftCorner(n, n) -= a.cast<long double>();
    k.topRightCorner(n, r) = -households.consumption.cast<long double>();
    k.bottomLeftCorner(r, n) = -households.labour_income.transpose().cast<long double>();
    if (households.own.size() > 0) {
        k.bottomRightCorner(r, r).diagonal() -= households.own.cast<long double>();
    }
    return k.partialPivLu().inverse().cast<double>();
}

void expect_same(const Type2Multipliers& found, const MatrixXd& closed, const VectorXd& v,
                 double tolerance) {
    const Index n = v.size();
    const VectorXd truncated = closed.topLeftCorner(n, n).colwise().sum().transpose();
    const VectorXd earned = closed.bottomLeftCorner(closed.rows() - n, n).colwise().sum();
    EXPECT_LE(relative_difference(found.output, truncated), tolerance);
    EXPECT_LE(relative_difference(found.income, earned), tolerance);
    EXPECT_LE(relative_difference(found.output_total, truncated + earned), tolerance);
    EXPECT_LE(relative_difference(found.value_added, closed.topLeftCorner(n, n).transpose() * v),
              tolerance);
}

TEST(Oracle01, TypeTwoMultipliersOfTheClosedTextbookTable) {
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("01_mb_2sector");
    const LeontiefModel model = model_of(textbook("miller-blair-2009"));
    const MatrixXd closed = matrix(oracle["typeII"]["Lbar"]);
    const Households households{matrix({{.30}, {.25}}), matrix({{.05}, {.40}}),
                                VectorXd::Constant(1, .05)};

    const Type2Multipliers found = type2_multipliers(model, households);

    expect_same(found, closed, model.coefficients().v, 1e-13);
    EXPECT_NEAR(*found.income_type2[0], closed(2, 0) / .30, 1e-13);
    EXPECT_NEAR(*found.income_type1[1],
                model.leontief_inverse().col(1).dot(vector({.30, .25})) / .25, 1e-13);
    EXPECT_NEAR(*found.value_added_type2[1], found.value_added[1] / .70, 1e-13);
    EXPECT_LE(
        relative_difference(found.output, closed.topLeftCorner(2, 2).colwise().sum().transpose()),
        1e-13);
}

TEST(Type2Multipliers, OfARandomTableAreThoseOfTheClosedInverse) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        const IoTable table = test::random_national_table(20, seed);
        const LeontiefModel model = model_of(table);
        const HouseholdAccounts accounts =
            household_accounts(table, 0.6 * table.value_added(), {"CONSUMPTION"});

        const Type2Multipliers found = type2_multipliers(model, accounts.coefficients);

        expect_same(found, closed_inverse(model.coefficients().A, accounts.coefficients),
                    model.coefficients().v, 1e-13);
        EXPECT_GT((found.output - model.output_multipliers()).minCoeff(), 0.0);
    }
}

TEST(Type2Multipliers, OfAWorldTableCloseEveryRegionWithItsOwnHouseholds) {
    const IoTable table = test::random_world_table(3, 6, 4);
    const LeontiefModel model = model_of(table);
    const HouseholdAccounts accounts =
        household_accounts(table, 0.7 * table.value_added(), {"FINAL"});
    ASSERT_EQ(accounts.coefficients.consumption.cols(), 3);

    const Type2Multipliers found = type2_multipliers(model, accounts.coefficients);

    expect_same(found, closed_inverse(model.coefficients().A, accounts.coefficients),
                model.coefficients().v, 1e-13);
    const MatrixXd single =
        close_households(model.coefficients().A, accounts.coefficients.consumption.col(0),
                         accounts.coefficients.labour_income.col(0));
    EXPECT_GT((found.output.array() - LeontiefModel(Backend::cpu(), single)
                                          .leontief_inverse()
                                          .topLeftCorner(18, 18)
                                          .colwise()
                                          .sum()
                                          .transpose()
                                          .array())
                  .minCoeff(),
              0.0);
}

/// Miller & Blair (2009), 6.2.3: the ratio of type II to type I income multipliers is the same for
/// all sectors, 1 / (1 - h_r L h_c).
TEST(Type2Multipliers, OfIncomeAreTheSameMultipleOfTypeOneInEverySector) {
    const IoTable table = test::random_national_table(25, 5);
    const HouseholdAccounts accounts =
        household_accounts(table, 0.5 * table.value_added(), {"CONSUMPTION"});

    const Type2Multipliers found = type2_multipliers(model_of(table), accounts.coefficients);

    const double ratio = *found.income_type2[0] / *found.income_type1[0];
    EXPECT_GT(ratio, 1.0);
    for (std::size_t j = 1; j < 25; ++j) {
        EXPECT_NEAR(*found.income_type2[j] / *found.income_type1[j], ratio, 1e-12);
    }
}

TEST(Oracle10, ClosesTheUnitedKingdomWithItsHouseholds) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const nlohmann::json oracle = test::read_oracle("10_uk2010_127");
    const IoTable table = test::uk_2010();
    const LeontiefModel model = model_of(table);
    const VectorXd wages = vector(oracle["compensation"]);
    const HouseholdAccounts accounts = household_accounts(table, wages);

    const Type2Multipliers found = type2_multipliers(model, accounts.coefficients);

    ASSERT_EQ(accounts.categories, std::vector<std::string>{"Households"});
    EXPECT_NEAR(accounts.labour_income[0], wages.sum(), 1e-6);
    EXPECT_EQ(accounts.income[0], std::max(accounts.labour_income[0], accounts.spending[0]));
    expect_same(found, closed_inverse(model.coefficients().A, accounts.coefficients),
                model.coefficients().v, 1e-12);
    // Type I of income is what the statistical office publishes as employment cost multipliers.
    for (std::size_t j = 0; j < 127; ++j) {
        ASSERT_EQ(found.income_type1[j].has_value(), wages[static_cast<Index>(j)] != 0.0);
        if (!found.income_type1[j]) continue;
        const double published = oracle["published"]["employment_cost_multiplier"][j];
        EXPECT_NEAR(*found.income_type1[j] / published, 1.0, 1e-7) << j;
        EXPECT_GT(*found.income_type2[j], *found.income_type1[j]);
    }
}

/// Two sectors that sell to households 300 and 1600 of their own, with imports of 30 beside.
TableData two_sectors() {
    TableData data;
    data.meta.unit = "million";
    data.classification = Classification::national({{"ONE", ""}, {"TWO", ""}}, {"HOM", ""});
    data.Z = matrix({{150, 500}, {200, 100}});
    data.F = matrix({{300, 50}, {1600, 100}});
    data.final_uses = {{"", "Households"}, {"", "EXPORTS"}};
    data.M = matrix({{60, 40}, {30, 100}});
    data.MF = matrix({{10, 0}, {20, 0}});
    data.V = matrix({{560, 1260}});
    data.value_added_names = {"value_added"};
    data.x = vector({1000, 2000});
    return data;
}

TEST(HouseholdAccounts, DivideConsumptionByWhatHouseholdsHave) {
    const IoTable table(two_sectors());

    const HouseholdAccounts poor = household_accounts(table, vector({300, 500}));
    const HouseholdAccounts rich = household_accounts(table, vector({500, 0}), {}, 4000.0);
    const HouseholdAccounts workers = household_accounts(table, vector({1000, 2000}));

    EXPECT_EQ(poor.categories, std::vector<std::string>{"Households"});
    EXPECT_EQ(poor.spending[0], 1930.0);  // imports with it
    EXPECT_EQ(poor.income[0], 1930.0);    // they spend more than they earn
    EXPECT_EQ(poor.coefficients.labour_income, matrix({{.3}, {.25}}));
    EXPECT_EQ(poor.coefficients.consumption, matrix({{300.0 / 1930.0}, {1600.0 / 1930.0}}));
    EXPECT_EQ(rich.income[0], 4000.0);
    EXPECT_EQ(rich.coefficients.consumption, matrix({{.075}, {.4}}));
    EXPECT_EQ(workers.income[0], 3000.0);  // they save
}

TEST(HouseholdAccounts, RefuseWhatMakesNoSense) {
    const IoTable table(two_sectors());
    const VectorXd wages = vector({300, 500});
    const auto refused = [&](const auto& action, const std::vector<std::string>& parts) {
        expect_parts(message_of<ArgumentError>(action), parts);
    };

    refused([&] { household_accounts(table, vector({1})); }, {"labour income is 1 x 1"});
    refused([&] { household_accounts(table, vector({1, -2})); }, {"labour income of TWO is -2"});
    refused([&] { household_accounts(table, wages, {"Household"}); },
            {"unknown final use 'Household', did you mean 'Households'"});
    refused([&] { household_accounts(table, wages, {}, 0.0); }, {"income of households is 0"});
    refused([&] { household_accounts(test::random_national_table(3, 1), VectorXd::Ones(3)); },
            {"no final use is named", "CONSUMPTION, EXPORTS"});
    refused(
        [&] {
            household_accounts(test::random_world_table(2, 2, 1), VectorXd::Ones(4), {"FINAL"},
                               1.0);
        },
        {"national table"});
}

TEST(Type2Multipliers, RefuseHouseholdsThatSpendAllThatComesBack) {
    // All value added is labour's, all of it is spent on the two sectors: nothing leaves.
    const IoTable table = textbook("leontief-1986");
    const HouseholdAccounts accounts = household_accounts(table, table.value_added());

    const std::string message = message_of<NumericalError>(
        [&] { type2_multipliers(model_of(table), accounts.coefficients); });

    expect_parts(message, {"closed with households", "calls forth up to 1 of it"});
}

TEST(Type2Multipliers, AreNothingWhereNothingIsPaidDirectly) {
    const IoTable table(two_sectors());
    const HouseholdAccounts accounts = household_accounts(table, vector({0, 500}));

    const Type2Multipliers found = type2_multipliers(model_of(table), accounts.coefficients);

    EXPECT_FALSE(found.income_type1[0].has_value());
    EXPECT_FALSE(found.income_type2[0].has_value());
    EXPECT_TRUE(found.income_type2[1].has_value());
    EXPECT_GT(found.income[0], 0.0);
}

}  // namespace
}  // namespace narrows
