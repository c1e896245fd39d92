// Errors in what people wrote: where, what is wrong, what was expected, what was found, what to try.
//
//   session.mmt:7:27: error: there is no such flag
//     7 | kmem_cache_alloc(session, SLAB_KERNAL)
//       |                           ^
//     expected a flag of an allocation
//     found `SLAB_KERNAL`
//     try: SLAB_KERNEL
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace refmm {

/// A place in a text. Lines, and columns in bytes, count from 1; 0 is nowhere: what the program wrote itself.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend constexpr auto operator<=>(const Position&, const Position&) = default;
};

/// One error. Parts that have nothing to say are empty.
struct Diagnostic {
  std::string file{};
  Position at{};
  std::string message{};
  std::string expected{};
  std::string found{};
  std::string hint{};
  std::string source_line{};  // the line it is about, without its end
};

/// The error as people read it, with a newline at the end. Of a long line only the surroundings of the column
/// are shown; bytes that do not print are shown as `\xNN`.
std::string print(const Diagnostic& diagnostic);

/// Text for people: in backticks, bytes that do not print as `\xNN`, cut where it is long.
std::string in_backticks(std::string_view text);

/// What somebody gave us cannot be understood. Nothing has been changed or written.
class InputError : public std::runtime_error {
 public:
  explicit InputError(Diagnostic diagnostic)
      : std::runtime_error(print(diagnostic)), diagnostic_(std::move(diagnostic)) {}
  const Diagnostic& diagnostic() const { return diagnostic_; }

 private:
  Diagnostic diagnostic_;
};

}  // namespace refmm
