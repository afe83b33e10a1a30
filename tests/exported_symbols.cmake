# Fails unless the module exports exactly the one expected symbol.
execute_process(COMMAND ${NM} -D --defined-only ${MODULE}
                OUTPUT_VARIABLE symbols OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "^[0-9a-f]+ T ${EXPECTED}$")
    message(FATAL_ERROR "expected only ${EXPECTED}, found:\n${symbols}")
endif()
