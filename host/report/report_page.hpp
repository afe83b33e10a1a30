#pragma once

#include <string_view>

namespace narrows {

/// The page with <!--title--> and <!--document--> in their places, put together at build time from
/// the files in page/ and Vega (cmake/report_page.cmake); empty where there is no Vega.
extern const std::string_view report_page;

}  // namespace narrows
