// Geometry: how the objects of a cache are laid out in its slabs.
//
// Follows kmem_cache_create and kmem_cache_estimate in mm/slab.c. The request has passed the usage checks:
// word_size <= size <= 2^max_gfp_order pages, offset <= size, flags within CREATE_MASK.
#pragma once

#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/search.hpp>
#include <refmm/spec/slab.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

using slab::Geometry;
using slab::GeometryRequest;

/// `bytes` rounded up to a multiple of `alignment`, a power of two.
template <Word W>
constexpr W round_up(W bytes, W alignment) {
  const W almost = mutant("slab.round_up.always_up") ? alignment : alignment - 1;
  return (bytes + almost) & ~(alignment - 1);
}

/// Bytes of a slab descriptor with the bufctl entries of `num` objects, in whole cache lines.
template <Word W>
constexpr W descriptor_bytes(const MachineOf<W>& machine, W num) {
  return round_up<W>(machine.sizeof_slab + num * machine.sizeof_bufctl, machine.l1_cache_bytes);
}

/// Whether slabs keep their descriptor inside or in another cache.
enum class Place { inside, outside };

template <Word W>
struct Estimate {
  W num;        // objects in the slab
  W left_over;  // bytes behind them
};

/// [slab.create.estimate] The largest number of objects that fit into a slab of 2^gfporder pages beside its descriptor.
/// Objects whose descriptors live outside are large. 2.4.0: kmem_cache_estimate, which counts up.
template <Word W>
constexpr Estimate<W> estimate(const MachineOf<W>& machine, Native<W> gfporder, W size, Place place) {
  const Native<W> bytes = machine.page_size << gfporder;
  const auto used = [=](W num) -> W {
    return num * size + (place == Place::inside ? descriptor_bytes<W>(machine, num) : W{0});
  };
  const Native<W> smallest = place == Place::inside ? machine.word_size : machine.page_size / 8;
  W num = largest_fitting(W{bytes / smallest}, [=](W objects) { return used(objects) <= bytes; });
  if (mutant("slab.estimate.one_too_many")) num = num + 1;
  if (mutant("slab.estimate.one_too_few")) num = num - 1;
  return {num, bytes - used(num)};
}

/// The alignment of objects, and the clause that decided it. [slab.create.align.word], [.line], [.halved]
template <Word W>
constexpr Decision<W> alignment(const MachineOf<W>& machine, W size, W flags) {
  const bool by_line = mutant("slab.alignment.ignores_flag") || bool((flags & slab::SLAB_HWCACHE_ALIGN) != 0);
  if (!by_line) return {machine.word_size, {"slab.create.align.word"}};
  // Only while strictly smaller: an object of half a line gets a line to itself.
  const auto halves = [&](Native<W> line) {
    return mutant("slab.alignment.halves_at_half") ? bool(size <= line / 2) : bool(size < line / 2);
  };
  Native<W> align = machine.l1_cache_bytes;
  if (!halves(align)) return {align, {"slab.create.align.line"}};
  while (halves(align)) align /= 2;
  return {align, {"slab.create.align.halved"}};
}

template <Word W>
struct SlabOrder {
  W gfporder;
  Estimate<W> fit;
};

/// The order of a cache's slabs. The first at which an object fits and that either is the limit of the
/// machine or leaves at most an eighth of the slab over; objects that do not fit push it beyond the limit.
template <Word W>
constexpr Decision<SlabOrder<W>> slab_order(const MachineOf<W>& machine, W size, Place place) {
  const Native<W> limit = machine.ram_pages > machine.small_ram_pages ? 2 : 1;
  for (Native<W> order = 0;; ++order) {
    const auto fit = estimate<W>(machine, order, size, place);
    if (order < machine.max_gfp_order && !mutant("slab.slab_order.accepts_no_object") && fit.num == 0) continue;
    const SlabOrder<W> chosen{mutant("slab.slab_order.one_too_large") ? order + 1 : order, fit};
    if (order > limit) return {chosen, {"slab.create.order.forced"}};
    if (order == limit) return {chosen, {"slab.create.order.at_limit"}};
    const auto left_over = mutant("slab.slab_order.accepts_a_quarter") ? fit.left_over * 4 : fit.left_over * 8;
    if (left_over <= W{machine.page_size} << order) return {chosen, {"slab.create.order.fits_well"}};
  }
}

/// The geometry of a cache. 2.4.0: kmem_cache_create, between the usage checks and the chain.
template <Word W>
constexpr Decision<Geometry<W>> geometry(const MachineOf<W>& machine, GeometryRequest<W> request) {
  Because because;
  const auto decided_by = [&](auto decision) {
    because.insert(because.end(), decision.because.begin(), decision.because.end());
    return decision.value;
  };

  // The size in words decides where descriptors go, before it is rounded to lines.
  const W word_rounded = round_up<W>(request.size, machine.word_size);
  note(because, word_rounded != request.size, "slab.create.word_rounding");
  const bool large = bool(word_rounded >= machine.page_size / 8);
  const W align = decided_by(alignment<W>(machine, word_rounded, request.flags));
  const W objsize = mutant("slab.geometry.not_rounded_to_lines") ? word_rounded : round_up<W>(word_rounded, align);

  const auto [gfporder, fit] = decided_by(slab_order<W>(machine, objsize, large ? Place::outside : Place::inside));

  // A descriptor that was to go outside moves back in if what is left over holds it.
  const W slab_size = descriptor_bytes<W>(machine, fit.num);
  const bool moves_back =
      large && (mutant("slab.geometry.moves_back_strictly") ? bool(fit.left_over > slab_size)
                                                            : bool(fit.left_over >= slab_size));
  const bool outside = (large || mutant("slab.geometry.small_outside")) && !moves_back;
  const W left_over = moves_back ? fit.left_over - slab_size : fit.left_over;
  because.push_back(moves_back ? ClauseRef{"slab.create.management.moved_back"}
                    : outside  ? ClauseRef{"slab.create.management.outside"}
                               : ClauseRef{"slab.create.management.inside"});

  const W rounded_offset =
      mutant("slab.geometry.offset_not_rounded") ? request.offset : round_up<W>(request.offset, align);
  const auto by_line = rounded_offset == 0;
  const W colour_off =
      select(by_line, W{mutant("slab.geometry.colours_a_word_apart") ? machine.word_size : machine.l1_cache_bytes},
             rounded_offset);
  note(because, by_line, "slab.create.colour.line");
  note(because, negation(by_line), "slab.create.colour.offset");

  W flags = request.flags;
  if (outside) flags = flags | slab::CFLGS_OFF_SLAB;
  if (gfporder == 0 && (!outside || mutant("slab.geometry.optimizes_outside"))) {
    flags = flags | slab::CFLGS_OPTIMIZE;
    because.push_back("slab.create.optimize");
  }

  return {Geometry<W>{.objsize = objsize,
                      .num = fit.num,
                      .gfporder = gfporder,
                      .colour = left_over / colour_off + (mutant("slab.geometry.one_colour_too_many") ? 1u : 0u),
                      .colour_off = colour_off,
                      .slab_size = slab_size,
                      .left_over = left_over,
                      .flags = flags},
          std::move(because)};
}

/// The colour after `colour`, of `colours`: they come in turn, and 0 or 1 colours are one. [slab.grow.colour]
template <Word W>
constexpr Decision<W> next_colour(W colour, W colours) {
  const auto wraps =
      mutant("slab.next_colour.wraps_late") ? bool(colour + 1 > colours) : bool(colour + 1 >= colours);
  if (wraps) return {W{0}, {"slab.grow.colour_wraps"}};
  return {colour + 1, {"slab.grow.colour"}};
}

}  // namespace refmm::model::inline REFMM_BUILD
