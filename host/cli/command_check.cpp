#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/table/findings.hpp"

namespace narrows::cli {
namespace {

struct CheckOptions {
    TableOptions table;
    OutputOptions output;
    BackendOptions backend;
    bool strict = false;
};

/// What `check` finds out about A; a table without a model has a problem instead.
struct ModelCheck {
    double max_column_sum = 0.0;
    std::string max_column_label;
    SpectralRadius radius;
    bool productive = false;
    std::string problem;
};

Sheet balance_sheet(const char* key, const char* heading, const BalanceReport& report) {
    Sheet sheet{key,
                heading,
                {{"sector", "sector"},
                 {"sum", "sum of entries", Style::flow},
                 {"output", "gross output", Style::flow},
                 {"residual", "residual", Style::bound},
                 {"relative", "relative", Style::bound},
                 {"tolerance", "tolerance", Style::bound}},
                {}};
    for (const AccountResidual& account : report.worst) {
        sheet.rows.push_back({account.label, account.sum, account.output, account.residual,
                              account.relative, account.tolerance});
    }
    return sheet;
}

ModelCheck check_model(const IoTable& table, const CheckOptions& options, RunRecord& record) {
    ModelCheck result;
    Coefficients of_table = coefficients(table);
    Index column = 0;
    result.max_column_sum = of_table.A.colwise().sum().maxCoeff(&column);
    result.max_column_label = table.classification().label(column);
    result.radius = spectral_radius(of_table.A);
    const BackendChoice choice = choose(options.backend);
    record_backend(record, choice.backend, choice.reason);
    try {
        const LeontiefModel model(choice.backend, std::move(of_table),
                                  table.classification().labels(),
                                  parse_solve_method(options.backend.method));
        record.threads = options.backend.threads;
        record.certificate = model.certificate();
        result.productive = true;
    } catch (const NumericalError& error) {
        result.problem = error.what();
    }
    return result;
}

std::vector<std::string> first_few(const std::vector<std::string>& labels) {
    constexpr std::size_t shown = 10;
    std::vector<std::string> few(
        labels.begin(),
        labels.begin() + static_cast<std::ptrdiff_t>(std::min(shown, labels.size())));
    if (labels.size() > shown) few.push_back(fmt::format("and {} more", labels.size() - shown));
    return few;
}

Cell counted(const std::vector<std::string>& labels) {
    if (labels.empty()) return std::string("0");
    return fmt::format("{}: {}", labels.size(), fmt::join(first_few(labels), ", "));
}

std::vector<Field> table_fields(const IoTable& table) {
    const TableMeta& meta = table.meta();
    const Classification& classes = table.classification();
    const std::string size =
        table.is_multi_regional()
            ? fmt::format("{} nodes: {} regions, {} sectors", table.num_nodes(),
                          classes.regions().size(), classes.sectors().size())
            : fmt::format("{} sectors", table.num_nodes());
    return {
        {"name", "name", Style::text, meta.name},
        {"kind", "kind", Style::text,
         std::string(table.is_multi_regional() ? "multi-regional" : "national")},
        {"year", "year", Style::text, static_cast<std::int64_t>(meta.year)},
        {"unit", "unit", Style::text, meta.unit},
        {"size", "size", Style::text, size},
        {"classification", "classification", Style::text, meta.classification},
        {"source", "source", Style::text, meta.source},
        {"licence", "licence", Style::text, meta.licence},
        {"layout", "layout", Style::text, meta.layout},
        {"hash", "hash", Style::text, table.hash()},
        {"gdp", "GDP at basic prices", Style::flow, table.value_added().sum()},
        {"output", "gross output", Style::flow, table.x().sum()},
        {"import_share", "imports in inputs (M)", Style::percent,
         table.has_imports() ? Cell(table.diagnostics().import_matrix_share) : Cell()},
        {"criticality_ratings", "criticality ratings", Style::text,
         table.has_criticality_ratings()},
    };
}

void add_diagnostics(Document& document, const IoTable& table, const ModelCheck& model) {
    const TableDiagnostics& found = table.diagnostics();
    const auto add = [&](const char* key, const char* heading, Style style, Cell value) {
        document.fields.push_back({key, heading, style, std::move(value)});
    };
    const auto residual = [](const BalanceReport& report) {
        return fmt::format(
            "{}, largest residual {:.3g} ({:.1e} relative)",
            report.balanced() ? "yes" : fmt::format("no, {} out", report.num_unbalanced),
            report.max_absolute, report.max_relative);
    };
    add("rows_balanced", "", Style::text, found.rows.balanced());
    add("columns_balanced", "", Style::text, found.columns.balanced());
    add("", "rows balance", Style::text, residual(found.rows));
    add("", "columns balance", Style::text, residual(found.columns));
    add("max_relative_row_residual", "", Style::bound, found.rows.max_relative);
    add("max_relative_column_residual", "", Style::bound, found.columns.max_relative);
    add("negative_transactions", "negative cells in Z", Style::count, found.negative_transactions);
    add("negative_imports", "negative cells in M", Style::count, found.negative_imports);
    add("negative_final_demand", "negative cells in F", Style::count, found.negative_final_demand);
    add("negative_value_added", "", Style::text, found.negative_value_added);
    add("", "negative value added", Style::text, counted(found.negative_value_added));
    add("zero_output", "", Style::text, found.zero_output);
    add("", "zero-output sectors", Style::text, counted(found.zero_output));
    add("max_column_sum", "", Style::coefficient, model.max_column_sum);
    add("max_column_sum_sector", "", Style::text, model.max_column_label);
    add("", "largest column sum of A", Style::text,
        fmt::format("{:.6g} ({})", model.max_column_sum, model.max_column_label));
    add("", "spectral radius of |A|", Style::text, fmt::format("{:.8g}", model.radius.upper));
    add("spectral_radius", "", Style::coefficient, model.radius.upper);
    add("spectral_radius_lower", "", Style::coefficient, model.radius.lower);
    add("spectral_radius_upper", "", Style::coefficient, model.radius.upper);
    add("productive", "productive", Style::text, model.productive);
    const auto& identity = document.run.certificate.identity_deviation;
    add("identity_deviation", "(v + m + tau) L = 1 within", Style::bound,
        identity ? Cell(*identity) : Cell());
}

void add_examination(Document& document, const TableFindings& found) {
    const auto add = [&](const char* key, const char* heading, Style style, Cell value) {
        document.fields.push_back({key, heading, style, std::move(value)});
    };
    const OriginCount& proportional =
        found.origins[static_cast<std::size_t>(ImportOrigin::proportional)];
    const OriginCount& end_use =
        found.origins[static_cast<std::size_t>(ImportOrigin::end_use_share)];
    add("imports_above_use", "cells that import above use", Style::count,
        found.imports_above_use.count);
    add("coefficients_above_one", "input coefficients above 1", Style::count,
        found.coefficients_above_one.count);
    add("largest_coefficient_above_one", "", Style::coefficient,
        found.coefficients_above_one.count > 0 ? Cell(found.coefficients_above_one.largest)
                                               : Cell());
    add("exports_above_output", "", Style::text, found.exports_above_output);
    add("", "exports above output", Style::text, counted(found.exports_above_output));
    add("re_exports", "", Style::text, found.re_exports);
    add("", "re-exports", Style::text, counted(found.re_exports));
    add("proportional_import_cells", "", Style::count, proportional.count);
    add("proportional_import_share", "imports split by proportion", Style::percent,
        proportional.share);
    add("end_use_share_import_cells", "", Style::count, end_use.count);
    add("end_use_share_import_share", "imports split by end-use share", Style::percent,
        end_use.share);
    add("residual_final_use_share", "final use RESIDUAL in output", Style::percent,
        found.residual_final_use_share);
    add("residual_tax_share", "tax row RESIDUAL in output", Style::percent,
        found.residual_tax_share);
}

Sheet negative_sheet(const TableFindings& found) {
    Sheet sheet{"negative_cells",
                "Cells below 0",
                {{"block", "block"},
                 {"count", "cells", Style::count},
                 {"sum", "sum", Style::flow},
                 {"lowest", "lowest", Style::flow},
                 {"row", "row"},
                 {"column", "column"}},
                {}};
    for (const NegativeCells& cells : found.negative_cells) {
        if (cells.count == 0) continue;
        sheet.rows.push_back(cells_of(std::string(cells.block), cells.count, cells.sum, cells.worst,
                                      cells.row, cells.column));
    }
    return sheet;
}

const char* to_string(Finding::Severity severity) {
    return severity == Finding::Severity::warning ? "warning" : "note";
}

/// What the reader noticed, then what the figures say; warnings before notes.
std::vector<Finding> all_findings(const IoTable& table, const TableFindings& found) {
    std::vector<Finding> findings = table.meta().findings;
    findings.insert(findings.end(), found.findings.begin(), found.findings.end());
    std::stable_partition(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.severity == Finding::Severity::warning;
    });
    return findings;
}

/// Text begins with the findings, CSV ends with them, JSON has them as an array.
void add_findings(Document& document, const std::vector<Finding>& findings, OutputFormat format) {
    std::vector<Field> lines;
    Sheet sheet{"findings", "", {{"severity", ""}, {"code", ""}, {"text", ""}}, {}};
    std::int64_t num_warnings = 0;
    for (const Finding& finding : findings) {
        const std::string severity = to_string(finding.severity);
        if (finding.severity == Finding::Severity::warning) ++num_warnings;
        lines.push_back({severity, severity, Style::text, finding.code + ": " + finding.text});
        sheet.rows.push_back(cells_of(severity, finding.code, finding.text));
    }
    document.fields.push_back({"warnings", "", Style::count, num_warnings});
    document.fields.push_back(
        {"notes", "", Style::count, static_cast<std::int64_t>(findings.size()) - num_warnings});
    if (format == OutputFormat::json) {
        document.sheets.insert(document.sheets.begin(), std::move(sheet));
        return;
    }
    const auto at = format == OutputFormat::table ? document.fields.begin() : document.fields.end();
    document.fields.insert(at, lines.begin(), lines.end());
}

void refuse_warnings(const std::string& table, const std::vector<Finding>& findings) {
    const auto count = std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.severity == Finding::Severity::warning;
    });
    if (count == 0) return;
    throw TableError(fmt::format("{}: {} {} (--strict), first: {}: {}", table, count,
                                 count == 1 ? "warning" : "warnings", findings.front().code,
                                 findings.front().text));
}

void run_check(const CheckOptions& options) {
    const OutputFormat format = parse_output_format(options.output.format);
    const IoTable table = open_table(options.table, Acceptance::any);
    Document document;
    document.schema = "narrows.check/1";
    document.run = start_record("check", table);
    const ModelCheck model = check_model(table, options, document.run);
    document.title = "Check of " + title_of(table);
    document.fields = table_fields(table);
    const TableFindings examination = examine(table.data(), table.diagnostics());
    const std::vector<Finding> findings = all_findings(table, examination);
    add_diagnostics(document, table, model);
    add_examination(document, examination);
    document.sheets = {
        negative_sheet(examination),
        balance_sheet("worst_rows", "Worst rows (x = Z1 + F1)", table.diagnostics().rows),
        balance_sheet("worst_columns", "Worst columns (x' = 1'Z + 1'M + 1'T + 1'V)",
                      table.diagnostics().columns)};
    add_findings(document, findings, format);
    document.csv_of_fields = true;
    print(std::move(document), options.output);
    if (!table.diagnostics().acceptable()) {
        throw BalanceError(options.table.name + ": " + table.diagnostics().first_problem());
    }
    if (!model.productive) throw NumericalError(options.table.name + ": " + model.problem, {});
    if (options.strict) refuse_warnings(options.table.name, findings);
}

}  // namespace

void add_check(CLI::App& app) {
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* command = app.add_subcommand(
        "check",
        "Validate a table: what was recognised, balances, odd cells, productivity. Prints the "
        "report even where the table fails, then exits 3 (out of balance) or 4 (not productive)");
    add_table_argument(*command, options->table);
    command->add_flag("--strict", options->strict,
                      "warnings are errors: exit 3 after the report where there is one");
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    command->callback([options] { run_check(*options); });
}

}  // namespace narrows::cli
