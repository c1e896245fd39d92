// The memory areas as a family (tests/subject.hpp), on 32-bit addresses.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/vma.hpp>

#include <cstdint>
#include <string_view>

namespace refmm {

struct VmaFamily {
  static constexpr std::string_view name = "vma";
  using Boot = vma::Boot<std::uint32_t>;
  using State = vma::State<std::uint32_t>;
  using Command = vma::Command<std::uint32_t>;
  using Result = vma::Result<std::uint32_t>;
  using Effect = vma::Effect<std::uint32_t>;

  static State boot(const Boot& boot);
  static Because because_of_boot(const Boot&) { return {"vma.boot"}; }
  static Outcome<State, Result, Effect> step(const Boot& boot, State state, const Command& command);
  static bool ends_everything(const Result& result);
};

}  // namespace refmm
