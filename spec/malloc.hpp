// The vocabulary of the user's heap: what is observed of it, what a program asks, what it gets.
//
// Source: the boundary tags of D. E. Knuth (The Art of Computer Programming, vol. 1, 2.5) and the layout that D. Lea's malloc gave them,
// which the C libraries of Linux 2.4.0's days used; below them brk, mmap, munmap and mremap of spec/vma.hpp. Chapter:
// spec/book/malloc.md. Everything is a template over the word: the same source for 32-bit and 64-bit addresses, and for the prover.
//
// A chunk is a block with its tag. At its address stand, a word each,
//
//   prev_size   the size of the chunk in front of it, while that is free; else the last word of that chunk's block
//   size        of the chunk, in bytes; its lowest bits are flags
//   fd          while it is free: the next chunk on its list; else the block begins here
//   bk          while it is free: the chunk before it on its list
#pragma once

#include <refmm/spec/malloc_allocator.hpp>
#include <refmm/spec/malloc_refusal.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>
#include <variant>
#include <vector>

namespace refmm::malloc {

// ---- State ------------------------------------------------------------------------------------------------------

/// Flags in the size of a chunk.
inline constexpr std::uint32_t PREV_INUSE = 1;  // the chunk in front of it is in use
inline constexpr std::uint32_t IS_MMAPPED = 2;  // it has a mapping of its own
inline constexpr std::uint32_t SIZE_FLAGS = 7;  // bits of a size that are none of it

/// What a program was given and has not given back.
template <Word W>
struct Block {
  REFMM_RECORD(Block, (W, addr), (W, bytes));  // as it was asked for; of calloc the product
};

/// A process between two calls, as far as its heap goes.
template <Word W>
struct State {
  using Words = Map<W, W>;
  REFMM_RECORD(State, (vma::State<W>, space),  // the address space
               (Words,
                words),  // the memory, by the address of each word: a multiple of the word size; 0 where unwritten
               (W, bins),     // where the heads of the lists of free chunks begin, in the program's static data
               (W, top),      // the chunk at the end of the heap; 0 while there is no heap
               (W, top_end),  // where the heap ends, as the allocator got it from the kernel
               (std::vector<W>,
                regions),  // where each part of the heap begins: the program may have moved the break in between
               (W, mapped_blocks),  // mappings that are chunks
               (std::vector<Block<W>>,
                blocks));  // ascending by address: what the program knows; no allocator looks at it
};

/// What a transcript begins with.
template <Word W>
struct Boot {
  REFMM_RECORD(Boot, (AllocatorOf<W>, allocator),
               (W, data),  // where static data begin: a page boundary, mapped up to the break
               (W, brk));  // the break: the heap begins behind it
};

// ---- Calls ------------------------------------------------------------------------------------------------------
// Addresses and sizes in bytes.

template <Word W>
struct Malloc {
  REFMM_RECORD(Malloc, (W, bytes));
};
template <Word W>
struct Free {
  REFMM_RECORD(Free, (W, block));  // 0 for NULL
};
template <Word W>
struct Calloc {
  REFMM_RECORD(Calloc, (W, count), (W, size));
};
template <Word W>
struct Realloc {
  REFMM_RECORD(Realloc, (W, block), (W, bytes));
};
template <Word W>
struct Memalign {
  REFMM_RECORD(Memalign, (W, alignment), (W, bytes));
};
template <Word W>
struct MallocUsableSize {
  REFMM_RECORD(MallocUsableSize, (W, block));
};
/// Gives memory at the end of the heap back, all but `pad` bytes.
template <Word W>
struct MallocTrim {
  REFMM_RECORD(MallocTrim, (W, pad));
};

// What the program does itself.

/// Moves the break behind the allocator's back; the increment is in two's complement.
template <Word W>
struct Sbrk {
  REFMM_RECORD(Sbrk, (W, increment));
};
template <Word W>
struct LoadByte {
  REFMM_RECORD(LoadByte, (W, addr));
};
template <Word W>
struct StoreByte {
  REFMM_RECORD(StoreByte, (W, addr), (W, byte));
};
template <Word W>
struct LoadWord {
  REFMM_RECORD(LoadWord, (W, addr));
};
template <Word W>
struct StoreWord {
  REFMM_RECORD(StoreWord, (W, addr), (W, word));
};
template <Word W>
struct Memset {
  REFMM_RECORD(Memset, (W, addr), (W, byte), (W, len));
};

template <Word W>
using Command =
    std::variant<Malloc<W>, Free<W>, Calloc<W>, Realloc<W>, Memalign<W>, MallocUsableSize<W>, MallocTrim<W>,
                 Sbrk<W>, LoadByte<W>, StoreByte<W>, LoadWord<W>, StoreWord<W>, Memset<W>, vma::SetKnobs<W>>;

// ---- Results ----------------------------------------------------------------------------------------------------

struct Nothing {
  REFMM_RECORD(Nothing);
};
/// A block, or of sbrk the break before. 0 is NULL where that is no refusal: of realloc that frees.
template <Word W>
struct Address {
  REFMM_RECORD(Address, (W, value));
};
/// A number: of bytes, a byte or word that was read, whether malloc_trim gave something back.
template <Word W>
struct Number {
  REFMM_RECORD(Number, (W, value));
};
struct Refused {
  REFMM_RECORD(Refused, (Refusal, refusal));
};

template <Word W>
using Result = std::variant<Nothing, Address<W>, Number<W>, Refused>;

// ---- Effects ----------------------------------------------------------------------------------------------------
// What the allocator asks of the kernel, and whether it got it.

/// To move the break to `brk`.
template <Word W>
struct Brk {
  REFMM_RECORD(Brk, (W, brk), (bool, moved));
};
/// To map `len` bytes without a file, anywhere; 0 where it was refused.
template <Word W>
struct MapPages {
  REFMM_RECORD(MapPages, (W, len), (W, addr));
};
template <Word W>
struct UnmapPages {
  REFMM_RECORD(UnmapPages, (W, addr), (W, len));
};
/// To make a mapping longer or shorter, where it is or elsewhere; 0 where it was refused.
template <Word W>
struct RemapPages {
  REFMM_RECORD(RemapPages, (W, addr), (W, old_len), (W, new_len), (W, new_addr));
};

template <Word W>
using Effect = std::variant<Brk<W>, MapPages<W>, UnmapPages<W>, RemapPages<W>>;

}  // namespace refmm::malloc
