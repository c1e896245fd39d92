// The generator of sessions.
#include <refmm/tests/slab_commands.hpp>

#include <rapidcheck.h>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace refmm::slab {

namespace {

// ---- Drawing, inside gen::exec ------------------------------------------------------------------------------------------

std::uint32_t number(std::uint32_t lowest, std::uint32_t highest) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(lowest, highest + 1));
}

bool one_in(std::uint32_t chances) { return number(1, chances) == chances; }

template <class T>
T one_of(const std::vector<T>& choices) {
  return choices[number(0, static_cast<std::uint32_t>(choices.size()) - 1)];
}

/// Draws an index with a probability in proportion to its weight.
std::size_t weighted(std::span<const std::uint32_t> weights) {
  std::uint32_t sum = 0;
  for (const std::uint32_t weight : weights) sum += weight;
  std::uint32_t left = number(0, sum - 1);
  std::size_t index = 0;
  while (left >= weights[index]) left -= weights[index++];
  return index;
}

// ---- The temper of a session --------------------------------------------------------------------------------------------

/// Where sizes of objects come from.
enum class Sizes { tiny, small, threshold, fraction_of_page, power_of_two, pages };

enum Kind { create, alloc, kmalloc, free, free_all, kfree_null, shrink, destroy, reap, find, knobs, kinds };

struct Temper {
  std::array<std::uint32_t, kinds> weights;
  std::vector<Sizes> sizes;
  ObjectChoice::Kind frees;
  std::uint32_t create_flags;  // those that may be set
  std::uint32_t most_times;
  bool atomic, dma;  // allocations are often so
};

Temper any_temper() {
  constexpr std::array<std::uint32_t, kinds> usual{4, 10, 6, 8, 3, 1, 3, 2, 4, 1, 2};
  Temper temper{};
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    temper.weights[kind] = usual[kind] * one_of<std::uint32_t>({0, 1, 1, 2, 5});
  }
  temper.weights[alloc] += 1;  // so that something is left to draw
  for (std::uint32_t ranges = number(1, 3); ranges != 0; --ranges) {
    using enum Sizes;
    temper.sizes.push_back(one_of<Sizes>({tiny, small, threshold, fraction_of_page, power_of_two, pages}));
  }
  temper.frees = one_of<ObjectChoice::Kind>(
      {ObjectChoice::Kind::oldest, ObjectChoice::Kind::newest, ObjectChoice::Kind::any});
  temper.create_flags = number(0, 7) * SLAB_NO_REAP & CREATE_MASK;
  temper.most_times = one_of<std::uint32_t>({1, 4, 12, 40});
  temper.atomic = one_in(4);
  temper.dma = one_in(4);
  return temper;
}

// ---- Arguments ----------------------------------------------------------------------------------------------------------

std::uint32_t any_object_size(const Temper& temper) {
  switch (one_of(temper.sizes)) {
    case Sizes::tiny:
      return number(4, 64);
    case Sizes::small:
      return number(4, 600);
    case Sizes::threshold:
      return number(470, 530);
    case Sizes::fraction_of_page:
      return 4096 / number(1, 9) + 24 - number(0, 48);
    case Sizes::power_of_two:
      return 4u << number(0, 15);
    case Sizes::pages:
      return one_in(3) ? number(4096, 131072) : number(1000, 20000);
  }
  return 4;
}

std::uint32_t any_request_size(const Temper& temper) {
  if (one_in(8)) return number(0, 1);
  if (one_in(4)) return (32u << number(0, 11)) + number(0, 1);
  return any_object_size(temper);
}

std::uint32_t any_offset(std::uint32_t size) {
  if (!one_in(3)) return 0;
  return one_in(2) ? number(0, size) : number(0, 200);
}

std::uint32_t any_level(const Temper& temper) {
  if (temper.atomic && !one_in(3)) return SLAB_ATOMIC;
  if (!one_in(4)) return SLAB_KERNEL;
  return one_of<std::uint32_t>({0, SLAB_ATOMIC, SLAB_BUFFER, GFP_KSWAPD, SLAB_USER});
}

/// Mostly lawful: what no flag means goes unnoticed while the cache has room.
std::uint32_t any_alloc_flags(const Temper& temper) {
  std::uint32_t flags = any_level(temper);
  if (temper.dma && one_in(2)) flags |= GFP_DMA;
  if (one_in(12)) flags |= SLAB_NO_GROW;
  if (one_in(40)) flags |= 0x100;
  return flags;
}

CacheChoice any_cache() {
  using enum CacheChoice::Kind;
  return {one_of<CacheChoice::Kind>({created, created, created, created, general, with_room, without_room,
                                     under_the_hand, with_free_slabs}),
          number(0, 40)};
}

std::uint32_t any_times(const Temper& temper) { return one_in(2) ? 1 : number(1, temper.most_times); }

SetKnobs any_knobs() {
  SetKnobs knobs{};
  if (one_in(2)) knobs.fail_pages = number(0, 3);
  if (one_in(3)) knobs.fail_skip = number(0, 3);
  if (one_in(3)) knobs.reap_before = number(0, 4);
  if (one_in(6)) knobs.in_interrupt = one_in(2);
  if (knobs == SetKnobs{}) knobs.fail_pages = 1;
  return knobs;
}

// ---- Intents ------------------------------------------------------------------------------------------------------------

Intent any_create(const Temper& temper) {
  const std::uint32_t size = any_object_size(temper);
  const bool ctor = one_in(3);
  return CreateIntent{.size = size,
                      .offset = any_offset(size),
                      .flags = temper.create_flags & (number(0, 7) * SLAB_NO_REAP),
                      .ctor = ctor,
                      .dtor = ctor && one_in(2),
                      .long_name = one_in(20),
                      .exhausting = one_in(60)};
}

Intent any_intent(const Temper& temper) {
  switch (weighted(temper.weights)) {
    case create:
      return any_create(temper);
    case alloc:
      return AllocIntent{any_cache(), any_alloc_flags(temper), any_times(temper)};
    case kmalloc:
      return KmallocIntent{any_request_size(temper), any_alloc_flags(temper), any_times(temper)};
    case free:
      return FreeIntent{{temper.frees, number(0, 1000)}, one_in(3), any_times(temper)};
    case free_all:
      return FreeAllIntent{any_cache(), one_in(2)};
    case kfree_null:
      return KfreeNullIntent{};
    case shrink:
      return ShrinkIntent{any_cache()};
    case destroy:
      return DestroyIntent{any_cache()};
    case reap:
      return ReapIntent{any_level(temper), number(1, 6)};
    case find:
      return FindIntent{one_in(3) ? number(131072, 600000) : any_request_size(temper), any_alloc_flags(temper)};
    default:
      return any_knobs();
  }
}

Intent any_misuse() {
  using enum Refusal;
  return MisuseIntent{
      one_of<Refusal>({name_missing, name_too_long, create_in_interrupt, size_below_word, size_above_limit,
                       dtor_without_ctor, offset_above_size, unknown_create_flag, name_taken, shrink_without_cache,
                       shrink_in_interrupt, shrink_unchained, destroy_without_cache, destroy_in_interrupt,
                       unknown_alloc_flag, sleeping_in_interrupt, request_too_large}),
      number(0, 1000)};
}

Machine any_machine() {
  Machine machine = i386_2_4_0;
  machine.l1_cache_bytes = one_of<std::uint32_t>({16, 32, 32, 64, 128});
  machine.ram_pages = one_of<std::uint32_t>({4096, 8192, 8193, 16384, 65536});
  return machine;
}

Session any_session() {
  const Machine machine = any_machine();
  const Temper temper = any_temper();
  auto intents = *rc::gen::container<std::vector<Intent>>(rc::gen::exec([temper] { return any_intent(temper); }));
  if (one_in(3)) intents.push_back(any_misuse());
  return {machine, std::move(intents)};
}

}  // namespace

// The interface of RapidCheck that stands in its public headers is enough: each run has a random key of its own, so runs
// can be dealt out to processes and repeated one by one. (Sizes stay at or below 100: see RapidCheck's issue 289.)
Session draw_session(std::uint64_t seed, std::uint64_t run) {
  static const rc::Gen<Session> generator = rc::gen::exec(any_session);
  const int size = 5 + 5 * static_cast<int>(run % 20);
  return generator(rc::Random(rc::Random::Key{seed, run, 0, 0}), size).value();
}

}  // namespace refmm::slab
