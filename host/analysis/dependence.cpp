#include "host/analysis/dependence.hpp"

#include <limits>

#include <fmt/format.h>

#include "host/analysis/chokepoints.hpp"
#include "host/analysis/exposure.hpp"
#include "host/base/error.hpp"
#include "host/table/findings.hpp"
#include "host/table/national_table.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// Nothing where the whole is not above 0.
VectorXd ratios(const VectorXd& parts, const VectorXd& wholes) {
    return (wholes.array() > 0.0).select(parts.cwiseQuotient(wholes), nothing);
}

VectorXd concentrations(const MatrixXd& by_origin) {
    VectorXd result(by_origin.rows());
    for (Index i = 0; i < result.size(); ++i) {
        result[i] = concentration(by_origin.row(i).transpose()).value_or(nothing);
    }
    return result;
}

/// Home's trade for all uses but exports; s products, flows below 0 counted as 0.
struct Trade {
    MatrixXd imports;   // s x origins
    VectorXd domestic;  // deliveries of home to home
    VectorXd exports;
};

VectorXd positive_sum(const MatrixXd& flows) {
    return flows.cwiseMax(0.0).rowwise().sum();
}

/// Nothing where the table does not say what is imported for final use or what is exported.
std::optional<Trade> national_trade(const IoTable& table, const HomeEconomy& home) {
    Trade trade{positive_sum(table.M()), positive_sum(home.domestic),
                VectorXd::Zero(home.x.size())};
    if (table.MF().size() == 0) return std::nullopt;
    bool exports = false;
    for (std::size_t k = 0; k < table.final_uses().size(); ++k) {
        const auto f = static_cast<Index>(k);
        if (names_exports(table.final_uses()[k].category)) {
            exports = true;
            trade.exports += positive_sum(table.F().col(f));
            continue;
        }
        trade.imports.col(0) += positive_sum(table.MF().col(f));
        trade.domestic += positive_sum(table.F().col(f));
    }
    return exports ? std::optional(std::move(trade)) : std::nullopt;
}

Trade regional_trade(const IoTable& table, const HomeEconomy& home) {
    const Classification& classes = table.classification();
    const Index region = classes.region(home.region);
    VectorXd bought = VectorXd::Zero(table.num_nodes());  // by home, from every node
    VectorXd sold = VectorXd::Zero(table.num_nodes());    // abroad
    for (Index j = 0; j < table.num_nodes(); ++j) {
        (classes.region_of(j) == region ? bought : sold) += table.Z().col(j).cwiseMax(0.0);
    }
    for (std::size_t f = 0; f < table.final_uses().size(); ++f) {
        const FinalUse& use = table.final_uses()[f];
        const bool at_home = use.region == home.region && !names_exports(use.category);
        (at_home ? bought : sold) += table.F().col(static_cast<Index>(f)).cwiseMax(0.0);
    }
    const Eigen::SparseMatrix<double> own = sector_selector(classes, region);
    Trade trade{MatrixXd(home.x.size(), static_cast<Index>(home.origins.size())), own * bought,
                own * sold};
    for (std::size_t o = 0; o < home.origins.size(); ++o) {
        trade.imports.col(static_cast<Index>(o)) =
            sector_selector(classes, classes.region(home.origins[o])) * bought;
    }
    return trade;
}

void add_supply(Dependence& result, const IoTable& table, const HomeEconomy& published,
                const VectorXd& weights) {
    NegativeFlows ignored;
    const HomeEconomy home = without_negative_flows(published, ignored);
    const VectorXd use = home.total_use.rowwise().sum();
    result.domestic_capacity = ratios(home.x, use);
    if (!table.is_multi_regional()) return;
    MatrixXd imports(home.x.size(), static_cast<Index>(home.origins.size()));
    for (std::size_t o = 0; o < home.origins.size(); ++o) {
        imports.col(static_cast<Index>(o)) = home.imports[o].rowwise().sum();
    }
    result.hhi = concentrations(imports);
    result.largest_origin.resize(static_cast<std::size_t>(home.x.size()));
    result.largest_origin_share = VectorXd::Constant(home.x.size(), nothing);
    for (Index i = 0; i < home.x.size(); ++i) {
        Index largest = 0;
        const double most = imports.row(i).maxCoeff(&largest);
        if (!(most > 0.0)) continue;
        result.largest_origin[static_cast<std::size_t>(i)] =
            home.origins[static_cast<std::size_t>(largest)];
        result.largest_origin_share[i] = most / imports.row(i).sum();
    }
    if (weights.size() > 0) result.geopolitical_weight = ratios(imports * weights, use);
}

void add_core_indicators(Dependence& result, const IoTable& table, const HomeEconomy& home) {
    const std::optional<Trade> trade =
        table.is_multi_regional() ? regional_trade(table, home) : national_trade(table, home);
    if (!trade) return;
    const VectorXd imports = trade->imports.rowwise().sum();
    result.cdi2 = ratios(imports, imports + trade->domestic);
    result.cdi3 = ratios(imports, trade->exports);
    result.cdi3_output = ratios(imports, home.x);
    if (!table.is_multi_regional()) return;
    result.cdi1 = concentrations(trade->imports);
    for (Index i = 0; i < home.x.size(); ++i) {
        if (!(imports[i] > 0.0)) {
            result.cdi_dependent.emplace_back();
            continue;
        }
        result.cdi_dependent.emplace_back(result.cdi1[i] > 0.4 && result.cdi2[i] > 0.5 &&
                                          imports[i] > trade->exports[i]);
    }
}

/// What the home sectors of the exposure have, by sector of the table.
void add_look_through(Dependence& result, const IoTable& table, const HomeEconomy& home,
                      const LeontiefModel& world) {
    const Classification& classes = table.classification();
    const Index region = classes.region(home.region);
    const HomeExposure exposure = home_exposure(table, home.region, world);
    const VectorXd output = world.solve_output(table.x());
    for (VectorXd* measure :
         {&result.foreign_input_reliance, &result.hidden_exposure,
          &result.foreign_input_reliance_with_own_output, &result.hidden_exposure_with_own_output,
          &result.hhi_look_through, &result.upstreamness}) {
        *measure = VectorXd::Constant(home.x.size(), nothing);
    }
    const auto foreign = [&](const MatrixXd& shares, Index user) {
        VectorXd others = shares.row(user).transpose();
        others[region] = 0.0;
        return others.sum();
    };
    for (std::size_t k = 0; k < exposure.users.size(); ++k) {
        const auto user = static_cast<Index>(k);
        const Index node = exposure.users[k];
        const Index i = classes.sector_of(node);
        if (!(table.x()[node] > 0.0)) continue;
        result.upstreamness[i] = output[node] / table.x()[node];
        const RegionShares& own = exposure.with_own_output;
        result.foreign_input_reliance_with_own_output[i] = foreign(own.look_through, user);
        result.hidden_exposure_with_own_output[i] =
            foreign(own.look_through, user) - foreign(own.face_value, user);
        const RegionShares& inputs = exposure.of_inputs;
        if (inputs.look_through.row(user).isZero(0.0)) continue;  // a sector without inputs
        result.foreign_input_reliance[i] = foreign(inputs.look_through, user);
        result.hidden_exposure[i] =
            foreign(inputs.look_through, user) - foreign(inputs.face_value, user);
        result.hhi_look_through[i] =
            foreign_concentration(inputs.look_through.row(user).transpose(), region)
                .value_or(nothing);
    }
}

}  // namespace

Dependence dependence(const IoTable& table, const HomeEconomy& home, const LeontiefModel& domestic,
                      const LeontiefModel* world, const VectorXd& weights) {
    if (weights.size() != 0 && weights.size() != static_cast<Index>(home.origins.size())) {
        throw ArgumentError(
            fmt::format("geopolitical weights: found {}, expected one for each of "
                        "{} origins",
                        weights.size(), home.origins.size()));
    }
    Dependence result;
    const auto where_made = [&](const VectorXd& values) -> VectorXd {
        return (home.x.array() > 0.0).select(values, nothing);
    };
    const VectorXd& m = domestic.coefficients().m;
    result.import_content_direct = where_made(m);
    result.import_content_total = where_made(domestic.solve_prices(m));
    if (!table.is_multi_regional()) {
        result.upstreamness = ratios(domestic.solve_output(home.x), home.x);
    } else if (world != nullptr) {
        add_look_through(result, table, home, *world);
    }
    add_supply(result, table, home, weights);
    add_core_indicators(result, table, home);
    return result;
}

}  // namespace narrows
