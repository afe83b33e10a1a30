#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "host/analysis/chokepoints.hpp"
#include "host/analysis/exposure.hpp"
#include "host/report/document.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// What `--report` adds to a result under the key `report` (README.md here): the figures of the
/// page that the result itself does not have.

/// `tables`, the facts of one table (table_facts), and the codes and names of its `sectors` and
/// `regions`; names are cut to 120 bytes.
nlohmann::ordered_json report_facts(const IoTable& table);

/// Name, year, unit, source, licence, attribution and changes of a table, and how far its imports
/// by user rest on splits: the share of their value that is split by proportion or by end use, and
/// the products of which any user's imports are split by proportion.
nlohmann::ordered_json table_facts(const IoTable& table);

/// How the loss of the first rows spreads at home: of each sector its loss rate, the value added
/// it loses, va_j delta_j, the input that binds it, and `carried`, its loss with that of all
/// sectors it starves in turn. Sectors that lose least are left out, none that starves another.
/// `home` and `query` are those of rank_chokepoints, and throws what it throws.
nlohmann::ordered_json loss_trees(const HomeEconomy& home, const ChokepointQuery& query,
                                  const std::vector<Chokepoint>& rows);

/// One row per sector of home: the rows of narrows.exposure/1. With `weights`, by sector, a column
/// of weighted_exposure.
Sheet exposure_sheet(const IoTable& table, const HomeExposure& exposure, Index home,
                     const Eigen::VectorXd& weights = {});

/// Shares of every region in the inputs of home's sectors, sectors x regions.
nlohmann::ordered_json exposure_matrices(const IoTable& table, const HomeExposure& exposure);

}  // namespace narrows
