// The test table of pymrio, 6 regions x 8 sectors, as the R package ioanalysis has it.
#include <algorithm>

#include <gtest/gtest.h>

#include "host/analysis/extraction.hpp"
#include "host/model/influence.hpp"
#include "host/model/linkages.hpp"
#include "host/readers/csv.hpp"

#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::relative_difference;

/// Row labels of these files name what their column labels name otherwise: only figures are read.
MatrixXd figures(const std::string& name, std::size_t last_column = 48) {
    CsvFile file(test::shared_path("spec/oracles/pymrio_test/" + name));
    std::vector<std::string_view> fields;
    std::vector<std::vector<double>> rows;
    file.next_record(fields);
    while (file.next_record(fields)) {
        rows.emplace_back();
        for (std::size_t k = 1; k < std::min(fields.size(), last_column + 1); ++k) {
            rows.back().push_back(file.number(fields[k], k, "figure"));
        }
    }
    return test::matrix(rows);
}

struct TestTable {
    VectorXd x = figures("x.csv").col(0);
    MatrixXd z = figures("Z.csv");
    LeontiefModel model{Backend::cpu(), with_accounts()};

    Coefficients with_accounts() const {
        Coefficients c;
        c.A = input_coefficients(z, x);
        c.x = x;
        c.v = 1.0 - c.A.colwise().sum().transpose().array();
        c.m = c.tau = VectorXd::Zero(x.size());
        return c;
    }
};

TEST(Ioanalysis, InfluenceAndProductMatrix) {
    NARROWS_NEEDS_SHARED("spec/oracles/pymrio_test/ioanalysis/f.influence.total.csv");
    const TestTable table;

    // Its entry (i, j) belongs to a_ji: the row sum of i by the column sum of j.
    EXPECT_LE(relative_difference(influence(table.model).total().transpose(),
                                  figures("ioanalysis/f.influence.total.csv")),
              1e-12);
    EXPECT_LE(relative_difference(multiplier_product_matrix(table.model.leontief_inverse()),
                                  figures("ioanalysis/mpm.csv")),
              1e-12);
}

TEST(Ioanalysis, BackwardAndGhoshExtractionOfEverySector) {
    NARROWS_NEEDS_SHARED("spec/oracles/pymrio_test/ioanalysis/extraction_forward__reg6.csv");
    const TestTable table;
    const ExtractionBase base(table.model, table.x, figures("Y.csv").rowwise().sum(),
                              VectorXd::Ones(48));

    for (Index region = 0; region < 6; ++region) {
        const std::string file = "__reg" + std::to_string(region + 1) + ".csv";
        const MatrixXd backward = figures("ioanalysis/extraction_backward" + file);
        const MatrixXd forward = figures("ioanalysis/extraction_forward" + file);
        for (Index sector = 0; sector < 8; ++sector) {
            const Index k = 8 * region + sector;
            const VectorXd without_inputs =
                table.x - output_after_extraction(Extraction::backward, base, k);
            const VectorXd without_sales =
                table.x - output_after_extraction(Extraction::forward_ghosh, base, k);
            // Both are differences of outputs.
            EXPECT_LE(((without_inputs - backward.col(sector)).array() / table.x.array())
                          .abs()
                          .maxCoeff(),
                      1e-13)
                << k;
            EXPECT_LE(
                ((without_sales - forward.col(sector)).array() / table.x.array()).abs().maxCoeff(),
                1e-13)
                << k;
        }
    }
}

TEST(Ioanalysis, TotalExtractionKeepsTheOwnCoefficientAndDemand) {
    NARROWS_NEEDS_SHARED("spec/oracles/pymrio_test/ioanalysis/extraction_backward.total__reg6.csv");
    const TestTable table;
    const ExtractionBase base(table.model, table.x, figures("Y.csv").rowwise().sum(),
                              VectorXd::Ones(48));

    for (Index region = 0; region < 6; ++region) {
        const MatrixXd total = figures("ioanalysis/extraction_backward.total__reg" +
                                       std::to_string(region + 1) + ".csv");
        for (Index sector = 0; sector < 8; ++sector) {
            const Index k = 8 * region + sector;
            const VectorXd lost =
                table.x - output_after_extraction(Extraction::total_off_diagonal, base, k);
            EXPECT_LE(((lost - total.col(sector)).array() / table.x.array()).abs().maxCoeff(),
                      1e-13)
                << k;
        }
    }
}

/// Its exports and imports are those between sectors; final uses are left out.
VectorXd sold_abroad(const MatrixXd& z) {
    VectorXd sold = z.rowwise().sum();
    for (Index r = 0; r < 48; r += 8) {
        sold.segment(r, 8) -= z.block(r, r, 8, 8).rowwise().sum();
    }
    return sold;
}

// Its upstreamness divides by the buyer's output less net imports, (I - A diag(x / (x + e - m)))^-1
// 1, where Antras et al. and we divide by the seller's: it is not G1, but the same solver gives it.
TEST(Ioanalysis, UpstreamnessByItsOwnFormula) {
    NARROWS_NEEDS_SHARED("spec/oracles/pymrio_test/ioanalysis/upstream__reg6.csv");
    const TestTable table;
    const VectorXd net = sold_abroad(table.z) - sold_abroad(table.z.transpose());
    const VectorXd adjusted = table.x.cwiseQuotient(table.x + net);
    const LeontiefModel model(
        Backend::cpu(), MatrixXd(input_coefficients(table.z, table.x) * adjusted.asDiagonal()));
    const VectorXd stages = model.solve_output(VectorXd(VectorXd::Ones(48)));

    for (Index region = 0; region < 6; ++region) {
        const MatrixXd theirs =
            figures("ioanalysis/upstream__reg" + std::to_string(region + 1) + ".csv");
        EXPECT_LE(relative_difference(stages.segment(8 * region, 8), theirs), 1e-12);
    }
}

// Its vertical specialisation takes the coefficients of the region itself, A_rr (I - A_rr)^-1 e /
// 1'e, for those of its imports, A^m (I - A_rr)^-1 e / 1'e (Hummels, Ishii & Yi 2001), which
// export_content has.
TEST(Ioanalysis, VerticalSpecialisationByItsOwnFormula) {
    NARROWS_NEEDS_SHARED("spec/oracles/pymrio_test/ioanalysis/vs__reg6.csv");
    const TestTable table;
    const MatrixXd a = input_coefficients(table.z, table.x);
    const VectorXd sold = sold_abroad(table.z);

    for (Index region = 0; region < 6; ++region) {
        const MatrixXd own = a.block(8 * region, 8 * region, 8, 8);
        const VectorXd exports = sold.segment(8 * region, 8);
        const VectorXd output = LeontiefModel(Backend::cpu(), own).solve_output(exports);
        const MatrixXd theirs = figures("ioanalysis/vs__reg" + std::to_string(region + 1) + ".csv");
        EXPECT_LE(relative_difference(own * output / exports.sum(), theirs), 1e-12);
    }
}

TEST(Ioanalysis, LinkagesDirectAndTotal) {
    NARROWS_NEEDS_SHARED("spec/oracles/pymrio_test/ioanalysis/key.sector__reg1.csv");
    const TestTable table;
    const Linkages own = linkages(table.model, table.z);

    for (Index region = 0; region < 6; ++region) {
        const std::string file = "__reg" + std::to_string(region + 1) + ".csv";
        const MatrixXd direct = figures("ioanalysis/key.sector" + file, 2);
        EXPECT_LE(relative_difference(own.backward_direct.segment(8 * region, 8), direct.col(0)),
                  1e-12);
        EXPECT_LE(relative_difference(own.forward_direct.segment(8 * region, 8), direct.col(1)),
                  1e-12);

        // Its normalised ones add up to the number of nodes within every region.
        const MatrixXd total = figures("ioanalysis/linkages_total_normalized" + file);
        const VectorXd power = own.power.segment(8 * region, 8);
        const VectorXd forward = own.forward_ghosh.segment(8 * region, 8);
        EXPECT_LE(relative_difference(power * 48.0 / power.sum(), total.col(0)), 1e-12);
        EXPECT_LE(relative_difference(forward * 48.0 / forward.sum(), total.col(1)), 1e-12);
    }
}

}  // namespace
}  // namespace narrows
