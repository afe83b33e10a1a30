# The objects compiled for one instruction set may define nothing that the linker could put in the
# place of code for another: no weak symbol but Eigen's own in the namespace of that set, and no
# other external one but the table of kernels. The personality's reference is data, the same in all.
# nm: W, w, V, v weak; u unique; capital letters external; U undefined.
execute_process(COMMAND ${NM} ${OBJECTS} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" lines "${text}")
set(number 0)
set(shared "")
string(LENGTH "eigen_for_${ISA}" length)
foreach(line IN LISTS lines)
    if(NOT line MATCHES "^[0-9a-f]+ ([A-TV-Zuvw]) (.+)$")
        continue()
    endif()
    math(EXPR number "${number} + 1")
    set(symbol "${CMAKE_MATCH_2}")
    # Mangled: a name in the namespace, a variable inside such a function (Z), its guard (GV).
    if(symbol MATCHES "^_Z(GV)?Z*NK?${length}eigen_for_${ISA}" OR
       symbol STREQUAL "DW.ref.__gxx_personality_v0" OR
       symbol MATCHES "^_ZN7narrows3cpu[0-9]+kernels_${ISA}Ev$")
        continue()
    endif()
    string(APPEND shared "\n  ${line}")
endforeach()
if(NOT shared STREQUAL "")
    message(FATAL_ERROR "symbols that other objects may define too:${shared}")
endif()
if(number LESS 2)
    message(FATAL_ERROR "found ${number} symbols in ${OBJECTS}: nothing was looked at")
endif()
