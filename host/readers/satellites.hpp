#pragma once

#include <string>
#include <vector>

#include "host/readers/csv.hpp"
#include "host/readers/input_source.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// The name that stands for all satellite accounts.
inline constexpr const char* all_satellites = "all";

/// Which satellite accounts of a table are read: those named, or all. There may be thousands, of
/// which only these cost memory.
class SatelliteSelection {
  public:
    /// `names` may hold "all".
    explicit SatelliteSelection(std::vector<std::string> names);

    bool is_empty() const { return names_.empty(); }
    /// Is the account asked for? Notes that there is one of that name.
    bool wants(const std::string& name);
    /// Throws ArgumentError about `path` for a name that no account has, with the nearest one.
    void require_all(const std::string& path) const;
    /// That, and a note in the table ("satellites") where accounts are left out.
    void finish(const std::string& path, TableData& data) const;

  private:
    std::vector<std::string> names_;
    bool all_ = false;
    std::vector<std::string> available_;
};

/// `name`, or "FOLDER / NAME" where an account of another folder has it already.
std::string satellite_name(const std::string& name, const std::string& folder,
                           const std::vector<SatelliteAccount>& accounts);

/// Notes that a table has satellite accounts, none of which was asked for.
void note_unread_satellites(TableData& data);

/// Reads satellite accounts, a record each: CSV account,unit,LABEL,... with every label of `nodes`
/// once, in any order. Throws ParseError for an account without name or unit or that is there
/// twice, an unknown, repeated or missing label, a short or long record, and what is no finite
/// number.
std::vector<SatelliteAccount> read_satellites(const InputFile& file, const Labels& nodes,
                                              SatelliteSelection& selection);

/// Sets final_uses of `accounts` from a file laid out like that with labels of final uses; accounts
/// that it does not list have none. Throws ParseError as read_satellites() does, and for an account
/// of another unit than before.
void read_satellites_of_uses(const InputFile& file, const Labels& uses,
                             std::vector<SatelliteAccount>& accounts);

/// Files that these two read, the same bits. The second is empty where no account has final uses.
std::string satellites_csv(const std::vector<SatelliteAccount>& accounts,
                           const std::vector<std::string>& nodes);
std::string satellites_of_uses_csv(const std::vector<SatelliteAccount>& accounts,
                                   const std::vector<std::string>& uses);

}  // namespace narrows
