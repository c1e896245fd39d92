#include <refmm/spec/buddy_notation.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/buddy_mutants.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstddef>

namespace refmm {

namespace {

/// `free_area[3].free_list[0]`, of "free_area": the 3 and what is behind the dot.
struct Element {
  std::uint32_t number;
  std::string_view field;
};

std::optional<Element> element_of(std::string_view list, std::string_view path) {
  if (!path.starts_with(list) || path.size() <= list.size() || path[list.size()] != '[') return std::nullopt;
  Element element{};
  const char* const end = path.data() + path.size();
  const auto [behind, error] = std::from_chars(path.data() + list.size() + 1, end, element.number);
  const std::string_view rest(behind, static_cast<std::size_t>(end - behind));
  if (error != std::errc{} || !rest.starts_with("].")) return std::nullopt;
  element.field = rest.substr(2);
  return element;
}

std::optional<Element> page_of(std::string_view path, const BuddyFamily::State& state) {
  const auto page = element_of("pages", path);
  return page && page->number < state.zone_pages ? page : std::nullopt;
}

}  // namespace

std::string Checking<BuddyFamily>::query_that_shows(const Finding& finding, const BuddyFamily::State& state) {
  if (finding.kind != Finding::Kind::state) return "";
  const std::string_view path = finding.difference.path;
  if (const auto page = page_of(path, state)) return fmt::format("page {}", state.zone_start + page->number);
  if (const auto area = element_of("free_area", path))
    return area->field.starts_with("map") ? "free_map" : "free_area";
  return path == "free_pages" ? "free_area" : "";
}

std::vector<std::string> Checking<BuddyFamily>::block_of(std::string_view query, const BuddyFamily::State& state) {
  if (query == "free_area") return buddy::free_area_block(state);
  if (query == "free_map") return buddy::free_map_block(state);
  constexpr std::string_view page = "page ";
  std::uint32_t pfn = 0;
  if (query.starts_with(page) &&
      std::from_chars(query.data() + page.size(), query.data() + query.size(), pfn).ec == std::errc{} &&
      buddy::is_in_zone(state, pfn))
    return buddy::page_block(state, pfn);
  return {};
}

std::string Checking<BuddyFamily>::place_in_words(std::string_view path, const BuddyFamily::State& state) {
  if (const auto page = page_of(path, state))
    return fmt::format("page {}: {}", state.zone_start + page->number, page->field);
  if (const auto area = element_of("free_area", path))
    return fmt::format("order {}: {}", area->number, area->field);
  return std::string(path);
}

std::string Checking<BuddyFamily>::notation(const BuddyFamily::Command& command) {
  return buddy::notation(command);
}
std::string Checking<BuddyFamily>::notation(const BuddyFamily::Command& command,
                                            const BuddyFamily::Result& result) {
  return buddy::notation(command, result);
}
std::string Checking<BuddyFamily>::notation(const BuddyFamily::Effect& effect) { return buddy::notation(effect); }
std::string Checking<BuddyFamily>::boot_notation(const BuddyFamily::Boot& boot, bool all_effects) {
  return buddy::boot_notation(boot, all_effects);
}

std::span<const Mutant> Checking<BuddyFamily>::mutants() { return buddy_mutants; }

}  // namespace refmm
