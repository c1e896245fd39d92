# What a program needs to use the implementation, the model or the laws: headers only, and a package for find_package; and the library
# that any program can use without being built again.
#
#   find_package(refmm)
#   target_link_libraries(program PRIVATE refmm::refmm)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

foreach(room IN ITEMS spec model impl)
  install(DIRECTORY "${CMAKE_SOURCE_DIR}/${room}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/refmm"
          FILES_MATCHING PATTERN "*.hpp" PATTERN "book" EXCLUDE)
endforeach()
# The interface in C for memory managers that are to be tested: <refmm/subject.h>.
install(FILES ${interface_headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/refmm")
install(TARGETS refmm RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
# The user's heap in place of malloc: LD_PRELOAD=PREFIX/lib/.../librefmm_malloc.so program
if(TARGET refmm_malloc)
  install(TARGETS refmm_malloc LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endif()

add_library(refmm_headers INTERFACE)
set_target_properties(refmm_headers PROPERTIES EXPORT_NAME refmm)
target_compile_features(refmm_headers INTERFACE cxx_std_20)
target_include_directories(refmm_headers INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_link_libraries(refmm_headers INTERFACE Boost::headers)
install(TARGETS refmm_headers EXPORT refmm-targets)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/refmm")
install(EXPORT refmm-targets NAMESPACE refmm:: DESTINATION "${package_folder}")
file(WRITE "${CMAKE_BINARY_DIR}/refmm-config.cmake"
"include(CMakeFindDependencyMacro)
find_dependency(Boost)
include(\"\${CMAKE_CURRENT_LIST_DIR}/refmm-targets.cmake\")
")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/refmm-config-version.cmake" COMPATIBILITY SameMajorVersion)
install(FILES "${CMAKE_BINARY_DIR}/refmm-config.cmake" "${CMAKE_BINARY_DIR}/refmm-config-version.cmake"
        DESTINATION "${package_folder}")
