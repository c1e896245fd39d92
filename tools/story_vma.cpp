// The picture of an address space: where its areas are, to scale, and what each of them is.
#include <refmm/spec/to_scale.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/tools/story_pictures.hpp>
#include <refmm/tools/story_space.hpp>
#include <refmm/tools/story_vma.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace refmm::story {

namespace {

using to_scale::rounded_up;
using to_scale::size_of;

/// What an area is, by the tone that it is drawn in. An anonymous area below the break is the heap: nothing else of the process
/// remembers where it began.
std::string tone_of(const vma::Area<std::uint32_t>& area, const vma::Mm<std::uint32_t>& mm,
                    const vma::Inode* inode, Place page_size) {
  if ((area.vm_flags & vma::VM_GROWSDOWN) != 0) return "stack";
  if (inode != nullptr) return inode->shared_memory ? "shared" : "file";
  return area.vm_end <= rounded_up(mm.brk, page_size) && area.vm_start >= mm.end_code ? "heap" : "memory";
}

/// The file behind an area, or nullptr.
const vma::Inode* inode_behind(const vma::Area<std::uint32_t>& area, const std::vector<vma::Inode>& inodes,
                               const std::vector<vma::File>& files) {
  const auto file = std::ranges::find(files, area.vm_file, &vma::File::number);
  if (file == files.end()) return nullptr;
  const auto inode = std::ranges::find(inodes, file->inode, &vma::Inode::name);
  return inode == inodes.end() ? nullptr : &*inode;
}

Range range_of(const vma::Area<std::uint32_t>& area, const vma::Mm<std::uint32_t>& mm, const vma::Inode* inode,
               Place page_size) {
  const std::string tone = tone_of(area, mm, inode, page_size);
  const std::string name = inode != nullptr ? std::string(inode->name.view()) : tone;
  std::string what = fmt::format("{} {} {}, {}", range_text(area.vm_start, area.vm_end),
                                 vma::access_notation(area.vm_flags), name, size_of(area.vm_end - area.vm_start));
  if (inode != nullptr || area.vm_pgoff != 0) what += fmt::format(", from page {:#x}", area.vm_pgoff);
  what += ", " + vma::flags_notation(vma::area_flags(), area.vm_flags);
  if (area.vm_file != 0) what += fmt::format(", file {}", area.vm_file);
  return {area.vm_start, area.vm_end, tone, vma::access_notation(area.vm_flags) + ' ' + name, std::move(what)};
}

/// The areas in the order of their list, each with all that there is to say.
Row table_of(const std::vector<Range>& ranges) {
  Row row{"areas", "in the order of their list", Form::table, {}};
  for (const Range& range : ranges) {
    std::string key = fmt::format("{:08x}", range.begin);
    const auto alike = std::ranges::count(row.cells, key,
                                          [](const Cell& cell) { return cell.key.substr(0, cell.key.find(' ')); });
    if (alike > 0) key += fmt::format(" {}", alike + 1);
    row.cells.push_back({std::move(key), range.tone, range_text(range.begin, range.end),
                         range.detail.substr(range.detail.find(' ') + 1), 0, 0});
  }
  return row;
}

Panel files(const VmaFamily::State& state) {
  Panel panel{"files", "", {}};
  Row inodes{"inodes", "", Form::table, {}}, open{"file objects", "", Form::table, {}};
  for (const vma::Inode& inode : state.inodes) {
    inodes.cells.push_back({std::string(inode.name.view()), inode.shared_memory ? "shared" : "file",
                            std::string(inode.name.view()),
                            fmt::format("writers {}, mapped privately by {}, shared by {} areas",
                                        inode.i_writecount, inode.i_mmap.size(), inode.i_mmap_shared.size()),
                            0, 0});
  }
  for (const vma::File& file : state.files) {
    open.cells.push_back(
        {fmt::format("{}", file.number), "file", fmt::format("file {}", file.number),
         fmt::format("{}, {} references, {}", file.inode.view(), file.f_count,
                     file.fd ? fmt::format("descriptor {}", *file.fd) : std::string("no descriptor")),
         0, 0});
  }
  if (!inodes.cells.empty()) panel.rows.push_back(std::move(inodes));
  if (!open.cells.empty()) panel.rows.push_back(std::move(open));
  return panel;
}

}  // namespace

std::string note_on(const vma::Mm<std::uint32_t>& mm) {
  return fmt::format("{}, {}, {} locked · break {:08x}{}", to_scale::counted(mm.map_count, "area"),
                     to_scale::counted(mm.total_vm, "page"), mm.locked_vm, mm.brk,
                     mm.def_flags != 0 ? " · new areas are locked" : "");
}

std::vector<Row> rows_of_areas(const vma::Mm<std::uint32_t>& mm, const std::vector<vma::Inode>& inodes,
                               const std::vector<vma::File>& files, const Machine& machine) {
  std::vector<Range> ranges;
  Place end = machine.task_size;
  for (const auto& area : mm.areas) {
    ranges.push_back(range_of(area, mm, inode_behind(area, inodes, files), machine.page_size));
    end = std::max(end, ranges.back().end);
  }
  if (ranges.empty()) return {};
  std::vector<Row> rows = rows_to_scale("to scale", ranges, machine.page_size);
  rows.push_back(table_of(ranges));
  const Place slot = Place{machine.entries_per_table} * machine.page_size;
  rows.push_back(grid_of("whole address space",
                         fmt::format("a square is {}, a slot of the page directory", size_of(slot)), ranges, 0,
                         to_scale::rounded_up(end, slot), slot));
  return rows;
}

Picture picture_of(const VmaFamily::State& state, const VmaFamily::Boot& boot) {
  Picture picture;
  picture.panels.push_back({"address space", note_on(state.mm),
                            rows_of_areas(state.mm, state.inodes, state.files, boot.kernel.machine)});
  if (!state.inodes.empty()) picture.panels.push_back(files(state));
  return picture;
}

}  // namespace refmm::story
