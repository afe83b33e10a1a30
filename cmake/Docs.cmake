# API reference of the public headers (target `docs`), where Doxygen is.
find_package(Doxygen 1.9 QUIET)
if(NOT DOXYGEN_FOUND)
    return()
endif()
get_target_property(narrows_api_input narrows HEADER_SET)
list(PREPEND narrows_api_input ${PROJECT_SOURCE_DIR}/docs/api.md)
list(JOIN narrows_api_input " " narrows_api_input)
configure_file(${PROJECT_SOURCE_DIR}/docs/Doxyfile.in ${PROJECT_BINARY_DIR}/Doxyfile @ONLY)
add_custom_target(docs COMMAND ${DOXYGEN_EXECUTABLE} ${PROJECT_BINARY_DIR}/Doxyfile
                  COMMENT "API reference in ${PROJECT_BINARY_DIR}/docs/api" VERBATIM)
