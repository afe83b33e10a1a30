#pragma once

#include "host/readers/read_table.hpp"

/// The published formats, each in a file of its own name. How a layout is known: `narrows check`
/// says what was recognised; a reader is tolerant where editions differ and says so in findings.
namespace narrows::formats {

TableFormat exiobase3();
TableFormat labelled_csv();
TableFormat oecd_icio();
TableFormat plain_folder();
TableFormat bea();
TableFormat eurostat();
TableFormat gloria();
TableFormat adb_mrio();
TableFormat wiod2013_world();
TableFormat wiod2016_national();
TableFormat wiod2016_world();
TableFormat netcdf();
TableFormat eora26();
TableFormat figaro();
TableFormat pymrio();
TableFormat generic_csv();

}  // namespace narrows::formats
