// What a heap needs of the layers around it: its memory, and the kernel's calls.
#pragma once

#include <refmm/spec/malloc_refusal.hpp>

#include <concepts>

namespace refmm::impl::inline REFMM_BUILD {

/// The layer that a UserHeap stands on: NativeLayer for the process that it runs in, a simulated one for comparison with the oracle.
/// Addresses and lengths in bytes; 0 is no address.
///
/// `Word` is the type of addresses and of the words in memory; `page_size` is that of the kernel.
///
/// Memory:
/// - `load(addr)`, `store(addr, word)`: one word; the address is a multiple of the word size in every heap that nobody damaged.
/// - `fill(addr, len, byte)`, `copy(to, from, len)`: ranges, which do not overlap.
/// - `bins()`: where the heads of the lists may stand, room for MallocLayout::bytes_of_bins that read as 0, and a multiple of two words.
///
/// The kernel:
/// - `brk()`: where the break is. `move_break(brk)`: false if it stays where it was; what it gives reads as 0.
/// - `map_pages(len)`: its address, or 0. `unmap_pages(addr, len)`.
/// - `remap_pages(addr, old_len, new_len)`: the address, where it is or elsewhere, or 0 and all is as it was.
///
/// `region_begins(addr)` is a notice: the heap goes on there. `ends(refusal, call, addr)` ends the program, of which the heap is
/// damaged, or that misused `call`; it does not return.
template <class L>
concept MallocLayer =
    std::unsigned_integral<typename L::Word> && std::same_as<decltype(L::page_size), const typename L::Word> &&
    requires(L& layer, typename L::Word word, malloc::Refusal refusal, const char* call) {
      { layer.load(word) } -> std::same_as<typename L::Word>;
      layer.store(word, word);
      layer.fill(word, word, word);
      layer.copy(word, word, word);
      { layer.bins() } -> std::same_as<typename L::Word>;
      { layer.brk() } -> std::same_as<typename L::Word>;
      { layer.move_break(word) } -> std::same_as<bool>;
      { layer.map_pages(word) } -> std::same_as<typename L::Word>;
      layer.unmap_pages(word, word);
      { layer.remap_pages(word, word, word) } -> std::same_as<typename L::Word>;
      layer.region_begins(word);
      layer.ends(refusal, call, word);
    };

}  // namespace refmm::impl::inline REFMM_BUILD
