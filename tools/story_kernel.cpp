// The picture of the kernel's half of the address space: its areas to scale, and the page directories side by side.
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/tools/story_pictures.hpp>
#include <refmm/tools/story_space.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace refmm::story {

namespace {

using State = KernelMapFamily::State;
using Word = std::uint32_t;
using kernel_map::frame_of;
using to_scale::size_of;

constexpr std::size_t most_frames = 64;  // of a table or a list, one by one

std::string flags_text(Word entry) { return fmt::format("{:#05x}", entry & 0xfff); }

/// What a slot of a directory says, and how that compares with swapper_pg_dir.
Range slot_of(const Machine& machine, Word slot, Word entry, Word of_swapper, bool is_swapper) {
  const Place bytes = Place{machine.page_size} * machine.entries_per_table, begin = slot * bytes;
  std::string what = (entry & paging::PAGE_PSE) != 0 ? "4 MB page" : entry == 0 ? "absent" : "table";
  std::string detail = fmt::format("slot {}, {:08x}: {}", slot, begin, what);
  if (entry != 0) detail += fmt::format(" pfn {}, flags {}", frame_of<Word>(machine, entry), flags_text(entry));
  std::string tone = (entry & paging::PAGE_PSE) != 0 ? "large" : "kernel";
  if (slot < kernel_map::user_slots(machine)) {
    tone = "memory";
  } else if (!is_swapper && entry != of_swapper) {
    tone = entry == 0 ? "absent" : "bad";
    detail += entry == 0 ? "; swapper_pg_dir has an entry" : "; differs from swapper_pg_dir";
  }
  return {begin, begin + bytes, tone, "", std::move(detail)};
}

Row directory_of(const std::string& title, const std::string& note, const Machine& machine,
                 const paging::Entries<Word>& entries, const paging::Entries<Word>& swapper, bool is_swapper) {
  std::vector<Range> ranges;
  const Place bytes = Place{machine.page_size} * machine.entries_per_table;
  Place begin = Place{kernel_map::user_slots(machine)} * bytes;
  for (Word slot = 0; slot < machine.entries_per_table; ++slot) {
    const Word own = lookup(entries, slot), of_swapper = lookup(swapper, slot);
    if (own == 0 && (of_swapper == 0 || is_swapper || slot < kernel_map::user_slots(machine))) continue;
    if (slot < kernel_map::user_slots(machine)) begin = 0;
    ranges.push_back(slot_of(machine, slot, own, of_swapper, is_swapper));
  }
  // Slots of the direct mapping are alike: 4 MB pages one after the other.
  return grid_of(title, note, ranges, begin, Place{machine.entries_per_table} * bytes, bytes);
}

Panel directories(const State& state, const Machine& machine) {
  Panel panel{"page directories",
              fmt::format("a square is a slot of {}; from {:08x} on where a process has nothing below",
                          size_of(Place{machine.page_size} * machine.entries_per_table), machine.page_offset),
              {}};
  panel.rows.push_back(
      directory_of("swapper_pg_dir", "", machine, state.swapper_pg_dir, state.swapper_pg_dir, true));
  for (const auto& pgd : state.pgds)
    panel.rows.push_back(directory_of(fmt::format("process {}", pgd.number), fmt::format("in pfn {}", pgd.pfn),
                                      machine, pgd.entries, state.swapper_pg_dir, false));
  for (std::size_t i = 0; i < state.pgd_quicklist.size(); ++i) {
    const auto& pgd = state.pgd_quicklist[i];
    panel.rows.push_back(directory_of(fmt::format("quick list {}", i + 1), fmt::format("in pfn {}", pgd.pfn),
                                      machine, pgd.entries, state.swapper_pg_dir, false));
  }
  return panel;
}

Panel areas(const State& state, const KernelMapFamily::Boot& boot) {
  const Machine& machine = boot.kernel.machine;
  Panel panel{
      "vmalloc areas",
      fmt::format("between {:08x} and {:08x}", kernel_map::vmalloc_start(boot), kernel_map::vmalloc_end(boot)),
      {}};
  std::vector<Range> ranges;
  Row table{"vmlist", "in the order of the list", Form::table, {}};
  for (const auto& area : state.vmlist) {
    const std::string kind = area.flags == kernel_map::AreaKind::vmalloc ? "vmalloc" : "ioremap";
    const Place end = Place{area.addr} + area.size, guard = end - std::min<Place>(machine.page_size, area.size);
    const std::string what = fmt::format("{} {}, {} with its guard page, element {}", range_text(area.addr, end),
                                         kind, size_of(area.size), area.obj);
    ranges.push_back({area.addr, guard, kind, kind, what});
    ranges.push_back({guard, end, "guard", "",
                      fmt::format("{}: guard page of the area at {:08x}", range_text(guard, end), area.addr)});
    std::string key = fmt::format("{:08x}", area.addr);
    table.cells.push_back({key + fmt::format(" {}", area.obj), kind, range_text(area.addr, end),
                           what.substr(what.find(' ') + 1), 0, 0});
  }
  if (ranges.empty()) return panel;
  panel.rows = rows_to_scale("to scale", std::move(ranges), machine.page_size);
  panel.rows.push_back(std::move(table));
  return panel;
}

/// The entries of a table, in runs of frames that follow each other.
std::string entries_text(const Machine& machine, const paging::Entries<Word>& entries) {
  std::string text;
  std::size_t runs = 0;
  for (auto at = entries.written.begin(); at != entries.written.end();) {
    auto end = std::next(at);
    Word length = 1;
    while (end != entries.written.end() && end->first == at->first + length &&
           end->second == at->second + length * machine.page_size)
      ++end, ++length;
    if (++runs > most_frames) return text + ", ...";
    const Word pfn = frame_of<Word>(machine, at->second);
    text += fmt::format("{}{}{} to pfn {}{} {}", text.empty() ? "" : ", ", at->first,
                        length > 1 ? fmt::format("..{}", at->first + length - 1) : "", pfn,
                        length > 1 ? fmt::format("..{}", pfn + length - 1) : "", flags_text(at->second));
    at = end;
  }
  return text.empty() ? "no entries" : text;
}

Panel tables(const State& state, const Machine& machine) {
  Panel panel{"page tables", fmt::format("{}", to_scale::counted(state.tables.size(), "table")), {}};
  Row row{"tables", "by the frame that they are in; slots and what they lead to", Form::table, {}};
  for (const auto& [pfn, entries] : state.tables)
    row.cells.push_back(
        {fmt::format("{}", pfn), "table-page", fmt::format("pfn {}", pfn), entries_text(machine, entries), 0, 0});
  if (!row.cells.empty()) panel.rows.push_back(std::move(row));
  return panel;
}

Panel lists(const State& state, const KernelMapFamily::Boot& boot) {
  Panel panel{"frames and the TLB",
              fmt::format("{} frames free, {} frames on the quick lists", kernel_map::free_frames(boot, state),
                          state.pgtable_cache_size),
              {}};
  Row frames{"frames", "that are not free", Form::list, {}};
  for (const auto& [pfn, frame] : state.frames.written) {
    if (frame.free || frames.cells.size() == most_frames) continue;
    frames.cells.push_back(
        {fmt::format("{}", pfn), frame.reserved ? "reserved" : "used", fmt::format("{}", pfn),
         fmt::format("pfn {}: count {}{}", pfn, frame.count, frame.reserved ? ", reserved" : ""), 0, 0});
  }
  Row stale{"stale", "what the TLB may hold although the tables do not", Form::list, {}};
  for (const auto& [page, entry] : state.stale) {
    if (stale.cells.size() == most_frames) break;
    const std::string key = fmt::format("{:08x} {:08x}", page, entry);
    stale.cells.push_back(
        {key, "bad", fmt::format("{:08x}", page), fmt::format("{:08x} as {:08x}", page, entry), 0, 0});
  }
  Row mapped{"high frames", "mapped by kmap, with their counts", Form::list, {}};
  for (const auto& [slot, count] : state.pkmap.count.written)
    if (count != 0)
      mapped.cells.push_back({fmt::format("{}", slot), "shared", fmt::format("slot {}: {}", slot, count),
                              fmt::format("slot {} of the window: count {}", slot, count), 0, 0});
  for (Row* row : {&frames, &stale, &mapped})
    if (!row->cells.empty()) panel.rows.push_back(std::move(*row));
  return panel;
}

}  // namespace

Picture picture_of(const KernelMapFamily::State& state, const KernelMapFamily::Boot& boot) {
  const Machine& machine = boot.kernel.machine;
  return {{areas(state, boot), directories(state, machine), tables(state, machine), lists(state, boot)}};
}

}  // namespace refmm::story
