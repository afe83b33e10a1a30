#include "kernels/cuda/context.cuh"
#include "kernels/cuda/operations.cuh"

namespace narrows::cuda {

narrows_status run_inventory(narrows_context* context, const narrows_inventory*) {
    return kernels::fail(context, NARROWS_UNAVAILABLE, "run_inventory: not on this backend yet");
}

}  // namespace narrows::cuda
