#include <refmm/spec/kernel_map_boot.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_commands_temper.hpp>

#include <cstddef>

namespace refmm::kernel_map::drawing {

namespace {

using W = std::uint32_t;

/// The memory of a machine.
enum class Memory {
  tiny,    // a few frames are free
  small,   // some dozens to hundreds
  slots,   // enough for areas of more than one slot
  dma,     // a few frames below 16 MB are free
  high,    // with high frames
  window,  // with more high frames than the window has entries
  most,    // as much as the direct mapping takes: areas have little room
};

/// What a session is mostly about.
struct Profile {
  Weights weights;
  Memory memory;
  std::uint32_t longest;
};

enum Name : std::size_t {
  driver,
  edges,
  fail,
  gaps,
  small,
  big,
  full,
  top,
  procs,
  cycle,
  user,
  highmem,
  window,
  dma,
  stand_in,
  mixed
};

// clang-format off
constexpr std::array profiles{
    //       vm vf io iu fo ex tr pt to ge pu re km ku mu cl fa
    Profile{{6, 5, 8, 7, 2, 1, 1, 0, 6, 2, 2, 2, 0, 0, 0, 0, 1}, Memory::small,  8},     // driver
    Profile{{2, 1, 16, 6, 0, 0, 0, 0, 4, 4, 2, 6, 0, 0, 0, 0, 1}, Memory::small, 4},     // edges
    Profile{{9, 6, 6, 4, 3, 2, 1, 2, 4, 1, 1, 0, 0, 0, 2, 1, 8}, Memory::small,  5},     // fail
    Profile{{12, 10, 6, 5, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1}, Memory::small, 3},    // gaps
    Profile{{9, 6, 3, 3, 3, 2, 2, 2, 4, 4, 3, 2, 0, 0, 3, 2, 1}, Memory::tiny,   4},     // small
    Profile{{6, 5, 8, 6, 1, 1, 0, 1, 6, 0, 0, 0, 0, 0, 0, 0, 2}, Memory::slots,  600},   // big
    Profile{{3, 2, 9, 6, 1, 1, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1}, Memory::most,   3000},  // full
    Profile{{2, 2, 9, 6, 1, 1, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0, 2}, Memory::most,   4},     // top
    Profile{{4, 3, 4, 3, 8, 5, 2, 0, 12, 0, 0, 0, 0, 0, 1, 1, 1}, Memory::small, 4},     // procs
    Profile{{5, 4, 3, 2, 9, 9, 5, 5, 6, 0, 0, 0, 0, 0, 3, 2, 2}, Memory::small,  4},     // cycle
    Profile{{4, 3, 2, 2, 5, 3, 1, 1, 5, 0, 0, 0, 0, 0, 14, 6, 3}, Memory::small, 4},     // user
    Profile{{6, 5, 6, 5, 2, 1, 0, 0, 4, 9, 4, 3, 9, 8, 0, 0, 1}, Memory::high,   6},     // highmem
    Profile{{2, 1, 2, 1, 1, 0, 0, 0, 2, 2, 1, 0, 5, 6, 0, 0, 0}, Memory::window, 4},     // window
    Profile{{9, 6, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1}, Memory::dma,    4},     // dma
    Profile{{6, 4, 4, 3, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2}, Memory::slots,  4},     // stand_in
    Profile{{7, 5, 7, 5, 4, 3, 2, 2, 7, 3, 2, 2, 2, 2, 3, 2, 2}, Memory::high,   20}};   // mixed
// clang-format on
static_assert(profiles.size() == mixed + 1);

/// One in so many sessions.
constexpr std::array<std::uint32_t, profiles.size()> how_often{16, 20, 20, 16, 16, 4, 2, 12,
                                                               16, 16, 16, 12, 3,  3, 5, 16};

/// The first frame behind those that boot puts its tables in, whatever the configuration.
W end_of_boot_tables(Boot<W> boot) {
  boot.config = Config::highmem;
  return frames_of_boot(boot);
}

/// Free frames that boot takes for the tables of all other slots, at most.
W preallocated_tables(const Boot<W>& boot) {
  const auto& machine = boot.kernel.machine;
  return boot.kernel.sharing == Sharing::preallocated ? machine.entries_per_table - user_slots(machine) : 0;
}

void draw_memory(Source& source, Memory memory, Boot<W>& boot) {
  const W lowest = end_of_boot_tables(boot);
  boot.first_free = lowest + source.one_of(among<W>(0, 0, 1, 7, 1024 - lowest % 1024));
  // Sometimes there are too few for all tables.
  const W tables = source.one_in(6) ? 0 : preallocated_tables(boot);
  switch (memory) {
    case Memory::tiny:
      boot.ram_pages = boot.first_free + tables + source.number(2, 40);
      break;
    case Memory::slots:
      boot.ram_pages = boot.first_free + tables + source.one_of(among<W>(1100, 1500, 2100));
      break;
    case Memory::dma:
      boot.first_free = 4096 - source.number(0, 12);
      boot.ram_pages = 4096 + tables + source.number(0, 60);
      break;
    case Memory::most:
      boot.ram_pages = (0xf8000000 - boot.kernel.machine.page_offset) / boot.kernel.machine.page_size;
      break;
    default:
      // Tables for the first slots only.
      if (boot.kernel.sharing == Sharing::preallocated && tables == 0 && source.one_in(2)) {
        boot.ram_pages = boot.first_free + source.number(2, 8);
        break;
      }
      // Also an end of RAM at and beside the boundaries of slots, and of what the hole behind it is rounded to.
      boot.ram_pages = source.one_in(2)
                           ? boot.first_free + tables + source.number(30, 400)
                           : 2048 * source.number(1, 2) + source.one_of(among<W>(0, 1, 0 - W{1}, 1024));
      break;
  }
  if (boot.config != Config::highmem) return;
  boot.highmem_pages = memory == Memory::window ? 1100 : source.one_in(8) ? 0 : source.number(1, 40);
}

Boot<W> any_boot(Source& source, std::size_t profile, Memory memory) {
  Boot<W> boot{};
  boot.kernel = corrected;
  // Where all tables are there from boot, a call takes several times as long; and no table is missing.
  if (profile != stand_in && source.one_in(6)) boot.kernel.sharing = Sharing::preallocated;
  boot.pse = memory == Memory::most || memory == Memory::dma || memory == Memory::slots || !source.one_in(3);
  boot.pge = boot.pse && !source.one_in(3);
  boot.config = source.one_of(among(Config::up, Config::up, Config::apic, Config::highmem));
  const bool to_the_window = memory == Memory::most && source.one_in(2);
  if (memory == Memory::high || memory == Memory::window || to_the_window) boot.config = Config::highmem;
  draw_memory(source, memory, boot);
  // Tables of the direct mapping are as many as there is RAM; more RAM may need one more.
  if (!boot.pse) {
    const W beside_tables = source.number(0, 3);
    const W least = end_of_boot_tables(boot) + beside_tables + preallocated_tables(boot) + 9;
    if (boot.ram_pages < least) boot.ram_pages = least + source.number(0, 300);
    boot.first_free = end_of_boot_tables(boot) + beside_tables;
  }
  return boot;
}

Temper::Opening any_opening(Source& source, std::size_t profile) {
  using Opening = Temper::Opening;
  if (profile == window) return Opening::window;
  if (profile == stand_in) return Opening::fail_twice;
  if (profile == small && source.one_in(2)) return Opening::hoard;
  if ((profile == full || profile == top) && !source.one_in(3)) return Opening::fill;
  if (profile == fail && source.one_in(2)) return Opening::fail;
  return Opening::none;
}

}  // namespace

Temper any_temper(Source& source) {
  const std::size_t number = source.weighted(how_often);
  const Profile& profile = profiles[number];
  Temper temper{};
  temper.boot = any_boot(source, number, profile.memory);
  for (std::size_t kind = 0; kind < kinds; ++kind)
    temper.weights[kind] = profile.weights[kind] * source.one_of(among(0u, 1u, 1u, 2u, 4u));
  temper.weights[vmalloc] += 1;  // so that something is mapped
  temper.weights[ioremap] += 1;
  temper.longest = source.one_of(among(1u, 3u, profile.longest, profile.longest));
  temper.odd = source.one_of(among(0u, 40u, 12u, 5u));
  temper.large = source.one_of(among(0u, 0u, 30u, 10u));
  if (number == full || number == top) temper.large = source.one_of(among(4u, 8u));
  if (number == fail) temper.large = source.one_of(among(3u, 8u));
  temper.users = source.one_of(among(0u, 3u, 2u));
  temper.fast = source.one_of(among(0u, 1u, 2u));
  temper.hoards = number == small || number == edges ? 4 : 20;
  temper.most_pgds = source.one_of(among(1u, 2u, 4u));
  if (number == procs && source.one_in(3)) temper.most_pgds = 40;
  temper.opening = any_opening(source, number);
  temper.ends_at_kunmap = (number == highmem || number == window) && source.one_in(2);
  temper.little_room = profile.memory == Memory::most;
  return temper;
}

}  // namespace refmm::kernel_map::drawing
