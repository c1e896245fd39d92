// The model of memory areas in later eras: what 2.4.0 does, and the changes that the kernel at hand has.
#pragma once

#include <refmm/model/since_brk.hpp>
#include <refmm/model/since_madvise.hpp>
#include <refmm/model/since_mlock.hpp>
#include <refmm/model/since_mmap.hpp>
#include <refmm/model/since_mremap.hpp>
#include <refmm/model/since_protect.hpp>
#include <refmm/model/since_touch.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// What the kernel is known to have chosen where the semantics leaves it free.
template <Word W>
using Chosen = std::optional<W>;

template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const auto& call, Chosen<W>) {
  return carried_out_by_2_4_0<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mmap2<W>& call,
                         Chosen<W> chosen) {
  return mmap_since<W>(kernel, std::move(so_far), call, chosen);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mmap<W>& call,
                         Chosen<W> chosen) {
  if (!is_page_aligned<W>(kernel.base.machine, call.offset))
    return refused(std::move(so_far), vma::Refusal::offset_unaligned, "vma.mmap.offset_unaligned");
  const W pgoff = pages_in<W>(kernel.base.machine, call.offset);
  return mmap_since<W>(kernel, std::move(so_far), {call.addr, call.len, call.prot, call.flags, call.fd, pgoff},
                       chosen);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Munmap<W>& call,
                         Chosen<W>) {
  return carried_out_by_2_4_0<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Brk<W>& call, Chosen<W>) {
  return brk_since<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mprotect<W>& call,
                         Chosen<W>) {
  return mprotect_since<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mremap<W>& call,
                         Chosen<W> chosen) {
  return mremap_since<W>(kernel, std::move(so_far), call, chosen);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mlock<W>& call,
                         Chosen<W>) {
  return mlock_since<W>(kernel, std::move(so_far), call.addr, call.len, W(vma::VM_LOCKED));
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const since::Mlock2<W>& call,
                         Chosen<W>) {
  return mlock2_since<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Munlock<W>& call,
                         Chosen<W>) {
  return munlock_since<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mlockall<W>& call,
                         Chosen<W>) {
  return mlockall_since<W>(kernel, std::move(so_far), call.flags);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Munlockall&, Chosen<W>) {
  return munlockall_since<W>(kernel, std::move(so_far));
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const since::Madvise<W>& call,
                         Chosen<W>) {
  return madvise_since<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr EraStep<W> run(const since::KernelOf<W>& kernel, EraStep<W> so_far, const since::Touch<W>& call,
                         Chosen<W>) {
  return touch_since<W>(kernel, std::move(so_far), call);
}

/// Carries out one call. `chosen` is where the kernel put a mapping, if that is known: it is taken if it is allowed.
template <Word W>
constexpr EraStep<W> step(const since::KernelOf<W>& kernel, since::State<W> before,
                          const since::Command<W>& command, Chosen<W> chosen = std::nullopt) {
  EraStep<W> so_far{std::move(before), vma::Nothing{}, {}, {}};
  so_far = std::visit([&](const auto& call) { return run<W>(kernel, std::move(so_far), call, chosen); }, command);
  so_far.state = present_is_written(std::move(so_far.state), so_far.effects);
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
