// One call on a machine with processes that was carried out, and questions about it: what the step laws speak of.
#pragma once

#include <refmm/spec/process.hpp>
#include <refmm/spec/process_references.hpp>
#include <refmm/spec/process_state.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::process {

/// One call that was carried out.
struct Transition {
  const Boot<std::uint32_t>& boot;
  const LawState& before;
  const Command<std::uint32_t>& command;
  const Result<std::uint32_t>& result;
  const std::vector<fault::Effect<std::uint32_t>>& effects;
  const LawState& after;
};

// ---- What was asked and answered ----------------------------------------------------------------------------------

/// The process that made the call; 0 for the kernel.
constexpr std::uint32_t caller(const Transition& t) {
  const auto* of_process = std::get_if<OfProcess<std::uint32_t>>(&t.command);
  return of_process ? of_process->pid : 0;
}

/// The call, if it is of this kind, of a process or of the kernel, and nullptr otherwise.
template <class Kind>
constexpr const Kind* call(const Transition& t) {
  if constexpr (std::is_constructible_v<Command<std::uint32_t>, Kind>) {
    return std::get_if<Kind>(&t.command);
  } else {
    const auto* of_process = std::get_if<OfProcess<std::uint32_t>>(&t.command);
    return of_process ? std::get_if<Kind>(&of_process->call) : nullptr;
  }
}
template <template <class> class Kind>
constexpr const Kind<std::uint32_t>* call(const Transition& t) {
  return call<Kind<std::uint32_t>>(t);
}

constexpr std::optional<Refusal> refusal(const Transition& t) {
  const auto* refused = std::get_if<Refused>(&t.result);
  return refused ? std::optional(refused->refusal) : std::nullopt;
}

/// Why the chapter on areas says no, if it does.
constexpr std::optional<vma::Refusal> area_refusal(const Transition& t) {
  const auto* refused = std::get_if<vma::Refused>(&t.result);
  return refused ? std::optional(refused->refusal) : std::nullopt;
}

constexpr bool was_refused(const Transition& t) { return is_refused<std::uint32_t>(t.result); }
constexpr bool succeeded(const Transition& t) { return std::holds_alternative<vma::Success>(t.result); }
constexpr bool ended_everything(const Transition& t) { return ends_everything<std::uint32_t>(t.result); }

/// A reason is given exactly where there is one: without it the call is not refused for it, with it the call is refused, for it
/// or for what is looked at before it.
constexpr bool refuses_exactly_if(const Transition& t, Refusal reason, bool condition) {
  return condition ? was_refused(t) : refusal(t) != reason;
}

/// The byte that the call returned, if it returned one.
constexpr std::optional<std::uint32_t> byte(const Transition& t) {
  const auto* read = std::get_if<Byte<std::uint32_t>>(&t.result);
  return read ? std::optional(read->value) : std::nullopt;
}

/// The address that the call returned, if it returned one.
constexpr std::optional<std::uint32_t> address(const Transition& t) {
  const auto* returned = std::get_if<vma::Address<std::uint32_t>>(&t.result);
  return returned ? std::optional(returned->value) : std::nullopt;
}

/// Pages unmapped or frames freed, if the call returned how many.
constexpr std::optional<std::uint32_t> pages(const Transition& t) {
  const auto* counted = std::get_if<Pages<std::uint32_t>>(&t.result);
  return counted ? std::optional(counted->count) : std::nullopt;
}

/// The bytes that the call has copied, if it returned how many.
constexpr std::optional<std::uint32_t> bytes_copied(const Transition& t) {
  const auto* copied = std::get_if<Copied<std::uint32_t>>(&t.result);
  return copied ? std::optional(copied->bytes) : std::nullopt;
}

/// The child that the call returned, if it returned one.
constexpr std::optional<std::uint32_t> child(const Transition& t) {
  const auto* pid = std::get_if<Pid<std::uint32_t>>(&t.result);
  return pid ? std::optional(pid->value) : std::nullopt;
}

constexpr std::uint32_t rounded_up(std::uint32_t bytes) { return (bytes + page_bytes - 1) & ~(page_bytes - 1); }

// ---- Effects ------------------------------------------------------------------------------------------------------

template <class Kind>
constexpr std::size_t count_effects(const Transition& t, auto predicate) {
  return static_cast<std::size_t>(std::ranges::count_if(t.effects, [&](const auto& effect) {
    const auto* of_kind = std::get_if<Kind>(&effect);
    return of_kind && predicate(*of_kind);
  }));
}
template <class Kind>
constexpr std::size_t count_effects(const Transition& t) {
  return count_effects<Kind>(t, [](const Kind&) { return true; });
}
template <class Kind>
constexpr bool had_effect(const Transition& t, auto predicate) {
  return count_effects<Kind>(t, predicate) != 0;
}
template <class Kind>
constexpr bool had_effect(const Transition& t) {
  return count_effects<Kind>(t) != 0;
}

/// The effects of a kind, in their order.
template <class Kind>
constexpr std::vector<Kind> effects_of(const Transition& t) {
  std::vector<Kind> found;
  for (const auto& effect : t.effects) {
    if (const auto* of_kind = std::get_if<Kind>(&effect)) found.push_back(*of_kind);
  }
  return found;
}

using AllocPage = fault::AllocPage<std::uint32_t>;
using FreePage = fault::FreePage<std::uint32_t>;
using ClearPage = fault::ClearPage<std::uint32_t>;
using CopyPage = fault::CopyPage<std::uint32_t>;
using FlushTlbPage = fault::FlushTlbPage<std::uint32_t>;
using FileTransfer = fault::FileTransfer<std::uint32_t>;
using SwapTransfer = fault::SwapTransfer<std::uint32_t>;
using CopyToUser = fault::CopyToUser<std::uint32_t>;
using CopyFromUser = fault::CopyFromUser<std::uint32_t>;

/// True if the call was given this frame, for a page table or directory, or for a page.
constexpr bool was_given(const Transition& t, std::uint32_t pfn, fault::Gfp type) {
  return had_effect<AllocPage>(t, [&](const AllocPage& asked) { return asked.pfn == pfn && asked.type == type; });
}
/// True if a request for a frame was refused.
constexpr bool lacked_a_frame(const Transition& t, fault::Gfp type) {
  return had_effect<AllocPage>(t, [&](const AllocPage& asked) { return !asked.pfn && asked.type == type; });
}
/// True if the last request for a frame was refused, and was for this.
constexpr bool lacked_the_last_frame(const Transition& t, fault::Gfp type) {
  const auto asked = effects_of<AllocPage>(t);
  return !asked.empty() && !asked.back().pfn && asked.back().type == type;
}
constexpr bool was_cleared(const Transition& t, std::uint32_t pfn) {
  return had_effect<ClearPage>(t, [&](const ClearPage& cleared) { return cleared.pfn == pfn; });
}
constexpr bool was_copied(const Transition& t, std::uint32_t to, std::uint32_t from) {
  return had_effect<CopyPage>(t, [&](const CopyPage& copied) { return copied.to == to && copied.from == from; });
}
constexpr bool was_freed(const Transition& t, std::uint32_t pfn) {
  return had_effect<FreePage>(t, [&](const FreePage& freed) { return freed.pfn == pfn; });
}

/// The call did nothing at all.
constexpr bool nothing_changed(const Transition& t) { return t.before == t.after && t.effects.empty(); }

}  // namespace refmm::process
