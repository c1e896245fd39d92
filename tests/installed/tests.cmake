# Programs outside of refmm build with what is installed, and run.
set(installed "${CMAKE_CURRENT_BINARY_DIR}/installed")
add_test(NAME installed.install COMMAND "${CMAKE_COMMAND}" --install "${CMAKE_BINARY_DIR}" --prefix "${installed}/refmm")
set_tests_properties(installed.install PROPERTIES FIXTURES_SETUP installed)

set(flags_of_sanitizers "")
if(REFMM_SANITIZE)
  set(flags_of_sanitizers "-fsanitize=${REFMM_SANITIZE}")
endif()
# installed_component_test(COMPONENT [NAME name] [ARGUMENTS argument...] PASSES regex)
# Builds tests/installed with the component, and runs what it makes; it passes if that prints what the regex describes.
function(installed_component_test component)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "NAME;PASSES" "ARGUMENTS")
  if(NOT test_NAME)
    set(test_NAME ${component})
  endif()
  add_test(NAME installed.${test_NAME}
    COMMAND "${CMAKE_CTEST_COMMAND}" --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/installed" "${installed}/${test_NAME}"
            --build-generator "${CMAKE_GENERATOR}" --build-makeprogram "${CMAKE_MAKE_PROGRAM}"
            --build-options "-DCMAKE_PREFIX_PATH=${installed}/refmm" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
              "-DCMAKE_CXX_FLAGS=${flags_of_sanitizers}" -DCMAKE_BUILD_TYPE=Debug -DCOMPONENT=${component}
            --test-command own_test ${test_ARGUMENTS})
  set_tests_properties(installed.${test_NAME} PROPERTIES
    FIXTURES_REQUIRED installed PASS_REGULAR_EXPRESSION "${test_PASSES}" TIMEOUT 240)
endfunction()

installed_component_test(model PASSES "OK, passed 100 tests")
installed_component_test(model NAME model_finds_a_mistake ARGUMENTS lost
  PASSES "Falsifiable after [0-9]+ tests.*munmap\\(")
installed_component_test(impl PASSES "in the memory that was freed last")
installed_component_test(notation ARGUMENTS "${CMAKE_CURRENT_SOURCE_DIR}/transcripts/slab/list-order.mmt"
  PASSES "list-order.mmt: [0-9]+ lines, read and written")
installed_component_test(laws PASSES "_is_the_one_after_or_the_first holds: .*_comes_the_first holds: ")
installed_component_test(proofs
  PASSES "the_next_colour_is_the_one_after_or_the_first: proved.*behind_the_last_colour_comes_the_first: proved")

if(NOT REFMM_SANITIZE)
  add_test(NAME installed.without_cmake
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/installed/without_cmake" "${installed}/refmm" "${installed}/without_cmake"
            "${CMAKE_CXX_COMPILER}")
  set_tests_properties(installed.without_cmake PROPERTIES
    FIXTURES_REQUIRED installed TIMEOUT 240 PASS_REGULAR_EXPRESSION "behind_the_last_colour_comes_the_first: proved")
  add_test(NAME installed.debian_packages
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/installed/debian_packages" "${CMAKE_BINARY_DIR}" "${installed}/packages")
  set_tests_properties(installed.debian_packages PROPERTIES TIMEOUT 240)
endif()
add_test(NAME installed.manual_and_completion
  COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/installed/manual_and_completion" "${installed}/refmm")
set_tests_properties(installed.manual_and_completion PROPERTIES FIXTURES_REQUIRED installed TIMEOUT 120)
