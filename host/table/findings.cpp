#include "host/table/findings.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Severity = Finding::Severity;

/// Position and size of the most extreme cell seen so far.
struct Extreme {
    Index count = 0;
    double sum = 0.0;
    double value = 0.0;
    Index row = -1;
    Index column = -1;

    void add(double size, Index at_row, Index at_column) {
        ++count;
        sum += size;
        if (row >= 0 && std::abs(size) <= std::abs(value)) return;
        value = size;
        row = at_row;
        column = at_column;
    }
};

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

bool names_re_exports(const std::string& name) {
    const std::string text = lower(name);
    return text.find("re-export") != std::string::npos ||
           text.find("reexport") != std::string::npos ||
           text.find("re_export") != std::string::npos;
}

SuspiciousCells labelled(const Extreme& found, const std::vector<std::string>& rows,
                         const std::vector<std::string>& columns) {
    SuspiciousCells cells{found.count, found.value, "", ""};
    if (found.count == 0) return cells;
    cells.row = rows[static_cast<std::size_t>(found.row)];
    cells.column = columns[static_cast<std::size_t>(found.column)];
    return cells;
}

class Examination {
  public:
    Examination(const TableData& table, const TableDiagnostics& diagnostics)
        : table_(table), diagnostics_(diagnostics), nodes_(table.classification.labels()) {
        for (const FinalUse& use : table.final_uses) uses_.push_back(use.label());
    }

    TableFindings run() {
        read_inputs();
        scan("F", table_.F, nodes_, uses_);
        if (table_.M.size() > 0) add_negative_cells("M", negative_imports_, nodes_, nodes_);
        scan("MF", table_.MF, nodes_, uses_);
        scan("T", table_.T, table_.tax_names, nodes_);
        scan("V", table_.V, table_.value_added_names, nodes_);
        find_exports_above_output();
        find_re_exports();
        count_origins();
        measure_residuals();
        describe_balances();
        describe_cells();
        describe_the_rest();
        describe_satellites();
        return std::move(result_);
    }

  private:
    void add(Severity severity, const char* code, std::string text) {
        result_.findings.push_back({severity, code, std::move(text)});
    }

    void scan(const char* name, const Eigen::MatrixXd& block, const std::vector<std::string>& rows,
              const std::vector<std::string>& columns) {
        if (block.size() == 0) return;
        Extreme found;
        for (Index j = 0; j < block.cols(); ++j) {
            for (Index i = 0; i < block.rows(); ++i) {
                if (block(i, j) < 0.0) found.add(block(i, j), i, j);
            }
        }
        add_negative_cells(name, found, rows, columns);
    }

    /// The one pass over Z and M.
    void read_inputs() {
        const Index n = table_.Z.cols();
        const bool imports = table_.M.size() > 0;
        const Classification& classes = table_.classification;
        std::vector<Index> region(static_cast<std::size_t>(n));
        for (Index i = 0; i < n; ++i) region[static_cast<std::size_t>(i)] = classes.region_of(i);
        exports_ = Eigen::VectorXd::Zero(n);
        Extreme negative, above_use, above_one;
        for (Index j = 0; j < n; ++j) {
            const double x = table_.x[j];
            const double limit = x > 0.0 ? x : std::numeric_limits<double>::infinity();
            const Index own = region[static_cast<std::size_t>(j)];
            for (Index i = 0; i < n; ++i) {
                const double z = table_.Z(i, j);
                if (z < 0.0) negative.add(z, i, j);
                if (z > limit) above_one.add(z / x, i, j);
                exports_[i] += region[static_cast<std::size_t>(i)] == own ? 0.0 : z;
            }
            if (!imports) continue;
            for (Index i = 0; i < n; ++i) {
                const double m = table_.M(i, j);
                if (m < 0.0) negative_imports_.add(m, i, j);
                if (m > limit) above_one.add(m / x, i, j);
                if (m > 0.0 && table_.Z(i, j) < 0.0) above_use.add(-table_.Z(i, j), i, j);
            }
        }
        add_negative_cells("Z", negative, nodes_, nodes_);
        result_.imports_above_use = labelled(above_use, nodes_, nodes_);
        result_.coefficients_above_one = labelled(above_one, nodes_, nodes_);
    }

    void add_negative_cells(const char* block, const Extreme& found,
                            const std::vector<std::string>& rows,
                            const std::vector<std::string>& columns) {
        const SuspiciousCells cells = labelled(found, rows, columns);
        result_.negative_cells.push_back(
            {block, found.count, found.sum, found.value, cells.row, cells.column});
    }

    void find_exports_above_output() {
        const Classification& classes = table_.classification;
        for (std::size_t f = 0; f < table_.final_uses.size(); ++f) {
            const FinalUse& use = table_.final_uses[f];
            const auto column = static_cast<Index>(f);
            if (!classes.is_multi_regional()) {
                if (names_exports(use.category)) exports_ += table_.F.col(column);
                continue;
            }
            for (Index i = 0; i < exports_.size(); ++i) {
                const Region& own =
                    classes.regions()[static_cast<std::size_t>(classes.region_of(i))];
                if (own.code != use.region) exports_[i] += table_.F(i, column);
            }
        }
        constexpr double margin = 1.0 + 1e-6;
        for (Index i = 0; i < exports_.size(); ++i) {
            if (exports_[i] <= margin * std::max(table_.x[i], 0.0) + table_.meta.rounding) continue;
            result_.exports_above_output.push_back(classes.label(i));
        }
    }

    void find_re_exports() {
        std::vector<std::string>& found = result_.re_exports;
        for (const Sector& sector : table_.classification.sectors()) {
            if (names_re_exports(sector.code) || names_re_exports(sector.name)) {
                found.push_back(sector.code);
            }
        }
        for (const FinalUse& use : table_.final_uses) {
            if (names_re_exports(use.category)) found.push_back(use.label());
        }
        for (const std::string& name : table_.tax_names) {
            if (names_re_exports(name)) found.push_back(name);
        }
    }

    void count_origins() {
        double total = 0.0;
        const auto count = [&](const Eigen::MatrixXd& flows, const ImportOrigins& origins) {
            for (Index j = 0; j < flows.cols(); ++j) {
                for (Index i = 0; i < flows.rows(); ++i) {
                    const double size = std::abs(flows(i, j));
                    if (size == 0.0) continue;
                    const ImportOrigin origin =
                        origins.size() > 0 ? origins(i, j) : ImportOrigin::observed;
                    OriginCount& entry = result_.origins[static_cast<std::size_t>(origin)];
                    ++entry.count;
                    entry.share += size;
                    total += size;
                }
            }
        };
        count(table_.M, table_.M_origins);
        count(table_.MF, table_.MF_origins);
        for (OriginCount& entry : result_.origins) {
            if (total > 0.0) entry.share /= total;
        }
    }

    void measure_residuals() {
        const double output = table_.x.cwiseAbs().sum();
        if (output == 0.0) return;
        constexpr const char* residual = "RESIDUAL";
        for (std::size_t f = 0; f < table_.final_uses.size(); ++f) {
            if (table_.final_uses[f].category != residual) continue;
            result_.residual_final_use_share +=
                table_.F.col(static_cast<Index>(f)).cwiseAbs().sum() / output;
        }
        for (std::size_t t = 0; t < table_.tax_names.size(); ++t) {
            if (table_.tax_names[t] != residual) continue;
            result_.residual_tax_share +=
                table_.T.row(static_cast<Index>(t)).cwiseAbs().sum() / output;
        }
    }

    void describe_balance(const BalanceReport& report, const char* code, const char* side,
                          const char* identity) {
        if (report.balanced()) return;
        const AccountResidual& worst = report.worst.front();
        add(Severity::warning, code,
            fmt::format("{} of {} {} do not add up to gross output ({}); worst: {}, {:.10g} for "
                        "{:.10g}",
                        report.num_unbalanced, nodes_.size(), side, identity, worst.label,
                        worst.sum, worst.output));
    }

    void describe_nodes(Severity severity, const char* code, const char* what,
                        const std::vector<std::string>& names) {
        if (names.empty()) return;
        constexpr std::size_t shown = 5;
        const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size()));
        add(severity, code,
            fmt::format("{}: {} ({}{})", what, names.size(), fmt::join(names.begin(), end, ", "),
                        names.size() > shown ? ", ..." : ""));
    }

    void describe_balances() {
        describe_balance(diagnostics_.rows, "unbalanced-rows", "rows", "x = Z1 + F1");
        describe_balance(diagnostics_.columns, "unbalanced-columns", "columns",
                         "x' = 1'Z + 1'M + 1'T + 1'V");
        describe_nodes(Severity::warning, "negative-output", "sectors with gross output below 0",
                       diagnostics_.negative_output);
        describe_nodes(Severity::warning, "inputs-without-output",
                       "sectors without output that buy inputs",
                       diagnostics_.inputs_without_output);
        describe_nodes(Severity::warning, "negative-value-added",
                       "sectors with value added below 0", diagnostics_.negative_value_added);
        describe_nodes(Severity::note, "empty-sectors", "sectors without output",
                       diagnostics_.zero_output);
    }

    void describe_cells() {
        for (const NegativeCells& cells : result_.negative_cells) {
            if (cells.count == 0) continue;
            // Stocks are drawn down and subsidies paid; between sectors nothing should be below 0.
            const bool odd = *cells.block == 'Z' || std::string_view(cells.block) == "M";
            add(odd ? Severity::warning : Severity::note, "negative-cells",
                fmt::format(
                    "cells of {} below 0: {}, together {:.6g}; lowest: {} in row {}, column {}",
                    cells.block, cells.count, cells.sum, cells.worst, cells.row, cells.column));
        }
        if (const SuspiciousCells& cells = result_.imports_above_use; cells.count > 0) {
            add(Severity::warning, "imports-above-use",
                fmt::format("cells that import more than is used (Z below 0, M above): {}; largest "
                            "excess: {} in row {}, column {}",
                            cells.count, cells.largest, cells.row, cells.column));
        }
        if (const SuspiciousCells& cells = result_.coefficients_above_one; cells.count > 0) {
            add(Severity::warning, "coefficient-above-one",
                fmt::format("single inputs that cost more than the buyer's output: {}; largest "
                            "coefficient: {:.6g} in row {}, column {}",
                            cells.count, cells.largest, cells.row, cells.column));
        }
    }

    void describe_the_rest() {
        describe_nodes(Severity::warning, "exports-above-output",
                       "domestic rows that export more than their output",
                       result_.exports_above_output);
        describe_nodes(Severity::warning, "re-exports",
                       "names that speak of re-exports, which pass through without being made",
                       result_.re_exports);
        describe_origins(ImportOrigin::proportional, "proportional-imports",
                         "one import share per product (proportionality): all users of a product "
                         "have the same import share and the same origins there, so choke points "
                         "of single users cannot be seen");
        describe_origins(ImportOrigin::end_use_share, "end-use-share-imports",
                         "one import share per product and class of use: all industries that use a "
                         "product have the same import share and the same origins there, so choke "
                         "points of single users cannot be seen");
        describe_residual(result_.residual_final_use_share, "residual-final-use", "residual-rows",
                          "final use RESIDUAL");
        describe_residual(result_.residual_tax_share, "residual-taxes", "residual-columns",
                          "tax row RESIDUAL");
    }

    /// What a sector without output uses has no intensity: results leave it out.
    void describe_satellites() {
        for (const SatelliteAccount& account : table_.satellites) {
            Extreme negative, idle;
            for (Index i = 0; i < account.values.size(); ++i) {
                const double value = account.values[i];
                if (value < 0.0) negative.add(value, i, 0);
                if (value != 0.0 && table_.x[i] == 0.0) idle.add(value, i, 0);
            }
            const auto describe = [&](Severity severity, const char* code, const char* what,
                                      const Extreme& found) {
                if (found.count == 0) return;
                add(severity, code,
                    fmt::format("satellite account {}: {} {}, together {:.6g} {}; largest: {} in "
                                "{}",
                                in_quotes(account.name), what, found.count, found.sum, account.unit,
                                found.value, nodes_[static_cast<std::size_t>(found.row)]));
            };
            describe(Severity::note, "satellite-negative", "values below 0:", negative);
            describe(Severity::warning, "satellite-without-output",
                     "values of sectors without output:", idle);
        }
    }

    void describe_origins(ImportOrigin origin, const char* code, const char* meaning) {
        const OriginCount& entry = result_.origins[static_cast<std::size_t>(origin)];
        if (entry.count == 0) return;
        add(Severity::warning, code,
            fmt::format("{} import cells ({:.3g} % of imports) were split with {}", entry.count,
                        100.0 * entry.share, meaning));
    }

    /// Says nothing where the reader's own finding `said` did.
    void describe_residual(double share, const char* code, const char* said, const char* where) {
        const auto& read = table_.meta.findings;
        if (share == 0.0 || std::any_of(read.begin(), read.end(), [&](const Finding& finding) {
                return finding.code == said;
            })) {
            return;
        }
        add(Severity::warning, code,
            fmt::format("accounts close only with {}, {:.3g} % of gross output", where,
                        100.0 * share));
    }

    const TableData& table_;
    const TableDiagnostics& diagnostics_;
    const std::vector<std::string>& nodes_;
    std::vector<std::string> uses_;
    Eigen::VectorXd exports_;  // of each node to other regions
    Extreme negative_imports_;
    TableFindings result_;
};

}  // namespace

bool names_exports(const std::string& name) {
    const std::string text = lower(name);
    return text.find("export") != std::string::npos || text == "exp" || text.rfind("p6", 0) == 0;
}

bool is_household_category(const std::string& category) {
    for (const char* code : {"CONS_h", "HFCE", "P3_S14", "F010", "F01000"}) {
        if (category == code) return true;
    }
    const std::string text = lower(category);
    // Non-profit institutions serving households are not households.
    return text.find("household") != std::string::npos &&
           text.find("serving") == std::string::npos &&
           text.find("non-profit") == std::string::npos;
}

bool is_labour_component(const std::string& name) {
    for (const char* code : {"D1", "LAB", "COMP", "V001", "V00100"}) {
        if (name == code) return true;
    }
    const std::string text = lower(name);
    for (const char* word : {"compensation", "labour", "labor", "wages"}) {
        if (text.find(word) != std::string::npos) return true;
    }
    return false;
}

TableFindings examine(const TableData& table, const TableDiagnostics& diagnostics) {
    return Examination(table, diagnostics).run();
}

}  // namespace narrows
