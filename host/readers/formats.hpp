#pragma once

#include "host/readers/read_table.hpp"

/// The published formats, each in a file of its own name. How a layout is known: `narrows check`
/// says what was recognised; a reader is tolerant where editions differ and says so in findings.
namespace narrows::formats {

TableFormat exiobase3();          // EXIOBASE 3
TableFormat labelled_csv();       // a folder of matrices with labels REGION_SECTOR
TableFormat oecd_icio();          // OECD Inter-Country Input-Output tables
TableFormat plain_folder();       // the plain format of narrows
TableFormat bea();                // Bureau of Economic Analysis, United States
TableFormat eurostat();           // Eurostat naio_10_cp1700, _cp1800, _cp1900
TableFormat gloria();             // GLORIA
TableFormat adb_mrio();           // Asian Development Bank
TableFormat wiod2013_world();     // WIOD, 2013 release
TableFormat wiod2016_national();  // WIOD, 2016 release, a country
TableFormat wiod2016_world();     // WIOD, 2016 release, the world
TableFormat netcdf();             // NetCDF that narrows wrote
TableFormat eora26();             // Eora26
TableFormat figaro();             // FIGARO of Eurostat
TableFormat pymrio();             // a folder that pymrio saved
TableFormat generic_csv();        // any csv, with a mapping file

}  // namespace narrows::formats
