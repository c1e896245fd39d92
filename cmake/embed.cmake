# Writes OUTPUT, a C++ source that defines refmm::book::chapters(): the text of each of FILES (separated by `|`).
#   cmake -DOUTPUT=book_chapters.cpp -DFILES=a.md|b.md -P cmake/embed.cmake
string(REPLACE "|" ";" FILES "${FILES}")
list(LENGTH FILES count)
set(chapters "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND chapters "    Chapter{\"spec/book/${name}\", R\"~~book~~(${text})~~book~~\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// The book, as it was when this was built.
#include <refmm/tools/book.hpp>

#include <array>

namespace refmm::book {

std::span<const Chapter> chapters() {
  static constexpr std::array<Chapter, ${count}> text{
${chapters}  };
  return text;
}

}  // namespace refmm::book
")
