// The layer of a heap for the process that it runs in: its pointers, its break, pages from its kernel.
//
// The break is moved through the C library, which remembers where it is for sbrk: whoever else calls sbrk then continues there, and
// asking where the break is costs no call of the kernel. Errors leave errno as it was: who is refused a block sets it.
#pragma once

#include <refmm/impl/host_memory.hpp>
#include <refmm/impl/malloc.hpp>
#include <refmm/spec/malloc_refusal.hpp>
#include <refmm/spec/mutant.hpp>

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace refmm::impl::inline REFMM_BUILD {

/// What a misused heap is found by, as its message says it.
constexpr const char* message(malloc::Refusal refusal) {
  switch (refusal) {
    case malloc::Refusal::invalid_pointer:
      return "this is no block";
    case malloc::Refusal::invalid_size:
      return "no chunk has the size that stands in front of it";
    case malloc::Refusal::double_free:
      return "double free";
    case malloc::Refusal::corrupted_prev_size:
      return "two neighbours do not agree on the size of the one in front";
    case malloc::Refusal::corrupted_links:
      return "the neighbours on its list do not lead back to it";
    case malloc::Refusal::corrupted_top:
      return "the end of the heap is not where its size says";
    default:
      return "the heap is damaged";
  }
}

class NativeLayer {
 public:
  using Word = std::uintptr_t;
  static constexpr Word page_size = 4096;

  constexpr NativeLayer() = default;
  NativeLayer(const NativeLayer&) = delete;
  NativeLayer& operator=(const NativeLayer&) = delete;

  // ---- Memory ----

  // Whatever a program keeps there has other types.
  static Word load(Word addr) {
    Word word;
    std::memcpy(&word, reinterpret_cast<const void*>(addr), sizeof word);
    return word;
  }
  static void store(Word addr, Word word) { std::memcpy(reinterpret_cast<void*>(addr), &word, sizeof word); }
  static void fill(Word addr, Word len, Word byte) {
    std::memset(reinterpret_cast<void*>(addr), static_cast<int>(byte & 0xff), len);
  }
  static void copy(Word to, Word from, Word len) {
    std::memcpy(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), len);
  }
  Word bins() { return reinterpret_cast<Word>(&bins_); }

  // ---- The kernel ----

  static Word brk() { return reinterpret_cast<Word>(sbrk(0)); }
  bool move_break(Word brk) {
    const Errno kept;
    if (::brk(reinterpret_cast<void*>(brk)) != 0) return false;
    if (highest_.load(std::memory_order_relaxed) < brk) highest_.store(brk, std::memory_order_relaxed);
    return true;
  }
  static Word map_pages(Word len) {
    const Errno kept;
    return reinterpret_cast<Word>(host::map(len));
  }
  static void unmap_pages(Word addr, Word len) {
    const Errno kept;
    host::unmap(reinterpret_cast<void*>(addr), len);
  }
  static Word remap_pages(Word addr, Word old_len, Word new_len) {
    const Errno kept;
    return reinterpret_cast<Word>(host::remap(reinterpret_cast<void*>(addr), old_len, new_len));
  }

  // ---- Notices ----

  void region_begins(Word addr) {
    Word none = 0;
    lowest_.compare_exchange_strong(none, addr, std::memory_order_relaxed);
  }

  /// True of every chunk of the heap; any thread may ask.
  bool may_be_in_heap(Word chunk) const {
    return lowest_.load(std::memory_order_relaxed) <= chunk && chunk < highest_.load(std::memory_order_relaxed);
  }

  /// Says why on standard error, without a block, and aborts.
  [[noreturn]] static void ends(malloc::Refusal refusal, const char* call, Word addr) {
    char text[160];
    std::size_t length = 0;
    const auto put = [&](const char* piece) {
      for (; *piece != '\0' && length < sizeof text; ++piece) text[length++] = *piece;
    };
    put("refmm malloc: ");
    put(call);
    put("(0x");
    for (unsigned shift = 2 * sizeof(Word); shift-- != 0;) {
      const char digit[] = {"0123456789abcdef"[addr >> (4 * shift) & 0xf], '\0'};
      if (addr >> (4 * shift) != 0 || shift == 0) put(digit);
    }
    put("): ");
    put(message(refusal));
    put("\n");
    static_cast<void>(!write(STDERR_FILENO, text, length));
    std::abort();
  }

 private:
  struct Errno {
    const int before = errno;
    Errno() = default;
    Errno(const Errno&) = delete;
    Errno& operator=(const Errno&) = delete;
    ~Errno() { errno = before; }
  };

  alignas(64) std::atomic<Word> lowest_ = 0;
  std::atomic<Word> highest_ = 0;
  alignas(64) std::byte bins_[MallocLayout<Word>::bytes_of_bins] = {};
};

}  // namespace refmm::impl::inline REFMM_BUILD
