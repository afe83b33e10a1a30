#include "host/analysis/chokepoints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "kernels/common/bottleneck.hpp"

#include "host/base/error.hpp"

namespace narrows {
namespace {

// Scenarios solved between two looks at progress and interrupts.
constexpr std::size_t chunk_size = 512;

void require_share(const char* name, double value, bool one_allowed) {
    if (value >= 0.0 && (one_allowed ? value <= 1.0 : value < 1.0)) return;
    throw ArgumentError(fmt::format("{} is {}, expected a number in [0, 1{}", name, value,
                                    one_allowed ? "]" : ")"));
}

void check(const HomeEconomy& home, const ChokepointQuery& query) {
    check_shares(query);
    const auto s = static_cast<Index>(home.sectors.size());
    if (query.criticality.rows() != s || query.criticality.cols() != s) {
        throw ArgumentError(fmt::format("criticality is {} x {}, expected {} x {}",
                                        query.criticality.rows(), query.criticality.cols(), s, s));
    }
    if (!((query.criticality.array() >= 0.0) && (query.criticality.array() <= 1.0)).all()) {
        throw ArgumentError("criticality has a value outside [0, 1]");
    }
    if (query.weights.size() != 0 && query.weights.size() != s) {
        throw ArgumentError(
            fmt::format("{} weights of products, expected {}", query.weights.size(), s));
    }
}

Eigen::RowVectorXd imports_of(const HomeEconomy& home, Index product, const Coalition& coalition) {
    Eigen::RowVectorXd imports = Eigen::RowVectorXd::Zero(home.x.size());
    for (const Index origin : coalition) {
        imports += home.imports[static_cast<std::size_t>(origin)].row(product);
    }
    return imports;
}

Eigen::MatrixXd domestic_shares(const HomeEconomy& home) {
    Eigen::MatrixXd d(home.domestic.rows(), home.domestic.cols());
    for (Index j = 0; j < d.cols(); ++j) {
        for (Index k = 0; k < d.rows(); ++k) {
            d(k, j) = use_share(home.domestic(k, j), home.total_use(k, j));
        }
    }
    return d;
}

const Eigen::VectorXd& account_of(const HomeEconomy& home, const ChokepointQuery& query,
                                  std::size_t k) {
    return home.satellites[static_cast<std::size_t>(query.accounts[k])].values;
}

/// Scenarios of the kernel with the memory they point into.
struct Batch {
    Eigen::MatrixXd blocked_share;  // s x number of scenarios
    Eigen::MatrixXd loss;
    std::vector<std::int64_t> binding;
    std::vector<kernels::BottleneckScenario> scenarios;

    Batch(const HomeEconomy& home, const Chokepoint* rows, std::size_t count, double share) {
        const Index s = home.x.size();
        blocked_share.resize(s, static_cast<Index>(count));
        loss.resize(s, static_cast<Index>(count));
        binding.resize(static_cast<std::size_t>(s) * count);
        scenarios.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto column = static_cast<Index>(i);
            const Eigen::RowVectorXd imports = imports_of(home, rows[i].product, rows[i].coalition);
            for (Index j = 0; j < s; ++j) {
                blocked_share(j, column) =
                    share * use_share(imports[j], home.total_use(rows[i].product, j));
            }
            scenarios[i].product = rows[i].product;
            scenarios[i].blocked_share = blocked_share.col(column).data();
            scenarios[i].loss_share = loss.col(column).data();
            scenarios[i].binding_input = &binding[i * static_cast<std::size_t>(s)];
        }
    }
};

/// Follows the binding inputs from the sector that loses the most value added back to the blocked
/// product's imports.
std::vector<Index> binding_chain(const HomeEconomy& home,
                                 const kernels::BottleneckScenario& scenario) {
    const Index s = home.x.size();
    Index user = 0;
    double largest = 0.0;
    for (Index j = 0; j < s; ++j) {
        const double loss = home.value_added[j] * scenario.loss_share[j];
        if (loss > largest) {
            largest = loss;
            user = j;
        }
    }
    if (largest <= 0.0) return {scenario.product};
    std::vector<Index> chain{user};
    while (static_cast<Index>(chain.size()) <= s) {
        const Index input = scenario.binding_input[user];
        if (input < 0) break;
        chain.push_back(input);
        if (input == scenario.product && scenario.blocked_share[user] > 0.0) break;
        user = input;
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
}

/// What accounts lose at loss rates delta.
void set_amounts(const HomeEconomy& home, const ChokepointQuery& query,
                 const Eigen::Ref<const Eigen::VectorXd>& loss, double AmountAtRisk::*figure,
                 Chokepoint& row) {
    for (std::size_t k = 0; k < query.accounts.size(); ++k) {
        row.accounts[k].*figure = account_of(home, query, k).dot(loss);
    }
}

/// Fills gar, its bound, amounts of accounts and the chain of rows [first, first + count) from the
/// kernel.
void evaluate(const HomeEconomy& home, const kernels::Bottleneck& bottleneck,
              const ChokepointQuery& query, Chokepoint* rows, std::size_t count) {
    Batch batch(home, rows, count, query.share);
    const Index s = home.x.size();
    const double total_value_added = home.value_added.cwiseAbs().sum();
    constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;
    // |error| of a sum va' delta: that of delta, and that of adding up.
    const auto error = [&](std::size_t i) {
        const auto loss = batch.loss.col(static_cast<Index>(i));
        return batch.scenarios[i].loss_share_error * total_value_added +
               static_cast<double>(s + 1) * unit_roundoff * home.value_added.cwiseAbs().dot(loss);
    };
    bottleneck.solve(batch.scenarios, query.tail_lambda, query.num_threads);
    for (std::size_t i = 0; i < count; ++i) {
        rows[i].gar_tail = home.value_added.dot(batch.loss.col(static_cast<Index>(i)));
        rows[i].error_bound = error(i);
        set_amounts(home, query, batch.loss.col(static_cast<Index>(i)), &AmountAtRisk::tail,
                    rows[i]);
    }
    bottleneck.solve(batch.scenarios, query.lambda, query.num_threads);
    for (std::size_t i = 0; i < count; ++i) {
        rows[i].gar = home.value_added.dot(batch.loss.col(static_cast<Index>(i)));
        rows[i].error_bound = std::max(rows[i].error_bound, error(i));
        rows[i].chain = binding_chain(home, batch.scenarios[i]);
        set_amounts(home, query, batch.loss.col(static_cast<Index>(i)), &AmountAtRisk::amount,
                    rows[i]);
    }
}

std::vector<std::string> codes(const HomeEconomy& home, const Coalition& coalition) {
    std::vector<std::string> result;
    for (const Index origin : coalition) {
        result.push_back(home.origins[static_cast<std::size_t>(origin)]);
    }
    return result;
}

}  // namespace

double use_share(double value, double use) {
    return use > 0.0 ? std::min(1.0, value / use) : 0.0;
}

void check_shares(const ChokepointQuery& query) {
    require_share("share", query.share, true);
    require_share("lambda", query.lambda, false);
    require_share("tail lambda", query.tail_lambda, false);
}

bool ChokepointQuery::is_ranked(Index product) const {
    return products.empty() || std::binary_search(products.begin(), products.end(), product);
}

Index ChokepointQuery::num_pairs(Index num_products) const {
    return (products.empty() ? num_products : static_cast<Index>(products.size())) *
           static_cast<Index>(coalitions.size());
}

bool ranks_before(const HomeEconomy& home, const Chokepoint& a, const Chokepoint& b) {
    if (a.weight * a.gar != b.weight * b.gar) return a.weight * a.gar > b.weight * b.gar;
    const std::string& product_a = home.sectors[static_cast<std::size_t>(a.product)].code;
    const std::string& product_b = home.sectors[static_cast<std::size_t>(b.product)].code;
    if (product_a != product_b) return product_a < product_b;
    return codes(home, a.coalition) < codes(home, b.coalition);
}

HomeEconomy without_negative_flows(const HomeEconomy& home, NegativeFlows& found) {
    HomeEconomy result = home;
    const auto clip = [&](Eigen::MatrixXd& flows) {
        found.count += (flows.array() < 0.0).count();
        found.sum += flows.cwiseMin(0.0).sum();
        flows = flows.cwiseMax(0.0);
    };
    clip(result.domestic);
    for (Eigen::MatrixXd& origin : result.imports) clip(origin);
    if (found.count == 0) return result;
    result.total_use = result.domestic;
    for (const Eigen::MatrixXd& origin : result.imports) result.total_use += origin;
    return result;
}

std::vector<Coalition> each_origin(const HomeEconomy& home) {
    std::vector<Coalition> result;
    for (Index origin = 0; origin < static_cast<Index>(home.origins.size()); ++origin) {
        result.push_back({origin});
    }
    return result;
}

std::vector<Coalition> all_imports(const HomeEconomy& home) {
    Coalition everyone(home.origins.size());
    std::iota(everyone.begin(), everyone.end(), Index{0});
    return {everyone};
}

Coalition coalition_of(const HomeEconomy& home, const std::vector<std::string>& region_codes) {
    Coalition coalition;
    for (const std::string& code : region_codes) {
        if (code == home.region) {
            throw ArgumentError("coalition: home " + in_quotes(code) +
                                " cannot withhold from itself");
        }
        const Index origin = find_code("origin", code, home.origins);
        if (std::find(coalition.begin(), coalition.end(), origin) != coalition.end()) {
            throw ArgumentError("coalition: " + in_quotes(code) + " is given twice");
        }
        coalition.push_back(origin);
    }
    if (coalition.empty()) throw ArgumentError("coalition: no origin given");
    std::sort(coalition.begin(), coalition.end());
    return coalition;
}

std::vector<Chokepoint> blocked_pairs(const HomeEconomy& home, const LeontiefModel& model,
                                      const ChokepointQuery& query) {
    // L va, then divided by x: one solve serves the low-loss end of every scenario.
    const auto lost_per_import = [&](const Eigen::VectorXd& values) {
        return per_output(model.solve_output(values), home.x);
    };
    const Eigen::VectorXd value_added = lost_per_import(home.value_added);
    std::vector<Eigen::VectorXd> accounts;
    for (std::size_t k = 0; k < query.accounts.size(); ++k) {
        accounts.push_back(lost_per_import(account_of(home, query, k)));
    }
    std::vector<Chokepoint> rows;
    for (const Coalition& coalition : query.coalitions) {
        for (Index product = 0; product < home.x.size(); ++product) {
            if (!query.is_ranked(product)) continue;
            const Eigen::RowVectorXd blocked = query.share * imports_of(home, product, coalition);
            Chokepoint row;
            row.product = product;
            row.coalition = coalition;
            if (query.weights.size() > 0) row.weight = query.weights[product];
            row.blocked = blocked.sum();
            row.gar_linear = blocked.dot(value_added);
            for (const Eigen::VectorXd& account : accounts) {
                row.accounts.push_back({blocked.dot(account), 0.0, 0.0});
            }
            if (row.blocked > 0.0) rows.push_back(std::move(row));
        }
    }
    return rows;
}

ChokepointRanking rank_chokepoints(const HomeEconomy& published, const LeontiefModel& model,
                                   const ChokepointQuery& query) {
    check(published, query);
    ChokepointRanking ranking;
    const HomeEconomy home = without_negative_flows(published, ranking.negative_flows);
    ranking.gdp = home.gdp();
    ranking.num_pairs = query.num_pairs(home.x.size());
    ranking.rows = blocked_pairs(home, model, query);
    ranking.num_ranked_pairs = static_cast<Index>(ranking.rows.size());
    const Eigen::MatrixXd d = domestic_shares(home);
    const kernels::Bottleneck bottleneck(d.rows(), query.criticality.data(), d.data());
    const std::size_t total = ranking.rows.size();
    for (std::size_t first = 0; first < total; first += chunk_size) {
        const std::size_t count = std::min(chunk_size, total - first);
        evaluate(home, bottleneck, query, &ranking.rows[first], count);
        if (query.progress) {
            query.progress(static_cast<std::int64_t>(first + count),
                           static_cast<std::int64_t>(total));
        }
    }
    for (Chokepoint& row : ranking.rows) {
        row.gar_share_of_gdp = ranking.gdp != 0.0 ? row.gar / ranking.gdp : 0.0;
        row.leverage = row.gar / row.blocked;
        ranking.max_error_bound = std::max(ranking.max_error_bound, row.error_bound);
    }
    std::stable_sort(
        ranking.rows.begin(), ranking.rows.end(),
        [&](const Chokepoint& a, const Chokepoint& b) { return ranks_before(home, a, b); });
    return ranking;
}

Eigen::VectorXd loss_rates(const HomeEconomy& published, const Eigen::MatrixXd& criticality,
                           Index product, const Coalition& coalition, double share, double lambda,
                           std::vector<Index>* binding) {
    ChokepointQuery query;
    query.share = share;
    query.lambda = lambda;
    query.criticality = criticality;
    check(published, query);
    NegativeFlows negative_flows;
    const HomeEconomy home = without_negative_flows(published, negative_flows);
    Chokepoint row;
    row.product = product;
    row.coalition = coalition;
    Batch batch(home, &row, 1, share);
    const Eigen::MatrixXd d = domestic_shares(home);
    kernels::Bottleneck(d.rows(), criticality.data(), d.data()).solve(batch.scenarios, lambda, 1);
    if (binding != nullptr) binding->assign(batch.binding.begin(), batch.binding.end());
    return batch.loss.col(0);
}

}  // namespace narrows
