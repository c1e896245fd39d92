// KernelMappings: what it can be asked, what it holds, and what is short enough to be inlined. kernel_map.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/kernel_map_area.hpp>
#include <refmm/impl/kernel_map_layer.hpp>
#include <refmm/impl/kernel_map_window.hpp>
#include <refmm/impl/paging.hpp>
#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/mutant.hpp>

#include <cstdint>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

/// Addresses and sizes in bytes.
template <KernelMapLayer Layer>
class KernelMappings {
 public:
  using Boot = kernel_map::Boot<std::uint32_t>;

  /// As boot leaves them; `boot.kernel` says the machine and the sharing. What it is given must outlive it. Throws
  /// std::invalid_argument if the machine is not such a one.
  KernelMappings(const Boot& boot, KernelAreas::Slabs& slabs, Layer& layer)
      : boot_(corrected(boot)),
        layer_(layer),
        paging_(boot_, layer),
        areas_(slabs, kernel_map::vmalloc_start(boot_), kernel_map::vmalloc_end(boot_)),
        window_(boot_.kernel.machine.pkmap_base, boot_.ram_pages, boot_.highmem_pages) {}

  PageDirectories<Layer>& paging() { return paging_; }
  const PageDirectories<Layer>& paging() const { return paging_; }

  // ---- kernel_map_vmalloc.hpp ----

  /// An area with frames behind it: its address, or Refused; vmalloc_size is what 2.4.0 has a BUG for.
  KernelReturned<Address> vmalloc(kernel_map::VmallocGfp gfp, Address size);
  /// The area that begins at `addr` goes, and the frames that vmalloc has taken for it.
  void vfree(Address addr);

  // ---- kernel_map_ioremap.hpp ----

  /// A physical range, mapped: the address of its first byte, or Refused.
  KernelReturned<Address> ioremap(Address phys, Address size, bool nocache);
  /// The area whose first page has `addr` goes.
  void iounmap(Address addr);

  // ---- kernel_map_kmap.hpp ----

  /// An address for a frame of the machine, and one user more of it; Refused if the window is full for ever.
  KernelReturned<Address> kmap(Pfn pfn);
  /// One user less; Refused where 2.4.0 has a BUG.
  KernelReturned<void> kunmap(Pfn pfn);

  // ---- What an observer sees ----

  const KernelAreas& areas() const { return areas_; }
  const KmapWindow& window() const { return window_; }
  Pfn num_physpages() const { return boot_.ram_pages + boot_.highmem_pages; }

 private:
  static Boot corrected(Boot boot) {
    boot.kernel.corrected = kernel_map::all_corrected;
    return boot;
  }

  /// The frames that are asked for first where any will do.
  kernel_map::Gfp any_frame() const {
    return boot_.config == kernel_map::Config::highmem ? kernel_map::Gfp::kernel_highmem : kernel_map::Gfp::kernel;
  }

  // ---- kernel_map_vmalloc.hpp ----

  KernelReturned<KernelArea*> get_vm_area(Address size, kernel_map::AreaKind flags);
  std::optional<kernel_map::Refusal> allocate_pages(Address addr, Address size, kernel_map::Gfp gfp);
  kernel_map::Gfp gfp_of(kernel_map::VmallocGfp gfp) const;
  template <class See>
  void for_each_entry(Address addr, Address size, See see);
  void unmap(const KernelArea& area);
  bool gives_back(Pfn pfn) const;
  void free_area(KernelArea* area);

  // ---- kernel_map_ioremap.hpp ----

  std::optional<kernel_map::Refusal> check_ram(Address phys, Address last) const;
  bool remap_pages(Address addr, Address size, Address phys, std::uint32_t flags);

  // ---- kernel_map_kmap.hpp ----

  Entry* window_entries() { return paging_.kernel_table(pgd_index(boot_.kernel.machine.pkmap_base)); }
  void flush_all_zero_pkmaps();

  const Boot boot_;
  Layer& layer_;
  PageDirectories<Layer> paging_;
  KernelAreas areas_;
  KmapWindow window_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
