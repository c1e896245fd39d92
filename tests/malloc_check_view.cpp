#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/malloc_mutants.hpp>

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace refmm {

namespace {

constexpr std::string_view words = "words";

/// The address of `words[134524932]`.
std::optional<std::uint32_t> word_in(std::string_view path) {
  if (!path.starts_with(words) || path.size() <= words.size() || path[words.size()] != '[') return std::nullopt;
  std::uint32_t addr = 0;
  const auto [behind, error] = std::from_chars(path.data() + words.size() + 1, path.data() + path.size(), addr);
  return error == std::errc{} && *behind == ']' ? std::optional(addr) : std::nullopt;
}

}  // namespace

std::string Checking<MallocFamily>::query_that_shows(const Finding& finding, const MallocFamily::State&) {
  if (finding.kind != Finding::Kind::state) return "";
  const std::string_view path = finding.difference.path;
  if (const auto addr = word_in(path)) return fmt::format("words 0x{:08x} 1", *addr);
  if (path.starts_with("space.mm.areas")) return "maps";
  if (path.starts_with("blocks") || path == "mapped_blocks") return "blocks";
  return path.starts_with("top") || path.starts_with("regions") ? "heap" : "";
}

std::vector<std::string> Checking<MallocFamily>::block_of(std::string_view query,
                                                          const MallocFamily::State& state) {
  if (query == "heap") return malloc::heap_block(state);
  if (query == "blocks") return malloc::blocks_block(state);
  if (query == "maps") return vma::maps_block(state.space);
  constexpr std::string_view words_at = "words 0x";
  std::uint32_t addr = 0;
  if (query.starts_with(words_at) &&
      std::from_chars(query.data() + words_at.size(), query.data() + query.size(), addr, 16).ec == std::errc{})
    return malloc::words_block(state, addr, 1);
  return {};
}

std::string Checking<MallocFamily>::place_in_words(std::string_view path, const MallocFamily::State&) {
  if (const auto addr = word_in(path)) return fmt::format("the word at 0x{:08x}", *addr);
  return std::string(path);
}

std::string Checking<MallocFamily>::notation(const MallocFamily::Command& command) {
  return malloc::notation(command);
}
std::string Checking<MallocFamily>::notation(const MallocFamily::Command& command,
                                             const MallocFamily::Result& result) {
  return malloc::notation(command, result);
}
std::string Checking<MallocFamily>::notation(const MallocFamily::Effect& effect) {
  return malloc::notation(effect);
}
std::string Checking<MallocFamily>::boot_notation(const MallocFamily::Boot& boot, bool all_effects) {
  return malloc::boot_notation(boot, all_effects);
}

std::span<const Mutant> Checking<MallocFamily>::mutants() { return malloc_mutants; }

}  // namespace refmm
