#pragma once

#include <string>
#include <vector>

#include "host/analysis/dependence.hpp"
#include "host/report/document.hpp"

namespace narrows {

/// Keys of the measures of dependence that can stand beside a ranking, in the order of the README.
std::vector<std::string> dependence_keys();

/// Does one of these measures look through the whole world's chain?
bool needs_world(const std::vector<std::string>& keys);

/// Adds the measures as columns to the rows of the first sheet, which name their product, and notes
/// which of them the table has not, and why.
void add_dependence_columns(Document& document, const std::vector<std::string>& keys,
                            const IoTable& table, const Dependence& dependence);

}  // namespace narrows
