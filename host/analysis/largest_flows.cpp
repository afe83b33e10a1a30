#include "host/analysis/largest_flows.hpp"

#include <algorithm>
#include <cmath>

namespace narrows {

std::vector<Flow> largest_flows(const Eigen::MatrixXd& values, std::size_t count) {
    const auto value = [&](const Flow& flow) { return values(flow.seller, flow.buyer); };
    const auto before = [&](const Flow& a, const Flow& b) {
        if (value(a) != value(b)) return value(a) > value(b);
        return a.buyer != b.buyer ? a.buyer < b.buyer : a.seller < b.seller;
    };
    // A heap of the largest so far, the smallest of them on top.
    std::vector<Flow> largest;
    for (Index j = 0; j < values.cols() && count > 0; ++j) {
        for (Index i = 0; i < values.rows(); ++i) {
            if (values(i, j) == 0.0 || std::isnan(values(i, j))) continue;
            const Flow flow{i, j};
            if (largest.size() == count) {
                if (!before(flow, largest.front())) continue;
                std::pop_heap(largest.begin(), largest.end(), before);
                largest.pop_back();
            }
            largest.push_back(flow);
            std::push_heap(largest.begin(), largest.end(), before);
        }
    }
    std::sort_heap(largest.begin(), largest.end(), before);
    return largest;
}

}  // namespace narrows
