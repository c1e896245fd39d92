// The plainest scripts that there are, whatever the one at hand looks like.
//
// Moves change a script bit by bit, and one bug may end in as many places as there are ways to it. Almost all bugs show in one
// call after one or two others, over a few pages. There are few enough such scripts to try them all.
#include <refmm/spec/machine.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/vma_shrink_changes.hpp>
#include <refmm/tests/vma_shrink_moves.hpp>
#include <refmm/tests/vma_shrink_order.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::vma {

namespace {

using W = std::uint32_t;
using Commands = std::vector<Command<W>>;
constexpr W page = i386_2_4_0.page_size;
constexpr W base = i386_2_4_0.task_unmapped_base;
constexpr W at(W pages) { return base + pages * page; }

// ---- Commands ---------------------------------------------------------------------------------------------------------------

Mmap<W> mapped(W first, W pages, W prot = PROT_READ, W flags = plain_map_flags, std::int32_t fd = -1) {
  return {at(first), pages * page, prot, flags, fd, 0};
}

/// What lays the ground for another command.
Commands preparations() {
  constexpr W read_write = PROT_READ | PROT_WRITE, shared = MAP_SHARED | MAP_FIXED | MAP_ANONYMOUS;
  return {mapped(0, 1),
          mapped(0, 2),
          mapped(0, 3),
          mapped(1, 1),
          mapped(1, 2),
          mapped(0, 1, read_write),
          mapped(0, 1, read_write, plain_map_flags | MAP_NORESERVE),
          mapped(0, 1, PROT_READ | read_write | PROT_EXEC, plain_map_flags | MAP_GROWSDOWN),
          mapped(1, 1, PROT_READ, plain_map_flags | MAP_GROWSDOWN),
          mapped(0, 1, PROT_READ, shared),
          mapped(0, 2, PROT_READ, shared),
          mapped(0, 3, PROT_READ, shared),
          mapped(1, 1, PROT_READ, shared | MAP_GROWSDOWN),
          Mmap2<W>{at(0), page, PROT_READ, plain_map_flags, -1, ~W{0} - 1},
          DoMmap<W>{at(0), page, PROT_READ, shared | MAP_DENYWRITE, -1, 0},
          DoMmap<W>{at(0), 2 * page, PROT_READ, shared | MAP_DENYWRITE, -1, 0},
          Mmap<W>{page, page, PROT_READ, plain_map_flags, -1, 0},
          Brk<W>{page},
          Brk<W>{~W{0} - page + 2},
          Mlock<W>{at(0), page},
          Mlockall<W>{MCL_FUTURE}};
}

void append_remaps(Commands& commands) {
  for (W first = 0; first < 2; ++first) {
    for (W old_pages = 0; old_pages < 3; ++old_pages) {
      for (W new_pages = 0; new_pages < 4; ++new_pages) {
        const Mremap<W> remap{at(first), old_pages * page, new_pages * page, 0, 0};
        commands.push_back(remap);
        for (const W flags : {MREMAP_MAYMOVE, MREMAP_MAYMOVE | MREMAP_FIXED}) {
          for (W to = 0; to < (flags & MREMAP_FIXED ? 4u : 1u); ++to) {
            Mremap<W> moved = remap;
            moved.flags = flags;
            if (flags & MREMAP_FIXED) moved.new_addr = at(to);
            commands.push_back(moved);
          }
        }
      }
    }
  }
}

/// What may show a bug.
Commands last_commands() {
  Commands commands = preparations();
  for (W first = 0; first < 3; ++first) {
    for (W pages = 1; pages < 4; ++pages) {
      const W addr = at(first), len = pages * page;
      commands.insert(commands.end(), {Munmap<W>{addr, len}, Mprotect<W>{addr, len, PROT_READ},
                                       Mprotect<W>{addr, len, PROT_READ | PROT_WRITE}, Mlock<W>{addr, len},
                                       Munlock<W>{addr, len}, DoBrk<W>{addr, len}, mapped(first, pages)});
    }
    const W addr = at(first);
    commands.insert(commands.end(), {FindVma<W>{addr}, FindVmaPrev<W>{addr}, FindExtendVma<W>{addr}, Brk<W>{addr},
                                     FindVmaIntersection<W>{addr, addr + page}, GetUnmappedArea<W>{addr, page},
                                     GetUnmappedArea<W>{addr + 1, page}});
  }
  append_remaps(commands);
  commands.insert(commands.end(),
                  {mapped(0, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS),
                   Mmap<W>{at(0) + 1, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}, Brk<W>{0},
                   Brk<W>{2 * page}, GetUnmappedArea<W>{0, page}, DoBrk<W>{i386_2_4_0.task_size, page},
                   Mlock<W>{at(0) + 1, 0}, Mlockall<W>{MCL_CURRENT}, Mlockall<W>{MCL_CURRENT | MCL_FUTURE},
                   Munlockall{}, ExitMmap{}, mapped(0, 1, PROT_READ, plain_map_flags | MAP_DENYWRITE)});
  return commands;
}

// ---- Ways to begin ------------------------------------------------------------------------------------------------------------

/// A file mapped through a descriptor of its own.
std::vector<Commands> mapped_files() {
  std::vector<Commands> beginnings;
  for (const W mode : {FMODE_READ, FMODE_READ | FMODE_WRITE}) {
    for (W pages = 1; pages < 4; ++pages) {
      for (const W flags : {MAP_PRIVATE, MAP_SHARED, MAP_PRIVATE | MAP_GROWSDOWN})
        beginnings.push_back({Open{"a", mode}, mapped(0, pages, PROT_READ, flags | MAP_FIXED, 3)});
    }
    beginnings.push_back({Open{"a", mode}, mapped(1, 1, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_GROWSDOWN, 3)});
  }
  return beginnings;
}

/// The fewest commands that bring the search tree into use: each but the first makes three areas of one.
Commands many_areas() {
  constexpr W splits = 16;
  Commands commands{mapped(0, 2 * splits + 1)};
  for (W split = 0; split < splits; ++split)
    commands.push_back(Mprotect<W>{at(2 * split + 1), page, PROT_READ | PROT_WRITE});
  return commands;
}

/// Beginnings of at most so many commands: those that differ most from one another first.
std::vector<Commands> beginnings_up_to(std::size_t most) {
  std::vector<Commands> beginnings{{}, many_areas()};
  const Commands single = preparations();
  for (const Command<W>& first : single) beginnings.push_back({first});
  std::ranges::move(mapped_files(), std::back_inserter(beginnings));
  for (const Command<W>& first : single) {
    for (const Command<W>& second : single) beginnings.push_back({first, second});
  }
  std::erase_if(beginnings, [&](const Commands& commands) { return commands.size() > most; });
  return beginnings;
}

// ---- Boots ----------------------------------------------------------------------------------------------------------------------

/// Plain boots, and those that turn one knob to its plainest values, with memory and without. Of limits only those that the
/// script turns, at the boot or later; and of a search that is `narrow` so of all knobs.
std::vector<Boot<W>> plain_boots(const Script& script, bool narrow) {
  Knobs<W> turned = script.boot.knobs;
  for (const Item& item : script.items) {
    if (const auto* set = std::get_if<SetKnobs<W>>(&item.command)) turned = with_knobs_of(turned, *set);
  }
  Boot<W> plain{};
  plain.kernel = script.boot.kernel;
  plain.knobs = plain_knobs;
  std::vector<Boot<W>> boots{plain, plain, plain};
  constexpr W enough = 4;
  boots[1].knobs.free_pages = enough;
  boots[2].knobs.physpages = enough;
  const auto also = [&](auto knob, bool always, const std::vector<W>& values) {
    if (turned.*knob == plain_knobs.*knob && !always) return;
    for (const W value : values) {
      boots.push_back(plain);
      boots.back().knobs.*knob = value;
      boots.push_back(boots.back());
      boots.back().knobs.free_pages = enough;
    }
  };
  also(&Knobs<W>::fail_vma, !narrow, {1, 2, 3, 4});
  also(&Knobs<W>::max_map_count, !narrow, {0, 1, 2});
  also(&Knobs<W>::fail_move, !narrow, {1});
  also(&Knobs<W>::fail_shmem, false, {1});
  also(&Knobs<W>::rlimit_as, false, {0, page});
  also(&Knobs<W>::rlimit_memlock, false, {0, page});
  also(&Knobs<W>::rlimit_stack, false, {0, page});
  return boots;
}

/// The only descriptor is that of the first command.
Script as_script(const Boot<W>& boot, const Commands& commands) {
  Script script{boot, {}};
  for (const Command<W>& command : commands) {
    const auto id = static_cast<std::uint32_t>(script.items.size() + 1);
    script.items.push_back({command, id, descriptor_of(command) == 3 ? 1u : 0u});
  }
  return script;
}

}  // namespace

bool plain_scripts(const Script& script, const Propose& propose) {
  constexpr std::size_t longest = 20;
  if (script.items.empty() || script.items.size() > longest) return false;
  const shrink::Rank now = rank(script);
  static const Commands endings = last_commands();
  const auto wide = plain_boots(script, false), narrow = plain_boots(script, true);
  std::uint64_t left = 200'000;  // scripts, so that the search does not go on for minutes
  for (Commands commands : beginnings_up_to(script.items.size() - 1)) {
    commands.emplace_back();
    for (const Boot<W>& boot : commands.size() < 3 ? wide : narrow) {
      for (const Command<W>& ending : endings) {
        commands.back() = ending;
        Script plain = as_script(boot, commands);
        if (!(rank(plain) < now)) continue;
        if (left-- == 0) return false;
        if (propose(std::move(plain))) return true;
      }
    }
  }
  return false;
}

}  // namespace refmm::vma
