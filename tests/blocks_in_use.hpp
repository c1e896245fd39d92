// Memory that a subject has handed out, as its user: each block is filled with bytes of its own, and looked at again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace refmm {

class BlocksInUse {
 public:
  /// Of a larger block only so many bytes are written and looked at.
  static constexpr std::size_t most_bytes = std::size_t{1} << 18;

  struct Block {
    std::byte* address;
    std::size_t size;      // bytes that its user has
    std::uint64_t serial;  // which in the order of add
    std::string name;
  };
  /// A byte that is not what its user wrote.
  struct Damage {
    const Block* block;
    std::size_t at;  // bytes from the start of the block
  };

  void clear();

  /// A block that shares a byte with this one; a block without bytes counts as one byte.
  const Block* overlapping(const void* address, std::size_t size) const;

  /// Takes a block, which must overlap no other, into use: fills it.
  const Block& add(void* address, std::size_t size, std::string name);

  /// The block at exactly this address, if there is one.
  const Block* at(const void* address) const;

  /// Ends the use of the block at this address, if there is one. Its bytes stay as they are.
  void remove(const void* address);

  /// The first byte of the first `size` bytes of a block that somebody else has written.
  static std::optional<std::size_t> first_damage(const Block& block, std::size_t size);

  /// Likewise of all blocks, of the one that was taken into use first; of large ones only their beginning is looked at.
  std::optional<Damage> first_damage() const;

  bool empty() const { return by_serial_.empty(); }
  const std::map<std::uint64_t, Block>& all() const { return by_serial_; }

 private:
  std::map<std::uint64_t, Block> by_serial_{};
  std::map<std::uintptr_t, std::uint64_t> by_address_{};
  std::uint64_t next_serial_ = 0;
};

}  // namespace refmm
