#include "host/shock/shocks.hpp"

#include <algorithm>

namespace narrows {

const char* to_string(ShockKind kind) {
    switch (kind) {
        case ShockKind::import_cut:
            return "import_cut";
        case ShockKind::capacity_loss:
            return "capacity_loss";
        case ShockKind::demand_change:
            return "demand_change";
        case ShockKind::coefficient_change:
            return "coefficient_change";
        case ShockKind::price_rise:
            return "price_rise";
        case ShockKind::extraction:
            return "extraction";
    }
    return "";
}

double strength_on(const ShockTiming& timing, double day) {
    const double since = day - timing.start;
    if (since < 0.0) return 0.0;
    const double rise = timing.ramp > 0.0 ? std::min(1.0, since / timing.ramp) : 1.0;
    if (since < timing.duration) return rise;
    const double u = timing.recovery > 0.0 ? (since - timing.duration) / timing.recovery : 1.0;
    if (u >= 1.0) return 0.0;
    switch (timing.shape) {
        case RecoveryShape::linear:
            return 1.0 - u;
        case RecoveryShape::fast_first:
            return (1.0 - u) * (1.0 - u);
        case RecoveryShape::slow_first:
            return 1.0 - u * u;
    }
    return 0.0;
}

}  // namespace narrows
