#include "host/shock/shocks.hpp"

#include <algorithm>

namespace narrows {
namespace {

double recovering(RecoveryShape shape, double passed) {
    switch (shape) {
        case RecoveryShape::linear:
            return 1.0 - passed;
        case RecoveryShape::fast_first:
            return (1.0 - passed) * (1.0 - passed);
        case RecoveryShape::slow_first:
            return 1.0 - passed * passed;
    }
    return 0.0;
}

}  // namespace

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
    if (since < timing.duration) return since < timing.ramp ? since / timing.ramp : 1.0;
    const double over = since - timing.duration;
    return over < timing.recovery ? recovering(timing.shape, over / timing.recovery) : 0.0;
}

}  // namespace narrows
