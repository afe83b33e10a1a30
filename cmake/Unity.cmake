# narrows_unity_files(TARGET COUNT): in a unity build, the sources of TARGET in COUNT files. The hash
# of its name picks a source's file: those of one folder, whose helpers often have the same names,
# are spread, and a new source moves no other. Where names meet in a file all the same, rename one.
function(narrows_unity_files target count)
    get_target_property(sources ${target} SOURCES)
    list(FILTER sources INCLUDE REGEX "[.]cpp$")
    foreach(source IN LISTS sources)
        get_filename_component(name ${source} NAME)
        string(MD5 hash ${name})
        string(SUBSTRING ${hash} 0 6 hash)
        math(EXPR group "0x${hash} % ${count}")
        set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
    if(CMAKE_UNITY_BUILD)
        # To GCC a source in a unity file is a header, whose types must not use those of its own.
        target_compile_options(${target} PRIVATE
            $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
    endif()
endfunction()
