// Eora26: Eora26_YYYY_bp_{T,FD,VA}.txt, bare tab-separated numbers, and labels_{T,FD,VA}.txt.
#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/grid.hpp"
#include "host/readers/node_list.hpp"
#include "host/readers/satellites.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

constexpr const char* transactions_suffix = "_T.txt";

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

/// "Eora26_2010_bp" of every file Eora26_2010_bp_T.txt, with its folder.
std::vector<std::string> tables_of(const InputSource& source) {
    constexpr std::string_view prefix = "eora26_";
    std::vector<std::string> stems;
    for (const std::string& name : source.names()) {
        const std::string base = lower(std::filesystem::path(name).filename().string());
        const std::size_t suffix = std::string_view(transactions_suffix).size();
        if (base.rfind(prefix, 0) != 0 || base.size() < prefix.size() + suffix) continue;
        if (base.substr(base.size() - suffix) != lower(transactions_suffix)) continue;
        stems.push_back(name.substr(0, name.size() - suffix));
    }
    return stems;
}

/// The tables of one year; at basic prices where there are several.
std::string choose_table(const InputSource& source, int wanted, int& year) {
    const std::vector<std::string> stems = tables_of(source);
    if (stems.empty()) throw FileError(source.path(), "no Eora26_YYYY_bp_T.txt");
    std::vector<int> years;
    const auto base = [](const std::string& stem) {
        return std::filesystem::path(stem).filename().string();
    };
    const auto year_of = [&](const std::string& stem) { return year_in(base(stem).substr(7)); };
    for (const std::string& stem : stems) years.push_back(year_of(stem));
    year = choose_year(source.path(), years, wanted);
    std::string found;
    for (const std::string& stem : stems) {
        if (year_of(stem) != year) continue;
        if (found.empty() || lower(stem).rfind("_bp") == stem.size() - 3) found = stem;
    }
    return found;
}

/// The records of a labels file, without the empty field at their ends; all have as many.
std::vector<std::vector<std::string>> read_labels(const InputFile& file, std::size_t least) {
    CsvFile csv(file, '\t');
    std::vector<std::vector<std::string>> labels;
    for (std::vector<std::string_view> fields; csv.next_record(fields);) {
        while (!fields.empty() && fields.back().empty()) fields.pop_back();
        if (fields.size() < least) {
            csv.fail(fields.size(), "", fmt::format("{} labels", fields.size()),
                     fmt::format("at least {}", least));
        }
        if (!labels.empty() && fields.size() != labels.front().size()) {
            csv.fail(fields.size(), "", fmt::format("{} labels", fields.size()),
                     fmt::format("{} as in the lines before", labels.front().size()));
        }
        labels.emplace_back(fields.begin(), fields.end());
    }
    if (labels.empty()) throw ParseError(file.path(), 1, 0, "", "no labels", "at least one");
    return labels;
}

/// Bare numbers, of `count` rows those that `targets` names (group 0), into as many rows.
Eigen::MatrixXd read_rows(const InputFile& file, const std::vector<GridTarget>& row_targets,
                          Index kept, Index columns) {
    const Grid grid(file, {'\t', 0, 0, false});
    const auto rows = static_cast<Index>(row_targets.size());
    // Each line may end in a tab: then an empty column follows.
    if (grid.num_rows() != rows || grid.num_columns() < columns ||
        grid.num_columns() > columns + 1) {
        throw ParseError(grid.path(), 0, 0, "",
                         fmt::format("{} x {} numbers", grid.num_rows(), grid.num_columns()),
                         fmt::format("{} x {}, as the labels say", rows, columns));
    }
    Eigen::MatrixXd values(kept, columns);
    std::vector<GridTarget> column_targets;
    for (Index j = 0; j < grid.num_columns(); ++j) {
        column_targets.push_back(j < columns ? GridTarget{0, j} : GridTarget{});
    }
    grid.read(row_targets, column_targets, {{&values}});
    return values;
}

/// Bare numbers, rows x columns.
Eigen::MatrixXd read_numbers(const InputFile& file, Index rows, Index columns) {
    std::vector<GridTarget> targets;
    for (Index i = 0; i < rows; ++i) targets.push_back({0, i});
    return read_rows(file, targets, rows, columns);
}

/// Names of satellite accounts have their unit in brackets: "Energy Usage (TJ)".
std::string unit_in(const std::string& group) {
    const std::size_t open = group.rfind('(');
    const std::size_t close = group.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open) return "";
    return group.substr(open + 1, close - open - 1);
}

/// The rows of Q, and of QY for final uses, that are asked for.
void read_satellites(const InputSource& source, const std::string& stem,
                     const std::vector<std::string>& names, TableData& data) {
    if (!source.has("labels_Q.txt")) return;
    if (names.empty()) return note_unread_satellites(data);
    const InputFile labels = source.open_found("labels_Q.txt");
    SatelliteSelection selection(names);
    std::vector<GridTarget> rows;
    for (const auto& label : read_labels(labels, 1)) {
        const std::string name = fmt::format("{}", fmt::join(label, " / "));
        rows.push_back({});
        if (!selection.wants(name)) continue;
        const std::string unit = unit_in(label.front());
        if (unit.empty()) {
            throw ParseError(labels.path(), static_cast<std::int64_t>(rows.size()), 1, "",
                             in_quotes(label.front()), "a name with its unit in brackets");
        }
        rows.back() = {0, static_cast<Index>(data.satellites.size())};
        data.satellites.push_back({name, unit, {}, {}});
    }
    selection.finish(source.path(), data);
    const auto kept = static_cast<Index>(data.satellites.size());
    const Eigen::MatrixXd values =
        read_rows(source.open(stem + "_Q.txt"), rows, kept, data.Z.rows());
    Eigen::MatrixXd of_uses;
    if (source.has(stem + "_QY.txt")) {
        of_uses = read_rows(source.open(stem + "_QY.txt"), rows, kept, data.F.cols());
    }
    for (Index k = 0; k < kept; ++k) {
        SatelliteAccount& account = data.satellites[static_cast<std::size_t>(k)];
        account.values = values.row(k).transpose();
        if (of_uses.size() > 0) account.final_uses = of_uses.row(k).transpose();
    }
}

NodeList read_nodes(const InputFile& file) {
    NodeList nodes;
    std::int64_t line = 0;
    constexpr std::size_t least = 4;  // country, its code, "Industries", sector
    for (const auto& label : read_labels(file, least)) {
        ++line;
        if (!nodes.add(label[1], label[3], label[0]).second) {
            throw ParseError(file.path(), line, 0, "",
                             fmt::format("duplicate {} / {}", label[1], label[3]),
                             "each sector once");
        }
    }
    return nodes;
}

std::vector<FinalUse> read_uses(const InputFile& file, const NodeList& nodes) {
    std::vector<FinalUse> uses;
    constexpr std::size_t least = 4;
    for (const auto& label : read_labels(file, least)) {
        if (!nodes.has_region(label[1])) {
            throw ParseError(file.path(), static_cast<std::int64_t>(uses.size()) + 1, 0, "",
                             "unknown region " + in_quotes(label[1]), "a region of labels_T.txt");
        }
        uses.push_back({label[1], label[3]});
    }
    return uses;
}

/// These sectors are bookkeeping, not industries, and may look like choke points.
void warn_of_re_exports(TableData& data) {
    const Classification& classes = data.classification;
    double output = 0.0;
    Index count = 0;
    for (Index i = 0; i < classes.num_nodes(); ++i) {
        const std::string& name = classes.sector(classes.sector_of(i)).name;
        if (lower(name).find("re-export") == std::string::npos) continue;
        output += data.x[i];
        ++count;
    }
    if (count == 0) return;
    const double share = data.x.sum() == 0.0 ? 0.0 : 100.0 * output / data.x.sum();
    warn(data, "re-export-sectors",
         fmt::format("{} sectors 'Re-export & Re-import' with {:.2g} % of output are entries of "
                     "Eora's balancing, no industries: be suspicious where they rank",
                     count, share));
}

void describe(TableData& data, const std::string& stem, int year) {
    const std::string base = std::filesystem::path(stem).filename().string();
    const bool basic = lower(base).find("_bp") != std::string::npos;
    data.meta.name = fmt::format("Eora26 {}", year);
    data.meta.year = year;
    data.meta.unit = "thousand US dollars";
    data.meta.source = "Eora26, worldmrio.com, " + base;
    data.meta.licence =
        "Eora: free for academic use at degree-granting institutions, else licensed";
    data.meta.attribution =
        "Lenzen, Moran, Kanemoto and Geschke (2013), Economic Systems Research 25(1): 20-49";
    data.meta.classification = "Eora26";
    data.meta.layout = basic ? "Eora26, basic prices" : "Eora26";
    if (!basic) {
        warn(data, "prices", fmt::format("the file name {} does not say basic prices (_bp)", base));
    }
}

bool recognises(const InputSource& source) {
    return !tables_of(source).empty() && source.has("labels_T.txt");
}

IoTable read(const InputSource& source, const ReadOptions& options) {
    int year = 0;
    const std::string stem = choose_table(source, options.year, year);
    TableData data;
    describe(data, stem, year);
    const InputFile labels = source.open_found("labels_T.txt");
    const NodeList nodes = read_nodes(labels);
    data.classification = nodes.classification(labels.path(), kind_by_name);
    data.final_uses = read_uses(source.open_found("labels_FD.txt"), nodes);
    constexpr std::size_t least = 1;
    for (const auto& label : read_labels(source.open_found("labels_VA.txt"), least)) {
        data.value_added_names.push_back(label.back());
    }
    const Index n = nodes.size();
    data.Z = read_numbers(source.open(stem + "_T.txt"), n, n);
    data.F =
        read_numbers(source.open(stem + "_FD.txt"), n, static_cast<Index>(data.final_uses.size()));
    data.V = read_numbers(source.open(stem + "_VA.txt"),
                          static_cast<Index>(data.value_added_names.size()), n);
    // Eora states no output; its users take the row sums.
    data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
    note(data, "output-row-sums", "gross output is the row sums of T and FD");
    read_satellites(source, stem, options.accounts, data);
    warn_of_re_exports(data);
    return closed_table(std::move(data), source.path(), options.acceptance);
}

}  // namespace

TableFormat formats::eora26() {
    return {"eora26", "Eora26: T, FD, VA and their labels", recognises, read};
}

}  // namespace narrows
