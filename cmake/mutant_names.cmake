# Writes OUTPUT, a C++ source that defines refmm::all_mutant_names: of each mutant in the sources of the rooms below ROOT.
#   cmake -DOUTPUT=mutant_names.cpp -DROOT=. -P cmake/mutant_names.cmake
set(names "")
foreach(room IN ITEMS spec model impl)
  file(GLOB sources "${ROOT}/${room}/*.hpp" "${ROOT}/${room}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/spec/mutant.hpp$")  # which has an example
  foreach(source IN LISTS sources)
    file(READ "${source}" text)
    string(REGEX MATCHALL "mutant\\([ \n]*\"[a-z0-9_.]+\"[ \n]*\\)" calls "${text}")
    string(REGEX REPLACE "mutant\\([ \n]*(\"[a-z0-9_.]+\")[ \n]*\\)" "\\1" calls "${calls}")
    list(APPEND names ${calls})
  endforeach()
endforeach()
list(SORT names)
list(REMOVE_DUPLICATES names)
list(LENGTH names count)
list(JOIN names ",\n      " names)
file(WRITE "${OUTPUT}" "// The mutants, as they were when this was built.
#include <refmm/tests/mutant_names.hpp>

#include <array>

std::span<const std::string_view> refmm::all_mutant_names() {
  static constexpr std::array<std::string_view, ${count}> names{
      ${names}};
  return names;
}
")
