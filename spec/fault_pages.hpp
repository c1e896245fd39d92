// All pages of a machine at once: what the theorems about demand paging speak of.
//
// However many frames, slots, objects, page tables and processes there are, each kind is one map (spec/map.hpp). Over built-in words
// these are tables; over symbolic words they are functions, so that a theorem about one fresh place and one fresh frame is a theorem
// about every one. Of each page one byte is kept, at an offset that is the same for all: what happens to whole pages happens to each
// byte of them alike, so that a theorem about the byte at any one offset is a theorem about all bytes.
#pragma once

#include <refmm/spec/fault.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/word.hpp>

#include <type_traits>
#include <vector>

namespace refmm::fault {

/// A page, seen at one offset.
template <Word W>
struct PageByte {
  REFMM_RECORD(PageByte, (W, offset), (W, byte));
};

template <Word W>
constexpr W lookup(const PageByte<W>& page, const std::type_identity_t<W>&) {
  return page.byte;
}
/// The page after a byte was written, wherever in it.
template <Word W>
constexpr PageByte<W> updated(const PageByte<W>& page, const std::type_identity_t<W>& offset,
                              const std::type_identity_t<W>& byte) {
  return {page.offset, select(page.offset == offset, byte, page.byte)};
}
/// The page with zeros from offset `length` on.
template <Word W>
constexpr PageByte<W> cut(const PageByte<W>& page, const std::type_identity_t<W>& length) {
  return {page.offset, select(page.offset >= length, W(0u), page.byte)};
}

/// A file or a shared memory object, as far as its bytes go.
template <Word W, class Slots, class Disk>
struct AnyObject {
  W shared_memory;  // not 0 of an object that is no file
  W i_size;         // bytes
  Slots slots;      // by page: the slot that holds it, or none
  Disk disk;        // by page
  friend constexpr bool operator==(const AnyObject&, const AnyObject&) = default;
};

/// The swap area. Which slot is taken next is an input.
template <Word W, class Words, class Bytes>
struct AnySwapArea {
  Words swap_map;  // by slot
  Bytes contents;  // by slot
  W free_slot;     // none if there is none
};

/// The pages. `Words` is a map to words, `Tables` a map to such maps, `Frames` a map to Frame, `Bytes` a map to PageByte, `Objects` a
/// map to AnyObject.
template <Word W, class Words, class Tables, class Frames, class Bytes, class Objects>
struct AllPages {
  using word_type = W;

  W offset;           // of the byte that is kept of each page
  Frames mem_map;     // by frame
  Bytes contents;     // by frame
  Tables pgds;        // by process and slot
  Tables tables;      // by table and slot
  Words rss;          // by process
  Tables page_cache;  // by mapping and index
  Objects objects;    // by number
  AnySwapArea<W, Words, Bytes> swap;
  std::vector<W> free_frames;  // those that are taken next, first one first; then there are none
  Faults<W> faults;
};

/// A memory of any number of pages.
template <class M>
concept ManyPages = requires(const M& memory) { memory.free_frames; };

}  // namespace refmm::fault
