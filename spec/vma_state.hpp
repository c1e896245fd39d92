// Questions about the state of an address space, and its canonical form.
#pragma once

#include <refmm/spec/vma.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace refmm::vma {

/// Where the area of this id stands in the list; the length of the list if it is not there.
template <Word W>
constexpr std::size_t position_of(const Mm<W>& mm, std::uint32_t id) {
  return static_cast<std::size_t>(std::ranges::find(mm.areas, id, &Area<W>::id) - mm.areas.begin());
}

/// The area of this id, which must be in the list.
template <Word W>
constexpr const Area<W>& area_of(const Mm<W>& mm, std::uint32_t id) {
  return mm.areas.at(position_of(mm, id));
}

/// The file called `name`, or nullptr.
template <Word W>
constexpr const Inode* inode_named(const State<W>& state, const Name& name) {
  const auto found = std::ranges::find(state.inodes, name, &Inode::name);
  return found == state.inodes.end() ? nullptr : &*found;
}

/// The file object of this number, or nullptr.
template <Word W>
constexpr const File* file_numbered(const State<W>& state, std::uint32_t number) {
  const auto found = std::ranges::find(state.files, number, &File::number);
  return found == state.files.end() ? nullptr : &*found;
}

/// The file object that a descriptor stands for, or nullptr.
template <Word W>
constexpr const File* file_behind(const State<W>& state, std::int32_t fd) {
  if (fd < 0) return nullptr;
  const auto found = std::ranges::find(state.files, std::optional(static_cast<std::uint32_t>(fd)), &File::fd);
  return found == state.files.end() ? nullptr : &*found;
}

template <Word W>
constexpr W pages_of(const Area<W>& area, Native<W> page_size) {
  return (area.vm_end - area.vm_start) / page_size;
}

/// The state without what only the model can know: areas and file objects numbered by their places, no lookup structures. Of
/// two subjects in the same state these are equal. All areas and file objects must be in their lists, as in lawful states.
template <std::unsigned_integral W>
State<W> canonical(State<W> state) {
  std::map<std::uint32_t, std::uint32_t> areas, files;
  for (Area<W>& area : state.mm.areas) {
    const auto place = static_cast<std::uint32_t>(areas.size() + 1);
    area.id = areas[area.id] = place;
  }
  for (File& file : state.files) {
    const auto place = static_cast<std::uint32_t>(files.size() + 1);
    file.number = files[file.number] = place;
  }
  for (Area<W>& area : state.mm.areas) area.vm_file = area.vm_file == 0 ? 0 : files[area.vm_file];
  for (Inode& inode : state.inodes) {
    for (std::uint32_t& id : inode.i_mmap) id = areas[id];
    for (std::uint32_t& id : inode.i_mmap_shared) id = areas[id];
  }
  state.lookup = {};
  state.areas_made = state.files_made = 0;
  return state;
}

}  // namespace refmm::vma
