#include <refmm/tests/buddy_check.hpp>

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
      {"value", {"buddy.alloc.upper_half", "buddy.alloc.front", "buddy.alloc.first_order_with_a_block"}},
      {"pfn", {"buddy.free.partner", "buddy.alloc.upper_half", "buddy.alloc.front", "buddy.free.front"}},
      {"order",
       {"buddy.free.merges", "buddy.alloc.first_order_with_a_block", "buddy.alloc.upper_half",
        "buddy.free.front"}},
      {"bit", {"buddy.free.largest", "buddy.free.partner", "buddy.alloc.upper_half"}},
      {"free_list",
       {"buddy.alloc.upper_half", "buddy.alloc.front", "buddy.free.merges", "buddy.free.front",
        "buddy.boot.bootmap", "buddy.boot.reserved_stay", "buddy.boot.one_by_one"}},
      {"map", {"buddy.free.largest", "buddy.free.partner", "buddy.alloc.upper_half", "buddy.boot.one_by_one"}},
      {"count",
       {"buddy.alloc.count", "buddy.get_page.counts", "buddy.free.reserved", "buddy.free.still_held",
        "buddy.free.last_reference", "buddy.boot_free.one_by_one"}},
      {"age", {"buddy.free.first_frame"}},
      {"flags",
       {"buddy.mark.sets", "buddy.free.first_frame", "buddy.boot_free.one_by_one", "buddy.boot.reserved_stay"}},
      {"buffers", {"buddy.mark.sets"}},
      {"mapping", {"buddy.mark.sets"}},
  };
  return rules;
}

/// `free_area[4].free_list[0]`: "free_list".
std::string_view last_name(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('.') + 1);
  return last.substr(0, last.find('['));
}

}  // namespace

const Clause& Checking<BuddyFamily>::clause_to_blame(Finding::Kind, std::string_view path,
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
