#include "host/model/linear_program.hpp"

#include <Clp_C_Interface.h>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "host/base/error.hpp"
#include "host/model/solver_library.hpp"
#include "host/model/whole_numbers.hpp"

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

Clp load_clp() {
    void* const library = open_solver({"libClp.so.1", "libClp.so"}, "linear programmes need Clp");
    Clp clp{};
    find_function(library, "Clp_newModel", clp.new_model);
    find_function(library, "Clp_deleteModel", clp.delete_model);
    find_function(library, "Clp_setLogLevel", clp.set_log_level);
    find_function(library, "Clp_setPrimalTolerance", clp.set_primal_tolerance);
    find_function(library, "Clp_scaling", clp.scaling);
    find_function(library, "Clp_loadProblem", clp.load_problem);
    find_function(library, "Clp_setOptimizationDirection", clp.set_direction);
    find_function(library, "Clp_copyinStatus", clp.copy_in_status);
    find_function(library, "Clp_dual", clp.dual);
    find_function(library, "Clp_status", clp.status);
    find_function(library, "Clp_numberIterations", clp.number_iterations);
    find_function(library, "Clp_primalColumnSolution", clp.solution);
    find_function(library, "Clp_dualRowSolution", clp.prices);
    find_function(library, "Clp_infeasibilityRay", clp.infeasibility_ray);
    find_function(library, "Clp_freeRay", clp.free_ray);
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
    if (!program.whole.empty()) return maximise_whole(program);
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
