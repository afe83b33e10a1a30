#include "host/readers/satellites.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/output.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

constexpr std::size_t first_value = 2;  // behind name and unit

/// Records of a file of accounts one after the other.
class AccountRecords {
  public:
    AccountRecords(const InputFile& file, const Labels& labels) : file_(file) {
        const std::vector<std::string> header = file_.header({"account", "unit"});
        LabelMatcher matcher(labels);
        for (std::size_t c = first_value; c < header.size(); ++c) {
            places_.push_back(matcher.match(file_, header[c], c));
            labels_.push_back(header[c]);
        }
        matcher.require_all(file_);
    }
    /// Name and unit of the next; false at the end. Throws where there is none at all: a file that
    /// was cut must not pass for one without accounts.
    bool next() {
        if (!file_.next_record(fields_)) {
            if (!seen_.empty()) return false;
            throw ParseError(file_.path(), file_.line() + 1, 0, "", "no record", "at least one");
        }
        file_.require_fields(fields_, places_.size() + first_value);
        name = std::string(fields_[0]);
        unit = std::string(fields_[1]);
        if (name.empty()) file_.fail(0, "account", "an empty name", "a name");
        if (unit.empty()) file_.fail(1, "unit", "an empty unit", "the unit of " + in_quotes(name));
        if (!seen_.insert(name).second) {
            file_.fail(0, "account", "duplicate account " + in_quotes(name), "each account once");
        }
        return true;
    }
    Eigen::VectorXd values() const {
        Eigen::VectorXd values(static_cast<Index>(places_.size()));
        for (std::size_t i = 0; i < places_.size(); ++i) {
            values[places_[i]] =
                file_.number(fields_[i + first_value], i + first_value, labels_[i]);
        }
        return values;
    }
    [[noreturn]] void fail(std::size_t column, const char* name_of, const std::string& found,
                           const std::string& expected) const {
        file_.fail(column, name_of, found, expected);
    }

    std::string name;
    std::string unit;

  private:
    CsvFile file_;
    std::vector<Index> places_;
    std::vector<std::string> labels_;  // of the columns
    std::vector<std::string_view> fields_;
    std::unordered_set<std::string> seen_;
};

std::string csv_of(const std::vector<SatelliteAccount>& accounts,
                   const std::vector<std::string>& labels,
                   Eigen::VectorXd SatelliteAccount::*values) {
    std::string text = "account,unit";
    for (const std::string& label : labels) text += "," + csv_field(label);
    text += "\n";
    for (const SatelliteAccount& account : accounts) {
        if ((account.*values).size() == 0) continue;
        text += csv_field(account.name) + "," + csv_field(account.unit);
        for (const double value : account.*values) text += fmt::format(",{}", value);
        text += "\n";
    }
    return text;
}

}  // namespace

SatelliteSelection::SatelliteSelection(std::vector<std::string> names)
    : names_(std::move(names)),
      all_(std::find(names_.begin(), names_.end(), all_satellites) != names_.end()) {}

bool SatelliteSelection::wants(const std::string& name) {
    available_.push_back(name);
    return all_ || std::find(names_.begin(), names_.end(), name) != names_.end();
}

void SatelliteSelection::require_all(const std::string& path) const {
    for (const std::string& name : names_) {
        if (name == all_satellites ||
            std::find(available_.begin(), available_.end(), name) != available_.end()) {
            continue;
        }
        const std::string near = nearest(name, available_);
        throw ArgumentError(fmt::format(
            "{}: no satellite account {}{}", path, in_quotes(name),
            available_.empty() ? ": there are none"
            : near.empty()     ? fmt::format(", expected one of {} such as {} (`narrows accounts` "
                                                 "lists them)",
                                             available_.size(), in_quotes(available_.front()))
                               : ", did you mean " + in_quotes(near) + "?"));
    }
}

void SatelliteSelection::finish(const std::string& path, TableData& data) const {
    require_all(path);
    const std::size_t left_out = available_.size() - data.satellites.size();
    if (left_out == 0) return;
    note(data, "satellites",
         fmt::format("satellite accounts that are not read: {} of {} (`narrows accounts` lists "
                     "them, --account NAME reads one)",
                     left_out, available_.size()));
}

std::string satellite_name(const std::string& name, const std::string& folder,
                           const std::vector<SatelliteAccount>& accounts) {
    const bool taken =
        std::any_of(accounts.begin(), accounts.end(),
                    [&](const SatelliteAccount& account) { return account.name == name; });
    return taken ? folder + " / " + name : name;
}

void note_unread_satellites(TableData& data) {
    note(data, "satellites",
         "satellite accounts are not read (`narrows accounts` lists them, --account NAME reads "
         "one)");
}

std::vector<SatelliteAccount> read_satellites(const InputFile& file, const Labels& nodes,
                                              SatelliteSelection& selection) {
    AccountRecords records(file, nodes);
    std::vector<SatelliteAccount> accounts;
    while (records.next()) {
        if (!selection.wants(records.name)) continue;
        accounts.push_back({records.name, records.unit, records.values(), {}});
    }
    return accounts;
}

void read_satellites_of_uses(const InputFile& file, const Labels& uses,
                             std::vector<SatelliteAccount>& accounts) {
    AccountRecords records(file, uses);
    while (records.next()) {
        const auto account =
            std::find_if(accounts.begin(), accounts.end(),
                         [&](const SatelliteAccount& each) { return each.name == records.name; });
        if (account == accounts.end()) {
            records.fail(0, "account", "unknown account " + in_quotes(records.name),
                         "an account that sectors have");
        }
        if (account->unit != records.unit) {
            records.fail(1, "unit", in_quotes(records.unit),
                         in_quotes(account->unit) + ", as for sectors");
        }
        account->final_uses = records.values();
    }
}

std::string satellites_csv(const std::vector<SatelliteAccount>& accounts,
                           const std::vector<std::string>& nodes) {
    return csv_of(accounts, nodes, &SatelliteAccount::values);
}

std::string satellites_of_uses_csv(const std::vector<SatelliteAccount>& accounts,
                                   const std::vector<std::string>& uses) {
    const bool any =
        std::any_of(accounts.begin(), accounts.end(),
                    [](const SatelliteAccount& each) { return each.final_uses.size() > 0; });
    return any ? csv_of(accounts, uses, &SatelliteAccount::final_uses) : "";
}

}  // namespace narrows
