// A session: calls of one or more processes, to be carried out by the running kernel and by the model of its era.
#pragma once

#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_memory.hpp>
#include <refmm/tests/conform_calls.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace refmm::conform {

using Native = std::uint64_t;

/// The files that every session has, of since::file_size bytes, and how they are open.
inline constexpr std::array<std::string_view, 2> session_files{"A", "B"};

struct SessionDescriptor {
  std::int32_t number;
  std::string_view file;
  std::uint32_t f_mode;  // FMODE_*
};
inline constexpr std::array session_descriptors{
    SessionDescriptor{3, "A", vma::FMODE_READ | vma::FMODE_WRITE}, SessionDescriptor{4, "A", vma::FMODE_READ},
    SessionDescriptor{5, "A", vma::FMODE_WRITE}, SessionDescriptor{6, "B", vma::FMODE_READ | vma::FMODE_WRITE},
    SessionDescriptor{7, "B", vma::FMODE_READ | vma::FMODE_WRITE}};

/// What the processes of a session may have, in pages; none: no limit. Beyond what they have at the start, but for `locked`.
struct SessionLimits {
  std::optional<Native> address_space{}, data{};
  Native locked = 2048;
};

/// A call of one process, by its place among them.
struct SessionStep {
  std::size_t process = 0;
  since::WorldCommand<Native> command;
};

struct Session {
  Bits bits = Bits::of_64;
  SessionLimits limits{};
  const since::Change* without = nullptr;  // the model leaves this change out: to see that it is noticed
  std::vector<SessionStep> steps{};
};

}  // namespace refmm::conform
