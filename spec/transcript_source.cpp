#include <refmm/spec/transcript_source.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace refmm::transcript {
namespace {

constexpr std::size_t largest_file = std::size_t{256} << 20;

InputError cannot_be_read(const std::filesystem::path& path, const std::string& why, std::string hint) {
  return InputError({.file = path.string(),
                     .at = {1, 1},
                     .message = "the file cannot be read: " + why,
                     .hint = std::move(hint)});
}

}  // namespace

Source::Source(std::string file, std::string text) : file_(std::move(file)), text_(std::move(text)) {
  for (std::size_t start = 0; start < text_.size();) {
    starts_.push_back(start);
    const std::size_t end = text_.find('\n', start);
    start = end == std::string::npos ? text_.size() : end + 1;
  }
}

std::string_view Source::line(std::uint32_t number) const {
  if (number == 0 || number > starts_.size()) return {};
  const std::size_t start = starts_[number - 1];
  std::size_t end = number < starts_.size() ? starts_[number] : text_.size();
  if (text_[end - 1] == '\n') --end;
  return std::string_view(text_).substr(start, end - start);
}

InputError Source::error(Diagnostic diagnostic) const {
  diagnostic.file = file_;
  diagnostic.source_line = line(diagnostic.at.line);
  return InputError(std::move(diagnostic));
}

Source load(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw cannot_be_read(path, "it is a folder", "the transcripts in it, `*.mmt`");

  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"));
  if (!file) throw cannot_be_read(path, std::strerror(errno), "");

  std::string text;
  char block[1 << 16];
  while (const std::size_t size = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, size);
    if (text.size() > largest_file)
      throw cannot_be_read(path, fmt::format("it has more than {} MB", largest_file >> 20), "");
  }
  if (std::ferror(file.get())) throw cannot_be_read(path, std::strerror(errno), "");
  return Source(path.string(), std::move(text));
}

}  // namespace refmm::transcript
