#include <refmm/model/kmalloc.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/tests/foreign_families.hpp>
#include <refmm/tests/foreign_machine.hpp>
#include <refmm/tests/foreign_slab.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <utility>
#include <variant>

namespace refmm::foreign {

using slab::Nothing;
using slab::Object;
using slab::Refusal;
using slab::Refused;
using slab::Result;

ForeignSlab* ForeignSlab::under_way = nullptr;

namespace {

bool is_refusal(const Result& result) { return std::holds_alternative<Refused>(result); }

bool is_bug(const Result& result) {
  const auto* refused = std::get_if<Refused>(&result);
  return refused != nullptr && slab::is_bug(refused->refusal);
}

bool is_for_want_of_pages(const Result& result) {
  const auto* refused = std::get_if<Refused>(&result);
  if (refused == nullptr) return false;
  return refused->refusal == Refusal::no_pages || refused->refusal == Refusal::no_management ||
         refused->refusal == Refusal::no_descriptor;
}

/// What a general cache is for, by its name.
struct General {
  std::uint32_t size;
  bool dma;
};

std::optional<General> general_named(const Name& name) {
  for (const std::uint32_t size : model::general_sizes) {
    for (const bool dma : {false, true}) {
      if (name == model::general_name(size, dma)) return General{size, dma};
    }
  }
  return std::nullopt;
}

constexpr slab::Result null = Refused{Refusal::no_pages};

}  // namespace

ForeignSlab::ForeignSlab(const struct refmm_slab_subject& table) : table_(table) {
  pages_.owner = this;
  pages_.kmem_getpages = [](refmm_slab_pages* pages, void*, std::uint32_t, std::uint32_t order) {
    return static_cast<Pages*>(pages)->owner->get_pages(order);
  };
  pages_.kmem_freepages = [](refmm_slab_pages* pages, void*, void* address, std::uint32_t order) {
    static_cast<Pages*>(pages)->owner->free_pages(address, order);
  };
}

ForeignSlab::~ForeignSlab() { leave(); }

void ForeignSlab::leave() {
  under_way = this;
  // What is wrong with itself may not survive that.
  void* const allocator = std::exchange(allocator_, nullptr);
  if (allocator != nullptr && !complaint()) table_.destroy(allocator);
  for (const auto& [address, order] : blocks_) std::free(address);
  blocks_.clear();
}

void ForeignSlab::reset(const Machine& machine) {
  leave();
  forget_complaint();
  machine_ = machine;
  state_ = SlabFamily::boot(machine);
  no_pages_ = takes_pages_ = false;
  end_.reset();
  caches_.clear();
  constructed_.clear();
  in_use_.clear();
  places_.clear();
  const refmm_machine described = machine_of(machine);
  allocator_ = table_.create(&described, &pages_);
  if (allocator_ == nullptr)
    complain({"the_allocator_boots", find_clause("slab.boot"), {"what create returns", "an allocator", "NULL"}});
}

SlabSubject::Answer ForeignSlab::apply(const slab::Command& command) {
  if (end_ || complaint()) return {end_.value_or(Nothing{}), {}};
  under_way = this;
  auto outcome = SlabFamily::step(machine_, std::move(state_), command);
  state_ = std::move(outcome.state);
  if (is_bug(outcome.result)) end_ = outcome.result;
  Answer answer{outcome.result, std::move(outcome.effects)};
  if (is_spared(command, outcome.result)) return answer;
  no_pages_ = is_for_want_of_pages(outcome.result);
  answer.result = std::visit([&](const auto& c) { return run(c, outcome.result); }, command);
  if (table_.bug != nullptr) compare_bug(outcome.result);
  look_at_objects();
  return answer;
}

/// True of a call that says nothing of such an allocator.
bool ForeignSlab::is_spared(const slab::Command& command, const Result& model) const {
  if (is_for_want_of_pages(model) && !takes_pages_) return true;
  if (!is_bug(model)) return false;
  // Whether an allocation has to grow, and so notices its flags, depends on how objects are laid out.
  return table_.bug == nullptr || std::holds_alternative<slab::CacheAlloc>(command) ||
         (std::holds_alternative<slab::Kmalloc>(command) &&
          std::get<Refused>(model).refusal != Refusal::request_too_large);
}

void ForeignSlab::compare_bug(const Result& model) {
  const char* const bug = table_.bug(allocator_);
  if (is_bug(model) && bug == nullptr)
    complain({"wrong_use_is_noticed", nullptr, {"what bug() says", "what was wrong", "NULL"}});
  if (!is_bug(model) && bug != nullptr)
    complain(
        {"what_is_right_is_not_called_wrong", nullptr, {"what bug() says", "NULL", fmt::format("\"{}\"", bug)}});
}

/// Flags that are right even if the cache grows: the model's need not have grown.
std::uint32_t ForeignSlab::harmless(std::uint32_t flags) const {
  flags &= slab::SLAB_LEVEL_MASK | slab::GFP_DMA | slab::SLAB_NO_GROW;
  return state_.pages.in_interrupt ? (flags & ~slab::SLAB_LEVEL_MASK) | slab::SLAB_ATOMIC : flags;
}

// ---- Commands -------------------------------------------------------------------------------------------------------

/// The cache of that name, if the allocator has it; a general one is asked for.
SlabCache* ForeignSlab::find(const Name& name) {
  if (const auto found = caches_.find(name); found != caches_.end()) return &found->second;
  const auto general = general_named(name);
  if (!general || table_.kmem_find_general_cachep == nullptr) return nullptr;
  void* const handle =
      table_.kmem_find_general_cachep(allocator_, general->size, general->dma ? slab::GFP_DMA : 0u);
  if (handle == nullptr) return nullptr;
  return &(caches_[name] = {.handle = handle, .size = general->size});
}

Result ForeignSlab::run(const slab::CacheCreate& c, const Result& model) {
  if (table_.kmem_cache_create == nullptr) return model;
  const std::string name = c.name ? c.name->str() : std::string();
  // The hooks have no other way to know whose they are.
  const refmm_slab_hook ctor = [](void* object, void* cache, std::uint32_t) {
    under_way->construct(object, cache);
  };
  const refmm_slab_hook dtor = [](void* object, void* cache, std::uint32_t) {
    under_way->destruct(object, cache);
  };
  void* const handle = table_.kmem_cache_create(allocator_, c.name ? name.c_str() : nullptr, c.size, c.offset,
                                                c.flags, c.ctor ? ctor : nullptr, c.dtor ? dtor : nullptr);
  if (is_refusal(model)) {
    if (handle != nullptr && !is_bug(model) && table_.kmem_cache_destroy != nullptr)
      table_.kmem_cache_destroy(allocator_, handle);
    return model;
  }
  if (handle == nullptr) return Refused{Refusal::no_descriptor};
  for (const auto& [other, cache] : caches_) {
    if (cache.handle != handle) continue;
    complain({"every_cache_is_one_of_its_own",
              nullptr,
              {"the new cache", "no other", fmt::format("the same as {}", other.view())}});
  }
  caches_[*c.name] = {.handle = handle, .size = c.size, .flags = c.flags, .ctor = c.ctor, .dtor = c.dtor};
  return model;
}

Result ForeignSlab::run(const slab::CacheDestroy& c, const Result& model) {
  SlabCache* const cache = c.cache ? find(*c.cache) : nullptr;
  if (table_.kmem_cache_destroy == nullptr || (c.cache && cache == nullptr)) return model;
  // General caches, and what only the model's layout keeps in use, stay; see kmem_cache_shrink.
  const bool is_busy = c.cache && has_objects_in_use(*c.cache);
  if (model == Result{slab::Status{1}} && !is_busy) return model;
  const std::uint32_t status = table_.kmem_cache_destroy(allocator_, cache == nullptr ? nullptr : cache->handle);
  if (is_refusal(model)) return model;
  if (status == 0) caches_.erase(*c.cache);
  return slab::Status{status};
}

Result ForeignSlab::run(const slab::CacheShrink& c, const Result& model) {
  SlabCache* const cache = c.cache ? find(*c.cache) : nullptr;
  if (table_.kmem_cache_shrink == nullptr || (c.cache && cache == nullptr)) return model;
  const std::uint32_t status = table_.kmem_cache_shrink(allocator_, cache == nullptr ? nullptr : cache->handle);
  if (is_refusal(model)) return model;
  // Descriptors may lie in general caches, one's own or those of the model.
  if (!has_objects_in_use(*c.cache) && (model == Result{slab::Status{1}} || general_named(*c.cache))) return model;
  return slab::Status{status};
}

Result ForeignSlab::run(const slab::CacheAlloc& c, const Result& model) {
  SlabCache* const cache = find(c.cache);
  if (table_.kmem_cache_alloc == nullptr || cache == nullptr) return model;
  cache_under_way_ = c.cache;
  void* const object = table_.kmem_cache_alloc(allocator_, cache->handle, harmless(c.flags));
  return judge(object, c.cache, cache->size, c.flags, model);
}

Result ForeignSlab::run(const slab::Kmalloc& c, const Result& model) {
  if (table_.kmalloc == nullptr) return model;
  const auto size = model::general_size(c.size).value;
  const Name cache = size ? model::general_name(*size, (c.flags & slab::GFP_DMA) != 0) : Name();
  void* const object = table_.kmalloc(allocator_, c.size, is_bug(model) ? c.flags : harmless(c.flags));
  if (is_bug(model)) return model;
  return judge(object, cache, c.size, c.flags, model);
}

Result ForeignSlab::run(const slab::CacheFree& c, const Result& model) {
  free(c.object, false);
  return model;
}

Result ForeignSlab::run(const slab::Kfree& c, const Result& model) {
  if (c.object)
    free(*c.object, true);
  else if (table_.kfree != nullptr)
    table_.kfree(allocator_, nullptr);
  return model;
}

Result ForeignSlab::run(const slab::FindGeneralCachep& c, const Result& model) {
  if (table_.kmem_find_general_cachep == nullptr) return model;
  void* const handle = table_.kmem_find_general_cachep(allocator_, c.size, c.gfpflags);
  if (is_refusal(model)) return handle == nullptr ? model : slab::CacheName{"(a cache)"};
  if (handle == nullptr) return Refused{Refusal::no_general_cache};
  const SlabCache* const expected = find(std::get<slab::CacheName>(model).name);
  if (expected != nullptr && expected->handle == handle) return model;
  for (const auto& [name, cache] : caches_) {
    if (cache.handle == handle) return slab::CacheName{name};
  }
  return slab::CacheName{"(another cache)"};
}

Result ForeignSlab::run(const slab::CacheReap& c, const Result& model) {
  if (table_.kmem_cache_reap != nullptr) table_.kmem_cache_reap(allocator_, c.gfp_mask);
  return model;
}

Result ForeignSlab::run(const slab::SetKnobs& c, const Result& model) {
  if (c.in_interrupt && table_.set_in_interrupt != nullptr) table_.set_in_interrupt(allocator_, *c.in_interrupt);
  return model;
}

template <>
const TableRules& rules<SlabFamily>() {
  using T = struct refmm_slab_subject;
#define MEMBER(name) \
  TableMember { #name, offsetof(T, name) }
  static const TableRules rules{
      .function = "refmm_slab_subject",
      .size = sizeof(T),
      .required = {MEMBER(create), MEMBER(destroy)},
      .together = {{MEMBER(kmalloc), MEMBER(kfree)},
                   {MEMBER(kmem_cache_create), MEMBER(kmem_cache_alloc), MEMBER(kmem_cache_free)}}};
#undef MEMBER
  return rules;
}

template <>
std::unique_ptr<SlabSubject> make_subject<SlabFamily>(const ForeignLibrary& library) {
  return std::make_unique<ForeignSlab>(library.table<struct refmm_slab_subject>(rules<SlabFamily>()));
}

}  // namespace refmm::foreign
