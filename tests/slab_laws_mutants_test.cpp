// The properties can fail: every mutant of the model is found by the property of some law, and every law is broken by a
// mutant or by a subject whose answers were tampered with.
//
// This file is compiled with REFMM_MUTANTS.

#include <refmm/model/slab_subject.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/slab_chain_laws.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/spec/slab_laws.hpp>
#include <refmm/tests/sampled_world.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace refmm::slab {
namespace {

constexpr std::tuple laws_of_the_model =
    std::tuple_cat(boot_laws, list_laws, chain_laws, geometry_laws, kmalloc_laws, reap_laws);

/// The mutants that the sources of the model name.
std::set<std::string> mutants_of_the_model() {
  static const std::regex call(R"re(mutant\("([^"]+)"\))re");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("model")) {
    // The other families have tests of their own.
    const std::string file = entry.path().filename();
    if (!file.ends_with(".hpp") || !(file.starts_with("slab") || file.starts_with("kmalloc"))) continue;
    std::ifstream stream(entry.path());
    const std::string source{std::istreambuf_iterator<char>(stream), {}};
    for (std::sregex_iterator it(source.begin(), source.end(), call), end; it != end; ++it) names.insert((*it)[1]);
  }
  return names;
}

/// The laws whose properties fail.
std::set<std::string_view> broken_laws(const auto& laws, auto subject, std::optional<int> runs = std::nullopt) {
  std::set<std::string_view> broken;
  const auto try_out = [&](const auto& law) {
    // Machines to boot on are few, and booting takes long.
    const bool boots = law.name == boot_leaves_the_general_caches.name;
    if (sample(law, subject, {.runs = boots ? std::optional(20) : runs, .shrink = false}).verdict ==
        Sampling::Verdict::broken)
      broken.insert(law.name);
  };
  std::apply([&](const auto&... law) { (try_out(law), ...); }, laws);
  return broken;
}

/// It differs only where what is left over of a slab is exactly a descriptor: for a few dozen of all sizes.
constexpr std::string_view rare_mutant = "slab.geometry.moves_back_strictly";

// ---- Tampering ----------------------------------------------------------------------------------------------------------

/// How an answer is tampered with. Each kind changes the answers of some functions and leaves the others alone.
enum class Tampering {
  objsize,
  objsize_by_a_word,
  num,
  no_objects,
  gfporder,
  gfporder_by_8,
  colour,
  colour_off,
  slab_size,
  left_over,
  left_over_by_pages,
  off_slab,
  optimize,
  alignment,
  alignment_by_half,
  next_colour,
  firstnotfull,
  slab_lost,
  slab_added_in_front,
  first_slab_counts_one_more,
  first_two_swapped,
  chain_of_one_more,
  chain_repeats_its_first,
  chain_reversed,
  links_end,
  general_size,
  general_size_always,
  four_fifths,
  worth,
  boot_without_the_last,
};

struct TamperedSubject {
  Tampering with;

  State boot(const Machine& machine) const {
    State state = model::boot(machine);
    if (with == Tampering::boot_without_the_last) state.chain.pop_back();
    return state;
  }

  // Where slabs stand.
  auto tampered(auto decision) const {
    auto& [slabs, firstnotfull] = decision.value;
    if (with == Tampering::firstnotfull) firstnotfull += 1;
    if (slabs.empty()) return decision;
    if (with == Tampering::slab_lost) slabs.pop_back();
    if (with == Tampering::slab_added_in_front) slabs.insert(slabs.begin(), slabs.back());
    if (with == Tampering::first_slab_counts_one_more) slabs.front().inuse += 1;
    if (with == Tampering::first_two_swapped && slabs.size() > 1) std::swap(slabs[0], slabs[1]);
    return decision;
  }
  auto take(auto list, auto num) const { return tampered(model::take(std::move(list), num)); }
  auto give_back(auto list, auto position, auto index, auto num) const {
    return tampered(model::give_back(std::move(list), position, index, num));
  }
  auto append(auto list, auto fresh) const { return tampered(model::append(std::move(list), std::move(fresh))); }
  auto drop_last(auto list) const { return tampered(model::drop_last(std::move(list))); }

  // The chain inside a slab.
  std::vector<std::uint32_t> tampered_chain(std::vector<std::uint32_t> chain) const {
    if (with == Tampering::chain_of_one_more) chain.push_back(length(chain));
    if (with == Tampering::chain_repeats_its_first && !chain.empty()) chain.push_back(chain.front());
    if (with == Tampering::chain_reversed) std::ranges::reverse(chain);
    return chain;
  }
  template <class Links>
  auto tampered_chain(LinkedChain<Links, std::uint32_t> links) const {
    if (with == Tampering::links_end) links.free = BUFCTL_END;
    return links;
  }
  auto fresh_chain(auto num) const { return tampered_chain(model::fresh_chain(num)); }
  auto without_first(auto chain) const { return tampered_chain(model::without_first(std::move(chain))); }
  auto with_first(auto chain, auto index) const {
    return tampered_chain(model::with_first(std::move(chain), index));
  }

  // Geometry.
  auto geometry(const Machine& machine, GeometryRequest<std::uint32_t> request) const {
    auto decision = model::geometry<std::uint32_t>(machine, request);
    auto& geometry = decision.value;
    if (with == Tampering::objsize) geometry.objsize += 200;
    if (with == Tampering::objsize_by_a_word) geometry.objsize += 4;
    if (with == Tampering::num) geometry.num += 1000;
    if (with == Tampering::no_objects) geometry.num = 0;
    if (with == Tampering::gfporder) geometry.gfporder = 0;
    if (with == Tampering::gfporder_by_8) geometry.gfporder += 8;
    if (with == Tampering::colour) geometry.colour += 1;
    if (with == Tampering::colour_off) geometry.colour_off += 1000;
    if (with == Tampering::slab_size) geometry.slab_size += 500;
    if (with == Tampering::left_over) geometry.left_over -= 1;
    if (with == Tampering::left_over_by_pages) geometry.left_over += 1u << 18;
    if (with == Tampering::off_slab) geometry.flags ^= CFLGS_OFF_SLAB;
    if (with == Tampering::optimize) geometry.flags ^= CFLGS_OPTIMIZE;
    return decision;
  }
  auto alignment(const Machine& machine, std::uint32_t size, std::uint32_t flags) const {
    auto decision = model::alignment<std::uint32_t>(machine, size, flags);
    if (with == Tampering::alignment) decision.value += 4;
    if (with == Tampering::alignment_by_half) decision.value /= 2;
    return decision;
  }
  auto next_colour(std::uint32_t colour, std::uint32_t colours) const {
    auto decision = model::next_colour(colour, colours);
    if (with == Tampering::next_colour) decision.value += 1;
    return decision;
  }

  // kmalloc and reaping.
  auto general_size(std::uint32_t size) const {
    auto decision = model::general_size(size);
    if (with == Tampering::general_size && decision.value) *decision.value *= 2;
    if (with == Tampering::general_size_always) decision.value = 131072;
    return decision;
  }
  std::uint32_t four_fifths(std::uint32_t n) const {
    return model::four_fifths(n) + (with == Tampering::four_fifths ? 1 : 0);
  }
  auto reap_worth(std::uint32_t free_slabs, bool ctor, std::uint32_t gfporder) const {
    auto decision = model::reap_worth(free_slabs, ctor, gfporder);
    if (with == Tampering::worth) decision.value += ctor ? free_slabs << 6 : free_slabs << gfporder;
    return decision;
  }
};

// ---- Cases --------------------------------------------------------------------------------------------------------------

TEST(SlabLawMutants, the_mutable_model_keeps_all_laws_while_no_mutant_is_on) {
  EXPECT_EQ(broken_laws(laws_of_the_model, model::SlabSubject{}), std::set<std::string_view>{});
}

TEST(SlabLawMutants, every_mutant_is_found_by_a_property_and_every_property_can_fail) {
  const auto mutants = mutants_of_the_model();
  EXPECT_GE(mutants.size(), 15u);
  std::set<std::string_view> unbroken;
  std::apply([&](const auto&... law) { (unbroken.insert(law.name), ...); }, laws_of_the_model);
  for (const std::string& mutant : mutants) {
    const WithMutant on(mutant);
    auto broken = broken_laws(laws_of_the_model, model::SlabSubject{});
    if (broken.empty() && mutant == rare_mutant) broken = broken_laws(geometry_laws, model::SlabSubject{}, 30'000);
    EXPECT_FALSE(broken.empty()) << "no property finds " << mutant;
    for (const std::string_view law : broken) unbroken.erase(law);
  }
  for (const Tampering with : detail::enumerators<Tampering>()) {
    const auto broken = broken_laws(laws_of_the_model, TamperedSubject{with});
    EXPECT_FALSE(broken.empty()) << "no property minds " << enumerator_name(with);
    for (const std::string_view law : broken) unbroken.erase(law);
  }
  EXPECT_EQ(unbroken, std::set<std::string_view>{}) << "nothing breaks these";
}

}  // namespace
}  // namespace refmm::slab
