// What leads to the frames and slots of a machine with processes: who has them, and why their counts are what they are.
#pragma once

#include <refmm/spec/process.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace refmm::process {

// ---- Entries ------------------------------------------------------------------------------------------------------

inline constexpr std::uint32_t page_size = fault::as_built.machine().page_size;
/// Bytes that a page table maps: 4 MB.
inline constexpr std::uint32_t window_size = page_size * fault::as_built.machine().entries_per_table;

/// True of an entry for a page in memory, whether or not the processor sees it.
constexpr bool is_for_frame(std::uint32_t entry) {
  return (entry & (fault::PAGE_PRESENT | fault::PAGE_PROTNONE)) != 0;
}
constexpr std::uint32_t frame_in(std::uint32_t entry) { return entry / page_size; }
/// The slot that an entry for a page in the swap area holds.
constexpr std::uint32_t slot_in(std::uint32_t entry) { return entry >> 8; }

/// The area of a process that an address lies in, or nullptr.
const vma::Area<std::uint32_t>* area_at(const Process<std::uint32_t>& process, std::uint32_t addr);

/// `file1`, `shm2`.
std::string object_notation(const State<std::uint32_t>& state, std::uint32_t object);

// ---- References ---------------------------------------------------------------------------------------------------

/// A page of a process, or all that a page table of it maps, and the entry for it.
struct Place {
  std::uint32_t pid, addr, entry;
};

/// A page of a shared memory object.
struct ObjectPage {
  std::uint32_t object, index;
};

/// What leads to a frame or to a slot.
struct References {
  std::vector<std::uint32_t> directory_of{};  // processes
  std::vector<Place> table_of{};              // ascending by process, then by address
  std::vector<Place> places{};                // ascending by address, then by process
  std::uint32_t entries = 0;  // in page tables: a table that several directories lead to counts once
  std::uint32_t held = 0;     // times that map_kiobuf holds it
  bool cache = false, buffer = false;
  std::optional<ObjectPage> object{};  // which holds the slot

  /// How many there are.
  std::uint32_t total() const;
  /// What they are: `2 entries + cache`; empty if there are none.
  std::string notation() const;
};

/// The references to all frames and slots that have some. To reserved frames they are not counted, but for those held.
struct AllReferences {
  std::map<std::uint32_t, References> frames, slots;
};
AllReferences all_references(const State<std::uint32_t>& state);

/// The references of a frame to be counted: of a reserved one, those alone that map_kiobuf has taken.
References counted(const References& references, const fault::Frame<std::uint32_t>& frame);

/// Entries of a process for pages that are not reserved: what it has of memory.
std::uint32_t pages_of(const State<std::uint32_t>& state, std::uint32_t pid);

/// What a write to a page that is there would meet.
enum class Sharing {
  alone,     // nobody else has the page, or only a cache has it
  shared,    // other entries lead to it: they see what is written, or nothing can be
  copied,    // the writer would get a page of its own
  unlawful,  // no area is there, it does not permit what the entry does, or a private page can be written by several
};
Sharing sharing_of(const fault::Kernel& kernel, const State<std::uint32_t>& state, const References& references,
                   const Place& place);

}  // namespace refmm::process
