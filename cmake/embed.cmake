# Writes OUTPUT, a C++ source that defines FUNCTION, as HEADER declares it: the name and the text of each of FILES (separated by
# `|`, named from ROOT on), as a span of TYPE.
#   cmake -DOUTPUT=book_chapters.cpp -DFILES=spec/book/a.md|spec/book/b.md -DROOT=. -DHEADER=refmm/tools/book.hpp
#         -DFUNCTION=refmm::book::chapters -DTYPE=refmm::book::Chapter -P cmake/embed.cmake
string(REPLACE "|" ";" FILES "${FILES}")
list(LENGTH FILES count)
set(texts "")
foreach(file IN LISTS FILES)
  file(RELATIVE_PATH name "${ROOT}" "${file}")
  file(READ "${file}" text)
  string(APPEND texts "    ${TYPE}{\"${name}\", R\"~~embedded~~(${text})~~embedded~~\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// The files, as they were when this was built.
#include <${HEADER}>

#include <array>

std::span<const ${TYPE}> ${FUNCTION}() {
  static constexpr std::array<${TYPE}, ${count}> texts{
${texts}  };
  return texts;
}
")
