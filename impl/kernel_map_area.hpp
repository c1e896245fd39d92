// The areas of the kernel's half, in the order of their addresses, and the search for room among them.
//
// Source: get_vm_area and vmlist in mm/vmalloc.c of 2.4.0, which walks a list. The places are 2.4.0's, found in logarithmic time.
#pragma once

#include <refmm/impl/area_tree.hpp>
#include <refmm/impl/object_cache.hpp>
#include <refmm/impl/paging_entries.hpp>
#include <refmm/spec/kernel_map.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

/// An area. 2.4.0: vm_struct.
struct KernelArea {
  Address vm_start;  // bytes, multiples of the page size
  Address vm_end;    // behind the guard page
  KernelArea* vm_prev;
  KernelArea* vm_next;
  kernel_map::AreaKind flags;
  std::uint32_t obj;  // number of its list element: 2.4.0 does not number them, observers do
};

class KernelAreas {
 public:
  using Slabs = SlabAllocator<HostPages>;

  /// Areas from `start` on that end at or below `end`. `slabs` must outlive it.
  KernelAreas(Slabs& slabs, Address start, Address end)
      : objects_(slabs, "vm_struct"),
        nodes_(slabs, "vm_struct_node", slab::SLAB_HWCACHE_ALIGN),
        tree_(nodes_),
        start_(start),
        end_(end) {}
  ~KernelAreas() {
    for (KernelArea* area = tree_.clear(); area != nullptr;) {
      KernelArea* const next = area->vm_next;
      objects_.destroy(area);
      area = next;
    }
  }
  KernelAreas(const KernelAreas&) = delete;
  KernelAreas& operator=(const KernelAreas&) = delete;

  /// Memory for one more area, so that it can be put in its place; nullptr if there is none.
  KernelArea* make() {
    if (!tree_.reserve(1)) return nullptr;
    return objects_.make();
  }
  void destroy(KernelArea* area) { objects_.destroy(area); }

  /// [kernel.get_vm_area.first_fit]: where `size` bytes have room, guard page included. In front of an area there must be a page more than
  /// that; behind the last one they may end with the range. So a page more is looked for, in a range of a page more.
  std::optional<Address> find_room(Address size) const {
    const Address more = mutant("kernel.impl.get_vm_area.fits_exactly") ? 0 : page_size;
    if (size > end_ - start_) return std::nullopt;
    return tree_.find_hole(start_, size + more,
                           mutant("kernel.impl.get_vm_area.end_of_range_too_far") ? end_ + 2 * more : end_ + more);
  }

  void insert(KernelArea& area) { static_cast<void>(tree_.insert(area)); }
  void erase(KernelArea& area) { tree_.erase(area); }

  /// The area that begins at an address, or nullptr.
  KernelArea* at(Address addr) const {
    KernelArea* const area = tree_.find(addr);
    return area != nullptr && area->vm_start == addr ? area : nullptr;
  }

  auto all() const { return tree_.all(); }
  std::size_t size() const { return tree_.size(); }

 private:
  using Node = AreaTreeNode<KernelArea>;

  ObjectCache<KernelArea> objects_;
  ObjectCache<Node> nodes_;
  AreaTree<KernelArea, ObjectCache<Node>> tree_;
  Address start_, end_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
