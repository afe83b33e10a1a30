#pragma once

#include <string_view>

#include "host/table/classification.hpp"

namespace narrows {

/// Goods or services by the codes of a classification; goods end where construction begins.
///
/// NACE rev. 2, ISIC rev. 4: letters A to E are goods. "C10-C12", "A01", "D", "T".
SectorKind kind_by_nace(std::string_view code);
/// ISIC rev. 4 divisions: "01T03", "D35", "C10T12" (letters are skipped); below 41 are goods.
SectorKind kind_by_isic4_division(std::string_view code);
/// ISIC rev. 3, NACE rev. 1: divisions below 45 and the letters A to E are goods. "15t16", "AtB",
/// "C01T05AGR" (an OECD code's leading C before a digit is skipped).
SectorKind kind_by_isic3(std::string_view code);
/// NAICS as BEA writes it: 1, 2 but 23, 3 and BEA's used, scrap and noncomparable goods.
SectorKind kind_by_naics(std::string_view code);
/// By words in a name: services where it speaks of services, trade, transport, construction and
/// the like, goods otherwise. For formats whose sectors have names only.
SectorKind kind_by_name(std::string_view name);

}  // namespace narrows
