#pragma once

#include <string>

#include "host/report/document.hpp"

namespace narrows {

/// The document as text. On a narrow screen long text in columns is cut ("..."), then columns are
/// left out from the right, which is said below the sheet; fields and notes are wrapped. What
/// terminals would obey, control characters and changes of direction, is shown as U+FFFD.
std::string render_text(const Document& document, const TextLayout& layout = {});

}  // namespace narrows
