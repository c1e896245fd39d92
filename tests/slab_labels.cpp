// What sessions of the slab allocator are counted by.
#include <refmm/spec/slab_flags.hpp>
#include <refmm/spec/slab_transition.hpp>
#include <refmm/tests/check_labels.hpp>
#include <refmm/tests/slab_check.hpp>

#include <bit>
#include <variant>

namespace refmm {

namespace {

using namespace slab;
using Call = Carried<SlabFamily>;

template <class Kind>
const Kind* call(const Call& carried) {
  return std::get_if<Kind>(&carried.command);
}

bool is_refused_pages(const Effect& effect) {
  const auto* pages = std::get_if<GetPages>(&effect);
  const auto* management = std::get_if<Mgmt>(&effect);
  return (pages && !pages->slab) || (management && !management->object);
}

bool fills_a_class(const Call& carried) {
  const auto* kmalloc = call<Kmalloc>(carried);
  return kmalloc && kmalloc->size >= 32 && std::has_single_bit(kmalloc->size);
}

bool just_overflows_a_class(const Call& carried) {
  const auto* kmalloc = call<Kmalloc>(carried);
  return kmalloc && kmalloc->size > 32 && std::has_single_bit(kmalloc->size - 1);
}

bool creates_with_little_objects(const Call& carried) {
  const auto* create = call<CacheCreate>(carried);
  return create && std::holds_alternative<CacheName>(carried.result) && create->size <= 8;
}

bool destroys_a_busy_cache(const Call& carried) {
  return call<CacheDestroy>(carried) && carried.result == Result(Status{1});
}

bool shrinks_to_nothing(const Call& carried) {
  const auto* shrink = call<CacheShrink>(carried);
  return shrink && carried.result == Result(Status{0}) && !carried.effects.empty();
}

bool reaps_a_slab(const Call& carried) { return call<CacheReap>(carried) && !carried.effects.empty(); }

bool is_in_interrupt(const Call& carried) { return carried.before.pages.in_interrupt; }

bool is_a_usage_error(const Call& carried) { return SlabFamily::ends_everything(carried.result); }

}  // namespace

const LabelSource<SlabFamily>& Checking<SlabFamily>::labels() {
  static const LabelSource<SlabFamily> source{
      .alive_word = "slabs",
      .alive_from = {0, 4, 16, 64},
      .alive =
          [](const State& state) {
            std::size_t slabs = 0;
            for (const Cache& cache : state.chain) slabs += cache.slabs.size();
            return slabs;
          },
      .failure_word = "requests for pages refused",
      .fails = [](const Call& carried) { return std::ranges::any_of(carried.effects, is_refused_pages); },
      .boundaries = {{"kmalloc of just a class", fills_a_class},
                     {"kmalloc of a byte more than a class", just_overflows_a_class},
                     {"a cache of objects of at most 8 bytes", creates_with_little_objects},
                     {"destruction of a cache in use", destroys_a_busy_cache},
                     {"shrinking that leaves nothing", shrinks_to_nothing},
                     {"reaping that takes slabs", reaps_a_slab},
                     {"calls in an interrupt", is_in_interrupt},
                     {"a usage error", is_a_usage_error}}};
  return source;
}

}  // namespace refmm
