#include "host/analysis/import_content.hpp"

#include <gtest/gtest.h>

#include "host/analysis/exposure.hpp"

#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::matrix;
using test::relative_difference;
using test::vector;

TEST(Oracle10, ImportContentOfExportsOfTheUnitedKingdom) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const nlohmann::json oracle = test::read_oracle("10_uk2010_127");
    const IoTable table = test::uk_2010();
    const LeontiefModel model(Backend::cpu(), coefficients(table));
    // The published row of imports; the imports by product add up to it within rounding.
    const VectorXd m = vector(oracle["imports_row"]).cwiseQuotient(table.x());
    const VectorXd exports = table.F().col(7) + table.F().col(8);

    const ImportContent content = import_content(model, m, exports);

    // The transactions are kept with ten digits (see ten_digit_rounding): to first order
    // |d(m'L)| <= m'L dA L.
    const MatrixXd l = model.leontief_inverse();
    const MatrixXd rounding_of_a =
        test::ten_digit_rounding(table.Z()) * table.x().cwiseInverse().asDiagonal();
    const VectorXd allowed =
        1.01 * (l.transpose() * rounding_of_a.transpose() * content.by_sector) +
        1e-12 * content.by_sector;
    const VectorXd expected = vector(oracle["recomputed"]["total_import_content"]);
    EXPECT_LE((content.by_sector - expected).cwiseAbs().cwiseQuotient(allowed).maxCoeff(), 1.0);
    EXPECT_NEAR(content.vertical_specialisation_share,
                oracle["recomputed"]["hummels_VS_share"].get<double>(),
                allowed.dot(exports.cwiseAbs()) / exports.sum());
}

TEST(Oracle11, LookThroughExposureOfTheSmallWorld) {
    NARROWS_NEEDS_SHARED("spec/oracles/11_small_mrio_metrics.json");
    const nlohmann::json oracle = test::read_oracle("11_small_mrio_metrics");
    const IoTable table = test::small_world();
    const LeontiefModel model(Backend::cpu(), coefficients(table));
    const MatrixXd& a = model.coefficients().A;
    const MatrixXd& l = model.leontief_inverse();
    const std::vector<Index> region = oracle["region"];

    const Exposure own = exposure_with_own_output(a, l);
    const Exposure inputs = exposure_of_inputs(a, l);

    const nlohmann::json& with_own = oracle["FPEM_IplusA_norm"];
    EXPECT_LE(relative_difference(own.look_through, matrix(with_own["look_through"])), 1e-12);
    EXPECT_LE(relative_difference(own.face_value, matrix(with_own["face_value"])), 1e-12);
    EXPECT_LE((own.look_through - own.face_value - matrix(with_own["hidden"])).norm(), 1e-14);
    const nlohmann::json& only = oracle["intermediate_only"];
    EXPECT_LE(relative_difference(inputs.look_through, matrix(only["look_through"])), 1e-12);
    EXPECT_LE(relative_difference(inputs.face_value, matrix(only["face_value"])), 1e-12);
    EXPECT_LE(relative_difference(foreign_share(own.look_through, region),
                                  vector(oracle["foreign_share_look_through"])),
              1e-12);
    EXPECT_LE(relative_difference(foreign_share(inputs.look_through, region),
                                  vector(oracle["foreign_share_intermediate_look_through"])),
              1e-12);
    EXPECT_LE(relative_difference(foreign_share(inputs.face_value, region),
                                  vector(oracle["foreign_share_intermediate_face"])),
              1e-12);
}

TEST(Oracle11, VerticalSpecialisationOfTheHomeRegion) {
    NARROWS_NEEDS_SHARED("spec/oracles/11_small_mrio_metrics.json");
    const nlohmann::json oracle = test::read_oracle("11_small_mrio_metrics").at("hummels");
    const IoTable table = test::small_world();
    const VectorXd x = table.x().head(3);
    const LeontiefModel home(Backend::cpu(), input_coefficients(table.Z().topLeftCorner(3, 3), x));
    const VectorXd m =
        table.Z().bottomLeftCorner(3, 3).colwise().sum().transpose().cwiseQuotient(x);
    const VectorXd exports =
        table.Z().topRightCorner(3, 3).rowwise().sum() + table.F().col(1).head(3);

    const ImportContent content = import_content(home, m, exports);

    EXPECT_LE(relative_difference(content.by_sector, vector(oracle["import_content"])), 1e-12);
    EXPECT_NEAR(content.vertical_specialisation_share / oracle["VS_share"].get<double>(), 1.0,
                1e-12);
}

TEST(Exposure, ColumnsSumToOneAndNothingHiddenIsNegative) {
    const IoTable table = test::random_world_table(3, 5, 2);
    const LeontiefModel model(Backend::cpu(), coefficients(table));

    const Exposure own = exposure_with_own_output(model.coefficients().A, model.leontief_inverse());

    EXPECT_LE((own.look_through.colwise().sum().array() - 1.0).abs().maxCoeff(), 1e-14);
    EXPECT_GE((own.look_through - own.face_value).minCoeff(), -1e-15);
}

}  // namespace
}  // namespace narrows
