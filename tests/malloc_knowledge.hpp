// What a program may do with its heap, and what it knows of it: the blocks that it was given and has not given back, and how many bytes
// from the beginning of each have contents that somebody has promised.
#pragma once

#include <refmm/spec/malloc.hpp>

#include <cstdint>
#include <map>

namespace refmm::malloc {

class Knowledge {
 public:
  /// True if the call keeps to the rules: it is about blocks that the program has, and reads what has been written.
  bool allows(const Command<std::uint32_t>& command, const State<std::uint32_t>& now) const;

  /// Takes note of what came of a call.
  void note(const Command<std::uint32_t>& command, const Result<std::uint32_t>& result);

  /// Bytes of a block from its beginning on that can be read; 0 of what is no block.
  std::uint32_t known_bytes(std::uint32_t block) const;

 private:
  struct Held {
    std::uint32_t bytes, known;
  };

  bool has(std::uint32_t block) const { return held_.contains(block); }
  bool has_range(std::uint32_t addr, std::uint32_t len, bool known) const;
  void write(std::uint32_t addr, std::uint32_t len);

  std::map<std::uint32_t, Held> held_;
};

}  // namespace refmm::malloc
