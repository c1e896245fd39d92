// The model as the subject of the laws (spec/malloc_size_laws.hpp and its neighbours).
#pragma once

#include <refmm/model/malloc.hpp>
#include <refmm/model/malloc_bins.hpp>
#include <refmm/model/malloc_block.hpp>
#include <refmm/model/malloc_merge.hpp>
#include <refmm/model/malloc_size.hpp>
#include <refmm/model/malloc_top.hpp>
#include <refmm/spec/malloc_allocator.hpp>
#include <refmm/spec/malloc_heap.hpp>

#include <string>

namespace refmm::model::inline REFMM_BUILD {

struct MallocSubject {
  /// All checks; each of them is a mutant, called as the defect that it is there for.
  static constexpr malloc::Corrections corrected() {
    malloc::Corrections corrected = malloc::all_corrected;
    for_each_field(corrected, [](const char* name, bool& is_corrected) {
      if (mutant(std::string("defect.malloc.") + name)) is_corrected = false;
    });
    return corrected;
  }

  static constexpr const Machine& machine() { return malloc::corrected.kernel.machine; }

  // Sizes.
  template <Word W>
  static constexpr W largest_request() {
    return model::largest_request<W>(machine());
  }
  template <Word W>
  static constexpr W page_size() {
    return machine().page_size;
  }
  template <Word W>
  static constexpr auto is_page_aligned(W address) {
    return model::is_page_aligned<W>(machine(), address);
  }
  template <Word W>
  static constexpr W chunk_size(W bytes) {
    return model::chunk_size<W>(bytes);
  }
  template <Word W>
  static constexpr W bytes_of_block(W size) {
    return model::bytes_of_block<W>(size);
  }
  template <Word W>
  static constexpr W bytes_of_mapped_block(W size) {
    return model::bytes_of_mapped_block<W>(size);
  }
  template <Word W>
  static constexpr W bytes_to_map(W leader, W size) {
    return model::bytes_to_map<W>(machine(), leader, size);
  }
  template <Word W>
  static constexpr W bin_of(W size) {
    return model::bin_of<W>(size);
  }
  template <Word W>
  static constexpr W head_of_bin(W bins, W bin) {
    return model::head_of_bin<W>(bins, bin);
  }
  template <Word W>
  static constexpr W bytes_of_bins() {
    return model::bytes_of_bins<W>;
  }
  template <Word W>
  static constexpr W break_for_top(W top, W needed) {
    return model::break_for_top<W>(machine(), top, needed);
  }
  template <Word W>
  static constexpr W bytes_to_trim(W size, W pad) {
    return model::bytes_to_trim<W>(machine(), size, pad);
  }
  template <Word W>
  static constexpr W aligned_block(W block, W alignment) {
    return model::aligned_block<W>(block, alignment);
  }
  template <Word W>
  static constexpr W power_of_two_from(W alignment) {
    return model::power_of_two_from<W>(alignment);
  }

  // Lists.
  static constexpr auto unlinked(const auto& heap, const auto& chunk) { return model::unlinked(heap, chunk); }
  static constexpr auto linked(const auto& heap, const auto& chunk, const auto& next) {
    return model::linked(heap, chunk, next);
  }
  static constexpr auto first_from_size(const auto& heap, const auto& head, const auto& size) {
    return model::first_from_size(heap, head, size).at;
  }

  // Chunks.
  static constexpr auto merged(const auto& heap, const auto& chunk, const auto& size) {
    return model::merged(heap, chunk, size);
  }
  static constexpr auto merged_before(const auto& heap, const auto& chunk, const auto& size) {
    return model::merged_before(heap, chunk, size);
  }
  static constexpr auto merged_behind(const auto& heap, const auto& chunk, const auto& size) {
    return model::merged_behind(heap, chunk, size);
  }
  static constexpr auto tagged_free(const auto& heap, const auto& chunk, const auto& size) {
    return model::tagged_free(heap, chunk, size);
  }
  static constexpr auto split(const auto& heap, const auto& chunk, const auto& size, const auto& needed) {
    return model::split(heap, chunk, size, needed);
  }
  static constexpr auto room_in_top(const auto& heap, const auto& needed) {
    return model::room_in_top(heap, needed);
  }
  static constexpr auto taken_from_top(const auto& heap, const auto& needed) {
    return model::taken_from_top(heap, needed);
  }
  static constexpr auto fenced(const auto& heap, const auto& top, const auto& size) {
    return model::fenced(heap, top, size);
  }
  static constexpr auto examined(const auto& heap, const auto& begin, const auto& chunk) {
    return model::examined(heap, begin, chunk);
  }
};

}  // namespace refmm::model::inline REFMM_BUILD
