// What the changes since 2.4.0 share: the call under way, and the way to what 2.4.0 does.
//
// A change is written as a difference: what is refused before, or chosen in another way, or joined afterwards. The rest is done by
// the model of 2.4.0 itself, with its defects mended.
#pragma once

#include <refmm/model/vma.hpp>
#include <refmm/spec/since.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// The outcome of a call to a kernel of a later era.
template <Word W>
using EraStep = Outcome<since::State<W>, since::Result<W>, vma::Effect<W>>;

template <Word W>
constexpr EraStep<W> refused(EraStep<W> so_far, since::Refusal refusal, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = since::Refused{refusal};
  return so_far;
}
/// Refused as 2.4.0 would refuse it.
template <Word W>
constexpr EraStep<W> refused(EraStep<W> so_far, vma::Refusal refusal, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = vma::Refused{refusal};
  return so_far;
}
template <Word W>
constexpr EraStep<W> refused(EraStep<W> so_far, const Objection& objection) {
  return refused(std::move(so_far), objection.refusal, objection.clause);
}
template <Word W>
constexpr EraStep<W> succeeded(EraStep<W> so_far, since::Result<W> result, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = std::move(result);
  return so_far;
}

template <Word W>
constexpr bool was_refused(const EraStep<W>& step) {
  return std::holds_alternative<since::Refused>(step.result) ||
         std::holds_alternative<vma::Refused>(step.result) ||
         std::holds_alternative<since::TakenForError<W>>(step.result) ||
         std::holds_alternative<since::ChoiceForbidden>(step.result);
}

/// Where the areas of the list were before a call, and which of them had been written to.
template <Word W>
struct WrittenBefore {
  std::vector<vma::Area<W>> areas;
  std::uint32_t areas_made;
};

template <Word W>
constexpr WrittenBefore<W> written_areas(const since::State<W>& state) {
  WrittenBefore<W> before{{}, state.base.areas_made};
  for (const vma::Area<W>& area : state.base.mm.areas) {
    if (std::ranges::find(state.written, area.id) != state.written.end()) before.areas.push_back(area);
  }
  return before;
}

/// New areas that took over pages of areas written to count as written to; what is gone is forgotten.
template <Word W>
constexpr since::State<W> written_inherited(since::State<W> state, const WrittenBefore<W>& before) {
  std::vector<std::uint32_t> written;
  for (const vma::Area<W>& area : state.base.mm.areas) {
    const bool is_new = area.id > before.areas_made;
    const bool was = std::ranges::find(state.written, area.id) != state.written.end();
    const bool took_over = is_new && std::ranges::any_of(before.areas, [&](const vma::Area<W>& old) {
                             return meets(old, area.vm_start, area.vm_end);
                           });
    if (was || took_over) written.push_back(area.id);
  }
  state.written = std::move(written);
  return state;
}

/// The area that begins at `start`, if there is one, has no pages of its own yet: it took nothing over from what it replaced.
template <Word W>
constexpr since::State<W> as_new_at(since::State<W> state, W start) {
  for (const vma::Area<W>& area : state.base.mm.areas) {
    if (area.vm_start == start) std::erase(state.written, area.id);
  }
  return state;
}

/// Does to the state of 2.4.0 what `operation` does to it, a function from a VmaStep to a VmaStep.
template <Word W>
constexpr EraStep<W> as_in_2_4_0(EraStep<W> so_far, auto operation) {
  const WrittenBefore<W> before = written_areas(so_far.state);
  VmaStep<W> base = operation(VmaStep<W>{std::move(so_far.state.base), vma::Nothing{}, std::move(so_far.effects),
                                         std::move(so_far.because)});
  so_far.state.base = std::move(base.state);
  so_far.effects = std::move(base.effects);
  so_far.because = std::move(base.because);
  so_far.state = written_inherited(std::move(so_far.state), before);
  so_far.result = std::visit(
      [](const auto& result) -> since::Result<W> {
        if constexpr (std::is_constructible_v<since::Result<W>, decltype(result)>) return result;
        return vma::Nothing{};
      },
      base.result);
  return so_far;
}

/// The whole call as 2.4.0 carries it out.
template <Word W>
constexpr EraStep<W> carried_out_by_2_4_0(const since::KernelOf<W>& kernel, EraStep<W> so_far, const auto& call) {
  return as_in_2_4_0<W>(std::move(so_far),
                        [&](VmaStep<W> base) { return run<W>(kernel.base, std::move(base), call); });
}

/// Carries out `operation` without the limits that the era looks at in its own way, and sets them again.
template <Word W>
constexpr EraStep<W> with_limits_lifted(const since::KernelOf<W>& kernel, EraStep<W> so_far, auto operation) {
  vma::Knobs<W>& knobs = so_far.state.base.knobs;
  const W memlock = knobs.rlimit_memlock, data = knobs.rlimit_data;
  const bool privileged = knobs.cap_ipc_lock;
  if (kernel.era.mmap_locked) knobs.rlimit_memlock = ~W(0u);
  if (kernel.era.brk_lowest) knobs.rlimit_data = ~W(0u);
  if (kernel.era.mlock_unprivileged) knobs.cap_ipc_lock = true;
  so_far = operation(std::move(so_far));
  vma::Knobs<W>& after = so_far.state.base.knobs;
  after.rlimit_memlock = memlock;
  after.rlimit_data = data;
  after.cap_ipc_lock = privileged;
  return so_far;
}

// ---- Accounts --------------------------------------------------------------------------------------------------------

/// True of memory that RLIMIT_DATA counts: private, writable, and no stack. Source: is_data_mapping in mm/vma.h.
template <Word W>
constexpr bool is_data(W vm_flags) {
  return is_true((vm_flags & W(vma::VM_WRITE | vma::VM_SHARED | vma::VM_GROWSDOWN)) == W(vma::VM_WRITE));
}

/// Pages of a range that lie in areas of which `counts` is true.
template <Word W>
constexpr W pages_inside(const since::KernelOf<W>& kernel, const vma::Mm<W>& mm, W start, W end, auto counts) {
  W pages = 0u;
  for (const vma::Area<W>& area : mm.areas) {
    if (!meets(area, start, end) || !counts(area)) continue;
    const W from = area.vm_start < start ? start : area.vm_start;
    const W to = area.vm_end > end ? end : area.vm_end;
    pages = pages + pages_between<W>(kernel.base.machine, from, to);
  }
  return pages;
}

template <Word W>
constexpr W pages_of_data(const since::KernelOf<W>& kernel, const vma::Mm<W>& mm) {
  return pages_inside<W>(kernel, mm, W(0u), ~W(0u),
                         [](const vma::Area<W>& area) { return is_data(area.vm_flags); });
}

/// True if so many more pages of memory with these flags pass RLIMIT_DATA. Source: may_expand_vm in mm/vma.c.
template <Word W>
constexpr bool passes_data_limit(const since::KernelOf<W>& kernel, const since::State<W>& state, W vm_flags,
                                 W pages) {
  const W limit = pages_in<W>(kernel.base.machine, state.base.knobs.rlimit_data);
  return kernel.era.data_limit && is_data(vm_flags) && pages_of_data<W>(kernel, state.base.mm) + pages > limit;
}

/// True if the process may lock memory at all. Source: can_do_mlock in mm/mlock.c.
template <Word W>
constexpr bool may_lock(const vma::Knobs<W>& knobs) {
  return knobs.cap_ipc_lock || is_true(knobs.rlimit_memlock != W(0u));
}

/// True if so many more locked pages pass RLIMIT_MEMLOCK. Source: mlock_future_ok in mm/mmap.c.
template <Word W>
constexpr bool passes_locked_limit(const since::KernelOf<W>& kernel, const since::State<W>& state, W pages) {
  const W limit = pages_in<W>(kernel.base.machine, state.base.knobs.rlimit_memlock);
  return !state.base.knobs.cap_ipc_lock && state.base.mm.locked_vm + pages > limit;
}

}  // namespace refmm::model::inline REFMM_BUILD
