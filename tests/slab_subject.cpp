// Compiled twice: plain, and with REFMM_MUTANTS.
#include <refmm/impl/simulated_frames.hpp>
#include <refmm/impl/slab.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace refmm::inline REFMM_BUILD {
namespace {

using impl::SimulatedFrames;
using Allocator = impl::SlabAllocator<SimulatedFrames>;
using Cache = SimulatedFrames::Cache;
using Slab = SimulatedFrames::Slab;
using Node = impl::ListNode<impl::I386Layout>;

constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

struct HashName {
  std::size_t operator()(const Name& name) const { return std::hash<std::string_view>{}(name.view()); }
};

class SlabImplementation final : public SlabSubject {
 public:
  void reset(const Machine& machine) override {
    allocator_.reset();
    caches_.clear();
    bug_.reset();
    frames_.reset(machine);
    allocator_.emplace(frames_);
    frames_.take_effects();
    Cache* const head = &allocator_->cache_cache();
    for (Cache* cache = head->next; cache != head; cache = cache->next) caches_.emplace(cache->name, cache);
    caches_.emplace(head->name, head);
  }

  Answer apply(const slab::Command& command) override {
    if (bug_) return {slab::Refused{*bug_}, {}};
    slab::Result result = std::visit([this](const auto& c) { return run(c); }, command);
    if (const auto* refused = std::get_if<slab::Refused>(&result); refused != nullptr && is_bug(refused->refusal))
      bug_ = refused->refusal;
    return {std::move(result), frames_.take_effects()};
  }

  void observe(slab::State& seen) const override {
    seen.clock_searchp = nowhere;
    seen.pages = frames_.knobs();
    std::size_t caches = 0;
    Cache* const head = &allocator_->cache_cache();
    Cache* cache = head;
    // One cache more than there can be shows that the ring does not close.
    do {
      if (cache == allocator_->clock_searchp()) seen.clock_searchp = static_cast<std::uint32_t>(caches);
      observe(*cache, element(seen.chain, caches++));
      cache = cache->next;
    } while (cache != head && cache != nullptr && caches <= caches_.size());
    seen.chain.resize(caches);
  }

 private:
  // ---- Commands ----

  slab::Result refused() const { return slab::Refused{allocator_->refusal()}; }

  slab::Result object_or_refusal(const void* address) const {
    return address != nullptr ? frames_.object_at(address) : refused();
  }

  slab::Result status_or_refusal(std::optional<std::uint32_t> status) const {
    return status ? slab::Status{*status} : refused();
  }

  Cache* find(const Name& name) const {
    const auto found = caches_.find(name);
    return found == caches_.end() ? nullptr : found->second;
  }

  void* find(const slab::Object& object) const {
    Cache* const cache = find(object.cache);
    if (cache == nullptr) return nullptr;
    std::byte* const first = frames_.pages_of(*cache, object.slab);
    if (first == nullptr || object.index >= cache->num) return nullptr;
    Slab* const slab = frames_.page(first).slab;
    return slab == nullptr ? nullptr : cache->object(slab, object.index);
  }

  slab::Result run(const slab::CacheCreate& c) {
    using Hook = impl::I386Layout::Hook;
    const std::string name = c.name ? c.name->str() : std::string();
    Cache* const cache =
        allocator_->kmem_cache_create(c.name ? name.c_str() : nullptr, c.size, c.offset, c.flags,
                                      c.ctor ? Hook::noticed : Hook::none, c.dtor ? Hook::noticed : Hook::none);
    if (cache == nullptr) return refused();
    caches_.emplace(cache->name, cache);
    return slab::CacheName{cache->name};
  }

  slab::Result run(const slab::CacheDestroy& c) {
    Cache* const cache = c.cache ? find(*c.cache) : nullptr;
    if (c.cache && cache == nullptr) return slab::Nothing{};
    const auto status = allocator_->kmem_cache_destroy(cache);
    if (status == 0u) caches_.erase(*c.cache);
    return status_or_refusal(status);
  }

  slab::Result run(const slab::CacheShrink& c) {
    Cache* const cache = c.cache ? find(*c.cache) : nullptr;
    if (c.cache && cache == nullptr) return slab::Nothing{};
    return status_or_refusal(allocator_->kmem_cache_shrink(cache));
  }

  slab::Result run(const slab::CacheAlloc& c) {
    Cache* const cache = find(c.cache);
    if (cache == nullptr) return slab::Nothing{};
    return object_or_refusal(allocator_->kmem_cache_alloc(cache, c.flags));
  }

  slab::Result run(const slab::CacheFree& c) {
    if (void* const address = find(c.object)) allocator_->kmem_cache_free(find(c.object.cache), address);
    return slab::Nothing{};
  }

  slab::Result run(const slab::Kmalloc& c) { return object_or_refusal(allocator_->kmalloc(c.size, c.flags)); }

  slab::Result run(const slab::Kfree& c) {
    allocator_->kfree(c.object ? find(*c.object) : nullptr);
    return slab::Nothing{};
  }

  slab::Result run(const slab::FindGeneralCachep& c) {
    const Cache* const cache = allocator_->kmem_find_general_cachep(c.size, c.gfpflags);
    return cache == nullptr ? refused() : slab::CacheName{cache->name};
  }

  slab::Result run(const slab::CacheReap& c) {
    allocator_->kmem_cache_reap(c.gfp_mask);
    return slab::Nothing{};
  }

  slab::Result run(const slab::SetKnobs& c) {
    slab::PageLayer& knobs = frames_.knobs();
    knobs.fail_pages = c.fail_pages.value_or(knobs.fail_pages);
    knobs.fail_skip = c.fail_skip.value_or(knobs.fail_skip);
    knobs.reap_before = c.reap_before.value_or(knobs.reap_before);
    knobs.in_interrupt = c.in_interrupt.value_or(knobs.in_interrupt);
    return slab::Nothing{};
  }

  // ---- Observation: into whatever was seen before, so that its memory is used again ----

  template <class T>
  static T& element(std::vector<T>& list, std::size_t position) {
    return position < list.size() ? list[position] : list.emplace_back();
  }

  void observe(const Cache& cache, slab::Cache& seen) const {
    const bool outside = (cache.flags & slab::CFLGS_OFF_SLAB) != 0;
    seen.name = cache.name;
    seen.geometry = {.objsize = cache.objsize,
                     .num = cache.num,
                     .gfporder = cache.gfporder,
                     .colour = cache.colour,
                     .colour_off = cache.colour_off,
                     .slab_size = cache.slab_size,
                     .left_over = (frames_.machine().page_size << cache.gfporder) - cache.num * cache.objsize -
                                  (outside ? 0 : cache.slab_size),
                     .flags = cache.flags};
    seen.gfpflags = cache.gfpflags;
    seen.colour_next = cache.colour_next;
    seen.grown = (cache.dflags & impl::DFLGS_GROWN) != 0;
    seen.growing = cache.growing;
    const Cache* const general = cache.slabp_cache;
    seen.slabp_cache = general ? std::optional<Name>(general->name) : std::nullopt;
    const bool is_static = &cache == &allocator_->cache_cache();
    seen.descr = is_static ? std::nullopt : std::optional(frames_.object_at(&cache));
    seen.ctor = cache.ctor != impl::I386Layout::no_hook;
    seen.dtor = cache.dtor != impl::I386Layout::no_hook;
    seen.slabs_created = frames_.slabs_created(cache);
    seen.firstnotfull = nowhere;

    // A list with more slabs than were ever created does not end.
    const Node* node = &cache.slabs;
    const Node* const pointed = cache.firstnotfull;
    std::uint32_t slabs = 0;
    while (slabs <= seen.slabs_created) {
      node = node->next;
      if (node == pointed) seen.firstnotfull = slabs;
      if (node == &cache.slabs || node == nullptr) break;
      observe(cache, *const_cast<Slab*>(static_cast<const Slab*>(node)), outside, element(seen.slabs, slabs++));
    }
    seen.slabs.resize(slabs);
  }

  void observe(const Cache& cache, Slab& slab, bool outside, slab::Slab& seen) const {
    seen.number = frames_.page(slab.first_page()).number;
    seen.inuse = slab.inuse;
    seen.colouroff = slab.colouroff;
    if (outside)
      seen.mgmt = frames_.object_at(&slab);
    else
      seen.mgmt = slab::OnSlab{impl::I386Layout::distance(slab.first_page(), &slab)};
    // A chain of more objects than there are does not end.
    seen.free.clear();
    for (std::uint32_t index = slab.free; index != impl::BUFCTL_END && seen.free.size() <= cache.num;
         index = slab.bufctl(index))
      seen.free.push_back(index);
  }

  SimulatedFrames frames_;
  std::optional<Allocator> allocator_;
  std::unordered_map<Name, Cache*, HashName> caches_;
  std::optional<slab::Refusal> bug_;
};

}  // namespace
}  // namespace refmm::inline REFMM_BUILD

namespace refmm {

#ifdef REFMM_MUTANTS
std::unique_ptr<SlabSubject> make_mutable_slab_implementation() { return std::make_unique<SlabImplementation>(); }
#else
std::unique_ptr<SlabSubject> make_slab_implementation() { return std::make_unique<SlabImplementation>(); }
#endif

}  // namespace refmm
