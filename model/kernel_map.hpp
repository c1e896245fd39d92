// The model of paging and of the kernel's own mappings: what 2.4.0 does with each call, and with the defects mended that the kernel
// at hand has mended.
#pragma once

#include <refmm/model/kernel_map_boot.hpp>
#include <refmm/model/kernel_map_ioremap.hpp>
#include <refmm/model/kernel_map_kmap.hpp>
#include <refmm/model/kernel_map_vmalloc.hpp>
#include <refmm/model/paging_fault.hpp>
#include <refmm/model/paging_pgd.hpp>
#include <refmm/model/paging_tables.hpp>
#include <refmm/model/paging_user.hpp>

#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

// ---- Calls, by their arguments --------------------------------------------------------------------------------------

template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Vmalloc<W>& call) {
  return vmalloc<W>(boot, std::move(so_far), call);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Vfree<W>& call) {
  return vfree<W>(boot, std::move(so_far), call.addr);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Ioremap<W>& call) {
  return ioremap<W>(boot, std::move(so_far), call);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Iounmap<W>& call) {
  return iounmap<W>(boot, std::move(so_far), call.addr);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::PgdAlloc&) {
  return pgd_alloc<W>(boot, std::move(so_far));
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::PgdFree& call) {
  return pgd_free<W>(boot, std::move(so_far), call.pgd);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::PgdFreeFast& call) {
  return pgd_free_fast<W>(boot, std::move(so_far), call.pgd);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::PteFreeFast&) {
  return pte_free_fast<W>(boot, std::move(so_far));
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::CheckPgtCache& call) {
  return check_pgt_cache<W>(boot, std::move(so_far), call);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Touch<W>& call) {
  return touch<W>(boot, std::move(so_far), call);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Kmap<W>& call) {
  return kmap<W>(boot, std::move(so_far), call.pfn);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Kunmap<W>& call) {
  return kunmap<W>(boot, std::move(so_far), call.pfn);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::MapUser<W>& call) {
  return map_user<W>(boot, std::move(so_far), call);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::ClearPageTables<W>& call) {
  return clear_page_tables<W>(boot, std::move(so_far), call);
}

// ---- What lies below ------------------------------------------------------------------------------------------------

/// The reserved mark of the machine's frames from `first` to `last`, set or cleared.
template <Word W>
constexpr KernelMapStep<W> reserved_set(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W first, W last,
                                        bool reserved) {
  const W end = kernel_map::num_physpages(boot);
  if (first >= end) return frame_unknown(std::move(so_far));
  for (W pfn = first; pfn <= last && pfn < end; pfn = pfn + W(1u)) {
    kernel_map::Frame frame = lookup(so_far.state.frames, pfn);
    frame.reserved = reserved;
    so_far.state.frames = updated(std::move(so_far.state.frames), pfn, frame);
  }
  return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "kernel.frames.reserved");
}

template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Reserve<W>& call) {
  return reserved_set<W>(boot, std::move(so_far), call.first, call.last, true);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::Unreserve<W>& call) {
  return reserved_set<W>(boot, std::move(so_far), call.first, call.last, false);
}

/// Somebody else takes a frame, or gives one back.
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::GetPage& call) {
  TakenFrame<W> taken =
      alloc_page<W>(boot, std::move(so_far), call.high ? any_frame(boot) : kernel_map::Gfp::kernel);
  if (taken.pfn) {
    taken.so_far.result = kernel_map::FrameNumber<W>{*taken.pfn};
  } else {
    taken.so_far.result = kernel_map::Refused{kernel_map::Refusal::no_frame_left};
  }
  return std::move(taken.so_far);
}
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                               const kernel_map::PutPage<W>& call) {
  if (call.pfn >= kernel_map::num_physpages(boot)) return frame_unknown(std::move(so_far));
  so_far = free_page<W>(boot, std::move(so_far), call.pfn);
  so_far.result = kernel_map::Nothing{};
  return so_far;
}

/// `set`: what is given replaces what was. [kernel.knobs]
template <Word W>
constexpr KernelMapStep<W> run(const kernel_map::Boot<W>&, KernelMapStep<W> so_far,
                               const kernel_map::SetKnobs& call) {
  kernel_map::Knobs& knobs = so_far.state.knobs;
  if (call.skip_pages) knobs.skip_pages = *call.skip_pages;
  if (call.fail_pages) knobs.fail_pages = *call.fail_pages;
  if (call.fail_kmalloc) knobs.fail_kmalloc = *call.fail_kmalloc;
  return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "kernel.knobs");
}

/// Carries out one call. Of one that runs into an assertion, or never returns, no effects are known.
template <Word W>
constexpr KernelMapStep<W> step(const kernel_map::Boot<W>& boot, kernel_map::State<W> before,
                                const kernel_map::Command<W>& command) {
  KernelMapStep<W> so_far{std::move(before), kernel_map::Nothing{}, {}, {}};
  so_far = std::visit([&](const auto& call) { return run<W>(boot, std::move(so_far), call); }, command);
  if (has_ended(so_far)) so_far.effects.clear();
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
