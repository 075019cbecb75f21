include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS isotypic EXPORT isotypic-targets
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILE_SET with_extras DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# Headers serve every architecture, so the package goes to share/ and its version file asks for none.
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/isotypic)
install(EXPORT isotypic-targets NAMESPACE isotypic:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/isotypic-config.cmake.in
    ${PROJECT_BINARY_DIR}/isotypic-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/isotypic-config-version.cmake
    COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/cuda.cmake ${PROJECT_BINARY_DIR}/isotypic-config.cmake ${PROJECT_BINARY_DIR}/isotypic-config-version.cmake
    DESTINATION ${package_dir})

# The prefix is found from the file's own place, so a moved install tree still works.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_DATADIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" prefix_from_pc ${prefix_from_pc})
configure_file(${CMAKE_CURRENT_LIST_DIR}/isotypic.pc.in ${PROJECT_BINARY_DIR}/isotypic.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/isotypic.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
