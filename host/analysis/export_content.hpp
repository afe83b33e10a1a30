#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// The output of all nodes that deliveries of some of them call forth, through the whole chain:
/// L_.i d_i, n x s, for deliveries d_i (flow) of nodes i. Whatever goes with output is in them: of
/// a factor with coefficients e per unit of output (value added, taxes, jobs, CO2), e_k L_ki d_i.
struct DeliveryChain {
    std::vector<Index> nodes;    // i, s of them
    Eigen::VectorXd deliveries;  // d, s
    Eigen::MatrixXd output;      // n x s

    /// By node of origin and delivery, n x s, and e'L_.i d_i, s. In the unit of e times flow.
    Eigen::MatrixXd content(const Eigen::VectorXd& factor) const;
    Eigen::VectorXd total_content(const Eigen::VectorXd& factor) const;
    /// By region of origin and delivery, regions x s.
    Eigen::MatrixXd content_by_region(const Eigen::VectorXd& factor,
                                      const Classification& classes) const;
};
/// One solve with s right-hand sides of one entry each (columns of L gathered, once L is there).
DeliveryChain delivery_chain(const LeontiefModel& model, const std::vector<Index>& nodes,
                             const Eigen::VectorXd& deliveries);

/// Gross exports of every node, n, flow: sales to users of other regions than its own, and final
/// uses named as exports. Throws TableError for a national table without a final use named so.
Eigen::VectorXd gross_exports(const IoTable& table);

/// The same of home, 0 of all other nodes. `home` is empty for a national table. Throws also
/// ArgumentError for an unknown region or none in a multi-regional table.
Eigen::VectorXd gross_exports(const IoTable& table, const std::string& home);

/// What home's gross exports E consist of (Koopman, Powers, Wang & Wei 2010; Koopman, Wang & Wei
/// 2014): v L E by sector of exports and origin of value added, flow. Per sector
///   E = value added of all regions + imported content (national tables: m'L E) + taxes (tau'L E),
/// but for sectors without output, which sell from stock and have no cost. Value added is counted
/// each time it leaves home.
struct ExportContent {
    DeliveryChain chain;
    Eigen::MatrixXd by_region;  // value added, regions x s
    Eigen::VectorXd domestic;   // of home: v_h L_hh E (DC of Koopman et al.), s
    Eigen::VectorXd foreign;    // of other regions (FC); of a national table: imports, s
    Eigen::VectorXd taxes;      // s
    /// Of domestic: what had left home before, v_h (I - A_hh)^-1 A_ho L_oh E, o all others; s.
    Eigen::VectorXd double_counted;
    /// Home's value added that is finally used abroad, through all chains: v_h (L f_abroad)_h (VAX
    /// of Johnson & Noguera 2012); and what leaves and comes back to be used at home, nothing in a
    /// national table. The two and the double counted are `domestic`, summed over sectors.
    double absorbed_abroad = 0.0;
    double returned = 0.0;
};
/// `model` is that of the whole table. Throws as gross_exports; TableError for a national table
/// without import matrix, which cannot tell imported from domestic content.
ExportContent export_content(const IoTable& table, const std::string& home,
                             const LeontiefModel& model);

}  // namespace narrows
