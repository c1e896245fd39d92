// Calls about areas, and what they do to pages.
//
// The model of areas decides, and says in its effects what the layer below has to do; here that is done. Two of its decisions need to
// know the layer below: whether there is memory for a promise, and whether page tables could be moved.
#pragma once

#include <refmm/model/fault_move.hpp>
#include <refmm/model/fault_truncate.hpp>
#include <refmm/model/process_step.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

// ---- Effects carried out ------------------------------------------------------------------------------------------

/// The process whose address space a call changes, as its effects need to know it.
template <Word W>
struct Carrying {
  const fault::KernelOf<W>& kernel;
  W pid;
  bool flushes;  // an exit does not
};

template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>& carrying, ProcessStep<W> so_far,
                                     const vma::ZapPageRange<W>& effect) {
  return with_pages(std::move(so_far), [&](auto pages) {
    pages =
        zapped(carrying.kernel.machine(), std::move(pages), carrying.pid, effect.addr, effect.addr + effect.size);
    return flush_tlb(cited(std::move(pages), "fault.zap.rss"), Space<W>{carrying.pid, carrying.flushes});
  });
}
template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>& carrying, ProcessStep<W> so_far,
                                     const vma::ClearPageTables<W>& effect) {
  return with_pages(std::move(so_far), [&](auto pages) {
    return clear_page_tables(carrying.kernel, std::move(pages), carrying.pid, effect.first, effect.nr);
  });
}
template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>& carrying, ProcessStep<W> so_far,
                                     const vma::ChangeProtection<W>& effect) {
  return with_pages(std::move(so_far), [&](auto pages) {
    pages = protection_changed(carrying.kernel.machine(), std::move(pages), carrying.pid, effect.start, effect.end,
                               W(effect.prot));
    return flush_tlb(std::move(pages), Space<W>{carrying.pid, true});
  });
}
/// What has been moved; whether it could be moved is decided before (areas_decided).
template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>& carrying, ProcessStep<W> so_far,
                                     const vma::MovePageTables<W>& effect) {
  return with_pages(std::move(so_far), [&](auto pages) {
    auto moved =
        move_page_tables(carrying.kernel, std::move(pages), carrying.pid, effect.from, effect.to, effect.len);
    return flush_tlb(std::move(moved.so_far), Space<W>{carrying.pid, moved.had_table});
  });
}
template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>& carrying, ProcessStep<W> so_far,
                                     const vma::MakePagesPresent<W>& effect) {
  const AreaId area = looked_up(so_far.state, carrying.pid, effect.start);
  const Mapping<W> mapping = mapping_of(so_far.state, carrying.pid, *area);
  return with_pages(std::move(so_far), [&](auto pages) {
    return pages_made_present(carrying.kernel, std::move(pages), {carrying.pid, true}, mapping, effect.start,
                              effect.end);
  });
}
/// A shared memory object comes into being, as large as the mapping that it is made for.
template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>&, ProcessStep<W> so_far,
                                     const vma::ShmemZeroSetup<W>& effect) {
  if (!effect.made) return so_far;
  const W object = W(process::files_of(so_far.state)) + W(so_far.state.shm_made);
  fault::Object<W> made{};
  made.shared_memory = true;
  made.i_size = effect.end - effect.start;
  so_far.state.memory.objects = updated(std::move(so_far.state.memory.objects), object, std::move(made));
  return cited(std::move(so_far), "fault.shmem.made");
}
template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>&, ProcessStep<W> so_far, const vma::Release& effect) {
  if (!process::is_shared_memory_name(effect.name)) return so_far;
  const W object = process::object_named(so_far.state, effect.name);
  return with_pages(std::move(so_far), [&](auto pages) { return object_released(std::move(pages), object); });
}
/// Everything else happens among the areas alone.
template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>&, ProcessStep<W> so_far, const auto&) {
  return so_far;
}

/// Carries out the effects of a call about areas from number `first` on, in their order.
template <Word W>
constexpr ProcessStep<W> carried_out(const Carrying<W>& carrying, ProcessStep<W> so_far,
                                     const std::vector<vma::Effect<W>>& effects) {
  for (const vma::Effect<W>& effect : effects) {
    so_far =
        std::visit([&](const auto& each) { return carried_out<W>(carrying, std::move(so_far), each); }, effect);
  }
  return so_far;
}

// ---- What has to be known beforehand ------------------------------------------------------------------------------

/// True if a call was refused for want of memory.
template <Word W>
constexpr bool lacked_memory(const VmaStep<W>& step) {
  constexpr std::array<ClauseRef, 5> for_want_of_memory{
      "vma.mmap.memory", "vma.mmap.no_shared_memory", "vma.brk.memory", "vma.do_brk.memory", "vma.mremap.memory"};
  return std::ranges::any_of(for_want_of_memory, [&](ClauseRef clause) {
    return std::ranges::find(step.because, clause) != step.because.end();
  });
}

template <Word W>
constexpr VmaStep<W> with_pools(VmaStep<W> areas, const vma::Knobs<W>& pools) {
  areas.state.knobs.free_pages = pools.free_pages;
  areas.state.knobs.cache_pages = pools.cache_pages;
  areas.state.knobs.swap_pages = pools.swap_pages;
  return areas;
}

template <Word W>
constexpr VmaStep<W> promised(VmaStep<W> areas) {
  areas.because.push_back("process.promise");
  return areas;
}

/// The pools as they are when a call asks for a promise of memory, if it asks: what it unmaps before it asks counts. Whatever a call
/// does before it asks is what it does if there is nothing to be had.
template <Word W>
constexpr std::optional<vma::Knobs<W>> pools_when_asked(const fault::KernelOf<W>& kernel,
                                                        const ProcessStep<W>& so_far, W pid,
                                                        const vma::Command<W>& call) {
  if (so_far.state.settings.overcommit) return std::nullopt;
  const vma::Knobs<W> nothing{};
  VmaStep<W> refused = step<W>(kernel.areas, with_pools(areas_of(so_far.state, pid), nothing).state, call);
  if (!lacked_memory(refused)) return std::nullopt;
  const auto effects = refused.effects;
  const auto after =
      carried_out(Carrying<W>{kernel, pid, true}, with_areas(so_far, pid, std::move(refused)), effects);
  return knobs_of(after.state);
}

/// True if page tables cannot be moved when a call moves them.
template <Word W>
constexpr bool move_fails(const fault::KernelOf<W>& kernel, const ProcessStep<W>& so_far, W pid,
                          const VmaStep<W>& decided) {
  const auto moves = std::ranges::find_if(decided.effects, [](const vma::Effect<W>& effect) {
    return std::holds_alternative<vma::MovePageTables<W>>(effect);
  });
  if (moves == decided.effects.end()) return false;
  const std::vector<vma::Effect<W>> earlier(decided.effects.begin(), moves);
  auto before = carried_out(Carrying<W>{kernel, pid, true}, with_areas(so_far, pid, decided), earlier);
  const auto& move = std::get<vma::MovePageTables<W>>(*moves);
  return !move_page_tables(kernel, pages_taken(before), pid, move.from, move.to, move.len).had_table;
}

/// What a call does to the areas of a process. [process.promise]
template <Word W>
constexpr VmaStep<W> areas_decided(const fault::KernelOf<W>& kernel, const ProcessStep<W>& so_far, W pid,
                                   const vma::Command<W>& call) {
  VmaStep<W> before = areas_of(so_far.state, pid);
  if (const auto pools = pools_when_asked(kernel, so_far, pid, call))
    before = with_pools(promised(std::move(before)), *pools);
  const auto decided_from = [&](VmaStep<W> known) {
    VmaStep<W> decided = step<W>(kernel.areas, std::move(known.state), call);
    decided.because.insert(decided.because.begin(), known.because.begin(), known.because.end());
    return decided;
  };
  VmaStep<W> decided = decided_from(before);
  if (!move_fails(kernel, so_far, pid, decided)) return decided;
  before.state.knobs.fail_move = 1;
  return decided_from(std::move(before));
}

/// The calls that processes make have these results.
template <Word W, class R>
constexpr process::Result<W> result_of_areas(const R& result) {
  if constexpr (std::is_constructible_v<process::Result<W>, const R&>) {
    return result;
  } else {
    return vma::Nothing{};
  }
}

/// A call about areas. The result is that of the model of areas.
template <Word W>
constexpr ProcessStep<W> area_call(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                   const vma::Command<W>& call) {
  VmaStep<W> decided = areas_decided(kernel, so_far, pid, call);
  const auto effects = decided.effects;
  so_far.result = std::visit([](const auto& result) { return result_of_areas<W>(result); }, decided.result);
  so_far = with_areas(std::move(so_far), pid, std::move(decided));
  return carried_out(Carrying<W>{kernel, pid, true}, std::move(so_far), effects);
}

}  // namespace refmm::model::inline REFMM_BUILD
