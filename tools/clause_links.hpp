// What is tied to a clause: its laws, theorems, tests and recordings. Tests are looked for in the source tree; where
// that is not there (a command that was moved to another machine) there are none.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tools/law_list.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

std::vector<LawEntry> laws_of(const Clause& clause);

/// A theorem, and of what it holds: of every length, of every input, up to a bound.
struct TheoremLink {
  std::string name, scope;
};

/// The theorems that state the clause.
std::vector<TheoremLink> theorems_of(const Clause& clause);

/// A test, by the name that `tools/test -R` takes; what names the clause outside of every test has the file only.
struct TestLink {
  std::filesystem::path file;  // relative to the folder of the project
  std::string name;            // Suite.Name, or empty
  friend bool operator==(const TestLink&, const TestLink&) = default;
};

/// The tests of a source that name the clause: in code as a string, in a comment in brackets, of its own line or above it.
std::vector<TestLink> tests_in(std::string_view source, const std::filesystem::path& file, const Clause& clause);

/// The tests of tests/*_test.cpp that name the clause.
std::vector<TestLink> tests_of(const Clause& clause);

/// A recording, and how many of its outcomes the clause decided.
struct RecordingLink {
  std::filesystem::path file;  // relative to the folder of the project
  std::uint32_t times;
};

/// The recordings that exercise the clause, the shortest first.
std::vector<RecordingLink> transcripts_of(const Clause& clause);

/// An example of the book, and how many of its outcomes a clause decided.
struct ExampleLink {
  std::string file;    // of the book
  std::uint32_t line;  // of its first line
  std::uint32_t times;
};

/// The examples of the book that exercise the clause, in the order of the book.
std::vector<ExampleLink> examples_of(const Clause& clause);

/// True of a clause that a header of model/ names: it decides outcomes. Others are only kept. Where the source tree is not there, true
/// of those that decide in a recording or in an example.
bool decides(const Clause& clause);

}  // namespace refmm
