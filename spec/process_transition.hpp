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

constexpr bool was_refused(const Transition& t) { return is_refused<std::uint32_t>(t.result); }
constexpr bool ended_everything(const Transition& t) { return ends_everything<std::uint32_t>(t.result); }

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

}  // namespace refmm::process
