# The page of `--report`, put together at build time where Vega is installed (Debian: libjs-vega);
# without it the program says that it has none.
find_path(NARROWS_VEGA_DIR vega-view.min.js PATHS /usr/share/javascript/vega NO_DEFAULT_PATH
          DOC "Folder of Vega's modules (vega-view.min.js and others), for --report")
mark_as_advanced(NARROWS_VEGA_DIR)
set(narrows_page ${PROJECT_BINARY_DIR}/generated/host/report/report_page.cpp)
file(GLOB narrows_page_parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/host/report/page/*)
add_custom_command(
    OUTPUT ${narrows_page}
    COMMAND ${CMAKE_COMMAND} "-DVEGA=${NARROWS_VEGA_DIR}"
            -DPAGE=${PROJECT_SOURCE_DIR}/host/report/page -DOUT=${narrows_page}
            -P ${PROJECT_SOURCE_DIR}/cmake/bundle_report_page.cmake
    DEPENDS ${narrows_page_parts} ${PROJECT_SOURCE_DIR}/cmake/bundle_report_page.cmake
    COMMENT "Putting the page of --report together" VERBATIM)
target_sources(narrows PRIVATE ${narrows_page})
if(NOT NARROWS_VEGA_DIR)
    message(STATUS "Vega (libjs-vega) was not found: --report will be refused")
endif()
