// Memory areas of later eras, with the processes that have them, as a family (tests/subject.hpp).
#pragma once

#include <refmm/spec/outcome.hpp>
#include <refmm/spec/since_memory.hpp>

#include <cstdint>
#include <string_view>

namespace refmm {

struct SinceFamily {
  static constexpr std::string_view name = "since";
  using Boot = since::Boot<std::uint64_t>;
  using State = since::World<std::uint64_t>;
  using Command = since::ProcessCommand<std::uint64_t>;
  using Result = since::WorldResult<std::uint64_t>;
  /// What calls do below the areas nobody outside of a kernel sees.
  struct Effect {
    REFMM_RECORD(Effect);
  };

  static State boot(const Boot& boot);
  static Because because_of_boot(const Boot&) { return {"vma.boot"}; }
  static Outcome<State, Result, Effect> step(const Boot& boot, State state, const Command& command);
  static bool ends_everything(const Result&) { return false; }
};

}  // namespace refmm
