#pragma once

#include <string>

#include "host/report/document.hpp"

namespace narrows {

/// Whether this build has the page: it needs the chart library Vega (Debian: libjs-vega) when it
/// is configured.
bool has_report_page();

/// The document as one self-contained HTML page that shows it: text, tables and charts are made in
/// the browser from the document's JSON, which the page holds, so that every number is the JSON's.
/// No text of the document can end that JSON or become markup; a policy in the page lets no script
/// but its own run and nothing be loaded. Rows and paths that would make the JSON longer than 2 MB
/// are left out, and `report.left_out` counts them by key. Throws ArgumentError where the build
/// has no page.
std::string html_report(const Document& document);

}  // namespace narrows
