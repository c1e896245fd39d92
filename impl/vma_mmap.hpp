// mmap: a range of the address space becomes an area, in place of whatever was there. Part of impl/vma.hpp.
//
// Source: do_mmap_pgoff in mm/mmap.c, old_mmap and do_mmap2 in arch/i386/kernel/sys_i386.c, generic_file_mmap in mm/filemap.c,
// shmem_zero_setup in mm/shmem.c of 2.4.0. The order of the checks is theirs, and shows: those behind the removal of the old
// mapping leave it removed ([vma.mmap.late_failure]).
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

// ---- The three ways in --------------------------------------------------------------------------------------------

template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::mmap(Word addr, Word len, Word prot, Word flags, std::int32_t fd, Word offset)
    -> Returned<Word> {
  if (!is_page_aligned(offset)) return vma::Refusal::offset_unaligned;
  return mmap2(addr, len, prot, flags, fd, pages_in(offset));
}

/// [vma.mmap.system_call_flags], [vma.mmap.descriptor].
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::mmap2(Word addr, Word len, Word prot, Word flags, std::int32_t fd, Word pgoff)
    -> Returned<Word> {
  File* file = nullptr;
  if (!has(flags, vma::MAP_ANONYMOUS)) {
    file = files_.fget(fd);
    if (file == nullptr) return vma::Refusal::descriptor_not_open;
  }
  if (!mutant("vma.impl.mmap.passes_loader_flags")) flags &= ~Word{vma::MAP_DENYWRITE | vma::MAP_EXECUTABLE};
  return do_mmap_pgoff(file, addr, len, prot, flags, pgoff);
}

template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::do_mmap(Word addr, Word len, Word prot, Word flags, std::int32_t fd, Word offset)
    -> Returned<Word> {
  if (static_cast<Word>(offset + page_align(len)) < offset) return vma::Refusal::offset_wraps;
  if (!is_page_aligned(offset)) return vma::Refusal::offset_unaligned;
  return do_mmap_pgoff(files_.fget(fd), addr, len, prot, flags, pages_in(offset));
}

// ---- What they come to --------------------------------------------------------------------------------------------

template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::do_mmap_pgoff(File* file, Word addr, Word len, Word prot, Word flags, Word pgoff)
    -> Returned<Word> {
  if (file != nullptr && (file->inode->attributes & vma::FILE_NOMMAP) != 0) return vma::Refusal::no_mmap_method;
  MapRequest request{file, addr, page_align(len), prot, flags, pgoff};
  if (request.len == 0) return addr;
  if (const auto refusal = check_request(request)) return *refusal;
  if (const auto refusal = choose_address(request)) return *refusal;

  Area* const area = vma_alloc();
  if (area == nullptr) return vma::Refusal::no_area_structure;
  area->vm_start = request.addr;
  area->vm_end = request.addr + request.len;
  area->vm_pgoff = pgoff;
  area->vm_flags = flags_of_area(request);
  area->mapped_noreserve = has(flags, vma::MAP_NORESERVE);

  if (!do_munmap(request.addr, request.len)) {
    free_unused(area);
    return vma::Refusal::old_mapping_stays;
  }
  auto refusal = check_memory(request, *area);
  if (!refusal) refusal = map_object(request, *area);
  if (refusal) {
    if (mutant("vma.impl.mmap.leaks_structure_late"))
      --reserved_;
    else
      free_unused(area);
    return *refusal;
  }

  link(area);
  if (file != nullptr && area->has(vma::VM_DENYWRITE)) files_.change_write_count(*file->inode, +1);
  account(*area, pages_in(request.len));
  if (area->has(vma::VM_LOCKED)) layer_.make_pages_present(area->vm_start, area->vm_end);
  return request.addr;
}

/// What is checked before the address is chosen. The limit is on the areas that there would be: what is replaced makes room
/// ([vma.mmap.too_many_areas]); the limit on locked memory counts what is replaced as well ([vma.mmap.locked_limit]).
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::check_request(const MapRequest& request) {
  if (!lies_in_task(request.addr, request.len)) return vma::Refusal::range_outside_task;
  if (static_cast<Word>(request.pgoff + pages_in(request.len)) < request.pgoff) return vma::Refusal::offset_wraps;
  const bool replaces = has(request.flags, vma::MAP_FIXED) && is_page_aligned(request.addr);
  const Word others = replaces ? areas_without(request.addr, request.addr + request.len) : map_count_;
  const Word limit = layer_.max_map_count();
  if (mutant("vma.impl.mmap.counts_one_too_late") ? others > limit : others >= limit)
    return vma::Refusal::too_many_areas;
  if ((def_flags_ & vma::VM_LOCKED) != 0 && static_cast<Word>(bytes_in(locked_vm_) + request.len) > limits.memlock)
    return vma::Refusal::locked_limit;
  return request.file == nullptr ? std::nullopt : check_permissions(request);
}

/// [vma.mmap.shared.*], [vma.mmap.type], [vma.mmap.not_readable]: what is shared through a file object must be allowed by it.
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::check_permissions(const MapRequest& request) const {
  const std::uint32_t attributes = request.file->inode->attributes;
  const bool writable = (request.file->f_mode & vma::FMODE_WRITE) != 0;
  switch (request.flags & Word{vma::MAP_TYPE}) {
    case vma::MAP_SHARED:
      if (has(request.prot, vma::PROT_WRITE) && !writable) return vma::Refusal::not_writable;
      if ((attributes & vma::FILE_APPEND) != 0 && writable) return vma::Refusal::append_only;
      if ((attributes & vma::FILE_MANDLOCK) != 0) return vma::Refusal::mandatory_lock;
      break;
    case vma::MAP_PRIVATE:
      break;
    default:
      return vma::Refusal::unknown_map_type;
  }
  if ((request.file->f_mode & vma::FMODE_READ) == 0) return vma::Refusal::not_readable;
  return std::nullopt;
}

/// [vma.mmap.fixed], [vma.mmap.anywhere].
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::choose_address(MapRequest& request) {
  if (has(request.flags, vma::MAP_FIXED)) {
    if (!is_page_aligned(request.addr)) return vma::Refusal::address_unaligned;
    return std::nullopt;
  }
  const auto found = get_unmapped_area(request.addr, request.len);
  if (!found) return found.refusal();
  request.addr = *found;
  return std::nullopt;
}

/// [vma.mmap.permissions], [vma.mmap.demoted]: through a descriptor that cannot be written a shared mapping is private inside,
/// and never becomes writable.
template <PagingLayer Layer, PageSource Pages>
std::uint32_t AddressSpace<Layer, Pages>::flags_of_area(const MapRequest& request) const {
  std::uint32_t all = static_cast<std::uint32_t>(request.prot) & vma::VM_ACCESS;
  all |=
      static_cast<std::uint32_t>(request.flags) & (vma::MAP_GROWSDOWN | vma::MAP_DENYWRITE | vma::MAP_EXECUTABLE);
  all |= vma::VM_MAYACCESS | def_flags_;
  if (!has(request.flags, vma::MAP_SHARED)) return all;
  all |= vma::VM_SHARED | vma::VM_MAYSHARE;
  const bool demoted = request.file != nullptr && (request.file->f_mode & vma::FMODE_WRITE) == 0;
  if (demoted) all &= ~vma::VM_SHARED & ~(mutant("vma.impl.mmap.demoted_may_write") ? 0 : vma::VM_MAYWRITE);
  return all;
}

/// [vma.mmap.address_space], [vma.mmap.memory]: what is checked once the old mapping is gone.
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::check_memory(const MapRequest& request, const Area& area) {
  if (static_cast<Word>(bytes_in(total_vm_) + request.len) > limits.address_space)
    return vma::Refusal::address_space_limit;
  const bool charged = area.is_charged() && !(area.mapped_noreserve && !mutant("vma.impl.mmap.charges_noreserve"));
  if (charged && !layer_.vm_enough_memory(pages_in(request.len))) return vma::Refusal::no_memory;
  return std::nullopt;
}

template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::map_object(const MapRequest& request, Area& area) {
  if (request.file != nullptr) return map_file(area, *request.file);
  if (has(request.flags, vma::MAP_SHARED)) return shmem_zero_setup(area);
  return std::nullopt;
}

/// The area as a mapping of a file, writing denied if it is to be. A refusal takes back what was done, but for the pages that
/// the method may have mapped: they are zapped.
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::map_file(Area& area, File& file) {
  Inode& inode = *file.inode;
  const bool denies = area.has(vma::VM_DENYWRITE);
  if (denies && !files_.deny_write_access(inode)) return vma::Refusal::text_busy;
  area.vm_file = &file;
  files_.get_file(file);
  const auto refusal = file_mmap(area, inode);
  if (!refusal) return std::nullopt;
  if (denies) files_.change_write_count(inode, +1);
  if (!mutant("vma.impl.mmap.keeps_file_of_refused")) files_.fput(file);
  layer_.zap_page_range(area.vm_start, area.vm_end - area.vm_start);
  return refusal;
}

/// [vma.mmap.method_refuses]: the mmap method of a file. 2.4.0: generic_file_mmap.
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::file_mmap(Area& area, Inode& inode) {
  const bool written_back = area.has(vma::VM_SHARED) && area.has(vma::VM_MAYWRITE);
  std::optional<vma::Refusal> refusal;
  if ((inode.attributes & vma::FILE_NOWRITEPAGE) != 0 && written_back)
    refusal = vma::Refusal::no_writepage;
  else if ((inode.attributes & vma::FILE_NOTREG) != 0)
    refusal = vma::Refusal::not_regular;
  else if ((inode.attributes & vma::FILE_NOREADPAGE) != 0)
    refusal = vma::Refusal::no_readpage;
  layer_.file_mmap(inode, area, refusal);
  if (refusal) return refusal;
  area.vm_ops = (inode.attributes & vma::FILE_VMOPS) != 0;
  if ((inode.attributes & vma::FILE_DONTEXPAND) != 0) area.vm_flags |= vma::VM_DONTEXPAND;
  return std::nullopt;
}

/// [vma.mmap.shared_memory], [vma.mmap.no_shared_memory]: an object of its own, which makes its own memory check.
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::shmem_zero_setup(Area& area) {
  const Word pages = pages_in(area.vm_end - area.vm_start);
  const bool given = layer_.vm_enough_memory(pages) && layer_.gives_shared_memory();
  area.vm_file = given ? files_.shmem_file_setup() : nullptr;
  layer_.shmem_zero_setup(area, area.vm_file != nullptr);
  if (area.vm_file == nullptr) return vma::Refusal::no_shared_memory;
  return std::nullopt;
}

}  // namespace refmm::impl::inline REFMM_BUILD
