#include <refmm/tests/kernel_map_check.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace refmm {

namespace {

/// What decides about a part of the state, or of an answer, most particular first.
struct Rule {
  std::string_view path;  // the path begins like this
  std::vector<ClauseRef> clauses;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> rules{
      {"result",
       {"kernel.get_vm_area.first_fit", "kernel.ioremap.offset", "kernel.get_vm_area.behind_last",
        "paging.kernel.synced", "paging.kernel.present", "paging.kernel.bad_area", "paging.kernel.sigsegv",
        "paging.quick_lists.trimmed", "kernel.kmap.again", "kernel.kmap.new"}},
      {"vmlist",
       {"kernel.get_vm_area.first_fit", "kernel.get_vm_area.behind_last", "kernel.vmalloc.undone",
        "kernel.vfree.unmaps", "kernel.get_vm_area.no_room", "kernel.vfree.unknown", "kernel.vfree.unaligned"}},
      {"swapper_pg_dir", {"paging.table.quick_list", "paging.table.fresh", "paging.table.none"}},
      {"tables",
       {"kernel.vfree.unmaps", "kernel.ioremap.covers", "kernel.vmalloc.pages", "kernel.kmap.new",
        "kernel.kmap.round", "paging.map_user", "paging.table.fresh", "paging.table.quick_list"}},
      {"pgds",
       {"paging.kernel.synced", "paging.kernel.bad_area", "paging.kernel.sigsegv", "paging.pgd_alloc.fresh",
        "paging.pgd_alloc.quick_list", "paging.pgd_free_fast", "paging.pgd_free", "paging.map_user",
        "paging.clear_page_tables"}},
      {"pgd_quicklist", {"paging.pgd_free_fast", "paging.pgd_alloc.quick_list", "paging.quick_lists.trimmed"}},
      {"pte_quicklist", {"paging.pte_free_fast", "paging.table.quick_list", "paging.quick_lists.trimmed"}},
      {"pgtable_cache_size",
       {"paging.pgd_free_fast", "paging.pgd_alloc.quick_list", "paging.pte_free_fast", "paging.table.quick_list",
        "paging.quick_lists.trimmed"}},
      {"stale",
       {"paging.tlb.flushed_before_reuse", "paging.tlb.flush_global", "paging.tlb.flush", "paging.tlb.stale"}},
      {"frames",
       {"kernel.vfree.frames", "kernel.frames.given_back", "kernel.vmalloc.frames", "kernel.frames.taken",
        "kernel.frames.reserved"}},
      {"pkmap", {"kernel.kmap.new", "kernel.kmap.round", "kernel.kmap.again", "kernel.kunmap.high"}},
      {"knobs", {"kernel.knobs"}},
      {"objs_made", {"kernel.get_vm_area.no_element"}},
  };
  return rules;
}

}  // namespace

const Clause& Checking<KernelMapFamily>::clause_to_blame(Finding::Kind, std::string_view path,
                                                         const Because& because) {
  for (const Rule& rule : rules()) {
    // `pgd_quicklist` is no `pgds`, and `pgds_made` neither.
    if (!path.starts_with(rule.path) ||
        (path.size() > rule.path.size() && path[rule.path.size()] != '[' && path[rule.path.size()] != '.'))
      continue;
    for (const ClauseRef clause : rule.clauses) {
      if (std::ranges::find(because, clause) != because.end()) return *clause;
    }
  }
  return *because.back();
}

}  // namespace refmm
