// mmap in later eras: other refusals, in another order, and all of them before the old mapping goes. Part of impl/since.hpp.
//
// Follows ksys_mmap_pgoff, do_mmap and mmap_region in mm/mmap.c and mm/vma.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>

#include <utility>

namespace refmm::impl::inline REFMM_BUILD {

// ---- What is asked for --------------------------------------------------------------------------------------------

/// [since.mmap.droppable]
inline bool EraAddressSpace::is_droppable(const EraMapRequest& request) const {
  return era_.mmap_droppable && request.file == nullptr && request.type() == since::MAP_DROPPABLE;
}

/// [since.mmap.noreplace]
inline bool EraAddressSpace::is_no_replace(const EraMapRequest& request) const {
  return era_.mmap_noreplace && request.has(since::MAP_FIXED_NOREPLACE);
}

/// The flags of a call with the type that 2.4.0 knows: MAP_SHARED_VALIDATE is MAP_SHARED, and MAP_DROPPABLE is MAP_PRIVATE.
inline auto EraAddressSpace::with_old_type(const EraMapRequest& request) const -> Word {
  const Word others = request.flags & ~Word{vma::MAP_TYPE};
  const bool validates =
      era_.mmap_validate && request.file != nullptr && request.type() == since::MAP_SHARED_VALIDATE;
  if (validates) return others | vma::MAP_SHARED;
  return is_droppable(request) ? others | vma::MAP_PRIVATE : request.flags;
}

// ---- What is refused ------------------------------------------------------------------------------------------------

/// [since.mmap.length_zero], [since.mmap.length_wraps], [since.mmap.offset]
inline std::optional<EraRefusal> EraAddressSpace::check_length(const EraMapRequest& request) const {
  if (era_.mmap_length_zero && request.len == 0) return since::Refusal::length_zero;
  if (era_.mmap_length_wraps && request.len != 0 && request.pages_len == 0) return since::Refusal::length_wraps;
  if (era_.mmap_offset && request.pgoff + pages_in(request.pages_len) < request.pgoff)
    return since::Refusal::offset_overflows;
  return std::nullopt;
}

/// [since.mmap.error_address], [since.mmap.range], [since.mmap.lowest_address]: what is asked of an address that is given. Later
/// kernels return one that looks like an error (IS_ERR_VALUE) from the function that looks for places, and then to the caller.
inline std::optional<EraRefusal> EraAddressSpace::check_fixed(const EraMapRequest& request) const {
  constexpr Word largest_error_value = 4095;
  const bool too_long = era_.mmap_range && request.pages_len > machine_.task_size;  // is refused before
  if (era_.mmap_error_address && !too_long && request.addr > ~Word{0} - largest_error_value)
    return since::TakenForError<Word>{request.addr};
  if (era_.mmap_range && !lies_in_task(request.addr, request.pages_len)) return since::Refusal::range_outside_task;
  if (era_.mmap_range && !is_page_aligned(request.addr)) return vma::Refusal::address_unaligned;
  if (era_.mmap_lowest_address && request.addr < kernel_.lowest_address)
    return since::Refusal::below_lowest_address;
  return std::nullopt;
}

/// Where the mapping goes, if 2.4.0 is not to choose.
inline std::optional<EraRefusal> EraAddressSpace::choose_place(const EraMapRequest& request,
                                                               std::optional<Word>& place) {
  const bool no_replace = is_no_replace(request);
  if (!request.has(vma::MAP_FIXED) && !no_replace) {
    if (era_.mmap_range && request.pages_len > machine_.task_size) return since::Refusal::range_outside_task;
    if (!era_.unmapped_hint) return std::nullopt;
    const bool large = request.file == nullptr && !request.has(vma::MAP_SHARED);
    const auto found = find_place(
        {.hint = request.addr, .len = request.pages_len, .large_alignment = large, .raises_hint = true});
    if (!found) return found.refusal();
    place = *found;
    return std::nullopt;
  }
  if (const auto refusal = check_fixed(request)) return refusal;
  if (!no_replace) return std::nullopt;
  if (find_vma_intersection(request.addr, request.addr + request.pages_len) != nullptr)
    return since::Refusal::already_mapped;
  place = request.addr;
  return std::nullopt;
}

/// [since.mmap.locked]
inline std::optional<EraRefusal> EraAddressSpace::check_locking(const EraMapRequest& request) const {
  if (!era_.mmap_locked) return std::nullopt;
  const bool asked = request.has(vma::MAP_LOCKED);
  if (asked && !may_lock()) return since::Refusal::locking_not_permitted;
  const bool locks = asked || (def_flags_ & vma::VM_LOCKED) != 0;
  if (locks && passes_locked_limit(pages_in(request.pages_len))) return since::Refusal::locked_limit;
  return std::nullopt;
}

/// [since.mmap.droppable], [since.mmap.type], [since.mmap.grows]
inline std::optional<EraRefusal> EraAddressSpace::check_type_without_file(const EraMapRequest& request) const {
  const bool droppable = is_droppable(request);
  if (droppable && request.has(vma::MAP_LOCKED)) return since::Refusal::locked_but_droppable;
  const bool is_private = request.type() == vma::MAP_PRIVATE;
  if (era_.mmap_type && !is_private && request.type() != vma::MAP_SHARED && !droppable)
    return since::Refusal::unknown_type;
  if (era_.mmap_grows && request.has(vma::MAP_GROWSDOWN) && !is_private)
    return since::Refusal::grows_but_is_shared;
  return std::nullopt;
}

/// [since.mmap.offset], [since.mmap.validate], [since.mmap.looks_first], [since.mmap.grows]. Files end below half of all numbers.
inline std::optional<EraRefusal> EraAddressSpace::check_file(const EraMapRequest& request) const {
  const Word largest = (~Word{0} >> 1) - request.pages_len;
  if (era_.mmap_offset && request.pgoff > pages_in(largest)) return since::Refusal::offset_overflows;
  const bool validates = era_.mmap_validate && request.type() == since::MAP_SHARED_VALIDATE;
  if (validates && request.has(~Word{since::known_map_flags})) return since::Refusal::unknown_flags;
  if (!era_.mmap_looks_first) return std::nullopt;
  const auto refusal = check_permissions({.file = request.file,
                                          .addr = request.addr,
                                          .len = request.len,
                                          .prot = request.prot,
                                          .flags = with_old_type(request),
                                          .pgoff = request.pgoff});
  if (refusal) return *refusal;
  if (era_.mmap_grows && request.has(vma::MAP_GROWSDOWN)) return since::Refusal::grows_but_is_shared;
  return std::nullopt;
}

/// What is refused before anything is changed; and where the mapping goes, if 2.4.0 is not to choose.
inline std::optional<EraRefusal> EraAddressSpace::check_mmap(const EraMapRequest& request,
                                                             std::optional<Word>& place) {
  if (const auto refusal = check_length(request)) return refusal;
  if (const auto refusal = choose_place(request, place)) return refusal;
  if (const auto refusal = check_locking(request)) return refusal;
  const auto refusal = request.file != nullptr ? check_file(request) : check_type_without_file(request);
  if (refusal) return refusal;
  const Word vm_flags = (request.prot & vma::VM_ACCESS) | (request.flags & vma::MAP_GROWSDOWN) |
                        (request.has(vma::MAP_SHARED) ? vma::VM_SHARED : 0);
  const Word replaced = request.has(vma::MAP_FIXED) ? request.pages_len : 0;
  return check_limits(vm_flags, place.value_or(request.addr), replaced, request.pages_len);
}

// ---- The mapping ----------------------------------------------------------------------------------------------------

/// The flags that later kernels give to a new area beyond those of 2.4.0.
inline std::uint32_t EraAddressSpace::flags_of_later(const EraMapRequest& request) const {
  std::uint32_t more = 0;
  if (era_.mmap_locked && request.has(vma::MAP_LOCKED)) more |= vma::VM_LOCKED;
  if (era_.mmap_stack && request.has(since::MAP_STACK)) more |= since::VM_NOHUGEPAGE;
  const bool droppable = is_droppable(request);
  if (droppable) more |= since::VM_DROPPABLE;
  const bool promised =
      (request.prot & vma::PROT_WRITE) != 0 && !request.has(vma::MAP_SHARED | vma::MAP_NORESERVE);
  if (era_.merge && promised && !droppable) more |= since::VM_ACCOUNT;
  return more;
}

/// Has 2.4.0 map what passed the checks, at a place, if one is decided, and without what 2.4.0 does not know. Memory without a file
/// counts its pages as if the address space were its file, so that neighbours can be joined ([since.merge.alike]).
inline auto EraAddressSpace::mapped_by_2_4_0(const EraMapRequest& request, std::optional<Word> place)
    -> Returned<Word> {
  const Word addr = place.value_or(request.addr);
  Word flags = with_old_type(request) & ~Word{vma::MAP_DENYWRITE | vma::MAP_EXECUTABLE};
  if (place) flags |= vma::MAP_FIXED;
  const bool droppable = is_droppable(request);
  Word pgoff = request.pgoff;
  if (era_.merge && request.file == nullptr) pgoff = has(flags, vma::MAP_SHARED) ? 0 : pages_in(addr);
  if (droppable) flags |= vma::MAP_NORESERVE;

  const std::uint32_t def_flags = def_flags_;
  def_flags_ = (droppable ? def_flags & ~lock_bits : def_flags) | flags_of_later(request);
  const auto mapped = with_limits_lifted(
      [&] { return do_mmap_pgoff(request.file, addr, request.len, request.prot, flags, pgoff); });
  def_flags_ = def_flags;
  return mapped;
}

inline EraReturned<EraWord> EraAddressSpace::mmap2(File* file, Word addr, Word len, Word prot, Word flags,
                                                   Word pgoff) {
  const EraMapRequest request{file, addr, len, prot, flags, pgoff, page_align(len)};
  std::optional<Word> place;
  if (const auto refusal = check_mmap(request, place)) return *refusal;
  const auto mapped = mapped_by_2_4_0(request, place);
  if (!mapped || request.pages_len == 0) return mapped;
  const Word end = *mapped + request.pages_len;
  // What may be dropped is unlocked only in the end, when pages are to be made present and joining was tried: [since.mmap.droppable].
  if (is_droppable(request) && has(def_flags_, vma::VM_LOCKED))
    layer_.make_pages_present(*mapped, end);
  else
    merge_around(*mapped, end);
  return mapped;
}

}  // namespace refmm::impl::inline REFMM_BUILD
