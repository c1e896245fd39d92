// mmap in later eras: other refusals, in another order, and all of them before the old mapping goes.
//
// Follows ksys_mmap_pgoff, do_mmap and mmap_region in mm/mmap.c and mm/vma.c.
#pragma once

#include <refmm/model/since_merge.hpp>
#include <refmm/model/since_unmapped.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The file object that a call maps, or nullptr: of none, or of a descriptor that is not open.
template <Word W>
constexpr const vma::File* mapped_file(const since::State<W>& state, const vma::Mmap2<W>& call) {
  return has(call.flags, vma::MAP_ANONYMOUS) ? nullptr : vma::file_behind(state.base, call.fd);
}

/// What is asked of the length and of the offset. `call.len` is not rounded yet. Refused, or as it was.
template <Word W>
constexpr EraStep<W> check_length(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mmap2<W>& call) {
  const since::Era& era = kernel.era;
  const MachineOf<W>& machine = kernel.base.machine;
  const W len = page_align<W>(machine, call.len);
  if (era.mmap_length_zero && call.len == W(0u))
    return refused(std::move(so_far), since::Refusal::length_zero, "since.mmap.length_zero");
  if (era.mmap_length_wraps && call.len != W(0u) && len == W(0u))
    return refused(std::move(so_far), since::Refusal::length_wraps, "since.mmap.length_wraps");
  if (era.mmap_offset && call.pgoff + pages_in<W>(machine, len) < call.pgoff)
    return refused(std::move(so_far), since::Refusal::offset_overflows, "since.mmap.offset");
  return so_far;
}

/// So many addresses, the last of all, look like errors. Source: MAX_ERRNO, IS_ERR_VALUE.
inline constexpr std::uint32_t largest_error_value = 4095;

/// Later kernels return such an address from the function that looks for places, take it for an error, and give it to the caller: as
/// if something had been mapped there. [since.mmap.error_address]
template <Word W>
constexpr EraStep<W> not_mapped_at_error(EraStep<W> so_far, W addr) {
  so_far.because.push_back("since.mmap.error_address");
  so_far.result = since::TakenForError<W>{addr};
  return so_far;
}

/// What is asked of an address that is given with MAP_FIXED. Refused, or as it was.
template <Word W>
constexpr EraStep<W> check_fixed(const since::KernelOf<W>& kernel, EraStep<W> so_far, W addr, W len) {
  const since::Era& era = kernel.era;
  const bool too_long = era.mmap_range && is_true(len > W(kernel.base.machine.task_size));  // is refused before
  if (era.mmap_error_address && !too_long && addr > ~W(0u) - W(largest_error_value))
    return not_mapped_at_error<W>(std::move(so_far), addr);
  if (era.mmap_range && !lies_in_task<W>(kernel.base.machine, addr, len))
    return refused(std::move(so_far), since::Refusal::range_outside_task, "since.mmap.range");
  if (era.mmap_range && !is_page_aligned<W>(kernel.base.machine, addr))
    return refused(std::move(so_far), vma::Refusal::address_unaligned, "vma.mmap.fixed.unaligned");
  if (era.mmap_lowest_address && addr < W(kernel.lowest_address))
    return refused(std::move(so_far), since::Refusal::below_lowest_address, "since.mmap.lowest_address");
  return so_far;
}

template <Word W>
constexpr bool is_no_replace(const since::KernelOf<W>& kernel, W flags) {
  return kernel.era.mmap_noreplace && has(flags, since::MAP_FIXED_NOREPLACE);
}

/// Where the mapping goes: Address, Refused, ChoiceForbidden; or as it was, where 2.4.0 is to choose. `len` is rounded.
template <Word W>
constexpr EraStep<W> place_of_mapping(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                      const vma::Mmap2<W>& call, W len, std::optional<W> chosen) {
  const MachineOf<W>& machine = kernel.base.machine;
  if (!has(call.flags, vma::MAP_FIXED) && !is_no_replace<W>(kernel, call.flags)) {
    if (kernel.era.mmap_range && len > W(machine.task_size))
      return refused(std::move(so_far), since::Refusal::range_outside_task, "since.mmap.range");
    if (!kernel.era.unmapped_hint && !chosen) return so_far;
    const bool large = !mapped_file(so_far.state, call) && !has(call.flags, vma::MAP_SHARED);
    return place_found<W>(kernel, std::move(so_far), {call.addr, len, large, true, chosen});
  }
  so_far = check_fixed<W>(kernel, std::move(so_far), call.addr, len);
  if (was_refused(so_far)) return so_far;
  if (!is_no_replace<W>(kernel, call.flags)) return so_far;
  const W end = call.addr + len;
  if (std::ranges::any_of(so_far.state.base.mm.areas,
                          [&](const vma::Area<W>& area) { return meets(area, call.addr, end); }))
    return refused(std::move(so_far), since::Refusal::already_mapped, "since.mmap.noreplace");
  return succeeded<W>(std::move(so_far), vma::Address<W>{call.addr}, "since.mmap.noreplace");
}

/// What is asked of locking. Refused, or as it was. `len` is rounded.
template <Word W>
constexpr EraStep<W> check_locking(const since::KernelOf<W>& kernel, EraStep<W> so_far, W flags, W len) {
  const bool asked = kernel.era.mmap_locked && has(flags, vma::MAP_LOCKED);
  if (asked && !may_lock(so_far.state.base.knobs))
    return refused(std::move(so_far), since::Refusal::locking_not_permitted, "since.mmap.locked");
  const bool locks = asked || has(so_far.state.base.mm.def_flags, vma::VM_LOCKED);
  if (kernel.era.mmap_locked && locks &&
      passes_locked_limit<W>(kernel, so_far.state, pages_in<W>(kernel.base.machine, len)))
    return refused(std::move(so_far), since::Refusal::locked_limit, "since.mmap.locked");
  return so_far;
}

/// What is asked of the type of a mapping without a file. Refused, or as it was.
template <Word W>
constexpr EraStep<W> check_type_without_file(const since::KernelOf<W>& kernel, EraStep<W> so_far, W flags) {
  const since::Era& era = kernel.era;
  const W type = flags & W(vma::MAP_TYPE);
  const bool droppable = era.mmap_droppable && type == W(since::MAP_DROPPABLE);
  if (droppable && has(flags, vma::MAP_LOCKED))
    return refused(std::move(so_far), since::Refusal::locked_but_droppable, "since.mmap.droppable");
  if (era.mmap_type && type != W(vma::MAP_SHARED) && type != W(vma::MAP_PRIVATE) && !droppable)
    return refused(std::move(so_far), since::Refusal::unknown_type, "since.mmap.type");
  if (era.mmap_grows && has(flags, vma::MAP_GROWSDOWN) && type != W(vma::MAP_PRIVATE))
    return refused(std::move(so_far), since::Refusal::grows_but_is_shared, "since.mmap.grows");
  return so_far;
}

/// The flags of a call with the type that 2.4.0 knows: MAP_SHARED_VALIDATE is MAP_SHARED, and MAP_DROPPABLE is MAP_PRIVATE.
template <Word W>
constexpr W with_old_type(const since::KernelOf<W>& kernel, W flags, bool has_file) {
  const W type = flags & W(vma::MAP_TYPE), others = flags & ~W(vma::MAP_TYPE);
  if (has_file && kernel.era.mmap_validate && type == W(since::MAP_SHARED_VALIDATE))
    return others | W(vma::MAP_SHARED);
  if (!has_file && kernel.era.mmap_droppable && type == W(since::MAP_DROPPABLE))
    return others | W(vma::MAP_PRIVATE);
  return flags;
}

/// What is asked of a file, by the type and the descriptor. Refused, or as it was.
template <Word W>
constexpr EraStep<W> check_file(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mmap2<W>& call,
                                std::uint32_t file) {
  const since::Era& era = kernel.era;
  const MachineOf<W>& machine = kernel.base.machine;
  const W largest = (~W(0u) >> W(1u)) - page_align<W>(machine, call.len);  // files end below half of all numbers
  if (era.mmap_offset && call.pgoff > pages_in<W>(machine, largest))
    return refused(std::move(so_far), since::Refusal::offset_overflows, "since.mmap.offset");
  const bool validates = (call.flags & W(vma::MAP_TYPE)) == W(since::MAP_SHARED_VALIDATE);
  if (era.mmap_validate && validates && (call.flags & ~W(since::known_map_flags)) != W(0u))
    return refused(std::move(so_far), since::Refusal::unknown_flags, "since.mmap.validate");
  if (!era.mmap_looks_first) return so_far;
  const MapRequest<W> request{.file = file,
                              .addr = call.addr,
                              .len = call.len,
                              .prot = call.prot,
                              .flags = with_old_type<W>(kernel, call.flags, true),
                              .pgoff = call.pgoff};
  const VmaStep<W> checked = check_permissions<W>({so_far.state.base, vma::Nothing{}, {}, {}}, request);
  if (was_refused(checked))
    return refused(std::move(so_far), Objection{refusal_of(checked), checked.because.back()});
  if (era.mmap_grows && has(call.flags, vma::MAP_GROWSDOWN))
    return refused(std::move(so_far), since::Refusal::grows_but_is_shared, "since.mmap.grows");
  return so_far;
}

/// The limits on the address space and on data, of what comes less the `replaced` bytes from `addr` on that go. Refused, or as it
/// was. What is to be replaced has been cut out of its areas by then, and stays cut.
template <Word W>
constexpr EraStep<W> check_limits(const since::KernelOf<W>& kernel, EraStep<W> so_far, W vm_flags, W addr,
                                  W replaced, W len) {
  const vma::Mm<W>& mm = so_far.state.base.mm;
  const W gone = pages_inside<W>(kernel, mm, addr, addr + replaced, [](const vma::Area<W>&) { return true; });
  const W pages = pages_in<W>(kernel.base.machine, len) - gone;
  const W limit = pages_in<W>(kernel.base.machine, so_far.state.base.knobs.rlimit_as);
  const bool passes_limit = kernel.era.mmap_looks_first && is_true(mm.total_vm + pages > limit);
  const bool passes_data = !passes_limit && passes_data_limit<W>(kernel, so_far.state, vm_flags, pages);
  if (!passes_limit && !passes_data) return so_far;
  if (kernel.era.mmap_looks_first && gone != W(0u))
    so_far = split_around<W>(kernel, std::move(so_far), addr, addr + replaced);
  return passes_limit ? refused(std::move(so_far), since::Refusal::address_space_limit, "since.mmap.looks_first")
                      : refused(std::move(so_far), since::Refusal::data_limit, "since.data_limit");
}

/// The call as 2.4.0 is to carry it out: at the place that is decided, if one is, and without what it does not know.
template <Word W>
constexpr vma::Mmap2<W> for_2_4_0(const since::KernelOf<W>& kernel, vma::Mmap2<W> call, bool has_file,
                                  std::optional<W> place) {
  if (place) {
    call.addr = *place;
    call.flags = call.flags | W(vma::MAP_FIXED);
  }
  call.flags = with_old_type<W>(kernel, call.flags, has_file);
  if (kernel.era.merge && !has_file)
    call.pgoff = has(call.flags, vma::MAP_SHARED) ? W(0u) : pages_in<W>(kernel.base.machine, call.addr);
  return call;
}

/// What is refused before anything is changed. As it was, or Address where the place is decided; Refused, or ChoiceForbidden.
template <Word W>
constexpr EraStep<W> check_mmap(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mmap2<W>& call,
                                W len, std::optional<W> chosen) {
  // Where nothing else is refused first 2.4.0 finds that itself.
  const bool looks_first = kernel.era != since::Era{};
  if (looks_first && !has(call.flags, vma::MAP_ANONYMOUS) && !mapped_file(so_far.state, call))
    return refused(std::move(so_far), vma::Refusal::descriptor_not_open, "vma.mmap.descriptor");
  so_far = check_length<W>(kernel, std::move(so_far), call);
  if (!was_refused(so_far)) so_far = place_of_mapping<W>(kernel, std::move(so_far), call, len, chosen);
  if (!was_refused(so_far)) so_far = check_locking<W>(kernel, std::move(so_far), call.flags, len);
  if (was_refused(so_far)) return so_far;
  const vma::File* file = mapped_file(so_far.state, call);
  so_far = file ? check_file<W>(kernel, std::move(so_far), call, file->number)
                : check_type_without_file<W>(kernel, std::move(so_far), call.flags);
  if (was_refused(so_far)) return so_far;
  const auto* place = std::get_if<vma::Address<W>>(&so_far.result);
  const bool replaces = has(call.flags, vma::MAP_FIXED);
  const W shared = W(has(call.flags, vma::MAP_SHARED) ? vma::VM_SHARED : 0u);
  return check_limits<W>(kernel, std::move(so_far), vm_flags<W>(call.prot, call.flags) | shared,
                         place ? place->value : call.addr, replaces ? len : W(0u), len);
}

/// The flags that later kernels give to a new area beyond those of 2.4.0.
template <Word W>
constexpr W flags_of_later(const since::KernelOf<W>& kernel, const vma::Mmap2<W>& call, bool has_file) {
  const since::Era& era = kernel.era;
  W more = W(0u);
  if (era.mmap_locked && has(call.flags, vma::MAP_LOCKED)) more = more | W(vma::VM_LOCKED);
  if (era.mmap_stack && has(call.flags, since::MAP_STACK)) more = more | W(since::VM_NOHUGEPAGE);
  const bool droppable = !has_file && (call.flags & W(vma::MAP_TYPE)) == W(since::MAP_DROPPABLE);
  if (era.mmap_droppable && droppable) more = more | W(since::VM_DROPPABLE);
  const bool promised = has(call.prot, vma::PROT_WRITE) && !has(call.flags, vma::MAP_SHARED | vma::MAP_NORESERVE);
  if (era.merge && promised && !droppable) more = more | W(since::VM_ACCOUNT);  // [since.merge.alike]
  return more;
}

/// The clauses that gave those flags.
template <Word W>
constexpr void note_flags_of_later(Because& because, W more) {
  note(because, has(more, vma::VM_LOCKED), "since.mmap.locked");
  note(because, has(more, since::VM_NOHUGEPAGE), "since.mmap.stack");
  note(because, has(more, since::VM_DROPPABLE), "since.mmap.droppable");
}

/// Maps what is asked for. The result is the Address, or Refused, or ChoiceForbidden.
template <Word W>
constexpr EraStep<W> mmap_since(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mmap2<W>& call,
                                std::optional<W> chosen) {
  // refuse
  const W len = page_align<W>(kernel.base.machine, call.len);
  so_far = check_mmap<W>(kernel, std::move(so_far), call, len, chosen);
  if (was_refused(so_far)) return so_far;

  // find
  const auto* address = std::get_if<vma::Address<W>>(&so_far.result);
  const auto place = address ? std::optional<W>(address->value) : std::nullopt;
  const bool has_file = mapped_file(so_far.state, call) != nullptr;
  vma::Mmap2<W> placed = for_2_4_0<W>(kernel, call, has_file, place);
  const W more = flags_of_later<W>(kernel, call, has_file);
  if (has(more, since::VM_DROPPABLE)) placed.flags = placed.flags | W(vma::MAP_NORESERVE);
  const W def_flags = so_far.state.base.mm.def_flags;

  // change
  note_flags_of_later(so_far.because, more);
  const W locking = W(has(more, since::VM_DROPPABLE) ? vma::VM_LOCKED | since::VM_LOCKONFAULT : 0u);
  so_far.state.base.mm.def_flags = (def_flags & ~locking) | more;
  so_far = with_limits_lifted<W>(kernel, std::move(so_far), [&](EraStep<W> step) {
    return carried_out_by_2_4_0<W>(kernel, std::move(step), placed);
  });
  so_far.state.base.mm.def_flags = def_flags;
  const auto* mapped = std::get_if<vma::Address<W>>(&so_far.result);
  if (!mapped || len == W(0u)) return so_far;
  const W start = mapped->value;
  so_far.state = as_new_at<W>(std::move(so_far.state), start);
  // What may be dropped is unlocked only in the end, when pages are to be made present and joining was tried: [since.mmap.droppable].
  if (has(more, since::VM_DROPPABLE) && has(def_flags, vma::VM_LOCKED)) {
    so_far.effects.push_back(vma::MakePagesPresent<W>{start, W(start + len)});
    return so_far;
  }
  return merged_around<W>(kernel, std::move(so_far), start, W(start + len));
}

}  // namespace refmm::model::inline REFMM_BUILD
