#include <refmm/tests/malloc_check.hpp>

#include <algorithm>
#include <vector>

namespace refmm {

namespace {

/// What decides about a field, most particular first.
struct Rule {
  std::string_view field;  // the last name in the path
  std::vector<ClauseRef> clauses;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> rules{
      {"value",
       {"malloc.malloc.best_fit", "malloc.memalign.leader", "malloc.memalign.mapped", "malloc.realloc.into_next",
        "malloc.realloc.into_top", "malloc.realloc.shrinks", "malloc.realloc.remaps", "malloc.realloc.same_pages",
        "malloc.mapped.own_mapping", "malloc.top.front", "malloc.usable_size", "malloc.trim.whole_pages"}},
      {"words",
       {"malloc.perturb", "malloc.bins.link", "malloc.bins.unlink", "malloc.split.rest", "malloc.split.whole",
        "malloc.free.merges_before", "malloc.free.merges_behind", "malloc.memalign.mapped",
        "malloc.mapped.own_mapping", "malloc.realloc.remaps", "malloc.grow.fence", "malloc.top.front"}},
      {"top", {"malloc.free.joins_top", "malloc.top.front", "malloc.grow.new_region"}},
      {"top_end", {"malloc.trim.whole_pages", "malloc.grow.goes_on", "malloc.grow.new_region"}},
      {"regions", {"malloc.grow.new_region"}},
      {"mapped_blocks", {"malloc.free.unmaps", "malloc.mapped.own_mapping"}},
      {"brk", {"malloc.trim.whole_pages", "malloc.grow.goes_on", "malloc.grow.new_region", "malloc.grow.refused"}},
      {"len", {"malloc.mapped.own_mapping", "malloc.free.unmaps", "malloc.mapped.refused"}},
      {"new_len", {"malloc.realloc.remaps", "malloc.realloc.remap_refused"}},
  };
  return rules;
}

/// `effects[0].len`: "len"; `words[134524932]`: "words".
std::string_view last_name(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('.') + 1);
  return last.substr(0, last.find('['));
}

}  // namespace

const Clause& Checking<MallocFamily>::clause_to_blame(Finding::Kind, std::string_view path,
                                                      const Because& because) {
  const auto rule = std::ranges::find(rules(), last_name(path), &Rule::field);
  if (rule != rules().end()) {
    for (const ClauseRef clause : rule->clauses) {
      if (std::ranges::find(because, clause) != because.end()) return *clause;
    }
  }
  return *because.back();
}

}  // namespace refmm
