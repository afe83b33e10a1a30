#include "host/report/page_facts.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "host/analysis/home_economy.hpp"
#include "host/readers/read_table.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;

struct RankedHome {
    HomeEconomy home;
    ChokepointQuery query;
    ChokepointRanking ranking;
};

RankedHome ranked_home(const std::string& region) {
    const IoTable table = read_table("world-2011");
    RankedHome result{home_economy(table, region), {}, {}};
    const LeontiefModel model(Backend::cpu(), result.home.coefficients(),
                              codes_of(result.home.sectors));
    result.query.coalitions = each_origin(result.home);
    result.query.criticality = survey_criticality(result.home);
    result.ranking = rank_chokepoints(result.home, model, result.query);
    return result;
}

TEST(LossTrees, LossesOfAllSectorsAddUpToGdpAtRisk) {
    const RankedHome china = ranked_home("CHN");
    const ordered_json trees = loss_trees(china.home, china.query, china.ranking.rows);
    ASSERT_EQ(trees.size(), 10U);
    for (std::size_t i = 0; i < trees.size(); ++i) {
        const Chokepoint& row = china.ranking.rows[i];
        long double sum = 0.0L;
        for (const auto& sector : trees[i]["sectors"]) {
            sum += sector["value_added_loss"].get<double>();
        }
        EXPECT_NEAR(static_cast<double>(sum), row.gar, row.error_bound + 1e-12 * row.gar);
    }
}

TEST(LossTrees, ASectorCarriesItsLossAndThatOfThoseItStarves) {
    const RankedHome germany = ranked_home("DEU");
    for (const auto& tree : loss_trees(germany.home, germany.query, germany.ranking.rows)) {
        std::map<std::string, long double> carried;
        long double from_imports = 0.0L;
        for (const auto& sector : tree["sectors"]) {
            carried[sector["sector"]] += sector["value_added_loss"].get<double>();
            if (sector["bound_by"] == tree["product"]) {
                from_imports += sector["carried"].get<double>();
            } else {
                carried[sector["bound_by"]] += sector["carried"].get<double>();
            }
        }
        long double all = 0.0L;
        for (const auto& sector : tree["sectors"]) {
            const double expected = static_cast<double>(carried[sector["sector"]]);
            EXPECT_NEAR(sector["carried"].get<double>(), expected, 1e-12 * expected);
            all += sector["value_added_loss"].get<double>();
        }
        EXPECT_NEAR(static_cast<double>(from_imports), static_cast<double>(all),
                    1e-12 * static_cast<double>(all));
    }
}

TEST(ReportFacts, NameWhatRestsOnAProportionalSplit) {
    TableData data = read_table("wiod2016-gbr-2014").data();
    const ordered_json as_published = table_facts(IoTable(data));
    EXPECT_TRUE(as_published["proportional_products"].empty());
    EXPECT_EQ(as_published["proportional_import_share"], 0.0);
    EXPECT_GT(as_published["end_use_share_import_share"].get<double>(), 0.99);
    const Index product = 3;
    data.M_origins(product, 5) = ImportOrigin::proportional;
    ASSERT_GT(data.M(product, 5), 0.0);
    const ordered_json split = table_facts(IoTable(data));
    EXPECT_EQ(split["proportional_products"],
              ordered_json({data.classification.sector(product).code}));
    EXPECT_NEAR(split["proportional_import_share"].get<double>(),
                data.M(product, 5) / (data.M.cwiseAbs().sum() + data.MF.cwiseAbs().sum()), 1e-15);
}

TEST(ReportFacts, CutLongNamesBetweenCharacters) {
    TableData data = read_table("textbook/leontief-1986").data();
    std::vector<Sector> sectors = data.classification.sectors();
    for (int i = 0; i < 100; ++i) sectors[0].name += "\xC3\xA4";
    data.classification = Classification::national(sectors, data.classification.regions()[0]);
    const std::string name = report_facts(IoTable(data))["sectors"][0]["name"];
    EXPECT_LE(name.size(), 123U);
    EXPECT_NO_THROW(ordered_json(name).dump());  // which refuses half a character
}

TEST(ExposureMatrices, RowsSumToOne) {
    const IoTable table = read_table("world-2011");
    const LeontiefModel world(Backend::cpu(), coefficients(table), table.classification().labels());
    const ordered_json shares = exposure_matrices(table, home_exposure(table, "JPN", world));
    ASSERT_EQ(shares["regions"].size(), 13U);
    for (const char* which : {"look_through", "face_value"}) {
        ASSERT_EQ(shares[which].size(), 24U);
        for (const auto& row : shares[which]) {
            ASSERT_EQ(row.size(), 13U);
            double sum = 0.0;
            for (const double share : row) sum += share;
            EXPECT_NEAR(sum, 1.0, 1e-12);
        }
    }
}

}  // namespace
}  // namespace narrows
