#include "host/model/linear_program.hpp"

#include <Clp_C_Interface.h>
#include <dlfcn.h>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"

namespace narrows {
namespace {

/// The functions of Clp's C interface that are used, found in the library at run time.
struct Clp {
    decltype(&Clp_newModel) new_model;
    decltype(&Clp_deleteModel) delete_model;
    decltype(&Clp_setLogLevel) set_log_level;
    decltype(&Clp_setPrimalTolerance) set_primal_tolerance;
    decltype(&Clp_scaling) scaling;
    decltype(&Clp_loadProblem) load_problem;
    decltype(&Clp_setOptimizationDirection) set_direction;
    decltype(&Clp_copyinStatus) copy_in_status;
    decltype(&Clp_dual) dual;
    decltype(&Clp_status) status;
    decltype(&Clp_numberIterations) number_iterations;
    decltype(&Clp_primalColumnSolution) solution;
    decltype(&Clp_dualRowSolution) prices;
    decltype(&Clp_infeasibilityRay) infeasibility_ray;
    decltype(&Clp_freeRay) free_ray;
};

template <class Function>
void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (function == nullptr) throw BackendUnavailable(std::string("libClp lacks ") + name);
}

/// Clp links LAPACK, which may be part of OpenBLAS. Were Clp linked to this program, OpenBLAS would
/// be there before the CPU backend can choose its kernels and keep it from starting threads; so the
/// backend loads OpenBLAS first.
Clp load_clp() {
    Backend::cpu();
    void* library = nullptr;
    for (const char* name : {"libClp.so.1", "libClp.so"}) {
        if (library == nullptr) library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    }
    if (library == nullptr) {
        throw BackendUnavailable("linear programmes need Clp: libClp.so.1 not found");
    }
    Clp clp{};
    find(library, "Clp_newModel", clp.new_model);
    find(library, "Clp_deleteModel", clp.delete_model);
    find(library, "Clp_setLogLevel", clp.set_log_level);
    find(library, "Clp_setPrimalTolerance", clp.set_primal_tolerance);
    find(library, "Clp_scaling", clp.scaling);
    find(library, "Clp_loadProblem", clp.load_problem);
    find(library, "Clp_setOptimizationDirection", clp.set_direction);
    find(library, "Clp_copyinStatus", clp.copy_in_status);
    find(library, "Clp_dual", clp.dual);
    find(library, "Clp_status", clp.status);
    find(library, "Clp_numberIterations", clp.number_iterations);
    find(library, "Clp_primalColumnSolution", clp.solution);
    find(library, "Clp_dualRowSolution", clp.prices);
    find(library, "Clp_infeasibilityRay", clp.infeasibility_ray);
    find(library, "Clp_freeRay", clp.free_ray);
    return clp;
}

const Clp& clp() {
    static const Clp loaded = load_clp();
    return loaded;
}

using Model =
    std::unique_ptr<std::remove_pointer_t<decltype(Clp_newModel())>, decltype(&Clp_deleteModel)>;

Model loaded(const LinearProgram& program) {
    constexpr double maximise = -1.0;
    Model model(clp().new_model(), clp().delete_model);
    clp().set_log_level(model.get(), 0);
    clp().set_primal_tolerance(model.get(), 1e-9);
    clp().scaling(model.get(), 0);
    clp().set_direction(model.get(), maximise);
    const Eigen::SparseMatrix<double>& rows = program.R;
    clp().load_problem(model.get(), static_cast<int>(rows.cols()), static_cast<int>(rows.rows()),
                       rows.outerIndexPtr(), rows.innerIndexPtr(), rows.valuePtr(),
                       program.lower.data(), program.upper.data(), program.objective.data(),
                       nullptr, program.limits.data());
    enum : unsigned char { basic = 1, at_upper = 2, at_lower = 3 };
    std::vector<unsigned char> status(static_cast<std::size_t>(rows.cols() + rows.rows()), basic);
    for (Eigen::Index j = 0; j < rows.cols(); ++j) {
        status[static_cast<std::size_t>(j)] = program.objective[j] >= 0.0 ? at_upper : at_lower;
    }
    clp().copy_in_status(model.get(), status.data());
    return model;
}

}  // namespace

LinearSolution maximise(const LinearProgram& program) {
    enum { optimal = 0, infeasible = 1 };
    const Model model = loaded(program);
    clp().dual(model.get(), 0);
    LinearSolution result;
    result.iterations = clp().number_iterations(model.get());
    const int status = clp().status(model.get());
    if (status == optimal) {
        result.feasible = true;
        result.z = Eigen::VectorXd::Map(clp().solution(model.get()), program.R.cols());
        result.prices =
            Eigen::VectorXd::Map(clp().prices(model.get()), program.R.rows()).cwiseAbs();
    } else if (status == infeasible) {
        double* const ray = clp().infeasibility_ray(model.get());
        if (ray != nullptr) {
            result.proof = Eigen::VectorXd::Map(ray, program.R.rows()).cwiseAbs();
            clp().free_ray(model.get(), ray);
        }
    } else {
        throw NumericalError("Clp gave up on a linear programme, status " + std::to_string(status),
                             {});
    }
    return result;
}

}  // namespace narrows
