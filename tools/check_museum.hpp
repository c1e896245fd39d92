// refmm check --museum: each mutant of the implementations, and what it takes to find it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace refmm::command {

/// Columns of the names of mutants.
inline constexpr std::size_t width_of_mutant = 52;

struct MuseumOptions {
  std::string area;                   // whose mutants; all
  std::string mutant;                 // the only one; empty for all of them
  std::optional<std::uint64_t> seed;  // the first of ten
  std::optional<std::uint64_t> runs;  // at most, for each
  unsigned jobs;
  std::filesystem::path folder;  // for transcripts; empty for none
};

/// The line above the table.
void show_head_of_museum();

/// The table's part of a family. Returns whether all its mutants were found with all seeds.
template <class Family>
bool show_exhibits(const MuseumOptions& options);

}  // namespace refmm::command
