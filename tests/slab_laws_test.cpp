// Every law of the slab allocator as a property of the model; and of the implementation, as far as that has the functions
// that a law speaks of. One case for each law, under the law's own name.

#include <refmm/model/slab_subject.hpp>
#include <refmm/tests/law_properties.hpp>
#include <refmm/tests/sampled_world.hpp>
#include <refmm/tests/slab_sampled_laws.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace refmm::slab {
namespace {

// ---- One case for each law ----------------------------------------------------------------------------------------------

[[maybe_unused]] const bool added = [] {
  for_laws_of_the_model(properties("TheModelKeeps"));
  for_laws_of_the_implementation(properties("TheImplementationKeeps"));
  return true;
}();

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
      sampled_laws);
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
