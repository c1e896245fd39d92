# The process in which the running kernel carries out memory calls: its program, for 32 and for 64 bits, without a library, and embedded
# in what starts it. Where the C compiler makes no such programs, a build has none, and starting them says so.
include(CheckCSourceCompiles)
enable_language(ASM)

set(conform_options
  -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none)
set(conform_link_options
  -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-z,norelro)

# refmm_conform_agent(BITS SOURCE): the program, with what of it is in assembler, and the source that its image is embedded in.
function(refmm_conform_agent bits assembler)
  set(CMAKE_REQUIRED_FLAGS "-m${bits}")
  set(CMAKE_REQUIRED_LINK_OPTIONS -m${bits} ${conform_link_options})
  list(JOIN conform_options " " flags)
  string(APPEND CMAKE_REQUIRED_FLAGS " ${flags}")
  set(CMAKE_REQUIRED_QUIET ON)
  check_c_source_compiles("
    #include <stdint.h>
    #if !defined(__x86_64__) && !defined(__i386__)
    #error there is no agent for this processor
    #endif
    void _start(void) {}" REFMM_CONFORM_AGENT_${bits})

  set(name conform_agent_${bits})
  set(image "")
  if(REFMM_CONFORM_AGENT_${bits})
    add_executable(${name} conform_agent.c ${assembler})
    target_include_directories(${name} PRIVATE "${CMAKE_BINARY_DIR}/include")
    target_compile_options(${name} PRIVATE -m${bits} ${conform_options} -Wall -Wextra -Wpedantic -Wconversion -Werror -O2)
    target_link_options(${name} PRIVATE -m${bits} ${conform_link_options})
    set_target_properties(${name} PROPERTIES C_STANDARD 11)
    set(image "$<TARGET_FILE:${name}>")
  else()
    set(name "")
  endif()
  set(output "${CMAKE_CURRENT_BINARY_DIR}/conform_image_${bits}.cpp")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DFILE=${image}" "-DHEADER=refmm/tests/conform_image.hpp"
            "-DFUNCTION=refmm::conform::image_of_${bits}_bits" -P "${CMAKE_SOURCE_DIR}/cmake/embed_bytes.cmake"
    DEPENDS ${name} "${CMAKE_SOURCE_DIR}/cmake/embed_bytes.cmake"
    VERBATIM)
endfunction()

refmm_conform_agent(32 conform_agent_i386.S)
refmm_conform_agent(64 conform_agent_x86_64.S)

refmm_library(refmm_conform_process
  SOURCES
    conform_areas.cpp
    conform_file.cpp
    conform_launch.cpp
    conform_process.cpp
    conform_start.cpp
    "${CMAKE_CURRENT_BINARY_DIR}/conform_image_32.cpp"
    "${CMAKE_CURRENT_BINARY_DIR}/conform_image_64.cpp"
  LIBRARIES refmm_spec fmt::fmt)

refmm_test(conform_process_test
  SOURCES conform_areas_test.cpp conform_end_test.cpp conform_process_test.cpp
  LIBRARIES refmm_conform_process refmm_process)

# A program of its own, in which no agent is started but in sandboxes.
refmm_test(conform_refusal_test
  SOURCES conform_refusal_test.cpp
  LIBRARIES refmm_conform_process)

# What the C programs begin with that sessions are written as.
set(prelude "${CMAKE_CURRENT_BINARY_DIR}/conform_program_prelude.cpp")
add_custom_command(
  OUTPUT "${prelude}"
  COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${prelude}" "-DFILE=${CMAKE_CURRENT_SOURCE_DIR}/conform_program_prelude.h"
          "-DHEADER=refmm/tests/conform_image.hpp" "-DFUNCTION=refmm::conform::program_prelude"
          -P "${CMAKE_SOURCE_DIR}/cmake/embed_bytes.cmake"
  DEPENDS conform_program_prelude.h "${CMAKE_SOURCE_DIR}/cmake/embed_bytes.cmake"
  VERBATIM)

# Sessions that the running kernel and the model of its era carry out side by side.
refmm_library(refmm_conform
  SOURCES
    conform_campaign.cpp
    conform_commands.cpp
    conform_heap.cpp
    conform_kernel.cpp
    conform_program.cpp
    conform_reality.cpp
    conform_run.cpp
    conform_seen.cpp
    conform_shrink.cpp
    conform_subject.cpp
    conform_transcript.cpp
    "${prelude}"
  LIBRARIES refmm_conform_process refmm_model refmm_spec fmt::fmt)

refmm_test(conform_test SOURCES conform_test.cpp LIBRARIES refmm_conform)
refmm_test(since_test SOURCES since_test.cpp LIBRARIES refmm_model refmm_spec refmm_replay)
refmm_test(since_scenarios_test
  SOURCES since_scenarios_test.cpp
  LIBRARIES refmm_conform refmm_replay refmm_since_subject)
refmm_test(conform_program_test SOURCES conform_program_test.cpp LIBRARIES refmm_conform refmm_replay)
