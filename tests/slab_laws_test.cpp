// Every law of the slab allocator as a property of the model; and of the implementation, as far as that has the functions
// that a law speaks of. One case for each law, under the law's own name.

#include <refmm/model/slab_subject.hpp>
#include <refmm/spec/slab_chain_laws.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/spec/slab_laws.hpp>
#include <refmm/tests/law_properties.hpp>
#include <refmm/tests/sampled_world.hpp>
#include <refmm/tests/slab_law_subject.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace refmm::slab {
namespace {

// ---- One case for each law ----------------------------------------------------------------------------------------------

// The implementation has no function of its own for the next colour.
constexpr std::tuple laws_of_the_implementation =
    std::tuple_cat(boot_laws, kmalloc_laws,
                   std::tuple{every_slab_holds_an_object,
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
                              every_colour_fits});

constexpr std::tuple laws_of_the_model =
    std::tuple_cat(boot_laws, list_laws, chain_laws, geometry_laws, kmalloc_laws, reap_laws);

[[maybe_unused]] const int added =
    add_properties("TheModelKeeps", laws_of_the_model, model::SlabSubject{}) +
    add_properties("TheImplementationKeeps", laws_of_the_implementation, impl::SlabLawSubject{});

// ---- That the inputs are worth something ----------------------------------------------------------------------------------

/// How many runs of the properties of the model reached each clause.
std::map<std::string_view, int> clauses_reached() {
  std::map<std::string_view, int> reached;
  std::apply(
      [&](const auto&... law) {
        const auto add = [&](const Sampling& sampling) {
          for (const auto& [clause, runs] : sampling.clauses) reached[clause] += runs;
        };
        (add(sample(law, model::SlabSubject{}, {.runs = 400})), ...);
      },
      laws_of_the_model);
  return reached;
}

TEST(SlabLaws, properties_reach_every_clause_of_the_functions_they_are_about) {
  const auto reached = clauses_reached();
  for (const char* clause : {"slab.alloc.slab_fills",
                             "slab.free.was_full",
                             "slab.free.becomes_free",
                             "slab.free.stays_partial",
                             "slab.grow.appended",
                             "slab.shrink.free_slabs",
                             "slab.create.align.word",
                             "slab.create.align.line",
                             "slab.create.align.halved",
                             "slab.create.order.fits_well",
                             "slab.create.order.at_limit",
                             "slab.create.order.forced",
                             "slab.create.management.inside",
                             "slab.create.management.outside",
                             "slab.create.management.moved_back",
                             "slab.create.colour.line",
                             "slab.create.colour.offset",
                             "slab.create.optimize",
                             "slab.grow.colour",
                             "slab.grow.colour_wraps",
                             "slab.kmalloc.smallest",
                             "slab.kmalloc.null.too_large",
                             "slab.reap.worth",
                             "slab.reap.worth.constructor",
                             "slab.reap.worth.order"}) {
    const auto found = reached.find(clause);
    EXPECT_TRUE(found != reached.end() && found->second >= 20)
        << clause << " was reached by " << (found == reached.end() ? 0 : found->second) << " runs";
  }
}

TEST(SlabLaws, requests_are_drawn_on_both_sides_of_every_threshold) {
  std::map<std::string, int> count;
  const Sampling sampling =
      sample_claim("requests",
                   [&](SampledWorld& world) {
                     const auto machine = any_machine(world);
                     const auto request = any_request(world);
                     const auto geometry = model::SlabSubject::geometry(machine, request).value;
                     ++count["order " + std::to_string(geometry.gfporder)];
                     ++count["line " + std::to_string(machine.l1_cache_bytes)];
                     count["small machine"] += machine.ram_pages == 8192;
                     count["aligned to lines"] += (request.flags & SLAB_HWCACHE_ALIGN) != 0;
                     count["below an eighth of a page"] += 496 <= request.size && request.size <= 508;
                     count["from an eighth of a page on"] += 509 <= request.size && request.size <= 524;
                     count["half a page and around"] += 2040 <= request.size && request.size <= 2056;
                     count["a page and around"] += 4080 <= request.size && request.size <= 4112;
                     count["the largest"] += request.size == 131072;
                     count["the smallest"] += request.size <= 8;
                     count["no offset"] += request.offset == 0;
                     count["an offset"] += request.offset != 0;
                     count["as far apart as large"] += request.offset == request.size;
                     count["one colour"] += geometry.colour <= 1;
                     count["many colours"] += geometry.colour > 8;
                     count["one object"] += geometry.num == 1;
                     count["many objects"] += geometry.num > 100;
                     return true;
                   },
                   {.runs = 20'000});
  ASSERT_TRUE(sampling.held()) << to_text(sampling);
  EXPECT_EQ(count.size(), 6u + 4u + 15u);
  for (const auto& [what, runs] : count) EXPECT_GE(runs, 10) << what;
}

}  // namespace
}  // namespace refmm::slab
