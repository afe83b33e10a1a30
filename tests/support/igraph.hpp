#pragma once

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/clusters/graph.hpp"

namespace narrows::test {

inline bool has_igraph() {
    try {
        igraph_version();
        return true;
    } catch (const BackendUnavailable&) {
        return false;
    }
}

/// Skips the running test, saying why, where igraph is not installed.
#define NARROWS_NEEDS_IGRAPH() \
    if (!narrows::test::has_igraph()) GTEST_SKIP() << "needs igraph, which is not installed";

}  // namespace narrows::test
