// index_recordings OUTPUT FOLDER FILE...: which recordings exercise which clauses, found by replaying them on the model
// while refmm is built. Writes OUTPUT, a C++ source that defines refmm::recorded_clauses(); names of files are relative
// to FOLDER.
#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace refmm {
namespace {

namespace fs = std::filesystem;

struct Recording {
  std::string file;
  std::size_t calls = 0;
  Coverage coverage{};
};

Recording replayed(const fs::path& path, const fs::path& folder) {
  Recording recording{.file = path.lexically_relative(folder).string()};
  for (const replay::Replayed& part : replay::run(transcript::parse(transcript::load(path)), {}).transcripts) {
    recording.calls += part.calls;
    recording.coverage.add(part.coverage);
  }
  return recording;
}

std::string source_text(const std::vector<Recording>& recordings) {
  std::string entries;
  std::size_t count = 0;
  for (const Recording& recording : recordings) {
    for (const auto& table : clause_tables) {
      for (const Clause& clause : table) {
        const auto times = recording.coverage.hits(clause);
        if (times == 0) continue;
        entries += fmt::format("    {{\"{}\", \"{}\", {}}},\n", clause.name, recording.file, times);
        ++count;
      }
    }
  }
  return fmt::format(
      "// The recordings as they were when this was built.\n"
      "#include <refmm/tools/recorded_clauses.hpp>\n\n#include <array>\n\n"
      "namespace refmm {{\n\n"
      "std::span<const RecordedClause> recorded_clauses() {{\n"
      "  static constexpr std::array<RecordedClause, {}> recorded{{{{\n{}  }}}};\n"
      "  return recorded;\n}}\n\n}}  // namespace refmm\n",
      count, entries);
}

void write_index(const fs::path& output, const fs::path& folder, const std::vector<fs::path>& paths) {
  std::vector<Recording> recordings;
  for (const fs::path& path : paths) recordings.push_back(replayed(path, folder));
  // The shortest first: those are about one thing.
  std::ranges::sort(recordings, {}, [](const Recording& each) { return std::pair(each.calls, each.file); });
  std::ofstream stream(output, std::ios::binary);
  stream << source_text(recordings);
  if (!stream.flush()) throw std::runtime_error(output.string() + " could not be written");
}

}  // namespace
}  // namespace refmm

int main(int argc, char** argv) {
  const std::vector<std::filesystem::path> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) {
    std::fputs("usage: index_recordings OUTPUT FOLDER FILE...\n", stderr);
    return 2;
  }
  try {
    refmm::write_index(arguments[0], arguments[1], {arguments.begin() + 2, arguments.end()});
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 2;
  }
}
