// Many sessions with made-up calls, until time is up or the kernel and the model part.
#pragma once

#include <refmm/tests/conform_shrink.hpp>
#include <refmm/tests/conform_transcript.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace refmm::conform {

struct CampaignOptions {
  std::uint64_t seed = 1;      // of the first session; the next ones have the next ones
  std::optional<Bits> bits{};  // of both in turn, where it is not given
  std::optional<std::uint64_t> sessions{};
  std::chrono::milliseconds time{60000};  // where there is no number of sessions
  std::size_t steps = 60;                 // of a session
  const since::Change* without = nullptr;
  std::chrono::seconds shrink_time{30};
  /// Is told how many sessions are done, now and then.
  std::function<void(std::uint64_t)> progress{};
};

/// What became of it.
struct Campaign {
  std::uint64_t sessions = 0, steps = 0;
  std::chrono::milliseconds time{0};
  std::map<std::string, std::uint64_t> clauses{};  // that decided something, and how often
  std::optional<Shown> shown{};                    // the first difference, made small
  std::uint64_t seed_of_difference = 0;
  std::size_t steps_before_shrinking = 0;
};

/// Why there was none, where the kernel at hand cannot be asked.
std::variant<Campaign, Refusal> run(const CampaignOptions& options);

}  // namespace refmm::conform
