// The mistakes that AreaTree can be told to make, and the search for steps that show them beside a sorted vector.
#pragma once

#include <refmm/tests/museum_mutant.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace refmm::area_tree {

/// Each stands beside the line of impl/area_tree*.hpp that it changes.
inline constexpr std::array mutants{
    Mutant{"area_tree.gap.never_grows", "the bound of the gaps below a node stays when a gap grows"},
    Mutant{"area_tree.hole.forgets_what_it_passed",
           "gaps in front of where a search begins do not count in the bound of their leaf"},
    Mutant{"area_tree.join.forgets_seam", "the nodes that meet where two were joined are not joined"},
    Mutant{"area_tree.join.loses_separator", "the separator between two nodes that are joined is lost"},
    Mutant{"area_tree.join.stays_nearby", "the leaf that was used last is taken to be where it was before a join"},
    Mutant{"area_tree.reserve.forgets_root", "a reservation does not count the nodes of new levels"},
    Mutant{"area_tree.set_end.keeps_separator_before",
           "the separator in front of an area stays when its end moves below it"},
    Mutant{"area_tree.set_end.keeps_separator_behind",
           "the separator behind an area stays when its end moves above it"},
    Mutant{"area_tree.split.forgets_gap", "the upper half of a leaf that is split has no bound of its gaps"},
    Mutant{"area_tree.take_out.stops_at_leaf", "areas are taken out of one leaf only"},
};

/// Random steps with which the tree is something else than the vector.
struct Difference {
  std::uint64_t sequences;         // that it took to find them, this one included
  double seconds;                  // the same in time
  std::string what;                // differs, or how the process ended
  std::vector<std::string> steps;  // shrunk, if that was asked for
};

/// Runs up to `most` sequences of up to 200 steps, each in a process of its own, for a broken tree may crash before a comparison says so, or
/// never come back. The mutant that is on is on in them.
std::optional<Difference> search(std::uint64_t seed, bool shrink, int most = 200);

}  // namespace refmm::area_tree
