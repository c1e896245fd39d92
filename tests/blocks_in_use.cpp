#include <refmm/tests/blocks_in_use.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace refmm {

namespace {

constexpr std::size_t piece = 4096;  // blocks are filled and compared in pieces of this size
constexpr std::size_t shifts = 1021;
constexpr std::size_t glance = 128;  // bytes of a large block that are looked at from time to time

/// Bytes without a pattern; what block number n is filled with begins at n % shifts.
constexpr auto bytes = [] {
  std::array<unsigned char, piece + shifts> made{};
  std::uint32_t number = 1;
  for (unsigned char& byte : made) {
    number = number * 1664525u + 1013904223u;
    byte = static_cast<unsigned char>(number >> 24 | 1u);  // never 0: what is cleared shows
  }
  return made;
}();

const unsigned char* bytes_of(const BlocksInUse::Block& block) { return bytes.data() + block.serial % shifts; }

std::uintptr_t number_of(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

}  // namespace

void BlocksInUse::clear() {
  by_serial_.clear();
  by_address_.clear();
  next_serial_ = 0;
}

const BlocksInUse::Block* BlocksInUse::overlapping(const void* address, std::size_t size) const {
  const std::uintptr_t begin = number_of(address), end = begin + std::max<std::size_t>(size, 1);
  auto next = by_address_.lower_bound(begin);
  if (next != by_address_.end() && next->first < end) return &by_serial_.at(next->second);
  if (next == by_address_.begin()) return nullptr;
  const Block& before = by_serial_.at(std::prev(next)->second);
  return number_of(before.address) + std::max<std::size_t>(before.size, 1) > begin ? &before : nullptr;
}

const BlocksInUse::Block& BlocksInUse::add(void* address, std::size_t size, std::string name) {
  const std::uint64_t serial = next_serial_++;
  by_address_[number_of(address)] = serial;
  const Block& block = by_serial_[serial] = {static_cast<std::byte*>(address), size, serial, std::move(name)};
  const std::size_t written = std::min(size, most_bytes);
  for (std::size_t done = 0; done < written; done += piece)
    std::memcpy(block.address + done, bytes_of(block), std::min(piece, written - done));
  return block;
}

const BlocksInUse::Block* BlocksInUse::at(const void* address) const {
  const auto found = by_address_.find(number_of(address));
  return found == by_address_.end() ? nullptr : &by_serial_.at(found->second);
}

void BlocksInUse::remove(const void* address) {
  const auto found = by_address_.find(number_of(address));
  if (found == by_address_.end()) return;
  by_serial_.erase(found->second);
  by_address_.erase(found);
}

std::optional<std::size_t> BlocksInUse::first_damage(const Block& block, std::size_t size) {
  const auto* const expected = reinterpret_cast<const std::byte*>(bytes_of(block));
  size = std::min(size, most_bytes);
  for (std::size_t done = 0; done < size; done += piece) {
    const std::size_t count = std::min(piece, size - done);
    if (std::memcmp(block.address + done, expected, count) == 0) continue;
    const auto differs = std::mismatch(block.address + done, block.address + done + count, expected);
    return static_cast<std::size_t>(differs.first - block.address);
  }
  return std::nullopt;
}

std::optional<BlocksInUse::Damage> BlocksInUse::first_damage() const {
  for (const auto& [serial, block] : by_serial_) {
    if (block.size <= 2 * glance) {
      if (const auto at = first_damage(block, block.size)) return Damage{&block, *at};
    } else if (const auto at = first_damage(block, glance)) {
      return Damage{&block, *at};
    }
  }
  return std::nullopt;
}

}  // namespace refmm
