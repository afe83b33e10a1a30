# Installs narrows into a scratch prefix, builds the consumer project against it and runs it; then
# runs the installed program, which has to find its data and modules from there.
# Arguments: BUILD, SOURCE, SCRATCH, COMPILER, BUILD_TYPE.
set(prefix ${SCRATCH}/prefix)
file(REMOVE_RECURSE ${SCRATCH})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix}
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
# As a user would compile, for this processor, and with a sanitizer that the library was built
# without: Eigen matrices cross the interface in each case.
foreach(flags "" -march=native -fsanitize=address)
    string(MAKE_C_IDENTIFIER "build${flags}" build)
    execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer -B ${SCRATCH}/${build}
                            -G Ninja -DCMAKE_PREFIX_PATH=${prefix}
                            -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${flags}
                            -DCMAKE_BUILD_TYPE=${BUILD_TYPE}
                    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${SCRATCH}/${build}
                    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${SCRATCH}/${build}/consumer ${prefix}/share/narrows/world-2011
                    OUTPUT_VARIABLE ranking COMMAND_ERROR_IS_FATAL ANY)
    if(NOT ranking MATCHES "^ELE 59699.569305\n")
        message(FATAL_ERROR "the consumer compiled with '${flags}' printed:\n${ranking}")
    endif()
endforeach()
execute_process(COMMAND ${prefix}/bin/narrows rank --home CHN --coalition TWN --top 1 --output csv
                WORKING_DIRECTORY ${SCRATCH} OUTPUT_VARIABLE csv COMMAND_ERROR_IS_FATAL ANY)
if(NOT csv MATCHES "\n1,ELE,TWN,34889.5,")
    message(FATAL_ERROR "the installed program printed:\n${csv}")
endif()
foreach(page man/man1/narrows.1 bash-completion/completions/narrows zsh/site-functions/_narrows
             fish/vendor_completions.d/narrows.fish)
    file(STRINGS ${prefix}/share/${page} lines REGEX "narrows")
    if(NOT lines)
        message(FATAL_ERROR "${page} does not speak of narrows")
    endif()
endforeach()
