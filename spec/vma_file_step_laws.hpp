// Laws about files and about the end of an address space, and those that every call keeps: what spec/vma_step_laws.hpp lists of
// them.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace refmm::vma::holds {

// ---- open and close -------------------------------------------------------------------------------------------------

constexpr std::int32_t write_count(const State<std::uint32_t>& state, const Name& file) {
  const Inode* inode = inode_named(state, file);
  return inode ? inode->i_writecount : 0;
}

constexpr bool open_gives_the_lowest_free_descriptor(const Transition& t) {
  const auto* open = call<Open>(t);
  const auto* given = std::get_if<Descriptor>(&t.result);
  if (!open || !given) return !open || refusal(t);
  for (std::uint32_t fd = 3; fd < given->fd; ++fd) {
    if (!file_behind(t.before, static_cast<std::int32_t>(fd))) return false;
  }
  const auto fd = static_cast<std::int32_t>(given->fd);
  const File* file = file_behind(t.after, fd);
  return given->fd >= 3 && !file_behind(t.before, fd) && file && file->inode == open->name &&
         file->f_mode == open->mode && file->f_count == 1;
}

constexpr bool open_counts_writers(const Transition& t) {
  const auto* open = call<Open>(t);
  if (!open) return true;
  const bool writes = !refusal(t) && (open->mode & FMODE_WRITE);
  return write_count(t.after, open->name) == write_count(t.before, open->name) + (writes ? 1 : 0);
}

constexpr bool nobody_opens_for_writing_what_is_denied(const Transition& t) {
  const auto* open = call<Open>(t);
  if (!open) return true;
  return refuses_exactly_if(t, Refusal::text_busy,
                            (open->mode & FMODE_WRITE) && write_count(t.before, open->name) < 0);
}

constexpr bool close_refuses_what_is_not_open(const Transition& t) {
  const auto* close = call<Close>(t);
  if (!close) return true;
  const bool open = file_behind(t.before, close->fd);
  return refuses_exactly_if(t, Refusal::descriptor_not_open, !open) && (open || nothing_changed(t));
}

inline bool close_drops_the_reference_of_the_descriptor(const Transition& t) {
  const auto* close = call<Close>(t);
  const File* file = close ? file_behind(t.before, close->fd) : nullptr;
  if (!file) return true;
  const std::size_t objects = t.before.files.size() - (file->f_count == 1 ? 1 : 0);
  return !file_behind(t.after, close->fd) && t.after.files.size() == objects &&
         count_effects<Fput>(t, [&](const Fput& fput) { return fput.name == file->inode; }) == 1 &&
         mappings(t.before) == mappings(t.after) && process_is_as_before(t);
}

// ---- References -----------------------------------------------------------------------------------------------------

constexpr std::uint32_t references(const State<std::uint32_t>& state, const Name& name) {
  std::uint32_t references = 0;
  for (const File& file : state.files) references += file.inode == name ? file.f_count : 0;
  return references;
}

/// References that come with a new file object, and not by get_file.
constexpr std::uint32_t references_made(const Transition& t, const Name& name) {
  const auto* open = call<Open>(t);
  if (open && open->name == name && std::holds_alternative<Descriptor>(t.result)) return 1;
  // A new shared memory object is held by its area from the start.
  return inode_named(t.before, name) || !inode_named(t.after, name)->shared_memory ? 0 : 1;
}

constexpr bool references_change_by_what_is_taken_and_dropped(const Transition& t) {
  const auto balanced = [&](const Inode& inode) {
    const auto of_it = [&](const auto& effect) { return effect.name == inode.name; };
    const std::uint32_t made = inode_named(t.after, inode.name) ? references_made(t, inode.name) : 0;
    return references(t.before, inode.name) + count_effects<GetFile>(t, of_it) + made ==
           references(t.after, inode.name) + count_effects<Fput>(t, of_it);
  };
  return std::ranges::all_of(t.before.inodes, balanced) && std::ranges::all_of(t.after.inodes, balanced);
}

constexpr bool file_objects_go_with_their_last_reference(const Transition& t) {
  const bool opened = call<Open>(t) && !refusal(t);
  const std::size_t made = (opened ? 1 : 0) + (t.after.shm_made - t.before.shm_made);
  if (t.before.files.size() + made != t.after.files.size() + count_effects<Release>(t)) return false;
  // A shared memory object goes with its file object, other files stay.
  return std::ranges::all_of(t.before.inodes, [&](const Inode& inode) {
    const auto of_it = [&](const Release& release) { return release.name == inode.name; };
    const bool goes = inode.shared_memory && count_effects<Release>(t, of_it) != 0;
    return goes == (inode_named(t.after, inode.name) == nullptr);
  });
}

constexpr bool write_counts_are_told_when_they_change(const Transition& t) {
  return std::ranges::all_of(t.after.inodes, [&](const Inode& inode) {
    const auto of_it = [&](const WriteCount& told) { return told.name == inode.name; };
    std::int32_t last = write_count(t.before, inode.name);
    for (const auto& effect : t.effects) {
      const auto* told = std::get_if<WriteCount>(&effect);
      if (!told || !of_it(*told)) continue;
      const std::int32_t step = told->i_writecount - last;
      if (step != 1 && step != -1) return false;
      last = told->i_writecount;
    }
    return last == inode.i_writecount;
  });
}

// ---- What every call keeps ------------------------------------------------------------------------------------------

constexpr bool structures_had_less_those_given_back_are_the_new_areas(const Transition& t) {
  const std::uint32_t had = count_effects<VmaAlloc>(t, [](const VmaAlloc& request) { return request.given; });
  // The counts are unsigned and their difference may be negative.
  return t.before.mm.map_count + had == t.after.mm.map_count + count_effects<VmaFree>(t);
}

/// Pages are released with zap_page_range; what a range loses are whole pages of one area each.
constexpr bool released_pages_are_whole(const Transition& t) {
  return all_effects(t, [](const Effect<std::uint32_t>& effect) {
    const auto* zap = std::get_if<ZapPageRange<std::uint32_t>>(&effect);
    return !zap || (is_aligned(zap->addr) && is_aligned(zap->size) && zap->size != 0);
  });
}

constexpr bool no_assertion_about_pages_to_release(const Transition& t) {
  return refusal(t) != Refusal::zap_of_nothing;
}
constexpr bool no_assertion_about_pages_to_protect(const Transition& t) {
  return refusal(t) != Refusal::protection_of_nothing;
}
constexpr bool no_assertion_about_pages_to_fault_in(const Transition& t) {
  return refusal(t) != Refusal::presence_of_nothing;
}

// ---- The end of an address space ------------------------------------------------------------------------------------

inline bool exit_leaves_no_area(const Transition& t) {
  if (!call<ExitMmap>(t)) return true;
  const auto& mm = t.after.mm;
  if (!mm.areas.empty() || mm.total_vm != 0 || mm.locked_vm != 0 || mm.map_count != 0) return false;
  // In the order of the list, each area's pages are released.
  std::size_t next = 0;
  const bool in_order = all_effects(t, [&](const Effect<std::uint32_t>& effect) {
    const auto* zap = std::get_if<ZapPageRange<std::uint32_t>>(&effect);
    if (!zap) return true;
    if (next >= t.before.mm.areas.size()) return false;
    const auto& area = t.before.mm.areas[next++];
    return zap->addr == area.vm_start && zap->size == area.vm_end - area.vm_start;
  });
  return in_order && next == t.before.mm.areas.size();
}

inline bool exit_clears_all_page_tables_of_the_task(const Transition& t) {
  if (!call<ExitMmap>(t)) return true;
  const Effect<std::uint32_t> all = ClearPageTables<std::uint32_t>{0, machine.task_size >> shift_of_slot};
  return count_effects<ClearPageTables<std::uint32_t>>(t) == 1 && t.effects.back() == all;
}

inline bool break_and_limits_survive_the_end(const Transition& t) {
  return !call<ExitMmap>(t) || (process_is_as_before(t) && std::holds_alternative<Nothing>(t.result));
}

}  // namespace refmm::vma::holds
