#include <refmm/tests/fault_check.hpp>

#include <algorithm>
#include <span>

namespace refmm {

namespace {

/// What decides about a part of a state, a result or an effect, most particular first.
struct Rule {
  std::string_view part;   // what the path of a difference begins with, and
  std::string_view field;  // the last name in it, if that matters
  std::vector<ClauseRef> clauses;
};

const std::vector<ClauseRef>& deciding_entries() {
  static const std::vector<ClauseRef> clauses{"fault.swapoff.entry",
                                              "fault.swapoff.dirty",
                                              "fault.msync.dirty_bit",
                                              "fault.move.entry",
                                              "fault.move.back",
                                              "fault.copy.write_protect",
                                              "fault.copy.shared",
                                              "fault.copy.slot",
                                              "fault.copy.reserved_page",
                                              "fault.copy.page",
                                              "fault.swap_out.anonymous",
                                              "fault.swap_out.swap_cache",
                                              "fault.swap_out.no_slot",
                                              "fault.swap_out.file",
                                              "fault.swap_out.clean",
                                              "fault.swap_out.reserved_page",
                                              "fault.wp.copies",
                                              "fault.wp.reserved_page",
                                              "fault.wp.sole_owner",
                                              "fault.wp.swap_cache_sole",
                                              "fault.swap_in.writable",
                                              "fault.swap_in.as_area",
                                              "fault.no_page.written",
                                              "fault.no_page.private",
                                              "fault.no_page.as_area",
                                              "fault.anonymous.fresh",
                                              "fault.anonymous.zero_page",
                                              "fault.present",
                                              "fault.protect.entry",
                                              "fault.zap.slot",
                                              "fault.zap.page",
                                              "fault.zap.reserved_page"};
  return clauses;
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> rules{
      {"memory.tables", "", deciding_entries()},
      {"memory.pgds",
       "",
       {"fault.table.freed", "fault.table.made", "fault.table.none", "process.fork", "process.exit"}},
      {"memory.rss",
       "",
       {"fault.wp.reserved_page", "fault.swapoff.entry", "fault.zap.rss", "fault.swap_out.anonymous",
        "fault.swap_out.swap_cache", "fault.swap_out.clean", "fault.swap_out.file", "fault.swap_in.writable",
        "fault.swap_in.as_area", "fault.no_page.written", "fault.no_page.as_area", "fault.anonymous.fresh",
        "process.fork"}},
      {"memory.mem_map",
       "flags",
       {"fault.zap.dirty_bit", "fault.msync.dirty_bit", "fault.msync.writes", "fault.swap_out.swap_cache",
        "fault.swap_out.anonymous", "fault.swap_out.file", "fault.shmem.from_slot", "fault.shmem.to_slot",
        "fault.shmem.fresh", "fault.reclaim.file", "fault.reclaim.swap_cache", "fault.file.read_again",
        "fault.swap_in.read", "fault.file.read_around", "process.write.copies", "process.write.reads_in",
        "process.read.again", "process.read.brought_in"}},
      {"memory.mem_map",
       "count",
       {"process.read.copies",  "process.write.copies",  "process.read.unreadable", "process.write.unreadable",
        "fault.copy.page",      "process.kiobuf.map",    "process.kiobuf.unmap",    "fault.slot.buffer",
        "fault.swap_in.cached", "fault.file.cached",     "fault.shmem.cached",      "fault.zap.swap_cache_freed",
        "fault.truncate.page",  "fault.swapoff.object",  "fault.swapoff.entry",     "fault.swap_out.anonymous",
        "fault.wp.copies",      "fault.file.early_copy", "fault.zap.page",          "fault.frame.last_reference",
        "fault.frame.lowest"}},
      {"memory.mem_map",
       "",
       {"fault.zap.swap_cache_freed", "fault.reclaim.only_the_cache", "fault.truncate.page", "fault.shmem.to_slot",
        "fault.shmem.from_slot", "fault.swap_out.anonymous", "fault.frame.last_reference", "fault.frame.lowest"}},
      {"memory.page_cache",
       "",
       {"fault.zap.swap_cache_freed", "fault.reclaim.only_the_cache", "fault.truncate.page", "fault.shmem.to_slot",
        "fault.shmem.from_slot", "fault.swapoff.object", "fault.shmem.fresh", "fault.file.read_around",
        "fault.file.alone", "fault.swap_in.read", "process.read.brought_in", "process.write.copies"}},
      {"memory.swap.swap_map",
       "",
       {"fault.truncate.slot", "fault.zap.slot", "fault.copy.slot", "fault.zap.swap_cache_freed",
        "fault.swap_out.swap_cache", "fault.swap_out.anonymous", "fault.shmem.to_slot", "fault.shmem.from_slot",
        "fault.slot.freed", "fault.slot.next_fit", "fault.slot.lowest"}},
      {"memory.swap.contents", "", {"fault.reclaim.swap_cache"}},
      {"memory.swap.cluster", "", {"fault.slot.next_fit", "fault.slot.lowest"}},
      {"memory.contents",
       "",
       {"process.write.behind_the_end", "process.write.reads_in", "process.write.copies", "process.read.copies",
        "fault.truncate.partial_page", "fault.wp.copies", "fault.file.early_copy", "fault.wp.reserved_page",
        "fault.swap_in.read", "fault.shmem.fresh", "fault.anonymous.fresh", "fault.file.read_again",
        "fault.file.read_around", "fault.file.alone", "process.debugger.poke", "process.put_user",
        "process.store"}},
      {"memory.objects",
       "i_size",
       {"process.truncate.shrinks", "process.truncate.grows", "process.write.grows", "fault.shmem.made",
        "fault.shmem.released"}},
      {"memory.objects", "disk", {"process.truncate.shrinks", "fault.msync.writes", "fault.reclaim.file"}},
      {"memory.objects",
       "",
       {"fault.shmem.released", "fault.truncate.page", "fault.truncate.slot", "fault.shmem.to_slot",
        "fault.shmem.from_slot", "fault.swapoff.object", "fault.cache.order", "fault.msync.writes"}},
      {"memory.raend", "", {"fault.file.sequential", "process.madvise.reading"}},
      {"memory.faults", "", {"process.settings"}},
      {"processes", "min_flt", {"process.fault.minor"}},
      {"processes", "maj_flt", {"process.fault.major"}},
      {"processes", "esp", {"process.esp"}},
      {"processes", "vm_start", {"process.stack.grows"}},
      {"processes", "vm_flags", {"process.madvise.reading"}},
      {"processes", "", {"process.fork.not_undone", "process.fork", "process.exit", "process.stack.grows"}},
      {"iobuf", "", {"process.kiobuf.map", "process.kiobuf.unmap"}},
      {"settings", "", {"process.settings"}},
  };
  return rules;
}

/// `memory.mem_map[3].count`: "count"; `memory.objects[1].disk[0].first`: "disk", what a page belongs to.
std::string_view last_name(std::string_view path) {
  if (path.find(".disk[") != path.npos) return "disk";
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

const Clause& Checking<FaultFamily>::clause_to_blame(Finding::Kind, std::string_view path,
                                                     const Because& because) {
  const std::string_view field = last_name(path);
  for (const Rule& rule : rules()) {
    if (!path.starts_with(rule.part) || (!rule.field.empty() && rule.field != field)) continue;
    if (const Clause* clause = first_of(rule.clauses, because)) return *clause;
  }
  return *because.back();
}

}  // namespace refmm
