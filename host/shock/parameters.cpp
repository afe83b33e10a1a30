#include "host/shock/parameters.hpp"

namespace narrows {
namespace {

using P = ShockParameters;

constexpr Range share{0.0, 1.0};
constexpr Range days{0.0, 3650.0};
constexpr Range some_days{1.0, 3650.0};
constexpr Range restocking{0.1, 3650.0};  // below a day it is unstable, which is said
constexpr Range elasticity{0.001, 100.0};

}  // namespace

const std::vector<NumberParameter>& number_parameters() {
    static const std::vector<NumberParameter> all = {
        {"stock_days", &P::stock_days, days},
        {"restocking_days", &P::restocking_days, restocking},
        {"hiring_days", &P::hiring_days, days},
        {"firing_days", &P::firing_days, days},
        {"consumption_memory", &P::consumption_memory, share},
        {"marginal_propensity", &P::marginal_propensity, share},
        {"ces_inputs", &P::ces_inputs, elasticity},
        {"psi", &P::psi, share},
        {"ario_stock_days", &P::ario_stock_days, days},
        {"ario_restocking_days", &P::ario_restocking_days, restocking},
        {"overproduction_max", &P::overproduction_max, {1.0, 10.0}},
        {"overproduction_days", &P::overproduction_days, some_days},
        {"theta", &P::theta, elasticity},
        {"sigma", &P::sigma, elasticity},
        {"recovery_days", &P::recovery_days, some_days},
        {"recovered_to", &P::recovered_to, {1e-9, 0.999}},
        {"import_slack", &P::import_slack, {0.0, 100.0}},
        {"lambda", &P::lambda, {0.0, 0.999}},
        {"demand_floor", &P::demand_floor, share},
        {"priority_seed", &P::priority_seed, {0.0, 1e6}},
    };
    return all;
}

const std::vector<ChoiceParameter>& choice_parameters() {
    static const std::vector<ChoiceParameter> all = {
        {"rationing",
         {"proportional", "intermediate-first", "largest-first", "random-priority"},
         [](P& p, std::size_t choice) { p.rationing = static_cast<Rationing>(choice); }},
        {"orders",
         {"fixed", "by-capacity"},
         [](P& p, std::size_t choice) { p.orders = static_cast<OrderSplit>(choice); }},
        {"essentials",
         {"goods", "criticality", "all", "none"},
         [](P& p, std::size_t choice) { p.essentials = static_cast<Essentials>(choice); }},
        {"inputs",
         {"all", "domestic"},
         [](P& p, std::size_t choice) { p.inputs = static_cast<Inputs>(choice); }},
    };
    return all;
}

}  // namespace narrows
