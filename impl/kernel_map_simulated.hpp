// The memory of a simulated machine below the kernel's mappings, for comparison with the oracle.
//
// Frames are those of an arena of 4 GB, and the memory of each is real. Requests are answered by rules that anybody can follow: the
// lowest free frame, and knobs that make requests fail ([kernel.knobs], [kernel.frames.taken]). All that happens between the
// kernel's mappings and this layer is recorded as kernel_map::Effect.
#pragma once

#include <refmm/impl/arena.hpp>
#include <refmm/impl/kernel_map_frame_set.hpp>
#include <refmm/impl/kernel_map_layer.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

class SimulatedKernelMemory {
 public:
  using Boot = kernel_map::Boot<std::uint32_t>;
  using State = kernel_map::State<std::uint32_t>;
  using Effect = kernel_map::Effect<std::uint32_t>;

  /// A machine that has just been switched on. Throws std::invalid_argument if there can be no such one.
  void reset(const Boot& boot) {
    const std::size_t frames = std::size_t{boot.ram_pages} + boot.highmem_pages;
    if (frames > Arena::size / page_size || boot.first_free > boot.ram_pages)
      throw std::invalid_argument("a simulated machine has at most 4 GB, and boot cannot take more than its RAM");
    boot_ = boot;
    arena_.discard(0, Arena::size);
    free_.reset(frames, true);
    noted_.reset(frames, false);
    pages_.assign(frames, {});
    for (Pfn pfn = 0; pfn < boot.first_free; ++pfn) set(pfn, {.count = 0, .reserved = true}, false);
    knobs_ = {};
    objs_made_ = pgds_made_ = 0;
    numbers_.clear();
    stale_.clear();
    effects_.clear();
  }

  // ---- What the kernel's mappings ask for (impl/kernel_map_layer.hpp) ----

  std::byte* frame(Pfn pfn) const { return arena_.at(pfn << page_shift); }

  std::optional<Pfn> alloc_page(kernel_map::Gfp gfp) {
    const std::optional<Pfn> pfn = take(gfp);
    record(kernel_map::AllocPage<std::uint32_t>{gfp, pfn});
    return pfn;
  }
  std::optional<Pfn> get_free_page() {
    const std::optional<Pfn> pfn = take(kernel_map::Gfp::kernel);
    record(kernel_map::GetFreePage<std::uint32_t>{pfn});
    return pfn;
  }
  /// [kernel.frames.given_back]. Frames that the machine does not have are nobody's.
  void free_page(Pfn pfn) {
    record(kernel_map::FreePage<std::uint32_t>{pfn});
    if (pfn >= pages_.size()) return;
    Page page = pages_[pfn];
    if (page.reserved) return;
    --page.count;
    set(pfn, page, free_.contains(pfn) || (page.count == 0 && pfn >= boot_.first_free));
  }
  bool is_reserved(Pfn pfn) const { return pages_[pfn].reserved; }

  std::optional<std::uint32_t> kmalloc() {
    std::optional<std::uint32_t> obj;
    if (knobs_.fail_kmalloc == 0)
      obj = objs_made_++;
    else
      --knobs_.fail_kmalloc;
    record(kernel_map::Kmalloc{obj});
    return obj;
  }
  void kfree(std::uint32_t obj) { record(kernel_map::Kfree{obj}); }

  void pgd_made(Pfn pgd) { numbers_[pgd] = ++pgds_made_; }
  void pgd_gone(Pfn pgd) { numbers_.erase(pgd); }
  void set_pde(Pfn pgd, std::uint32_t slot, Entry entry) {
    record(kernel_map::SetPde<std::uint32_t>{number_of(pgd), slot, entry});
  }
  void pte_cleared(Address page, Entry entry) { stale_.push_back({page, entry}); }
  void flush_tlb(bool global) {
    record(kernel_map::FlushTlb{global});
    std::erase_if(stale_, [&](const auto& translation) {
      return global || !has_flag(translation.entry, paging::PAGE_GLOBAL);
    });
  }
  void warn(kernel_map::Message message) { record(kernel_map::Warn{message}); }
  void page_fault(Address addr, std::uint32_t error_code) {
    record(kernel_map::FaultHandled<std::uint32_t>{addr, error_code});
  }
  void signal() { record(kernel_map::Signal{}); }

  // ---- What others do with frames ----

  /// The reserved mark of the frames from `first` to `last` that the machine has.
  void set_reserved(Pfn first, Pfn last, bool reserved) {
    for (Pfn pfn = first; pfn <= last && pfn < pages_.size(); ++pfn) {
      Page page = pages_[pfn];
      page.reserved = reserved;
      set(pfn, page, free_.contains(pfn));
    }
  }

  // ---- What observers ask for ----

  kernel_map::Knobs& knobs() { return knobs_; }
  const kernel_map::Knobs& knobs() const { return knobs_; }
  std::uint32_t objs_made() const { return objs_made_; }
  std::uint32_t pgds_made() const { return pgds_made_; }
  bool is_free(Pfn pfn) const { return free_.contains(pfn); }

  /// The number of a directory: 2.4.0 does not number them, observers do. 0 for swapper_pg_dir.
  std::uint32_t number_of(Pfn pgd) const {
    const auto found = numbers_.find(pgd);
    return found == numbers_.end() ? 0 : found->second;
  }

  /// What the tables have lost since the last flush that reached it.
  const State::Stale& stale() const { return stale_; }

  /// All frames that are not as they were before boot.
  State::Frames frames() const {
    State::Frames seen{{0, false, true}, {}};
    for (auto pfn = noted_.lowest_from(0); pfn; pfn = noted_.lowest_from(*pfn + 1))
      seen.written.push_back({*pfn, {pages_[*pfn].count, pages_[*pfn].reserved, free_.contains(*pfn)}});
    return seen;
  }

  /// What happened since the last call.
  std::vector<Effect> take_effects() { return std::exchange(effects_, {}); }

 private:
  /// What is kept of a frame beside whether it is free. 2.4.0: struct page.
  struct Page {
    std::int32_t count = 0;
    bool reserved = false;
  };

  void set(Pfn pfn, const Page& page, bool free) {
    pages_[pfn] = page;
    free ? free_.insert(pfn) : free_.erase(pfn);
    const bool plain = free && page.count == 0 && !page.reserved;
    plain ? noted_.erase(pfn) : noted_.insert(pfn);
  }

  std::optional<Pfn> take(kernel_map::Gfp gfp) {
    if (knobs_.skip_pages != 0) {
      --knobs_.skip_pages;
    } else if (knobs_.fail_pages != 0) {
      --knobs_.fail_pages;
      return std::nullopt;
    }
    const std::optional<Pfn> pfn = next(gfp);
    if (pfn) set(*pfn, {.count = 1, .reserved = false}, false);
    return pfn;
  }

  std::optional<Pfn> next(kernel_map::Gfp gfp) const {
    constexpr Pfn dma_end = 4096;  // 16 MB. 2.4.0: MAX_DMA_ADDRESS
    if (gfp == kernel_map::Gfp::kernel_highmem && !mutant("kernel.impl.frames.low_before_high"))
      if (const auto high = free_.lowest_from(boot_.ram_pages)) return high;
    const auto low = free_.lowest_from(boot_.first_free);
    const Pfn end = gfp == kernel_map::Gfp::kernel_dma ? std::min(dma_end, boot_.ram_pages) : boot_.ram_pages;
    return low && *low < end ? low : std::nullopt;
  }

  template <class E>
  void record(E&& effect) {
    effects_.emplace_back(std::forward<E>(effect));
  }

  Arena arena_;
  Boot boot_{};
  FrameSet free_;
  FrameSet noted_;  // not free, or not without references, or reserved
  std::vector<Page> pages_;
  kernel_map::Knobs knobs_{};
  std::uint32_t objs_made_ = 0;
  std::uint32_t pgds_made_ = 0;
  std::unordered_map<Pfn, std::uint32_t> numbers_;
  State::Stale stale_;
  std::vector<Effect> effects_;
};

static_assert(KernelMapLayer<SimulatedKernelMemory>);

}  // namespace refmm::impl::inline REFMM_BUILD
