#include "host/cli/rank_grid.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "host/base/interrupt.hpp"
#include "host/base/output.hpp"
#include "host/readers/csv.hpp"
#include "host/report/ranking_grid.hpp"
#include "host/report/ranking_netcdf.hpp"
#include "host/report/set_report.hpp"

namespace narrows::cli {
namespace {

CLI::Validator numbers() {
    return {[](const std::string& text) {
                for (const std::string& part : split(text)) {
                    if (!parse_number(part)) {
                        return "found " + in_quotes(part) + ", expected a number";
                    }
                }
                return std::string();
            },
            ""};
}

bool holds(const NamedCoalition& coalition, const std::string& region) {
    const auto& members = coalition.members;
    return std::find(members.begin(), members.end(), region) != members.end();
}

nlohmann::ordered_json parameters(const RankGrid& grid, const RankingQuery& asked) {
    auto coalitions = nlohmann::ordered_json::array();
    for (const NamedCoalition& coalition : asked.asked.list) {
        coalitions.push_back(
            {{"name", coalition.name},
             {"members", coalition.members.empty() ? nlohmann::ordered_json("all but home")
                                                   : nlohmann::ordered_json(coalition.members)}});
    }
    nlohmann::ordered_json result = {
        {"homes", grid.homes},
        {"scope", grid.scope},
        {"shares", grid.shares},
        {"lambda", grid.ranking.lambda},
        {"tail_lambda", grid.ranking.tail_lambda},
        {"criticality", asked.rule},
        {"criticality_hash", asked.file_hash},
        {"coalitions", std::move(coalitions)},
        {"top", grid.top < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(grid.top)}};
    if (!asked.asked.file.empty()) {
        result["coalition_file"] = asked.asked.file;
        result["coalition_file_hash"] = asked.asked.file_hash;
    }
    return result;
}

/// Ranks home by home, share by share.
class GridRun {
  public:
    /// Refuses what does not depend on the figures.
    explicit GridRun(const RankGrid& grid)
        : grid_(grid),
          asked_(ranking_query(
              grid.ranking, home_economy(grid.table, grid.homes.front()),
              asked_coalitions(grid.ranking, grid.table,
                               grid.homes.size() == 1 ? grid.homes.front() : std::string()))),
          sets_(set_selection(grid.sets, grid.table.classification().sectors())),
          record_(start_record("rank", grid.table)) {
        for (const double share : grid.shares) {
            asked_.query.share = share;
            check_shares(asked_.query);
        }
        if (axes().coalitions.empty()) {
            throw ArgumentError("nothing to rank: every home belongs to every coalition");
        }
        asked_.query.num_threads = grid.backend.threads;
        set_sets(asked_, sets_, grid.table.classification().sectors().size());
        record_.threads = grid.backend.threads;
        record_.parameters = parameters(grid, asked_);
        record_sets(record_.parameters, grid.sets, sets_);
    }

    GridAxes axes() const {
        GridAxes axes{grid_.homes,          grid_.shares,
                      products(),           {},
                      grid_.scope,          grid_.table.meta().unit,
                      grid_.ranking.lambda, grid_.ranking.tail_lambda,
                      sets_.has_weights()};
        for (const NamedCoalition& coalition : asked_.asked.list) {
            if (std::all_of(grid_.homes.begin(), grid_.homes.end(),
                            [&](const std::string& home) { return holds(coalition, home); })) {
                continue;
            }
            axes.coalitions.push_back(coalition.name);
        }
        return axes;
    }
    const std::string& rule() const { return asked_.rule; }
    const SetSelection& sets() const { return sets_; }

    /// Hands every ranking to `take`; returns the record of all.
    RunRecord run(const std::function<void(GridRanking)>& take) {
        // Taken here: threads that a backend starts leave signals to whoever waits for them.
        const BackendChoice choice = choose(grid_.backend);
        Progress progress("scenarios");
        std::int64_t done_before = 0;
        std::int64_t num_pairs = 0;  // of one ranking
        asked_.query.progress = [&, total = num_all_pairs()](std::int64_t done, std::int64_t of) {
            DeferInterrupts::throw_if_waiting();
            progress(done_before + num_pairs * done / of, total);
        };
        for (std::size_t h = 0; h < grid_.homes.size(); ++h) {
            const std::string& code = grid_.homes[h];
            naming_table(grid_.table_name + (code.empty() ? "" : ", home " + code), [&] {
                const HomeEconomy home = home_economy(grid_.table, code);
                const LeontiefModel model(choice.backend, home.coefficients(),
                                          codes_of(home.sectors),
                                          parse_solve_method(grid_.backend.method));
                set_home(asked_, home);
                num_pairs = num_pairs_of(asked_.query.coalitions.size());
                for (std::size_t s = 0; s < grid_.shares.size(); ++s) {
                    DeferInterrupts::throw_if_waiting();
                    asked_.query.share = grid_.shares[s];
                    take({h, s, report(home, model), asked_.num_left_out});
                    done_before += num_pairs;
                }
                record_further_model(record_, model, choice.reason);
            });
        }
        return record_;
    }

  private:
    std::int64_t num_pairs_of(std::size_t num_coalitions) const {
        return static_cast<std::int64_t>(num_coalitions * products().size());
    }
    std::vector<std::string> products() const {
        const std::vector<std::string> all = codes_of(grid_.table.classification().sectors());
        if (!sets_.has_filter()) return all;
        std::vector<std::string> codes;
        for (const Index product : sets_.products()) {
            codes.push_back(all[static_cast<std::size_t>(product)]);
        }
        return codes;
    }
    std::int64_t num_all_pairs() const {
        std::size_t num_coalitions = 0;
        for (const NamedCoalition& coalition : asked_.asked.list) {
            num_coalitions += static_cast<std::size_t>(
                std::count_if(grid_.homes.begin(), grid_.homes.end(),
                              [&](const std::string& home) { return !holds(coalition, home); }));
        }
        return num_pairs_of(num_coalitions * grid_.shares.size());
    }

    Document report(const HomeEconomy& home, const LeontiefModel& model) const {
        const std::string& unit = grid_.table.meta().unit;
        const ChokepointQuery& query = asked_.query;
        Document document;
        if (grid_.scope == "world") {
            document = world_chokepoint_report(
                home, grid_.table.classification(), query,
                rank_world_chokepoints(grid_.table, home, model, query, asked_.criticality), unit,
                {});
        } else {
            document =
                chokepoint_report(home, query, rank_chokepoints(home, model, query), unit, {});
        }
        std::vector<std::vector<Cell>>& rows = document.sheets.front().rows;
        if (grid_.top >= 0) rows.resize(std::min(rows.size(), static_cast<std::size_t>(grid_.top)));
        add_coalition_names(document, coalition_names(home, asked_));
        return document;
    }

    const RankGrid& grid_;
    RankingQuery asked_;
    SetSelection sets_;
    RunRecord record_;
};

void stream_csv(GridRun& run, const std::function<void(const std::string&)>& write) {
    const GridAxes axes = run.axes();
    bool first = true;
    run.run([&](GridRanking ranking) {
        const Sheet rows = grid_rows(axes, std::move(ranking));
        if (first) write(csv_header(rows));
        first = false;
        write(csv_rows(rows));
    });
}

void write_csv(GridRun& run, const std::string& file_name) {
    if (file_name.empty()) return stream_csv(run, write_stdout);
    replace_file(file_name, [&](const std::filesystem::path& path) {
        TextFile file(path, file_name);
        stream_csv(run, [&](const std::string& text) { file.write(text); });
        file.close();
    });
}

void write_netcdf(GridRun& run, const std::string& file_name) {
    std::error_code ignored;
    const auto status = std::filesystem::status(file_name, ignored);
    // The library would remove a device when it fails.
    if (std::filesystem::exists(status) && std::filesystem::is_other(status)) {
        throw FileError(file_name, "cannot write NetCDF: not a regular file");
    }
    replace_file(file_name, [&](const std::filesystem::path& path) {
        RankingNetcdf file(path, file_name, run.axes());
        RunRecord record = run.run([&](const GridRanking& ranking) { file.add(ranking); });
        record.elapsed_seconds = elapsed_seconds();
        file.close(record);
    });
}

}  // namespace

void add_grid_options(CLI::App& command, GridOptions& options) {
    command
        .add_option("--home", options.homes,
                    "regions whose GDP is at risk; a national table has just one")
        ->type_name("all|CODE,...");
    command
        .add_option("--share", options.shares, "shares of the deliveries that are blocked, 0 to 1")
        ->type_name("SHARE,...")
        ->capture_default_str()
        ->check(numbers());
}

void add_rank_output_options(CLI::App& command, OutputOptions& options) {
    add_output_options(command, options);
    command.get_option("--output")
        ->description("form of the result; netcdf with --out")
        ->type_name("table|csv|json|netcdf");
}

bool is_netcdf(const OutputOptions& options) {
    if (options.format != "netcdf") {
        parse_output_format(options.format, "table, csv, json or netcdf");
        return false;
    }
    if (options.file.empty()) {
        throw ArgumentError("--output netcdf cannot go to standard output: expected --out FILE");
    }
    return true;
}

std::vector<std::string> homes_of(const GridOptions& options, const IoTable& table) {
    const std::vector<std::string> regions = codes_of(table.classification().regions());
    if (options.homes == "all") return regions;
    if (options.homes.empty() && !table.is_multi_regional()) return regions;
    const std::vector<std::string> codes = split(options.homes);
    // A code may hold a comma.
    if (codes.size() == 1 ||
        std::find(regions.begin(), regions.end(), options.homes) != regions.end()) {
        return {options.homes};
    }
    std::vector<std::string> homes;
    for (const std::string& code : codes) {
        find_code("region", code, regions);
        if (std::find(homes.begin(), homes.end(), code) == homes.end()) homes.push_back(code);
    }
    return homes;
}

std::vector<double> shares_of(const GridOptions& options) {
    std::vector<double> shares;
    for (const std::string& share : split(options.shares)) shares.push_back(*parse_number(share));
    std::sort(shares.begin(), shares.end());
    shares.erase(std::unique(shares.begin(), shares.end()), shares.end());
    return shares;
}

void run_rank_grid(const RankGrid& grid) {
    GridRun run = naming_table(grid.table_name, [&] { return GridRun(grid); });
    if (is_netcdf(grid.output)) return write_netcdf(run, grid.output.file);
    const OutputFormat format = parse_output_format(grid.output.format);
    if (format == OutputFormat::csv) return write_csv(run, grid.output.file);
    constexpr std::size_t rows_of_text = 30;
    RankingGrid collected(run.axes(), format == OutputFormat::table ? rows_of_text : SIZE_MAX);
    RunRecord record = run.run([&](GridRanking ranking) { collected.add(std::move(ranking)); });
    Document document = std::move(collected).document(run.rule(), std::move(record));
    add_sets(document, run.sets(), grid.table.classification().sectors(), weighted_note());
    print(std::move(document), grid.output);
}

}  // namespace narrows::cli
