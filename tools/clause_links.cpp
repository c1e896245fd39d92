#include <refmm/tools/clause_links.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace refmm {
namespace {

const std::filesystem::path source_folder{REFMM_SOURCE_FOLDER};

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

std::vector<LawEntry> laws_of(const Clause& clause) {
  std::vector<LawEntry> found;
  std::ranges::copy_if(all_laws(), std::back_inserter(found),
                       [&](const LawEntry& law) { return law.clause->name == clause.name; });
  return found;
}

std::vector<std::filesystem::path> tests_of(const Clause& clause) {
  const std::string name = '"' + std::string(clause.name) + '"';
  std::vector<std::filesystem::path> found;
  std::error_code no_such_folder;
  for (const auto& entry : std::filesystem::directory_iterator(source_folder / "tests", no_such_folder)) {
    const std::filesystem::path& file = entry.path();
    const bool source = file.extension() == ".cpp" || file.extension() == ".hpp";
    if (source && contents(file).find(name) != std::string::npos)
      found.push_back(file.lexically_relative(source_folder));
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace refmm
