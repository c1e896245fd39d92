# What the command cites refmm by: REFMM_CITATION_TITLE, _AUTHORS and _YEAR, from CITATION.cff.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/CITATION.cff")
file(READ "${CMAKE_SOURCE_DIR}/CITATION.cff" citation)

function(citation_field pattern variable)
  if(NOT citation MATCHES "\n *${pattern}")
    message(FATAL_ERROR "CITATION.cff has no line ${pattern}")
  endif()
  set(${variable} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

citation_field("title: \"([^\"]+)\"" REFMM_CITATION_TITLE)
citation_field("- name: \"([^\"]+)\"" REFMM_CITATION_AUTHORS)
citation_field("date-released: ([0-9]+)" REFMM_CITATION_YEAR)
citation_field("version: ([0-9.]+)" citation_version)
if(NOT citation_version VERSION_EQUAL PROJECT_VERSION)
  message(FATAL_ERROR "CITATION.cff is of version ${citation_version}, the project of ${PROJECT_VERSION}.")
endif()
