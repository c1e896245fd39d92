// From intents to commands.
#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/tests/slab_commands.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>

namespace refmm::slab {

namespace {

// ---- Choosing caches and objects --------------------------------------------------------------------------------------

bool is_general(const Cache& cache) { return cache.name.view().starts_with("size-"); }
bool has_room(const Cache& cache) { return cache.firstnotfull < cache.slabs.size(); }

bool is_of_kind(const State& now, const Cache& cache, CacheChoice::Kind kind) {
  using enum CacheChoice::Kind;
  switch (kind) {
    case created:
      return !is_general(cache);
    case general:
      return is_general(cache);
    case with_room:
      return has_room(cache);
    case without_room:
      return !has_room(cache);
    case under_the_hand:
      return &cache == &now.chain[now.clock_searchp];
    case with_free_slabs:
      return free_slabs(cache) != 0;
  }
  return false;
}

/// Never kmem_cache, which callers cannot name.
const Cache& chosen(const State& now, CacheChoice choice) {
  std::vector<const Cache*> caches;
  for (const Cache& cache : std::span(now.chain).subspan(1)) {
    if (is_of_kind(now, cache, choice.kind)) caches.push_back(&cache);
  }
  if (caches.empty()) return now.chain[1 + choice.ordinal % (now.chain.size() - 1)];
  return *caches[choice.ordinal % caches.size()];
}

const Object& chosen(const std::vector<Object>& held, ObjectChoice choice) {
  using enum ObjectChoice::Kind;
  switch (choice.kind) {
    case oldest:
      return held.front();
    case newest:
      return held.back();
    case any:
      break;
  }
  return held[choice.ordinal % held.size()];
}

/// The first of a, b, ... z, aa, ab, ... that no cache is called, padded to the longest name if that is asked for.
Name unused_name(const State& now, bool longest) {
  for (std::uint32_t number = 0;; ++number) {
    std::string name;
    if (number >= 26) name += static_cast<char>('a' + number / 26 - 1);
    name += static_cast<char>('a' + number % 26);
    if (longest) name.resize(18, '_');
    if (!cache_named(now, Name(name))) return Name(name);
  }
}

/// Flags that are no usage error in the state `now` for an allocation from `cache`.
std::uint32_t harmless(const State& now, const Cache& cache, std::uint32_t flags) {
  constexpr std::uint32_t known = SLAB_LEVEL_MASK | GFP_DMA | SLAB_NO_GROW;
  if (has_room(cache)) return flags;
  flags &= known;
  const bool may_sleep = (flags & SLAB_LEVEL_MASK) != SLAB_ATOMIC && !(flags & SLAB_NO_GROW);
  return now.pages.in_interrupt && may_sleep ? (flags & ~SLAB_LEVEL_MASK) | SLAB_ATOMIC : flags;
}

// ---- Usage errors -------------------------------------------------------------------------------------------------------

SetKnobs interrupt(bool in_interrupt) {
  return {.fail_pages = {}, .fail_skip = {}, .reap_before = {}, .in_interrupt = in_interrupt};
}

CacheCreate lawful_create(const State& now) {
  return {.name = unused_name(now, false), .size = 100, .offset = 0, .flags = 0, .ctor = false, .dtor = false};
}

/// Creations that use up the descriptors that kmem_cache has free.
std::vector<Command> creations_of_all_descriptors(const State& now) {
  std::vector<Command> commands;
  State then = now;
  for (const Slab& slab : now.chain.front().slabs) {
    for (std::size_t left = slab.free.size(); left != 0; --left) {
      const CacheCreate create = lawful_create(then);
      then.chain.push_back({});
      then.chain.back().name = *create.name;  // taken, for the next one
      commands.push_back(create);
    }
  }
  return commands;
}

/// A call of kmem_cache_create that is wrong in one way, the one that `misuse` names.
CacheCreate wrong_create(const State& now, MisuseIntent misuse) {
  const std::uint32_t detail = misuse.detail;
  CacheCreate call = lawful_create(now);
  switch (misuse.refusal) {
    case Refusal::name_missing:
      call.name.reset();
      break;
    case Refusal::name_too_long:
      call.name = Name(std::string(19 + detail % 8, 'n'));
      break;
    case Refusal::size_below_word:
      call.size = detail % 4;
      break;
    case Refusal::size_above_limit:
      call.size = detail % 3 == 0 ? 0xffffffff : 131073 + detail;
      break;
    case Refusal::dtor_without_ctor:
      call.dtor = true;
      break;
    case Refusal::offset_above_size:
      call.offset = call.size + 1 + detail % 200;
      break;
    case Refusal::unknown_create_flag:
      call.flags = 1u << (detail % 12);
      break;
    case Refusal::name_taken:
      call.name = chosen(now, {CacheChoice::Kind::created, detail}).name;
      break;
    default:
      break;
  }
  return call;
}

/// Commands of which the last is refused for the reason that `misuse` names.
std::vector<Command> wrong_commands(const State& now, MisuseIntent misuse) {
  const Cache& full = chosen(now, {CacheChoice::Kind::without_room, misuse.detail});
  const Cache& any = chosen(now, {CacheChoice::Kind::created, misuse.detail});
  switch (misuse.refusal) {
    case Refusal::create_in_interrupt:
      return {interrupt(true), lawful_create(now)};
    case Refusal::shrink_without_cache:
      return {CacheShrink{}};
    case Refusal::shrink_in_interrupt:
      return {interrupt(true), CacheShrink{any.name}};
    case Refusal::shrink_unchained:
      return {interrupt(false), CacheShrink{now.chain.front().name}};
    case Refusal::destroy_without_cache:
      return {CacheDestroy{}};
    case Refusal::destroy_in_interrupt:
      return {interrupt(true), CacheDestroy{any.name}};
    case Refusal::unknown_alloc_flag:
      return {CacheAlloc{full.name, SLAB_KERNEL | 0x100u << (misuse.detail % 4)}};
    case Refusal::sleeping_in_interrupt:
      return {interrupt(true), CacheAlloc{full.name, SLAB_KERNEL}};
    case Refusal::request_too_large:
      return {Kmalloc{131073 + misuse.detail, SLAB_KERNEL}};
    case Refusal::name_taken: {
      std::vector<Command> commands{interrupt(false)};
      if (misuse.detail % 2 == 0)
        std::ranges::move(creations_of_all_descriptors(now), std::back_inserter(commands));
      commands.push_back(wrong_create(now, misuse));
      return commands;
    }
    default:
      return {interrupt(false), wrong_create(now, misuse)};
  }
}

// ---- From an intent to commands -----------------------------------------------------------------------------------------

/// The commands of one repetition of an intent; none if it is done or has no meaning in the state `now`.
struct Plan {
  const State& now;
  const std::vector<Object>& held;
  std::uint32_t repetition;

  using Commands = std::vector<Command>;

  Commands operator()(const CreateIntent& wish) const {
    const CacheCreate create{.name = unused_name(now, wish.long_name),
                             .size = wish.size,
                             .offset = std::min(wish.offset, wish.size),
                             .flags = wish.flags,
                             .ctor = wish.ctor,
                             .dtor = wish.ctor && wish.dtor};
    if (!wish.exhausting) return once_outside_interrupts(create);
    if (repetition != 0) return {};
    Commands commands{interrupt(false)};
    std::ranges::move(creations_of_all_descriptors(now), std::back_inserter(commands));
    commands.push_back(SetKnobs{.fail_pages = 1, .fail_skip = 0, .reap_before = {}, .in_interrupt = {}});
    commands.push_back(
        create);  // under a name that is taken by now, or not: there is no descriptor to notice it with
    return commands;
  }
  Commands operator()(const AllocIntent& wish) const {
    if (repetition >= wish.times) return {};
    const Cache& cache = chosen(now, wish.cache);
    return {CacheAlloc{cache.name, harmless(now, cache, wish.flags)}};
  }
  Commands operator()(const KmallocIntent& wish) const {
    const auto general = model::find_general_cachep(wish.size, wish.flags).value;
    if (repetition >= wish.times || !general) return {};
    return {Kmalloc{wish.size, harmless(now, *cache_named(now, *general), wish.flags)}};
  }
  Commands operator()(const FreeIntent& wish) const {
    if (repetition >= wish.times || held.empty()) return {};
    const Object& object = chosen(held, wish.object);
    if (wish.by_kfree) return {Kfree{object}};
    return {CacheFree{object}};
  }
  Commands operator()(const FreeAllIntent& wish) const {
    const Name& cache = chosen(now, wish.cache).name;
    std::vector<Object> objects;
    std::ranges::copy_if(held, std::back_inserter(objects),
                         [&](const Object& object) { return object.cache == cache; });
    if (objects.empty()) return {};
    return {CacheFree{wish.newest_first ? objects.back() : objects.front()}};
  }
  Commands operator()(const KfreeNullIntent&) const { return once(Kfree{}); }
  Commands operator()(const ShrinkIntent& wish) const {
    return once_outside_interrupts(CacheShrink{chosen(now, wish.cache).name});
  }
  Commands operator()(const DestroyIntent& wish) const {
    const Cache& cache = chosen(now, wish.cache);
    if (is_general(cache) && objects_in_use(cache) == 0) return {};
    return once_outside_interrupts(CacheDestroy{cache.name});
  }
  Commands operator()(const ReapIntent& wish) const {
    if (repetition >= wish.times) return {};
    return {CacheReap{wish.gfp_mask}};
  }
  Commands operator()(const FindIntent& wish) const { return once(FindGeneralCachep{wish.size, wish.gfpflags}); }
  Commands operator()(const SetKnobs& wish) const { return once(wish); }
  Commands operator()(const MisuseIntent& wish) const {
    if (repetition != 0) return {};
    return wrong_commands(now, wish);
  }

  Commands once(Command command) const {
    if (repetition != 0) return {};
    return {std::move(command)};
  }
  Commands once_outside_interrupts(Command command) const {
    if (repetition != 0) return {};
    if (now.pages.in_interrupt) return {interrupt(false), std::move(command)};
    return {std::move(command)};
  }
};

}  // namespace

// ---- The caller ---------------------------------------------------------------------------------------------------------

std::optional<Command> Caller::next(const State& now) {
  if (commands_ == most_commands) return std::nullopt;
  while (planned_.empty()) {
    if (intent_ == session_.intents.size()) return std::nullopt;
    planned_ = std::visit(Plan{now, held_, repetition_}, session_.intents[intent_]);
    std::ranges::reverse(planned_);
    ++repetition_;
    if (planned_.empty()) {
      ++intent_;
      repetition_ = 0;
    }
  }
  ++commands_;
  const Command command = planned_.back();
  planned_.pop_back();
  return command;
}

void Caller::answered(const Command& command, const Result& result) {
  if (const auto* object = std::get_if<Object>(&result)) held_.push_back(*object);
  if (const auto* free = std::get_if<CacheFree>(&command)) std::erase(held_, free->object);
  if (const auto* kfree = std::get_if<Kfree>(&command); kfree && kfree->object) std::erase(held_, *kfree->object);
}

}  // namespace refmm::slab
