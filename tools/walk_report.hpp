// What refmm walk says of an access, for people.
#pragma once

#include <refmm/spec/paging.hpp>
#include <refmm/tests/replay_end.hpp>

#include <cstdint>
#include <string>
#include <string_view>

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
WalkText text_of(const WalkOf& walk, const replay::End<KernelMapFamily>& end);

/// A line that says what it is of.
std::string walk_line(std::string_view label, std::string_view text);

/// A line about an entry: where it stands, what it is, what it leads to and its flags.
std::string walk_entry_line(std::string_view label, std::string_view place, std::uint32_t entry,
                            std::string_view leads_to, std::string_view flags);

}  // namespace refmm::command
