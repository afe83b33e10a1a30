#pragma once

#include <optional>

#include "host/clusters/cluster_years.hpp"
#include "host/report/document.hpp"

namespace narrows {

/// From where on the user calls a cluster world-class: every threshold that is set has to be
/// reached; without any nothing is flagged.
struct WorldClass {
    std::optional<double> world_share, rca;

    /// Nothing without a threshold, or where a measure does not exist.
    std::optional<bool> reached(const Standing& standing) const;
};

/// Clusters as a document, schema narrows.clusters/1; `query` and `frontier` are what was asked
/// for.
Document clusters_report(const ClusterTrend& trend, const ClusterQuery& query,
                         const FrontierQuery& frontier, const WorldClass& world_class,
                         RunRecord run);

}  // namespace narrows
