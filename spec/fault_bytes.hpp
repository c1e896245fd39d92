// What is in a page: a total map from offsets to bytes (spec/map.hpp), for states that hold many pages and are copied often.
//
// Most pages are zeros or a page of a file as it came, with a few bytes written over. The symbolic form is a function from
// symbolic offsets to symbolic bytes (symbolic::Map).
#pragma once

#include <refmm/spec/map.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/word.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace refmm::fault {

using refmm::lookup;  // those of maps, beside those of pages
using refmm::updated;

/// The bytes of a page. Without what is written, the bytes below `length` count up from `first`, and those from there on are 0.
template <Word W>
struct Bytes {
  using Written = Map<W, W>;
  REFMM_RECORD(Bytes, (W, first),    // the byte at offset 0
               (W, length),          // bytes that are not zeros, from offset 0 on
               (Written, written));  // by offset: the byte + 1; otherwise 0, not written
};

/// The byte that stands at an offset unless another was written.
template <std::unsigned_integral W>
constexpr W byte_below(const Bytes<W>& bytes, std::type_identity_t<W> offset) {
  return offset < bytes.length ? (bytes.first + offset) % 256 : W{0};
}

template <std::unsigned_integral W>
constexpr W lookup(const Bytes<W>& bytes, std::type_identity_t<W> offset) {
  const W written = lookup(bytes.written, offset);
  return written == 0 ? byte_below(bytes, offset) : written - 1;
}

template <std::unsigned_integral W>
constexpr Bytes<W> updated(Bytes<W> bytes, std::type_identity_t<W> offset, std::type_identity_t<W> byte) {
  const W written = byte == byte_below(bytes, offset) ? W{0} : byte + 1;
  bytes.written = updated(std::move(bytes.written), offset, written);
  return bytes;
}

/// The page with zeros from offset `length` on.
template <std::unsigned_integral W>
constexpr Bytes<W> cut(Bytes<W> bytes, std::type_identity_t<W> length) {
  if (bytes.length > length) bytes.length = length;
  if (bytes.length == 0) bytes.first = 0;
  auto& written = bytes.written.written;
  written.erase(place_of(written, length), written.end());
  return bytes;
}

/// The bytes of a page, one for each offset, in the one form that is theirs: over zeros or over the page that counts up from the first
/// byte, whichever needs fewer bytes written.
template <std::unsigned_integral W>
constexpr Bytes<W> bytes_of(const auto& page) {
  const W size = static_cast<W>(std::size(page));
  const auto is_zero = [&](W offset) { return static_cast<std::uint8_t>(page[offset]) == 0; };
  const auto counts_up = [&](W offset) {
    return static_cast<std::uint8_t>(page[offset]) == static_cast<std::uint8_t>(page[0] + offset);
  };
  // From the end: most pages that count up do so to their end.
  Bytes<W> counting{static_cast<W>(page[0]), size, {}};
  while (!counts_up(counting.length - 1)) --counting.length;
  W over_zeros = 0, over_counting = 0;
  for (W offset = 0; offset < size; ++offset) over_zeros += is_zero(offset) ? 0 : 1;
  for (W offset = 0; offset < counting.length; ++offset) over_counting += counts_up(offset) ? 0 : 1;
  for (W offset = counting.length; offset < size; ++offset) over_counting += is_zero(offset) ? 0 : 1;
  Bytes<W> bytes = over_counting < over_zeros ? counting : Bytes<W>{};
  if (std::min(over_zeros, over_counting) == 0) return bytes;
  bytes.written.written.reserve(std::min(over_zeros, over_counting));
  for (W offset = 0; offset < size; ++offset) {
    const auto byte = static_cast<W>(page[offset]);
    if (byte != byte_below(bytes, offset)) bytes.written.written.push_back({offset, byte + 1});
  }
  return bytes;
}

/// The same bytes in that form. Of two pages with the same bytes these are equal. `size` is the size of a page.
template <std::unsigned_integral W>
constexpr Bytes<W> canonical(const Bytes<W>& bytes, std::type_identity_t<W> size) {
  if (bytes == Bytes<W>{}) return bytes;
  // Most pages of files are as they were made: they count up to their end.
  if (bytes.written.written.empty() && bytes.length >= size && size > 1) return {bytes.first % 256, size, {}};
  std::vector<std::uint8_t> page(size);
  const W counted = std::min(bytes.length, size);
  for (W offset = 0; offset < counted; ++offset) page[offset] = static_cast<std::uint8_t>(bytes.first + offset);
  for (const auto& [offset, written] : bytes.written.written) {
    if (offset < size) page[offset] = static_cast<std::uint8_t>(written - 1);
  }
  return bytes_of<W>(page);
}

}  // namespace refmm::fault
