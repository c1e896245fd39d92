// The temper of a session on the kernel's own mappings: what it is mostly about, and how its arguments are drawn.
#pragma once

#include <refmm/tests/commands_source.hpp>
#include <refmm/tests/kernel_map_commands.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace refmm::kernel_map::drawing {

using refmm::drawing::among;
using refmm::drawing::Source;

/// The kinds of intents.
enum Kind : std::size_t {
  vmalloc,
  vfree,
  ioremap,
  iounmap,
  fork_some,
  exit_some,
  trim,
  put_table,  // on the quick list of page tables
  touch,
  get,
  put,
  reserve,
  kmap,
  kunmap,
  map_user,
  clear,
  failure,
  kinds
};
using Weights = std::array<std::uint32_t, kinds>;

/// "One in N" is never if N is 0.
struct Temper {
  Boot<std::uint32_t> boot;
  Weights weights;          // of the kinds of intents
  std::uint32_t longest;    // pages of an area
  std::uint32_t odd;        // one argument in N is odd
  std::uint32_t large;      // one area in N is as large as what is left, or as a slot
  std::uint32_t users;      // one touch in N is a program's
  std::uint32_t fast;       // one directory in N goes to the quick list
  std::uint32_t hoards;     // one time in N dozens of frames are taken, or reserved
  std::uint32_t most_pgds;  // that begin at once
  // How a session begins: a high frame gets an address for each entry of the window, frames are hoarded and reserved, an area
  // fills the range, requests fail while no slot has a table.
  enum class Opening { none, window, hoard, fill, fail, fail_twice };
  Opening opening;
  bool ends_at_kunmap;  // with a misuse of it
  bool little_room;     // the range of areas is a few dozen slots: one area may fill it
};

/// One of the profiles, most of which the recordings have, changed by chance.
Temper any_temper(Source& source);

}  // namespace refmm::kernel_map::drawing
