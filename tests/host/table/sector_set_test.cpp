#include "host/table/sector_set.hpp"

#include <gtest/gtest.h>

namespace narrows {
namespace {

using Indices = std::vector<Index>;

const std::vector<SectorSet> three_sets = {{"a", {0, 2}}, {"b", {2, 3}}, {"c", {4}}};

TEST(SetSelection, FilterIsTheUnionOfItsSets) {
    EXPECT_EQ((SetSelection{three_sets, {1, 0}, {}}.products()), (Indices{0, 2, 3}));
    EXPECT_EQ((SetSelection{three_sets, {2}, {}}.products()), (Indices{4}));
    const SetSelection none{three_sets, {}, {}};
    EXPECT_FALSE(none.has_filter());
    EXPECT_TRUE(none.products().empty());
}

TEST(SetSelection, WeightsOfOverlappingSetsMultiply) {
    const SetSelection selection{three_sets, {}, {2.0, 1.5, std::nullopt}};
    const Eigen::VectorXd weights = selection.product_weights(6);
    const Eigen::VectorXd expected =
        (Eigen::VectorXd(6) << 2.0, 1.0, 3.0, 1.5, 1.0, 1.0).finished();
    EXPECT_EQ(weights, expected);
    EXPECT_EQ((SetSelection{three_sets, {0}, {}}.product_weights(6).size()), 0);
}

}  // namespace
}  // namespace narrows
