// The laws of geometry: what kmem_cache_create makes of every size, offset and flag, on every machine of the i386 family.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_law_inputs.hpp>

#include <tuple>

namespace refmm::slab {

// ---- Inputs -----------------------------------------------------------------------------------------------------------

/// Every request that passes the usage checks.
constexpr auto any_request(auto& world) {
  using W = typename std::remove_reference_t<decltype(world)>::word_type;
  const W size = world.word("size", 4, 131072);
  const W offset = world.word("offset", 0, 131072);
  world.assume(offset <= size);
  return GeometryRequest<W>{.size = size, .offset = offset, .flags = world.word("flags") & W{CREATE_MASK}};
}

/// Bytes of the slab that hold the descriptor: none if it lives outside.
template <Word W>
constexpr W descriptor_inside(const Geometry<W>& geometry) {
  return select((geometry.flags & CFLGS_OFF_SLAB) == 0u, geometry.slab_size, W{0});
}

template <Word W>
constexpr W slab_bytes(const MachineOf<W>& machine, const Geometry<W>& geometry) {
  return W{machine.page_size} << geometry.gfporder;
}

// ---- Objects in a slab --------------------------------------------------------------------------------------------------

inline constexpr Law every_slab_holds_an_object{
    "slab.create.estimate", "every_lawful_size_gets_at_least_one_object_into_a_slab",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto laid_out = subject.geometry(machine, any_request(world));
      world.reached(laid_out.because);
      return laid_out.value.num > 0u;
    }};

inline constexpr Law descriptor_objects_and_rest_are_the_slab{
    "slab.layout.inside", "descriptor_and_objects_and_left_over_are_exactly_the_slab",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto laid_out = subject.geometry(machine, any_request(world));
      world.reached(laid_out.because);
      const auto geometry = laid_out.value;
      const auto bytes = slab_bytes(machine, geometry);
      const auto objects = geometry.num * geometry.objsize;
      return all(objects <= bytes, descriptor_inside(geometry) <= bytes - objects,
                 geometry.left_over == bytes - objects - descriptor_inside(geometry));
    }};

inline constexpr Law objects_are_disjoint{
    "slab.layout.disjoint", "objects_are_as_far_apart_as_their_size_asks", [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto request = any_request(world);
      const auto laid_out = subject.geometry(machine, request);
      world.reached(laid_out.because);
      const auto geometry = laid_out.value;
      return both(
          request.size <= geometry.objsize,
          geometry.objsize - request.size < select((request.flags & SLAB_HWCACHE_ALIGN) == 0u,
                                                   any_word<decltype(request.size)>(machine.word_size),
                                                   any_word<decltype(request.size)>(machine.l1_cache_bytes)));
    }};

inline constexpr Law objects_are_aligned{
    "slab.layout.aligned", "line_aligned_objects_never_cross_a_line_that_they_need_not",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto request = any_request(world);
      const auto laid_out = subject.geometry(machine, request);
      world.reached(laid_out.because);
      const auto geometry = laid_out.value;
      using W = decltype(geometry.objsize);
      const W line = machine.l1_cache_bytes;
      const auto word_aligned = (geometry.objsize & W{machine.word_size - 1}) == 0u;
      const auto whole_lines = (geometry.objsize & (line - 1)) == 0u;
      const auto power_of_two = (geometry.objsize & (geometry.objsize - 1)) == 0u;
      return both(word_aligned,
                  implies((request.flags & SLAB_HWCACHE_ALIGN) != 0u, either(whole_lines, power_of_two)));
    }};

inline constexpr Law slabs_are_powers_of_two_pages{
    "slab.layout.pages", "a_slab_has_two_to_the_n_pages_and_n_is_at_most_5", [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto laid_out = subject.geometry(machine, any_request(world));
      world.reached(laid_out.because);
      return laid_out.value.gfporder <= 5u;
    }};

inline constexpr Law no_other_object_fits{"slab.create.estimate",
                                          "no_slab_has_room_for_another_object_beside_its_descriptor",
                                          [](auto& world, auto subject) {
                                            const auto machine = any_machine(world);
                                            const auto request = any_request(world);
                                            const auto laid_out = subject.geometry(machine, request);
                                            world.reached(laid_out.because);
                                            const auto geometry = laid_out.value;
                                            return geometry.left_over < geometry.objsize + machine.l1_cache_bytes;
                                          }};

inline constexpr Law waste_has_a_reason{
    "slab.create.order.at_limit", "more_than_an_eighth_is_left_over_only_at_or_above_the_limit_of_the_order",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto laid_out = subject.geometry(machine, any_request(world));
      world.reached(laid_out.because);
      const auto geometry = laid_out.value;
      const auto limit = machine.ram_pages > machine.small_ram_pages ? 2u : 1u;
      return either(geometry.left_over * 8 <= slab_bytes(machine, geometry), limit <= geometry.gfporder);
    }};

inline constexpr Law larger_orders_are_forced{
    "slab.create.order.forced",
    "an_order_above_the_limit_is_taken_only_if_the_object_does_not_fit_into_half_the_slab",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto laid_out = subject.geometry(machine, any_request(world));
      world.reached(laid_out.because);
      const auto geometry = laid_out.value;
      const auto limit = machine.ram_pages > machine.small_ram_pages ? 2u : 1u;
      const auto half = slab_bytes(machine, geometry) >> 1u;
      return implies(limit < geometry.gfporder, half < geometry.objsize);
    }};

// ---- Alignment and management -------------------------------------------------------------------------------------------

inline constexpr Law sizes_are_rounded_to_words{
    "slab.create.word_rounding", "the_size_is_rounded_to_words_and_no_further_without_line_alignment",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      auto request = any_request(world);
      request.flags = request.flags & ~SLAB_HWCACHE_ALIGN;
      const auto laid_out = subject.geometry(machine, request);
      world.reached(laid_out.because);
      return laid_out.value.objsize == ((request.size + 3) & ~3u);
    }};

inline constexpr Law words_without_line_alignment{"slab.create.align.word",
                                                  "objects_are_aligned_to_words_unless_lines_are_asked_for",
                                                  [](auto& world, auto subject) {
                                                    const auto machine = any_machine(world);
                                                    const auto size = world.word("size", 4, 131072);
                                                    const auto align = subject.alignment(machine, size, size & 0u);
                                                    world.reached(align.because);
                                                    return align.value == machine.word_size;
                                                  }};

inline constexpr Law lines_for_large_objects{
    "slab.create.align.line", "an_object_of_half_a_line_or_more_is_aligned_to_the_line",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto size = world.word("size", 4, 131072);
      const auto align = subject.alignment(machine, size, any_word<decltype(size)>(SLAB_HWCACHE_ALIGN));
      world.reached(align.because);
      return implies(machine.l1_cache_bytes / 2 <= size, align.value == machine.l1_cache_bytes);
    }};

inline constexpr Law halves_for_small_objects{
    "slab.create.align.halved",
    "the_alignment_of_a_small_object_is_the_power_of_two_above_it_and_at_most_twice_its_size",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto size = world.word("size", 4, 131072);
      world.assume(size < machine.l1_cache_bytes / 2);
      const auto align = subject.alignment(machine, size, any_word<decltype(size)>(SLAB_HWCACHE_ALIGN));
      world.reached(align.because);
      return all((align.value & (align.value - 1)) == 0u, size < align.value, align.value <= size << 1u);
    }};

inline constexpr Law large_objects_have_outside_descriptors{
    "slab.create.management.outside", "a_descriptor_lives_outside_only_if_it_does_not_fit_into_what_is_left_over",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto request = any_request(world);
      const auto laid_out = subject.geometry(machine, request);
      const auto geometry = laid_out.value;
      world.reached(laid_out.because);
      return implies((geometry.flags & CFLGS_OFF_SLAB) != 0u,
                     both(geometry.left_over < geometry.slab_size, 508u < request.size));
    }};

inline constexpr Law small_objects_have_inside_descriptors{
    "slab.create.management.inside", "a_descriptor_of_objects_below_an_eighth_of_a_page_lives_inside",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto request = any_request(world);
      world.assume(request.size <= 508u);
      const auto laid_out = subject.geometry(machine, request);
      world.reached(laid_out.because);
      return (laid_out.value.flags & CFLGS_OFF_SLAB) == 0u;
    }};

inline constexpr Law descriptors_move_back{
    "slab.create.management.moved_back", "a_descriptor_moves_back_inside_whenever_what_is_left_over_holds_it",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto request = any_request(world);
      world.assume(508u < request.size);
      const auto laid_out = subject.geometry(machine, request);
      const auto geometry = laid_out.value;
      world.reached(laid_out.because);
      const auto behind = slab_bytes(machine, geometry) - geometry.num * geometry.objsize;
      return equivalent((geometry.flags & CFLGS_OFF_SLAB) == 0u, geometry.slab_size <= behind);
    }};

inline constexpr Law offslab_limit_is_never_reached{
    "slab.create.offslab_limit", "slabs_with_outside_descriptors_never_hold_more_than_offslab_limit_objects",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto laid_out = subject.geometry(machine, any_request(world));
      world.reached(laid_out.because);
      const auto geometry = laid_out.value;
      // What kmem_cache_sizes_init computes from size-256, the largest general cache with inside descriptors.
      const auto offslab_limit = (256u - machine.sizeof_slab) / 2;
      return implies((geometry.flags & CFLGS_OFF_SLAB) != 0u, geometry.num <= offslab_limit);
    }};

inline constexpr Law optimize_means_one_page_and_inside{
    "slab.create.optimize", "CFLGS_OPTIMIZE_means_one_page_and_an_inside_descriptor",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto laid_out = subject.geometry(machine, any_request(world));
      const auto geometry = laid_out.value;
      world.reached(laid_out.because);
      return equivalent((geometry.flags & CFLGS_OPTIMIZE) != 0u,
                        both(geometry.gfporder == 0u, (geometry.flags & CFLGS_OFF_SLAB) == 0u));
    }};

// ---- Colours ------------------------------------------------------------------------------------------------------------

inline constexpr Law no_offset_means_a_line{
    "slab.create.colour.line", "without_an_offset_colours_are_a_line_apart", [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      auto request = any_request(world);
      request.offset = request.offset & 0u;
      const auto laid_out = subject.geometry(machine, request);
      world.reached(laid_out.because);
      return laid_out.value.colour_off == machine.l1_cache_bytes;
    }};

inline constexpr Law an_offset_is_rounded_to_the_alignment{
    "slab.create.colour.offset", "an_offset_is_rounded_up_to_the_alignment_of_the_objects",
    [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto request = any_request(world);
      world.assume(request.offset > 0u);
      const auto laid_out = subject.geometry(machine, request);
      world.reached(laid_out.because);
      const auto colour_off = laid_out.value.colour_off;
      return all(request.offset <= colour_off, colour_off - request.offset < machine.l1_cache_bytes,
                 (colour_off & 3u) == 0u);
    }};

inline constexpr Law every_colour_fits{
    "slab.colour.range", "the_slab_of_the_last_colour_still_ends_inside_its_pages", [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const auto laid_out = subject.geometry(machine, any_request(world));
      world.reached(laid_out.because);
      const auto geometry = laid_out.value;
      return geometry.colour * geometry.colour_off <= geometry.left_over;
    }};

inline constexpr Law colours_come_in_turn{"slab.grow.colour", "the_next_colour_is_the_one_after_or_the_first",
                                          [](auto& world, auto subject) {
                                            const auto colours = world.word("colours");
                                            const auto colour = world.word("colour");
                                            world.assume(either(colour < colours, colour == 0u));
                                            const auto next = subject.next_colour(colour, colours);
                                            world.reached(next.because);
                                            return all(either(next.value == colour + 1, next.value == 0u),
                                                       either(next.value < colours, next.value == 0u),
                                                       implies(colour + 1 < colours, next.value == colour + 1));
                                          }};

inline constexpr Law colours_wrap{"slab.grow.colour_wraps", "behind_the_last_colour_comes_the_first",
                                  [](auto& world, auto subject) {
                                    const auto colours = world.word("colours", 0, 1u << 20);
                                    const auto colour = world.word("colour", 0, 1u << 20);
                                    world.assume(either(colour < colours, colour == 0u));
                                    world.assume(colours <= colour + 1);
                                    const auto next = subject.next_colour(colour, colours);
                                    world.reached(next.because);
                                    return next.value == 0u;
                                  }};

/// What a cache is laid out as, and how its colours come in turn: an implementation may have no function of its own for the latter.
inline constexpr std::tuple layout_laws{every_slab_holds_an_object,
                                        descriptor_objects_and_rest_are_the_slab,
                                        objects_are_disjoint,
                                        objects_are_aligned,
                                        slabs_are_powers_of_two_pages,
                                        no_other_object_fits,
                                        waste_has_a_reason,
                                        larger_orders_are_forced,
                                        sizes_are_rounded_to_words,
                                        words_without_line_alignment,
                                        lines_for_large_objects,
                                        halves_for_small_objects,
                                        large_objects_have_outside_descriptors,
                                        small_objects_have_inside_descriptors,
                                        descriptors_move_back,
                                        offslab_limit_is_never_reached,
                                        optimize_means_one_page_and_inside,
                                        no_offset_means_a_line,
                                        an_offset_is_rounded_to_the_alignment,
                                        every_colour_fits};
inline constexpr std::tuple colour_laws{colours_come_in_turn, colours_wrap};
inline constexpr std::tuple geometry_laws = std::tuple_cat(layout_laws, colour_laws);

}  // namespace refmm::slab
