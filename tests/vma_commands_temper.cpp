#include <refmm/tests/vma_commands_temper.hpp>

#include <cstddef>

namespace refmm::vma::drawing {

namespace {

using W = std::uint32_t;

/// Where addresses lie.
enum class Ground { search, low, top, page_tables, anywhere };

/// What a session is mostly about.
struct Profile {
  Weights weights;
  std::uint32_t slots;
  Ground ground;
};

// The recordings have the same names.
enum Name : std::size_t { slots, tiny, wide, pgdir, top, low, heap, files, locks, remaps, limits, tree, mixed };

// clang-format off
constexpr std::array profiles{
    //       map un brk do pro rem lk la look ext ex op cl at li fa str
    Profile{{12, 7,  0, 1, 6,  3,  1, 1, 2,   1,  1, 1, 1, 0, 1, 1, 0}, 24,  Ground::search},       // slots
    Profile{{12, 7,  0, 1, 6,  4,  2, 1, 2,   1,  1, 1, 1, 0, 1, 1, 0}, 8,   Ground::search},       // tiny
    Profile{{10, 6,  1, 1, 5,  4,  1, 1, 2,   1,  1, 1, 1, 0, 1, 1, 1}, 20,  Ground::anywhere},     // wide
    Profile{{12, 9,  0, 1, 2,  4,  0, 0, 1,   1,  1, 1, 0, 0, 0, 1, 0}, 8,   Ground::page_tables},  // pgdir
    Profile{{10, 6,  1, 2, 4,  4,  2, 1, 2,   4,  1, 1, 1, 0, 1, 1, 0}, 16,  Ground::top},          // top
    Profile{{10, 6,  2, 2, 4,  4,  2, 1, 2,   1,  1, 1, 1, 0, 1, 1, 0}, 12,  Ground::low},          // low
    Profile{{5,  3, 16, 6, 2,  2,  1, 1, 1,   1,  1, 0, 0, 0, 2, 2, 0}, 16,  Ground::anywhere},     // heap
    Profile{{14, 4,  0, 1, 4,  3,  1, 1, 1,   2,  1, 5, 3, 4, 1, 1, 0}, 12,  Ground::search},       // files
    Profile{{8,  3,  2, 2, 3,  4, 12, 4, 1,   3,  1, 1, 0, 0, 2, 2, 0}, 12,  Ground::search},       // locks
    Profile{{8,  3,  1, 1, 2, 16,  1, 1, 1,   1,  1, 1, 0, 2, 2, 2, 0}, 16,  Ground::search},       // remaps
    Profile{{9,  6,  2, 2, 6,  6,  3, 1, 1,   2,  1, 1, 1, 0, 8, 2, 0}, 16,  Ground::search},       // limits
    Profile{{9,  9,  1, 1, 4,  4,  1, 1, 5,   1,  1, 1, 0, 0, 1, 1, 4}, 200, Ground::search},       // tree
    Profile{{9,  6,  4, 3, 5,  5,  4, 2, 4,   3,  1, 2, 2, 2, 3, 3, 0}, 20,  Ground::anywhere}};    // mixed
// clang-format on
static_assert(profiles.size() == mixed + 1);

Place any_ground(Source& source, Ground ground) {
  using enum Place::Landmark;
  switch (ground) {
    case Ground::search:
      return {address, unmapped_base, 0, 0};
    case Ground::low:
      return {address, 0, 0, 0};
    case Ground::top:
      return {address, task_size, -12, 0};
    case Ground::page_tables:
      return {address, source.number(0, task_size / page_table) * page_table, -4, 0};
    case Ground::anywhere:
      break;
  }
  if (source.one_in(4)) return {Place::Landmark::brk, 0, -6, 0};
  if (source.one_in(4)) return {address, source.number(0, task_size / page - 1) * page, 0, 0};
  return any_ground(source, source.one_of(among(Ground::search, Ground::low, Ground::top, Ground::page_tables)));
}

}  // namespace

Temper any_temper(Source& source) {
  const std::size_t number = source.number(0, profiles.size() - 1);
  const Profile& profile = profiles[number];
  Temper temper{};
  for (std::size_t kind = 0; kind < kinds; ++kind)
    temper.weights[kind] = profile.weights[kind] * source.one_of(among(0u, 1u, 1u, 2u, 4u));
  temper.weights[map] += 4;  // so that something is mapped
  temper.slots = profile.slots;
  for (std::uint32_t grounds = source.number(1, 3); grounds != 0; --grounds)
    temper.grounds.push_back(any_ground(source, profile.ground));
  temper.longest = source.one_of(among(1u, 3u, 5u, 8u, 40u));
  temper.landmarks = source.one_of(among(2u, 2u, 3u, 6u));
  temper.odd = source.one_of(among(0u, 60u, 20u, 6u));
  temper.fixed = source.one_of(among(1u, 2u, 2u, 4u));
  temper.files = source.one_of(among(0u, 4u, 2u, 1u));
  temper.shared = source.one_of(among(0u, 5u, 2u));
  temper.growing = source.one_of(among(0u, 8u, 3u));
  temper.denying = source.one_of(among(0u, 6u, 2u));
  temper.attributes = source.one_in(2) ? source.number(0, 255) : 0;
  temper.names = source.number(1, 3);
  if (number == files) temper.files = source.number(1, 2);
  if (number != tree) return temper;
  temper.weights[stripes] += 4;
  temper.longest = source.one_of(among(1u, 3u, 12u));
  temper.many = source.one_in(6);
  return temper;
}

}  // namespace refmm::vma::drawing
