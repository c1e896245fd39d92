#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/slab_mutants.hpp>

#include <array>
#include <charconv>
#include <optional>

namespace refmm {

namespace {

/// `chain[2].slabs[0].inuse`: the cache at 2 and `slabs[0].inuse`.
struct Place {
  const slab::Cache* cache;
  std::string_view field;
};

std::optional<Place> place_in_cache(std::string_view path, const slab::State& state) {
  constexpr std::string_view chain = "chain[";
  if (!path.starts_with(chain)) return std::nullopt;
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(path.data() + chain.size(), path.data() + path.size(), position);
  const std::string_view rest(end, static_cast<std::size_t>(path.data() + path.size() - end));
  if (error != std::errc{} || !rest.starts_with("].") || position >= state.chain.size()) return std::nullopt;
  return Place{&state.chain[position], rest.substr(2)};
}

bool is_one_of(std::string_view field, auto... names) { return ((field == names) || ...); }

}  // namespace

std::string Checking<SlabFamily>::query_that_shows(const Finding& finding, const slab::State& state) {
  if (finding.kind != Finding::Kind::state) return "";
  const std::string_view path = finding.difference.path;
  const auto place = place_in_cache(path, state);
  if (!place) return path.starts_with("chain") || path == "clock_searchp" ? "chain" : "";
  const std::string_view field = place->field;
  if (field == "name") return "chain";
  if (field.starts_with("slabs[") || field == "firstnotfull") return "slabs " + place->cache->name.str();
  // No block shows these.
  if (is_one_of(field, "slabs_created", "growing", "geometry.slab_size", "geometry.left_over")) return "";
  return "cache " + place->cache->name.str();
}

std::vector<std::string> Checking<SlabFamily>::block_of(std::string_view query, const slab::State& state) {
  if (query == "chain") return slab::chain_block(state);
  const std::size_t blank = query.find(' ');
  if (blank == std::string_view::npos) return {};
  const slab::Cache* cache = slab::cache_named(state, Name(query.substr(blank + 1)));
  if (!cache) return {};
  return query.starts_with("slabs") ? slab::slabs_block(*cache) : slab::cache_block(*cache);
}

std::string Checking<SlabFamily>::place_in_words(std::string_view path, const slab::State& state) {
  const auto place = place_in_cache(path, state);
  return place ? place->cache->name.str() + ": " + std::string(place->field) : std::string(path);
}

std::string Checking<SlabFamily>::notation(const slab::Command& command) { return slab::notation(command); }
std::string Checking<SlabFamily>::notation(const slab::Command&, const slab::Result& result) {
  return slab::notation(result);
}
std::string Checking<SlabFamily>::notation(const slab::Effect& effect) { return slab::notation(effect); }
std::string Checking<SlabFamily>::boot_notation(const Machine& machine, bool all_effects) {
  return slab::boot_notation(machine, all_effects);
}

std::span<const Mutant> Checking<SlabFamily>::mutants() { return slab_mutants; }

}  // namespace refmm
