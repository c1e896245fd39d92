// Files as far as areas need them: descriptors, write counts, the mmap method, shared memory objects.
//
// A file counts its writers; a mapping that denies writing counts against them, so the two exclude each other. Follows
// get_write_access and deny_write_access in fs/namei.c, generic_file_mmap in mm/filemap.c, shmem_zero_setup in mm/shmem.c.
#pragma once

#include <refmm/model/vma_step.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

constexpr vma::Inode new_inode(const Name& name, bool shared_memory) {
  vma::Inode fresh{};
  fresh.name = name;
  fresh.shared_memory = shared_memory;
  return fresh;
}

/// The file called `name`, which comes into being when it is first named.
template <Word W>
constexpr VmaStep<W> file_named(VmaStep<W> so_far, const Name& name) {
  if (!vma::inode_named(so_far.state, name)) so_far.state.inodes.push_back(new_inode(name, false));
  return so_far;
}

template <Word W>
constexpr std::uint32_t lowest_free_descriptor(const vma::State<W>& state) {
  std::uint32_t fd = 3;
  while (vma::file_behind(state, static_cast<std::int32_t>(fd))) ++fd;
  return fd;
}

/// A new file object on the file called `name`. The result is a Descriptor, or Refused.
template <Word W>
constexpr VmaStep<W> open(VmaStep<W> so_far, const vma::Open& call) {
  so_far = file_named(std::move(so_far), call.name);
  const bool writes = call.mode & vma::FMODE_WRITE;

  // refuse
  if (writes && inode(so_far.state, call.name).i_writecount < 0)
    return refused(std::move(so_far), vma::Refusal::text_busy, "vma.open.text_busy");

  // change
  if (writes) {
    so_far.because.push_back("vma.open.counts_writer");
    so_far = write_count_changed(std::move(so_far), call.name, +1);
  }
  const std::uint32_t fd = lowest_free_descriptor(so_far.state);
  so_far.state.files.push_back(
      {.number = ++so_far.state.files_made, .inode = call.name, .f_mode = call.mode, .f_count = 1, .fd = fd});
  return succeeded<W>(std::move(so_far), vma::Descriptor{fd}, "vma.open.lowest_descriptor");
}

/// The descriptor's reference is dropped; areas may hold others. The result is Success, or Refused.
template <Word W>
constexpr VmaStep<W> close(VmaStep<W> so_far, const vma::Close& call) {
  const vma::File* file = vma::file_behind(so_far.state, call.fd);
  if (!file) return refused(std::move(so_far), vma::Refusal::descriptor_not_open, "vma.close.not_open");
  const std::uint32_t number = file->number;
  file_object(so_far.state, number).fd = std::nullopt;
  so_far = fput(std::move(so_far), number);
  return succeeded<W>(std::move(so_far), vma::Success{}, "vma.close.drops_reference");
}

/// Takes one from the write count, if nobody writes. The result is Success, or Refused. 2.4.0: deny_write_access.
template <Word W>
constexpr VmaStep<W> deny_write_access(VmaStep<W> so_far, const Name& file) {
  const bool denied = inode(so_far.state, file).i_writecount <= 0;
  so_far.effects.push_back(vma::DenyWriteAccess{file, denied});
  if (!denied) return refused(std::move(so_far), vma::Refusal::text_busy, "vma.mmap.text_busy");
  so_far = write_count_changed(std::move(so_far), file, -1);
  return succeeded<W>(std::move(so_far), vma::Success{}, "vma.mmap.denywrite");
}

/// Why the mmap method of a file refuses an area, in the order in which it looks.
template <Word W>
constexpr std::optional<vma::Refusal> refusal_of_method(std::uint32_t attributes, const vma::Area<W>& area) {
  const bool written_back = has(area.vm_flags, vma::VM_SHARED) && has(area.vm_flags, vma::VM_MAYWRITE);
  if ((attributes & vma::FILE_NOWRITEPAGE) && written_back) return vma::Refusal::no_writepage;
  if (attributes & vma::FILE_NOTREG) return vma::Refusal::not_regular;
  if (attributes & vma::FILE_NOREADPAGE) return vma::Refusal::no_readpage;
  return std::nullopt;
}

template <Word W>
struct MappedFile {
  VmaStep<W> so_far;  // its result is Success, or Refused
  vma::Area<W> area;
};

/// The mmap method of the area's file: the area as it leaves it.
template <Word W>
constexpr MappedFile<W> file_mmap(VmaStep<W> so_far, vma::Area<W> area) {
  const Name name = file_name(so_far.state, area);
  const std::uint32_t attributes = inode(so_far.state, name).attributes;
  const auto refusal = refusal_of_method(attributes, area);
  so_far.effects.push_back(vma::FileMmap<W>{name, area.vm_start, area.vm_end, refusal});
  if (refusal) return {refused(std::move(so_far), *refusal, "vma.mmap.method_refuses"), area};
  area.vm_ops = attributes & vma::FILE_VMOPS;
  if (attributes & vma::FILE_DONTEXPAND) area.vm_flags = area.vm_flags | W(vma::VM_DONTEXPAND);
  so_far.result = vma::Success{};
  return {std::move(so_far), area};
}

/// `dev/zero:N`.
constexpr Name name_of_shared_memory(std::uint32_t number) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + number % 10));
    number /= 10;
  } while (number != 0);
  return Name(std::string_view("dev/zero:" + digits));
}

/// An object of its own for memory shared without a file, and the area as a mapping of it. Makes its own memory check. The
/// result is Success, or Refused. 2.4.0: shmem_zero_setup.
template <Word W>
constexpr MappedFile<W> shmem_zero_setup(const MachineOf<W>& machine, VmaStep<W> so_far, vma::Area<W> area) {
  // refuse
  vma::Knobs<W>& knobs = so_far.state.knobs;
  bool made = vm_enough_memory<W>(knobs, vma::pages_of(area, machine.page_size));
  if (made && knobs.fail_shmem != 0) made = --knobs.fail_shmem != 0;
  so_far.effects.push_back(vma::ShmemZeroSetup<W>{area.vm_start, area.vm_end, made});
  if (!made)
    return {refused(std::move(so_far), vma::Refusal::no_shared_memory, "vma.mmap.no_shared_memory"), area};

  // change
  const Name name = name_of_shared_memory(so_far.state.shm_made++);
  so_far.state.inodes.push_back(new_inode(name, true));
  area.vm_file = ++so_far.state.files_made;
  so_far.state.files.push_back({.number = area.vm_file,
                                .inode = name,
                                .f_mode = vma::FMODE_READ | vma::FMODE_WRITE,
                                .f_count = 1,
                                .fd = std::nullopt});
  return {succeeded<W>(std::move(so_far), vma::Success{}, "vma.mmap.shared_memory"), area};
}

}  // namespace refmm::model::inline REFMM_BUILD
