// Areas in the order of their addresses: disjoint ranges, found by address.
//
// What an address space keeps its areas in. It is intrusive: the areas are the caller's objects, hold their own range, and are
// linked in the order of their addresses; the tree never makes or frees one.
//
//   struct Area {
//     std::uint64_t vm_start, vm_end;  // bytes, vm_end exclusive
//     Area* vm_prev;                   // these two belong to the tree
//     Area* vm_next;
//     ...
//   };
//
//   HostPages pages;
//   SlabAllocator slabs(pages);
//   ObjectCache<AreaTreeNode<Area>> nodes(slabs, "area_tree_node", slab::SLAB_HWCACHE_ALIGN);
//   AreaTree<Area, ObjectCache<AreaTreeNode<Area>>> areas(nodes);
//
//   if (!areas.reserve(2)) return ENOMEM;     // the next two inserts cannot fail
//   areas.insert(*area);
//   Area* found = areas.find(address);        // the first that ends above the address, as find_vma
//   areas.set_end(*found, new_end);           // ranges change through the tree only, order kept
//   for (Area& area : areas.meeting(start, end)) ...
//   for (Area* area = areas.take_out(start, end); area != nullptr;) ...   // a chain by vm_next, no longer in the tree
//
// Inside is a B+ tree whose nodes are whole cache lines (area_tree_node.hpp). Lookups take time in O(log n) with a few lines a
// level, and near the last one they start at its leaf. Moving an end of an area changes one key. Nothing is allocated but for
// nodes that split, and nodes that become empty enough are joined to their neighbours.
//
// One thread at a time may use a tree, for lookups too: they remember where they were.
#pragma once

#include <refmm/impl/area_tree_areas.hpp>
#include <refmm/impl/area_tree_laws.hpp>
#include <refmm/impl/area_tree_shape.hpp>
