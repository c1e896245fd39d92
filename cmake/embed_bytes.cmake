# Writes OUTPUT, a C++ source that defines FUNCTION, as HEADER declares it: the bytes of FILE, as a span of unsigned char. There are none
# if FILE is "".
#   cmake -DOUTPUT=conform_image_64.cpp -DFILE=conform_agent_64 -DHEADER=refmm/tests/conform_image.hpp
#         -DFUNCTION=refmm::conform::image_of_64_bits -P cmake/embed_bytes.cmake
set(digits "")
if(FILE)
  file(READ "${FILE}" digits HEX)
endif()
string(REGEX REPLACE "(..)" "0x\\1," bytes "${digits}")
string(REGEX REPLACE "(................................................................................)" "\\1\n    " bytes "${bytes}")
string(LENGTH "${digits}" length)
math(EXPR length "${length} / 2")
file(WRITE "${OUTPUT}" "// The bytes of a file, as they were when this was built.
#include <${HEADER}>

#include <array>

std::span<const unsigned char> ${FUNCTION}() {
  static constexpr std::array<unsigned char, ${length}> bytes{
    ${bytes}
  };
  return bytes;
}
")
