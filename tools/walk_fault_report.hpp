// What refmm walk says of an address of a process, for people.
#pragma once

#include <refmm/tests/replay_end.hpp>
#include <refmm/tools/walk_report.hpp>

#include <cstdint>

namespace refmm::command {

/// An address of a process that there is.
struct WalkOfProcess {
  std::uint32_t addr;
  std::uint32_t pid;
};

/// The walk from the address to the byte, entry by entry and flag by flag; what else there is to say of the page, and in which area
/// it lies; and what a load and a store would do next: each is carried out on a copy of the state.
WalkText text_of(const WalkOfProcess& walk, const replay::End<FaultFamily>& end);

}  // namespace refmm::command
