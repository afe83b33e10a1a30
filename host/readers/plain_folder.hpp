#pragma once

#include <filesystem>

#include "host/base/output.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/input_source.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// Does it hold a table in the plain format, that is: a meta.json?
bool is_plain_folder(const InputSource& source);

/// Reads a table in the plain format, CSV files and meta.json (data/README.md says what is in
/// each). Throws FileError, ParseError, BalanceError.
IoTable read_plain_folder(const InputSource& folder,
                          Acceptance acceptance = Acceptance::balanced_only);

/// Writes a table in the plain format into a new folder, complete or not at all; reading it back
/// gives the same bits. Throws FileError, also where `folder` exists already.
void write_plain_folder(const IoTable& table, const std::filesystem::path& folder);

/// M_origins.csv and MF_origins.csv: 0 observed, 1 end-use share, 2 proportional, where the table
/// has origins. Reading throws ParseError for other values and for origins without imports.
void write_origins(const IoTable& table, const std::vector<std::string>& nodes,
                   const std::vector<std::string>& uses, const OutputFolder& out);
void read_origins(const InputSource& folder, const Labels& nodes, const Labels& uses,
                  TableData& data);

/// accounts.csv and, where final uses have some, accounts_F.csv: all satellite accounts
/// (satellites.hpp), where the table has any.
void write_satellites(const IoTable& table, const std::vector<std::string>& nodes,
                      const std::vector<std::string>& uses, const OutputFolder& out);
void read_satellites(const InputSource& folder, const Labels& nodes, const Labels& uses,
                     TableData& data);

}  // namespace narrows
