// refmm check --defects, --defect, --profile as-built: 2.4.0's defects, found by random checking.
#pragma once

#include <refmm/tools/command.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace refmm::command {

struct DefectOptions {
  std::uint64_t seed;
  unsigned jobs;
  std::optional<std::uint64_t> runs;  // at most, for each
  std::filesystem::path folder;       // for transcripts; empty for none
};

/// Names of the defects of a family that can be looked for.
template <class Family>
std::vector<std::string_view> names_of_defects();

/// A table of all defects of a family: after how many runs each was found, by how many commands it shows, which law it breaks;
/// then the transcripts. Exit::agree if all were found.
template <class Family>
Exit show_defects(const DefectOptions& options);

/// The check of a kernel with one defect beside the kernel without it; `name` must be one of names_of_defects().
template <class Family>
Exit show_defect(std::string_view name, const DefectOptions& options);

}  // namespace refmm::command
