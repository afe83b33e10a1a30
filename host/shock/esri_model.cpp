#include "host/shock/esri_model.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/shock/model_kinds.hpp"
#include "host/shock/static_models.hpp"
#include "host/shock/supply_shocks.hpp"

namespace narrows {
namespace {

Eigen::MatrixXi essentiality_of(const ShockEconomy& economy) {
    const Eigen::MatrixXd& c = economy.criticality;
    if (c.size() == 0) {
        return Eigen::MatrixXi::Ones(economy.num_products(), economy.num_nodes());
    }
    return (c.array() >= 0.75).cast<int>() + (c.array() >= 0.25).cast<int>();
}

std::vector<EsriLink> links_of(const std::vector<CutImports>& cuts) {
    std::vector<EsriLink> links;
    for (const CutImports& cut : cuts) {
        links.push_back({cut.supplier, {}});
        for (Index user = 0; user < cut.flows.size(); ++user) {
            if (cut.flows[user] > 0.0) links.back().buyers.push_back(user);
        }
    }
    return links;
}

/// The nodes; in home scope then a supplier of the imports of each product that nobody cuts, then
/// one for each cut; in world scope cuts are links.
EsriNetwork network_of(const ShockEconomy& economy, const std::vector<CutImports>& cuts) {
    const Index n = economy.num_nodes();
    const Index num_products = economy.world ? 0 : economy.num_products();
    const Index num_suppliers = economy.world ? 0 : static_cast<Index>(cuts.size());
    const Index size = n + num_products + num_suppliers;
    Eigen::MatrixXd sales = Eigen::MatrixXd::Zero(size, n);
    sales.topRows(n) = economy.Z;
    auto uncut = sales.middleRows(n, num_products);
    for (const Eigen::MatrixXd& imports : economy.imports) uncut += imports;
    EsriNetwork network;
    network.sector = economy.product;
    for (Index product = 0; product < num_products; ++product) network.sector.push_back(product);
    for (Index c = 0; c < num_suppliers; ++c) {
        const CutImports& cut = cuts[static_cast<std::size_t>(c)];
        sales.row(n + num_products + c) = cut.flows.transpose();
        uncut.row(cut.product) -= cut.flows.transpose();
        network.sector.push_back(cut.product);
    }
    uncut = uncut.cwiseMax(0.0);  // what rounding leaves
    network.out_strength = sales.rowwise().sum();
    network.out_strength.head(n) = network.out_strength.head(n).cwiseMax(economy.x);
    network.W.resize(size, size);
    network.W.leftCols(n) = sales.sparseView();
    network.essentiality = Eigen::MatrixXi::Zero(economy.num_products(), size);
    network.essentiality.leftCols(n) = essentiality_of(economy);
    if (economy.world) network.links = links_of(cuts);
    return network;
}

}  // namespace

std::vector<ShockOutcome> esri_outcomes(const ShockEconomy& economy, const ShockBatch& batch,
                                        const EsriOptions& options) {
    require_expressible("esri", batch, economy.world);
    const std::vector<CutImports> cuts = cut_imports(economy, batch);
    const EsriNetwork network = network_of(economy, cuts);
    const Index n = economy.num_nodes();
    const Index num_links = static_cast<Index>(network.links.size());
    Eigen::MatrixXd shocks = Eigen::MatrixXd::Zero(network.W.rows() + num_links, batch.num_cases());
    shocks.topRows(n) = capacity_losses(economy, batch);
    shocks.bottomRows(static_cast<Index>(cuts.size())) = cut_shares(cuts, batch);
    const EsriLosses losses = esri_losses(network, shocks, options);

    std::vector<ShockOutcome> outcomes(batch.cases.size());
    for (Index of_case = 0; of_case < batch.num_cases(); ++of_case) {
        ShockOutcome& outcome = outcomes[static_cast<std::size_t>(of_case)];
        const Eigen::VectorXd rate =
            losses.down.col(of_case).head(n).cwiseMax(losses.up.col(of_case).head(n));
        outcome = yearly_outcome("esri", economy, rate.cwiseProduct(economy.x),
                                 rate.cwiseProduct(economy.value_added));
        outcome.residual = losses.residual[of_case];
        outcome.iterations = losses.sweeps[static_cast<std::size_t>(of_case)];
        if (outcome.residual > options.tolerance) {
            outcome.warnings.push_back(fmt::format(
                "losses had not settled after {} sweeps: shares still changed by {:.2g}",
                outcome.iterations, outcome.residual));
        }
    }
    return outcomes;
}

}  // namespace narrows
