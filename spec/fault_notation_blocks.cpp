// The blocks that answer the queries of the fault family.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace refmm::process {
namespace {

using Word = std::uint32_t;
using Lines = std::vector<std::string>;
using Entries = paging::Entries<Word>;

// ---- Entries --------------------------------------------------------------------------------------------------

constexpr const Machine& machine = fault::as_built.machine();
constexpr Word page_size = machine.page_size, entries_per_table = machine.entries_per_table;
constexpr Word window_size = page_size * entries_per_table;  // what a table maps
constexpr Word slot_unit = 256;                              // an entry for a slot holds its number from here on

constexpr Word frame_in(Word entry) { return entry / page_size; }
constexpr bool is_for_frame(Word entry) { return (entry & (fault::PAGE_PRESENT | fault::PAGE_PROTNONE)) != 0; }

std::string entry_notation(Word entry) {
  if (entry == 0) return "none";
  if (!is_for_frame(entry)) return fmt::format("swap slot {}", entry / slot_unit);
  return fmt::format("{} {}", frame_notation(frame_in(entry)),
                     vma::flags_notation(entry_flags(), entry % page_size));
}

std::string line_of(Word addr, const std::string& text) { return fmt::format("{:08x} {}", addr, text); }

/// The frame of the table that a directory has for a window, if it has one.
std::optional<Word> table_in(const Entries& directory, Word window) {
  const Word entry = lookup(directory, window);
  return entry == 0 ? std::nullopt : std::optional(frame_in(entry));
}

/// The entries of the table in a frame that are not empty, as lines.
void add_entries(Lines& lines, Word window, Word frame, const Entries& table) {
  for (Word index = 0; index < entries_per_table; ++index) {
    const Word entry = lookup(table, index);
    const bool stands_in = frame == fault::BAD_PAGETABLE && frame_in(entry) == fault::BAD_PAGE;
    if (entry != 0 && !(stands_in && is_for_frame(entry)))
      lines.push_back(line_of(window * window_size + index * page_size, entry_notation(entry)));
  }
}

// ---- Areas ----------------------------------------------------------------------------------------------------

/// As /proc/PID/maps shows what an area maps.
struct Mapped {
  std::string_view device;
  Word inode;
  std::string path;
};

Mapped mapped_by(const State<Word>& state, std::uint32_t file_number) {
  if (file_number == 0) return {"00:00", 0, ""};
  const auto file = std::ranges::find(state.files, file_number, &vma::File::number);
  const std::string_view name = file == state.files.end() ? "" : file->inode.view();
  constexpr Word first_inode = 100;
  if (const auto number = file_numbered(name)) return {"03:01", first_inode + *number, '/' + std::string(name)};
  if (is_shared_memory_name(name)) return {"00:04", number_at_end(name) + 1, "/dev/zero (deleted)"};
  return {"?", 0, "?"};
}

// ---- Frames ---------------------------------------------------------------------------------------------------

/// `file1:0`, `shm2:3`, `swap:1`, `NULL`.
std::string mapping_notation(const State<Word>& state, const fault::Frame<Word>& page) {
  if (page.mapping == fault::none) return "NULL";
  if (page.mapping == fault::swapper_space) return fmt::format("swap:{}", page.index);
  const Word files = files_of(state);
  if (page.mapping <= files) return fmt::format("{}:{}", file_notation(page.mapping), page.index);
  return fmt::format("shm{}:{}", page.mapping - files, page.index);
}

/// Whether its last transfer was good is known of a page with a mapping only.
Word flags_shown(const fault::Frame<Word>& page) {
  constexpr Word with_names =
      fault::PG_locked | fault::PG_error | fault::PG_uptodate | fault::PG_dirty | fault::PG_swap_cache;
  constexpr Word of_transfers = fault::PG_error | fault::PG_uptodate;
  return page.flags & (page.mapping == fault::none ? with_names & ~of_transfers : with_names);
}

std::string page_notation(const State<Word>& state, const fault::Frame<Word>& page) {
  return fmt::format("count={} flags={} mapping={} buffers={}", page.count,
                     vma::flags_notation(page_flags(), flags_shown(page)), mapping_notation(state, page),
                     page.buffers);
}

/// Frames with numbers that follow each other and of which the same is to be said.
struct Run {
  Word first, last;
  std::string text;
};

}  // namespace

// ---- About a process ------------------------------------------------------------------------------------------

Lines pte_block(const State<Word>& state, Word pid, Word addr) {
  if (!exists(state, pid)) return {};
  const Word page = addr / page_size * page_size;
  const auto table = table_in(lookup(state.memory.pgds, pid), page / window_size);
  if (!table) return {line_of(page, "no table")};
  const Word entry = lookup(lookup(state.memory.tables, *table), page % window_size / page_size);
  return {line_of(page, entry_notation(entry))};
}

Lines ptes_block(const State<Word>& state, Word pid) {
  Lines lines;
  if (!exists(state, pid)) return lines;
  const Entries directory = lookup(state.memory.pgds, pid);
  for (Word window = 0; window < machine.task_size / window_size; ++window) {
    const auto table = table_in(directory, window);
    if (!table) continue;
    lines.push_back(line_of(window * window_size, "table " + frame_notation(*table)));
    add_entries(lines, window, *table, lookup(state.memory.tables, *table));
  }
  return lines;
}

Lines rss_block(const State<Word>& state, Word pid) {
  if (!exists(state, pid)) return {};
  return {std::to_string(lookup(state.memory.rss, pid))};
}

Lines mm_block(const State<Word>& state, Word pid) {
  if (!exists(state, pid)) return {};
  const Process<Word>& process = process_of(state, pid);
  const auto& mm = process.mm;
  return {fmt::format("rss={} total_vm={} locked_vm={} map_count={} min_flt={} maj_flt={} brk={} esp={}",
                      lookup(state.memory.rss, pid), mm.total_vm, mm.locked_vm, mm.map_count, process.min_flt,
                      process.maj_flt, vma::address_notation(mm.brk), vma::address_notation(process.esp))};
}

Lines maps_block(const State<Word>& state, Word pid) {
  Lines lines;
  if (!exists(state, pid)) return lines;
  for (const auto& area : process_of(state, pid).mm.areas) {
    const Mapped mapped = mapped_by(state, area.vm_file);
    std::string line =
        fmt::format("{:08x}-{:08x} {} {:08x} {} {}", area.vm_start, area.vm_end,
                    vma::access_notation(area.vm_flags), area.vm_pgoff * page_size, mapped.device, mapped.inode);
    constexpr std::size_t column_of_path = 49;
    if (!mapped.path.empty()) line = fmt::format("{:<{}}{}", line, column_of_path, mapped.path);
    lines.push_back(std::move(line));
  }
  return lines;
}

// ---- About the machine ----------------------------------------------------------------------------------------

Lines pages_block(const State<Word>& state) {
  std::vector<Run> runs;
  Lines lines;
  for (const auto& [pfn, page] : state.memory.mem_map.written) {
    if (page.count == 0) continue;
    std::string text = page_notation(state, page);
    if (pfn >= fault::ZERO_PAGE)
      lines.push_back(frame_notation(pfn) + ' ' + text);
    else if (!runs.empty() && runs.back().last + 1 == pfn && runs.back().text == text)
      runs.back().last = pfn;
    else
      runs.push_back({pfn, pfn, std::move(text)});
  }
  for (const auto& [first, last, text] : runs)
    lines.push_back(first == last ? fmt::format("pfn {} {}", first, text)
                                  : fmt::format("pfn {}..{} {}", first, last, text));
  return lines;
}

Lines swap_block(const State<Word>& state) {
  const auto cache = lookup(state.memory.page_cache, fault::swapper_space);
  Lines lines;
  for (const auto& [slot, count] : state.memory.swap.swap_map.written) {
    const Word frame = lookup(cache, slot);
    lines.push_back(fmt::format("slot {} count={} cache={}", slot, count,
                                frame == fault::none ? "NULL" : frame_notation(frame)));
  }
  return lines;
}

Lines mem_block(const State<Word>& state) {
  const auto& memory = state.memory;
  return {fmt::format("free={} page_cache={} swap_free={}", free_frames(memory), cached_pages(memory),
                      free_slots(memory))};
}

Lines answer(const Question& question, const State<Word>& state) {
  using enum Question::Block;
  switch (question.block) {
    case pte:
      return pte_block(state, question.pid, question.addr);
    case ptes:
      return ptes_block(state, question.pid);
    case rss:
      return rss_block(state, question.pid);
    case mm:
      return mm_block(state, question.pid);
    case maps:
      return maps_block(state, question.pid);
    case pages:
      return pages_block(state);
    case swap:
      return swap_block(state);
    case mem:
      return mem_block(state);
  }
  return {};
}

}  // namespace refmm::process
