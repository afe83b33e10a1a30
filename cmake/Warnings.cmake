# narrows_set_warnings(TARGET): the project's warnings for C++, the subset nvcc's host pass can
# bear for CUDA (generated stubs trip -Wpedantic and -Wold-style-cast), and the sanitizers.
function(narrows_set_warnings target)
    set(warnings -Wall -Wextra -Wshadow -Wconversion)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        # GCC 12 warns of overlapping copies inside std::string itself (GCC bug 105651).
        list(APPEND warnings -Wno-restrict)
    endif()
    set(cuda_warnings -Xcompiler=-Wall,-Wextra,-Wshadow,-Wconversion)
    if(NARROWS_WARNINGS_AS_ERRORS)
        list(APPEND warnings -Werror)
        list(APPEND cuda_warnings -Werror=all-warnings -Xcompiler=-Werror)
    endif()
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CXX>:${warnings}>
        $<$<COMPILE_LANGUAGE:CUDA>:${cuda_warnings}>)
    if(NARROWS_SANITIZE OR NARROWS_FUZZ)
        target_compile_options(${target} PRIVATE
            $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=address,undefined$<$<BOOL:${NARROWS_FUZZ}>:,fuzzer-no-link>>
            $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=all>
            $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
        target_link_options(${target} PUBLIC -fsanitize=address,undefined)
    endif()
endfunction()
