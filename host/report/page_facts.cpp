#include "host/report/page_facts.hpp"

#include <algorithm>
#include <numeric>

#include "host/table/findings.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_trees = 10;
constexpr std::size_t most_sectors_of_tree = 60;
constexpr std::size_t most_bytes_of_name = 120;

/// The first bytes of UTF-8, whole characters.
std::string shortened_name(const std::string& text) {
    if (text.size() <= most_bytes_of_name) return text;
    std::size_t end = most_bytes_of_name;
    while (end > 0 && (text[end] & '\xC0') == '\x80') --end;
    return text.substr(0, end) + "...";
}

template <class Labels>
ordered_json names_of(const Labels& labels) {
    auto names = ordered_json::array();
    for (const auto& label : labels) {
        names.push_back({{"code", label.code}, {"name", shortened_name(label.name)}});
    }
    return names;
}

ordered_json proportional_products(const IoTable& table) {
    auto products = ordered_json::array();
    const ImportOrigins& origins = table.M_origins();
    for (Index i = 0; i < origins.rows(); ++i) {
        const bool any = ((origins.row(i).array() == ImportOrigin::proportional) &&
                          (table.M().row(i).array() != 0.0))
                             .any();
        if (any) products.push_back(table.classification().sector(i).code);
    }
    return products;
}

/// The losses of one row, sector by sector.
class LossTree {
  public:
    LossTree(const HomeEconomy& home, const ChokepointQuery& query, const Chokepoint& row)
        : home_(home), row_(row) {
        const Eigen::VectorXd rates = loss_rates(home, query.criticality, row.product,
                                                 row.coalition, query.share, query.lambda, &bound_);
        rates_ = rates;
        losses_ = rates.cwiseProduct(home.value_added);
        order_.resize(bound_.size());
        std::iota(order_.begin(), order_.end(), Index{0});
        std::stable_sort(order_.begin(), order_.end(),
                         [&](Index a, Index b) { return losses_[a] > losses_[b]; });
        carry();
        choose();
    }

    ordered_json to_json() const {
        auto sectors = ordered_json::array();
        for (const Index j : order_) {
            if (!kept_[at(j)]) continue;
            sectors.push_back({{"sector", code(j)},
                               {"bound_by", code(bound_[at(j)])},
                               {"loss_rate", rates_[j]},
                               {"value_added_loss", losses_[j]},
                               {"carried", carried_[j]}});
        }
        auto coalition = ordered_json::array();
        for (const Index origin : row_.coalition) {
            coalition.push_back(home_.origins[static_cast<std::size_t>(origin)]);
        }
        return {{"product", code(row_.product)},
                {"coalition", std::move(coalition)},
                {"sectors", std::move(sectors)}};
    }

  private:
    static std::size_t at(Index j) { return static_cast<std::size_t>(j); }
    const std::string& code(Index sector) const { return home_.sectors[at(sector)].code; }
    /// The sector that starves j; none where that is short of the withheld product itself.
    Index above(Index j) const { return bound_[at(j)] == row_.product ? Index{-1} : bound_[at(j)]; }

    /// No sector starves itself in a circle: a shortage only shrinks on its way.
    void carry() {
        carried_ = losses_;
        for (const Index j : order_) {
            if (bound_[at(j)] < 0) continue;
            for (Index k = above(j); k >= 0; k = above(k)) carried_[k] += losses_[j];
        }
    }

    void choose() {
        kept_.assign(order_.size(), false);
        std::size_t count = 0;
        for (const Index j : order_) {
            if (count++ == most_sectors_of_tree || bound_[at(j)] < 0 || !(losses_[j] > 0.0)) break;
            for (Index k = j; k >= 0; k = above(k)) kept_[at(k)] = true;
        }
    }

    const HomeEconomy& home_;
    const Chokepoint& row_;
    std::vector<Index> bound_;  // the input that binds, -1 where none does
    std::vector<Index> order_;  // by loss of value added
    std::vector<bool> kept_;
    Eigen::VectorXd rates_, losses_, carried_;
};

/// Share of all regions but home.
double abroad(const Eigen::MatrixXd& shares, Index user, Index home) {
    return shares.row(user).sum() - shares(user, home);
}

ordered_json matrix_json(const Eigen::MatrixXd& matrix) {
    auto rows = ordered_json::array();
    for (Index i = 0; i < matrix.rows(); ++i) {
        auto row = ordered_json::array();
        for (Index j = 0; j < matrix.cols(); ++j) row.push_back(matrix(i, j));
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

ordered_json report_facts(const IoTable& table) {
    return {{"tables", ordered_json::array({table_facts(table)})},
            {"sectors", names_of(table.classification().sectors())},
            {"regions", names_of(table.classification().regions())}};
}

ordered_json table_facts(const IoTable& table) {
    const TableMeta& meta = table.meta();
    const TableFindings found = examine(table.data(), table.diagnostics());
    const auto split = [&](ImportOrigin origin) {
        return found.origins[static_cast<std::size_t>(origin)].share;
    };
    return {{"name", meta.name},
            {"year", meta.year},
            {"unit", meta.unit},
            {"source", meta.source},
            {"licence", meta.licence},
            {"attribution", meta.attribution},
            {"changes", meta.changes},
            {"multi_regional", table.is_multi_regional()},
            {"proportional_import_share", split(ImportOrigin::proportional)},
            {"end_use_share_import_share", split(ImportOrigin::end_use_share)},
            {"proportional_products", proportional_products(table)}};
}

ordered_json loss_trees(const HomeEconomy& home, const ChokepointQuery& query,
                        const std::vector<Chokepoint>& rows) {
    auto trees = ordered_json::array();
    for (std::size_t i = 0; i < std::min(rows.size(), most_trees); ++i) {
        trees.push_back(LossTree(home, query, rows[i]).to_json());
    }
    return trees;
}

Sheet exposure_sheet(const IoTable& table, const HomeExposure& exposure, Index home,
                     const Eigen::VectorXd& weights) {
    Sheet sheet{"rows",
                "",
                {{"sector", "sector"},
                 {"face_value", "foreign inputs", Style::percent},
                 {"look_through", "through the chain", Style::percent, "", true},
                 {"hidden", "hidden", Style::percent},
                 {"concentration", "HHI", Style::coefficient},
                 {"largest_origin", "most from"},
                 {"largest_share", "share of foreign", Style::percent},
                 {"face_value_with_own_output", "with own output", Style::percent},
                 {"look_through_with_own_output", "through the chain", Style::percent}},
                {}};
    const Classification& classes = table.classification();
    for (std::size_t i = 0; i < exposure.users.size(); ++i) {
        const auto u = static_cast<Index>(i);
        const RegionShares& inputs = exposure.of_inputs;
        const double face_value = abroad(inputs.face_value, u, home);
        const double look_through = abroad(inputs.look_through, u, home);
        Eigen::VectorXd others = inputs.look_through.row(u).transpose();
        const std::optional<double> concentration = foreign_concentration(others, home);
        others[home] = 0.0;
        Index largest = 0;
        const double share = others.maxCoeff(&largest);
        const bool any = concentration.has_value();
        sheet.rows.push_back(
            cells_of(classes.sector(classes.sector_of(exposure.users[i])).code, face_value,
                     look_through, look_through - face_value, any ? Cell(*concentration) : Cell(),
                     any ? Cell(classes.regions()[static_cast<std::size_t>(largest)].code) : Cell(),
                     any ? Cell(share / others.sum()) : Cell(),
                     abroad(exposure.with_own_output.face_value, u, home),
                     abroad(exposure.with_own_output.look_through, u, home)));
    }
    if (weights.size() == 0) return sheet;
    sheet.columns.push_back({"weighted", "weighted", Style::coefficient});
    const Eigen::VectorXd weighted = weighted_exposure(exposure, classes, weights);
    for (std::size_t i = 0; i < sheet.rows.size(); ++i) {
        sheet.rows[i].emplace_back(weighted[static_cast<Index>(i)]);
    }
    return sheet;
}

ordered_json exposure_matrices(const IoTable& table, const HomeExposure& exposure) {
    auto regions = ordered_json::array();
    for (const Region& region : table.classification().regions()) regions.push_back(region.code);
    return {{"regions", std::move(regions)},
            {"look_through", matrix_json(exposure.of_inputs.look_through)},
            {"face_value", matrix_json(exposure.of_inputs.face_value)}};
}

}  // namespace narrows
