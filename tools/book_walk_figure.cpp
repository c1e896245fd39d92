#include <refmm/model/paging_access.hpp>
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/replay_end.hpp>
#include <refmm/tools/book_drawing.hpp>
#include <refmm/tools/book_figures.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace refmm::book {
namespace {

using Word = std::uint32_t;
using Entries = kernel_map::Entries<Word>;

constexpr double row_height = 20;
constexpr double column_width = 236;
constexpr Word rows_around = 3;  // above and below the entry that is selected

/// What an entry says, in a few characters.
std::string entry_text(const Machine& machine, Word slot, Word entry) {
  if (entry == 0) return fmt::format("{:>4}  empty", slot);
  const char* what = (entry & paging::PAGE_PSE) != 0 ? "4 MB at" : "";
  return fmt::format("{:>4}  {:08x} {} pfn {}", slot, entry, what, kernel_map::frame_of<Word>(machine, entry));
}

/// A directory or a table from x on: the entries around the one that is selected.
void draw_entries(Drawing& drawing, double x, double y, const std::string& title, const Machine& machine,
                  const Entries& entries, Word selected) {
  drawing.text(x, y - 8, "head", title);
  const Word first = std::min(selected > rows_around ? selected - rows_around : 0,
                              machine.entries_per_table - 2 * rows_around - 1);
  for (Word slot = first; slot <= first + 2 * rows_around; ++slot) {
    const double top = y + static_cast<double>(slot - first) * row_height;
    const Word entry = lookup(entries, slot);
    drawing.box(x, top, column_width, row_height, slot == selected ? "memory" : entry == 0 ? "empty" : "kernel");
    drawing.text(x + 6, top + 14, "label", entry_text(machine, slot, entry));
  }
}

/// Where the row of the entry that is selected has its middle.
double middle_of(const Machine& machine, double y, Word selected) {
  const Word first = std::min(selected > rows_around ? selected - rows_around : 0,
                              machine.entries_per_table - 2 * rows_around - 1);
  return y + (static_cast<double>(selected - first) + 0.5) * row_height;
}

/// A part of the address, with what it selects.
void draw_part(Drawing& drawing, double x, double width, const std::string& bits, const std::string& value) {
  drawing.text(x, 30, "tick", bits);
  drawing.box(x, 34, width, 24, "memory");
  drawing.text(x + width / 2, 50, "middle", value);
}

}  // namespace

std::string walk_figure(const transcript::Source& source, Word addr, std::string_view title) {
  const auto any_end = replay::end_of(transcript::parse(source));
  const auto& end = std::get<replay::End<KernelMapFamily>>(any_end);
  const Machine& machine = end.boot.kernel.machine;
  const Entries& directory = end.state.swapper_pg_dir;
  const Word slot = kernel_map::slot_of<Word>(machine, addr),
             table_slot = kernel_map::table_slot_of<Word>(machine, addr);
  const auto* table =
      kernel_map::table_in(end.state, kernel_map::frame_of<Word>(machine, lookup(directory, slot)));
  if (table == nullptr) throw std::logic_error("there is no page table for the address of the figure");
  const auto walked = model::walk<Word>(
      machine, directory,
      [&](Word pfn) {
        const auto* found = kernel_map::table_in(end.state, pfn);
        return found == nullptr ? Entries{} : found->entries;
      },
      addr, paging::Access{});
  const Word phys = std::get<paging::Translation<Word>>(walked.value).phys;
  const Word pte = lookup(table->entries, table_slot), offset = addr % machine.page_size;

  Drawing drawing(760);
  const double top = 124, second = 262, third = 540;
  drawing.text(0, 14, "title", fmt::format("virtual address 0x{:08x}", addr));
  draw_part(drawing, 60, 110, "bits 31..22", fmt::format("{}", slot));
  draw_part(drawing, 170, 110, "bits 21..12", fmt::format("{}", table_slot));
  draw_part(drawing, 280, 132, "bits 11..0", fmt::format("0x{:03x}", offset));

  draw_entries(drawing, 0, top, "page directory: swapper_pg_dir", machine, directory, slot);
  draw_entries(drawing, second, top, fmt::format("page table in pfn {}", table->pfn), machine, table->entries,
               table_slot);
  const double height = (2 * rows_around + 1) * row_height;
  drawing.text(third, top - 8, "head", fmt::format("page in pfn {}", kernel_map::frame_of<Word>(machine, pte)));
  drawing.box(third, top, 220, height, "empty");
  const double byte = top + height * static_cast<double>(offset) / static_cast<double>(machine.page_size);
  drawing.box(third, byte - 2, 220, 4, "memory");
  drawing.text(third + 6, byte - 7, "label", fmt::format("physical 0x{:08x}", phys));

  const double pde_y = middle_of(machine, top, slot), pte_y = middle_of(machine, top, table_slot);
  // From a part of the address down to what it selects, and from entry to what it leads to.
  drawing.path("arrow", fmt::format("M 115 58 L 115 80 L -4 80 L -4 {0:.1f} L 0 {0:.1f}", pde_y));
  drawing.path("arrow", fmt::format("M 225 58 L 225 86 L 250 86 L 250 {0:.1f} L {1:.1f} {0:.1f}", pte_y, second));
  drawing.path("arrow", fmt::format("M 346 58 L 346 80 L 524 80 L 524 {0:.1f} L {1:.1f} {0:.1f}", byte, third));
  drawing.path("link", fmt::format("M {0:.1f} {1:.1f} C {2:.1f} {1:.1f} {2:.1f} {3:.1f} {4:.1f} {3:.1f}",
                                   column_width, pde_y, column_width + 14, top + 4, second));
  drawing.path("link", fmt::format("M {0:.1f} {1:.1f} C {2:.1f} {1:.1f} {2:.1f} {3:.1f} {4:.1f} {3:.1f}",
                                   second + column_width, pte_y, third - 20, top + 4, third));
  drawing.go_on(top + height + 10);
  for (const auto& [number, entry] : {std::pair{slot, lookup(directory, slot)}, std::pair{table_slot, pte}})
    drawing.paragraph(0, "label",
                      fmt::format("entry {}: {}", number, kernel_map::entry_flags_notation(entry & 0xfff)));
  return drawing.svg(title, fmt::format("0x{:08x} is translated to 0x{:08x}", addr, phys));
}

}  // namespace refmm::book
