// The model as the subject of the laws (spec/buddy_laws.hpp and its neighbours).
#pragma once

#include <refmm/model/buddy.hpp>
#include <refmm/model/buddy_block.hpp>
#include <refmm/model/buddy_list.hpp>
#include <refmm/model/buddy_merge.hpp>
#include <refmm/spec/buddy_kernel.hpp>
#include <refmm/spec/buddy_law_inputs.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

struct BuddySubject {
  /// The corrected kernel; each of its switches is a mutant, called as the defect that it mends.
  static constexpr buddy::Corrections corrected() {
    buddy::Corrections corrected = buddy::all_corrected;
    for_each_field(corrected, [](const char* name, bool& is_corrected) {
      if (mutant(std::string("defect.buddy.") + name)) is_corrected = false;
    });
    return corrected;
  }

  // Whole calls.
  static constexpr buddy::Kernel kernel() { return {buddy::corrected.machine, corrected()}; }
  /// A zone of which all frames are free, from pfn 0 on.
  static constexpr auto boot(std::uint32_t zone_pages) {
    return model::boot<std::uint32_t>({kernel(), 0, zone_pages, buddy::AtBoot::boot, std::nullopt, {}});
  }
  static constexpr auto boot(const buddy::Boot<std::uint32_t>& boot) {
    return model::boot<std::uint32_t>(
        {kernel(), boot.zone_start, boot.zone_pages, boot.free, boot.bootmap, boot.reserved});
  }
  static constexpr auto step(const buddy::State<std::uint32_t>& before,
                             const buddy::Command<std::uint32_t>& command) {
    return model::step<std::uint32_t>(kernel(), before, command);
  }

  // Blocks.
  template <Word W>
  static constexpr W partner_of(W position, std::uint32_t order) {
    return model::partner_of<W>(position, order);
  }
  template <Word W>
  static constexpr W bit_of(W position, std::uint32_t order) {
    return model::bit_of<W>(position, order);
  }
  template <Word W>
  static constexpr W merged_with_partner(W position, std::uint32_t order) {
    return model::merged_with_partner<W>(position, order);
  }
  template <Word W>
  static constexpr W upper_half(W position, std::uint32_t half_order) {
    return model::upper_half<W>(position, half_order);
  }
  template <Word W>
  static constexpr auto is_aligned(W position, std::uint32_t order) {
    return model::is_aligned<W>(position, order);
  }
  template <Word W>
  static constexpr auto is_outside(W zone_pages, W position) {
    return model::is_outside<W>(zone_pages, position);
  }
  template <Word W>
  static constexpr auto lies_inside(W zone_pages, W position, std::uint32_t order) {
    return model::lies_inside<W>(zone_pages, position, order);
  }

  // Boot.
  template <Word W>
  static constexpr auto water_marks(W zone_pages) {
    return model::init_water_marks<W>(zone_pages);
  }
  template <Word W>
  static constexpr auto nothing_free() {
    return model::nothing_free<W>(buddy::orders);
  }
  template <Word W>
  static constexpr W frames_of_bootmap(W page_size, W end) {
    return model::frames_of_bootmap<W>(page_size, end);
  }
  template <Word W>
  static constexpr W frames_of_bootmap_released(W page_size, W end) {
    return model::frames_of_bootmap_released<W>(page_size, end, corrected().bootmap_last_frame);
  }

  // Taking.
  static constexpr std::uint32_t order_to_take_from(const auto& zone, std::uint32_t order, std::uint32_t orders) {
    return model::order_to_take_from(zone, order, orders);
  }
  template <Word W, class Zone>
  static constexpr WithBlock<Zone, W> take(const Zone& zone, std::uint32_t order) {
    const std::uint32_t from = model::order_to_take_from(zone, order, buddy::orders);
    auto taken = model::take_first<W>(zone, from);
    return model::split_down<Zone, W>(std::move(taken.zone), taken.position, from, order);
  }
  template <class Zone, Word W>
  static constexpr WithBlock<Zone, W> split_once(const Zone& zone, W position, std::uint32_t half_order) {
    return model::split_once<Zone, W>(zone, position, half_order);
  }

  // Giving back.
  template <class Zone, Word W>
  static constexpr Merging<Zone, W> given_back(const Zone& zone, W zone_pages, W position, std::uint32_t order) {
    return model::merge_up<Zone, W>(zone, zone_pages, position, order, buddy::largest_order);
  }
  template <class Zone, Word W>
  static constexpr Merging<Zone, W> merge_once(const Zone& zone, W zone_pages, W position, std::uint32_t order) {
    return model::merge_once<Zone, W>(zone, zone_pages, position, order, buddy::largest_order);
  }
  static constexpr bool found_partner_outside(const auto& merging) {
    return merging.step == MergeStep::partner_outside;
  }
  /// What is left of a block that is looked at first; nothing if it is refused.
  template <class Zone, Word W>
  static constexpr Decision<std::optional<Merging<Zone, W>>> released(const Zone& zone, W zone_pages, W position,
                                                                      std::uint32_t order) {
    auto found = misuse<Zone, W>(corrected(), zone, zone_pages, position, order, buddy::largest_order);
    if (found.value) return {std::nullopt, std::move(found.because)};
    return {given_back<Zone, W>(zone, zone_pages, position, order), std::move(found.because)};
  }

  // Counted releases.
  template <Word W>
  static constexpr std::optional<W> put_page(W count) {
    return model::count_after_release<W>(corrected(), count);
  }

  // Lists.
  template <class List, Word W>
  static constexpr List put_in_front(const List& list, W block) {
    return model::put_in_front<List, W>(list, block);
  }
  template <class List, Word W>
  static constexpr List taken_out(const List& list, W place) {
    return model::taken_out<List, W>(list, place);
  }
};

}  // namespace refmm::model::inline REFMM_BUILD
