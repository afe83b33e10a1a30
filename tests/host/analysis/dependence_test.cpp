#include "host/analysis/dependence.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "host/analysis/exposure.hpp"
#include "host/base/error.hpp"
#include "host/model/linkages.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::relative_difference;

Dependence dependence_of(const IoTable& table, const std::string& home_code,
                         const VectorXd& weights = {}) {
    const HomeEconomy home = home_economy(table, home_code);
    const LeontiefModel domestic(Backend::cpu(), home.coefficients());
    if (!table.is_multi_regional()) return dependence(table, home, domestic, nullptr, weights);
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    return dependence(table, home, domestic, &world, weights);
}

/// Every measure that is a number, by name.
std::vector<std::pair<std::string, VectorXd>> numbers(const Dependence& d) {
    return {{"import_content_direct", d.import_content_direct},
            {"import_content_total", d.import_content_total},
            {"foreign_input_reliance", d.foreign_input_reliance},
            {"hidden_exposure", d.hidden_exposure},
            {"reliance_with_own_output", d.foreign_input_reliance_with_own_output},
            {"hidden_with_own_output", d.hidden_exposure_with_own_output},
            {"hhi_look_through", d.hhi_look_through},
            {"upstreamness", d.upstreamness},
            {"hhi", d.hhi},
            {"largest_origin_share", d.largest_origin_share},
            {"geopolitical_weight", d.geopolitical_weight},
            {"domestic_capacity", d.domestic_capacity},
            {"cdi1", d.cdi1},
            {"cdi2", d.cdi2},
            {"cdi3", d.cdi3},
            {"cdi3_output", d.cdi3_output}};
}

void expect_range(const VectorXd& values, double low, double high) {
    ASSERT_GT(values.size(), 0);
    EXPECT_GE(values.minCoeff(), low);
    EXPECT_LE(values.maxCoeff(), high);
}

/// One sector, regions named so; output and value added follow from Z and F.
IoTable one_sector_world(const std::vector<std::string>& regions, const MatrixXd& z,
                         const MatrixXd& f) {
    TableData data;
    data.meta.name = "one-sector";
    data.meta.unit = "million";
    std::vector<Region> all;
    std::vector<std::string> labels;
    for (const std::string& code : regions) {
        all.push_back({code, code});
        labels.push_back(code + "_S");
        data.final_uses.push_back({code, "FINAL"});
    }
    data.classification =
        Classification::multi_regional({{"S", "S", SectorKind::goods}}, all, labels);
    data.Z = z;
    data.F = f;
    data.x = z.rowwise().sum() + f.rowwise().sum();
    data.V = data.x.transpose() - z.colwise().sum();
    data.value_added_names = {"value_added"};
    return IoTable(std::move(data));
}

/// The same table with regions and sectors in another order.
IoTable reordered(const IoTable& table, const std::vector<Index>& regions,
                  const std::vector<Index>& sectors) {
    TableData data = table.data();
    const Classification& classes = table.classification();
    std::vector<Sector> new_sectors;
    std::vector<Region> new_regions;
    std::vector<std::string> labels;
    std::vector<Index> nodes;
    for (const Index s : sectors) new_sectors.push_back(classes.sector(s));
    for (const Index r : regions) {
        new_regions.push_back(classes.regions()[static_cast<std::size_t>(r)]);
        for (const Sector& sector : new_sectors) {
            labels.push_back(new_regions.back().code + "_" + sector.code);
            nodes.push_back(classes.node(labels.back()));
        }
    }
    data.classification = Classification::multi_regional(new_sectors, new_regions, labels);
    data.Z = table.Z()(nodes, nodes);
    data.F = table.F()(nodes, Eigen::all);
    data.V = table.V()(Eigen::all, nodes);
    data.x = table.x()(nodes);
    return IoTable(std::move(data));
}

TEST(Oracle24, CoreDependencyIndicatorsOfTheToy) {
    NARROWS_NEEDS_SHARED("spec/oracles/24_cdi_hhi_toy.json");
    const nlohmann::json oracle = test::read_oracle("24_cdi_hhi_toy");
    // Home as the area: what it delivers to itself is the trade within. Imports, deliveries and
    // exports are split between intermediate and final use.
    const nlohmann::json& imports = oracle["extra_imports"];
    const double inside = oracle["intra_imports"];
    const double exports = oracle["exports"];
    MatrixXd z = 50.0 * MatrixXd::Identity(4, 4);
    MatrixXd f = 500.0 * MatrixXd::Identity(4, 4);
    z(0, 0) = 0.25 * inside;
    f(0, 0) = 0.75 * inside;
    z(0, 2) = 0.5 * exports;
    f(0, 3) = 0.5 * exports;
    int origin = 0;
    for (const double value : {imports["China"], imports["Japan"], imports["Korea"]}) {
        ++origin;
        z(origin, 0) = 0.1 * origin * value;
        f(origin, 0) = value - z(origin, 0);
    }

    const Dependence found =
        dependence_of(one_sector_world({"HOM", "CHN", "JPN", "KOR"}, z, f), "HOM");

    EXPECT_NEAR(found.cdi1[0], oracle["CDI1"].get<double>(), 1e-15);
    EXPECT_NEAR(found.cdi2[0], oracle["CDI2"].get<double>(), 1e-15);
    EXPECT_NEAR(found.cdi3[0], oracle["CDI3"].get<double>(), 1e-15);
    EXPECT_EQ(found.cdi_dependent[0], oracle["flag"].get<bool>());
    EXPECT_NEAR(found.cdi3_output[0], 100.0 / (inside + exports), 1e-15);
    // The ranking's imports, for intermediate use: 7, 4 and 3.
    EXPECT_NEAR(found.hhi[0], (49.0 + 16.0 + 9.0) / (14.0 * 14.0), 1e-15);
    EXPECT_EQ(found.largest_origin[0], "CHN");
    EXPECT_NEAR(found.largest_origin_share[0], 0.5, 1e-15);
}

TEST(Oracle24, EachIndicatorAloneCanLiftTheFlag) {
    // Imports of 60, 20 and 20, deliveries to home and exports just inside the thresholds.
    const auto flag = [](const VectorXd& imports, double inside, double exports) {
        MatrixXd f = 500.0 * MatrixXd::Identity(4, 4);
        f(0, 0) = inside;
        f(0, 1) = exports;
        f.col(0).tail(3) = imports;
        const IoTable table = one_sector_world({"HOM", "A", "B", "C"}, MatrixXd::Identity(4, 4), f);
        return *dependence_of(table, "HOM").cdi_dependent[0];
    };
    const VectorXd few = Eigen::Vector3d(60.0, 20.0, 20.0);  // HHI 0.44
    EXPECT_TRUE(flag(few, 98.0, 99.0));
    EXPECT_FALSE(flag(Eigen::Vector3d(50.0, 25.0, 25.0), 98.0, 99.0));  // 0.375
    EXPECT_FALSE(flag(few, 100.0, 99.0));                               // 100 / 201
    EXPECT_FALSE(flag(few, 98.0, 101.0));
}

TEST(Oracle11, LookThroughMeasuresOfTheSmallWorld) {
    NARROWS_NEEDS_SHARED("spec/oracles/11_small_mrio_metrics.json");
    const nlohmann::json oracle = test::read_oracle("11_small_mrio_metrics");
    const Dependence found = dependence_of(test::small_world(), "R0");
    const auto home = [&](const char* key) { return VectorXd(test::vector(oracle[key]).head(3)); };
    const auto foreign = [](const nlohmann::json& matrix) {
        return VectorXd(test::matrix(matrix).bottomLeftCorner(3, 3).colwise().sum().transpose());
    };

    const VectorXd reliance = home("foreign_share_intermediate_look_through");
    EXPECT_LE(relative_difference(found.foreign_input_reliance, reliance), 1e-12);
    EXPECT_LE(relative_difference(found.hidden_exposure,
                                  reliance - home("foreign_share_intermediate_face")),
              1e-12);
    EXPECT_LE(relative_difference(found.foreign_input_reliance_with_own_output,
                                  home("foreign_share_look_through")),
              1e-12);
    EXPECT_LE(relative_difference(found.hidden_exposure_with_own_output,
                                  foreign(oracle["FPEM_IplusA_norm"]["hidden"])),
              1e-12);
    EXPECT_LE(relative_difference(found.import_content_total,
                                  test::vector(oracle["hummels"]["import_content"])),
              1e-12);
    EXPECT_LE(relative_difference(found.upstreamness, home("upstreamness")), 1e-12);
    EXPECT_EQ(found.hhi_look_through, VectorXd::Ones(3));  // just one other region
}

TEST(Oracle01, UpstreamnessOfTheTextbooksTwoSectors) {
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("01_mb_2sector");
    TableData data;
    data.meta.name = "miller-blair";
    data.classification = Classification::national({{"1", "", {}}, {"2", "", {}}}, {"", ""});
    data.Z = test::matrix(oracle["Z"]);
    data.F = test::vector(oracle["f"]);
    data.final_uses = {{"", "FINAL"}};
    data.M = MatrixXd::Zero(2, 2);
    data.x = test::vector(oracle["x"]);
    data.V = test::vector(oracle["v"]).transpose();
    data.value_added_names = {"payments"};

    const Dependence found = dependence_of(IoTable(std::move(data)), "");

    EXPECT_LE(relative_difference(found.upstreamness, test::vector(oracle["upstreamness"])), 1e-12);
    EXPECT_EQ(found.import_content_total, VectorXd::Zero(2));
    EXPECT_NEAR(found.domestic_capacity[0], 1000.0 / 650.0, 1e-15);
}

TEST(Oracle10, ImportsOfTheUnitedKingdomAgainstItsExportsAndOutput) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const nlohmann::json oracle = test::read_oracle("10_uk2010_127");
    const MatrixXd z = test::matrix(oracle["Z_domestic"]);
    const MatrixXd f = test::matrix(oracle["Y_domestic"]);
    const MatrixXd m = test::matrix(oracle["imports_use"]);
    const MatrixXd mf = test::matrix(oracle["imports_final"]);

    const Dependence found = dependence_of(test::uk_2010(), "GBR");

    for (Index i = 0; i < z.rows(); ++i) {
        // The last two of nine final uses are exports of goods and of services.
        const double imports = m.row(i).cwiseMax(0.0).sum() + mf.row(i).head(7).cwiseMax(0.0).sum();
        const double inside = z.row(i).cwiseMax(0.0).sum() + f.row(i).head(7).cwiseMax(0.0).sum();
        const double exports = f.row(i).tail(2).sum();
        if (imports + inside > 0.0) {
            EXPECT_NEAR(found.cdi2[i], imports / (imports + inside), 1e-13);
        }
        EXPECT_EQ(std::isnan(found.cdi3[i]), exports <= 0.0);
        if (exports > 0.0) {
            EXPECT_NEAR(found.cdi3[i] * exports, imports, 1e-12 * imports);
        }
    }
}

TEST(Dependence, StaysInItsRanges) {
    for (unsigned seed = 1; seed < 8; ++seed) {
        const IoTable table = test::random_world_table(5, 6, seed);
        const HomeEconomy home = home_economy(table, "R1");
        const Dependence found = dependence_of(table, "R1", VectorXd::Constant(4, 0.7));
        expect_range(found.hhi, 0.25 - 1e-15, 1.0 + 1e-15);
        expect_range(found.cdi1, 0.25 - 1e-15, 1.0 + 1e-15);
        expect_range(found.hhi_look_through, 0.25 - 1e-15, 1.0 + 1e-15);
        expect_range(found.largest_origin_share, 0.25 - 1e-15, 1.0);
        // The sum of squares lies between that of the largest alone and the largest itself.
        expect_range(found.largest_origin_share - found.hhi, -1e-15, 1.0);
        expect_range(found.hhi - found.largest_origin_share.cwiseAbs2(), -1e-15, 1.0);
        expect_range(found.import_content_direct, 0.0, 1.0);
        expect_range(found.import_content_total - found.import_content_direct, 0.0, 1.0);
        expect_range(found.import_content_total, 0.0, 1.0);
        expect_range(found.foreign_input_reliance, 0.0, 1.0);
        expect_range(found.foreign_input_reliance_with_own_output, 0.0, 1.0);
        expect_range(found.hidden_exposure_with_own_output, -1e-15, 1.0);
        expect_range(found.hidden_exposure, -1.0, 1.0);
        expect_range(found.cdi2, 0.0, 1.0);
        expect_range(found.cdi3_output, 0.0, INFINITY);
        expect_range(found.upstreamness, 1.0, INFINITY);
    }
}

TEST(Dependence, SharesOfHomeAndOfTheOthersSumToOne) {
    const IoTable table = test::random_world_table(4, 5, 3);
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    const HomeExposure exposure = home_exposure(table, "R2", world);
    const Dependence found = dependence_of(table, "R2");
    const VectorXd ones = VectorXd::Ones(5);
    EXPECT_TRUE((found.foreign_input_reliance + exposure.of_inputs.look_through.col(2))
                    .isApprox(ones, 1e-13));
    EXPECT_TRUE((found.foreign_input_reliance_with_own_output +
                 exposure.with_own_output.look_through.col(2))
                    .isApprox(ones, 1e-13));
    EXPECT_TRUE((found.foreign_input_reliance - found.hidden_exposure +
                 exposure.of_inputs.face_value.col(2))
                    .isApprox(ones, 1e-13));
}

TEST(Dependence, UpstreamnessIsThatOfTheLinkages) {
    const IoTable table = test::random_world_table(3, 4, 5);
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    const VectorXd all = linkages(world, table.Z()).upstreamness;
    EXPECT_LE(relative_difference(dependence_of(table, "R1").upstreamness, all.segment(4, 4)),
              1e-13);
    const IoTable national = test::random_national_table(5, 5);
    const LeontiefModel model(Backend::cpu(), coefficients(national));
    EXPECT_LE(relative_difference(dependence_of(national, "HOM").upstreamness,
                                  linkages(model, national.Z()).upstreamness),
              1e-13);
}

TEST(Dependence, WeightsOfOneGiveTheImportShareAndAllAreLinear) {
    const IoTable table = test::random_world_table(4, 6, 9);
    const HomeEconomy home = home_economy(table, "R0");
    const VectorXd use = home.total_use.rowwise().sum();
    const VectorXd import_share = (use - home.domestic.rowwise().sum()).cwiseQuotient(use);
    const auto weight = [&](const VectorXd& weights) {
        return dependence_of(table, "R0", weights).geopolitical_weight;
    };
    EXPECT_LE(relative_difference(weight(VectorXd::Ones(3)), import_share), 1e-13);
    EXPECT_EQ(weight(VectorXd::Zero(3)), VectorXd::Zero(6));
    const VectorXd some = (VectorXd(3) << 0.2, 0.9, 0.5).finished();
    VectorXd sum = VectorXd::Zero(6);
    for (Index origin = 0; origin < 3; ++origin) {
        sum += weight(VectorXd::Unit(3, origin) * some[origin]);
    }
    EXPECT_LE(relative_difference(weight(some), sum), 1e-13);
}

TEST(Dependence, DoesNotDependOnTheOrderOfRegionsAndSectors) {
    const IoTable table = test::random_world_table(4, 5, 21);
    const std::vector<Index> regions = {2, 0, 3, 1};
    const std::vector<Index> sectors = {4, 1, 0, 3, 2};
    // Home R3: its origins R0, R1, R2 become R2, R0, R1.
    const VectorXd weights = (VectorXd(3) << 0.1, 0.5, 0.8).finished();
    const VectorXd moved = (VectorXd(3) << 0.8, 0.1, 0.5).finished();

    const Dependence before = dependence_of(table, "R3", weights);
    const Dependence after = dependence_of(reordered(table, regions, sectors), "R3", moved);

    const auto expected = numbers(before);
    const auto found = numbers(after);
    for (std::size_t k = 0; k < expected.size(); ++k) {
        ASSERT_EQ(expected[k].second.size(), 5) << expected[k].first;
        EXPECT_LE(relative_difference(found[k].second, expected[k].second(sectors)), 1e-11)
            << expected[k].first;
    }
    for (std::size_t i = 0; i < sectors.size(); ++i) {
        const auto at = static_cast<std::size_t>(sectors[i]);
        EXPECT_EQ(after.largest_origin[i], before.largest_origin[at]);
        EXPECT_EQ(after.cdi_dependent[i], before.cdi_dependent[at]);
    }
}

TEST(Dependence, DoesNotDependOnTheUnitOfAccount) {
    const IoTable table = test::random_world_table(3, 4, 2);
    const VectorXd weights = VectorXd::Constant(2, 0.3);
    const auto expected = numbers(dependence_of(table, "R0", weights));
    const auto found = numbers(dependence_of(test::rescaled(table, 1000.0), "R0", weights));
    for (std::size_t k = 0; k < expected.size(); ++k) {
        EXPECT_LE(relative_difference(found[k].second, expected[k].second), 1e-11)
            << expected[k].first;
    }
}

TEST(Dependence, OfTheNationalTableIsThatOfTheRegionAsFarAsItGoes) {
    const IoTable table = test::random_world_table(3, 5, 14);
    const Dependence region = dependence_of(table, "R1");
    const Dependence national = dependence_of(national_table(table, "R1"), "R1");
    EXPECT_LE(relative_difference(national.import_content_direct, region.import_content_direct),
              1e-13);
    EXPECT_LE(relative_difference(national.import_content_total, region.import_content_total),
              1e-13);
    EXPECT_LE(relative_difference(national.domestic_capacity, region.domestic_capacity), 1e-13);
    EXPECT_LE(relative_difference(national.cdi2, region.cdi2), 1e-13);
    EXPECT_LE(relative_difference(national.cdi3, region.cdi3), 1e-13);
    EXPECT_LE(relative_difference(national.cdi3_output, region.cdi3_output), 1e-13);
    // In a national table exports end the chain.
    EXPECT_GE((region.upstreamness - national.upstreamness).minCoeff(), 0.0);
    for (const VectorXd* none :
         {&national.hhi, &national.cdi1, &national.foreign_input_reliance,
          &national.hidden_exposure, &national.hhi_look_through, &national.largest_origin_share}) {
        EXPECT_EQ(none->size(), 0);
    }
    EXPECT_TRUE(national.cdi_dependent.empty());
    EXPECT_TRUE(national.largest_origin.empty());
}

TEST(Dependence, CountsAUseCalledExportsAsSoldAbroad) {
    const IoTable table = one_sector_world({"HOM", "A"}, MatrixXd{{10.0, 3.0}, {6.0, 20.0}},
                                           MatrixXd{{7.0, 1.0}, {2.0, 30.0}});
    const Dependence plain = dependence_of(table, "HOM");
    EXPECT_NEAR(plain.cdi2[0], 8.0 / 25.0, 1e-15);
    EXPECT_NEAR(plain.cdi3[0], 8.0 / 4.0, 1e-15);
    // Exports of home to outside the table, and of imports that pass through home.
    TableData data = table.data();
    data.final_uses[0].category = "EXPORTS";
    const Dependence outside = dependence_of(IoTable(std::move(data)), "HOM");
    EXPECT_NEAR(outside.cdi2[0], 6.0 / 16.0, 1e-15);
    EXPECT_NEAR(outside.cdi3[0], 6.0 / 11.0, 1e-15);
}

TEST(Dependence, HasNoTradeWhereTheTableDoesNotSayWhatIsImportedForFinalUse) {
    const Dependence found = dependence_of(test::random_national_table(4, 3), "HOM");
    EXPECT_EQ(found.cdi2.size(), 0);
    EXPECT_EQ(found.cdi3.size(), 0);
    EXPECT_EQ(found.cdi3_output.size(), 0);
    EXPECT_EQ(found.domestic_capacity.size(), 4);
}

TEST(Dependence, HasNoLookThroughWithoutTheWorldsModel) {
    const IoTable table = test::random_world_table(3, 4, 4);
    const HomeEconomy home = home_economy(table, "R0");
    const LeontiefModel domestic(Backend::cpu(), home.coefficients());
    const Dependence found = dependence(table, home, domestic, nullptr);
    EXPECT_EQ(found.foreign_input_reliance.size(), 0);
    EXPECT_EQ(found.upstreamness.size(), 0);
    EXPECT_EQ(found.geopolitical_weight.size(), 0);
    EXPECT_EQ(found.hhi.size(), 4);
    EXPECT_EQ(test::message_of<ArgumentError>(
                  [&] { dependence(table, home, domestic, nullptr, VectorXd::Ones(3)); }),
              "geopolitical weights: found 3, expected one for each of 2 origins");
}

TEST(Dependence, IsNothingWhereAProductHasNone) {
    // Home neither imports nor exports; the others do not trade either.
    const IoTable closed =
        one_sector_world({"HOM", "A"}, MatrixXd::Identity(2, 2), 10.0 * MatrixXd::Identity(2, 2));
    const Dependence found = dependence_of(closed, "HOM", VectorXd::Ones(1));
    EXPECT_TRUE(std::isnan(found.hhi[0]));
    EXPECT_TRUE(std::isnan(found.largest_origin_share[0]));
    EXPECT_EQ(found.largest_origin[0], "");
    EXPECT_TRUE(std::isnan(found.hhi_look_through[0]));
    EXPECT_TRUE(std::isnan(found.cdi1[0]));
    EXPECT_TRUE(std::isnan(found.cdi3[0]));
    EXPECT_FALSE(found.cdi_dependent[0].has_value());
    EXPECT_EQ(found.cdi2[0], 0.0);
    EXPECT_EQ(found.geopolitical_weight[0], 0.0);

    // Home makes nothing and buys all: A delivers 4 for production, 6 for final use. No exports
    // stand against that.
    const IoTable idle = one_sector_world({"HOM", "A"}, MatrixXd{{0.0, 0.0}, {0.0, 4.0}},
                                          MatrixXd{{0.0, 0.0}, {6.0, 10.0}});
    const Dependence without = dependence_of(idle, "HOM", VectorXd::Ones(1));
    for (const VectorXd* none :
         {&without.import_content_direct, &without.import_content_total,
          &without.foreign_input_reliance, &without.hidden_exposure,
          &without.foreign_input_reliance_with_own_output, &without.upstreamness,
          &without.domestic_capacity, &without.geopolitical_weight, &without.cdi3_output}) {
        EXPECT_TRUE(std::isnan((*none)[0]));
    }
    EXPECT_EQ(without.cdi1[0], 1.0);
    EXPECT_EQ(without.cdi2[0], 1.0);
    EXPECT_TRUE(std::isnan(without.cdi3[0]));
    EXPECT_TRUE(*without.cdi_dependent[0]);  // any import is more than no export
}

TEST(Dependence, OfASectorThatHomeLacks) {
    TableData data;
    data.meta.name = "lacking";
    data.classification =
        Classification::multi_regional({{"P", "", SectorKind::goods}, {"Q", "", SectorKind::goods}},
                                       {{"H", ""}, {"W", ""}}, {"H_P", "W_P", "W_Q"});
    data.Z = MatrixXd{{1.0, 2.0, 0.0}, {1.0, 3.0, 1.0}, {2.0, 1.0, 1.0}};
    data.F = MatrixXd{{7.0, 0.0}, {0.0, 15.0}, {1.0, 15.0}};
    data.final_uses = {{"H", "FINAL"}, {"W", "FINAL"}};
    data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
    data.V = data.x.transpose() - data.Z.colwise().sum();
    data.value_added_names = {"value_added"};

    const Dependence found = dependence_of(IoTable(std::move(data)), "H");

    EXPECT_GT(found.upstreamness[0], 1.0);
    EXPECT_TRUE(std::isnan(found.upstreamness[1]));
    EXPECT_TRUE(std::isnan(found.foreign_input_reliance[1]));
    EXPECT_TRUE(std::isnan(found.import_content_total[1]));
    EXPECT_EQ(found.domestic_capacity[1], 0.0);
    EXPECT_EQ(found.cdi2[1], 1.0);
    EXPECT_EQ(found.hhi[1], 1.0);
}

TEST(Dependence, CountsFlowsBelowZeroAsNothing) {
    MatrixXd z = MatrixXd::Constant(3, 3, 2.0);
    MatrixXd f = 30.0 * MatrixXd::Identity(3, 3);
    z(1, 0) = -1.0;
    f(2, 0) = -2.0;  // drawn from stocks
    const Dependence found =
        dependence_of(one_sector_world({"HOM", "A", "B"}, z, f), "HOM", VectorXd::Ones(2));
    EXPECT_EQ(found.hhi[0], 1.0);
    EXPECT_EQ(found.largest_origin[0], "B");
    EXPECT_EQ(found.geopolitical_weight[0], 0.5);
    EXPECT_EQ(found.domestic_capacity[0], 36.0 / 4.0);
    EXPECT_EQ(found.cdi1[0], 1.0);
    EXPECT_EQ(found.cdi2[0], 2.0 / 34.0);
    EXPECT_EQ(found.cdi3[0], 2.0 / 4.0);
}

}  // namespace
}  // namespace narrows
