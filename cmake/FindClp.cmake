# Clp's C interface; only the header is used: the library is loaded when a linear programme is solved
# (host/model/linear_program.cpp says why), so that nothing has to be linked. Defines Clp::header.
find_path(Clp_INCLUDE_DIR Clp_C_Interface.h PATH_SUFFIXES coin coin-or)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Clp REQUIRED_VARS Clp_INCLUDE_DIR)
if(Clp_FOUND AND NOT TARGET Clp::header)
    add_library(Clp::header INTERFACE IMPORTED)
    set_target_properties(Clp::header PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${Clp_INCLUDE_DIR}")
endif()
mark_as_advanced(Clp_INCLUDE_DIR)
