// United States, Bureau of Economic Analysis: use, make and import matrices, as a folder of CSV
// (U, FD, VA, Make, Imp_U, Imp_FD) or of the published workbooks with one sheet a year.
#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/grid.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/workbook.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

using Codes = std::vector<std::string>;

/// A matrix with codes on both sides, as a file has it.
struct Labelled {
    std::string path;
    Codes rows;
    Codes columns;
    Eigen::MatrixXd values;
    std::unordered_map<std::string, std::string> names;  // of codes, where the file has some
    std::int64_t codes_line = 1;
    std::int64_t last_line = 1;
};

/// Throws ParseError where `have` has a code that `known` has not, but for totals and what `other`
/// says belongs elsewhere.
template <class Predicate>
void refuse_unknown(const Labelled& from, const Codes& have, const Codes& known, Predicate other) {
    const std::set<std::string> expected(known.begin(), known.end());
    for (const std::string& code : have) {
        if (expected.count(code) != 0 || other(code) || code.substr(0, 2) == "T0") continue;
        throw ParseError(from.path, from.codes_line, 0, "", "unknown code " + in_quotes(code),
                         "a product or an industry of the make matrix");
    }
}

bool has_prefix(const std::string& text, std::string_view prefix) {
    return text.compare(0, prefix.size(), prefix) == 0;
}
bool is_final_use(const std::string& code) {
    return has_prefix(code, "F") && code.size() > 1 && code[1] >= '0' && code[1] <= '9';
}
/// F05000, F050: imports, negative. The import matrix takes their place, but for duties and the
/// like, which stand there without being imports of a product.
bool is_imports(const std::string& code) {
    return has_prefix(code, "F050");
}
bool is_value_added(const std::string& code) {
    return has_prefix(code, "V0");
}

template <class Predicate>
Codes select(const Codes& codes, Predicate predicate) {
    Codes selected;
    std::copy_if(codes.begin(), codes.end(), std::back_inserter(selected), predicate);
    return selected;
}

/// The part of `from` with these rows and columns. Throws ParseError for a code that is missing.
Eigen::MatrixXd part(const Labelled& from, const Codes& rows, const Codes& columns) {
    const auto positions = [&](const Codes& have, const Codes& wanted, const char* side) {
        std::unordered_map<std::string, Index> index;
        for (std::size_t i = 0; i < have.size(); ++i) {
            if (index.emplace(have[i], static_cast<Index>(i)).second) continue;
            throw ParseError(from.path, from.codes_line, 0, "",
                             fmt::format("two {}s {}", side, have[i]), "each code once");
        }
        std::vector<Index> found;
        for (const std::string& code : wanted) {
            const auto at = index.find(code);
            if (at == index.end()) {
                throw ParseError(from.path, from.last_line, 0, "",
                                 fmt::format("no {} {}", side, in_quotes(code)),
                                 "one for every product and industry of the make matrix");
            }
            found.push_back(at->second);
        }
        return found;
    };
    return from.values(positions(from.rows, rows, "row"),
                       positions(from.columns, columns, "column"));
}

Labelled read_csv(const InputSource& source, const char* name) {
    const Grid grid(source.open_found(name), {});
    Labelled result;
    result.path = grid.path();
    result.last_line = grid.num_rows() + 1;
    result.rows = grid.labels();
    result.columns = grid.header();
    result.values.resize(grid.num_rows(), grid.num_columns());
    std::vector<GridTarget> rows;
    std::vector<GridTarget> columns;
    for (Index i = 0; i < grid.num_rows(); ++i) rows.push_back({0, i});
    for (Index j = 0; j < grid.num_columns(); ++j) columns.push_back({0, j});
    grid.read(rows, columns, {{&result.values}});
    return result;
}

/// A sheet of BEA's: a line of codes from the third column on, a line of names, then rows that
/// begin with their code and name. Totals have no code.
Labelled read_sheet(const Workbook& workbook, const std::string& sheet) {
    constexpr Index first = 2;
    Labelled result;
    result.path = workbook.path() + ", sheet " + in_quotes(sheet);
    std::vector<Index> columns;
    std::vector<std::vector<double>> rows;
    bool has_codes = false;
    bool has_names = false;
    workbook.read(sheet, [&](const SheetRow& row) {
        if (!has_codes) {
            const std::string corner = row.text(1);
            has_codes = corner.find("ommodit") != std::string::npos &&
                        corner.find("ndustr") != std::string::npos;
            for (Index c = first; has_codes && c < row.width(); ++c) {
                if (row.text(c).empty()) continue;
                columns.push_back(c);
                result.columns.push_back(row.text(c));
            }
            return true;
        }
        if (!has_names) {
            for (std::size_t i = 0; i < columns.size(); ++i) {
                result.names[result.columns[i]] = row.text(columns[i]);
            }
            has_names = true;
            return true;
        }
        constexpr std::size_t most = 4'000'000;
        if ((rows.size() + 1) * columns.size() > most) {
            row.fail(0, fmt::format("row {} of {} columns", rows.size() + 1, columns.size()),
                     fmt::format("{} figures at most", most));
        }
        const std::string code = row.text(0);
        if (code.empty() || row.text(1).empty()) return true;  // a total, a footnote
        result.rows.push_back(code);
        result.names.emplace(code, row.text(1));
        rows.emplace_back();
        for (const Index c : columns) {
            rows.back().push_back(row.text(c) == "..." ? 0.0 : row.require_number(c, std::nullopt));
        }
        return true;
    });
    if (!has_codes || rows.empty()) {
        throw ParseError(result.path, 0, 0, "", "no line of codes and names of industries",
                         "'Commodities/Industries' in its second column");
    }
    result.values.resize(static_cast<Index>(rows.size()), static_cast<Index>(columns.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = 0; j < columns.size(); ++j) {
            result.values(static_cast<Index>(i), static_cast<Index>(j)) = rows[i][j];
        }
    }
    return result;
}

/// The matrices of one year, whatever they came from.
struct Matrices {
    Labelled make;
    Labelled use;
    Labelled final_use;
    Labelled value_added;
    Labelled imports;
    Labelled final_imports;
};

bool is_csv_folder(const InputSource& source) {
    const auto has = [&](const char* name) { return source.find(name) == name; };
    return has("U.csv") && has("FD.csv") && has("VA.csv") && has("Make.csv") && has("Imp_U.csv");
}

/// The workbook whose name speaks of `what`; "" where there is none.
std::string workbook_named(const InputSource& source, std::string_view what) {
    for (const std::string& name : source.names()) {
        if (has_prefix(name, what) && name.find(".xlsx") != std::string::npos) return name;
    }
    return "";
}

bool is_workbook_folder(const InputSource& source) {
    return !workbook_named(source, "IOUse_").empty() && !workbook_named(source, "IOMake_").empty();
}

bool recognises(const InputSource& source) {
    return !source.is_single_file() && (is_csv_folder(source) || is_workbook_folder(source));
}

Matrices read_csvs(const InputSource& source) {
    return {read_csv(source, "Make.csv"),  read_csv(source, "U.csv"),
            read_csv(source, "FD.csv"),    read_csv(source, "VA.csv"),
            read_csv(source, "Imp_U.csv"), read_csv(source, "Imp_FD.csv")};
}

/// The years of the sheets that all three workbooks have.
std::vector<int> common_years(const std::vector<const Workbook*>& books) {
    std::vector<int> years;
    for (const std::string& sheet : books.front()->sheets()) {
        const bool everywhere = std::all_of(books.begin(), books.end(), [&](const Workbook* book) {
            const Codes& sheets = book->sheets();
            return std::find(sheets.begin(), sheets.end(), sheet) != sheets.end();
        });
        if (year_in(sheet) != 0 && sheet.size() == 4 && everywhere) {
            years.push_back(year_in(sheet));
        }
    }
    return years;
}

Matrices read_workbooks(const InputSource& source, int& year) {
    const std::string import_name = workbook_named(source, "ImportMatrices_");
    if (import_name.empty()) {
        throw FileError(source.path(), "no ImportMatrices_....xlsx beside the use and make tables");
    }
    const Workbook use(source.open(workbook_named(source, "IOUse_")));
    const Workbook make(source.open(workbook_named(source, "IOMake_")));
    const Workbook imports(source.open(import_name));
    year = choose_year(source.path(), common_years({&use, &make, &imports}), year);
    const std::string sheet = std::to_string(year);
    const Labelled uses = read_sheet(use, sheet);
    const Labelled imported = read_sheet(imports, sheet);
    return {read_sheet(make, sheet), uses, uses, uses, imported, imported};
}

std::vector<Sector> sectors_of(const Codes& codes, const Matrices& from) {
    std::vector<Sector> sectors;
    for (const std::string& code : codes) {
        std::string name = code;
        for (const Labelled* file : {&from.make, &from.use}) {
            if (const auto found = file->names.find(code); found != file->names.end()) {
                name = found->second;
            }
        }
        sectors.push_back({code, name, kind_by_naics(code)});
    }
    return sectors;
}

SupplyUse supply_use(const Matrices& from) {
    const Codes industries = from.make.rows;
    const Codes products = from.make.columns;
    const Codes value_added = select(from.value_added.rows, is_value_added);
    const Codes uses = select(from.final_use.columns, [](const std::string& code) {
        return is_final_use(code) && !is_imports(code);
    });
    SupplyUse table;
    table.industries = sectors_of(industries, from);
    table.products = sectors_of(products, from);
    refuse_unknown(from.use, from.use.columns, industries, is_final_use);
    refuse_unknown(from.use, from.use.rows, products, is_value_added);
    for (const std::string& code : value_added) {
        if (code.find_first_not_of("V0123456789") == std::string::npos) continue;
        throw ParseError(from.value_added.path, from.value_added.last_line, 0, "",
                         "row " + in_quotes(code), "V and digits");
    }
    if (industries.empty() || products.empty()) {
        throw ParseError(from.make.path, from.make.last_line, 0, "", "no industry or no product",
                         "at least one of each");
    }
    table.make = part(from.make, industries, products);
    table.U = part(from.use, products, industries);
    table.Y = part(from.final_use, products, uses);
    table.UM = part(from.imports, products, industries);
    table.YM = part(from.final_imports, products, uses);
    table.V = part(from.value_added, value_added, industries);
    table.value_added_names = value_added;
    for (const std::string& use : uses) table.final_uses.push_back({"", use});
    const Codes imports = select(from.final_use.columns, is_imports);
    if (imports.empty()) {
        throw ParseError(from.final_use.path, from.final_use.codes_line, 0, "",
                         "no column of imports", "F05000 or F050");
    }
    const Eigen::MatrixXd duties =
        part(from.final_use, products, imports) - part(from.final_imports, products, imports);
    table.Y.conservativeResize(Eigen::NoChange, table.Y.cols() + duties.cols());
    table.YM.conservativeResize(Eigen::NoChange, table.YM.cols() + duties.cols());
    table.Y.rightCols(duties.cols()) = duties;
    table.YM.rightCols(duties.cols()).setZero();
    for (const std::string& use : imports) {
        table.final_uses.push_back({"", use + ", duties and adjustments"});
    }
    return table;
}

IoTable read(const InputSource& source, const ReadOptions& options) {
    const bool csv = is_csv_folder(source);
    int year = options.year;
    if (csv) {
        const std::string folder = std::filesystem::path(source.path()).filename().string();
        year = choose_year(source.path(), year_in(folder), year);
    }
    const Matrices matrices = csv ? read_csvs(source) : read_workbooks(source, year);
    SupplyUse sut = supply_use(matrices);
    sut.region = {"USA", "United States"};
    TableMeta& meta = sut.meta;
    meta.name = "BEA input-output accounts of the United States";
    meta.year = year;
    meta.unit = "million US dollars";
    meta.source =
        "Bureau of Economic Analysis, use, make and import matrices before redefinitions, "
        "producers' prices";
    meta.licence = "US public domain";
    meta.classification = fmt::format("BEA, {} industries", sut.industries.size());
    meta.rounding = 1.0;
    meta.layout = csv ? "BEA matrices as CSV (bea)" : "BEA workbooks (bea)";
    TableData data = symmetric_table(std::move(sut), options.model);
    note(data, "imports-comparable",
         "BEA splits imports over users by the share of imports in a product's total use, so users "
         "of a product look alike save where BEA knew more");
    data.M_origins.setConstant(data.M.rows(), data.M.cols(), ImportOrigin::proportional);
    data.MF_origins.setConstant(data.MF.rows(), data.MF.cols(), ImportOrigin::proportional);
    return closed_table(std::move(data), source.path(), options.acceptance);
}

}  // namespace

TableFormat formats::bea() {
    return {"bea", "United States, BEA: use, make and import matrices (csv or xlsx)", recognises,
            read};
}

}  // namespace narrows
