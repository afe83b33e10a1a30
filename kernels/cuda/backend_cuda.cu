// The contract on CUDA with cuBLAS and cuSOLVER: the module's one exported symbol.
#include "kernels/cuda/operations.cuh"

namespace narrows::cuda {
namespace {

const narrows_backend_api api = {
    NARROWS_BACKEND_ABI,
    static_cast<int32_t>(sizeof(narrows_backend_api)),
    "cuda",
    probe,
    open,
    close,
    error_message,
    describe,
    memory,
    bytes,
    formula,
    upload,
    create,
    download,
    host_view,
    release_matrix,
    multiply,
    invert,
    factor,
    release_factor,
    solve,
    invert_factor,
    apply,
    apply_each,
    apply_sparse,
    residual,
    sweep,
    cell_losses,
    run_batch,
    solve_shortage,
    run_inventory,
};

}  // namespace
}  // namespace narrows::cuda

extern "C" __attribute__((visibility("default"))) const narrows_backend_api* narrows_backend_get(
    void) {
    return &narrows::cuda::api;
}
