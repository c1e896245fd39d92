// The recordings of the real 2.4.0, as the tests find them. Tests run in the root of the project.
#pragma once

#include <refmm/spec/transcript.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace refmm {

inline const std::filesystem::path& recordings_folder() {
  static const std::filesystem::path folder = "tests/transcripts";
  return folder;
}

/// The families: the folders in the folder of recordings, by name.
inline std::vector<std::string> recorded_families() {
  std::vector<std::string> families;
  for (const auto& entry : std::filesystem::directory_iterator(recordings_folder())) {
    if (entry.is_directory()) families.push_back(entry.path().filename());
  }
  std::sort(families.begin(), families.end());
  return families;
}

/// The recordings of a family, by name.
inline std::vector<std::filesystem::path> recordings(const std::string& family) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(recordings_folder() / family)) {
    if (entry.path().extension() == ".mmt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace refmm
