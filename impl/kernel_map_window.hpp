// The window for high frames: an address for a frame behind the direct mapping, for as long as somebody uses it.
//
// Source: kmap_high, map_new_virtual, flush_all_zero_pkmaps and kunmap_high in mm/highmem.c of 2.4.0.
#pragma once

#include <refmm/impl/paging_entries.hpp>
#include <refmm/spec/mutant.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// Which entries of the window are whose; the entries themselves are KernelMappings'.
class KmapWindow {
 public:
  static constexpr std::uint32_t entries = entries_per_table;

  /// For the frames from `first_high` on, `frames` of them.
  KmapWindow(Address base, Pfn first_high, std::size_t frames)
      : base_(base), first_high_(first_high), entry_(frames) {}

  /// The entry of a high frame, or nothing.
  std::optional<std::uint32_t> entry_of(Pfn pfn) const {
    const std::uint16_t entry = entry_[pfn - first_high_];
    return entry == 0 ? std::nullopt : std::optional<std::uint32_t>(entry - 1u);
  }

  /// [kernel.kmap.new]: an entry that nobody has, from behind the one that was found last. When the search comes round to entry 0,
  /// `clear` is called: it must forget what nobody uses ([kernel.kmap.round]). Nothing if every entry is in use.
  template <class Clear>
  std::optional<std::uint32_t> find_entry(Clear clear) {
    for (std::uint32_t tried = 0; tried != entries; ++tried) {
      last_ = (last_ + 1) % entries;
      if (last_ == 0) {
        clear();
        tried = 0;
      }
      if (count_[last_] == 0) return last_;
    }
    return std::nullopt;
  }

  /// Gives an entry to a frame, without users. Takes it away again.
  void give(std::uint32_t entry, Pfn pfn) {
    count_[entry] = 1;
    entry_[pfn - first_high_] = static_cast<std::uint16_t>(entry + 1);
  }
  void take(std::uint32_t entry, Pfn pfn) {
    count_[entry] = 0;
    entry_[pfn - first_high_] = 0;
  }
  bool is_unused(std::uint32_t entry) const { return count_[entry] == 1; }

  void use(std::uint32_t entry) { ++count_[entry]; }
  void unuse(std::uint32_t entry) { --count_[entry]; }

  Address address(std::uint32_t entry) const { return base_ + (entry << page_shift); }

  // ---- What an observer sees ----

  std::uint32_t count(std::uint32_t entry) const { return count_[entry]; }  // 2.4.0: pkmap_count
  std::uint32_t last() const { return last_; }                              // 2.4.0: last_pkmap_nr

 private:
  Address base_;
  Pfn first_high_;
  std::array<std::uint32_t, entries> count_{};  // 0 free, 1 given without users, else users + 1
  std::uint32_t last_ = 0;
  std::vector<std::uint16_t> entry_;  // of high frames: the number of their entry, plus 1
};

}  // namespace refmm::impl::inline REFMM_BUILD
