// The temper of a session: what it is mostly about, and how its arguments are drawn.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/tests/commands_source.hpp>
#include <refmm/tests/vma_commands.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::vma::drawing {

using refmm::drawing::among;
using refmm::drawing::Source;

inline constexpr std::uint32_t page = i386_2_4_0.page_size;
inline constexpr std::uint32_t task_size = i386_2_4_0.task_size;
inline constexpr std::uint32_t unmapped_base = i386_2_4_0.task_unmapped_base;

/// Bytes that one page table covers: 4 MiB.
inline constexpr std::uint32_t page_table = page * (page / sizeof(std::uint32_t));

/// The kinds of intents.
enum Kind : std::size_t {
  map,
  unmap,
  brk,
  do_brk,
  protect,
  remap,
  lock,
  lock_all,
  lookup,
  extend,
  exit_all,
  open_file,
  close_file,
  attributes,
  limit,
  failure,
  stripes,
  kinds
};
using Weights = std::array<std::uint32_t, kinds>;

/// "One in N" is never if N is 0.
struct Temper {
  Weights weights;             // of the kinds of intents
  std::vector<Place> grounds;  // where addresses lie: places, each the first of `slots` pages
  std::uint32_t slots;
  std::uint32_t longest;     // pages of a length
  std::uint32_t landmarks;   // one address in N is a landmark of the state
  std::uint32_t odd;         // one argument in N is odd
  std::uint32_t fixed;       // one mapping in N is MAP_FIXED
  std::uint32_t files;       // one in N of a file
  std::uint32_t shared;      // one in N is MAP_SHARED
  std::uint32_t growing;     // one in N is MAP_GROWSDOWN
  std::uint32_t denying;     // one in N is MAP_DENYWRITE
  std::uint32_t attributes;  // FILE_* that files may have
  std::uint32_t names;       // files there are
  bool many;                 // hundreds of areas
};

/// One of the profiles that the recordings have, changed by chance.
Temper any_temper(Source& source);

}  // namespace refmm::vma::drawing
