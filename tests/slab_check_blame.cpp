#include <refmm/tests/slab_check.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace refmm {

namespace {

/// What decides about a field, most particular first.
struct Rule {
  std::string_view field;  // the last name in the path, or "slabs" for the list itself
  std::vector<ClauseRef> clauses;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> rules{
      {"name", {"slab.destroy.busy", "slab.create.chain_front", "slab.destroy.done"}},
      {"chain", {"slab.destroy.busy", "slab.create.chain_front", "slab.destroy.done"}},
      {"clock_searchp", {"slab.destroy.clock_moves", "slab.reap.perfect", "slab.reap.scan"}},
      {"number",
       {"slab.free.was_full", "slab.free.becomes_free", "slab.reap.four_fifths", "slab.shrink.free_slabs",
        "slab.grow.appended"}},
      {"slabs",
       {"slab.reap.four_fifths", "slab.reap.nothing", "slab.shrink.free_slabs", "slab.grow.appended",
        "slab.grow.null.no_management", "slab.grow.null.no_pages"}},
      {"firstnotfull",
       {"slab.alloc.slab_fills", "slab.free.was_full", "slab.free.becomes_free", "slab.shrink.free_slabs",
        "slab.grow.appended"}},
      {"inuse",
       {"slab.free.was_full", "slab.free.becomes_free", "slab.free.stays_partial", "slab.free.head_of_chain",
        "slab.release.management", "slab.destroy.done", "slab.alloc.first_not_full"}},
      {"free", {"slab.alloc.head_of_chain", "slab.free.head_of_chain", "slab.grow.appended"}},
      {"colouroff", {"slab.grow.colour_wraps", "slab.grow.colour"}},
      {"colour_next", {"slab.grow.colour_wraps", "slab.grow.colour"}},
      {"mgmt", {"slab.grow.management.outside", "slab.grow.management.inside"}},
      {"grown", {"slab.reap.passes.grown", "slab.grow.colour_wraps", "slab.grow.colour"}},
      {"objsize",
       {"slab.create.align.halved", "slab.create.align.line", "slab.create.word_rounding",
        "slab.create.align.word"}},
      {"num", {"slab.create.estimate"}},
      {"gfporder", {"slab.create.order.forced", "slab.create.order.at_limit", "slab.create.order.fits_well"}},
      {"colour", {"slab.create.management.moved_back", "slab.create.colour.offset", "slab.create.colour.line"}},
      {"colour_off", {"slab.create.colour.offset", "slab.create.colour.line"}},
      {"slab_size", {"slab.create.estimate"}},
      {"left_over",
       {"slab.create.management.moved_back", "slab.create.management.outside", "slab.create.estimate"}},
      {"flags",
       {"slab.create.management.moved_back", "slab.create.management.outside", "slab.create.optimize",
        "slab.grow.constructor.atomic", "slab.grow.constructor"}},
      {"slabp_cache", {"slab.create.management.moved_back", "slab.create.management.outside"}},
      {"descr", {"slab.create.descriptor"}},
      {"gfp", {"slab.grow.mask"}},
      {"cache",
       {"slab.kmalloc.dma", "slab.kmalloc.smallest", "slab.reap.worth.order", "slab.reap.worth.constructor",
        "slab.reap.worth"}},
      {"index", {"slab.alloc.head_of_chain"}},
      {"slab", {"slab.alloc.first_not_full"}},
  };
  return rules;
}

/// `chain[4].slabs[0].inuse`: "inuse"; `chain[4].slabs[2]`, an element that one of two lists has not got: "slabs".
std::string last_name(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('.') + 1);
  return std::string(last.substr(0, last.find('[')));
}

const Clause* first_of(std::span<const ClauseRef> clauses, const Because& because) {
  for (const ClauseRef clause : clauses) {
    if (std::ranges::find(because, clause) != because.end()) return &*clause;
  }
  return nullptr;
}

/// An effect that one of the two has not got, or another one: what decided that it happens.
const Clause* about_whole_effects(const Because& because) {
  static const std::vector<ClauseRef> clauses{"slab.grow.null.no_management", "slab.release.management",
                                              "slab.release.destructor",      "slab.reap.four_fifths",
                                              "slab.shrink.free_slabs",       "slab.release.pages",
                                              "slab.grow.constructor",        "slab.reap.nothing",
                                              "slab.grow.management.outside", "slab.grow.mask"};
  return first_of(clauses, because);
}

}  // namespace

const Clause& Checking<SlabFamily>::clause_to_blame(Finding::Kind kind, std::string_view path,
                                                    const Because& because) {
  if (kind == Finding::Kind::effects && last_name(path) == "effects") {
    if (const Clause* clause = about_whole_effects(because)) return *clause;
  }
  const auto rule = std::ranges::find(rules(), last_name(path), &Rule::field);
  if (rule != rules().end()) {
    if (const Clause* clause = first_of(rule->clauses, because)) return *clause;
  }
  return *because.back();
}

}  // namespace refmm
