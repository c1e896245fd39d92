// The heap of impl/ beside the model, command by command, at any width of words.
#pragma once

#include <refmm/impl/host_pages.hpp>
#include <refmm/model/malloc.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/tests/malloc_lawful_program.hpp>
#include <refmm/tests/malloc_machine.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm::inline REFMM_BUILD {

/// What a session of a lawful program found: where the two differ, and the names of the clauses that the model decided by.
struct MallocSession {
  std::optional<std::string> difference;
  std::set<std::string_view> clauses;
};

template <std::unsigned_integral W>
MallocSession run_lawful_program(std::uint64_t seed, std::size_t commands) {
  MallocSession session;
  const auto differs = [&](std::size_t number, const Difference& difference, const Because& because) {
    std::string text = "session " + std::to_string(seed) + ", command " + std::to_string(number) + ": " +
                       difference.path + " is " + difference.found + ", not " + difference.expected + " [";
    for (const auto& clause : because) text += " " + std::string(clause->name);
    session.difference = text + " ]";
    return session;
  };

  LawfulProgram<W> program(seed);
  const auto& boot = program.boot();
  impl::HostPages pages({.huge_pages = false});
  impl::SlabAllocator<impl::HostPages> slabs(pages);
  impl::AreaCaches<W> caches(slabs);
  MallocMachine<W> machine(caches, slabs, boot);
  malloc::State<W> state = model::boot<W>(boot), seen{};
  Because before{"malloc.boot"};
  const auto canonical = [&](const malloc::State<W>& of) {
    return malloc::canonical(boot.allocator.parameters, of);
  };

  for (std::size_t number = 0; number <= commands; ++number) {
    machine.observe(seen);
    const auto expected = canonical(state);
    if (auto difference = first_difference(expected, seen, "state")) return differs(number, *difference, before);
    const malloc::Command<W> command = program.next(state);
    auto outcome = model::step<W>(boot.allocator, state, command);
    for (const ClauseRef& clause : outcome.because) session.clauses.insert(clause->name);
    const auto answer = machine.apply(command);
    if (auto difference = first_difference(outcome.result, answer.result, "result"))
      return differs(number, *difference, outcome.because);
    if (auto difference = first_difference(outcome.effects, answer.effects, "effects"))
      return differs(number, *difference, outcome.because);
    if (std::holds_alternative<malloc::Refused>(answer.result) &&
        malloc::ends_everything(std::get<malloc::Refused>(answer.result).refusal))
      return differs(number, {"result", "a lawful program goes on", "it ends"}, outcome.because);
    program.answered(state, command, answer.result);
    state = std::move(outcome.state);
    before = std::move(outcome.because);
  }
  return session;
}

}  // namespace refmm::inline REFMM_BUILD
