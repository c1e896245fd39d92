# Packages for Debian: cpack --config build/release/CPackConfig.cmake -B build/release/packages
#
#   refmm            the command, its manual and completion, and the heap for LD_PRELOAD
#   librefmm-dev     headers, libraries, and what CMake and pkg-config need to find them
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME refmm)
set(CPACK_PACKAGE_VENDOR "${REFMM_CITATION_AUTHORS}")
set(CPACK_PACKAGE_CONTACT "${REFMM_CITATION_AUTHORS} <refmm@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES TRUE)
set(CPACK_DEB_COMPONENT_INSTALL TRUE)
set(CPACK_COMPONENTS_ALL command development)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS FALSE)

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME refmm)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS TRUE)
set(CPACK_COMPONENT_COMMAND_DESCRIPTION
"executable reference semantics of Linux 2.4.0 memory management
 What the memory management of Linux 2.4.0 on i386 is supposed to do, as a
 command: replays transcripts, tests implementations against the model at
 random, proves its laws with Z3, and explains each difference that it finds.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME librefmm-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libboost-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "refmm, libfmt-dev, nlohmann-json3-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "librapidcheck-dev, libz3-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"model, laws and implementation of Linux 2.4.0 memory management
 The model of refmm as an oracle for tests of one's own, its laws for RapidCheck
 and for Z3, transcripts, and the implementation: object caches, page frames,
 address spaces, a heap.")

# What every package of Debian says of itself.
foreach(package IN ITEMS refmm librefmm-dev)
  set(component command)
  if(package STREQUAL "librefmm-dev")
    set(component development)
  endif()
  install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}" RENAME copyright
          COMPONENT ${component})
endforeach()
include(CPack)
