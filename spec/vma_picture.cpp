#include <refmm/spec/to_scale.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_picture.hpp>
#include <refmm/spec/vma_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

namespace refmm::vma {
namespace {

using to_scale::Bytes;
using to_scale::counted;
using to_scale::rounded_up;
using to_scale::size_of;

enum class Kind { heap, stack, file, memory, shared_memory };
constexpr std::array<std::string_view, 5> kind_names{"heap", "stack", "file", "memory", "shared memory"};
constexpr std::array<char, 5> letters{'h', 's', 'f', 'm', 'z'};

/// An anonymous area below the break is the heap: nothing else of the process remembers where it began.
Kind kind_of(const Area<std::uint32_t>& area, const State<std::uint32_t>& state, const File* file,
             Bytes page_size) {
  if ((area.vm_flags & VM_GROWSDOWN) != 0) return Kind::stack;
  if (file != nullptr) {
    const Inode* inode = inode_named(state, file->inode);
    return inode != nullptr && inode->shared_memory ? Kind::shared_memory : Kind::file;
  }
  const bool below_break = area.vm_end <= rounded_up(state.mm.brk, page_size);
  return below_break && area.vm_start >= state.mm.end_code ? Kind::heap : Kind::memory;
}

std::string description(const Area<std::uint32_t>& area, Kind kind, std::string_view file,
                        const State<std::uint32_t>& state, Bytes page_size) {
  std::string text(kind == Kind::file || kind == Kind::shared_memory ? file
                                                                     : kind_names[static_cast<std::size_t>(kind)]);
  if (kind == Kind::file && area.vm_pgoff != 0) text += fmt::format(" @{:x}", area.vm_pgoff);
  if (kind == Kind::stack && !file.empty()) text += fmt::format(" of {}", file);
  if (kind == Kind::heap && area.vm_end == rounded_up(state.mm.brk, page_size)) text += " up to the break";
  if ((area.vm_flags & VM_LOCKED) != 0) text += ", locked";
  if (area.vm_start == area.vm_end) text += ", no pages";
  return text;
}

/// The areas from low to high.
std::vector<to_scale::Area> drawn_areas(const State<std::uint32_t>& state, Bytes page_size) {
  std::unordered_map<std::uint32_t, const File*> files;
  for (const File& file : state.files) files.emplace(file.number, &file);
  std::vector<to_scale::Area> drawn;
  drawn.reserve(state.mm.areas.size());
  for (const auto& area : state.mm.areas) {
    const auto found = files.find(area.vm_file);
    const File* file = found == files.end() ? nullptr : found->second;
    const auto name = file == nullptr ? std::string_view() : file->inode.view();
    const Kind kind = kind_of(area, state, file, page_size);
    drawn.push_back({area.vm_start, area.vm_end, 0, letters[static_cast<std::size_t>(kind)],
                     access_notation(area.vm_flags), description(area, kind, name, state, page_size),
                     fmt::format("{:x} {}", area.vm_flags, name)});
  }
  std::ranges::stable_sort(drawn, {}, &to_scale::Area::start);
  return drawn;
}

}  // namespace

std::vector<std::string> picture(const State<std::uint32_t>& state, const Kernel& kernel) {
  const Bytes page_size = kernel.machine.page_size, task_size = kernel.machine.task_size;
  const std::vector<to_scale::Area> areas = drawn_areas(state, page_size);
  Bytes pages = 0, end = 0;
  for (const to_scale::Area& area : areas) {
    pages += (area.end - area.start) / page_size;
    end = std::max(end, area.end);
  }
  std::vector<std::string> lines{fmt::format("{}, {} ({}), of {}; the break is {:08x}",
                                             counted(areas.size(), "area"), counted(pages, "page"),
                                             size_of(pages * page_size), size_of(task_size), state.mm.brk)};
  if (areas.empty()) return lines;

  // A page table has as many entries as fit into a page; each maps a page.
  const Bytes slot = page_size / kernel.machine.word_size * page_size;
  lines.emplace_back();
  lines.push_back(fmt::format("Page directory: a column is a slot of {}", size_of(slot)));
  const auto directory = to_scale::strip(areas, 0, rounded_up(std::max(task_size, end), slot), slot);
  lines.insert(lines.end(), directory.begin(), directory.end());
  const bool pageless =
      std::ranges::any_of(areas, [](const to_scale::Area& area) { return area.start == area.end; });
  lines.push_back(
      fmt::format("  h heap, s stack, f file, m memory, z shared{}; a capital: all of the column is mapped",
                  pageless ? ", ! no pages" : ""));

  lines.emplace_back();
  const auto drawn = to_scale::drawings(areas, page_size);
  lines.insert(lines.end(), drawn.begin(), drawn.end());
  return lines;
}

}  // namespace refmm::vma
