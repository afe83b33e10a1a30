#include "host/analysis/trend.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

double ratio(double part, double whole) {
    return whole != 0.0 ? part / whole : 0.0;
}

/// Output outside home, and all output but the unit itself, called forth by a unit of each home
/// product.
struct CalledForth {
    Eigen::VectorXd foreign;
    Eigen::VectorXd inputs;
};

CalledForth called_forth(const IoTable& table, const HomeEconomy& home,
                         const LeontiefModel& domestic, const LeontiefModel* world,
                         const Eigen::VectorXd& import_content) {
    const Eigen::VectorXd one = Eigen::VectorXd::Ones(home.x.size());
    if (world == nullptr) {
        const Eigen::VectorXd inputs = domestic.solve_prices(one) - one + import_content;
        return {import_content, inputs};
    }
    const Classification& classes = table.classification();
    const Index n = table.num_nodes();
    const Index region = classes.region(home.region);
    Eigen::MatrixXd counted = Eigen::MatrixXd::Ones(n, 2);
    for (const Index node : classes.nodes_of_region(region)) counted(node, 0) = 0.0;
    const Eigen::MatrixXd called = world->solve_prices(counted);
    CalledForth result{Eigen::VectorXd::Zero(home.x.size()), Eigen::VectorXd::Zero(home.x.size())};
    for (const Index node : classes.nodes_of_region(region)) {
        result.foreign[classes.sector_of(node)] = called(node, 0);
        result.inputs[classes.sector_of(node)] = called(node, 1) - 1.0;
    }
    return result;
}

std::vector<std::string> sorted(std::vector<std::string> codes) {
    std::sort(codes.begin(), codes.end());
    return codes;
}

/// What is in some lists and not in all of them, sorted.
std::vector<std::string> not_common(const std::vector<TrendYear>& years,
                                    std::vector<std::string> TrendYear::*codes) {
    std::map<std::string, std::size_t> count;
    for (const TrendYear& year : years) {
        for (const std::string& code : year.*codes) ++count[code];
    }
    std::vector<std::string> missing;
    for (const auto& [code, times] : count) {
        if (times < years.size()) missing.push_back(code);
    }
    return missing;
}

void require_same(const std::vector<TrendYear>& years, const char* what,
                  std::vector<std::string> TrendYear::*codes) {
    const std::vector<std::string> missing = not_common(years, codes);
    if (missing.empty()) return;
    const auto has = [&](const TrendYear& year) {
        const std::vector<std::string>& all = year.*codes;
        return std::find(all.begin(), all.end(), missing.front()) != all.end();
    };
    const auto with = std::find_if(years.begin(), years.end(), has);
    const auto without = std::find_if_not(years.begin(), years.end(), has);
    throw TableError(fmt::format(
        "the years have different {}s: {} is in {} ({}) but not in {} ({}), and {} more differ; "
        "aggregate the tables to a common classification, or compare only what is common "
        "(--common)",
        what, missing.front(), with->year, with->table, without->year, without->table,
        missing.size() - 1));
}

/// Drops the pairs of products and origins that some year lacks, and ranks the others anew.
void keep_common(TrendYear& year, const std::vector<std::string>& products,
                 const std::vector<std::string>& origins) {
    const auto dropped = [](const std::vector<std::string>& list, const std::string& code) {
        return std::binary_search(list.begin(), list.end(), code);
    };
    std::erase_if(year.pairs, [&](const RankedPair& pair) {
        return dropped(products, pair.product) ||
               std::any_of(pair.coalition.begin(), pair.coalition.end(),
                           [&](const std::string& code) { return dropped(origins, code); });
    });
    Index rank = 0;
    for (RankedPair& pair : year.pairs) pair.rank = ++rank;
}

void check_years(std::vector<TrendYear>& years) {
    if (years.size() < 2) {
        throw ArgumentError(
            fmt::format("a trend needs tables of two years or more, found {}", years.size()));
    }
    std::stable_sort(years.begin(), years.end(),
                     [](const TrendYear& a, const TrendYear& b) { return a.year < b.year; });
    for (std::size_t i = 0; i < years.size(); ++i) {
        if (years[i].year == 0) {
            throw ArgumentError("table " + in_quotes(years[i].table) + " says of no year");
        }
        if (i > 0 && years[i].year == years[i - 1].year) {
            throw ArgumentError(fmt::format("{} is there twice: {} and {}", years[i].year,
                                            in_quotes(years[i - 1].table),
                                            in_quotes(years[i].table)));
        }
    }
}

void summarise(TrendRow& row) {
    for (const auto& pair : row.years) {
        if (!pair) continue;
        row.best_rank = row.best_rank == 0 ? pair->rank : std::min(row.best_rank, pair->rank);
        row.worst_rank = std::max(row.worst_rank, pair->rank);
    }
    const RankedPair nothing;
    const RankedPair& first = row.years.front() ? *row.years.front() : nothing;
    const RankedPair& last = row.years.back() ? *row.years.back() : nothing;
    row.change_of_gar = last.gar - first.gar;
    row.change_of_share_of_gdp = last.gar_share_of_gdp - first.gar_share_of_gdp;
}

}  // namespace

Reliance reliance(const IoTable& table, const HomeEconomy& home, const LeontiefModel& domestic,
                  const LeontiefModel* world) {
    Reliance result;
    const Eigen::VectorXd f = home.x - home.domestic.rowwise().sum();
    result.import_content = domestic.solve_prices(domestic.coefficients().m);
    result.total_import_content = ratio(result.import_content.dot(f), f.sum());
    const CalledForth called = called_forth(table, home, domestic, world, result.import_content);
    const Index s = home.x.size();
    result.foreign_share = result.foreign_share_of_inputs = Eigen::VectorXd::Zero(s);
    for (Index k = 0; k < s; ++k) {
        if (home.x[k] == 0.0) {
            result.import_content[k] = 0.0;
            continue;
        }
        result.foreign_share[k] = ratio(called.foreign[k], 1.0 + called.inputs[k]);
        result.foreign_share_of_inputs[k] = ratio(called.foreign[k], called.inputs[k]);
    }
    const double foreign = called.foreign.dot(f);
    const double inputs = called.inputs.dot(f);
    result.total_foreign_share = ratio(foreign, f.sum() + inputs);
    result.total_foreign_share_of_inputs = ratio(foreign, inputs);
    return result;
}

TrendYear trend_year(const IoTable& table, const HomeEconomy& home, Reliance reliance,
                     const ChokepointRanking& ranking) {
    TrendYear year;
    year.year = table.meta().year;
    year.table = table.meta().name;
    year.unit = table.meta().unit;
    year.gdp = ranking.gdp;
    year.products = codes_of(home.sectors);
    year.origins = home.origins;
    year.reliance = std::move(reliance);
    for (const Chokepoint& row : ranking.rows) {
        RankedPair pair;
        pair.product = year.products[static_cast<std::size_t>(row.product)];
        for (const Index origin : row.coalition) {
            pair.coalition.push_back(home.origins[static_cast<std::size_t>(origin)]);
        }
        pair.coalition = sorted(std::move(pair.coalition));
        if (pair.coalition.size() > 1 && row.coalition.size() == home.origins.size()) {
            pair.coalition = {all_imports_origin};
        }
        pair.rank = static_cast<Index>(year.pairs.size()) + 1;
        pair.blocked = row.blocked;
        pair.gar = row.gar;
        pair.gar_tail = row.gar_tail;
        pair.gar_share_of_gdp = row.gar_share_of_gdp;
        pair.weight = row.weight;
        year.pairs.push_back(std::move(pair));
    }
    return year;
}

Trend trend(std::vector<TrendYear> years, bool common_only) {
    check_years(years);
    Trend result;
    if (!common_only) {
        require_same(years, "product", &TrendYear::products);
        require_same(years, "origin", &TrendYear::origins);
    }
    result.dropped_products = not_common(years, &TrendYear::products);
    result.dropped_origins = not_common(years, &TrendYear::origins);
    const std::vector<std::string> first = sorted(years.front().products);
    if (std::includes(result.dropped_products.begin(), result.dropped_products.end(), first.begin(),
                      first.end())) {
        throw TableError("no product is in the tables of all years");
    }
    std::map<std::pair<std::string, std::vector<std::string>>, std::size_t> place;
    for (std::size_t y = 0; y < years.size(); ++y) {
        keep_common(years[y], result.dropped_products, result.dropped_origins);
        for (const RankedPair& pair : years[y].pairs) {
            const auto [at, is_new] =
                place.try_emplace({pair.product, pair.coalition}, result.rows.size());
            if (is_new) {
                result.rows.emplace_back();
                result.rows.back().product = pair.product;
                result.rows.back().coalition = pair.coalition;
                result.rows.back().years.resize(years.size());
            }
            result.rows[at->second].years[y] = pair;
        }
    }
    for (TrendRow& row : result.rows) summarise(row);
    const auto last_share = [](const TrendRow& row) {
        const auto& last = row.years.back();
        return last ? last->weight * last->gar_share_of_gdp : -1.0;
    };
    std::stable_sort(result.rows.begin(), result.rows.end(),
                     [&](const TrendRow& a, const TrendRow& b) {
                         if (last_share(a) != last_share(b)) return last_share(a) > last_share(b);
                         return std::tie(a.product, a.coalition) < std::tie(b.product, b.coalition);
                     });
    result.years = std::move(years);
    return result;
}

}  // namespace narrows
