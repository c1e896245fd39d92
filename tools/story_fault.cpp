// The picture of a machine with processes: its frames and who has them, the slots of the swap area, and of each process the address
// space and the page tables.
#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/fault_picture_frames.hpp>
#include <refmm/spec/fault_picture_lists.hpp>
#include <refmm/spec/fault_references.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/tools/story_pictures.hpp>
#include <refmm/tools/story_space.hpp>
#include <refmm/tools/story_vma.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::story {

namespace {

using State = FaultFamily::State;
using process::Drawn;

constexpr std::size_t most_entries = 256;  // of a process, one by one
constexpr std::uint32_t most_chips = 64;   // frames with their numbers; of more there is a grid

std::string tone_of(process::Kind kind) {
  using enum process::Kind;
  switch (kind) {
    case directory:
    case table:
      return "table-page";
    case memory:
      return "memory";
    case file:
      return "file";
    case shared_memory:
      return "shared";
    case swap_cache:
      return "swap";
    case held:
      return "used";
    case lost:
      return "bad";
    case free:
      break;
  }
  return "empty";
}

std::string detail_of(const Drawn& drawn, std::uint32_t pfn) {
  const bool is_free = process::kind_of(drawn, pfn) == process::Kind::free;
  return fmt::format("pfn {}: {}", pfn, is_free ? "free" : process::frame_text(drawn, pfn));
}

/// All frames of the pool.
Row frames_of(const Drawn& drawn) {
  const std::uint32_t end = drawn.state.memory.ram_pages + 1;
  if (end <= most_chips + 1) {
    Row row{"frames", "by their numbers", Form::list, {}};
    for (std::uint32_t pfn = 1; pfn < end; ++pfn)
      row.cells.push_back({fmt::format("{}", pfn), tone_of(process::kind_of(drawn, pfn)), fmt::format("{}", pfn),
                           detail_of(drawn, pfn), 0, 0});
    return row;
  }
  std::vector<Range> ranges;
  for (const std::uint32_t pfn : process::frames_to_show(drawn))
    ranges.push_back({pfn, Place{pfn} + 1, tone_of(process::kind_of(drawn, pfn)), "", detail_of(drawn, pfn)});
  return grid_of("frames", fmt::format("1..{}, a square each", end - 1), ranges, 1, end, 1);
}

Panel memory(const Drawn& drawn) {
  Panel panel{"page frames", to_scale::counted(drawn.state.memory.ram_pages, "frame"), {frames_of(drawn)}};
  Row table{"in use", "what makes up the count of each", Form::table, {}};
  for (const std::uint32_t pfn : process::frames_to_show(drawn)) {
    const bool is_explained = process::is_explained(drawn, pfn);
    table.cells.push_back({fmt::format("{}", pfn), is_explained ? tone_of(process::kind_of(drawn, pfn)) : "bad",
                           fmt::format("pfn {}", pfn), process::frame_text(drawn, pfn), 0, 0});
  }
  if (!table.cells.empty()) panel.rows.push_back(std::move(table));
  return panel;
}

Panel swap(const Drawn& drawn) {
  const auto& area = drawn.state.memory.swap;
  Panel panel{
      "swap", fmt::format("{}{}", to_scale::counted(area.pages, "slot"), area.in_use ? "" : ", not in use"), {}};
  Row table{"slots", "that are in use", Form::table, {}};
  for (const std::uint32_t slot : process::slots_to_show(drawn))
    table.cells.push_back({fmt::format("{}", slot), process::is_explained_slot(drawn, slot) ? "swap" : "bad",
                           fmt::format("slot {}", slot), process::slot_text(drawn, slot), 0, 0});
  if (!table.cells.empty()) panel.rows.push_back(std::move(table));
  return panel;
}

/// The page tables of a process, entry by entry, as a transcript writes them.
Row entries_of(const State& state, std::uint32_t pid) {
  Row row{"page tables", "entry by entry", Form::table, {}};
  for (const std::string& line : process::answer({.block = process::Question::Block::ptes, .pid = pid}, state)) {
    if (row.cells.size() == most_entries) {
      row.cells.push_back({"more", "empty", "...", "and more", 0, 0});
      break;
    }
    const std::size_t blank = line.find(' ');
    const std::string address = line.substr(0, blank), what = blank == line.npos ? "" : line.substr(blank + 1);
    const std::string tone = what.starts_with("table")        ? "table-page"
                             : what.find("slot") != what.npos ? "swap"
                                                              : "memory";
    row.cells.push_back({address + (tone == "table-page" ? " table" : ""), tone, address, what, 0, 0});
  }
  return row;
}

Panel process_panel(const process::Process<std::uint32_t>& process, const State& state, const Machine& machine) {
  Panel panel{fmt::format("process {}", process.pid),
              fmt::format("{} in memory · {} · directory in pfn {} · faults {} minor, {} major",
                          to_scale::counted(lookup(state.memory.rss, process.pid), "page"), note_on(process.mm),
                          process.pgd, process.min_flt, process.maj_flt),
              {}};
  panel.rows = rows_of_areas(process.mm, state.inodes, state.files, machine);
  if (Row entries = entries_of(state, process.pid); !entries.cells.empty())
    panel.rows.push_back(std::move(entries));
  return panel;
}

}  // namespace

Picture picture_of(const FaultFamily::State& state, const FaultFamily::Boot& boot) {
  const Drawn drawn{boot.kernel, state, process::all_references(state)};
  Picture picture{{memory(drawn)}};
  for (const auto& process : state.processes)
    picture.panels.push_back(process_panel(process, state, boot.kernel.machine()));
  if (state.memory.swap.pages != 0) picture.panels.push_back(swap(drawn));
  return picture;
}

}  // namespace refmm::story
