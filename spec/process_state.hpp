// Questions about the state of a machine with processes.
#pragma once

#include <refmm/spec/process.hpp>
#include <refmm/spec/vma_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace refmm::process {

/// Areas that a process may have. 2.4.0: MAX_MAP_COUNT.
inline constexpr std::uint32_t max_map_count = 65536;

/// Where the process stands in the list; the length of the list if there is none.
template <Word W>
constexpr std::size_t position_of(const State<W>& state, W pid) {
  return static_cast<std::size_t>(std::ranges::find(state.processes, pid, &Process<W>::pid) -
                                  state.processes.begin());
}

template <Word W>
constexpr bool exists(const State<W>& state, W pid) {
  return position_of(state, pid) != state.processes.size();
}

/// The process, which must be there.
template <Word W>
constexpr const Process<W>& process_of(const State<W>& state, W pid) {
  return state.processes.at(position_of(state, pid));
}

/// True of a result that is a refusal, whoever refused.
template <Word W>
constexpr bool is_refused(const Result<W>& result) {
  return std::holds_alternative<Refused>(result) || std::holds_alternative<vma::Refused>(result);
}

/// True if nothing after a result is defined.
template <Word W>
constexpr bool ends_everything(const Result<W>& result) {
  if (const auto* refused = std::get_if<Refused>(&result)) return ends_everything(refused->refusal);
  const auto* refused = std::get_if<vma::Refused>(&result);
  return refused && vma::ends_everything(refused->refusal);
}

// ---- Objects ------------------------------------------------------------------------------------------------------

/// How many files there are; their numbers are 1 to this.
template <Word W>
constexpr std::uint32_t files_of(const State<W>& state) {
  return static_cast<std::uint32_t>(std::ranges::count(state.inodes, false, &vma::Inode::shared_memory));
}

/// The number at the end of a name.
constexpr std::uint32_t number_at_end(std::string_view name) {
  std::uint32_t number = 0;
  for (const char c : name.substr(name.find_last_not_of("0123456789") + 1))
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  return number;
}

constexpr bool is_shared_memory_name(std::string_view name) { return name.starts_with("dev/zero:"); }

/// The number of a file, or of a shared memory object, by the name that areas know it under: `file3`, `dev/zero:0`.
template <Word W>
constexpr W object_named(const State<W>& state, const Name& name) {
  const std::uint32_t number = number_at_end(name.view());
  return is_shared_memory_name(name) ? files_of(state) + 1 + number : number;
}

/// The number of what an area maps, or none; none, too, in a state that has lost the file.
template <Word W>
constexpr W object_of(const State<W>& state, const vma::Area<W>& area) {
  if (area.vm_file == 0) return fault::none;
  const auto file = std::ranges::find(state.files, area.vm_file, &vma::File::number);
  return file == state.files.end() ? W(fault::none) : object_named(state, file->inode);
}

/// The open file that a descriptor stands for, or nullptr.
template <Word W>
constexpr const vma::File* file_behind(const State<W>& state, std::int32_t fd) {
  if (fd < 0) return nullptr;
  const auto found = std::ranges::find(state.files, std::optional(static_cast<std::uint32_t>(fd)), &vma::File::fd);
  return found == state.files.end() ? nullptr : &*found;
}

/// True of a place in front of a file. 2.4.0: a loff_t below 0.
template <Word W>
constexpr bool is_negative(const W& offset) {
  return (offset & W(0x80000000u)) != W(0u);
}

// ---- The pools ----------------------------------------------------------------------------------------------------

template <Word W>
constexpr W free_frames(const fault::Memory<W>& memory) {
  W used = 0u;
  for (const auto& [pfn, frame] : memory.mem_map.written) {
    if (pfn <= memory.ram_pages && frame.count != 0u) used = used + 1u;
  }
  return memory.ram_pages - used;
}

/// Pages in all caches, that of the swap area too.
template <Word W>
constexpr W cached_pages(const fault::Memory<W>& memory) {
  return static_cast<W>(std::ranges::count_if(
      memory.mem_map.written, [](const auto& entry) { return entry.second.mapping != W(fault::none); }));
}

template <Word W>
constexpr W free_slots(const fault::Memory<W>& memory) {
  if (!memory.swap.in_use) return 0u;
  return memory.swap.pages - static_cast<W>(memory.swap.swap_map.written.size());
}

}  // namespace refmm::process
