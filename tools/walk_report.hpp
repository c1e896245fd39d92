// What refmm walk says of an access, for people.
#pragma once

#include <refmm/spec/paging.hpp>
#include <refmm/tests/replay_kernel_map_end.hpp>

#include <cstdint>
#include <string>

namespace refmm::command {

/// An access through a directory: 0 for swapper_pg_dir, else the number of one that is in use.
struct WalkOf {
  std::uint32_t addr;
  std::uint32_t pgd;
  paging::Access access;
};

struct WalkText {
  std::string text;
  bool translated;  // at once, without a fault
};

/// The walk from the address to the frame, entry by entry, with the clauses that decide it; after a fault, what the fault handler
/// makes of it; and what else the processor may still use.
WalkText text_of(const WalkOf& walk, const replay::KernelMapEnd& end);

}  // namespace refmm::command
