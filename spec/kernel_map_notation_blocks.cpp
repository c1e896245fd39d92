// The blocks that answer the queries of the kernel family.

#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace refmm::kernel_map {
namespace {

using Word = std::uint32_t;

/// `768`, `768..783`.
std::string run_of(Word first, Word last) {
  return first == last ? fmt::format("{}", first) : fmt::format("{}..{}", first, last);
}

/// `768..783,1023`; `-` for none. Ascending.
std::string runs_of(const std::vector<Word>& numbers) {
  if (numbers.empty()) return "-";
  std::string text;
  for (std::size_t first = 0; first != numbers.size();) {
    std::size_t behind = first + 1;
    while (behind != numbers.size() && numbers[behind] == numbers[behind - 1] + 1) ++behind;
    text += (text.empty() ? "" : ",") + run_of(numbers[first], numbers[behind - 1]);
    first = behind;
  }
  return text;
}

/// `1029,1028`; `-` for none.
std::string list_of(const std::vector<Word>& numbers) {
  return numbers.empty() ? "-" : fmt::format("{}", fmt::join(numbers, ","));
}

// ---- Directory entries ----------------------------------------------------------------------------------------

/// Slots one behind the other, whose entries differ only in their frames, and these follow each other.
struct SlotRun {
  Word first, last;  // slots
  Word pfn;          // of the first
  Word flags;
};

Word frames_of_entry(const Machine& machine, Word flags) {
  return (flags & paging::PAGE_PSE) != 0 ? machine.entries_per_table : 1;
}

std::vector<SlotRun> slot_runs(const Machine& machine, const Entries<Word>& directory) {
  std::vector<SlotRun> runs;
  for (const auto& [slot, entry] : directory.written) {
    const Word pfn = frame_of<Word>(machine, entry), flags = flags_of<Word>(machine, entry);
    const auto goes_on = [&](const SlotRun& run) {
      return slot == run.last + 1 && flags == run.flags &&
             pfn == run.pfn + (slot - run.first) * frames_of_entry(machine, flags);
    };
    if (!runs.empty() && goes_on(runs.back()))
      runs.back().last = slot;
    else
      runs.push_back({slot, slot, pfn, flags});
  }
  return runs;
}

// ---- Pages ----------------------------------------------------------------------------------------------------

/// Pages with one kind of content, from `first` on.
struct PageRun {
  Word first;   // the address of the first page
  Word pages;   // how many
  bool mapped;  // or nothing
  Word pfn;     // of the first page
  Word flags;
  Word step;  // from one frame to the next: 0 or 1; of a single page nothing is known
};

/// The run with another page behind it, if that goes on with it.
std::optional<PageRun> with_page(PageRun run, const std::optional<paging::Translation<Word>>& page, Word pfn,
                                 Word flags) {
  if (page.has_value() != run.mapped) return std::nullopt;
  if (run.mapped) {
    if (flags != run.flags) return std::nullopt;
    const Word step = pfn - (run.pfn + (run.pages - 1) * run.step);
    if (step > 1 || (run.pages > 1 && step != run.step)) return std::nullopt;
    run.step = step;
  }
  ++run.pages;
  return run;
}

std::vector<PageRun> page_runs(const Machine& machine, const State<Word>& state, Word first, Word last) {
  std::vector<PageRun> runs;
  const Word pages = (last - first) / machine.page_size;
  for (Word i = 0; i != pages; ++i) {
    const Word addr = first + i * machine.page_size;
    const auto page = translation<Word>(machine, state, addr);
    const Word pfn = page ? page->phys / machine.page_size : 0;
    const Word flags = page ? flags_of<Word>(machine, page->entry) : 0;
    if (const auto longer = runs.empty() ? std::nullopt : with_page(runs.back(), page, pfn, flags))
      runs.back() = *longer;
    else
      runs.push_back({addr, 1, page.has_value(), pfn, flags, 0});
  }
  return runs;
}

std::string content_of(const PageRun& run) {
  if (!run.mapped) return "none";
  const bool repeated = run.pages > 1 && run.step == 0;
  return fmt::format("pfn {}{} {}", repeated ? run_of(run.pfn, run.pfn) : run_of(run.pfn, run.pfn + run.pages - 1),
                     repeated ? " repeated" : "", entry_flags_notation(run.flags));
}

}  // namespace

std::vector<std::string> vmlist_block(const State<Word>& state) {
  std::vector<std::string> lines;
  for (const VmStruct<Word>& area : state.vmlist) {
    lines.push_back(fmt::format("{:08x}-{:08x} 0x{:08x} {}", area.addr, area.addr + area.size, area.size,
                                area.flags == AreaKind::vmalloc ? "vmalloc" : "ioremap"));
  }
  return lines;
}

std::vector<std::string> pde_block(const Machine& machine, const Entries<Word>& directory) {
  std::vector<std::string> lines;
  for (const SlotRun& run : slot_runs(machine, directory)) {
    const Word frames = frames_of_entry(machine, run.flags);
    const Word last = run.pfn + (run.last - run.first + 1) * frames - 1;
    lines.push_back(fmt::format("{} {} pfn {} {}", run_of(run.first, run.last), frames == 1 ? "table" : "4m",
                                run_of(run.pfn, last), entry_flags_notation(run.flags)));
  }
  return lines;
}

std::vector<std::string> translate_block(const Machine& machine, const State<Word>& state, Word addr) {
  const auto found = translation<Word>(machine, state, addr);
  if (!found) return {"none"};
  return {
      fmt::format("phys 0x{:08x} {}", found->phys, entry_flags_notation(flags_of<Word>(machine, found->entry)))};
}

std::vector<std::string> map_block(const Machine& machine, const State<Word>& state, Word first, Word last) {
  std::vector<std::string> lines;
  for (const PageRun& run : page_runs(machine, state, first, last)) {
    const Word end = run.first + run.pages * machine.page_size;
    lines.push_back(fmt::format("{:08x}-{:08x} {}", run.first, end, content_of(run)));
  }
  return lines;
}

std::vector<std::string> pgds_block(const State<Word>& state) {
  std::vector<std::string> lines;
  for (const Pgd<Word>& pgd : state.pgds) lines.push_back(fmt::format("pgd {} pfn {}", pgd.number, pgd.pfn));
  return lines;
}

std::vector<std::string> sharing_block(const Machine& machine, const State<Word>& state) {
  std::vector<std::string> lines;
  for (const Pgd<Word>& pgd : state.pgds) {
    std::vector<Word> same, absent, differ;
    for (Word slot = user_slots(machine); slot != machine.entries_per_table; ++slot) {
      const Word own = lookup(pgd.entries, slot), of_swapper = lookup(state.swapper_pg_dir, slot);
      if (own == 0 && of_swapper == 0) continue;
      (own == of_swapper ? same : own == 0 ? absent : differ).push_back(slot);
    }
    lines.push_back(fmt::format("pgd {} same {} absent {} differ {}", pgd.number, runs_of(same), runs_of(absent),
                                runs_of(differ)));
  }
  return lines;
}

std::vector<std::string> cache_block(const State<Word>& state) {
  std::vector<Word> pgds;
  for (const Pgd<Word>& pgd : state.pgd_quicklist) pgds.push_back(pgd.pfn);
  return {"pgd " + list_of(pgds), "pte " + list_of(state.pte_quicklist),
          fmt::format("size {}", state.pgtable_cache_size)};
}

std::vector<std::string> frame_block(const Boot<Word>& boot, const State<Word>& state, Word pfn) {
  const Frame frame = frame_at(boot, state, pfn);
  return {fmt::format("count {}{}{}", frame.count, frame.reserved ? " reserved" : "", frame.free ? " free" : "")};
}

std::vector<std::string> frames_block(const Boot<Word>& boot, const State<Word>& state) {
  return {fmt::format("free {}", free_frames(boot, state))};
}

std::vector<std::string> answer(const Question& question, const State<Word>& state) {
  using enum Question::Block;
  const Machine& machine = question.boot.kernel.machine;
  switch (question.block) {
    case vmlist:
      return vmlist_block(state);
    case pde:
      if (question.pgd != 0 && pgd_numbered(state, question.pgd) == nullptr) return {};
      return pde_block(machine, directory(state, question.pgd));
    case translate:
      return translate_block(machine, state, question.first);
    case map:
      return map_block(machine, state, question.first, question.last);
    case pgds:
      return pgds_block(state);
    case sharing:
      return sharing_block(machine, state);
    case cache:
      return cache_block(state);
    case frame:
      return frame_block(question.boot, state, question.first);
    case frames:
      return frames_block(question.boot, state);
  }
  return {};
}

}  // namespace refmm::kernel_map
