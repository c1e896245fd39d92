// The model of memory areas: what 2.4.0 does with each call, and with the defects mended that the kernel at hand has mended.
#pragma once

#include <refmm/model/vma_brk.hpp>
#include <refmm/model/vma_exit.hpp>
#include <refmm/model/vma_files.hpp>
#include <refmm/model/vma_find.hpp>
#include <refmm/model/vma_mlock.hpp>
#include <refmm/model/vma_mmap.hpp>
#include <refmm/model/vma_mprotect.hpp>
#include <refmm/model/vma_mremap.hpp>
#include <refmm/model/vma_munmap.hpp>
#include <refmm/model/vma_stack.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The address space when a transcript begins: empty, or with a stack. [vma.boot]
template <Word W>
constexpr vma::State<W> boot(const vma::Boot<W>& boot) {
  vma::State<W> state{.mm = {.areas = {},
                             .total_vm = 0u,
                             .locked_vm = 0u,
                             .map_count = 0u,
                             .brk = boot.brk,
                             .start_data = boot.start_data,
                             .end_code = boot.end_code,
                             .def_flags = 0u},
                      .lookup = {},
                      .inodes = {},
                      .files = {},
                      .areas_made = 0,
                      .files_made = 0,
                      .shm_made = 0,
                      .knobs = boot.knobs};
  if (boot.stack_start == boot.stack_end) return state;
  const vma::Area<W> stack{.vm_start = boot.stack_start,
                           .vm_end = boot.stack_end,
                           .vm_pgoff = 0u,
                           .vm_flags = W(vma::VM_ACCESS | vma::VM_MAYACCESS | vma::VM_GROWSDOWN),
                           .vm_file = 0,
                           .vm_ops = false,
                           .mapped_noreserve = false,
                           .id = ++state.areas_made};
  VmaStep<W> booted = insert_vm_struct<W>({std::move(state), vma::Nothing{}, {}, {}}, stack);
  if (!mutant("vma.boot.forgets_stack"))
    booted.state.mm.total_vm = vma::pages_of(stack, boot.kernel.machine.page_size);
  return std::move(booted.state);
}

// ---- Calls, by their arguments --------------------------------------------------------------------------------------

/// mmap and mmap2: the flags that only program loaders may give are dropped, and the descriptor is looked up.
template <Word W>
constexpr VmaStep<W> mapped_by_system_call(const vma::KernelOf<W>& kernel, VmaStep<W> so_far,
                                           const vma::Mmap2<W>& call) {
  const W loader_flags = W(vma::MAP_DENYWRITE | vma::MAP_EXECUTABLE);
  if ((call.flags & loader_flags) != 0u) so_far.because.push_back("vma.mmap.system_call_flags");
  MapRequest<W> request{.file = 0,
                        .addr = call.addr,
                        .len = call.len,
                        .prot = call.prot,
                        .flags = call.flags & ~loader_flags,
                        .pgoff = call.pgoff};
  if (!has(call.flags, vma::MAP_ANONYMOUS)) {
    const vma::File* file = vma::file_behind(so_far.state, call.fd);
    if (!file) return refused(std::move(so_far), vma::Refusal::descriptor_not_open, "vma.mmap.descriptor");
    request.file = file->number;
  }
  return do_mmap_pgoff<W>(kernel, std::move(so_far), request);
}

template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>&, VmaStep<W> so_far, const vma::Open& call) {
  return open(std::move(so_far), call);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>&, VmaStep<W> so_far, const vma::Close& call) {
  return close(std::move(so_far), call);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Mmap<W>& call) {
  if (!is_page_aligned<W>(kernel.machine, call.offset))
    return refused(std::move(so_far), vma::Refusal::offset_unaligned, "vma.mmap.offset_unaligned");
  const W pgoff = pages_in<W>(kernel.machine, call.offset);
  return mapped_by_system_call<W>(kernel, std::move(so_far),
                                  {call.addr, call.len, call.prot, call.flags, call.fd, pgoff});
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Mmap2<W>& call) {
  return mapped_by_system_call<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::DoMmap<W>& call) {
  const MachineOf<W>& machine = kernel.machine;
  if (call.offset + page_align<W>(machine, call.len) < call.offset)
    return refused(std::move(so_far), vma::Refusal::offset_wraps, "vma.mmap.offset_wraps");
  if (!is_page_aligned<W>(machine, call.offset))
    return refused(std::move(so_far), vma::Refusal::offset_unaligned, "vma.mmap.offset_unaligned");
  const vma::File* file = vma::file_behind(so_far.state, call.fd);
  const MapRequest<W> request{.file = file ? file->number : 0,
                              .addr = call.addr,
                              .len = call.len,
                              .prot = call.prot,
                              .flags = call.flags,
                              .pgoff = pages_in<W>(machine, call.offset)};
  return do_mmap_pgoff<W>(kernel, std::move(so_far), request);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Munmap<W>& call) {
  return do_munmap<W>(kernel, std::move(so_far), call.addr, call.len);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Brk<W>& call) {
  return sys_brk<W>(kernel, std::move(so_far), call.brk);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::DoBrk<W>& call) {
  return do_brk<W>(kernel, std::move(so_far), call.addr, call.len);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Mprotect<W>& call) {
  return mprotect<W>(kernel, std::move(so_far), call.addr, call.len, call.prot);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Mremap<W>& call) {
  return mremap<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Mlock<W>& call) {
  return mlock<W>(kernel, std::move(so_far), call.addr, call.len);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Munlock<W>& call) {
  return munlock<W>(kernel, std::move(so_far), call.addr, call.len);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Mlockall<W>& call) {
  return mlockall<W>(kernel, std::move(so_far), call.flags);
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Munlockall&) {
  return do_mlockall<W>(kernel, std::move(so_far), W(0u));
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::FindExtendVma<W>& call) {
  return find_extend_vma<W>(kernel, std::move(so_far), call.addr);
}

/// The start of an area, if there is one.
template <Word W>
constexpr std::optional<W> start_of(const vma::Mm<W>& mm, AreaId area) {
  return area ? std::optional<W>(vma::area_of(mm, *area).vm_start) : std::nullopt;
}

template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>&, VmaStep<W> so_far, const vma::FindVma<W>& call) {
  if (so_far.state.lookup.mmap_cache) so_far.because.push_back("vma.lookup.cache");
  auto looked = find_vma<W>(std::move(so_far), call.addr);
  const auto start = start_of(looked.so_far.state.mm, looked.area);
  return succeeded<W>(std::move(looked.so_far), vma::Found<W>{start},
                      start ? ClauseRef("vma.find.first_above") : ClauseRef("vma.find.none_above"));
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::FindVmaPrev<W>& call) {
  auto found = find_vma_prev<W>(kernel, std::move(so_far), call.addr);
  if (found.loses_previous) found.so_far.because.push_back("defect.vma.find_vma_prev");
  const vma::Mm<W>& mm = found.so_far.state.mm;
  const vma::FoundPrev<W> result{start_of(mm, found.area), start_of(mm, found.previous)};
  return succeeded<W>(std::move(found.so_far), result, "vma.find_prev.one_before");
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>&, VmaStep<W> so_far, const vma::FindVmaIntersection<W>& call) {
  auto looked = find_vma<W>(std::move(so_far), call.start);
  auto start = start_of(looked.so_far.state.mm, looked.area);
  if (start && call.end <= *start) start = std::nullopt;
  return succeeded<W>(std::move(looked.so_far), vma::Found<W>{start}, "vma.find_intersection");
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::GetUnmappedArea<W>& call) {
  so_far = get_unmapped_area<W>(kernel, std::move(so_far), call.addr, call.len);
  const auto* found = std::get_if<vma::Address<W>>(&so_far.result);
  so_far.result = vma::Found<W>{found ? std::optional<W>(found->value) : std::nullopt};
  return so_far;
}
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::ExitMmap&) {
  return exit_mmap<W>(kernel, std::move(so_far));
}

/// `set`: what is given replaces what was. [vma.knobs]
template <Word W>
constexpr VmaStep<W> run(const vma::KernelOf<W>&, VmaStep<W> so_far, const vma::SetKnobs<W>& call) {
  const auto set = [](auto& knob, const auto& value) {
    if (value) knob = *value;
  };
  vma::Knobs<W>& knobs = so_far.state.knobs;
  set(knobs.free_pages, call.free_pages);
  set(knobs.buffer_pages, call.buffer_pages);
  set(knobs.cache_pages, call.cache_pages);
  set(knobs.swap_pages, call.swap_pages);
  set(knobs.overcommit, call.overcommit);
  set(knobs.physpages, call.physpages);
  set(knobs.rlimit_as, call.rlimit_as);
  set(knobs.rlimit_data, call.rlimit_data);
  set(knobs.rlimit_stack, call.rlimit_stack);
  set(knobs.rlimit_memlock, call.rlimit_memlock);
  set(knobs.cap_ipc_lock, call.cap_ipc_lock);
  set(knobs.max_map_count, call.max_map_count);
  set(knobs.fail_vma, call.fail_vma);
  set(knobs.fail_shmem, call.fail_shmem);
  set(knobs.fail_move, call.fail_move);
  vma::Mm<W>& mm = so_far.state.mm;
  set(mm.end_code, call.end_code);
  set(mm.start_data, call.start_data);
  set(mm.brk, call.brk);
  if (call.file) {
    so_far = file_named(std::move(so_far), call.file->name);
    inode(so_far.state, call.file->name).attributes = call.file->attributes;
  }
  return succeeded<W>(std::move(so_far), vma::Nothing{}, "vma.knobs");
}

/// Carries out one call.
template <Word W>
constexpr VmaStep<W> step(const vma::KernelOf<W>& kernel, vma::State<W> before, const vma::Command<W>& command) {
  VmaStep<W> so_far{std::move(before), vma::Nothing{}, {}, {}};
  return std::visit([&](const auto& call) { return run<W>(kernel, std::move(so_far), call); }, command);
}

}  // namespace refmm::model::inline REFMM_BUILD
