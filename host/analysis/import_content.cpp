#include "host/analysis/import_content.hpp"

namespace narrows {
ImportContent import_content(const LeontiefModel& domestic, const Eigen::VectorXd& import_share,
                             const Eigen::VectorXd& exports) {
    ImportContent result;
    result.by_sector = domestic.solve_prices(import_share);
    const double total = exports.sum();
    result.vertical_specialisation_share =
        total != 0.0 ? result.by_sector.dot(exports) / total : 0.0;
    return result;
}

}  // namespace narrows
