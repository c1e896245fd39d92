#include <refmm/tests/fault_commands_temper.hpp>

#include <algorithm>
#include <cstddef>

namespace refmm::process::drawing {

namespace {

using W = std::uint32_t;

/// Where addresses lie.
enum class Ground { search, table_border, stack, heap, anywhere };

struct ProfileWeights {
  Weights weights;
  Ground ground;
};

// clang-format off
constexpr std::array all_profiles{
    //              ac ka de fi ma un pr br re lo la ad sy op tr rw fo ex es ho so rc sf sn fa li
    ProfileWeights{{30, 4, 1, 3,10, 6, 6, 4, 2, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 2, 1, 0, 0, 1, 1}, Ground::anywhere},      // anon
    ProfileWeights{{36, 3, 1, 2, 6, 4, 3, 1, 1, 1, 0, 2, 1, 1, 1, 2, 8, 6, 1, 0, 5, 2, 1, 1, 1, 0}, Ground::anywhere},      // fork
    ProfileWeights{{30, 3, 1, 2,10, 4, 3, 0, 1, 1, 0, 6, 6, 3, 6,10, 2, 1, 0, 0, 5, 4, 0, 0, 3, 0}, Ground::search},        // file
    ProfileWeights{{32, 2, 1, 6, 4, 3, 2, 0, 1, 1, 0, 2, 1, 0, 0, 2, 3, 2, 0, 0,14, 7, 2, 2, 3, 0}, Ground::search},        // swap
    ProfileWeights{{30, 2, 1, 3, 8, 5, 3, 0, 3, 1, 0, 3, 5, 0, 0, 1, 4, 2, 0, 0,10, 6, 1, 1, 2, 0}, Ground::search},        // shm
    ProfileWeights{{30, 8, 5, 1, 5, 3, 2, 2, 2, 2, 2, 0, 0, 0, 0, 2, 2, 1, 8, 1, 3, 1, 0, 0, 2, 4}, Ground::stack},         // stack
    ProfileWeights{{20, 3, 5, 2, 8, 4, 3, 3, 3,12, 5, 3, 0, 1, 1, 2, 2, 1, 1, 0, 4, 2, 0, 0, 4, 3}, Ground::anywhere},      // lock
    ProfileWeights{{24, 2, 1, 3, 8, 4, 2, 1,14, 1, 1, 1, 1, 1, 0, 1, 2, 1, 0, 0, 5, 2, 1, 1, 4, 1}, Ground::table_border},  // remap
    ProfileWeights{{16, 3,24, 1, 8, 4, 5, 1, 1, 2, 1, 1, 2, 2, 2, 2, 6, 3, 1, 1, 4, 2, 0, 0, 2, 0}, Ground::anywhere},      // debug
    ProfileWeights{{26, 8, 3, 3, 8, 4, 3, 2, 3, 3, 1, 2, 1, 1, 1, 6, 4, 2, 1, 2, 6, 3, 2, 2,14, 0}, Ground::table_border},  // fail
    ProfileWeights{{24, 3, 1,12, 6, 3, 2, 1, 2, 3, 1, 2, 1, 1, 1, 3, 4, 3, 1, 1, 5, 3, 1, 1, 1, 1}, Ground::search},        // tight
    ProfileWeights{{40, 1, 1, 1, 3, 1, 1, 0, 0, 0, 0,12, 3, 2, 0, 2, 1, 1, 0, 0, 3, 4, 0, 0, 1, 0}, Ground::search},        // sequential
    ProfileWeights{{26, 3, 2, 2, 7, 4, 5, 0, 1, 1, 0, 2, 0, 1, 1, 2, 4, 2, 1,14, 4, 2, 0, 0, 2, 0}, Ground::search},        // held
    ProfileWeights{{30, 5, 5, 3, 8, 5, 4, 2, 4, 3, 1, 4, 3, 2, 2, 5, 4, 2, 2, 3, 6, 3, 1, 1, 3, 2}, Ground::anywhere}};     // mix
// clang-format on
static_assert(all_profiles.size() == profiles);

Place any_ground(Source& source, Ground ground) {
  using enum Place::Landmark;
  switch (ground) {
    case Ground::search:
      return {address, unmapped_base, 0, 0};
    case Ground::table_border:
      return {address, unmapped_base + page_table, -static_cast<std::int32_t>(source.number(1, 5)), 0};
    case Ground::stack:
      return {address, task_size, -static_cast<std::int32_t>(source.number(4, 24)), 0};
    case Ground::heap:
      return {brk, 0, -2, 0};
    case Ground::anywhere:
      break;
  }
  return any_ground(source, source.one_of(among(Ground::search, Ground::search, Ground::table_border,
                                                Ground::stack, Ground::heap)));
}

}  // namespace

Temper any_temper(Source& source) {
  const std::size_t number = source.number(0, profiles - 1);
  const ProfileWeights& chosen = all_profiles[number];
  Temper temper{};
  temper.profile = static_cast<Profile>(number);
  for (std::size_t kind = 0; kind < kinds; ++kind)
    temper.weights[kind] = chosen.weights[kind] * source.one_of(among(0u, 1u, 1u, 2u, 3u));
  temper.weights[access] = std::max(temper.weights[access], 12u);
  temper.weights[map] = std::max(temper.weights[map], 3u);
  temper.slots = source.one_of(among(3u, 6u, 10u, 20u));
  for (std::uint32_t grounds = source.number(1, 3); grounds != 0; --grounds)
    temper.grounds.push_back(any_ground(source, chosen.ground));
  temper.longest = source.one_of(among(1u, 2u, 3u, 5u, 12u));
  temper.odd = source.one_of(among(0u, 60u, 30u, 12u));
  temper.missing = source.one_of(among(0u, 200u, 60u));
  temper.fixed = source.one_of(among(1u, 2u, 3u));
  temper.files = source.one_of(among(0u, 4u, 2u, 1u));
  temper.shared = source.one_of(among(0u, 4u, 2u));
  temper.growing = source.one_of(among(0u, 10u, 4u));
  temper.stores = source.one_of(among(2u, 2u, 3u, 4u));
  temper.swapped = source.one_of(among(0u, 6u, 3u));
  temper.tails = temper.files == 0 ? 0 : source.one_of(among(0u, 10u, 3u));
  temper.one_file = source.one_of(among(0u, 2u, 1u));
  if (temper.profile == Profile::file || temper.profile == Profile::sequential) temper.files = source.number(1, 2);
  if (temper.profile == Profile::sequential) temper.longest = 120;
  if (temper.profile == Profile::shm) {
    temper.files = 0;
    temper.shared = source.number(1, 2);
  }
  if (temper.profile == Profile::debug) {
    temper.files = source.number(1, 3);
    temper.shared = source.number(1, 3);
  }
  if (temper.profile == Profile::swap) temper.swapped = source.number(2, 4);
  if (temper.profile == Profile::stack) temper.growing = source.number(2, 5);
  return temper;
}

}  // namespace refmm::process::drawing
