#include <refmm/spec/vma_notation.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tests/vma_mutants.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstddef>

namespace refmm {

namespace {

/// `mm.areas[2].vm_pgoff`: the area at 2 and `vm_pgoff`.
struct Place {
  const vma::Area<std::uint32_t>* area;
  std::string_view field;
};

std::optional<Place> place_in_area(std::string_view path, const VmaFamily::State& state) {
  constexpr std::string_view areas = "mm.areas[";
  if (!path.starts_with(areas)) return std::nullopt;
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(path.data() + areas.size(), path.data() + path.size(), position);
  const std::string_view rest(end, static_cast<std::size_t>(path.data() + path.size() - end));
  if (error != std::errc{} || !rest.starts_with("].") || position >= state.mm.areas.size()) return std::nullopt;
  return Place{&state.mm.areas[position], rest.substr(2)};
}

bool is_one_of(std::string_view field, auto... names) { return ((field == names) || ...); }

}  // namespace

std::string Checking<VmaFamily>::query_that_shows(const Finding& finding, const VmaFamily::State& state) {
  if (finding.kind != Finding::Kind::state) return "";
  const std::string_view path = finding.difference.path;
  const auto place = place_in_area(path, state);
  // No block shows these.
  if (place && is_one_of(place->field, "vm_ops", "mapped_noreserve")) return "";
  if (is_one_of(path, "mm.start_data", "mm.end_code")) return "";
  if (path.starts_with("mm.areas")) return "maps";
  if (path.starts_with("mm.")) return "mm";
  return path.starts_with("inodes") || path.starts_with("files") ? "files" : "";
}

std::vector<std::string> Checking<VmaFamily>::block_of(std::string_view query, const VmaFamily::State& state) {
  if (query == "maps") return vma::maps_block(state);
  if (query == "mm") return vma::mm_block(state);
  return query == "files" ? vma::files_block(state) : std::vector<std::string>{};
}

std::string Checking<VmaFamily>::place_in_words(std::string_view path, const VmaFamily::State& state) {
  const auto place = place_in_area(path, state);
  if (!place) return std::string(path);
  return fmt::format("{:08x}-{:08x}: {}", place->area->vm_start, place->area->vm_end, place->field);
}

std::string Checking<VmaFamily>::notation(const VmaFamily::Command& command) { return vma::notation(command); }
std::string Checking<VmaFamily>::notation(const VmaFamily::Command& command, const VmaFamily::Result& result) {
  return vma::notation(command, result);
}
std::string Checking<VmaFamily>::notation(const VmaFamily::Effect& effect) { return vma::notation(effect); }
std::string Checking<VmaFamily>::boot_notation(const VmaFamily::Boot& boot, bool all_effects) {
  return vma::boot_notation(boot, all_effects);
}

std::span<const Mutant> Checking<VmaFamily>::mutants() { return vma_mutants; }

}  // namespace refmm
