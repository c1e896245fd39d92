// Where the objects of a foreign slab allocator are, and what becomes of their bytes.
#include <refmm/spec/slab_notation.hpp>
#include <refmm/tests/foreign_slab.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <variant>

namespace refmm::foreign {

using slab::Object;
using slab::Refusal;
using slab::Refused;
using slab::Result;

namespace {

constexpr std::byte undefined{0xa5};    // what pages are full of that were just got
constexpr std::byte constructed{0xc7};  // what a constructor makes of an object

std::uintptr_t number_of(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

std::byte* bytes_of(void* address) { return static_cast<std::byte*>(address); }

/// What an object of a cache begins at a multiple of. 2.4.0: kmem_cache_create.
std::uint32_t alignment_of(const Machine& machine, const SlabCache& cache) {
  std::uint32_t align = machine.word_size;
  if ((cache.flags & slab::SLAB_HWCACHE_ALIGN) == 0) return align;
  align = machine.l1_cache_bytes;
  while (cache.size < align / 2) align /= 2;
  return align;
}

}  // namespace

// ---- Objects handed out ---------------------------------------------------------------------------------------------

/// What the caller sees of an allocation for which the model answers `model`.
Result ForeignSlab::judge(void* object, const Name& cache, std::uint32_t size, std::uint32_t flags,
                          const Result& model) {
  const auto* name = std::get_if<Object>(&model);
  if (object == nullptr) {
    if (name == nullptr || (flags & slab::SLAB_NO_GROW) != 0) return model;
    return Refused{Refusal::no_pages};
  }
  // The model may be refused what this allocator has: then the object goes back at once.
  const Object shown = name != nullptr ? *name : Object{cache, 0, 0};
  if (const auto* block = in_use_.at(object)) {
    complain({"no_object_is_handed_out_twice",
              find_clause("slab.alloc.not_twice"),
              {"the object", "one that is not in use", block->name + ", which is in use"}});
    return model;
  }
  const auto found = caches_.find(cache);
  const SlabCache general{.handle = nullptr, .size = size, .flags = 0};
  if (!is_well_placed(object, found == caches_.end() ? general : found->second, size, shown)) return model;
  if (name != nullptr)
    take_into_use(object, cache, size, *name);
  else
    give_back(object, cache);
  return model;
}

bool ForeignSlab::is_well_placed(void* object, const SlabCache& cache, std::uint32_t size, const Object& name) {
  const std::uint32_t align = alignment_of(machine_, cache);
  const std::string shown = slab::notation(name);
  if (const auto past = number_of(object) % align; past != 0) {
    complain({"objects_are_aligned",
              find_clause("slab.layout.aligned"),
              {"the address of " + shown, fmt::format("a multiple of {}", align),
               fmt::format("{} bytes past a multiple of {}", past, align)}});
    return false;
  }
  if (const auto* block = in_use_.overlapping(object, size)) {
    const auto begin = std::max(number_of(object), number_of(block->address));
    const auto end = std::min(number_of(object) + size, number_of(block->address) + block->size);
    complain({"no_two_objects_in_use_share_a_byte",
              find_clause("slab.layout.disjoint"),
              {shown, "apart from all objects in use",
               fmt::format("in {} bytes the same as {}", end > begin ? end - begin : 0, block->name)}});
    return false;
  }
  if (takes_pages_ && !lies_in_pages(object, size)) {
    complain({"objects_lie_in_the_pages_of_their_slab",
              find_clause("slab.layout.inside"),
              {shown, "inside pages that the allocator has", "outside of them, or across their end"}});
    return false;
  }
  return true;
}

void ForeignSlab::take_into_use(void* object, const Name& cache, std::uint32_t size, const Object& name) {
  const std::string shown = slab::notation(name);
  if (const auto found = caches_.find(cache); found != caches_.end() && found->second.ctor) {
    const bool is_made = constructed_.contains(bytes_of(object));
    const auto* const end = bytes_of(object) + size;
    const auto* const differs = std::find_if(bytes_of(object), bytes_of(object) + size,
                                             [](std::byte byte) { return byte != constructed; });
    if (!is_made || differs != end) {
      complain({"objects_are_handed_out_as_they_were_constructed",
                find_clause("slab.grow.constructor"),
                {shown, "as its constructor made it",
                 is_made ? fmt::format("changed from byte {} on", differs - bytes_of(object))
                         : std::string("one that no constructor was called for")}});
      return;
    }
  }
  in_use_.add(object, size, shown);
  places_[shown] = object;
}

void ForeignSlab::free(const Object& object, bool by_kfree) {
  const auto place = places_.find(slab::notation(object));
  if (place == places_.end()) return;
  void* const address = place->second;
  SlabCache* const cache = find(object.cache);
  look_at_objects(in_use_.at(address));  // what is freed now will not be looked at again
  if (complaint()) return;
  // The user of a constructed object gives it back as it got it.
  if (const auto made = constructed_.find(bytes_of(address)); made != constructed_.end())
    std::memset(address, static_cast<int>(constructed), made->second.size);
  in_use_.remove(address);
  places_.erase(place);
  const bool can_free_to_cache = table_.kmem_cache_free != nullptr && cache != nullptr;
  if (table_.kfree != nullptr && (by_kfree || !can_free_to_cache))
    table_.kfree(allocator_, address);
  else if (can_free_to_cache)
    table_.kmem_cache_free(allocator_, cache->handle, address);
}

/// An object that nobody has used.
void ForeignSlab::give_back(void* object, const Name& name) {
  const auto cache = caches_.find(name);
  if (table_.kmem_cache_free != nullptr && cache != caches_.end())
    table_.kmem_cache_free(allocator_, cache->second.handle, object);
  else if (table_.kfree != nullptr)
    table_.kfree(allocator_, object);
}

bool ForeignSlab::has_objects_in_use(const Name& cache) const {
  return std::ranges::any_of(
      places_, [&](const auto& place) { return place.first.substr(0, place.first.rfind(':')) == cache.view(); });
}

/// At all objects, and at every byte of `whole`.
void ForeignSlab::look_at_objects(const BlocksInUse::Block* whole) {
  if (complaint()) return;
  auto damage = in_use_.first_damage();
  if (whole != nullptr && !damage) {
    if (const auto at = BlocksInUse::first_damage(*whole, whole->size)) damage = {whole, *at};
  }
  if (!damage) return;
  complain({"the_bytes_of_an_object_are_its_users",
            find_clause("slab.layout.disjoint"),
            {"the contents of " + damage->block->name, "as its user wrote them",
             fmt::format("changed at byte {}", damage->at)}});
}

// ---- What the allocator calls ---------------------------------------------------------------------------------------

void* ForeignSlab::get_pages(std::uint32_t order) {
  takes_pages_ = true;
  if (no_pages_) return nullptr;
  const std::size_t size = std::size_t{machine_.page_size} << order;
  if (order > machine_.max_gfp_order) return nullptr;
  void* const address = std::aligned_alloc(size, size);
  if (address == nullptr) return nullptr;
  std::memset(address, static_cast<int>(undefined), size);
  blocks_[bytes_of(address)] = order;
  return address;
}

void ForeignSlab::free_pages(void* address, std::uint32_t order) {
  const auto block = blocks_.find(bytes_of(address));
  if (block == blocks_.end() || block->second != order) {
    complain({"only_pages_that_were_got_are_given_back",
              find_clause("slab.release.pages"),
              {"what kmem_freepages is given", "pages that kmem_getpages has returned, and their order",
               block == blocks_.end() ? std::string("another address")
                                      : fmt::format("the order {} where it is {}", order, block->second)}});
    return;
  }
  const std::size_t size = std::size_t{machine_.page_size} << order;
  if (const auto* used = in_use_.overlapping(address, size); used != nullptr && allocator_ != nullptr)
    complain({"pages_of_objects_in_use_are_kept",
              find_clause("slab.shrink.live_objects_stay"),
              {"pages that are given back", "without objects in use", "those of " + used->name}});
  const auto first = constructed_.lower_bound(bytes_of(address));
  const auto last = constructed_.lower_bound(bytes_of(address) + size);
  const auto is_left = [](const auto& made) { return made.second.needs_destructor; };
  if (const auto left = std::count_if(first, last, is_left); left != 0 && allocator_ != nullptr)
    complain({"destructors_run_before_pages_are_given_back",
              find_clause("slab.release.destructor"),
              {"pages that are given back", "with all their objects destroyed",
               fmt::format("with {} that are not", left)}});
  constructed_.erase(first, last);
  std::free(block->first);
  blocks_.erase(block);
}

bool ForeignSlab::lies_in_pages(const void* object, std::uint32_t size) const {
  auto block = blocks_.upper_bound(const_cast<std::byte*>(static_cast<const std::byte*>(object)));
  if (block == blocks_.begin()) return false;
  --block;
  const std::size_t bytes = std::size_t{machine_.page_size} << block->second;
  return number_of(object) + size <= number_of(block->first) + bytes;
}

const SlabCache* ForeignSlab::cache_of(const void* handle) const {
  for (const auto& [name, cache] : caches_) {
    if (cache.handle == handle) return &cache;
  }
  const auto under_way_now = caches_.find(cache_under_way_);
  return under_way_now == caches_.end() ? nullptr : &under_way_now->second;
}

void ForeignSlab::construct(void* object, void* handle) {
  const SlabCache* const cache = cache_of(handle);
  if (cache == nullptr) return;
  if (const auto* used = in_use_.overlapping(object, cache->size)) {
    complain({"constructors_leave_objects_in_use_alone",
              find_clause("slab.grow.constructor"),
              {"what is constructed", "an object of a new slab", used->name + ", which is in use"}});
    return;
  }
  std::memset(object, static_cast<int>(constructed), cache->size);
  constructed_[bytes_of(object)] = {cache->size, cache->dtor};
}

void ForeignSlab::destruct(void* object, void*) {
  if (const auto* used = in_use_.at(object))
    complain({"destructors_leave_objects_in_use_alone",
              find_clause("slab.release.destructor"),
              {"what is destroyed", "an object that is not in use", used->name + ", which is in use"}});
  constructed_.erase(bytes_of(object));
}

}  // namespace refmm::foreign
