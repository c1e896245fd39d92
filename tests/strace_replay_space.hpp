// An address space of which a log tells a part: areas, holes, and ranges of which nothing is known.
//
// The state of the model holds the areas. Nothing is mapped beside them where `known` says so; elsewhere nothing is known, and the
// model is asked what it says of either case. Of areas in `vague` it is known that they are there, but not which they are: they
// were there before the log begins.
#pragma once

#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/strace_maps.hpp>
#include <refmm/tests/strace_replay_ranges.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace refmm::strace {

using since::Native;

inline constexpr Native page_bytes = 4096;

/// What a descriptor refers to: one for each open, however many descriptors refer to it.
struct OpenFile {
  std::uint32_t number;     // unique in a replay
  std::string path;         // as far as the log says it
  std::uint32_t f_mode;     // FMODE_*
  bool is_special = false;  // no regular file, or unknown: what mmap makes of it is its own affair
  bool is_path = false;     // opened with O_PATH: it cannot be mapped
  bool was_mapped = false;  // a mapping of it succeeded
};

struct Space {
  since::KernelOf<Native> kernel{};
  since::State<Native> state{};
  Ranges known{};                 // of these addresses it is known whether something is mapped
  Ranges vague{};                 // mapped, but what it is has not been seen
  bool knows_break = false;       // where the heap ends
  bool knows_heap_begin = false;  // the log has all calls of the program: the first break is where the heap begins
  std::map<std::uint32_t, std::uint32_t> files{};  // OpenFile::number: the number of the file object in the state
  std::map<std::uint32_t, std::string> paths{};    // of file objects of the state
};

/// One of which nothing is known.
Space unknown_space(since::Version version, unsigned bits);

/// One that begins with what /proc/PID/maps shows.
Space space_with(since::Version version, unsigned bits, const std::vector<Mapping>& maps);

/// The addresses that a program can have.
Range whole(const Space& space);

/// Forgets what is in a range: whether there is something, and what.
void forget(Space& space, Range range);

/// Puts areas of which nothing else is known into the parts of a range that are not known; these parts.
std::vector<Range> assume_mapped(Space& space, Range range);

/// Joins all areas of a range that are alike: the kernel may have.
void join_alike(Space& space, Range range);

/// All private memory that may be written counts as written to: the log does not tell of stores, and so the model must leave open
/// whether such areas are joined.
void count_as_written(Space& space);

/// What fork gives to a child.
Space copy_for_child(const Space& parent, std::uint32_t number);

/// The file object in the state for a file, which comes into being when it is first mapped; only `descriptor` refers to it then.
void bind_descriptor(Space& space, const OpenFile& file, std::uint32_t descriptor);
void bind_no_descriptor(Space& space);

/// The area that holds part of a range, as a line of areas_notation; empty if there is none.
std::string area_in(const Space& space, Range range);

}  // namespace refmm::strace
