// The theorems of the slab allocator: each law of spec/slab*_laws.hpp, claimed of model/slab*.hpp.
//
// Each line: the law; what "every input" means; the clauses that some path must reach; the mutants of the model on which the
// theorem fails. Lists and chains are of any length: the hypothesis (slabs in order, indices distinct) is assumed of
// the positions that the step reads, the claim is proved of any two positions, and so the step of an induction over
// commands is proved for all of them; the base is the empty list, and the fresh chain.
#include <refmm/model/slab_subject.hpp>
#include <refmm/proofs/slab.hpp>
#include <refmm/spec/slab_chain_laws.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/spec/slab_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::slab {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Clauses reaches, Mutants fails_on) {
  return theorem(law, refmm::model::SlabSubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view machines = "every machine: l1 16 to 128, both RAM classes";
constexpr std::string_view lists = "lists of every length, every num up to 2^20";
constexpr std::string_view chains = "every num up to 2^20, chains of every length";
constexpr std::string_view requests = "every size 4..131072, offset and flags, on every machine";
constexpr std::string_view sizes = "every size 4..131072, on every machine";
constexpr std::string_view words = "every 32-bit word";
constexpr std::string_view counts = "every count up to 2^20, every order";
constexpr std::string_view colours = "every number of colours";
constexpr std::string_view few_colours = "every number of colours up to 2^20";

const Clauses every_free{"slab.free.was_full", "slab.free.becomes_free", "slab.free.stays_partial"};
const Clauses every_order{"slab.create.order.fits_well", "slab.create.order.at_limit", "slab.create.order.forced"};
const Clauses every_place{"slab.create.management.inside", "slab.create.management.outside",
                          "slab.create.management.moved_back"};
const Clauses every_alignment{"slab.create.align.word", "slab.create.align.line", "slab.create.align.halved"};

}  // namespace

const std::vector<Theorem>& theorems() {
  static const std::vector<Theorem> all{
      model(boot_leaves_the_general_caches, machines, {}, {"slab.boot.dma_first"}),

      // ---- The list of slabs ----------------------------------------------------------------------------------------
      model(take_keeps_slabs_ordered, lists, {"slab.alloc.slab_fills"}, {"slab.take.from_last"}),
      model(take_keeps_firstnotfull, lists, {"slab.alloc.slab_fills"}, {"slab.take.keeps_firstnotfull"}),
      model(give_back_keeps_slabs_ordered, lists, every_free,
            {"slab.give_back.full_slab_stays", "slab.give_back.free_slab_to_front"}),
      model(give_back_keeps_firstnotfull, lists, every_free, {"slab.give_back.full_slab_stays"}),
      model(append_keeps_slabs_ordered, lists, {"slab.grow.appended"}, {"slab.append.at_front"}),
      model(append_keeps_firstnotfull, lists, {"slab.grow.appended"}, {"slab.append.at_front"}),
      model(drop_last_keeps_slabs_ordered, lists, {"slab.shrink.free_slabs"}, {"slab.drop_last.to_front"}),
      model(drop_last_keeps_firstnotfull, lists, {"slab.shrink.free_slabs"}, {"slab.drop_last.to_front"}),
      model(a_slab_that_fills_stays, lists, {"slab.alloc.slab_fills"}, {"slab.take.keeps_firstnotfull"}),
      model(take_touches_one_slab, lists, {"slab.alloc.slab_fills"}, {"slab.take.from_last"}),
      model(a_full_slab_comes_to_the_front, lists, {"slab.free.was_full"}, {"slab.give_back.full_slab_stays"}),
      model(a_slab_that_becomes_free_goes_to_the_end, lists, {"slab.free.becomes_free"},
            {"slab.give_back.free_slab_to_front"}),
      model(a_partial_slab_stays, lists, {"slab.free.stays_partial"}, {"slab.give_back.partial_slab_to_front"}),
      model(a_new_slab_stands_last, lists, {"slab.grow.appended"}, {"slab.append.at_front"}),
      model(the_last_slab_is_dropped, lists, {"slab.shrink.free_slabs"}, {"slab.drop_last.drops_first_not_full"}),

      // ---- The chain of free objects, as a list and as links --------------------------------------------------------
      model(a_fresh_chain_is_every_index_once, chains, {}, {"slab.chain.fresh_lacks_first"}),
      model(handing_out_keeps_the_chain, chains, {}, {"slab.chain.hands_out_and_keeps"}),
      model(giving_back_keeps_the_chain, chains, {}, {"slab.chain.gives_back_twice"}),
      model(handing_out_takes_the_first, chains, {}, {"slab.chain.hands_out_last"}),
      model(giving_back_puts_it_first, chains, {}, {"slab.chain.first_in_first_out"}),
      model(nothing_is_handed_out_twice, chains, {}, {"slab.chain.hands_out_and_keeps"}),
      model(the_chain_counts_the_free_objects, chains, {},
            {"slab.chain.hands_out_and_keeps", "slab.chain.gives_back_twice"}),
      model(links_hand_out_what_the_chain_does, chains, {}, {"slab.chain.link_not_followed"}),
      model(links_take_back_what_the_chain_does, chains, {}, {"slab.chain.link_lost"}),

      // ---- Geometry: objects in a slab ------------------------------------------------------------------------------
      model(every_slab_holds_an_object, requests, every_order, {"slab.slab_order.accepts_no_object"}),
      model(descriptor_objects_and_rest_are_the_slab, requests, every_place, {"slab.estimate.one_too_many"}),
      model(objects_are_disjoint, requests, every_alignment, {"slab.round_up.always_up"}),
      model(objects_are_aligned, requests, every_alignment, {"slab.geometry.not_rounded_to_lines"}),
      model(slabs_are_powers_of_two_pages, requests, every_order, {"slab.slab_order.one_too_large"}),
      model(no_other_object_fits, requests, every_place, {"slab.estimate.one_too_few"}),
      model(waste_has_a_reason, requests, every_order, {"slab.slab_order.accepts_a_quarter"}),
      model(larger_orders_are_forced, requests, every_order, {"slab.slab_order.one_too_large"}),

      // ---- Geometry: alignment and management -----------------------------------------------------------------------
      model(sizes_are_rounded_to_words, requests, {"slab.create.word_rounding"}, {"slab.round_up.always_up"}),
      model(words_without_line_alignment, sizes, {"slab.create.align.word"}, {"slab.alignment.ignores_flag"}),
      model(lines_for_large_objects, sizes, {"slab.create.align.line"}, {"slab.alignment.halves_at_half"}),
      model(halves_for_small_objects, sizes, {"slab.create.align.halved"}, {"slab.alignment.halves_at_half"}),
      model(large_objects_have_outside_descriptors, requests, every_place, {"slab.geometry.moves_back_strictly"}),
      model(small_objects_have_inside_descriptors, requests, {"slab.create.management.inside"},
            {"slab.geometry.small_outside"}),
      model(descriptors_move_back, requests,
            {"slab.create.management.outside", "slab.create.management.moved_back"},
            {"slab.geometry.moves_back_strictly"}),
      model(offslab_limit_is_never_reached, requests, every_place, {"slab.geometry.small_outside"}),
      model(optimize_means_one_page_and_inside, requests, {"slab.create.optimize"},
            {"slab.geometry.optimizes_outside"}),

      // ---- Geometry: colours ----------------------------------------------------------------------------------------
      model(no_offset_means_a_line, requests, {"slab.create.colour.line"}, {"slab.geometry.colours_a_word_apart"}),
      model(an_offset_is_rounded_to_the_alignment, requests, {"slab.create.colour.offset"},
            {"slab.geometry.offset_not_rounded"}),
      model(every_colour_fits, requests, {"slab.create.colour.line", "slab.create.colour.offset"},
            {"slab.geometry.one_colour_too_many"}),
      model(colours_come_in_turn, colours, {"slab.grow.colour", "slab.grow.colour_wraps"},
            {"slab.next_colour.wraps_late"}),
      model(colours_wrap, few_colours, {"slab.grow.colour_wraps"}, {"slab.next_colour.wraps_late"}),

      // ---- kmalloc and reaping --------------------------------------------------------------------------------------
      model(the_smallest_general_cache_that_fits, words, {"slab.kmalloc.smallest", "slab.kmalloc.null.too_large"},
            {"slab.general_size.strictly_larger"}),
      model(no_general_cache_above_the_largest, words, {"slab.kmalloc.smallest", "slab.kmalloc.null.too_large"},
            {"slab.general_size.strictly_larger"}),
      model(four_fifths_go, counts, {}, {"slab.four_fifths.rounds_down"}),
      model(worth_of_free_slabs, counts, {"slab.reap.worth", "slab.reap.worth.order"},
            {"slab.reap_worth.order_twice"}),
      model(a_constructor_counts_against, counts, {"slab.reap.worth.constructor", "slab.reap.worth.order"},
            {"slab.reap_worth.ignores_constructor"}),
      model(several_pages_count_against, counts, {"slab.reap.worth.order"}, {"slab.reap_worth.ignores_order"}),
  };
  return all;
}

}  // namespace refmm::slab
