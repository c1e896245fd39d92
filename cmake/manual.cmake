# The manual, refmm.1 and a page for each sub-command, from what the command says of itself; and completion of its command line.
find_program(HELP2MAN help2man)
find_program(GZIP gzip)
if(NOT HELP2MAN OR NOT GZIP)
  message(WARNING "There is no help2man: the manual is left out. tools/setup installs it.")
else()
  set(pages refmm)
  foreach(name IN LISTS REFMM_SUB_COMMANDS)
    list(APPEND pages refmm-${name})
  endforeach()
  list(TRANSFORM pages REPLACE "(.+)" "${CMAKE_BINARY_DIR}/manual/\\1.1.gz")
  add_custom_command(
    OUTPUT ${pages}
    COMMAND "${CMAKE_SOURCE_DIR}/tools/manual" "$<TARGET_FILE:refmm>" "${CMAKE_BINARY_DIR}/manual" ${REFMM_SUB_COMMANDS}
    DEPENDS refmm "${CMAKE_SOURCE_DIR}/tools/manual"
    COMMENT "Writing the manual"
    VERBATIM)
  add_custom_target(refmm_manual ALL DEPENDS ${pages})
  install(FILES ${pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT command)
endif()

# Where the shells of Debian look for it.
set(completions
  "bash|${CMAKE_INSTALL_DATADIR}/bash-completion/completions|refmm"
  "zsh|${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions|_refmm"
  "fish|${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d|refmm.fish")
set(scripts)
foreach(completion IN LISTS completions)
  string(REPLACE "|" ";" completion "${completion}")
  list(GET completion 0 shell)
  list(GET completion 1 folder)
  list(GET completion 2 name)
  set(script "${CMAKE_BINARY_DIR}/completion/${shell}/${name}")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/completion/${shell}")
  add_custom_command(
    OUTPUT "${script}"
    COMMAND refmm completion ${shell} --output "${script}"
    DEPENDS refmm
    COMMENT "Writing completion for ${shell}"
    VERBATIM)
  list(APPEND scripts "${script}")
  install(FILES "${script}" DESTINATION "${folder}" COMPONENT command)
endforeach()
add_custom_target(refmm_completion ALL DEPENDS ${scripts})
