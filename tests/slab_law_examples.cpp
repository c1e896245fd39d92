// Every law of the slab allocator on an example, checked by the compiler.

#include <refmm/model/slab_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/slab_chain_laws.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/spec/slab_laws.hpp>
#include <refmm/tests/law_examples.hpp>

#include <array>
#include <initializer_list>
#include <string_view>

namespace refmm::slab {
namespace {

/// The name of the law, if the model keeps it on this example; no constant otherwise.
consteval std::string_view example(const auto& law, std::initializer_list<Written> inputs) {
  if (!holds_for(law, model::SlabSubject{}, inputs)) throw "the model breaks the law on this example";
  return law.name;
}

// Slabs of 4 objects: two full ones, two partial ones, a free one.
constexpr std::array lists{
    example(take_keeps_slabs_ordered,
            {{"num", {4}}, {"slabs.inuse", {4, 4, 3, 1, 0}}, {"earlier", {2}}, {"later", {3}}}),
    example(take_keeps_firstnotfull, {{"num", {4}}, {"slabs.inuse", {4, 4, 3, 1, 0}}, {"here", {2}}}),
    example(give_back_keeps_slabs_ordered, {{"num", {4}},
                                            {"slabs.inuse", {4, 4, 3, 1, 0}},
                                            {"position", {3}},
                                            {"index", {0}},
                                            {"earlier", {3}},
                                            {"later", {4}}}),
    example(give_back_keeps_firstnotfull,
            {{"num", {4}}, {"slabs.inuse", {4, 4, 3, 1, 0}}, {"position", {0}}, {"index", {2}}, {"here", {1}}}),
    example(append_keeps_slabs_ordered, {{"num", {4}}, {"slabs.inuse", {4, 4}}, {"earlier", {1}}, {"later", {2}}}),
    example(append_keeps_firstnotfull, {{"num", {4}}, {"slabs.inuse", {4, 4}}, {"here", {2}}}),
    example(drop_last_keeps_slabs_ordered,
            {{"num", {4}}, {"slabs.inuse", {4, 1, 0}}, {"earlier", {0}}, {"later", {1}}}),
    example(drop_last_keeps_firstnotfull, {{"num", {4}}, {"slabs.inuse", {4, 0}}, {"here", {0}}}),
    example(a_slab_that_fills_stays, {{"num", {4}}, {"slabs.inuse", {4, 3, 1}}}),
    example(take_touches_one_slab, {{"num", {4}}, {"slabs.inuse", {4, 3, 1}}, {"other", {2}}}),
    example(a_full_slab_comes_to_the_front,
            {{"num", {4}}, {"slabs.inuse", {4, 4, 1, 0}}, {"position", {0}}, {"index", {3}}, {"other", {2}}}),
    // A slab of one object is full and then free: it comes to the front all the same.
    example(a_full_slab_comes_to_the_front,
            {{"num", {1}}, {"slabs.inuse", {1, 0}}, {"position", {0}}, {"index", {0}}, {"other", {1}}}),
    example(a_slab_that_becomes_free_goes_to_the_end,
            {{"num", {4}}, {"slabs.inuse", {4, 1, 2}}, {"position", {1}}, {"index", {3}}, {"other", {0}}}),
    example(a_partial_slab_stays,
            {{"num", {4}}, {"slabs.inuse", {4, 2, 1}}, {"position", {1}}, {"index", {3}}, {"other", {2}}}),
    example(a_new_slab_stands_last, {{"num", {4}}, {"slabs.inuse", {4, 2}}}),
    example(the_last_slab_is_dropped, {{"num", {4}}, {"slabs.inuse", {4, 0, 0}}, {"other", {1}}}),
};

// Slabs of 5 objects, of which 3, 0 and 4 are free.
constexpr std::array chains{
    example(a_fresh_chain_is_every_index_once, {{"num", {5}}, {"position", {3}}}),
    example(handing_out_keeps_the_chain, {{"num", {5}}, {"free", {3, 0, 4}}, {"one", {0}}, {"another", {1}}}),
    example(giving_back_keeps_the_chain,
            {{"num", {5}}, {"free", {3, 0, 4}}, {"index", {2}}, {"one", {0}}, {"another", {3}}}),
    example(handing_out_takes_the_first, {{"num", {5}}, {"free", {3, 0, 4}}, {"position", {1}}}),
    example(giving_back_puts_it_first, {{"num", {5}}, {"free", {3, 0, 4}}, {"index", {2}}, {"position", {0}}}),
    example(nothing_is_handed_out_twice, {{"num", {5}}, {"free", {3, 0, 4}}, {"position", {0}}}),
    example(the_chain_counts_the_free_objects, {{"num", {5}}, {"free", {3, 0, 4}}, {"index", {1}}}),
    example(links_hand_out_what_the_chain_does, {{"num", {5}}, {"free", {3, 0, 4}}, {"place", {2}}}),
    example(links_take_back_what_the_chain_does,
            {{"num", {5}}, {"free", {3, 0, 4}}, {"index", {1}}, {"place", {4}}}),
};

// What a machine with 64 MB and lines of 32 bytes makes of a request.
#define ON_I386               \
  {"l1_cache_bytes", {32}}, { \
    "ram_pages", { 8193 }     \
  }
constexpr std::array geometries{
    example(every_slab_holds_an_object, {ON_I386, {"size", {131072}}, {"offset", {0}}, {"flags", {0}}}),
    example(descriptor_objects_and_rest_are_the_slab,
            {ON_I386, {"size", {100}}, {"offset", {0}}, {"flags", {SLAB_HWCACHE_ALIGN}}}),
    example(objects_are_disjoint, {ON_I386, {"size", {101}}, {"offset", {0}}, {"flags", {SLAB_HWCACHE_ALIGN}}}),
    example(objects_are_aligned, {ON_I386, {"size", {12}}, {"offset", {0}}, {"flags", {SLAB_HWCACHE_ALIGN}}}),
    example(slabs_are_powers_of_two_pages, {ON_I386, {"size", {131071}}, {"offset", {0}}, {"flags", {0}}}),
    example(no_other_object_fits, {ON_I386, {"size", {504}}, {"offset", {0}}, {"flags", {0}}}),
    example(waste_has_a_reason, {ON_I386, {"size", {2100}}, {"offset", {0}}, {"flags", {0}}}),
    example(larger_orders_are_forced, {ON_I386, {"size", {20000}}, {"offset", {0}}, {"flags", {0}}}),
    example(sizes_are_rounded_to_words, {ON_I386, {"size", {5}}, {"offset", {0}}, {"flags", {0}}}),
    example(words_without_line_alignment, {ON_I386, {"size", {100}}}),
    example(lines_for_large_objects, {ON_I386, {"size", {16}}}),
    example(halves_for_small_objects, {ON_I386, {"size", {8}}}),
    example(large_objects_have_outside_descriptors, {ON_I386, {"size", {512}}, {"offset", {0}}, {"flags", {0}}}),
    example(small_objects_have_inside_descriptors, {ON_I386, {"size", {508}}, {"offset", {0}}, {"flags", {0}}}),
    // 4 objects of 1008 bytes leave 64 bytes, which is what their descriptor needs.
    example(descriptors_move_back, {ON_I386, {"size", {1008}}, {"offset", {0}}, {"flags", {0}}}),
    example(offslab_limit_is_never_reached, {ON_I386, {"size", {512}}, {"offset", {0}}, {"flags", {0}}}),
    example(optimize_means_one_page_and_inside, {ON_I386, {"size", {64}}, {"offset", {0}}, {"flags", {0}}}),
    example(no_offset_means_a_line, {ON_I386, {"size", {64}}, {"offset", {0}}, {"flags", {0}}}),
    example(an_offset_is_rounded_to_the_alignment,
            {ON_I386, {"size", {64}}, {"offset", {33}}, {"flags", {SLAB_HWCACHE_ALIGN}}}),
    example(every_colour_fits, {ON_I386, {"size", {100}}, {"offset", {0}}, {"flags", {0}}}),
    example(colours_come_in_turn, {{"colours", {3}}, {"colour", {1}}}),
    example(colours_wrap, {{"colours", {3}}, {"colour", {2}}}),
};

constexpr std::array others{
    example(the_smallest_general_cache_that_fits, {{"size", {33}}}),
    example(no_general_cache_above_the_largest, {{"size", {131073}}}),
    example(four_fifths_go, {{"free_slabs", {10}}}),
    example(worth_of_free_slabs, {{"free_slabs", {10}}, {"gfporder", {1}}}),
    example(a_constructor_counts_against, {{"free_slabs", {10}}, {"gfporder", {1}}}),
    example(several_pages_count_against, {{"free_slabs", {10}}, {"gfporder", {1}}}),
};

// A boot assigns to a std::variant; of libstdc++ 12, clang does not take that for a constant expression: a test runs it.
#ifndef __clang__
constexpr std::array boots{example(boot_leaves_the_general_caches, {ON_I386})};
#else
constexpr std::array<std::string_view, 0> boots{};
#endif
#undef ON_I386

}  // namespace

LawNames laws_with_an_example() { return joined({boots, lists, chains, geometries, others}); }

}  // namespace refmm::slab
