// What is in a page: a total map from offsets to bytes (spec/map.hpp), for states that hold many pages and are copied often.
//
// Most pages are zeros or a page of a file as it came, with a few bytes written over. The symbolic form is a function from
// symbolic offsets to symbolic bytes (symbolic::Map).
#pragma once

#include <refmm/spec/map.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/word.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

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

/// The same bytes in the one form that is theirs: over zeros or over the page that counts up from the first byte, whichever needs
/// fewer bytes written. Of two pages with the same bytes these are equal. `size` is the size of a page.
template <std::unsigned_integral W>
constexpr Bytes<W> canonical(const Bytes<W>& bytes, std::type_identity_t<W> size) {
  Bytes<W> zeros{}, counting{lookup(bytes, 0), 0, {}};
  for (W offset = 0; offset < size; ++offset) {
    if (lookup(bytes, offset) == (counting.first + offset) % 256) counting.length = offset + 1;
  }
  for (W offset = 0; offset < size; ++offset) {
    zeros = updated(std::move(zeros), offset, lookup(bytes, offset));
    counting = updated(std::move(counting), offset, lookup(bytes, offset));
  }
  return counting.written.written.size() < zeros.written.written.size() ? counting : zeros;
}

}  // namespace refmm::fault
