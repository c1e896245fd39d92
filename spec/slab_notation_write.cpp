// From the vocabulary of the slab allocator to the lines of a transcript.

#include <refmm/spec/slab_flags.hpp>
#include <refmm/spec/slab_notation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <variant>

namespace refmm::slab {
namespace {

std::string slab_notation(const Name& cache, std::uint32_t slab) {
  return fmt::format("{}:{}", cache.view(), slab);
}

std::string cache_notation(const std::optional<Name>& cache) { return cache ? cache->str() : "NULL"; }

std::string notation_of(const CacheCreate& call) {
  return fmt::format("kmem_cache_create({}, {}, {}, {}, {}, {})",
                     call.name ? '"' + call.name->str() + '"' : "NULL", call.size, call.offset,
                     flags_notation(cache_flags(), call.flags), call.ctor ? "ctor" : "NULL",
                     call.dtor ? "dtor" : "NULL");
}
std::string notation_of(const CacheDestroy& call) {
  return fmt::format("kmem_cache_destroy({})", cache_notation(call.cache));
}
std::string notation_of(const CacheShrink& call) {
  return fmt::format("kmem_cache_shrink({})", cache_notation(call.cache));
}
std::string notation_of(const CacheAlloc& call) {
  return fmt::format("kmem_cache_alloc({}, {})", call.cache.view(),
                     flags_notation(kmem_cache_alloc_flags(), call.flags));
}
std::string notation_of(const CacheFree& call) {
  return fmt::format("kmem_cache_free({}, {})", call.object.cache.view(), notation(call.object));
}
std::string notation_of(const Kmalloc& call) {
  return fmt::format("kmalloc({}, {})", call.size, flags_notation(kmalloc_flags(), call.flags));
}
std::string notation_of(const Kfree& call) {
  return fmt::format("kfree({})", call.object ? notation(*call.object) : "NULL");
}
std::string notation_of(const FindGeneralCachep& call) {
  return fmt::format("kmem_find_general_cachep({}, {})", call.size,
                     flags_notation(kmalloc_flags(), call.gfpflags));
}
std::string notation_of(const CacheReap& call) {
  return fmt::format("kmem_cache_reap({})", flags_notation(kmalloc_flags(), call.gfp_mask));
}
std::string notation_of(const SetKnobs& knobs) {
  std::string text = "set";
  if (knobs.reap_before) text += fmt::format(" reap_before={}", *knobs.reap_before);
  if (knobs.fail_skip) text += fmt::format(" fail_skip={}", *knobs.fail_skip);
  if (knobs.fail_pages) text += fmt::format(" fail_pages={}", *knobs.fail_pages);
  if (knobs.in_interrupt) text += fmt::format(" in_interrupt={}", *knobs.in_interrupt ? 1 : 0);
  return text;
}

std::string notation_of(const Nothing&) { return ""; }
std::string notation_of(const CacheName& result) { return result.name.str(); }
std::string notation_of(const Object& result) { return notation(result); }
std::string notation_of(const Status& result) { return std::to_string(result.value); }
std::string notation_of(const Refused& result) { return notation(result.refusal); }

std::string notation_of(const GetPages& effect) {
  const std::string slab = effect.slab ? slab_notation(effect.cache, *effect.slab) : effect.cache.str();
  return fmt::format("get_pages({}, order={}, gfp=0x{:x}){}", slab, effect.order, effect.gfp,
                     effect.slab ? "" : " = NULL");
}
std::string notation_of(const Mgmt& effect) {
  return fmt::format("mgmt({}) = {}", slab_notation(effect.cache, effect.slab),
                     effect.object ? notation(*effect.object) : "NULL");
}
std::string notation_of(const Ctor& effect) {
  return fmt::format("ctor({}, {}, {})", slab_notation(effect.cache, effect.slab), effect.num,
                     flags_notation(ctor_flags(), effect.flags));
}
std::string notation_of(const Dtor& effect) {
  return fmt::format("dtor({}, {})", slab_notation(effect.cache, effect.slab), effect.num);
}
std::string notation_of(const FreePages& effect) {
  return fmt::format("free_pages({}, order={})", slab_notation(effect.cache, effect.slab), effect.order);
}
std::string notation_of(const MgmtFree& effect) {
  return fmt::format("mgmt_free({}, {})", slab_notation(effect.cache, effect.slab), notation(effect.object));
}

}  // namespace

std::string boot_notation(const Machine& machine, bool all_effects) {
  return fmt::format("boot family=slab l1={} ram_pages={}{}", machine.l1_cache_bytes, machine.ram_pages,
                     all_effects ? " effects=all" : "");
}

std::string notation(const Object& object) {
  return fmt::format("{}[{}]", slab_notation(object.cache, object.slab), object.index);
}
std::string notation(const Command& command) {
  return std::visit([](const auto& call) { return notation_of(call); }, command);
}
std::string notation(const Result& result) {
  return std::visit([](const auto& alternative) { return notation_of(alternative); }, result);
}
std::string notation(const Effect& effect) {
  return std::visit([](const auto& alternative) { return notation_of(alternative); }, effect);
}

// ---- Names of flags -------------------------------------------------------------------------------------------

const FlagNames& kmem_cache_alloc_flags() {
  static const FlagNames flags{"an allocation",
                               {{"SLAB_KERNEL", SLAB_KERNEL},
                                {"SLAB_USER", SLAB_USER},
                                {"SLAB_BUFFER", SLAB_BUFFER},
                                {"SLAB_ATOMIC", SLAB_ATOMIC},
                                {"GFP_KSWAPD", GFP_KSWAPD},
                                {"SLAB_DMA", GFP_DMA},
                                {"SLAB_NO_GROW", SLAB_NO_GROW},
                                {"SLAB_NFS", SLAB_KERNEL},
                                {"GFP_KERNEL", SLAB_KERNEL},
                                {"GFP_NFS", SLAB_KERNEL},
                                {"GFP_USER", SLAB_USER},
                                {"GFP_BUFFER", SLAB_BUFFER},
                                {"GFP_ATOMIC", SLAB_ATOMIC},
                                {"GFP_DMA", GFP_DMA}}};
  return flags;
}

const FlagNames& kmalloc_flags() {
  static const FlagNames flags{"an allocation",
                               {{"GFP_KERNEL", SLAB_KERNEL},
                                {"GFP_USER", SLAB_USER},
                                {"GFP_BUFFER", SLAB_BUFFER},
                                {"GFP_ATOMIC", SLAB_ATOMIC},
                                {"GFP_KSWAPD", GFP_KSWAPD},
                                {"GFP_DMA", GFP_DMA},
                                {"SLAB_NO_GROW", SLAB_NO_GROW},
                                {"GFP_NFS", SLAB_KERNEL},
                                {"SLAB_KERNEL", SLAB_KERNEL},
                                {"SLAB_NFS", SLAB_KERNEL},
                                {"SLAB_USER", SLAB_USER},
                                {"SLAB_BUFFER", SLAB_BUFFER},
                                {"SLAB_ATOMIC", SLAB_ATOMIC},
                                {"SLAB_DMA", GFP_DMA}}};
  return flags;
}

const FlagNames& cache_flags() {
  static const FlagNames flags{"a cache",
                               {{"SLAB_DEBUG_FREE", 0x100},
                                {"SLAB_DEBUG_INITIAL", 0x200},
                                {"SLAB_RED_ZONE", 0x400},
                                {"SLAB_POISON", 0x800},
                                {"SLAB_NO_REAP", SLAB_NO_REAP},
                                {"SLAB_HWCACHE_ALIGN", SLAB_HWCACHE_ALIGN},
                                {"SLAB_CACHE_DMA", SLAB_CACHE_DMA},
                                {"CFLGS_OFF_SLAB", CFLGS_OFF_SLAB},
                                {"CFLGS_OPTIMIZE", CFLGS_OPTIMIZE}}};
  return flags;
}

const FlagNames& ctor_flags() {
  static const FlagNames flags{
      "a constructor", {{"SLAB_CTOR_CONSTRUCTOR", SLAB_CTOR_CONSTRUCTOR}, {"SLAB_CTOR_ATOMIC", SLAB_CTOR_ATOMIC}}};
  return flags;
}

std::string flags_notation(const FlagNames& names, std::uint32_t flags) {
  if (flags == 0) return "0";
  const NamedFlags named = named_flags(names, flags);
  return named.nameless == 0 ? named.names : fmt::format("0x{:x}", flags);
}

}  // namespace refmm::slab
