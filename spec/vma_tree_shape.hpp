// Questions about the search tree of a state, whatever shape it is in: also of trees that are none.
#pragma once

#include <refmm/spec/vma.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::vma {

/// True if the state shows how lookups are made, and not only what they find (spec/vma_state.hpp, canonical).
template <Word W>
constexpr bool shows_lookups(const State<W>& state) {
  return state.areas_made != 0;
}

/// The node of this area, or nullptr.
constexpr const TreeNode* node_of_area(const Lookup& lookup, std::uint32_t area) {
  const auto found = std::ranges::find(lookup.nodes, area, &TreeNode::area);
  return found == lookup.nodes.end() ? nullptr : &*found;
}

/// The height that the node of a son says it has; 0 where there is no son.
constexpr std::uint32_t height_at(const Lookup& lookup, std::optional<std::uint32_t> son) {
  const TreeNode* node = son ? node_of_area(lookup, *son) : nullptr;
  return node ? node->height : 0;
}

/// The areas of the tree from left to right; nothing if links lead nowhere or round.
constexpr std::optional<std::vector<std::uint32_t>> ids_in_order(const Lookup& lookup) {
  std::vector<std::uint32_t> ids;
  std::vector<const TreeNode*> above;  // nodes whose left side is under way
  auto place = lookup.mmap_avl;
  while (place || !above.empty()) {
    for (; place; place = above.back()->left) {
      const TreeNode* node = node_of_area(lookup, *place);
      if (!node || above.size() >= lookup.nodes.size()) return std::nullopt;
      above.push_back(node);
    }
    ids.push_back(above.back()->area);
    if (ids.size() > lookup.nodes.size()) return std::nullopt;
    place = above.back()->right;
    above.pop_back();
  }
  return ids;
}

}  // namespace refmm::vma
