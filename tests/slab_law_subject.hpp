// The implementation as the subject of the laws of spec/slab_laws.hpp and its neighbours: the functions that it has.
//
// It moves slabs and links objects in the middle of its operations, so the laws of lists, chains and reaping are held to
// it command by command (spec/slab_step_laws.hpp). It names no clauses.
#pragma once

#include <refmm/impl/slab_geometry.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <cstdint>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

struct SlabLawSubject {
  static slab::State boot(const Machine& machine) {
    const auto allocator = make_slab_implementation();
    allocator->reset(machine);
    return allocator->observe();
  }

  static constexpr Decision<slab::Geometry<std::uint32_t>> geometry(
      const Machine& machine, const slab::GeometryRequest<std::uint32_t>& request) {
    return {kmem_cache_geometry(machine, request), {}};
  }
  /// Seen in the distance between colours, which is rounded up to it. The size is to arrive as it is, not in whole words.
  static constexpr Decision<std::uint32_t> alignment(Machine machine, std::uint32_t size, std::uint32_t flags) {
    if ((flags & slab::SLAB_HWCACHE_ALIGN) != 0) machine.word_size = 1;
    return {kmem_cache_geometry<std::uint32_t>(machine, {.size = size, .offset = 1, .flags = flags}).colour_off,
            {}};
  }
  static constexpr Decision<std::optional<std::uint32_t>> general_size(std::uint32_t size) {
    const unsigned chosen = general_class(size);
    if (chosen == general_classes) return {std::nullopt, {}};
    return {impl::general_size<std::uint32_t>(chosen), {}};
  }
};

}  // namespace refmm::impl::inline REFMM_BUILD
