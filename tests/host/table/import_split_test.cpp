#include "host/table/import_split.hpp"

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A table with total uses: imports added to the domestic ones.
TableData competitive(unsigned seed, VectorXd& imports) {
    TableData data = test::random_national_table(6, seed).data();
    imports = data.M.rowwise().sum() + data.MF.rowwise().sum();
    data.Z += data.M;
    data.F += data.MF;
    data.M.resize(0, 0);
    data.MF.resize(0, 0);
    return data;
}

bool has(const TableData& data, const std::string& code) {
    for (const Finding& finding : data.meta.findings) {
        if (finding.code == code) return true;
    }
    return false;
}

TEST(ImportSplit, ByProportionAsComputedByHand) {
    TableData data;
    data.classification = Classification::national(
        {{"A", "", SectorKind::goods}, {"B", "", SectorKind::goods}}, {"", ""});
    data.Z = MatrixXd{{20, 30}, {10, 40}};
    data.F = MatrixXd{{60, 20}, {30, 40}};  // consumption, exports
    data.final_uses = {{"", "CONS"}, {"", "EXPORTS"}};
    data.x = VectorXd{{80, 120}};

    // mu_A = 50 / (80 + 50 - 20), mu_B = 0 / (120 + 0 - 40).
    split_imports_proportionally(data, VectorXd{{50, 0}}, {false, true});

    const double mu = 50.0 / 110.0;
    EXPECT_EQ(data.M, (MatrixXd{{mu * 20, mu * 30}, {0, 0}}));
    EXPECT_EQ(data.MF, (MatrixXd{{mu * 60, 0}, {0, 0}}));
    EXPECT_NEAR(data.Z.row(0).sum() + data.F.row(0).sum(), 80.0, 1e-13);
    EXPECT_TRUE((data.M_origins.array() == ImportOrigin::proportional).all());
    EXPECT_TRUE(has(data, "imports-proportional"));
    EXPECT_FALSE(has(data, "import-share-cut"));
}

TEST(ImportSplit, KeepsTotalsAndTheBalanceOfRows) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        VectorXd imports;
        TableData data = competitive(seed, imports);
        const TableData before = data;
        const std::vector<bool> none(static_cast<std::size_t>(data.F.cols()), false);

        split_imports_proportionally(data, imports, none);

        EXPECT_LE((data.Z + data.M - before.Z).cwiseAbs().maxCoeff(), 1e-12);
        const VectorXd total = data.M.rowwise().sum() + data.MF.rowwise().sum();
        EXPECT_LE((total - imports).cwiseAbs().maxCoeff(), 1e-11);
        EXPECT_LE((data.Z.rowwise().sum() + data.F.rowwise().sum() - data.x).cwiseAbs().maxCoeff(),
                  1e-11);
    }
}

TEST(ImportSplit, CutsSharesAboveOneAndSaysSo) {
    VectorXd imports;
    TableData data = competitive(3, imports);
    std::vector<bool> exports(static_cast<std::size_t>(data.F.cols()), false);
    exports[0] = true;
    imports[2] = 1e6;
    data.x[2] = 0.0;
    data.F(2, 0) = 10.0;

    split_imports_proportionally(data, imports, exports);

    EXPECT_TRUE(has(data, "import-share-cut"));
    EXPECT_GE(data.Z.minCoeff(), 0.0);
}

TEST(ImportSplit, ByEndUseGivesEachClassItsShareAndMeetsTheTotal) {
    VectorXd imports;
    TableData data = competitive(4, imports);
    const TableData before = data;
    const MatrixXd shares = MatrixXd::Constant(6, 2, 0.2) +
                            MatrixXd::Constant(6, 1, 0.1) * Eigen::RowVector2d(0.0, 1.0);
    const std::vector<Index> users(6, 0);
    const std::vector<Index> uses(static_cast<std::size_t>(data.F.cols()), 1);

    TableData scaled = data;
    split_imports_by_end_use(data, shares, users, uses);
    split_imports_by_end_use(scaled, shares, users, uses, imports);

    EXPECT_LE((data.M - 0.2 * before.Z).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LE((data.MF - 0.3 * before.F).cwiseAbs().maxCoeff(), 1e-13);
    const VectorXd total = scaled.M.rowwise().sum() + scaled.MF.rowwise().sum();
    EXPECT_LE((total - imports).cwiseAbs().maxCoeff(), 1e-11);
    EXPECT_TRUE((scaled.M_origins.array() == ImportOrigin::end_use_share).all());
}

TEST(ImportSplit, RefusesATableThatIsSplitAlready) {
    TableData data = test::random_national_table(3, 1).data();
    const std::vector<bool> none(static_cast<std::size_t>(data.F.cols()), false);

    EXPECT_THROW(split_imports_proportionally(data, VectorXd::Zero(3), none), ArgumentError);
}

}  // namespace
}  // namespace narrows
