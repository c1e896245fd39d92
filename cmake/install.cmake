# What is installed: the command with its manual, and the development files, of which a program takes the components that it needs.
#
#   find_package(refmm COMPONENTS model)
#   target_link_libraries(program PRIVATE refmm::model)
#
#   model      the oracle, and the vocabulary of states and calls; headers only
#   impl       what is held to it, to be used; headers only
#   notation   transcripts read, written and drawn
#   laws       the laws, and inputs for them that RapidCheck draws
#   proofs     the laws claimed of templates, for all inputs, by Z3
#
# Without CMake: pkg-config --cflags --libs refmm-model, and so on.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(refmm_components model impl notation laws proofs)

# ---- The command ----------------------------------------------------------------------------------------------------------
install(TARGETS refmm RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT command)
# The user's heap in place of malloc: LD_PRELOAD=PREFIX/lib/.../librefmm_malloc.so program
if(TARGET refmm_malloc)
  install(TARGETS refmm_malloc LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT command)
endif()

# ---- Headers --------------------------------------------------------------------------------------------------------------
foreach(room IN ITEMS spec model impl proofs)
  install(DIRECTORY "${CMAKE_SOURCE_DIR}/${room}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/refmm" COMPONENT development
          FILES_MATCHING PATTERN "*.hpp" PATTERN "book" EXCLUDE)
endforeach()
# Of the tests, what draws the inputs of laws.
install(FILES tests/arbitrary.hpp tests/law_inputs.hpp tests/law_properties.hpp tests/sampled_world.hpp
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/refmm/tests" COMPONENT development)
# The interface in C for memory managers that are to be tested: <refmm/subject.h>.
install(FILES ${interface_headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/refmm" COMPONENT development)

# ---- Libraries ------------------------------------------------------------------------------------------------------------
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/refmm")

# refmm_component(NAME TARGET target)
# Exports a target as refmm::NAME, in a file of its own: a program that does not ask for a component needs nothing of what it is built with.
function(refmm_component name)
  cmake_parse_arguments(PARSE_ARGV 1 component "" "TARGET" "")
  target_compile_features(${component_TARGET} INTERFACE cxx_std_20)
  set_target_properties(${component_TARGET} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${component_TARGET} EXPORT refmm-${name}
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
          INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT refmm-${name} NAMESPACE refmm:: DESTINATION "${package_folder}" COMPONENT development)
endfunction()

# The headers alone link nothing; in the tree refmm_model and refmm_impl link the notation, too.
foreach(name IN ITEMS model impl)
  add_library(refmm_${name}_headers INTERFACE)
  target_link_libraries(refmm_${name}_headers INTERFACE Boost::headers)
  refmm_component(${name} TARGET refmm_${name}_headers)
endforeach()
target_link_libraries(refmm_spec PUBLIC Boost::headers)
refmm_component(notation TARGET refmm_spec)
refmm_component(laws TARGET refmm_sampling)
refmm_component(proofs TARGET refmm_prover)

configure_package_config_file(cmake/refmm-config.cmake.in "${CMAKE_BINARY_DIR}/refmm-config.cmake"
  INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 a change of the second number may break what is built on it.
write_basic_package_version_file("${CMAKE_BINARY_DIR}/refmm-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/refmm-config.cmake" "${CMAKE_BINARY_DIR}/refmm-config-version.cmake"
        DESTINATION "${package_folder}" COMPONENT development)

# ---- pkg-config -----------------------------------------------------------------------------------------------------------
# refmm_pkg_config(NAME DESCRIPTION text [LIBRARIES flags] [REQUIRES packages])
# The prefix is found from where the file is, so that a folder that was moved still works.
function(refmm_pkg_config name)
  cmake_parse_arguments(PARSE_ARGV 1 pc "" "DESCRIPTION;LIBRARIES;REQUIRES" "")
  file(RELATIVE_PATH prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  configure_file(cmake/refmm-component.pc.in "${CMAKE_BINARY_DIR}/refmm-${name}.pc" @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/refmm-${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endfunction()

refmm_pkg_config(model DESCRIPTION "The model of Linux 2.4.0 memory management: headers only")
refmm_pkg_config(impl DESCRIPTION "The implementation that is held to the model: headers only")
refmm_pkg_config(notation DESCRIPTION "Transcripts of memory managers" LIBRARIES "-lrefmm_spec"
  REQUIRES "fmt nlohmann_json")
refmm_pkg_config(laws DESCRIPTION "The laws of memory management, with inputs drawn by RapidCheck"
  LIBRARIES "-lrefmm_sampling -lrapidcheck" REQUIRES "refmm-notation")
refmm_pkg_config(proofs DESCRIPTION "The laws of memory management, proved by Z3"
  LIBRARIES "-lrefmm_prover" REQUIRES "refmm-notation z3")

include(manual)
include(debian)
