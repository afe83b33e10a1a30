#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/readers/csv.hpp"

namespace narrows {

/// Who gets what where output falls short of orders (MODEL D.5).
enum class Rationing {
    proportional,        // everyone the same share
    intermediate_first,  // sectors before final demand, each group in proportion
    largest_first,       // orders by size
    random_priority,     // orders in a random sequence
};

/// How orders are split over the suppliers of a product in ARIO (MODEL D.4).
enum class OrderSplit {
    fixed,        // by the flows of the table
    by_capacity,  // those, times what capacity each supplier has left
};

/// Which inputs a user cannot replace in the ESRI cascade (MODEL D.2): e = 2, else e = 1.
enum class Essentials {
    goods,        // goods are essential, services are not
    criticality,  // 2 from a criticality of 1/2, 1 from above 0, 0 at 0
    all,
    none,
};

/// Which inputs the economy of a scenario in home scope has.
enum class Inputs {
    all,       // own deliveries and imports
    domestic,  // own deliveries: imports are never short and nobody holds stocks of them
};

/// Parameters of the models of a shock, each with its symbol, unit and range; what a scenario does
/// not name has the value here. Sections of MODEL in brackets.
struct ShockParameters {
    // The inventory models pbl-* [D.3]
    double stock_days = 30.0;       // n_j, days of use that stocks last; [0, 3650]
    double restocking_days = 10.0;  // tau, days in which a gap in stocks is closed; [0.1, 3650]
    double hiring_days = 0.0;       // gamma_H, days to rise to wanted labour, 0: at once; [0, 3650]
    double firing_days = 0.0;       // gamma_F, the same to fall; [0, 3650]
    double consumption_memory = 1.0;   // rho of household consumption per day, 1: constant; [0, 1]
    double marginal_propensity = 0.0;  // m, consumption per labour income, 0: that of the table,
                                       // which keeps it constant without a shock; [0, 1]
    double ces_inputs = 0.5;  // elasticity of substitution between inputs, pbl-ces; [0.001, 100]

    double import_slack = 0.0;  // pbl-* and ario, home scope: while a product's imports are cut,
                                // its other origins deliver at most 1 + this of what they did
                                // (world scope: what their makers can make); [0, 100]

    // ARIO [D.4]
    double psi = 0.8;                    // share of the stock goal that production needs; [0, 1]
    double ario_stock_days = 90.0;       // s_k, days; [0, 3650]
    double ario_restocking_days = 60.0;  // tau_inv, days; [0.1, 3650]
    double overproduction_max = 1.25;    // alpha_max, of capacity; [1, 10]
    double overproduction_days = 365.0;  // tau_alpha, days to reach it; [1, 3650]

    // The CES network [D.6]
    double theta = 0.5;  // elasticity of substitution between inputs; [0.001, 100]
    double sigma = 0.9;  // the same between final uses; [0.001, 100]

    // Dynamic inoperability [B.11]: k = ln(1 / recovered_to) / (T (1 - a*_ii)), at most 1
    double recovery_days = 60.0;  // T, days until inoperability is down to; [1, 3650]
    double recovered_to = 0.01;   // q(T) / q(0), this share of itself; [1e-9, 0.999]

    double lambda = 0.5;  // bottleneck [C.9]: share of a shortfall that is passed on; [0, 0.999]
    double demand_floor = 0.0;  // phi, optimal [D.5]: least share of final demand; [0, 1]

    double priority_seed = 1.0;  // which random sequence random-priority takes; [0, 1000000]

    Rationing rationing = Rationing::proportional;
    OrderSplit orders = OrderSplit::fixed;
    Essentials essentials = Essentials::goods;
    Inputs inputs = Inputs::all;

    std::string criticality;  // survey, cost-share or a CSV file product,user,c; "": survey where
                              // the table has ratings, else cost-share
    std::string stocks;       // CSV file sector,days: n_j by node, in place of stock_days; "": none
    std::vector<std::string> households;  // final uses that are consumption of households; none: by
                                          // is_household_category

    friend bool operator==(const ShockParameters&, const ShockParameters&) = default;
};

/// A parameter that is a number, by its name in scenario files.
struct NumberParameter {
    const char* name;
    double ShockParameters::*value;
    Range range;
};
const std::vector<NumberParameter>& number_parameters();

/// A parameter that is one of some words, the first the default.
struct ChoiceParameter {
    const char* name;
    std::vector<std::string> choices;
    void (*set)(ShockParameters&, std::size_t choice);
};
const std::vector<ChoiceParameter>& choice_parameters();

}  // namespace narrows
