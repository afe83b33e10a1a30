// Examples whose answers are printed in the literature, from the embedded tables: they run
// anywhere. Where shared/spec/oracles is at hand, the same answers to full precision.
#include <gtest/gtest.h>

#include "host/model/influence.hpp"
#include "host/model/leontief_model.hpp"
#include "host/model/linkages.hpp"
#include "host/model/multipliers.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::matrix;
using test::relative_difference;
using test::vector;

IoTable textbook(const std::string& name) {
    return read_plain_folder(test::data_path() / "textbook" / name);
}

LeontiefModel model_of(const IoTable& table) {
    return LeontiefModel(Backend::cpu(), coefficients(table), table.classification().labels());
}

/// `value` printed with `digits` decimals is `printed`.
void expect_printed(const MatrixXd& value, const MatrixXd& printed, int digits) {
    ASSERT_EQ(value.rows(), printed.rows());
    ASSERT_EQ(value.cols(), printed.cols());
    EXPECT_LE((value - printed).cwiseAbs().maxCoeff(), 0.5 * std::pow(10.0, -digits) + 1e-12)
        << value << "\nprinted\n"
        << printed;
}

TEST(Textbook, MillerBlairTwoSectorsAsPrinted) {
    const IoTable table = textbook("miller-blair-2009");
    const LeontiefModel model = model_of(table);

    expect_printed(model.coefficients().A, matrix({{.15, .25}, {.20, .05}}), 2);
    expect_printed(model.leontief_inverse(), matrix({{1.2541, .3300}, {.2640, 1.1221}}), 4);
    expect_printed(model.solve_output(vector({600, 1500})), vector({1247.5, 1841.6}), 1);
    expect_printed(model.solve_output(table.final_demand()), vector({1000, 2000}), 9);
    EXPECT_LE(*model.certificate().identity_deviation, 1e-15);
}

TEST(Textbook, LeontiefWheatAndClothAsPrinted) {
    const IoTable table = textbook("leontief-1986");
    const LeontiefModel in_dollars = model_of(table);
    const VectorXd price = vector({2, 5});  // dollars per bushel of wheat, per yard of cloth

    // Back in physical units: z_ij / p_i, labour as it is. Then x = (100, 50) and, at a wage of
    // one dollar, the prices are 2 and 5.
    const MatrixXd physical = price.cwiseInverse().asDiagonal() * table.Z();
    const VectorXd output = table.x().cwiseQuotient(price);
    const LeontiefModel model(Backend::cpu(), input_coefficients(physical, output));
    const VectorXd demand = table.final_demand().cwiseQuotient(price);
    const VectorXd labour = table.value_added().cwiseQuotient(output);

    expect_printed(model.coefficients().A, matrix({{.25, .40}, {.14, .12}}), 2);
    expect_printed(model.leontief_inverse(), matrix({{1.457, .662}, {.232, 1.242}}), 3);
    expect_printed(model.solve_output(demand), vector({100, 50}), 9);
    expect_printed(model.solve_prices(labour), price, 9);
    EXPECT_DOUBLE_EQ(table.value_added().sum(), 260.0);
    EXPECT_LE(*in_dollars.certificate().identity_deviation, 1e-15);
}

TEST(Textbook, MillerBlairInterregionalFeedbackAsPrinted) {
    const IoTable table = textbook("miller-blair-2009-interregional");
    const LeontiefModel model = model_of(table);
    const VectorXd change = vector({100, 0, 0, 0, 0});

    const VectorXd output = model.solve_output(change);
    const LeontiefModel alone(Backend::cpu(), MatrixXd(model.coefficients().A.topLeftCorner(3, 3)));
    const VectorXd without_feedback = alone.solve_output(change.head(3));

    expect_printed(output, vector({142.34, 63.46, 63.83, 26.72, 14.68}), 2);
    expect_printed(without_feedback, vector({136.51, 52.73, 56.98}), 2);
    const double missed = 1.0 - without_feedback.sum() / output.head(3).sum();
    EXPECT_NEAR(missed, 0.087, 0.0005);
}

TEST(Oracle01, EveryFigureOfTheTwoSectorTable) {
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("01_mb_2sector");
    const IoTable table = textbook("miller-blair-2009");
    const LeontiefModel model = model_of(table);
    const MatrixXd& l = model.leontief_inverse();
    const Linkages links = linkages(model, table.Z());
    const auto expect = [&](const MatrixXd& value, const char* key) {
        const auto& answer = oracle[key];
        EXPECT_LE(relative_difference(
                      value, answer[0].is_array() ? matrix(answer) : MatrixXd(vector(answer))),
                  1e-12)
            << key;
    };

    EXPECT_EQ(table.Z(), matrix(oracle["Z"]));
    expect(model.coefficients().A, "A");
    expect(l, "L");
    expect(allocation_coefficients(table.Z(), table.x()), "B");
    expect(model.ghosh_inverse(), "G");
    expect(model.solve_output(vector(oracle["f_new"])), "x_new");
    expect(vector(oracle["labor_coeff"]).cwiseProduct(model.solve_output(vector(oracle["f_new"]))),
           "labor_new");
    expect(model.output_multipliers(), "output_multipliers");
    expect(model.ghosh_inverse().rowwise().sum(), "supply_multipliers");
    expect(links.upstreamness, "upstreamness");
    expect(links.power, "rasmussen_backward");
    expect(links.sensitivity, "rasmussen_forward");
    expect(links.backward_direct, "cw_backward");
    expect(links.forward_direct, "cw_forward");
    expect(average_propagation_lengths(model).length, "APL");
    expect(field_of_influence(l, 0, 0), "field_of_influence_11");
    expect(multiplier_product_matrix(l), "mpm");
    EXPECT_LE(relative_difference(model.solve_prices(vector(oracle["price"]["va_coeff"])),
                                  vector(oracle["price"]["p"])),
              1e-12);
}

TEST(Oracle01, ClosedModelMixedModelAndInoperability) {
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("01_mb_2sector");
    const IoTable table = textbook("miller-blair-2009");
    const LeontiefModel model = model_of(table);

    const MatrixXd closed =
        close_households(model.coefficients().A, vector({.05, .40}), vector({.30, .25}), .05);
    EXPECT_LE(relative_difference(closed, matrix(oracle["typeII"]["Abar"])), 1e-12);
    EXPECT_LE(relative_difference(LeontiefModel(Backend::cpu(), closed).leontief_inverse(),
                                  matrix(oracle["typeII"]["Lbar"])),
              1e-12);

    const MixedSolution mixed =
        solve_mixed(Backend::cpu(), model.coefficients().A, {0}, vector({1000}), vector({1800}));
    EXPECT_NEAR(mixed.output[1], oracle["mixed"]["x2"].get<double>(), 1e-9);
    EXPECT_NEAR(mixed.final_demand[0], oracle["mixed"]["f1"].get<double>(), 1e-9);
    EXPECT_EQ(mixed.output[0], 1000.0);
    EXPECT_EQ(mixed.final_demand[1], 1800.0);

    // Inoperability q = (I - A*)^-1 c* with A* = x^-1 A x = B, that is q = G c* (MODEL B.11).
    const VectorXd q = model.ghosh_inverse() * vector(oracle["iim"]["c_star"]);
    EXPECT_LE(relative_difference(q, vector(oracle["iim"]["q"])), 1e-12);
}

TEST(Oracle02, PhysicalInverse) {
    NARROWS_NEEDS_SHARED("spec/oracles/02_leontief_1986.json");
    const nlohmann::json oracle = test::read_oracle("02_leontief_1986");
    const VectorXd x = vector(oracle["x"]);
    const LeontiefModel model(Backend::cpu(), input_coefficients(matrix(oracle["Z"]), x));

    EXPECT_LE(relative_difference(model.coefficients().A, matrix(oracle["A"])), 1e-12);
    EXPECT_LE(relative_difference(model.leontief_inverse(), matrix(oracle["L"])), 1e-12);
    EXPECT_LE(relative_difference(model.solve_output(vector(oracle["f"])), x), 1e-12);
    EXPECT_LE(relative_difference(model.solve_prices(vector(oracle["labour"]).cwiseQuotient(x)),
                                  vector(oracle["price_wage1"])),
              1e-12);
}

TEST(Oracle04, InterregionalTable) {
    NARROWS_NEEDS_SHARED("spec/oracles/04_mb_interregional.json");
    const nlohmann::json oracle = test::read_oracle("04_mb_interregional");
    const IoTable table = textbook("miller-blair-2009-interregional");
    const LeontiefModel model = model_of(table);
    const VectorXd df = vector(oracle["df"]);
    const LeontiefModel alone(Backend::cpu(), MatrixXd(model.coefficients().A.topLeftCorner(3, 3)));

    const VectorXd dx = model.solve_output(df);
    const VectorXd dx_alone = alone.solve_output(df.head(3));

    EXPECT_EQ(table.Z(), matrix(oracle["Z"]));
    EXPECT_LE(relative_difference(model.coefficients().A, matrix(oracle["A"])), 1e-12);
    EXPECT_LE(relative_difference(model.leontief_inverse(), matrix(oracle["L"])), 1e-12);
    EXPECT_LE(relative_difference(dx, vector(oracle["dx"])), 1e-12);
    EXPECT_LE(relative_difference(dx_alone, vector(oracle["dx_single_region"])), 1e-12);
    EXPECT_NEAR((dx.head(3).sum() - dx_alone.sum()) / dx.head(3).sum(),
                oracle["overall_percentage_error"].get<double>(), 1e-12);
}

TEST(Oracle22, MixedModelNeedsImportsOfTheThirdSector) {
    NARROWS_NEEDS_SHARED("spec/oracles/22_mixed_3sector.json");
    const nlohmann::json oracle = test::read_oracle("22_mixed_3sector");

    const VectorXd x3 = VectorXd::Constant(1, oracle["x3"].get<double>());
    const Eigen::Vector2d demand(oracle["f1"].get<double>(), oracle["f2"].get<double>());

    const MixedSolution mixed = solve_mixed(Backend::cpu(), matrix(oracle["A"]), {2}, x3, demand);

    EXPECT_NEAR(mixed.output[0] / oracle["x1"].get<double>(), 1.0, 1e-12);
    EXPECT_NEAR(mixed.output[1] / oracle["x2"].get<double>(), 1.0, 1e-12);
    EXPECT_NEAR(mixed.final_demand[2] / oracle["f3"].get<double>(), 1.0, 1e-12);
    EXPECT_LT(mixed.final_demand[2], 0.0);
}

TEST(Oracle20, UpdateOfThreeRows) {
    NARROWS_NEEDS_SHARED("spec/oracles/20_woodbury_cetinay2020.json");
    const nlohmann::json oracle = test::read_oracle("20_woodbury_cetinay2020");
    const MatrixXd a = matrix(oracle["A"]);
    const MatrixXd change = a.cwiseProduct(matrix(oracle["change_fraction"]));
    const LeontiefModel model(Backend::cpu(), a);
    const VectorXd x = model.solve_output(vector(oracle["y"]));
    std::vector<Index> rows;
    for (Index i = 0; i < 6; ++i) {
        if ((change.row(i).array() != 0.0).any()) rows.push_back(i);
    }

    // A + change = A - U V' with U = -(unit columns of the changed rows), V' = those rows.
    const MatrixXd u = -MatrixXd::Identity(6, 6)(Eigen::all, rows);
    const MatrixXd v = change(rows, Eigen::all).transpose();
    const VectorXd x_new = output_after_update(model, x, u, v);

    const VectorXd b = vector(oracle["b"]);
    EXPECT_LE(relative_difference(x, vector(oracle["x"])), 1e-12);
    EXPECT_LE(relative_difference(x_new, vector(oracle["x_new"])), 1e-12);
    EXPECT_NEAR(b.dot(x) / oracle["footprint"].get<double>(), 1.0, 1e-12);
    EXPECT_NEAR(b.dot(x_new) / oracle["footprint_new"].get<double>(), 1.0, 1e-12);
}

}  // namespace
}  // namespace narrows
