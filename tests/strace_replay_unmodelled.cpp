// Calls about memory areas that the model does not have, or that have no result: what is known behind them.
#include <refmm/model/since.hpp>
#include <refmm/tests/strace_replay_request.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace refmm::strace {
namespace {

constexpr Native advice_dont_fork = 10, advice_do_fork = 11;

/// MADV_DONTFORK and MADV_DOFORK: whether a child of fork gets the memory.
void set_forking(Space& space, Range range, bool forks) {
  model::EraStep<Native> step{std::move(space.state), vma::Nothing{}, {}, {}};
  step = model::split_around<Native>(space.kernel, std::move(step), range.begin, range.end);
  space.state = std::move(step.state);
  const Native flag = vma::VM_DONTCOPY;
  for (vma::Area<Native>& area : space.state.base.mm.areas) {
    if (area.vm_start < range.begin || area.vm_end > range.end) continue;
    area.vm_flags = forks ? area.vm_flags & ~flag : area.vm_flags | flag;
  }
}

/// Advice that areas keep, and that only those that are alike in it are joined with: MADV_MERGEABLE to MADV_KEEPONFORK.
bool is_kept(Native advice) { return advice >= 12 && advice <= 19; }

/// Memory of huge pages, rounded to the size that the call asks for.
Range huge_range(Native begin, Native length, Native flags) {
  const Native shift = flags >> 26 & 0x3f, size = shift == 0 ? Native{2} << 20 : Native{1} << shift;
  return {begin, begin + ((length + size - 1) & ~(size - 1))};
}

/// Up to the next area that is known.
Range up_to_next_area(const Space& space, Native begin) {
  for (const vma::Area<Native>& area : space.state.base.mm.areas) {
    if (area.vm_start > begin) return {begin, area.vm_start};
  }
  return {begin, whole(space).end};
}

}  // namespace

Judgement pass_over(Space space, const Call& call) {
  const bool succeeded = call.result.kind == Result::Kind::value;
  const Native value = call.result.value, length = argument(call, 1).value_or(0);
  if (succeeded && call.name == "madvise") {
    const Native advice = argument(call, 2).value_or(0);
    const Range range = pages(argument(call, 0).value_or(0), length);
    assume_mapped(space, range);
    if (advice == advice_dont_fork || advice == advice_do_fork)
      set_forking(space, range, advice == advice_do_fork);
    if (is_kept(advice)) space.vague.add(range);
  } else if (call.name == "pkey_mprotect" || call.name == "mbind" || call.name == "remap_file_pages" ||
             call.name == "mseal") {
    for (const Range& range : named_ranges(call)) forget(space, range);
  } else if (succeeded && (call.name.find("mmap") != std::string::npos || call.name == "map_shadow_stack")) {
    forget(space, huge_range(value, length, argument(call, 3).value_or(0)));
  } else if (succeeded && call.name == "shmat") {
    forget(space, up_to_next_area(space, value));
  }
  return {Verdict::not_modelled, std::move(space), {}, {}, {}};
}

/// A call without a result may have done all that it could, anywhere.
Judgement without_result(Space space, const Call& call) {
  for (const Range& range : named_ranges(call)) forget(space, range);
  if (call.name == "brk") space.knows_break = false;
  if (call.name == "brk" || call.name == "mremap" || descriptor_of(call) || call.name.find("mmap") == 0) {
    space.known = {};
    for (const vma::Area<Native>& area : space.state.base.mm.areas) space.known.add({area.vm_start, area.vm_end});
  }
  return {Verdict::no_result, std::move(space), {}, {}, {}};
}

bool is_about_areas(std::string_view name) {
  constexpr std::array<std::string_view, 30> names{"brk",
                                                   "cachestat",
                                                   "madvise",
                                                   "map_shadow_stack",
                                                   "mbind",
                                                   "mincore",
                                                   "mlock",
                                                   "mlock2",
                                                   "mlockall",
                                                   "mmap",
                                                   "mmap2",
                                                   "mprotect",
                                                   "mremap",
                                                   "mseal",
                                                   "msync",
                                                   "munlock",
                                                   "munlockall",
                                                   "munmap",
                                                   "old_mmap",
                                                   "pkey_alloc",
                                                   "pkey_free",
                                                   "pkey_mprotect",
                                                   "process_madvise",
                                                   "process_mrelease",
                                                   "remap_file_pages",
                                                   "set_mempolicy_home_node",
                                                   "shmat",
                                                   "shmdt",
                                                   "uselib",
                                                   "userfaultfd"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace refmm::strace
