#pragma once

#include <cstdint>

#include "kernels/backend_api.h"

// The functions of the contract's table (kernels/backend_api.h), in the files named.
namespace narrows::cuda {

// context.cu
narrows_status probe(int32_t* num_devices, char* reason, size_t reason_size);
narrows_status open(const narrows_open_options* options, narrows_context** context, char* reason,
                    size_t reason_size);
void close(narrows_context* context);
const char* error_message(const narrows_context* context);
narrows_status describe(narrows_context* context, char* operations, size_t operations_size,
                        char* device, size_t device_size);
narrows_status memory(narrows_context* context, int64_t* free_bytes, int64_t* total_bytes);

// formulas.cu
int64_t bytes(narrows_operation operation, int64_t n, int64_t count);
const char* formula(narrows_operation operation);

// matrices.cu
narrows_status upload(narrows_context* context, int64_t rows, int64_t columns, const double* data,
                      int64_t ld, narrows_matrix** matrix);
narrows_status create(narrows_context* context, int64_t rows, int64_t columns,
                      narrows_matrix** matrix);
narrows_status download(narrows_context* context, const narrows_matrix* matrix, int64_t first_row,
                        int64_t first_column, int64_t rows, int64_t columns, double* data,
                        int64_t ld);
const double* host_view(const narrows_matrix* matrix, int64_t* ld);
void release_matrix(narrows_context* context, narrows_matrix* matrix);
narrows_status multiply(narrows_context* context, const narrows_matrix* a, const narrows_matrix* b,
                        narrows_matrix* c);

// inverse.cu
narrows_status invert(narrows_context* context, const narrows_matrix* a, const double* weights,
                      const double* slack, narrows_matrix** inverse, narrows_factor_info* info);

// lu.cu
narrows_status factor(narrows_context* context, const narrows_matrix* a, narrows_factor** factor,
                      narrows_factor_info* info);
void release_factor(narrows_context* context, narrows_factor* factor);
narrows_status solve(narrows_context* context, const narrows_factor* factor, int32_t transposed,
                     int64_t num_rhs, double* rhs, int64_t ld);
narrows_status invert_factor(narrows_context* context, const narrows_factor* factor,
                             narrows_matrix** inverse);

// apply.cu
narrows_status apply(narrows_context* context, const narrows_matrix* matrix, int32_t transposed,
                     int64_t num_rhs, const double* y, int64_t ldy, double* x, int64_t ldx);
narrows_status apply_each(narrows_context* context, const narrows_matrix* matrix,
                          int32_t transposed, int64_t num_rhs, const double* y, int64_t ldy,
                          double* x, int64_t ldx);
narrows_status apply_sparse(narrows_context* context, const narrows_matrix* matrix, int64_t num_rhs,
                            const int64_t* starts, const int64_t* rows, const double* values,
                            double* x, int64_t ldx);

// extraction.cu
narrows_status residual(narrows_context* context, const narrows_matrix* a, const narrows_matrix* l,
                        double* column_sums);
narrows_status sweep(narrows_context* context, const narrows_matrix* l, const narrows_sweep* sweep);
narrows_status cell_losses(narrows_context* context, const narrows_matrix* l,
                           const narrows_matrix* a, const double* g, const double* x, double phi,
                           double* losses, int64_t ld, double* smallest);

// batch.cu
narrows_status run_batch(narrows_context* context, const narrows_batch* batch);

// shortage.cu
std::int64_t shortage_bytes(std::int64_t n, std::int64_t num_scenarios);
narrows_status solve_shortage(narrows_context* context, const narrows_shortage* shortage);

// inventory.cu
std::int64_t inventory_bytes(std::int64_t shares, std::int64_t stocks);
narrows_status run_inventory(narrows_context* context, const narrows_inventory* inventory);

}  // namespace narrows::cuda
