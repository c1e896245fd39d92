// Demand paging and processes as a family (tests/subject.hpp), on 32-bit addresses.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/process.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace refmm {

struct FaultFamily {
  static constexpr std::string_view name = "fault";
  static constexpr std::array<std::string_view, 2> areas{"fault", "process"};
  using Boot = process::Boot<std::uint32_t>;
  using State = process::State<std::uint32_t>;
  using Command = process::Command<std::uint32_t>;
  using Result = process::Result<std::uint32_t>;
  using Effect = fault::Effect<std::uint32_t>;

  static State boot(const Boot& boot);
  static Because because_of_boot(const Boot&) {
    return {"process.boot", "process.boot.files", "process.boot.memory"};
  }
  static Outcome<State, Result, Effect> step(const Boot& boot, State state, const Command& command);
  static bool ends_everything(const Result& result);
};

}  // namespace refmm
