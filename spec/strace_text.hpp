// Text from a log of strace of which every byte knows its place in the log, also where a call is put together from the line in
// which it began and the line in which it returned.
#pragma once

#include <refmm/spec/diagnostic.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::strace {

class Text {
 public:
  Text() = default;

  /// `characters` stand in one line, the first of them at `at`.
  Text(std::string_view characters, Position at);

  const std::string& characters() const { return characters_; }
  std::size_t size() const { return characters_.size(); }

  /// Where byte `offset` stands; behind the last byte, where the next one would.
  Position at(std::size_t offset) const;

  /// The bytes from `begin` to `end`, which is behind the last one.
  Text part(std::size_t begin, std::size_t end) const;

  void append(const Text& more);

 private:
  struct Piece {
    std::size_t offset;  // of its first byte in characters_
    Position at;         // of the same byte in the log
  };

  std::string characters_;
  std::vector<Piece> pieces_;
};

/// Where the string in quotation marks that begins at `begin` has ended: behind the mark; npos if it does not.
std::size_t past_string(std::string_view text, std::size_t begin);

/// Where the comment that begins at `begin` has ended; npos if it does not.
std::size_t past_comment(std::string_view text, std::size_t begin);

/// Whether the `<` at `place` is what -y writes behind a descriptor, as in `3</usr/lib/libc.so.6>`, or -Y behind a process.
bool names_descriptor(std::string_view text, std::size_t place);

/// Where what -y writes has ended, that begins with the `<` at `begin`; npos if it does not.
std::size_t past_descriptor(std::string_view text, std::size_t begin);

/// Without blanks at its ends.
std::string_view trimmed(std::string_view text);

}  // namespace refmm::strace
