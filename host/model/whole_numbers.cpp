#include "host/model/whole_numbers.hpp"

#include <cmath>
#include <memory>

#include "host/model/solver_library.hpp"

namespace narrows {
namespace {

/// The functions of Cbc's C interface (Cbc_C_Interface.h of Cbc 2.10) that are used, declared here
/// so that building needs no Cbc; found in the library at run time.
struct Cbc {
    void* (*new_model)();
    void (*delete_model)(void*);
    void (*set_log_level)(void*, int);
    void (*load_problem)(void*, int columns, int rows, const int* start, const int* index,
                         const double* value, const double* lower, const double* upper,
                         const double* objective, const double* row_lower, const double* row_upper);
    void (*set_integer)(void*, int column);
    void (*set_sense)(void*, double);
    void (*set_allowable_gap)(void*, double);
    void (*set_fraction_gap)(void*, double);
    int (*solve)(void*);
    int (*is_optimal)(void*);
    int (*is_infeasible)(void*);
    const double* (*solution)(void*);
};

Cbc load_cbc() {
    void* const library =
        open_solver({"libCbcSolver.so.3", "libCbcSolver.so"}, "choices of whole sectors need Cbc");
    Cbc cbc{};
    find_function(library, "Cbc_newModel", cbc.new_model);
    find_function(library, "Cbc_deleteModel", cbc.delete_model);
    find_function(library, "Cbc_setLogLevel", cbc.set_log_level);
    find_function(library, "Cbc_loadProblem", cbc.load_problem);
    find_function(library, "Cbc_setInteger", cbc.set_integer);
    find_function(library, "Cbc_setObjSense", cbc.set_sense);
    find_function(library, "Cbc_setAllowableGap", cbc.set_allowable_gap);
    find_function(library, "Cbc_setAllowableFractionGap", cbc.set_fraction_gap);
    find_function(library, "Cbc_solve", cbc.solve);
    find_function(library, "Cbc_isProvenOptimal", cbc.is_optimal);
    find_function(library, "Cbc_isProvenInfeasible", cbc.is_infeasible);
    find_function(library, "Cbc_getColSolution", cbc.solution);
    return cbc;
}

const Cbc& cbc() {
    static const Cbc loaded = load_cbc();
    return loaded;
}

}  // namespace

LinearSolution maximise_whole(const LinearProgram& program) {
    constexpr double maximise = -1.0;
    const std::unique_ptr<void, void (*)(void*)> model(cbc().new_model(), cbc().delete_model);
    cbc().set_log_level(model.get(), 0);
    const Eigen::SparseMatrix<double>& rows = program.R;
    cbc().load_problem(model.get(), static_cast<int>(rows.cols()), static_cast<int>(rows.rows()),
                       rows.outerIndexPtr(), rows.innerIndexPtr(), rows.valuePtr(),
                       program.lower.data(), program.upper.data(), program.objective.data(),
                       nullptr, program.limits.data());
    cbc().set_sense(model.get(), maximise);
    cbc().set_allowable_gap(model.get(), 1e-10);
    cbc().set_fraction_gap(model.get(), 0.0);
    for (const Eigen::Index j : program.whole) {
        cbc().set_integer(model.get(), static_cast<int>(j));
    }
    cbc().solve(model.get());
    LinearSolution result;
    if (cbc().is_optimal(model.get()) != 0) {
        result.feasible = true;
        result.z = Eigen::VectorXd::Map(cbc().solution(model.get()), rows.cols());
        for (const Eigen::Index j : program.whole) result.z[j] = std::round(result.z[j]);
    } else if (cbc().is_infeasible(model.get()) == 0) {
        throw NumericalError("Cbc gave up on a programme in whole numbers", {});
    }
    return result;
}

}  // namespace narrows
