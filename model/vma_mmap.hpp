// mmap: a range of the address space becomes an area, in place of whatever was there.
//
// The checks come in the order of 2.4.0, which shows: those behind the removal of the old mapping leave it removed. Follows
// do_mmap_pgoff in mm/mmap.c.
#pragma once

#include <refmm/model/vma_files.hpp>
#include <refmm/model/vma_find.hpp>
#include <refmm/model/vma_munmap.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// What is to be mapped.
template <Word W>
struct MapRequest {
  std::uint32_t file;  // number of the file object; 0 for none
  W addr, len;         // bytes
  W prot, flags;       // PROT_*, MAP_*
  W pgoff;             // pages
};

/// True if mapping `pages` pages from page `pgoff` on would pass the last page offset. It cannot end there either: the page
/// behind the last one must have an offset.
template <Word W>
constexpr auto offset_wraps(W pgoff, W pages) {
  return (mutant("vma.offset.last_page_only") ? pgoff + (pages - 1u) : pgoff + pages) < pgoff;
}

/// True if the whole of a range lies inside the task.
template <Word W>
constexpr bool lies_in_task(const MachineOf<W>& machine, W addr, W len) {
  const W task_size = machine.task_size;
  if (mutant("vma.range.adds_first")) return is_true(addr + len <= task_size);
  return len <= task_size && addr <= task_size - len;
}

/// What is shared through a file object must be allowed by it. Refused or as it was. 2.4.0: the checks of f_mode in
/// do_mmap_pgoff.
template <Word W>
constexpr VmaStep<W> check_permissions(VmaStep<W> so_far, const MapRequest<W>& request) {
  const vma::File& file = file_object(so_far.state, request.file);
  const std::uint32_t attributes = inode(so_far.state, file.inode).attributes;
  const bool writable = file.f_mode & vma::FMODE_WRITE;
  const W type = request.flags & W(vma::MAP_TYPE);

  if (type == W(vma::MAP_SHARED)) {
    if (has(request.prot, vma::PROT_WRITE) && !writable)
      return refused(std::move(so_far), vma::Refusal::not_writable, "vma.mmap.shared.not_writable");
    if ((attributes & vma::FILE_APPEND) && writable)
      return refused(std::move(so_far), vma::Refusal::append_only, "vma.mmap.shared.append_only");
    if (attributes & vma::FILE_MANDLOCK)
      return refused(std::move(so_far), vma::Refusal::mandatory_lock, "vma.mmap.shared.mandatory_lock");
  } else if (type != W(vma::MAP_PRIVATE)) {
    return refused(std::move(so_far), vma::Refusal::unknown_map_type, "vma.mmap.type");
  }
  if (!(file.f_mode & vma::FMODE_READ))
    return refused(std::move(so_far), vma::Refusal::not_readable, "vma.mmap.not_readable");
  return so_far;
}

/// The flags that PROT_* and MAP_* give to an area. 2.4.0: vm_flags.
template <Word W>
constexpr W vm_flags(W prot, W flags) {
  return (prot & W(vma::PROT_READ | vma::PROT_WRITE | vma::PROT_EXEC)) |
         (flags & W(vma::MAP_GROWSDOWN | vma::MAP_DENYWRITE | vma::MAP_EXECUTABLE));
}

/// The flags of the new area. Without a file everything may be granted later; through a descriptor that cannot be written a
/// shared mapping is private inside, and never becomes writable. `f_mode` is nothing without a file.
template <Word W>
constexpr W flags_of_area(W prot, W flags, W def_flags, std::optional<std::uint32_t> f_mode) {
  W all = vm_flags<W>(prot, flags) | def_flags;
  const std::uint32_t needed = mutant("vma.flags.may_asks_for_write") ? vma::FMODE_WRITE : vma::FMODE_READ;
  if (!f_mode || (*f_mode & needed)) all = all | W(vma::VM_MAYACCESS);
  if (!has(flags, vma::MAP_SHARED)) return all;
  all = all | W(vma::VM_SHARED | vma::VM_MAYSHARE);
  const bool demoted = f_mode && !(*f_mode & vma::FMODE_WRITE);
  if (demoted && mutant("vma.flags.demoted_may_write")) return all & ~W(vma::VM_SHARED);
  return demoted ? all & ~W(vma::VM_MAYWRITE | vma::VM_SHARED) : all;
}

/// True of memory that is charged when it is mapped: private and writable.
template <Word W>
constexpr bool is_charged(W vm_flags) {
  return is_true((vm_flags & W(vma::VM_SHARED | vma::VM_WRITE)) == W(vma::VM_WRITE));
}

/// Refused if another area would pass the limit on their number, as 2.4.0 counts: before the old mapping is removed, and one
/// too late.
template <Word W>
constexpr VmaStep<W> check_map_count(const vma::KernelOf<W>& kernel, VmaStep<W> so_far,
                                     const MapRequest<W>& request) {
  const vma::Mm<W>& mm = so_far.state.mm;
  const W limit = so_far.state.knobs.max_map_count;
  const bool replaces = has(request.flags, vma::MAP_FIXED) && is_page_aligned<W>(kernel.machine, request.addr);
  const W others = replaces ? areas_without<W>(mm, request.addr, request.addr + request.len) : mm.map_count;
  const bool as_built = is_true(mm.map_count > limit);
  const bool should = is_true(others >= limit);
  if (!kernel.corrected.map_count_limit && as_built != should)
    so_far.because.push_back("defect.vma.map_count_limit");
  if (kernel.corrected.map_count_limit ? should : as_built)
    return refused(std::move(so_far), vma::Refusal::too_many_areas, "vma.mmap.too_many_areas");
  return so_far;
}

/// All that is checked before the address is chosen. Refused, or as it was. `request.len` is rounded.
template <Word W>
constexpr VmaStep<W> check_request(const vma::KernelOf<W>& kernel, VmaStep<W> so_far,
                                   const MapRequest<W>& request) {
  const MachineOf<W>& machine = kernel.machine;
  if (!lies_in_task<W>(machine, request.addr, request.len))
    return refused(std::move(so_far), vma::Refusal::range_outside_task, "vma.mmap.range");
  if (offset_wraps<W>(request.pgoff, pages_in<W>(machine, request.len)))
    return refused(std::move(so_far), vma::Refusal::offset_wraps, "vma.mmap.page_offset");
  so_far = check_map_count(kernel, std::move(so_far), request);
  if (was_refused(so_far)) return so_far;
  const vma::Mm<W>& mm = so_far.state.mm;
  if (has(mm.def_flags, vma::VM_LOCKED) &&
      bytes_in<W>(machine, mm.locked_vm) + request.len > so_far.state.knobs.rlimit_memlock)
    return refused(std::move(so_far), vma::Refusal::locked_limit, "vma.mmap.locked_limit");
  if (request.file != 0) return check_permissions(std::move(so_far), request);
  return so_far;
}

/// Where the area goes: Address, or Refused.
template <Word W>
constexpr VmaStep<W> choose_address(const vma::KernelOf<W>& kernel, VmaStep<W> so_far,
                                    const MapRequest<W>& request) {
  if (has(request.flags, vma::MAP_FIXED)) {
    if (!is_page_aligned<W>(kernel.machine, request.addr))
      return refused(std::move(so_far), vma::Refusal::address_unaligned, "vma.mmap.fixed.unaligned");
    return succeeded<W>(std::move(so_far), vma::Address<W>{request.addr}, "vma.mmap.fixed");
  }
  so_far = get_unmapped_area<W>(kernel, std::move(so_far), request.addr, request.len);
  so_far.because.push_back(was_refused(so_far) ? ClauseRef("vma.mmap.no_gap") : ClauseRef("vma.mmap.anywhere"));
  return so_far;
}

/// What is checked once the old mapping is gone. Refused, or as it was.
template <Word W>
constexpr VmaStep<W> check_memory(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& area,
                                  W flags) {
  const MachineOf<W>& machine = kernel.machine;
  const W len = area.vm_end - area.vm_start;
  if (bytes_in<W>(machine, so_far.state.mm.total_vm) + len > so_far.state.knobs.rlimit_as)
    return refused(std::move(so_far), vma::Refusal::address_space_limit, "vma.mmap.address_space");
  if (!is_charged(area.vm_flags) || has(flags, vma::MAP_NORESERVE)) {
    so_far.because.push_back("vma.mmap.uncharged");
  } else if (!vm_enough_memory<W>(so_far.state.knobs, pages_in<W>(machine, len))) {
    return refused(std::move(so_far), vma::Refusal::no_memory, "vma.mmap.memory");
  }
  return so_far;
}

/// The area as a mapping of its file, writing denied if it is to be. The result is Success, or Refused; a refusal has taken
/// back what it did, but for the pages that the method may have mapped. 2.4.0: the middle of do_mmap_pgoff.
template <Word W>
constexpr MappedFile<W> map_file(VmaStep<W> so_far, vma::Area<W> area, std::uint32_t number) {
  area.vm_file = number;
  const bool denies = has(area.vm_flags, vma::VM_DENYWRITE);
  const Name file = file_name(so_far.state, area);
  if (denies) {
    so_far = deny_write_access(std::move(so_far), file);
    if (was_refused(so_far)) return {std::move(so_far), area};
  }
  so_far = get_file(std::move(so_far), area);
  auto mapped = file_mmap(std::move(so_far), area);
  if (!was_refused(mapped.so_far)) return mapped;

  const vma::Result<W> why = mapped.so_far.result;
  if (denies) mapped.so_far = write_count_changed(std::move(mapped.so_far), file, +1);
  mapped.so_far = fput(std::move(mapped.so_far), number);
  mapped.so_far = zap_page_range<W>(std::move(mapped.so_far), area.vm_start, area.vm_end - area.vm_start);
  mapped.so_far.result = why;
  return mapped;
}

/// The area becomes a part of the address space. The result is its address. 2.4.0: the end of do_mmap_pgoff.
template <Word W>
constexpr VmaStep<W> map_area(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& area) {
  const W pages = vma::pages_of(area, kernel.machine.page_size);
  vma::Mm<W>& mm = so_far.state.mm;
  mm.total_vm = mm.total_vm + pages;
  so_far.result = vma::Address<W>{area.vm_start};
  if (!has(area.vm_flags, vma::VM_LOCKED)) return so_far;
  mm.locked_vm = mm.locked_vm + pages;
  so_far.because.push_back("vma.mmap.locked");
  return make_pages_present<W>(std::move(so_far), area.vm_start, area.vm_end);
}

/// Refuses because of what the step was refused for, now that the old mapping is gone, and gives the structure back.
template <Word W>
constexpr VmaStep<W> failed_late(VmaStep<W> so_far) {
  so_far.because.push_back("vma.mmap.late_failure");
  return vma_free(std::move(so_far));
}

/// Maps what is asked for. The result is the Address, or Refused. 2.4.0: do_mmap_pgoff.
template <Word W>
constexpr VmaStep<W> do_mmap_pgoff(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, MapRequest<W> request) {
  const MachineOf<W>& machine = kernel.machine;

  // refuse
  const vma::File* file = request.file == 0 ? nullptr : &file_object(so_far.state, request.file);
  const auto f_mode = file ? std::optional(file->f_mode) : std::nullopt;
  if (file && (inode(so_far.state, file->inode).attributes & vma::FILE_NOMMAP))
    return refused(std::move(so_far), vma::Refusal::no_mmap_method, "vma.mmap.no_method");
  request.len = page_align<W>(machine, request.len);
  if (request.len == 0u)
    return succeeded<W>(std::move(so_far), vma::Address<W>{request.addr}, "vma.mmap.length_zero");
  so_far = check_request<W>(kernel, std::move(so_far), request);
  if (!was_refused(so_far)) so_far = choose_address<W>(kernel, std::move(so_far), request);
  if (was_refused(so_far)) return so_far;
  auto structure = vma_alloc(std::move(so_far));
  so_far = std::move(structure.so_far);
  if (!structure.id) return refused(std::move(so_far), vma::Refusal::no_area_structure, "vma.mmap.no_structure");

  // find
  const W addr = std::get<vma::Address<W>>(so_far.result).value;
  vma::Area<W> area{.vm_start = addr,
                    .vm_end = addr + request.len,
                    .vm_pgoff = request.pgoff,
                    .vm_flags = flags_of_area<W>(request.prot, request.flags, so_far.state.mm.def_flags, f_mode),
                    .vm_file = 0,
                    .vm_ops = false,
                    .mapped_noreserve = has(request.flags, vma::MAP_NORESERVE),
                    .id = *structure.id};

  // change
  so_far = do_munmap<W>(kernel, std::move(so_far), addr, request.len);
  if (has_ended(so_far)) return so_far;
  if (was_refused(so_far))
    return vma_free(refused(std::move(so_far), vma::Refusal::old_mapping_stays, "vma.mmap.old_mapping_stays"));
  so_far = check_memory<W>(kernel, std::move(so_far), area, request.flags);
  if (was_refused(so_far)) return failed_late(std::move(so_far));
  if (request.file != 0 || has(request.flags, vma::MAP_SHARED)) {
    auto mapped = request.file != 0 ? map_file<W>(std::move(so_far), area, request.file)
                                    : shmem_zero_setup<W>(machine, std::move(so_far), area);
    if (was_refused(mapped.so_far)) return failed_late(std::move(mapped.so_far));
    so_far = std::move(mapped.so_far);
    area = mapped.area;
  }
  so_far = insert_vm_struct(std::move(so_far), area);
  if (request.file != 0 && has(area.vm_flags, vma::VM_DENYWRITE)) {
    const Name file = file_name(so_far.state, area);
    so_far = write_count_changed(std::move(so_far), file, +1);
  }

  // report
  so_far.because.push_back("vma.mmap.area");
  so_far.because.push_back("vma.mmap.permissions");
  if (f_mode && has(request.flags, vma::MAP_SHARED) && !(*f_mode & vma::FMODE_WRITE))
    so_far.because.push_back("vma.mmap.demoted");
  return map_area<W>(kernel, std::move(so_far), area);
}

}  // namespace refmm::model::inline REFMM_BUILD
