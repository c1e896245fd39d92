#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/fault_picture.hpp>
#include <refmm/spec/fault_picture_frames.hpp>
#include <refmm/spec/fault_picture_lists.hpp>
#include <refmm/spec/fault_picture_runs.hpp>
#include <refmm/spec/fault_picture_tables.hpp>
#include <refmm/spec/process_state.hpp>

#include <fmt/format.h>

#include <string_view>

namespace refmm::process {
namespace {

using Word = std::uint32_t;
using Lines = std::vector<std::string>;

void append(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

std::string summary(const State<Word>& state) {
  const auto& memory = state.memory;
  const Word free = free_frames(memory);
  std::string text =
      fmt::format("{} of {} frames in use, {} free; ", memory.ram_pages - free, memory.ram_pages, free);
  if (memory.swap.pages == 0)
    text += "no swap area";
  else if (!memory.swap.in_use)
    text += "the swap area is not in use";
  else
    text += fmt::format("{} of {} slots in use", memory.swap.swap_map.written.size(), memory.swap.pages);
  const std::size_t processes = state.processes.size();
  return text + fmt::format("; {} process{}", processes, processes == 1 ? "" : "es");
}

/// Of which counts their references are not the reason; empty if there is none.
std::string unexplained(const Drawn& drawn) {
  std::string text;
  const auto add = [&](std::string_view what, const std::vector<Word>& numbers) {
    if (!numbers.empty())
      text += fmt::format("{}{} {}", text.empty() ? "" : "; ", what, numbers_notation(numbers));
  };
  std::vector<Word> frames, slots, pids;
  std::string reserved;
  for (const Word pfn : frames_to_show(drawn)) {
    if (is_explained(drawn, pfn)) continue;
    if (pfn < fault::ZERO_PAGE)
      frames.push_back(pfn);
    else
      reserved += fmt::format("{}{}", reserved.empty() ? "" : ", ", frame_notation(pfn));
  }
  for (const Word slot : slots_to_show(drawn)) {
    if (!is_explained_slot(drawn, slot)) slots.push_back(slot);
  }
  for (const Process<Word>& process : drawn.state.processes) {
    if (lookup(drawn.state.memory.rss, process.pid) != pages_of(drawn.state, process.pid))
      pids.push_back(process.pid);
  }
  add("count of pfn", frames);
  if (!reserved.empty()) text += fmt::format("{}count of {}", text.empty() ? "" : "; ", reserved);
  add("count of slot", slots);
  add("rss of pid", pids);
  return text;
}

}  // namespace

Lines picture(const Boot<Word>& boot, const State<Word>& state) {
  const Drawn drawn{boot.kernel, state, all_references(state)};
  Lines lines{summary(state)};
  if (const std::string what = unexplained(drawn); !what.empty())
    lines.push_back("? references do not explain: " + what);
  lines.emplace_back();
  append(lines, frames_strip(drawn));
  if (const Lines frames = frames_list(drawn); !frames.empty()) {
    lines.insert(lines.end(), {"", "Frames: the count, and the references that it counts"});
    append(lines, frames);
  }
  if (const Lines slots = slots_list(drawn); !slots.empty()) {
    lines.insert(lines.end(), {"", "Slots of the swap area, likewise"});
    append(lines, slots);
  }
  if (!state.processes.empty()) {
    lines.emplace_back();
    append(lines, page_tables(drawn));
  }
  return lines;
}

}  // namespace refmm::process
