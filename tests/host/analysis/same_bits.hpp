#pragma once

#include <gtest/gtest.h>

#include "host/analysis/ranking_uncertainty.hpp"

namespace narrows::test {

inline void expect_same_bits(const RankingUncertainty& found, const RankingUncertainty& expected) {
    ASSERT_EQ(found.rows.size(), expected.rows.size());
    EXPECT_EQ(found.num_failed, expected.num_failed);
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
        const PairUncertainty& a = found.rows[i];
        const PairUncertainty& b = expected.rows[i];
        EXPECT_EQ(a.median, b.median);
        EXPECT_EQ(a.q05, b.q05);
        EXPECT_EQ(a.q95, b.q95);
        EXPECT_EQ(a.rank_q05, b.rank_q05);
        EXPECT_EQ(a.rank_q95, b.rank_q95);
        EXPECT_EQ(a.p_top10, b.p_top10);
        EXPECT_EQ(a.variance_share, b.variance_share);
    }
}

}  // namespace narrows::test
