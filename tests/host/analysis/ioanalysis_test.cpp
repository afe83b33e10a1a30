// The test table of pymrio, 6 regions x 8 sectors, as the R package ioanalysis has it.
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
MatrixXd figures(const std::string& name) {
    CsvFile file(test::shared_path("spec/oracles/pymrio_test/" + name));
    std::vector<std::string_view> fields;
    std::vector<std::vector<double>> rows;
    file.next_record(fields);
    while (file.next_record(fields)) {
        rows.emplace_back();
        for (std::size_t k = 1; k < fields.size(); ++k) {
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

}  // namespace
}  // namespace narrows
