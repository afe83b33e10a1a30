#include "host/analysis/footprint.hpp"

#include "host/table/findings.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Final demand by using region, n x regions; of a national table: its own uses, and exports.
MatrixXd demand_by_region(const IoTable& table) {
    const Classification& classes = table.classification();
    const bool world = table.is_multi_regional();
    MatrixXd demand = MatrixXd::Zero(
        table.num_nodes(), world ? static_cast<Index>(classes.regions().size()) : Index{2});
    for (std::size_t f = 0; f < table.final_uses().size(); ++f) {
        const FinalUse& use = table.final_uses()[f];
        const Index column = world                         ? classes.region(use.region)
                             : names_exports(use.category) ? 1
                                                           : 0;
        demand.col(column) += table.F().col(static_cast<Index>(f));
    }
    return demand;
}

VectorXd final_uses_by_region(const IoTable& table, const SatelliteAccount& account) {
    const Classification& classes = table.classification();
    VectorXd sums = VectorXd::Zero(static_cast<Index>(classes.regions().size()));
    for (Index f = 0; f < account.final_uses.size(); ++f) {
        const FinalUse& use = table.final_uses()[static_cast<std::size_t>(f)];
        sums[table.is_multi_regional() ? classes.region(use.region) : 0] += account.final_uses[f];
    }
    return sums;
}

void set_world(const Classification& classes, const LeontiefModel& model, const VectorXd& intensity,
               const MatrixXd& demand, Footprint& result) {
    const Index n = intensity.size();
    const Index regions = demand.cols();
    MatrixXd arising = MatrixXd::Zero(n, regions);  // e by region in which it arises
    for (Index i = 0; i < n; ++i) arising(i, classes.region_of(i)) = intensity[i];
    const MatrixXd content = model.solve_prices(arising);  // e_o'L
    result.by_origin = content.transpose() * demand;
    const auto sectors = static_cast<Index>(classes.sectors().size());
    result.consumption = MatrixXd::Zero(regions, sectors);
    result.imports = result.consumption;
    for (Index k = 0; k < n; ++k) {
        for (Index r = 0; r < regions; ++r) {
            double abroad = 0.0;
            for (Index o = 0; o < regions; ++o) abroad += o == r ? 0.0 : content(k, o);
            const Index sector = classes.sector_of(k);
            result.imports(r, sector) += abroad * demand(k, r);
            result.consumption(r, sector) += (abroad + content(k, r)) * demand(k, r);
        }
    }
    const MatrixXd output = model.solve_output(demand);
    result.exports = VectorXd::Zero(n);
    for (Index i = 0; i < n; ++i) {
        for (Index r = 0; r < regions; ++r) {
            if (r != classes.region_of(i)) result.exports[i] += intensity[i] * output(i, r);
        }
    }
}

void set_national(const LeontiefModel& model, const VectorXd& intensity, const MatrixXd& demand,
                  Footprint& result) {
    const VectorXd content = model.solve_prices(intensity);
    result.consumption = content.cwiseProduct(demand.col(0)).transpose();
    result.exports = content.cwiseProduct(demand.col(1));
    result.by_origin = MatrixXd::Constant(1, 1, result.consumption.sum());
}

}  // namespace

Footprint footprint(const IoTable& table, const LeontiefModel& model,
                    const SatelliteAccount& account) {
    const VectorXd intensity = per_output(account.values, table.x());
    Footprint result;
    result.production = (table.x().array() != 0.0).select(account.values, 0.0);
    result.unallocated = (table.x().array() != 0.0).select(0.0, account.values).sum();
    result.final_uses = final_uses_by_region(table, account);
    const MatrixXd demand = demand_by_region(table);
    if (table.is_multi_regional()) {
        set_world(table.classification(), model, intensity, demand, result);
    } else {
        set_national(model, intensity, demand, result);
    }
    return result;
}

}  // namespace narrows
