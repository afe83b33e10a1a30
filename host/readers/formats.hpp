#pragma once

#include "host/readers/read_table.hpp"

/// The published formats, each in a file of its own name. How a layout is known: `narrows check`
/// says what was recognised; a reader is tolerant where editions differ and says so in findings.
namespace narrows::formats {

TableFormat plain_folder();
TableFormat bea();
TableFormat wiod2016_national();

}  // namespace narrows::formats
