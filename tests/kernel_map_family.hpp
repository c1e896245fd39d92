// The kernel's own mappings as a family (tests/subject.hpp): the chapters on paging and on kernel mappings.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/outcome.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace refmm {

struct KernelMapFamily {
  static constexpr std::string_view name = "kernel";
  static constexpr std::array<std::string_view, 2> areas{"paging", "kernel"};
  using Boot = kernel_map::Boot<std::uint32_t>;
  using State = kernel_map::State<std::uint32_t>;
  using Command = kernel_map::Command<std::uint32_t>;
  using Result = kernel_map::Result<std::uint32_t>;
  using Effect = kernel_map::Effect<std::uint32_t>;

  static State boot(const Boot& boot);
  static Because because_of_boot(const Boot& boot);
  static Outcome<State, Result, Effect> step(const Boot& boot, State state, const Command& command);
  static bool ends_everything(const Result& result);
};

}  // namespace refmm
