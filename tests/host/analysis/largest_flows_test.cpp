#include "host/analysis/largest_flows.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/matrices.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

TEST(LargestFlows, AreAllCellsInDescendingOrderWithoutZerosAndNothing) {
    Eigen::MatrixXd values = test::matrix({{3, 0, 5}, {-1, 5, 2}});
    values(1, 0) = std::nan("");

    const std::vector<Flow> all = largest_flows(values, 100);

    std::vector<double> found;
    for (const Flow& flow : all) found.push_back(values(flow.seller, flow.buyer));
    EXPECT_EQ(found, (std::vector<double>{5, 5, 3, 2}));
    EXPECT_EQ(all[0].buyer, 1);  // of equals, the first buyer
}

TEST(LargestFlows, AreTheFirstOfAllWhereFewAreAskedFor) {
    const Eigen::MatrixXd values = test::random_matrix(30, 20, 1);
    const std::vector<Flow> all = largest_flows(values, 600);

    for (const std::size_t count : {0U, 1U, 7U, 599U}) {
        const std::vector<Flow> some = largest_flows(values, count);
        ASSERT_EQ(some.size(), count);
        for (std::size_t k = 0; k < count; ++k) {
            EXPECT_EQ(some[k].seller, all[k].seller);
            EXPECT_EQ(some[k].buyer, all[k].buyer);
        }
    }
}

}  // namespace
}  // namespace narrows
