// An mmap as the step laws speak of it: the three forms of the call as one.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <cstdint>
#include <optional>

namespace refmm::vma::holds {

/// What any of the three forms of mmap asks for, once descriptor and byte offset have been looked at.
struct MapCall {
  std::uint32_t addr, len;    // bytes; the length is rounded
  std::uint32_t prot, flags;  // those that count
  std::uint32_t pgoff;
  const File* file;  // or nullptr
  bool by_loader;    // do_mmap
};

/// True if the byte offset of the call, if it has one, cannot be one.
constexpr bool has_bad_byte_offset(const Transition& t) {
  if (const auto* mmap = call<Mmap>(t)) return !is_aligned(mmap->offset);
  const auto* mmap = call<DoMmap>(t);
  return mmap && (!is_aligned(mmap->offset) || mmap->offset + rounded_up(mmap->len) < mmap->offset);
}

/// True if the call is one of the system calls, wants a file, and has no open descriptor.
constexpr bool lacks_descriptor(const Transition& t) {
  const auto lacks = [&](const auto* mmap) {
    return mmap && !(mmap->flags & MAP_ANONYMOUS) && !file_behind(t.before, mmap->fd);
  };
  return lacks(call<Mmap>(t)) || lacks(call<Mmap2>(t));
}

constexpr MapCall system_call(const Transition& t, const Mmap2<std::uint32_t>& mmap) {
  const bool anonymous = mmap.flags & MAP_ANONYMOUS;
  return {.addr = mmap.addr,
          .len = rounded_up(mmap.len),
          .prot = mmap.prot,
          .flags = mmap.flags & ~(MAP_DENYWRITE | MAP_EXECUTABLE),
          .pgoff = mmap.pgoff,
          .file = anonymous ? nullptr : file_behind(t.before, mmap.fd),
          .by_loader = false};
}

/// The call, if it is an mmap that passed the looks at byte offset and descriptor.
constexpr std::optional<MapCall> map_call(const Transition& t) {
  if (has_bad_byte_offset(t) || lacks_descriptor(t)) return std::nullopt;
  if (const auto* mmap = call<Mmap>(t))
    return system_call(t, {mmap->addr, mmap->len, mmap->prot, mmap->flags, mmap->fd, pages_in(mmap->offset)});
  if (const auto* mmap = call<Mmap2>(t)) return system_call(t, *mmap);
  const auto* mmap = call<DoMmap>(t);
  if (!mmap) return std::nullopt;
  return MapCall{.addr = mmap->addr,
                 .len = rounded_up(mmap->len),
                 .prot = mmap->prot,
                 .flags = mmap->flags,
                 .pgoff = pages_in(mmap->offset),
                 .file = file_behind(t.before, mmap->fd),
                 .by_loader = true};
}

/// The claim about the call, if it is an mmap of at least one page.
constexpr bool of_mmap(const Transition& t, auto claim) {
  const auto mmap = map_call(t);
  return !mmap || mmap->len == 0 || claim(*mmap);
}

/// The claim about a call that mapped, and the range that it mapped.
constexpr bool of_mapped(const Transition& t, auto claim) {
  return of_mmap(t, [&](const MapCall& mmap) {
    const auto start = address(t);
    return !start || claim(mmap, Addresses{*start, *start + mmap.len});
  });
}

/// The range whose old mapping goes: with MAP_FIXED that asked for, else nothing.
constexpr Addresses replaced(const MapCall& mmap) {
  return mmap.flags & MAP_FIXED ? Addresses{mmap.addr, mmap.addr + mmap.len} : Addresses{0, 0};
}

constexpr std::uint32_t attributes_of(const Transition& t, const File* file) {
  return file ? inode_named(t.before, file->inode)->attributes : 0;
}

constexpr bool is_shared(const MapCall& mmap) { return (mmap.flags & MAP_TYPE) == MAP_SHARED; }

/// The flags of the area. MAP_GROWSDOWN, MAP_DENYWRITE and MAP_EXECUTABLE are the flags of the area of that name.
constexpr std::uint32_t flags_wanted(const Transition& t, const MapCall& mmap) {
  std::uint32_t flags = (mmap.prot & VM_ACCESS) | t.before.mm.def_flags | VM_MAYACCESS |
                        (mmap.flags & (VM_GROWSDOWN | VM_DENYWRITE | VM_EXECUTABLE));
  if (mmap.flags & MAP_SHARED) {
    flags |= VM_SHARED | VM_MAYSHARE;
    if (mmap.file && !(mmap.file->f_mode & FMODE_WRITE)) flags &= ~(VM_SHARED | VM_MAYWRITE);
  }
  return attributes_of(t, mmap.file) & FILE_DONTEXPAND ? flags | VM_DONTEXPAND : flags;
}

}  // namespace refmm::vma::holds
