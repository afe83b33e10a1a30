#include "host/table/import_split.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

void require(bool right, const char* what) {
    if (!right) throw ArgumentError(std::string("import split: ") + what);
}

void check_shapes(const TableData& data) {
    require(data.M.size() == 0 && data.MF.size() == 0, "the table has an import matrix already");
    require(data.Z.rows() == data.Z.cols() && data.F.rows() == data.Z.rows(),
            "Z and F must have a row for every product");
}

/// Moves the share of every cell from domestic to imported uses.
void split(TableData& data, const MatrixXd& share_of_users, const MatrixXd& share_of_uses,
           ImportOrigin origin) {
    data.M = share_of_users.cwiseProduct(data.Z);
    data.MF = share_of_uses.cwiseProduct(data.F);
    data.Z -= data.M;
    data.F -= data.MF;
    data.M_origins.setConstant(data.M.rows(), data.M.cols(), origin);
    data.MF_origins.setConstant(data.MF.rows(), data.MF.cols(), origin);
}

/// Cuts to [0, 1] and says for how many.
void cut(TableData& data, MatrixXd& shares) {
    const auto outside = ((shares.array() < 0.0) || (shares.array() > 1.0)).count();
    shares = shares.cwiseMax(0.0).cwiseMin(1.0);
    if (outside == 0) return;
    warn(data, "import-share-cut",
         fmt::format("{} shares of imports in uses are outside [0, 1] and cut to it; what that "
                     "leaves open is in final use RESIDUAL",
                     outside));
}

}  // namespace

void split_imports_proportionally(TableData& data, const VectorXd& imports,
                                  const std::vector<bool>& is_export) {
    check_shapes(data);
    const Index n = data.Z.rows();
    require(imports.size() == n && data.x.size() == n, "one figure of imports for every product");
    require(static_cast<Index>(is_export.size()) == data.F.cols(), "a mark for every final use");
    VectorXd absorption = data.x + imports;
    for (Index f = 0; f < data.F.cols(); ++f) {
        if (is_export[static_cast<std::size_t>(f)]) absorption -= data.F.col(f);
    }
    MatrixXd shares = imports.binaryExpr(
        absorption, [](double m, double uses) { return uses > 0.0 ? m / uses : 0.0; });
    cut(data, shares);
    MatrixXd of_uses = shares.replicate(1, data.F.cols());
    for (Index f = 0; f < data.F.cols(); ++f) {
        if (is_export[static_cast<std::size_t>(f)]) of_uses.col(f).setZero();
    }
    split(data, shares.replicate(1, n), of_uses, ImportOrigin::proportional);
    warn(data, "imports-proportional",
         "imports are split over users by proportion: all users of a product have the same share "
         "of imports and the same mix of origins, so user-specific choke points cannot be seen");
}

void split_imports_by_end_use(TableData& data, const MatrixXd& shares,
                              const std::vector<Index>& class_of_user,
                              const std::vector<Index>& class_of_final_use,
                              const VectorXd& imports) {
    check_shapes(data);
    const Index n = data.Z.rows();
    require(shares.rows() == n, "a row of shares for every product");
    require(static_cast<Index>(class_of_user.size()) == n, "a class for every user");
    require(static_cast<Index>(class_of_final_use.size()) == data.F.cols(),
            "a class for every final use");
    require(imports.size() == 0 || imports.size() == n, "one figure of imports for every product");
    const auto spread = [&](const std::vector<Index>& classes) {
        MatrixXd result = MatrixXd::Zero(n, static_cast<Index>(classes.size()));
        for (std::size_t j = 0; j < classes.size(); ++j) {
            require(classes[j] < shares.cols(), "a column of shares for every class");
            if (classes[j] >= 0) result.col(static_cast<Index>(j)) = shares.col(classes[j]);
        }
        return result;
    };
    MatrixXd of_users = spread(class_of_user);
    MatrixXd of_uses = spread(class_of_final_use);
    if (imports.size() > 0) {
        const VectorXd before = of_users.cwiseProduct(data.Z).rowwise().sum() +
                                of_uses.cwiseProduct(data.F).rowwise().sum();
        const VectorXd scale = imports.binaryExpr(
            before, [](double wanted, double have) { return have > 0.0 ? wanted / have : 0.0; });
        of_users = scale.asDiagonal() * of_users;
        of_uses = scale.asDiagonal() * of_uses;
    }
    cut(data, of_users);
    cut(data, of_uses);
    split(data, of_users, of_uses, ImportOrigin::end_use_share);
    note(data, "imports-by-end-use",
         "imports are split over users by one share per end use and product, not observed cell by "
         "cell: users of one kind look alike");
}

}  // namespace narrows
