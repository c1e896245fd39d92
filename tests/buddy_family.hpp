// The page allocator as a family (tests/subject.hpp).
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/outcome.hpp>

#include <cstdint>
#include <string_view>

namespace refmm {

struct BuddyFamily {
  static constexpr std::string_view name = "buddy";
  using Boot = buddy::Boot<std::uint32_t>;
  using State = buddy::State<std::uint32_t>;
  using Command = buddy::Command<std::uint32_t>;
  using Result = buddy::Result<std::uint32_t>;
  using Effect = buddy::Effect<std::uint32_t>;

  static State boot(const Boot& boot);
  /// The clauses that decided what a zone begins with: a defect of boot among them.
  static Because because_of_boot(const Boot& boot);
  static Outcome<State, Result, Effect> step(const Boot& boot, State state, const Command& command);
  static bool ends_everything(const Result& result);
};

}  // namespace refmm
