# xxHash ships a pkg-config file only on most distributions; the header is used inline, so that
# nothing has to be linked. Defines xxHash::header.
find_path(xxHash_INCLUDE_DIR xxhash.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(xxHash REQUIRED_VARS xxHash_INCLUDE_DIR)
if(xxHash_FOUND AND NOT TARGET xxHash::header)
    add_library(xxHash::header INTERFACE IMPORTED)
    set_target_properties(xxHash::header PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${xxHash_INCLUDE_DIR}")
endif()
mark_as_advanced(xxHash_INCLUDE_DIR)
