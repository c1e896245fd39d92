// What a cache makes of size, offset and flags: the arithmetic of kmem_cache_create.
//
// Source: mm/slab.c of 2.4.0: kmem_cache_estimate, kmem_cache_create, kmem_cache_init, kmem_cache_sizes_init.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/slab.hpp>

#include <bit>
#include <concepts>

namespace refmm::impl::inline REFMM_BUILD {

/// `value` rounded up to a multiple of `unit`, a power of two.
template <std::unsigned_integral Word>
constexpr Word round_up(Word value, Word unit) {
  return (value + unit - 1) & ~(unit - 1);
}

/// Bytes of a slab descriptor with the bufctl array of `num` objects: whole cache lines.
template <std::unsigned_integral Word>
constexpr Word slab_size(const BasicMachine<Word>& machine, Word num) {
  return round_up<Word>(machine.sizeof_slab + num * machine.sizeof_bufctl, machine.l1_cache_bytes);
}

/// How many objects fit into 2^order pages, and what is left over behind them.
template <std::unsigned_integral Word>
struct Estimate {
  Word num;
  Word left_over;
};

/// [slab.create.estimate]: kmem_cache_estimate.
template <std::unsigned_integral Word>
constexpr Estimate<Word> kmem_cache_estimate(const BasicMachine<Word>& machine, Word order, Word size,
                                             bool descriptor_outside) {
  const Word bytes = machine.page_size << order;
  if (descriptor_outside) return {bytes / size, bytes % size};
  // Without the rounding of the descriptor the quotient would be the answer; the rounding costs a few objects at
  // most.
  Word num = (bytes - machine.sizeof_slab) / (size + machine.sizeof_bufctl);
  while (num > 0 && num * size + slab_size(machine, num) > bytes) --num;
  return {num, bytes - num * size - slab_size(machine, num)};
}

/// [slab.create.*]: the geometry of a cache. `request` has passed the usage checks of kmem_cache_create.
///
/// 2.4.0 also keeps the number of objects of slabs with outside descriptors below offslab_limit (116 with 4096-byte
/// pages); objects of an eighth of a page and more never come near it.
template <std::unsigned_integral Word>
constexpr slab::Geometry<Word> kmem_cache_geometry(const BasicMachine<Word>& machine,
                                                   const slab::GeometryRequest<Word>& request) {
  Word size = round_up(request.size, machine.word_size);
  Word align = machine.word_size;
  bool outside = size >= machine.page_size / 8;
  if ((request.flags & slab::SLAB_HWCACHE_ALIGN) != 0) {
    align = machine.l1_cache_bytes;
    while (mutant("slab.impl.create.halves_at_half") ? size <= align / 2 : size < align / 2) align /= 2;
    size = round_up(size, align);
  }

  // Small machines get slabs of at most 2 pages, others of 4, unless not even one object fits.
  const Word break_order = machine.ram_pages > machine.small_ram_pages ? 2 : 1;
  Word order = 0;
  Estimate<Word> fit = kmem_cache_estimate(machine, order, size, outside);
  while (order < machine.max_gfp_order &&
         (fit.num == 0 || (order < break_order && fit.left_over * 8 > machine.page_size << order))) {
    fit = kmem_cache_estimate(machine, ++order, size, outside);
  }

  // A descriptor that fits into what is left over does not have to live outside.
  const Word descriptor = slab_size(machine, fit.num);
  if (outside && (mutant("slab.impl.create.moves_back_only_with_room_to_spare") ? fit.left_over > descriptor
                                                                                : fit.left_over >= descriptor)) {
    outside = false;
    fit.left_over -= descriptor;
  }

  Word colour_off = round_up(request.offset, align);
  if (colour_off == 0) colour_off = machine.l1_cache_bytes;

  Word flags = request.flags;
  if (outside) flags |= slab::CFLGS_OFF_SLAB;
  if (!outside && order == 0) flags |= slab::CFLGS_OPTIMIZE;
  return {.objsize = size,
          .num = fit.num,
          .gfporder = order,
          .colour = fit.left_over / colour_off,
          .colour_off = colour_off,
          .slab_size = descriptor,
          .left_over = fit.left_over,
          .flags = flags};
}

/// The geometry of kmem_cache itself, which is not made by kmem_cache_create: kmem_cache_init.
template <std::unsigned_integral Word>
constexpr slab::Geometry<Word> cache_cache_geometry(const BasicMachine<Word>& machine) {
  const auto fit = kmem_cache_estimate<Word>(machine, 0, machine.sizeof_kmem_cache, false);
  return {.objsize = machine.sizeof_kmem_cache,
          .num = fit.num,
          .gfporder = 0,
          .colour = fit.left_over / machine.l1_cache_bytes,
          .colour_off = machine.l1_cache_bytes,
          .slab_size = slab_size(machine, fit.num),
          .left_over = fit.left_over,
          .flags = slab::SLAB_NO_REAP};
}

// ---- General caches -------------------------------------------------------------------------------------------

/// The general caches have objects of 32, 64, ... 131072 bytes.
inline constexpr unsigned general_classes = 13;

template <std::unsigned_integral Word>
constexpr Word general_size(unsigned general_class) {
  return Word{32} << general_class;
}

/// [slab.kmalloc.smallest]: the first class whose nominal size is not below `size`; general_classes if there is none.
template <std::unsigned_integral Word>
constexpr unsigned general_class(Word size) {
  if (size <= general_size<Word>(0)) return 0;
  if (size > general_size<Word>(general_classes - 1)) return general_classes;
  const Word last_byte = mutant("slab.impl.kmalloc.takes_next_class") ? size : size - 1;
  return static_cast<unsigned>(std::bit_width(last_byte)) - 5;
}

}  // namespace refmm::impl::inline REFMM_BUILD
