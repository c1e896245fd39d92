// index_recordings OUTPUT FOLDER FILE...: which recordings (*.mmt) and which examples of the book exercise which clauses, found by
// replaying them on the model while refmm is built. Writes OUTPUT, a C++ source that defines refmm::recorded_clauses() and
// refmm::exampled_clauses(); names of recordings are relative to FOLDER.
#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tools/book.hpp>

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

/// An example of the book.
struct Shown {
  book::Example example;
  Coverage coverage{};
};

std::vector<Shown> examples_of_book() {
  std::vector<Shown> all;
  for (const book::Chapter& chapter : book::chapters()) {
    for (book::Example& example : book::examples(chapter)) {
      const transcript::Source source(std::string(example.file),
                                      std::string(example.line - 1, '\n') + example.text);
      const auto profile = example.corrected ? replay::Profile::corrected : replay::Profile::as_built;
      Shown shown{std::move(example)};
      for (const replay::Replayed& part : replay::run(transcript::parse(source), {.profile = profile}).transcripts)
        shown.coverage.add(part.coverage);
      all.push_back(std::move(shown));
    }
  }
  return all;
}

/// Elements of an array in C++.
struct Elements {
  std::string text;
  std::size_t count = 0;

  /// Adds one for each clause that was exercised: its name, `place`, and how often.
  void add(const Coverage& coverage, const std::string& place) {
    for (const auto& table : clause_tables) {
      for (const Clause& clause : table) {
        const auto times = coverage.hits(clause);
        if (times == 0) continue;
        text += fmt::format("    {{\"{}\", {}, {}}},\n", clause.name, place, times);
        ++count;
      }
    }
  }
};

std::string function(const char* type, const char* name, const Elements& elements) {
  return fmt::format(
      "std::span<const {0}> {1}() {{\n  static constexpr std::array<{0}, {2}> all{{{{\n{3}  }}}};\n  return "
      "all;\n}}\n\n",
      type, name, elements.count, elements.text);
}

std::string source_text(const std::vector<Recording>& recordings, const std::vector<Shown>& examples) {
  Elements recorded, exampled;
  for (const Recording& recording : recordings)
    recorded.add(recording.coverage, fmt::format("\"{}\"", recording.file));
  for (const auto& [example, coverage] : examples)
    exampled.add(coverage, fmt::format("\"{}\", {}", example.file, example.line));
  return "// The recordings and the book as they were when this was built.\n"
         "#include <refmm/tools/recorded_clauses.hpp>\n\n#include <array>\n\nnamespace refmm {\n\n" +
         function("RecordedClause", "recorded_clauses", recorded) +
         function("ExampledClause", "exampled_clauses", exampled) + "}  // namespace refmm\n";
}

void write_index(const fs::path& output, const fs::path& folder, const std::vector<fs::path>& paths) {
  std::vector<Recording> recordings;
  for (const fs::path& path : paths) recordings.push_back(replayed(path, folder));
  // The shortest first: those are about one thing.
  std::ranges::sort(recordings, {}, [](const Recording& each) { return std::pair(each.calls, each.file); });
  std::ofstream stream(output, std::ios::binary);
  stream << source_text(recordings, examples_of_book());
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
