// The memory of a simulated process, by pages that are made when something is written: of any width of addresses.
#pragma once

#include <refmm/spec/map.hpp>
#include <refmm/spec/mutant.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <map>

namespace refmm::inline REFMM_BUILD {

/// Bytes that were never written, or given back, are 0. The lowest byte of a word comes first. Any address, aligned or not; who asks
/// has looked whether there is memory.
template <std::unsigned_integral Word>
class MallocMemory {
  static_assert(std::endian::native == std::endian::little);

 public:
  static constexpr Word page_size = 4096;

  Word load(Word addr) const {
    Word word = 0;
    std::array<std::byte, sizeof(Word)> bytes{};
    for_pieces(addr, sizeof(Word), [&](Word piece, Word offset, std::size_t len) {
      if (const Page* page = page_at(piece)) std::memcpy(&bytes[offset], &(*page)[piece % page_size], len);
    });
    std::memcpy(&word, bytes.data(), sizeof(Word));
    return word;
  }
  void store(Word addr, Word word) {
    std::array<std::byte, sizeof(Word)> bytes{};
    std::memcpy(bytes.data(), &word, sizeof(Word));
    for_pieces(addr, sizeof(Word), [&](Word piece, Word offset, std::size_t len) {
      std::memcpy(&pages_[piece / page_size][piece % page_size], &bytes[offset], len);
    });
  }
  std::byte load_byte(Word addr) const {
    const Page* page = page_at(addr);
    return page == nullptr ? std::byte{0} : (*page)[addr % page_size];
  }
  void fill(Word addr, Word len, std::byte byte) {
    for_pieces(addr, len, [&](Word piece, Word, std::size_t bytes) {
      std::memset(&pages_[piece / page_size][piece % page_size], std::to_integer<int>(byte), bytes);
    });
  }
  void copy(Word to, Word from, Word len) {
    for (Word done = 0; done < len; ++done) {
      const std::byte byte = load_byte(from + done);
      pages_[(to + done) / page_size][(to + done) % page_size] = byte;
    }
  }

  /// The pages of a range are gone; both ends are page boundaries.
  void drop(Word start, Word end) {
    pages_.erase(pages_.lower_bound(start / page_size), pages_.lower_bound(end / page_size));
  }
  void clear() { pages_.clear(); }

  /// The words that are not 0.
  Map<Word, Word> words() const {
    Map<Word, Word> seen;
    for (const auto& [number, page] : pages_) {
      for (Word offset = 0; offset < page_size; offset += sizeof(Word)) {
        Word word = 0;
        std::memcpy(&word, &page[offset], sizeof(Word));
        if (word != 0) seen.written.emplace_back(number * page_size + offset, word);
      }
    }
    return seen;
  }

 private:
  using Page = std::array<std::byte, page_size>;

  const Page* page_at(Word addr) const {
    const auto found = pages_.find(addr / page_size);
    return found == pages_.end() ? nullptr : &found->second;
  }

  /// Calls `carry_out(addr, offset, len)` for the part of a range in each page.
  template <class CarryOut>
  static void for_pieces(Word addr, Word len, CarryOut carry_out) {
    for (Word done = 0; done < len;) {
      const Word piece = addr + done, bytes = std::min<Word>(len - done, page_size - piece % page_size);
      carry_out(piece, done, bytes);
      done += bytes;
    }
  }

  std::map<Word, Page> pages_;
};

}  // namespace refmm::inline REFMM_BUILD
