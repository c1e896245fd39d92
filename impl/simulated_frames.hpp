// The page frames of a simulated i386 machine, for comparison of the slab allocator with the oracle.
//
// The machine's addresses are those of an arena of 4 GB. The arena starts with what a kernel has in low memory: the
// static data (one cache descriptor) and mem_map; the frames that are handed out lie behind. Frames never run
// out by themselves; requests fail, and caches are reaped, as the knobs say ([slab.pages.knobs]). All that happens
// between the allocator and this layer is recorded as slab::Effect.
#pragma once

#include <refmm/impl/arena.hpp>
#include <refmm/impl/page_source.hpp>
#include <refmm/spec/slab.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

class SimulatedFrames {
 public:
  using Layout = I386Layout;
  using Cache = impl::Cache<Layout>;
  using Slab = impl::Slab<Layout>;

  /// A page descriptor. `number` is the slab's number in its cache: 2.4.0 does not number slabs, observers do.
  struct Page : SlabPage<Layout> {
    std::uint32_t number;
  };

  SimulatedFrames() = default;

  /// A machine that has just been switched on.
  void reset(const Machine& machine) {
    if (machine.page_size != page_size) throw std::invalid_argument("simulated frames have 4096 bytes");
    machine_ = machine;
    knobs_ = {};
    blocks_of_.clear();
    effects_.clear();
    for (auto& blocks : recycled_) blocks.clear();
    std::memset(static_cast<void*>(mem_map() + first_frame), 0, (next_frame_ - first_frame) * sizeof(Page));
    if (next_frame_ > kept_frames) {
      arena_.discard(kept_frames * page_size, std::size_t{next_frame_ - kept_frames} * page_size);
    }
    next_frame_ = first_frame;
  }

  // ---- What the allocator asks for (impl/page_source.hpp) ----

  const Machine& machine() const { return machine_; }
  Cache& cache_cache() { return *reinterpret_cast<Cache*>(arena_.at(static_data)); }
  bool in_interrupt() const { return knobs_.in_interrupt; }

  template <class Reap>
  std::byte* get_pages(Cache& cache, std::uint32_t gfp, Reap&& reap) {
    if (knobs_.reap_before != 0) {
      --knobs_.reap_before;
      reap(gfp);
    }
    const std::uint32_t order = cache.gfporder;
    if (fails()) {
      record(slab::GetPages{cache.name, std::nullopt, order, gfp});
      return nullptr;
    }
    std::vector<std::uint32_t>& blocks = blocks_of_[&cache];
    const auto number = static_cast<std::uint32_t>(blocks.size());
    const std::uint32_t frame = take(order);
    blocks.push_back(frame);
    for (std::uint32_t i = 0; i < 1u << order; ++i) mem_map()[frame + i].number = number;
    record(slab::GetPages{cache.name, number, order, gfp});
    return arena_.at(frame * page_size);
  }

  void free_pages(Cache& cache, std::byte* first) {
    const std::uint32_t number = page(first).number;
    record(slab::FreePages{cache.name, number, cache.gfporder});
    recycled_[cache.gfporder].push_back(Arena::address_of(first) / page_size);
    std::vector<std::uint32_t>& blocks = blocks_of_[&cache];
    if (number < blocks.size()) blocks[number] = 0;
  }

  Page& page(const void* address) const { return mem_map()[Arena::address_of(address) / page_size]; }

  /// Records a run over the objects of one slab as one effect, as long as it keeps to the order of the indices.
  void run(Layout::Hook, std::byte* object, Cache& cache, std::uint32_t flags) {
    if (flags != 0)
      note_object<slab::Ctor>(object, cache, flags);
    else
      note_object<slab::Dtor>(object, cache);
  }

  void cache_created(const Cache& cache) { blocks_of_[&cache].clear(); }
  void cache_destroyed(const Cache& cache) { blocks_of_.erase(&cache); }

  void management_obtained(const Cache& cache, const std::byte* first, const Slab* descriptor) {
    const auto object = descriptor == nullptr ? std::nullopt : std::optional(object_at(descriptor));
    record(slab::Mgmt{cache.name, page(first).number, object});
  }
  void management_freed(const Cache& cache, const std::byte* first, const Slab* descriptor) {
    record(slab::MgmtFree{cache.name, page(first).number, object_at(descriptor)});
  }

  // ---- What observers ask for ----

  slab::PageLayer& knobs() { return knobs_; }
  const slab::PageLayer& knobs() const { return knobs_; }

  /// What happened since the last call.
  std::vector<slab::Effect> take_effects() { return std::exchange(effects_, {}); }

  /// How many slabs of the cache have got pages; the number of the next one.
  std::uint32_t slabs_created(const Cache& cache) const {
    const auto found = blocks_of_.find(&cache);
    return found == blocks_of_.end() ? 0 : static_cast<std::uint32_t>(found->second.size());
  }

  /// The pages of a slab, while it has them.
  std::byte* pages_of(const Cache& cache, std::uint32_t number) const {
    const auto found = blocks_of_.find(&cache);
    if (found == blocks_of_.end() || number >= found->second.size() || found->second[number] == 0) return nullptr;
    return arena_.at(found->second[number] * page_size);
  }

  /// The object at an address that the allocator handed out.
  slab::Object object_at(const void* address) const {
    const Page& place = page(address);
    const Cache* const cache = place.cache;
    Slab* const slab = place.slab;
    if (cache == nullptr || slab == nullptr) return {"(no cache)", place.number, Arena::address_of(address)};
    return {cache->name, place.number, cache->index_of(slab, address)};
  }

 private:
  static constexpr std::uint32_t page_size = 4096;
  static constexpr std::uint32_t frames = static_cast<std::uint32_t>(Arena::size / page_size);

  // Low memory.
  static constexpr std::uint32_t static_data = 64;
  static constexpr std::uint32_t mem_map_frame = 1;
  static constexpr std::uint32_t first_frame = 1u << 12;
  static_assert((mem_map_frame * page_size + std::size_t{frames} * sizeof(Page)) <= first_frame * page_size);

  /// Frames whose memory is kept over a reset, so that short runs cost the host no page faults.
  static constexpr std::uint32_t kept_frames = first_frame + (1u << 12);

  Page* mem_map() const { return reinterpret_cast<Page*>(arena_.at(mem_map_frame * page_size)); }

  /// [slab.pages.knobs]: `fail_skip` counts down even while `fail_pages` is 0.
  bool fails() {
    if (knobs_.fail_skip != 0) {
      --knobs_.fail_skip;
      return false;
    }
    if (knobs_.fail_pages == 0) return false;
    --knobs_.fail_pages;
    return true;
  }

  std::uint32_t take(std::uint32_t order) {
    std::vector<std::uint32_t>& blocks = recycled_[order];
    if (!blocks.empty()) {
      const std::uint32_t frame = blocks.back();
      blocks.pop_back();
      return frame;
    }
    const std::uint32_t count = 1u << order;
    const std::uint32_t frame = (next_frame_ + count - 1) & ~(count - 1);
    if (frame + count > frames) throw std::length_error("the simulated machine's 4 GB of memory are used up");
    next_frame_ = frame + count;
    return frame;
  }

  template <class Hook, class... Flags>
  void note_object(const std::byte* object, const Cache& cache, Flags... flags) {
    const std::uint32_t number = page(object).number;
    const std::uint32_t index = cache.index_of(page(object).slab, object);
    Hook* const run = effects_.empty() ? nullptr : std::get_if<Hook>(&effects_.back());
    if (index != 0 && run != nullptr && run->slab == number && run->num == index)
      ++run->num;
    else
      record(Hook{cache.name, number, 1, flags...});
  }

  template <class Effect>
  void record(Effect&& effect) {
    effects_.emplace_back(std::forward<Effect>(effect));
  }

  Arena arena_;
  Machine machine_{};
  slab::PageLayer knobs_{};
  std::array<std::vector<std::uint32_t>, 32> recycled_;  // first frames of free blocks, by order
  std::uint32_t next_frame_ = first_frame;               // frames from here on were never handed out
  std::unordered_map<const Cache*, std::vector<std::uint32_t>> blocks_of_;  // first frames by slab number
  std::vector<slab::Effect> effects_;
};

static_assert(PageSource<SimulatedFrames>);

}  // namespace refmm::impl::inline REFMM_BUILD
