#include "host/analysis/export_content.hpp"

#include <numeric>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/table/findings.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

Index home_region(const IoTable& table, const std::string& home) {
    const Classification& classes = table.classification();
    if (!home.empty()) return classes.region(home);
    if (!table.is_multi_regional()) return 0;
    throw ArgumentError(fmt::format("a multi-regional table needs a home, one of {}",
                                    fmt::join(codes_of(classes.regions()), " ")));
}

/// Final demand for every node's output, n x 2: by home for its own use, and by those abroad.
MatrixXd final_demand_by_place(const IoTable& table, Index home) {
    const std::string& code = table.classification().regions()[static_cast<std::size_t>(home)].code;
    MatrixXd demand = MatrixXd::Zero(table.num_nodes(), 2);
    for (std::size_t u = 0; u < table.final_uses().size(); ++u) {
        const FinalUse& use = table.final_uses()[u];
        const bool by_home = !table.is_multi_regional() || use.region == code;
        const bool at_home = by_home && !names_exports(use.category);
        demand.col(at_home ? 0 : 1) += table.F().col(static_cast<Index>(u));
    }
    return demand;
}

void require_exports(const IoTable& table) {
    std::vector<std::string> names;
    for (const FinalUse& use : table.final_uses()) {
        if (names_exports(use.category)) return;
        names.push_back(use.category);
    }
    throw TableError(fmt::format("found no final use named as exports among {}, expected one",
                                 fmt::join(names, ", ")));
}

/// Home's value added in what every node abroad buys from home for a unit of its output, through
/// home's own chain: v_h (I - A_hh)^-1 A_ho, n, 0 of home's nodes. What home uses or exports of
/// such output has left home before.
VectorXd home_content_of_purchases(const LeontiefModel& model, const std::vector<Index>& nodes) {
    const MatrixXd& a = model.coefficients().A;
    const LeontiefModel alone(model.backend(), MatrixXd(a(nodes, nodes)));
    const VectorXd content = alone.solve_prices(VectorXd(model.coefficients().v(nodes)));
    VectorXd bought = a(nodes, Eigen::all).transpose() * content;
    bought(nodes).setZero();
    return bought;
}

}  // namespace

MatrixXd DeliveryChain::content(const VectorXd& factor) const {
    return factor.asDiagonal() * output;
}

VectorXd DeliveryChain::total_content(const VectorXd& factor) const {
    return output.transpose() * factor;
}

MatrixXd DeliveryChain::content_by_region(const VectorXd& factor,
                                          const Classification& classes) const {
    MatrixXd sums = MatrixXd::Zero(static_cast<Index>(classes.regions().size()), output.cols());
    for (Index k = 0; k < output.rows(); ++k) {
        sums.row(classes.region_of(k)) += factor[k] * output.row(k);
    }
    return sums;
}

DeliveryChain delivery_chain(const LeontiefModel& model, const std::vector<Index>& nodes,
                             const VectorXd& deliveries) {
    const auto s = static_cast<Index>(nodes.size());
    if (deliveries.size() != s) {
        throw ArgumentError(
            fmt::format("{} deliveries of {} nodes, expected as many", deliveries.size(), s));
    }
    Eigen::SparseMatrix<double> demand(model.order(), s);
    for (Index i = 0; i < s; ++i) {
        demand.insert(nodes[static_cast<std::size_t>(i)], i) = deliveries[i];
    }
    return {nodes, deliveries, model.solve_output(demand)};
}

VectorXd gross_exports(const IoTable& table) {
    const Classification& classes = table.classification();
    if (!table.is_multi_regional()) require_exports(table);
    VectorXd exports = VectorXd::Zero(table.num_nodes());
    const auto add = [&](Index buyer, const auto& column) {  // -1: from none of the regions
        for (Index i = 0; i < exports.size(); ++i) {
            if (classes.region_of(i) != buyer) exports[i] += column[i];
        }
    };
    for (std::size_t u = 0; u < table.final_uses().size(); ++u) {
        const FinalUse& use = table.final_uses()[u];
        const Index at_home = table.is_multi_regional() ? classes.region(use.region) : 0;
        add(names_exports(use.category) ? -1 : at_home, table.F().col(static_cast<Index>(u)));
    }
    for (Index j = 0; j < table.num_nodes(); ++j) add(classes.region_of(j), table.Z().col(j));
    return exports;
}

VectorXd gross_exports(const IoTable& table, const std::string& home) {
    const Index region = home_region(table, home);
    VectorXd exports = gross_exports(table);
    for (Index i = 0; i < exports.size(); ++i) {
        if (table.classification().region_of(i) != region) exports[i] = 0.0;
    }
    return exports;
}

ExportContent export_content(const IoTable& table, const std::string& home,
                             const LeontiefModel& model) {
    const VectorXd exports = gross_exports(table, home);
    const bool world = table.is_multi_regional();
    if (!world && !table.has_imports()) {
        throw TableError(
            "found no imports by product and user, expected them: without, nothing tells imported "
            "from domestic content");
    }
    const Classification& classes = table.classification();
    const Index region = home_region(table, home);
    const Coefficients& c = model.coefficients();
    const std::vector<Index> nodes = classes.nodes_of_region(region);
    ExportContent result;
    result.chain = delivery_chain(model, nodes, exports(nodes));
    const DeliveryChain& chain = result.chain;
    result.by_region = chain.content_by_region(c.v, classes);
    result.domestic = result.by_region.row(region).transpose();
    result.taxes = chain.total_content(c.tau);
    if (!world) {
        result.foreign = chain.total_content(c.m);
        result.double_counted = VectorXd::Zero(chain.deliveries.size());
        result.absorbed_abroad = result.domestic.sum();
        return result;
    }
    result.by_region.row(region).setZero();
    result.foreign = result.by_region.colwise().sum().transpose();
    result.by_region.row(region) = result.domestic.transpose();
    const VectorXd left_before = home_content_of_purchases(model, nodes);
    result.double_counted = chain.total_content(left_before);
    const MatrixXd called = model.solve_output(final_demand_by_place(table, region));
    result.returned = left_before.dot(called.col(0));
    result.absorbed_abroad = c.v(nodes).dot(called.col(1)(nodes));
    return result;
}

}  // namespace narrows
