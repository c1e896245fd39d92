// The text of a file of transcripts, by lines.
#pragma once

#include <refmm/spec/diagnostic.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::transcript {

/// A text and the name of the file it came from.
class Source {
 public:
  Source(std::string file, std::string text);

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }

  /// How many lines there are. A last line without its end counts, nothing behind the last end does not.
  std::uint32_t lines() const { return static_cast<std::uint32_t>(starts_.size()); }

  /// Line `number`, counted from 1, without its end; empty for a number that no line has.
  std::string_view line(std::uint32_t number) const;

  bool ends_with_line_end() const { return text_.empty() || text_.back() == '\n'; }

  /// The error with its file and its source line filled in.
  InputError error(Diagnostic diagnostic) const;

 private:
  std::string file_;
  std::string text_;
  std::vector<std::size_t> starts_;
};

/// Reads a file. Throws InputError where there is none, it cannot be read, or it has more than 256 MB.
Source load(const std::filesystem::path& path);

}  // namespace refmm::transcript
