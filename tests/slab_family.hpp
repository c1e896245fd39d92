// The slab allocator as a family (tests/subject.hpp).
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/slab.hpp>

#include <string_view>

namespace refmm {

struct SlabFamily {
  static constexpr std::string_view name = "slab";
  using Boot = Machine;
  using State = slab::State;
  using Command = slab::Command;
  using Result = slab::Result;
  using Effect = slab::Effect;

  static State boot(const Boot& machine);
  static Because because_of_boot(const Boot&) { return {"slab.boot"}; }
  static Outcome<State, Result, Effect> step(const Boot& machine, State state, const Command& command);
  static bool ends_everything(const Result& result);
};

}  // namespace refmm
