#include <refmm/tests/cache_presets.hpp>

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace refmm {
namespace {

namespace fs = std::filesystem;

constexpr const char* instead = "give the cache yourself, as in --cache 49152,12,64";

/// The number that `text` begins with, and what stands behind it.
std::pair<std::optional<std::uint64_t>, std::string_view> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return {std::nullopt, text};
  return {value, text.substr(static_cast<std::size_t>(end - text.data()))};
}

std::string line_of(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  if (!std::getline(stream, line))
    throw std::runtime_error(
        fmt::format("the host does not describe its cache: {} cannot be read; {}", file.string(), instead));
  return line;
}

/// The sizes that Linux writes are such as 48K.
std::uint64_t number_of(const fs::path& file) {
  const std::string line = line_of(file);
  const auto [value, unit] = number_in(line);
  if (!value || *value == 0 || !(unit.empty() || unit == "K"))
    throw std::runtime_error(fmt::format("{}: expected a number above 0, such as 48K, and found \"{}\"; {}",
                                         file.string(), line, instead));
  return unit == "K" ? *value * 1024 : *value;
}

}  // namespace

const std::vector<CachePreset>& period_caches() {
  static const std::vector<CachePreset> caches{
      {"386", "external cache of a board for the 386, direct mapped", {65536, 1, 16}},
      {"pentium-iii", "first-level data cache of the Pentium III", {16384, 4, 32}}};
  return caches;
}

CachePreset host_cache(const fs::path& folder) {
  for (int index = 0;; ++index) {
    const fs::path cache = folder / fmt::format("index{}", index);
    if (!fs::exists(cache))
      throw std::runtime_error(fmt::format(
          "the host does not describe its cache: {} has no data cache of level 1; {}", folder.string(), instead));
    if (number_of(cache / "level") != 1 || line_of(cache / "type") == "Instruction") continue;
    const CacheShape shape{number_of(cache / "size"), number_of(cache / "ways_of_associativity"),
                           number_of(cache / "coherency_line_size")};
    try {
      return {"host", "first-level data cache of this processor", checked(shape)};
    } catch (const std::invalid_argument& error) {
      throw std::runtime_error(fmt::format("{}: {}; {}", cache.string(), error.what(), instead));
    }
  }
}

CachePreset cache_of_numbers(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (std::string_view rest = text;;) {
    const auto [value, behind] = number_in(rest);
    if (value) numbers.push_back(*value);
    if (!value || (!behind.empty() && behind.front() != ',') || (behind.empty() && numbers.size() != 3) ||
        numbers.size() > 3)
      throw std::invalid_argument(fmt::format("expected BYTES,WAYS,LINE, such as 16384,4,32, and found {}", text));
    if (behind.empty()) break;
    rest = behind.substr(1);
  }
  return {std::string(text), "as it was asked for", checked({numbers[0], numbers[1], numbers[2]})};
}

}  // namespace refmm
