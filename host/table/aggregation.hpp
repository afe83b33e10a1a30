#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/table/io_table.hpp"

namespace narrows {

/// How the codes of one classification become those of a coarser one. The shares of every `from`
/// sum to 1; a code that is split over several `to` carries one entry for each.
struct Concordance {
    /// A share of the code `from` goes to the code `to`.
    struct Entry {
        std::string from;
        std::string to;
        double share = 1.0;
        std::string name = {};                // of `to`; may be empty
        std::optional<SectorKind> kind = {};  // of `to`; where absent, all members must agree
        std::int64_t line = 0;                // in the file, for messages
    };
    std::vector<Entry> entries;
    std::string path;  // for messages; empty where no file was read
};

/// Aggregates flows, never coefficients: Z_agg = S Z S' with S the concordance's shares, F, M, V,
/// T, x and satellite accounts likewise (MODEL: Miller & Blair 2009, ch. 4). Ratings of criticality
/// become the mean of their members weighted with the flows Z + M. Either concordance may be
/// absent: nothing changes there.
///
/// Throws ParseError, or ArgumentError where the concordance has no path, where a code of the table
/// is missing from the concordance, a code is not in the table, shares do not sum to 1, or members
/// or entries disagree on goods/services.
IoTable aggregate(const IoTable& table, const std::optional<Concordance>& sectors,
                  const std::optional<Concordance>& regions);

}  // namespace narrows
