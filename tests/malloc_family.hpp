// The user's heap as a family (tests/subject.hpp), on 32-bit addresses.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/malloc.hpp>
#include <refmm/spec/outcome.hpp>

#include <cstdint>
#include <string_view>

namespace refmm {

struct MallocFamily {
  static constexpr std::string_view name = "malloc";
  using Boot = malloc::Boot<std::uint32_t>;
  using State = malloc::State<std::uint32_t>;
  using Command = malloc::Command<std::uint32_t>;
  using Result = malloc::Result<std::uint32_t>;
  using Effect = malloc::Effect<std::uint32_t>;

  static State boot(const Boot& boot);
  static Because because_of_boot(const Boot&) { return {"malloc.boot"}; }
  static Outcome<State, Result, Effect> step(const Boot& boot, State state, const Command& command);
  static bool ends_everything(const Result& result);
};

}  // namespace refmm
