// Laws about mmap: what spec/vma_step_laws.hpp lists of it.
//
// Each refusal is stated both ways: it is given only where there is reason for it, and where there is the call does not succeed.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_map_call.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

namespace refmm::vma::holds {

// ---- Checks of arguments --------------------------------------------------------------------------------------------

constexpr bool mmap_refuses_byte_offsets_within_a_page(const Transition& t) {
  const auto* mmap = call<Mmap>(t);
  const auto* by_loader = call<DoMmap>(t);
  if (!mmap && !by_loader) return true;
  return refuses_exactly_if(t, Refusal::offset_unaligned, !is_aligned(mmap ? mmap->offset : by_loader->offset));
}

constexpr bool do_mmap_refuses_byte_offsets_that_wrap(const Transition& t) {
  const auto* mmap = call<DoMmap>(t);
  return !mmap || mmap->offset + rounded_up(mmap->len) >= mmap->offset || refusal(t);
}

constexpr bool mmap_refuses_what_is_not_open(const Transition& t) {
  if (!call<Mmap>(t) && !call<Mmap2>(t)) return true;
  return refuses_exactly_if(t, Refusal::descriptor_not_open, lacks_descriptor(t));
}

inline bool only_loaders_deny_writing(const Transition& t) {
  return of_mapped(t, [&](const MapCall& mmap, const Addresses& range) {
    const Mappings areas = mappings(t.after);
    const Mapping* area = holder_of(areas, range.start);
    return mmap.by_loader || !area || !(area->flags & (VM_DENYWRITE | VM_EXECUTABLE));
  });
}

constexpr bool mmap_refuses_files_without_a_method(const Transition& t) {
  const auto mmap = map_call(t);
  return !mmap || refuses_exactly_if(t, Refusal::no_mmap_method, attributes_of(t, mmap->file) & FILE_NOMMAP);
}

inline bool mmap_of_nothing_succeeds_wherever(const Transition& t) {
  const auto mmap = map_call(t);
  if (!mmap || mmap->len != 0 || refusal(t) == Refusal::no_mmap_method) return true;
  return address(t) == mmap->addr && nothing_changed(t) && t.effects.empty();
}

constexpr bool mmap_refuses_ranges_outside_the_task(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const bool outside = mmap.len > machine.task_size || mmap.addr > machine.task_size - mmap.len;
    return refuses_exactly_if(t, Refusal::range_outside_task, outside);
  });
}

constexpr bool mmap_refuses_page_offsets_that_wrap(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    return refuses_exactly_if(t, Refusal::offset_wraps, mmap.pgoff + pages_in(mmap.len) < mmap.pgoff);
  });
}

inline bool mmap_stays_within_the_number_of_areas(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const bool fixed = (mmap.flags & MAP_FIXED) && is_aligned(mmap.addr);
    const std::size_t others =
        fixed ? without(mappings(t.before), replaced(mmap)).size() : t.before.mm.areas.size();
    return refuses_exactly_if(t, Refusal::too_many_areas, others >= t.before.knobs.max_map_count);
  });
}

constexpr bool mmap_stays_within_the_limit_of_locked_memory(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const bool too_much = (t.before.mm.def_flags & VM_LOCKED) &&
                          passes(t.before.knobs.rlimit_memlock, t.before.mm.locked_vm, mmap.len);
    return refuses_exactly_if(t, Refusal::locked_limit, too_much);
  });
}

// ---- Permissions of the file ----------------------------------------------------------------------------------------

/// The claim about an mmap of a file.
constexpr bool of_file(const Transition& t, auto claim) {
  return of_mmap(t, [&](const MapCall& mmap) { return !mmap.file || claim(mmap); });
}

constexpr bool writing_back_takes_a_writable_descriptor(const Transition& t) {
  return of_file(t, [&](const MapCall& mmap) {
    const bool writes = is_shared(mmap) && (mmap.prot & PROT_WRITE);
    return refuses_exactly_if(t, Refusal::not_writable, writes && !(mmap.file->f_mode & FMODE_WRITE));
  });
}

constexpr bool append_only_files_are_not_shared_by_writers(const Transition& t) {
  return of_file(t, [&](const MapCall& mmap) {
    const bool append_only = attributes_of(t, mmap.file) & FILE_APPEND;
    return refuses_exactly_if(t, Refusal::append_only,
                              is_shared(mmap) && append_only && (mmap.file->f_mode & FMODE_WRITE));
  });
}

constexpr bool files_under_a_mandatory_lock_are_not_shared(const Transition& t) {
  return of_file(t, [&](const MapCall& mmap) {
    return refuses_exactly_if(t, Refusal::mandatory_lock,
                              is_shared(mmap) && (attributes_of(t, mmap.file) & FILE_MANDLOCK));
  });
}

constexpr bool mapping_a_file_takes_a_readable_descriptor(const Transition& t) {
  return of_file(t, [&](const MapCall& mmap) {
    return refuses_exactly_if(t, Refusal::not_readable, !(mmap.file->f_mode & FMODE_READ));
  });
}

constexpr bool files_are_mapped_shared_or_private(const Transition& t) {
  return of_file(t, [&](const MapCall& mmap) {
    const std::uint32_t type = mmap.flags & MAP_TYPE;
    return refuses_exactly_if(t, Refusal::unknown_map_type, type != MAP_SHARED && type != MAP_PRIVATE);
  });
}

// ---- The place ------------------------------------------------------------------------------------------------------

constexpr bool mmap_refuses_fixed_addresses_within_a_page(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    return refuses_exactly_if(t, Refusal::address_unaligned, (mmap.flags & MAP_FIXED) && !is_aligned(mmap.addr));
  });
}

inline bool mmap_refuses_where_no_room_is(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const bool full = !(mmap.flags & MAP_FIXED) && !lowest_free(mappings(t.before), mmap.addr, mmap.len);
    return refuses_exactly_if(t, Refusal::no_gap, full);
  });
}

constexpr bool mmap_maps_at_a_fixed_address(const Transition& t) {
  return of_mapped(t, [&](const MapCall& mmap, const Addresses& range) {
    return !(mmap.flags & MAP_FIXED) || range.start == mmap.addr;
  });
}

inline bool mmap_chooses_the_lowest_room_and_never_what_is_mapped(const Transition& t) {
  return of_mapped(t, [&](const MapCall& mmap, const Addresses& range) {
    if (mmap.flags & MAP_FIXED) return true;
    const Mappings areas = mappings(t.before);
    return is_free(areas, range.start, mmap.len) && lowest_free(areas, mmap.addr, mmap.len) == range.start;
  });
}

// ---- Structures, limits, memory -------------------------------------------------------------------------------------

inline bool mmap_without_a_structure_does_nothing(const Transition& t) {
  return of_mmap(t, [&](const MapCall&) {
    if (refusal(t) != Refusal::no_area_structure) return t.before.knobs.fail_vma != 1 || refusal(t);
    return t.before.knobs.fail_vma == 1 && t.effects.size() == 1 && nothing_changed(t);
  });
}

inline bool an_old_mapping_that_stays_stays_whole(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    if (refusal(t) != Refusal::old_mapping_stays) return true;
    const Mappings areas = mappings(t.before);
    const Mapping* area = holder_of(areas, mmap.addr);
    const bool hole = area && area->start < mmap.addr && mmap.addr + mmap.len < area->end;
    const bool at_limit = hole && t.before.mm.map_count >= t.before.knobs.max_map_count;
    return nothing_changed(t) && (at_limit || lacked_a_structure(t));
  });
}

inline bool mmap_stays_within_the_limit_of_the_address_space(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const std::uint32_t pages = pages_of(without(mappings(t.before), replaced(mmap)));
    return refuses_exactly_if(t, Refusal::address_space_limit, passes(t.before.knobs.rlimit_as, pages, mmap.len));
  });
}

constexpr bool mmap_of_charged_memory_takes_free_pages(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const bool charged = is_charged(flags_wanted(t, mmap)) && !(mmap.flags & MAP_NORESERVE);
    return refuses_exactly_if(t, Refusal::no_memory,
                              charged && !enough_memory(t.before.knobs, pages_in(mmap.len)));
  });
}

constexpr bool memory_that_is_not_charged_is_never_refused_for_lack_of_it(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const bool charged = is_charged(flags_wanted(t, mmap)) && !(mmap.flags & MAP_NORESERVE);
    return charged || refusal(t) != Refusal::no_memory;
  });
}

constexpr bool writers_and_denying_exclude_each_other(const Transition& t) {
  return of_file(t, [&](const MapCall& mmap) {
    const Name& file = mmap.file->inode;
    if (refusal(t) == Refusal::text_busy)
      return (mmap.flags & MAP_DENYWRITE) && inode_named(t.after, file)->i_writecount > 0;
    return !(mmap.flags & MAP_DENYWRITE) || refusal(t) || inode_named(t.after, file)->i_writecount < 0;
  });
}

/// Why the method of the file refuses, in the order in which it looks.
constexpr std::optional<Refusal> reason_of_method(const Transition& t, const MapCall& mmap) {
  const std::uint32_t attributes = attributes_of(t, mmap.file), flags = flags_wanted(t, mmap);
  const bool written_back = (flags & VM_SHARED) && (flags & VM_MAYWRITE);
  if ((attributes & FILE_NOWRITEPAGE) && written_back) return Refusal::no_writepage;
  if (attributes & FILE_NOTREG) return Refusal::not_regular;
  return attributes & FILE_NOREADPAGE ? std::optional(Refusal::no_readpage) : std::nullopt;
}

constexpr bool mmap_refuses_what_the_method_refuses(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const auto reason = reason_of_method(t, mmap), why = refusal(t);
    const bool by_method =
        why == Refusal::no_writepage || why == Refusal::not_regular || why == Refusal::no_readpage;
    return by_method ? why == reason : !reason || why;
  });
}

constexpr bool shared_memory_takes_free_pages(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const bool is_object = !mmap.file && (mmap.flags & MAP_SHARED);
    const bool lacks = !enough_memory(t.before.knobs, pages_in(mmap.len)) || t.before.knobs.fail_shmem == 1;
    return refuses_exactly_if(t, Refusal::no_shared_memory, is_object && lacks);
  });
}

inline bool a_late_failure_of_mmap_leaves_exactly_the_old_mapping_unmapped(const Transition& t) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const auto why = refusal(t);
    if (!why) return true;
    switch (*why) {
      case Refusal::address_space_limit:
      case Refusal::no_memory:
      case Refusal::text_busy:
      case Refusal::no_writepage:
      case Refusal::not_regular:
      case Refusal::no_readpage:
      case Refusal::no_shared_memory:
        return only_unmapped(t, replaced(mmap));
      default:
        return nothing_changed(t);
    }
  });
}

// ---- What is mapped -------------------------------------------------------------------------------------------------

inline bool mmap_maps_exactly_the_range(const Transition& t) {
  return of_mapped(t, [&](const MapCall& mmap, const Addresses& range) {
    Mappings expected = without(mappings(t.before), range);
    const Mappings areas = mappings(t.after);
    const Mapping* area = holder_of(areas, range.start);
    if (!area) return false;
    const bool is_object = !mmap.file && (mmap.flags & MAP_SHARED);
    const Name file = mmap.file ? mmap.file->inode : is_object ? area->file : Name();
    expected = with(std::move(expected),
                    Mapping{range.start, range.end, mmap.pgoff, area->flags, file,
                            (attributes_of(t, mmap.file) & FILE_VMOPS) != 0, (mmap.flags & MAP_NORESERVE) != 0});
    return areas == expected && process_is_as_before(t);
  });
}

inline bool a_mapping_has_the_flags_that_were_asked_for(const Transition& t) {
  return of_mapped(t, [&](const MapCall& mmap, const Addresses& range) {
    const Mappings areas = mappings(t.after);
    const Mapping* area = holder_of(areas, range.start);
    return area && area->flags == flags_wanted(t, mmap);
  });
}

inline bool what_cannot_be_written_back_is_private_inside(const Transition& t) {
  return of_mapped(t, [&](const MapCall& mmap, const Addresses& range) {
    if (!mmap.file || !is_shared(mmap) || (mmap.file->f_mode & FMODE_WRITE)) return true;
    const Mappings areas = mappings(t.after);
    const Mapping* area = holder_of(areas, range.start);
    return area && (area->flags & VM_MAYSHARE) && !(area->flags & (VM_SHARED | VM_MAYWRITE));
  });
}

inline bool memory_shared_without_a_file_has_an_object_of_its_own(const Transition& t) {
  return of_mapped(t, [&](const MapCall& mmap, const Addresses& range) {
    const bool is_object = !mmap.file && (mmap.flags & MAP_SHARED);
    if (!is_object) return t.after.shm_made == t.before.shm_made;
    const Mappings areas = mappings(t.after);
    const Mapping* area = holder_of(areas, range.start);
    const Inode* object = area ? inode_named(t.after, area->file) : nullptr;
    return object && object->shared_memory && !inode_named(t.before, area->file) &&
           t.after.shm_made == t.before.shm_made + 1 &&
           std::ranges::count(t.after.files, object->name, &File::inode) == 1;
  });
}

constexpr bool a_mapping_that_denies_writing_counts_once(const Transition& t) {
  return of_mapped(t, [&](const MapCall& mmap, const Addresses&) {
    if (!mmap.file || !(mmap.flags & MAP_DENYWRITE)) return count_effects<DenyWriteAccess>(t) == 0;
    const Effect<std::uint32_t> denied = DenyWriteAccess{mmap.file->inode, true};
    const auto at = std::ranges::find(t.effects, denied);
    if (at == t.effects.end() || at + 1 == t.effects.end()) return false;
    // Once for the time of the call, once for the area; the first is taken back at the end.
    const auto* first = std::get_if<WriteCount>(&*(at + 1));
    return first && inode_named(t.after, mmap.file->inode)->i_writecount == first->i_writecount;
  });
}

constexpr bool new_areas_are_faulted_in_where_new_areas_are_locked(const Transition& t) {
  return of_mapped(t, [&](const MapCall&, const Addresses& range) {
    if (!(t.before.mm.def_flags & VM_LOCKED)) return count_effects<MakePagesPresent<std::uint32_t>>(t) == 0;
    const Effect<std::uint32_t> faulted_in = MakePagesPresent<std::uint32_t>{range.start, range.end};
    return !t.effects.empty() && t.effects.back() == faulted_in;
  });
}

}  // namespace refmm::vma::holds
