#include "host/report/dependence_columns.hpp"

#include <algorithm>
#include <map>
#include <variant>

#include <fmt/format.h>

namespace narrows {
namespace {

/// What a measure needs and a table may lack.
enum class Need { accounts, origins, world, trade, weights };

using Measure = std::variant<Eigen::VectorXd Dependence::*, std::vector<std::string> Dependence::*,
                             std::vector<std::optional<bool>> Dependence::*>;

struct DependenceColumn {
    Column column;
    Need need;
    Measure measure;
};

const std::vector<DependenceColumn>& all_columns() {
    using D = Dependence;
    static const std::vector<DependenceColumn> columns = {
        {{"import_content_direct", "import content", Style::percent},
         Need::accounts,
         &D::import_content_direct},
        {{"import_content_total", "with suppliers", Style::percent},
         Need::accounts,
         &D::import_content_total},
        {{"foreign_input_reliance", "foreign reliance", Style::percent},
         Need::world,
         &D::foreign_input_reliance},
        {{"hidden_exposure", "hidden", Style::percent}, Need::world, &D::hidden_exposure},
        {{"foreign_input_reliance_with_own_output", "reliance with own output", Style::percent},
         Need::world,
         &D::foreign_input_reliance_with_own_output},
        {{"hidden_exposure_with_own_output", "hidden with own output", Style::percent},
         Need::world,
         &D::hidden_exposure_with_own_output},
        {{"hhi_look_through", "HHI through the chain", Style::coefficient},
         Need::world,
         &D::hhi_look_through},
        {{"upstreamness", "upstreamness", Style::coefficient}, Need::world, &D::upstreamness},
        {{"hhi", "HHI", Style::coefficient}, Need::origins, &D::hhi},
        {{"largest_origin", "most from"}, Need::origins, &D::largest_origin},
        {{"largest_origin_share", "its share", Style::percent},
         Need::origins,
         &D::largest_origin_share},
        {{"geopolitical_weight", "geopolitical weight", Style::percent},
         Need::weights,
         &D::geopolitical_weight},
        {{"domestic_capacity", "output over use", Style::percent},
         Need::accounts,
         &D::domestic_capacity},
        {{"cdi1", "CDI1", Style::coefficient}, Need::origins, &D::cdi1},
        {{"cdi2", "CDI2", Style::coefficient}, Need::trade, &D::cdi2},
        {{"cdi3", "CDI3", Style::coefficient}, Need::trade, &D::cdi3},
        {{"cdi3_output", "CDI3 of output", Style::coefficient}, Need::trade, &D::cdi3_output},
        {{"cdi_dependent", "dependent"}, Need::origins, &D::cdi_dependent},
    };
    return columns;
}

const DependenceColumn& column_of(const std::string& key) {
    const auto& columns = all_columns();
    return columns[static_cast<std::size_t>(find_code("column", key, dependence_keys()))];
}

Cell cell_of(double value) {
    return value;  // one that is not finite prints as nothing
}
Cell cell_of(const std::string& value) {
    return value.empty() ? Cell() : Cell(value);
}
Cell cell_of(std::optional<bool> value) {
    return value ? Cell(*value) : Cell();
}

bool has(const Dependence& dependence, const Measure& measure) {
    return std::visit([&](auto member) { return (dependence.*member).size() > 0; }, measure);
}

Cell cell(const Dependence& dependence, const Measure& measure, Index product) {
    if (!has(dependence, measure)) return {};
    return std::visit([&](auto member) { return cell_of((dependence.*member).begin()[product]); },
                      measure);
}

std::string reason(Need need, bool national) {
    if (need == Need::trade) {
        return "the table does not say what is imported for final use (MF.csv) or exported (a "
               "final use of that name)";
    }
    if (national) return "a national table knows no origins";
    return "no file of geopolitical weights is given";
}

}  // namespace

std::vector<std::string> dependence_keys() {
    std::vector<std::string> keys;
    for (const DependenceColumn& each : all_columns()) keys.push_back(each.column.key);
    return keys;
}

bool needs_world(const std::vector<std::string>& keys) {
    return std::any_of(keys.begin(), keys.end(),
                       [](const std::string& key) { return column_of(key).need == Need::world; });
}

void add_dependence_columns(Document& document, const std::vector<std::string>& keys,
                            const IoTable& table, const Dependence& dependence) {
    document.notes.emplace_back(
        "Import content, reliance, hidden, HHI through the chain and upstreamness: of home's own "
        "sector that makes the product. HHI, most from, output over use and CDI: of home's supply "
        "of the product.");
    Sheet& sheet = document.sheets.front();
    const auto at = std::find_if(sheet.columns.begin(), sheet.columns.end(),
                                 [](const Column& column) { return column.key == "product"; });
    const auto product_at = at - sheet.columns.begin();
    const std::vector<std::string> products = codes_of(table.classification().sectors());
    std::vector<Index> product_of;  // by row
    for (const std::vector<Cell>& row : sheet.rows) {
        product_of.push_back(
            find_code("product", std::get<std::string>(row.begin()[product_at]), products));
    }
    std::map<std::string, std::vector<std::string>> empty;  // keys by reason
    for (const std::string& key : keys) {
        const DependenceColumn& added = column_of(key);
        sheet.columns.push_back(added.column);
        for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
            sheet.rows[row].push_back(cell(dependence, added.measure, product_of[row]));
        }
        if (has(dependence, added.measure)) continue;
        empty[reason(added.need, !table.is_multi_regional())].push_back(key);
    }
    for (const auto& [why, which] : empty) {
        document.notes.push_back(fmt::format("Empty, as {}: {}.", why, fmt::join(which, ", ")));
    }
}

}  // namespace narrows
