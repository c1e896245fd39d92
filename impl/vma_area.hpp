// Areas, the files that they map, and the lists that lead from a file to its areas.
//
// Source: include/linux/mm.h of 2.4.0 (vm_area_struct), include/linux/fs.h (struct file, struct inode, address_space).
#pragma once

#include <refmm/impl/area_tree.hpp>
#include <refmm/impl/object_cache.hpp>
#include <refmm/spec/name.hpp>
#include <refmm/spec/vma_flags.hpp>

#include <boost/intrusive/list.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

template <std::unsigned_integral Word>
struct File;

// Of the layer that has pages (impl/fault_page.hpp); an address space only passes them on.
struct PageTables;
struct MemoryObject;

namespace intrusive = boost::intrusive;

/// The place of an area among those of its file, of a file among all files.
using ShareHook =
    intrusive::list_base_hook<intrusive::tag<class ShareTag>, intrusive::link_mode<intrusive::normal_link>>;
using ChainHook =
    intrusive::list_base_hook<intrusive::tag<class ChainTag>, intrusive::link_mode<intrusive::normal_link>>;

/// An area: a range of an address space in which all pages are alike. 2.4.0: vm_area_struct.
template <std::unsigned_integral Word>
struct VmArea : ShareHook {
  Word vm_start;    // bytes, a multiple of the page size
  Word vm_end;      // bytes, exclusive
  VmArea* vm_prev;  // its neighbours, see impl/area_tree.hpp
  VmArea* vm_next;
  Word vm_pgoff;           // pages from the beginning of the file to vm_start; kept without a file, too
  File<Word>* vm_file;     // or nullptr
  PageTables* vm_mm;       // those of its address space, or nullptr
  Word vm_raend;           // end of the window read ahead, in pages of the area; 0 before the first
  std::uint32_t vm_flags;  // VM_*
  bool vm_ops;             // it has open and close operations
  bool mapped_noreserve;   // it was mapped with MAP_NORESERVE: its growth is not charged
  bool was_written;        // it may have pages of its own: anon_vma of later eras (since_merge.hpp), not of 2.4.0

  bool has(std::uint32_t flag) const { return (vm_flags & flag) != 0; }

  /// True if it has a byte in start..end.
  bool meets(Word start, Word end) const { return vm_start < end && vm_end > start; }

  /// True if start..end lies within it, with something of it on both sides.
  bool surrounds(Word start, Word end) const { return vm_start < start && vm_end > end; }

  /// True of memory that is charged when it is mapped: private and writable.
  bool is_charged() const { return (vm_flags & (vma::VM_SHARED | vma::VM_WRITE)) == vma::VM_WRITE; }
};

/// The areas of a file, front to back; an area can leave in constant time.
template <std::unsigned_integral Word>
using ShareList =
    intrusive::list<VmArea<Word>, intrusive::base_hook<ShareHook>, intrusive::constant_time_size<false>>;

/// A file, or an object for memory shared without one. 2.4.0: struct inode with its address_space.
template <std::unsigned_integral Word>
struct Inode : ChainHook {
  Name name;
  std::uint32_t attributes = 0;       // FILE_*
  bool shared_memory = false;         // without a file; goes with its file object
  MemoryObject* i_mapping = nullptr;  // its pages, or nullptr
  std::int32_t i_writecount = 0;      // writable file objects less areas that deny writing
  ShareList<Word> i_mmap;             // private areas
  ShareList<Word> i_mmap_shared;      // areas whose pages are written back

  ShareList<Word>& list_of(const VmArea<Word>& area) { return area.has(vma::VM_SHARED) ? i_mmap_shared : i_mmap; }
};

/// An open file. 2.4.0: struct file.
template <std::unsigned_integral Word>
struct File : ChainHook {
  static constexpr std::int32_t no_descriptor = -1;

  Inode<Word>* inode = nullptr;
  std::uint32_t f_mode = 0;         // FMODE_*
  std::uint32_t f_count = 0;        // references: its descriptor and its areas
  std::int32_t fd = no_descriptor;  // of a file that was closed, and of shared memory, too
};

template <class T>
using Chain = intrusive::list<T, intrusive::base_hook<ChainHook>, intrusive::constant_time_size<false>>;

/// The slab caches that the areas of all address spaces of a machine come from. 2.4.0: vm_area_cachep.
template <std::unsigned_integral Word, PageSource Pages = HostPages>
class AreaCaches {
 public:
  using Area = VmArea<Word>;
  using Node = AreaTreeNode<Area>;
  using Nodes = ObjectCache<Node, Pages>;

  /// `slabs` must outlive it. Throws std::bad_alloc if there is no memory.
  explicit AreaCaches(SlabAllocator<Pages>& slabs)
      : areas_(slabs, "vm_area_struct"), nodes_(slabs, "area_tree_node", slab::SLAB_HWCACHE_ALIGN) {}

  Area* make() { return areas_.make(); }
  void destroy(Area* area) { areas_.destroy(area); }
  Nodes& nodes() { return nodes_; }

  /// How many there are; takes time proportional to the number of slabs.
  std::size_t areas_in_use() const { return areas_.in_use(); }
  std::size_t nodes_in_use() const { return nodes_.in_use(); }

 private:
  ObjectCache<Area, Pages> areas_;
  Nodes nodes_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
