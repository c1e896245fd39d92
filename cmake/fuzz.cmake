# Entry points for fuzzers. Where the tree is built for an engine, REFMM_FUZZING_ENGINE is what links it (as OSS-Fuzz gives it in
# LIB_FUZZING_ENGINE, or -fsanitize=fuzzer), and the compiler must instrument what it compiles: the preset fuzz does both.
set(REFMM_FUZZING_ENGINE "" CACHE STRING "What links an engine for fuzzing, with its main")

# In other trees only the sources of a program itself are instrumented, by clang, and linked with libFuzzer and with libraries as they are.
find_program(REFMM_FUZZING_COMPILER clang++-16 DOC "A clang that has libFuzzer")
mark_as_advanced(REFMM_FUZZING_COMPILER)
set(REFMM_LIBFUZZER "")
if(REFMM_FUZZING_COMPILER AND NOT REFMM_FUZZING_ENGINE AND NOT REFMM_SANITIZE)
  execute_process(COMMAND "${REFMM_FUZZING_COMPILER}" --print-file-name=libclang_rt.fuzzer-${CMAKE_SYSTEM_PROCESSOR}.a
                  OUTPUT_VARIABLE REFMM_LIBFUZZER OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT IS_ABSOLUTE "${REFMM_LIBFUZZER}")
    set(REFMM_LIBFUZZER "")
  endif()
endif()
if(NOT REFMM_LIBFUZZER AND NOT REFMM_FUZZING_ENGINE AND NOT REFMM_SANITIZE)
  message(WARNING "There is no libFuzzer: fuzz_test is left out. tools/setup installs it (clang-16 and libclang-rt-16-dev).")
endif()

# refmm_fuzz(NAME SOURCES source... LIBRARIES library...)
# A program of entry points, whose models and implementations can be told to make mistakes:
#   NAME              for the engine of this tree; in a tree without one it holds its targets to files, and is built when asked for
#   NAME_libfuzzer    in a tree without an engine, if there is a clang: with libFuzzer, in bin/libfuzzer/NAME, when asked for
function(refmm_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 fuzz "" "" "SOURCES;LIBRARIES")
  set(sources ${fuzz_SOURCES} fuzz_entry.cpp)
  if(REFMM_FUZZING_ENGINE)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE ${REFMM_FUZZING_ENGINE})
  else()
    add_executable(${name} EXCLUDE_FROM_ALL ${sources} fuzz_main.cpp)
  endif()
  target_compile_definitions(${name} PRIVATE REFMM_MUTANTS)
  target_link_libraries(${name} PRIVATE refmm_options refmm_spec refmm_mutant_names ${fuzz_LIBRARIES})
  if(NOT REFMM_LIBFUZZER)
    return()
  endif()

  set(objects)
  foreach(source IN LISTS sources)
    set(object "${CMAKE_CURRENT_BINARY_DIR}/libfuzzer/${source}.o")
    list(APPEND objects "${object}")
    get_property(known DIRECTORY PROPERTY refmm_instrumented)
    if(object IN_LIST known)
      continue()
    endif()
    set_property(DIRECTORY APPEND PROPERTY refmm_instrumented "${object}")
    add_custom_command(
      OUTPUT "${object}"
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} "${REFMM_FUZZING_COMPILER}" -std=c++20 -O1 -DREFMM_MUTANTS
              -fsanitize=fuzzer-no-link "-I${CMAKE_BINARY_DIR}/include" -MD -MF "${object}.d"
              -c "${CMAKE_CURRENT_SOURCE_DIR}/${source}" -o "${object}"
      DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${source}"
      DEPFILE "${object}.d"
      COMMENT "Instrumenting ${source}"
      VERBATIM)
  endforeach()
  add_executable(${name}_libfuzzer EXCLUDE_FROM_ALL ${objects})
  set_target_properties(${name}_libfuzzer PROPERTIES
    LINKER_LANGUAGE CXX OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/libfuzzer")
  target_link_libraries(${name}_libfuzzer PRIVATE refmm_options refmm_spec refmm_mutant_names ${fuzz_LIBRARIES}
    "${REFMM_LIBFUZZER}")
endfunction()
