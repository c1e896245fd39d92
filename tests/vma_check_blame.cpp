#include <refmm/tests/vma_check.hpp>

#include <algorithm>
#include <span>

namespace refmm {

namespace {

/// What decides about a field, most particular first.
struct Rule {
  std::string_view field;  // the last name in the path, or "areas" for the list itself
  std::vector<ClauseRef> clauses;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> rules{
      {"areas",
       {"vma.munmap.hole", "vma.munmap.whole", "vma.munmap.tail", "vma.munmap.head", "vma.mremap.moves",
        "vma.mremap.maps_again", "vma.mremap.shrinks", "vma.split.middle", "vma.split.start", "vma.split.end",
        "vma.do_brk.lengthens", "vma.do_brk.new_area", "vma.mmap.fixed", "vma.mmap.anywhere", "vma.exit.areas"}},
      {"vm_start",
       {"vma.stack.grows", "vma.munmap.head", "vma.munmap.hole", "vma.mremap.moves", "vma.split.start",
        "vma.split.end", "vma.split.middle", "vma.mmap.anywhere", "vma.mmap.fixed"}},
      {"vm_end",
       {"vma.mremap.grows_in_place", "vma.do_brk.lengthens", "vma.munmap.tail", "vma.munmap.hole",
        "vma.mremap.moves", "vma.split.start", "vma.split.end", "vma.split.middle"}},
      {"vm_pgoff",
       {"vma.stack.grows", "vma.munmap.head", "vma.munmap.hole", "vma.mremap.moves", "vma.split.end",
        "vma.split.middle", "vma.mmap.area"}},
      {"vm_flags",
       {"vma.mprotect.exactly", "vma.mlock.locks", "vma.mlock.unlocks", "vma.mlockall.current",
        "vma.mlockall.unlocks", "vma.mmap.demoted", "vma.mmap.permissions", "vma.mmap.area",
        "vma.do_brk.new_area"}},
      {"vm_file", {"vma.mmap.shared_memory", "vma.mmap.area"}},
      {"total_vm",
       {"vma.mremap.grows_in_place", "vma.mremap.moves", "vma.stack.grows", "vma.do_brk.lengthens",
        "vma.munmap.exactly", "vma.mmap.area"}},
      {"locked_vm",
       {"vma.mlock.locks", "vma.mlock.unlocks", "vma.mlockall.current", "vma.mlockall.unlocks",
        "vma.mremap.locked", "vma.stack.locked", "vma.do_brk.locked", "vma.mmap.locked", "vma.munmap.exactly"}},
      {"map_count", {"vma.munmap.hole", "vma.munmap.whole", "vma.split.middle", "vma.mmap.area"}},
      {"brk", {"vma.brk.grows", "vma.brk.shrinks", "vma.brk.same_page", "vma.brk.refused"}},
      {"def_flags", {"vma.mlockall.future"}},
      {"i_writecount",
       {"vma.munmap.denywrite", "vma.mmap.denywrite", "vma.file.released", "vma.open.counts_writer"}},
      {"i_mmap", {"vma.munmap.hole", "vma.mremap.moves", "vma.split.middle", "vma.mmap.area"}},
      {"i_mmap_shared", {"vma.munmap.hole", "vma.mremap.moves", "vma.split.middle", "vma.mmap.area"}},
      {"f_count", {"vma.close.drops_reference", "vma.munmap.hole", "vma.munmap.whole", "vma.mmap.area"}},
      {"fd", {"vma.close.drops_reference", "vma.open.lowest_descriptor"}},
      {"first", {"vma.munmap.page_tables"}},
      {"nr", {"vma.munmap.page_tables"}},
      {"prot", {"vma.mprotect.page_protection"}},
      {"value",
       {"vma.unmapped.first_fit", "vma.mremap.moves", "vma.mmap.fixed", "vma.brk.refused", "vma.brk.grows"}},
  };
  return rules;
}

/// `mm.areas[4].vm_end`: "vm_end"; `mm.areas[2]`, an element that one of two lists has not got: "areas".
std::string_view last_name(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('.') + 1);
  return last.substr(0, last.find('['));
}

const Clause* first_of(std::span<const ClauseRef> clauses, const Because& because) {
  for (const ClauseRef clause : clauses) {
    if (std::ranges::find(because, clause) != because.end()) return &*clause;
  }
  return nullptr;
}

}  // namespace

const Clause& Checking<VmaFamily>::clause_to_blame(Finding::Kind, std::string_view path, const Because& because) {
  const auto rule = std::ranges::find(rules(), last_name(path), &Rule::field);
  if (rule != rules().end()) {
    if (const Clause* clause = first_of(rule->clauses, because)) return *clause;
  }
  return *because.back();
}

}  // namespace refmm
