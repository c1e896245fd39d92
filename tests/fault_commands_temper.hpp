// The temper of a session: what it is mostly about, and how its arguments are drawn.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/tests/commands_source.hpp>
#include <refmm/tests/fault_commands.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::process::drawing {

using refmm::drawing::among;
using refmm::drawing::Source;

inline constexpr std::uint32_t page = i386_2_4_0.page_size;
inline constexpr std::uint32_t task_size = i386_2_4_0.task_size;
inline constexpr std::uint32_t unmapped_base = i386_2_4_0.task_unmapped_base;

/// Bytes that one page table covers: 4 MiB.
inline constexpr std::uint32_t page_table = page * (page / sizeof(std::uint32_t));

/// The kinds of intents.
enum Kind : std::size_t {
  access,
  kernel_access,
  debug,
  fill,
  map,
  unmap,
  protect,
  brk,
  remap,
  lock,
  lock_all,
  advise,
  sync,
  open_file,
  truncate,
  transfer,
  fork,
  exit_process,
  esp,
  hold,
  swap_out,
  reclaim,
  swap_off,
  swap_on,
  fail,
  limit,
  kinds
};
using Weights = std::array<std::uint32_t, kinds>;

/// What a session is mostly about. The recordings have the same names.
enum class Profile : std::size_t {
  anon,
  fork,
  file,
  swap,
  shm,
  stack,
  lock,
  remap,
  debug,
  fail,
  tight,
  sequential,
  held,
  mix
};
inline constexpr std::size_t profiles = 14;

/// "One in N" is never if N is 0.
struct Temper {
  Profile profile;
  Weights weights;             // of the kinds of intents
  std::vector<Place> grounds;  // where addresses lie: places, each the first of `slots` pages
  std::uint32_t slots;
  std::uint32_t longest;   // pages of a length
  std::uint32_t odd;       // one argument in N is odd
  std::uint32_t missing;   // one process in N does not exist
  std::uint32_t fixed;     // one mapping in N is MAP_FIXED
  std::uint32_t files;     // one in N of a file
  std::uint32_t shared;    // one in N is MAP_SHARED
  std::uint32_t growing;   // one in N is MAP_GROWSDOWN
  std::uint32_t stores;    // one access in N only reads
  std::uint32_t swapped;   // one access in N goes to a page in the swap area
  std::uint32_t tails;     // one byte that is written in N lies behind the end of a file
  std::uint32_t one_file;  // one mapping of a file in N is of the first one, from its start
};

/// One of the profiles that the recordings have, changed by chance.
Temper any_temper(Source& source);

}  // namespace refmm::process::drawing
