# Installs the library with its package files: find_package(narrows) gives narrows::narrows.
include(CMakePackageConfigHelpers)
set(narrows_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/narrows)

install(TARGETS narrows EXPORT narrowsTargets
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/narrows)
install(TARGETS narrows_cli)
install(EXPORT narrowsTargets NAMESPACE narrows:: DESTINATION ${narrows_cmake_dir})
configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/narrowsConfig.cmake.in ${PROJECT_BINARY_DIR}/narrowsConfig.cmake
    INSTALL_DESTINATION ${narrows_cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/narrowsConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/narrowsConfig.cmake
              ${PROJECT_BINARY_DIR}/narrowsConfigVersion.cmake
        DESTINATION ${narrows_cmake_dir})
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
