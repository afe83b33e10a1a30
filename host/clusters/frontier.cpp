#include "host/clusters/frontier.hpp"

#include <algorithm>
#include <limits>

#include "host/analysis/export_content.hpp"
#include "host/table/national_table.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// The economy of one region, imports from all others together.
Coefficients block(const Coefficients& world, const std::vector<Index>& nodes) {
    Coefficients own;
    own.A = world.A(nodes, nodes);
    own.v = world.v(nodes);
    own.tau = world.tau(nodes);
    own.x = world.x(nodes);
    own.m = world.m(nodes);
    std::vector<bool> inside(static_cast<std::size_t>(world.A.rows()), false);
    for (const Index node : nodes) inside[static_cast<std::size_t>(node)] = true;
    for (std::size_t j = 0; j < nodes.size(); ++j) {
        for (Index i = 0; i < world.A.rows(); ++i) {
            if (inside[static_cast<std::size_t>(i)]) continue;
            own.m[static_cast<Index>(j)] += world.A(i, nodes[j]);
        }
    }
    return own;
}

/// Sets the row of every region from values by node.
MatrixXd by_region(const Classification& classes, const VectorXd& values) {
    MatrixXd result = MatrixXd::Zero(static_cast<Index>(classes.regions().size()),
                                     static_cast<Index>(classes.sectors().size()));
    for (Index i = 0; i < values.size(); ++i) {
        result(classes.region_of(i), classes.sector_of(i)) = values[i];
    }
    return result;
}

VectorXd exported_value_added(const IoTable& table, const LeontiefModel& world,
                              const VectorXd& exports) {
    const Classification& classes = table.classification();
    VectorXd result = VectorXd::Zero(exports.size());
    for (Index region = 0; region < static_cast<Index>(classes.regions().size()); ++region) {
        const std::vector<Index> nodes = classes.nodes_of_region(region);
        std::vector<std::string> labels;
        for (const Index node : nodes) labels.push_back(classes.label(node));
        const LeontiefModel own(world.backend(), block(world.coefficients(), nodes), labels);
        const MatrixXd output = own.solve_output(MatrixXd(exports(nodes)));
        result(nodes) = own.coefficients().v.cwiseProduct(output.col(0));
    }
    return result;
}

void add_world(Frontier& frontier, const IoTable& table, const HomeEconomy& home,
               const LeontiefModel& world) {
    const Classification& classes = table.classification();
    frontier.regions = codes_of(classes.regions());
    frontier.home = classes.region(home.region);
    const VectorXd exports = gross_exports(table);
    frontier.value_added = by_region(classes, table.value_added());
    frontier.exports = by_region(classes, exports);
    frontier.exported_value_added = by_region(classes, exported_value_added(table, world, exports));

    const Eigen::SparseMatrix<double> own = sector_selector(classes, frontier.home);
    const Eigen::SparseMatrix<double> units = own.transpose();
    const MatrixXd called = world.solve_output(units) - MatrixXd(units);
    frontier.domestic_inputs = own * called;
    frontier.foreign_inputs = MatrixXd::Zero(home.x.size(), home.x.size());
    for (Index i = 0; i < called.rows(); ++i) {
        if (classes.region_of(i) == frontier.home) continue;
        frontier.foreign_inputs.row(classes.sector_of(i)) += called.row(i);
    }
    const MatrixXd all = world.solve_output(MatrixXd(table.x()));
    frontier.upstreamness = own * all.col(0);
}

void add_nation(Frontier& frontier, const HomeEconomy& home, const LeontiefModel& domestic) {
    const auto s = home.x.size();
    frontier.value_added = frontier.exports = frontier.exported_value_added = MatrixXd(0, s);
    frontier.domestic_inputs = domestic.leontief_inverse() - MatrixXd::Identity(s, s);
    MatrixXd imports = MatrixXd::Zero(s, s);
    for (const MatrixXd& origin : home.imports) imports += origin;
    frontier.foreign_inputs = input_coefficients(imports, home.x) * domestic.leontief_inverse();
    frontier.upstreamness = domestic.solve_output(MatrixXd(home.x)).col(0);
}

/// Values of regions by cluster, summed over its sectors: regions x clusters.
MatrixXd sums(const MatrixXd& values, const std::vector<std::vector<Index>>& clusters) {
    MatrixXd result(values.rows(), static_cast<Index>(clusters.size()));
    for (std::size_t k = 0; k < clusters.size(); ++k) {
        result.col(static_cast<Index>(k)) = values(Eigen::all, clusters[k]).rowwise().sum();
    }
    return result;
}

double ratio(double part, double whole) {
    return whole != 0.0 ? part / whole : no_number;
}

/// By region and cluster.
MatrixXd world_shares(const MatrixXd& values, const std::vector<std::vector<Index>>& clusters) {
    MatrixXd result = sums(values, clusters);
    for (Index k = 0; k < result.cols(); ++k) {
        const double world = result.col(k).sum();
        for (Index r = 0; r < result.rows(); ++r) result(r, k) = ratio(result(r, k), world);
    }
    return result;
}

/// Balassa's index by region and cluster.
MatrixXd comparative_advantage(const MatrixXd& exports,
                               const std::vector<std::vector<Index>>& clusters) {
    MatrixXd result = sums(exports, clusters);
    const VectorXd totals = exports.rowwise().sum();
    for (Index k = 0; k < result.cols(); ++k) {
        const double world = ratio(result.col(k).sum(), totals.sum());
        for (Index r = 0; r < result.rows(); ++r) {
            result(r, k) = ratio(ratio(result(r, k), totals[r]), world);
        }
    }
    return result;
}

void add_chains(Standing& standing, const Frontier& frontier, const std::vector<Index>& sectors) {
    const VectorXd output = frontier.output(sectors);
    const VectorXd domestic = frontier.domestic_inputs(Eigen::all, sectors) * output;
    const VectorXd foreign = frontier.foreign_inputs(Eigen::all, sectors) * output;
    standing.foreign_share = ratio(foreign.sum(), domestic.sum() + foreign.sum());
    const double inside = foreign(sectors).sum();
    standing.foreign_share_inside = ratio(inside, domestic(sectors).sum() + inside);
    double stages = 0.0;
    for (const Index j : sectors) {
        if (frontier.output[j] > 0.0) stages += frontier.upstreamness[j] * frontier.output[j];
    }
    standing.upstreamness = ratio(stages, output.sum());
}

void add_best(Standing& standing, const Frontier& frontier, const VectorXd& values,
              const std::vector<Index>& not_compared) {
    Index best = -1;
    for (Index r = 0; r < values.size(); ++r) {
        if (std::find(not_compared.begin(), not_compared.end(), r) != not_compared.end()) continue;
        if (values[r] > (best < 0 ? 0.0 : values[best])) best = r;
    }
    standing.best_value = standing.distance = no_number;
    if (best < 0) return;
    standing.best_region = frontier.regions[static_cast<std::size_t>(best)];
    standing.best_value = values[best];
    standing.distance = values[frontier.home] / values[best];
}

}  // namespace

Frontier frontier_of(const IoTable& table, const HomeEconomy& home, const LeontiefModel& domestic,
                     const LeontiefModel* world) {
    Frontier frontier;
    if (world != nullptr) {
        add_world(frontier, table, home, *world);
    } else {
        add_nation(frontier, home, domestic);
    }
    frontier.output = home.x;
    frontier.own_value_added = home.value_added;
    frontier.upstreamness =
        (home.x.array() > 0.0).select(frontier.upstreamness.cwiseQuotient(home.x), no_number);
    return frontier;
}

const std::vector<std::string>& frontier_measures() {
    static const std::vector<std::string> names = {"value-added", "rca", "gross-rca"};
    return names;
}

FrontierMeasure parse_frontier_measure(const std::string& text) {
    return static_cast<FrontierMeasure>(find_code("measure", text, frontier_measures()));
}

std::vector<Standing> standings(const Frontier& frontier,
                                const std::vector<std::vector<Index>>& clusters,
                                FrontierMeasure measure, const std::vector<Index>& not_compared) {
    const MatrixXd shares = world_shares(frontier.value_added, clusters);
    const MatrixXd rca = comparative_advantage(frontier.exported_value_added, clusters);
    const MatrixXd gross_rca = comparative_advantage(frontier.exports, clusters);
    const MatrixXd& compared = measure == FrontierMeasure::value_added ? shares
                               : measure == FrontierMeasure::rca       ? rca
                                                                       : gross_rca;
    const bool has_world = !frontier.regions.empty();
    std::vector<Standing> result(clusters.size());
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        const auto k = static_cast<Index>(i);
        Standing& standing = result[i];
        standing.output = frontier.output(clusters[i]).sum();
        standing.value_added = frontier.own_value_added(clusters[i]).sum();
        standing.world_share = has_world ? shares(frontier.home, k) : no_number;
        standing.rca = has_world ? rca(frontier.home, k) : no_number;
        standing.gross_rca = has_world ? gross_rca(frontier.home, k) : no_number;
        add_chains(standing, frontier, clusters[i]);
        add_best(standing, frontier, compared.col(k), not_compared);
    }
    return result;
}

}  // namespace narrows
