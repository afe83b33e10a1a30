/* THE CONTRACT between the host layer and a numerical backend.
 *
 * A backend is one table of C functions. The CPU backend is linked into the program; the CUDA
 * backend is a module loaded at run time, and its only exported symbol is narrows_backend_get.
 *
 * Rules on both sides:
 *  - matrices are double, sizes are int64_t; data in host memory is column-major, and element
 *    (i, j) of a matrix with leading dimension ld is at data[i + j * ld];
 *  - handles are opaque. A narrows_matrix may live in host memory, on a device or be spread over
 *    several memories; the host only ever sees blocks of it, or a view where there is one;
 *  - nothing below this line throws, prints, exits or reads the environment (but for the CPU
 *    backend's loading of OpenBLAS, see cpu/openblas.hpp). Every function returns a status;
 *    narrows_backend_api.error_message tells what went wrong last in a context;
 *  - a numerical outcome (a singular matrix) is a status, not a bad argument;
 *  - a context is used by one thread at a time;
 *  - the same input gives the same bits, whatever the number of threads, and a column of a
 *    right-hand side gives the same bits in any batch.
 *
 * Notation: A input coefficients, n x n; K = I - A; L = K^-1; slack r = 1'K, what a column leaves
 * beside A.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of this header that an older module would not survive. */
#define NARROWS_BACKEND_ABI 4
#define NARROWS_BACKEND_SYMBOL "narrows_backend_get"

typedef enum narrows_status {
    NARROWS_OK = 0,
    NARROWS_BAD_ARGUMENT = 1,   /* a null handle, a negative size, a leading dimension too small */
    NARROWS_OUT_OF_MEMORY = 2,  /* on the host or on the device */
    NARROWS_SINGULAR = 3,       /* a pivot that is zero, negative or not finite; see the info */
    NARROWS_UNAVAILABLE = 4,    /* not here: no driver, no device; or not by this backend */
    NARROWS_DEVICE_FAILURE = 5, /* the device or one of its libraries reported an error */
    NARROWS_STOPPED = 6         /* a function of the caller asked for it */
} narrows_status;

typedef struct narrows_context narrows_context; /* one device, its streams and workspaces */
typedef struct narrows_matrix narrows_matrix;   /* a matrix in the backend's own memory */
typedef struct narrows_factor narrows_factor;   /* a pivoted LU factorisation of K */

/* How a context is opened. */
typedef struct narrows_open_options {
    int32_t device;      /* number of the device; 0 for the CPU */
    int32_t num_threads; /* CPU: threads that share the work; 0: one per processor */
    const char* product; /* CPU: whose matrix product: "auto", "openblas", "eigen", or "eigen-sse2",
                            "eigen-avx2", "eigen-avx512"; null is "auto" */
} narrows_open_options;

/* What a factorisation or an inversion met on its way. */
typedef struct narrows_factor_info {
    double min_pivot;    /* smallest pivot (of LU: smallest |pivot|) */
    int64_t singular_at; /* 0-based elimination step of the first bad pivot, -1 if there is none */
} narrows_factor_info;

/* What a memory formula is asked for; n is the order, count the number of columns or draws. */
typedef enum narrows_operation {
    NARROWS_UPLOAD,   /* upload: n rows, count columns */
    NARROWS_CREATE,   /* create: n rows, count columns */
    NARROWS_MULTIPLY, /* multiply: workspace beside the three matrices */
    NARROWS_INVERT,   /* invert: the inverse and its workspace */
    NARROWS_FACTOR,   /* factor: the factor and its workspace */
    NARROWS_INVERT_FACTOR,
    NARROWS_SOLVE, /* solve, apply, apply_each, apply_sparse: count right-hand sides */
    NARROWS_RESIDUAL,
    NARROWS_SWEEP, /* sweep: count weights and flows together */
    NARROWS_CELLS,
    NARROWS_BATCH,    /* run_batch: count draws */
    NARROWS_SHORTAGE, /* solve_shortage: count scenarios */
    NARROWS_INVENTORY /* run_inventory: n = channels x nodes, count = products x nodes */
} narrows_operation;

/* One pass over the columns of L; see sweep. Unused parts have count 0 and null pointers. */
typedef struct narrows_sweep {
    int64_t num_weights;
    const double* weights; /* W, n x num_weights */
    double* column_sums;   /* L'W, n x num_weights */
    int64_t num_flows;
    const double* flows; /* Z, n x num_flows */
    double* row_sums;    /* L Z, n x num_flows */
    double* diagonal;    /* l_kk, n; may be null */
    int64_t num_blocks;
    const int64_t* block_starts; /* num_blocks + 1 ascending row numbers; block b is
                                    [block_starts[b], block_starts[b + 1]) squared */
    double* blocks;              /* the blocks of L, dense, one after the other */
} narrows_sweep;

/* Many perturbed tables of one order; see run_batch. In draw d cell (i, j) of the flows is
 *   a_ij exp(s_ij xi - s_ij^2 / 2),  xi standard normal from Philox 4x32-10 with
 *   key = seed, counter = (cell, d, stream), cell = i + j n,
 * s <= 10; primary inputs stay, and the column is divided by its new total
 * t_j = sum_i of that + r_j. */
typedef struct narrows_batch {
    int64_t order;
    const double* coefficients; /* A >= 0, n x n */
    const double* slack;        /* r >= 0, n */
    const double* spread;       /* s, n x n */
    uint64_t seed;
    uint32_t stream;
    int64_t first_draw, num_draws;
    int64_t num_weights;
    const double* weights;      /* W, n x num_weights */
    int32_t weights_per_output; /* 1: w_jq belongs to a unit of base output: divided by t_j */
    double* multipliers;        /* L'W, n x num_weights per draw */
    int64_t num_demands;
    const double* demands; /* F, n x num_demands */
    double* outputs;       /* L F, n x num_demands per draw */
    double* inverses;      /* L, n x n per draw; may be null */
    int32_t* failed;       /* per draw: 0, or 1 where a pivot was not positive; may not be null */
} narrows_batch;

/* What a scenario of narrows_shortage ends with for one lambda. */
typedef struct narrows_shortage_result {
    int64_t scenario, lambda; /* which of them */
    const double* loss;       /* delta, n, valid during the call */
    double error;             /* bound on max |delta - exact delta| */
    int64_t sweeps;           /* passes over w */
} narrows_shortage_result;

/* The bottleneck system of many regions on n nodes ordered by product: product g has the nodes
 * [starts[g], starts[g + 1]), one per region that makes it. In scenario s
 *
 *   delta_j = max_g (lambda sum_{r in g} w_rj delta_r),
 *
 * but for some users j ("home") whose direct loss of the withheld product g_s is above 0
 *
 *   delta_j = max of that and  direct_j + lambda sum_{r in g_s} w_rj delivered_r delta_r.
 *
 * Because w carries the users' criticality and delivered_r <= 1, direct_j makes up for what is not
 * delivered, and the maximum over all products may keep the full sum of g_s. With sums of w over a
 * product at most 1 the right-hand side is a sup-norm contraction with modulus lambda < 1.
 * See solve_shortage. */
typedef struct narrows_shortage {
    int64_t n;
    int64_t num_products;
    const int64_t* starts; /* num_products + 1, ascending, from 0 to n */
    const double* weights; /* w >= 0, n x n, row = seller, column = user, its diagonal 0 */
    int64_t num_home;
    const int64_t* home; /* users that a withheld product is withheld from, ascending */
    int64_t num_scenarios;
    const int64_t* products; /* g_s, one per scenario */
    const double* direct;    /* in [0, 1], num_home x num_scenarios */
    const double* delivered; /* in [0, 1], one row per node of the product, as many rows as the
                                product with most nodes has, x num_scenarios */
    int64_t num_lambdas;
    const double* lambdas; /* ascending, each in [0, 1) */
    /* Called once for every scenario and lambda, for a scenario in the order of the lambdas, maybe
     * from several threads at once. Not 0: no further calls, NARROWS_STOPPED. */
    int32_t (*done)(void* user, const narrows_shortage_result* result);
    void* user;
} narrows_shortage;

/* How stocks bound a node's output. */
typedef enum narrows_input_bound {
    NARROWS_SCARCEST = 0, /* min_k slope_kj S_kj + offset_kj; no bound by k: slope 0, offset inf */
    NARROWS_ADDED = 1,    /* sum_k slope_kj S_kj + offset_kj */
    NARROWS_CES = 2       /* x0_j (sum_k offset_kj (slope_kj S_kj)^e)^(1/e), e = exponent; e = 0:
                             x0_j exp(sum_k offset_kj ln(slope_kj S_kj)); no offset above 0: no
                             bound */
} narrows_input_bound;

/* Who gets what where a node has less than is ordered from it. */
typedef enum narrows_rationing {
    NARROWS_PROPORTIONAL = 0,       /* all the same share, final demand too */
    NARROWS_INTERMEDIATE_FIRST = 1, /* nodes first, the same share each; then final demand */
    /* One order after the other, in full until nothing is left. An order is what one user asks for
     * through one channel, after its cap, or final demand. A backend may lack these. */
    NARROWS_LARGEST_FIRST = 2, /* by size, then channel, then user; final demand after its equals */
    NARROWS_RANDOM_PRIORITY = 3 /* by a random number, the first 64 bits of Philox 4x32-10 with key
                                   = seed, counter = (node, user or n, step, 0x5052494F) */
} narrows_rationing;

/* What shocks change: rows of these kinds, one after the other. */
typedef enum narrows_shocked {
    NARROWS_CAPACITY = 0,   /* row i: share of node i's capacity that is lost */
    NARROWS_CHANNEL = 1,    /* row c: share of channel c's base flow that its cap takes away */
    NARROWS_HOUSEHOLDS = 2, /* row i: share of households' demand for i that is lost; < 0: gained */
    NARROWS_OTHER = 3       /* row i: the same for other final demand */
} narrows_shocked;

/* Amount times profile is added to a row of a scenario at every step. */
typedef struct narrows_shock_entry {
    int32_t kind; /* narrows_shocked */
    int32_t profile;
    int64_t row;
    double amount;
} narrows_shock_entry;

/* What a scenario of narrows_inventory ends with. Kept steps are 0, keep_every, 2 keep_every ...;
 * pointers are valid during the call, and null where nothing was to be kept. */
typedef struct narrows_inventory_result {
    int64_t scenario;
    const double* output;      /* n: sum of x over the steps */
    const double* unmet;       /* n: sum of final demand that was not met */
    const double* value_added; /* num_steps: sum_j value_added_j x_j / x0_j */
    int64_t num_kept;
    const double* kept_output; /* x, n x num_kept */
    const int32_t* kept_bound; /* what bound x: n x num_kept; product k, or NARROWS_BOUND_BY_... */
    const double* kept_fill;   /* share of orders delivered, num_channels x num_kept */
} narrows_inventory_result;

#define NARROWS_BOUND_BY_DEMAND (-1)
#define NARROWS_BOUND_BY_CAPACITY (-2)
#define NARROWS_BOUND_BY_INPUTS (-3) /* all together, where they are added or CES */

/* An economy that produces from stocks, step by step, in many scenarios. n nodes hold stocks S_kj
 * of P products; orders for a product go through channels in fixed shares, each of them from one
 * node to some users, or from outside. In a step, from the state after the one before (before the
 * first: S = s g, x = y = d = x0, l = 1, alpha = alpha_base, cons = 1):
 *
 *   orders        o_kj = max(0, a_kj d_j + (s g_kj - S_kj) / tau), or where orders follow output
 *                 o_kj = max(0, (s g_kj y_j / x0_j - S_kj) / tau) + a_kj x_j
 *   channels      O_c = sum_j share_cj o_k(c)j; where reweighted, shares are proportional to
 *                 share_cj K_i(c) / x0_i(c) with capacities of the step before (outside: 1)
 *   caps          delivered at most (1 - cut_c) base_c where cut_c > 0, else no cap
 *   final demand  f_i = households_i cons_r(i) (1 - h_i) + other_i (1 - g_i), factors >= 0;
 *                 cons_r = exp(rho ln cons_r + (1 - rho) ln(m income_r + 1 - m)), income_r the
 *                 value added of the step before in region r over that of the start; rho < 0: 1
 *   demand        d_i = sum over channels from i of min(O_c, cap_c) + f_i
 *   overtime      z = (d_i - x_i) / d_i with the output of the step before: alpha_i +=
 *                 ((alpha_max - alpha_i) z or, where z = 0, alpha_base - alpha_i) / alpha_steps,
 *                 at least 1; alpha_steps 0: alpha = 1
 *   capacity      K_i = alpha_i min(l_i, 1 - loss_i) x0_i
 *   output        y_i = min(K_i, d_i),  x_i = min(y_i, what stocks allow; see narrows_input_bound)
 *   deliveries    fill_c = min(1, cap_c / O_c) times what rationing leaves of node i(c)'s orders;
 *                 proportional: x_i / d_i (1 where d_i <= 0); where nodes come first, or orders
 *                 one by one, f_i < 0 (out of stocks) is there for them beside x_i; one by one,
 *                 fill_c differs from user to user
 *   stocks        S_kj = max(0, S_kj + o_kj sum_c share_cj fill_c - a_kj x_j)
 *   labour        l_i += hire or fire (x^_i - K_i) / x0_i, x^ = min(what stocks allow, d), hire
 *                 where above 0, then within [0, 1 - loss_i]; hire < 0: l stays 1
 *
 * Sources: Pichler, Pangallo, del Rio-Chanona, Lafond & Farmer (2022); Hallegatte (2014). */
typedef struct narrows_inventory {
    int64_t n;
    int64_t num_products;
    int64_t num_channels;
    const int64_t*
        starts; /* num_products + 1, ascending: product k has channels [starts[k], ...) */
    const int64_t* source; /* num_channels: the node that delivers, -1: outside */
    const double* shares;  /* num_channels x n, >= 0 */
    const double* base;    /* num_channels: base flow, what a cut is a share of */
    const double* inputs;  /* a, num_products x n */
    const double* goals;   /* g, num_products x n */
    const double* slope;   /* num_products x n */
    const double* offset;  /* num_products x n */
    narrows_input_bound bound;
    double exponent;
    const double* x0;          /* n, >= 0 */
    const double* value_added; /* n */
    const double* households;  /* n */
    const double* other;       /* n */
    int64_t num_regions;
    const int64_t* region; /* n */
    int32_t orders_follow_output;
    int32_t reweighted;
    narrows_rationing rationing;
    double hire, fire;
    double alpha_base, alpha_max, alpha_steps;
    double rho, m;
    int64_t num_steps;
    int64_t num_profiles;
    const double* profiles; /* num_steps x num_profiles */
    int64_t num_scenarios;
    const double* tau;                  /* num_scenarios, > 0 */
    const double* stock;                /* s, num_scenarios, >= 0 */
    const uint64_t* seeds;              /* num_scenarios, of RANDOM_PRIORITY; null: 0 */
    const int64_t* entry_starts;        /* num_scenarios + 1: scenario's entries */
    const narrows_shock_entry* entries; /* in the order of scenarios */
    int64_t keep_every;                 /* 0: nothing is kept */
    /* Called once for every scenario, maybe from several threads at once. Not 0: no further calls,
     * NARROWS_STOPPED. */
    int32_t (*done)(void* user, const narrows_inventory_result* result);
    void* user;
} narrows_inventory;

/* The functions of a backend, in the order of this table; those that return a status may fail. */
typedef struct narrows_backend_api {
    int32_t abi;         /* NARROWS_BACKEND_ABI of the backend's build */
    int32_t struct_size; /* sizeof(narrows_backend_api) of the backend's build */
    const char* name;    /* "cpu", "cuda" */

    /* Can this machine run the backend? NARROWS_OK with the number of devices, or
     * NARROWS_UNAVAILABLE with the reason in `reason`. */
    narrows_status (*probe)(int32_t* num_devices, char* reason, size_t reason_size);

    /* Opens a device; where that fails, the reason is in `reason` and *context is null. */
    narrows_status (*open)(const narrows_open_options* options, narrows_context** context,
                           char* reason, size_t reason_size);
    void (*close)(narrows_context* context);
    const char* (*error_message)(const narrows_context* context);
    /* What does the work, for the record: "Eigen 3.4.0, OpenBLAS 0.3.21 SkylakeX"; and where. */
    narrows_status (*describe)(narrows_context* context, char* operations, size_t operations_size,
                               char* device, size_t device_size);
    narrows_status (*memory)(narrows_context* context, int64_t* free_bytes, int64_t* total_bytes);

    /* Memory that an operation takes beyond what already exists, in bytes, so that the host can
     * refuse before anything is allocated; and the same as a text, "13.4 n^2 bytes". */
    int64_t (*bytes)(narrows_operation operation, int64_t n, int64_t count);
    const char* (*formula)(narrows_operation operation);

    /* A backend matrix of a host matrix. The host's data must stay as it is until the matrix is
     * released: a backend in host memory refers to it and copies nothing. */
    narrows_status (*upload)(narrows_context* context, int64_t rows, int64_t columns,
                             const double* data, int64_t ld, narrows_matrix** matrix);
    /* A zero matrix. */
    narrows_status (*create)(narrows_context* context, int64_t rows, int64_t columns,
                             narrows_matrix** matrix);
    narrows_status (*download)(narrows_context* context, const narrows_matrix* matrix,
                               int64_t first_row, int64_t first_column, int64_t rows,
                               int64_t columns, double* data, int64_t ld);
    /* The matrix itself where it lies whole and column-major in host memory, else null. */
    const double* (*host_view)(const narrows_matrix* matrix, int64_t* ld);
    void (*release_matrix)(narrows_context* context, narrows_matrix* matrix);

    /* C = A B, shapes m x k, k x n, m x n. */
    narrows_status (*multiply)(narrows_context* context, const narrows_matrix* a,
                               const narrows_matrix* b, narrows_matrix* c);

    /* L from the off-diagonal of A >= 0, weights w > 0 and slack r >= 0 (n each, host memory; null
     * weights are 1): K^ = diag(w) K has off-diagonal entries -w_i a_ij and columns that sum to r;
     * its diagonal is r_j + sum of w_i a_ij over i != j, that of A is not used. Recursive block
     * inversion without pivoting and without subtractions (common/block_inverse.hpp), then
     * L = K^^-1 diag(w). NARROWS_SINGULAR leaves *inverse null. */
    narrows_status (*invert)(narrows_context* context, const narrows_matrix* a,
                             const double* weights, const double* slack, narrows_matrix** inverse,
                             narrows_factor_info* info);

    /* The path for every other A: LU of K with partial pivoting. NARROWS_SINGULAR leaves *factor
     * null and fills *info. */
    narrows_status (*factor)(narrows_context* context, const narrows_matrix* a,
                             narrows_factor** factor, narrows_factor_info* info);
    void (*release_factor)(narrows_context* context, narrows_factor* factor);
    /* K X = R (transposed == 0) or K'X = R in place: `rhs` is n x num_rhs in host memory, holds R
     * on entry and X on return. */
    narrows_status (*solve)(narrows_context* context, const narrows_factor* factor,
                            int32_t transposed, int64_t num_rhs, double* rhs, int64_t ld);
    narrows_status (*invert_factor)(narrows_context* context, const narrows_factor* factor,
                                    narrows_matrix** inverse);

    /* X = M Y (transposed == 0) or M'Y for a square M, Y and X n x num_rhs in host memory, not
     * overlapping: products of fixed shape, streamed in column chunks. */
    narrows_status (*apply)(narrows_context* context, const narrows_matrix* matrix,
                            int32_t transposed, int64_t num_rhs, const double* y, int64_t ldy,
                            double* x, int64_t ldx);
    /* The same one column at a time: for few right-hand sides, bound by reading M. */
    narrows_status (*apply_each)(narrows_context* context, const narrows_matrix* matrix,
                                 int32_t transposed, int64_t num_rhs, const double* y, int64_t ldy,
                                 double* x, int64_t ldx);
    /* X = M Y for a sparse Y in compressed columns: entries [starts[c], starts[c + 1]) of `rows`
     * and `values` are column c. Columns of M are gathered, in the order of the entries. */
    narrows_status (*apply_sparse)(narrows_context* context, const narrows_matrix* matrix,
                                   int64_t num_rhs, const int64_t* starts, const int64_t* rows,
                                   const double* values, double* x, int64_t ldx);

    /* column_sums_j = sum_i |I - L + A L|_ij, as computed. */
    narrows_status (*residual)(narrows_context* context, const narrows_matrix* a,
                               const narrows_matrix* l, double* column_sums);

    /* What extractions need, in one pass over L. */
    narrows_status (*sweep)(narrows_context* context, const narrows_matrix* l,
                            const narrows_sweep* sweep);
    /* losses_ij = g_i phi a_ij x_j / (1 + phi a_ij L_ji), n x n in host memory, in one pass over L;
     * *smallest is the smallest denominator. */
    narrows_status (*cell_losses)(narrows_context* context, const narrows_matrix* l,
                                  const narrows_matrix* a, const double* g, const double* x,
                                  double phi, double* losses, int64_t ld, double* smallest);

    narrows_status (*run_batch)(narrows_context* context, const narrows_batch* batch);

    /* Sweeps from 0 until nothing moves beyond rounding, scenarios side by side; a larger lambda
     * starts from the solution of the smaller one before it, for solutions grow with lambda. */
    narrows_status (*solve_shortage)(narrows_context* context, const narrows_shortage* shortage);

    narrows_status (*run_inventory)(narrows_context* context, const narrows_inventory* inventory);
} narrows_backend_api;

/* The one exported symbol of a backend module. The table lives as long as the module. */
typedef const narrows_backend_api* (*narrows_backend_get_function)(void);

#ifdef __cplusplus
}
#endif
