include(GoogleTest)

# refmm_test(NAME SOURCES source... [LIBRARIES library...] [DEFINITIONS name...] [TIMEOUT seconds] [LABELS label...]
#            [DISCOVERY mode])
# A program of GoogleTest cases, each of them one CTest. Tests run in the root of the project, so that they name
# its files as people do. TIMEOUT holds for each case (default: 120 s). Cases are found when the program is built, with PRE_TEST whenever
# the tests begin.
function(refmm_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "TIMEOUT;DISCOVERY" "SOURCES;LIBRARIES;DEFINITIONS;LABELS")
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  if(NOT test_DISCOVERY)
    set(test_DISCOVERY POST_BUILD)
  endif()
  add_executable(${name} ${test_SOURCES})
  target_compile_definitions(${name} PRIVATE ${test_DEFINITIONS})
  target_link_libraries(${name} PRIVATE refmm_options ${test_LIBRARIES} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name}
    TEST_PREFIX "${name}."
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    DISCOVERY_TIMEOUT 60
    DISCOVERY_MODE ${test_DISCOVERY}
    PROPERTIES TIMEOUT ${test_TIMEOUT} LABELS "${test_LABELS}")
endfunction()
