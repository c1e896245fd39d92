#include <refmm/spec/outcome.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/spec/slab_invariant.hpp>
#include <refmm/spec/slab_step_laws.hpp>
#include <refmm/spec/slab_transition.hpp>
#include <refmm/tests/slab_check.hpp>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <tuple>

namespace refmm {

namespace {

// ---- Laws of geometry, of a cache that was just created -----------------------------------------------------------------

/// The world in which a cache was created: the inputs of the laws of geometry are those of the call.
struct CreationWorld {
  using word_type = std::uint32_t;

  const Machine& machine;
  const slab::CacheCreate& call;

  std::uint32_t word(std::string_view name) const {
    return name == "size" ? call.size : name == "offset" ? call.offset : call.flags;
  }
  std::uint32_t word(std::string_view name, std::uint32_t, std::uint32_t) const { return word(name); }
  /// The laws know of two sizes of memory, one on each side of the only threshold.
  std::uint32_t choose(std::string_view name, std::initializer_list<std::uint32_t>) const {
    if (name == "l1_cache_bytes") return machine.l1_cache_bytes;
    return std::min(machine.ram_pages, Machine::small_ram_pages + 1);
  }
  void assume(bool) const {}  // that the call passed the usage checks, which it did
  void reached(const Because&) const {}
};

/// The subject that the laws speak of: it made the new cache what it is.
struct CreatedCache {
  const slab::Cache& cache;

  Decision<slab::Geometry<std::uint32_t>> geometry(const Machine&,
                                                   const slab::GeometryRequest<std::uint32_t>&) const {
    return {cache.geometry, {}};
  }
};

/// The laws of geometry that speak of the request as it is.
constexpr std::tuple laws_of_new_caches{slab::every_slab_holds_an_object,
                                        slab::descriptor_objects_and_rest_are_the_slab,
                                        slab::objects_are_disjoint,
                                        slab::objects_are_aligned,
                                        slab::slabs_are_powers_of_two_pages,
                                        slab::no_other_object_fits,
                                        slab::waste_has_a_reason,
                                        slab::larger_orders_are_forced,
                                        slab::offslab_limit_is_never_reached,
                                        slab::optimize_means_one_page_and_inside,
                                        slab::every_colour_fits};

/// The call, if it created a cache.
const slab::CacheCreate* creation(const slab::Transition& transition) {
  const auto* create = slab::call<slab::CacheCreate>(transition);
  return create && !slab::refusal(transition) ? create : nullptr;
}

std::optional<BrokenLaw> broken_law_of_new_cache(const slab::Transition& transition) {
  const slab::CacheCreate* create = creation(transition);
  const slab::Cache* cache = create ? slab::cache_named(transition.after, *create->name) : nullptr;
  if (!cache) return std::nullopt;  // that there is a new cache is another law
  CreationWorld world{transition.machine, *create};
  std::optional<BrokenLaw> broken;
  const auto check = [&](const auto& law) {
    if (!broken && !law.claim(world, CreatedCache{*cache})) broken = BrokenLaw{&*law.clause, law.name};
  };
  std::apply([&](const auto&... law) { (check(law), ...); }, laws_of_new_caches);
  return broken;
}

slab::Transition transition(const Carried<SlabFamily>& carried) {
  return {carried.boot, carried.before, carried.command, carried.result, carried.effects, carried.after};
}

bool decided(const Because& because, ClauseRef clause) {
  return std::ranges::find(because, clause) != because.end();
}

}  // namespace

bool Checking<SlabFamily>::keeps_invariant(const Machine&, const slab::State& state) {
  return !slab::broken_conjunct(state);
}

std::optional<BrokenLaw> Checking<SlabFamily>::broken_law(const Carried<SlabFamily>& carried,
                                                          const Carried<SlabFamily>* reference) {
  for (const auto& conjunct : slab::invariant) {
    if (!conjunct.holds(carried.after) && !(reference && !conjunct.holds(reference->after)))
      return BrokenLaw{&*conjunct.clause, conjunct.name};
  }
  const slab::Transition transition = refmm::transition(carried);
  for (const auto& law : slab::step_laws) {
    if (!law.holds(transition) && !(reference && !law.holds(refmm::transition(*reference))))
      return BrokenLaw{&*law.clause, law.name};
  }
  return broken_law_of_new_cache(transition);
}

void Checking<SlabFamily>::note_laws(Coverage& coverage, const Carried<SlabFamily>& carried,
                                     const Because& because) {
  const slab::Transition transition = refmm::transition(carried);
  const bool allocates = std::holds_alternative<slab::Object>(transition.result);
  const bool frees = slab::freed_object(transition) != nullptr;
  const auto refusal = slab::refusal(transition);
  if (allocates) coverage.note("slab.alloc.not_twice");
  if (frees) coverage.note("slab.free.keeps_pages");
  if (frees && decided(because, "slab.free.was_full")) coverage.note("slab.free.next_alloc");
  // The subject's links, followed one by one, gave the model's list.
  if (allocates || frees) coverage.note("slab.chain.links");
  if (decided(because, "slab.shrink.free_slabs")) coverage.note("slab.shrink.live_objects_stay");
  if (refusal && !slab::is_bug(*refusal)) coverage.note("slab.failure.loses_nothing");
  if (creation(transition))
    std::apply([&](const auto&... law) { (coverage.note(law.clause), ...); }, laws_of_new_caches);
}

void Checking<SlabFamily>::note_invariant(Coverage& coverage) {
  for (const auto& conjunct : slab::invariant) coverage.note(conjunct.clause);
}

}  // namespace refmm
