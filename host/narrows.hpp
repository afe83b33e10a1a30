#pragma once

/// Everything a program needs: read a table, build the model, rank its choke points.
///
///   const narrows::IoTable table = narrows::read_table("world-2011");
///   const narrows::HomeEconomy home = narrows::home_economy(table, "CHN");
///   const narrows::LeontiefModel model(narrows::Backend::cpu(), home.coefficients());
///   narrows::ChokepointQuery query;
///   query.coalitions = narrows::each_origin(home);
///   query.criticality = narrows::survey_criticality(home);
///   const auto ranking = narrows::rank_chokepoints(home, model, query);
#include "host/analysis/chokepoints.hpp"
#include "host/analysis/dependence.hpp"
#include "host/analysis/export_content.hpp"
#include "host/analysis/exposure.hpp"
#include "host/analysis/extraction.hpp"
#include "host/analysis/footprint.hpp"
#include "host/analysis/import_content.hpp"
#include "host/analysis/ranking_uncertainty.hpp"
#include "host/analysis/world_chokepoints.hpp"
#include "host/backend/backend.hpp"
#include "host/base/error.hpp"
#include "host/clusters/cluster_years.hpp"
#include "host/invest/fill_draws.hpp"
#include "host/invest/gap_filling.hpp"
#include "host/model/influence.hpp"
#include "host/model/leontief_model.hpp"
#include "host/model/linkages.hpp"
#include "host/model/multipliers.hpp"
#include "host/model/perturbed_tables.hpp"
#include "host/model/type2_multipliers.hpp"
#include "host/readers/input_files.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/readers/read_table.hpp"
#include "host/report/chokepoint_report.hpp"
#include "host/table/aggregation.hpp"
#include "host/table/national_table.hpp"
