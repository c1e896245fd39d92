// The kernels of the benchmark: that of impl/, and 2.4.0's list of areas written anew over the same tables and frames.
#pragma once

#include <refmm/impl/arena.hpp>
#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/kernel_map.hpp>
#include <refmm/impl/kernel_map_frame_set.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace refmm::kernel_map_benchmark {

using impl::Address;
using impl::Entry;
using impl::Pfn;
using Boot = kernel_map::Boot<std::uint32_t>;

inline Boot boot_with(kernel_map::Sharing sharing) {
  return {.kernel = {i386_2_4_0, kernel_map::all_corrected, sharing},
          .ram_pages = 65536,
          .highmem_pages = 0,
          .first_free = 1024,
          .pse = true,
          .pge = true,
          .config = kernel_map::Config::up};
}

/// Frames and list elements, and nobody who wants to know.
class BareMemory {
 public:
  explicit BareMemory(const Boot& boot) {
    free_.reset(boot.ram_pages, true);
    for (Pfn pfn = 0; pfn < boot.first_free; ++pfn) free_.erase(pfn);
  }
  std::byte* frame(Pfn pfn) const { return arena_.at(pfn << impl::page_shift); }
  std::optional<Pfn> alloc_page(kernel_map::Gfp) {
    const auto pfn = free_.lowest_from(0);
    if (pfn) free_.erase(*pfn);
    return pfn;
  }
  std::optional<Pfn> get_free_page() { return alloc_page(kernel_map::Gfp::kernel); }
  void free_page(Pfn pfn) { free_.insert(pfn); }
  bool is_reserved(Pfn) const { return false; }
  std::optional<std::uint32_t> kmalloc() { return 0; }
  void kfree(std::uint32_t) {}
  void pgd_made(Pfn) {}
  void pgd_gone(Pfn) {}
  void set_pde(Pfn, std::uint32_t, Entry) {}
  void pte_cleared(Address, Entry) {}
  void flush_tlb(bool) {}
  void warn(kernel_map::Message) {}
  void page_fault(Address, std::uint32_t) {}
  void signal() {}

 private:
  impl::Arena arena_;
  impl::FrameSet free_;
};

static_assert(impl::KernelMapLayer<BareMemory>);

using Kernel = impl::KernelMappings<BareMemory>;

/// A machine with the kernel of impl/.
struct OrderedKernel {
  explicit OrderedKernel(kernel_map::Sharing sharing = kernel_map::Sharing::lazy)
      : boot(boot_with(sharing)), memory(boot), kernel(boot, slabs, memory) {}

  Address vmalloc(Address size) { return *kernel.vmalloc(kernel_map::VmallocGfp::any, size); }
  Address ioremap(Address phys, Address size) { return *kernel.ioremap(phys, size, false); }
  void vfree(Address addr) { kernel.vfree(addr); }

  Boot boot;
  impl::HostPages pages{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs{pages};
  BareMemory memory;
  Kernel kernel;
};

/// The same with 2.4.0's vmlist: get_vm_area walks it until an area is far enough away, vfree until it finds the one. The rest is as
/// cheap as that of OrderedKernel, on the same tables; the limits are those of the corrected kernel.
class ListKernel {
 public:
  ListKernel() : boot_(boot_with(kernel_map::Sharing::lazy)), memory_(boot_), paging_(boot_, memory_) {}
  ~ListKernel() {
    while (vmlist_ != nullptr) vfree(vmlist_->addr);
  }
  ListKernel(const ListKernel&) = delete;
  ListKernel& operator=(const ListKernel&) = delete;

  Address vmalloc(Address size) {
    const Address addr = get_vm_area(size);
    for_each_entry(addr, size, [&](Entry& entry) {
      entry = impl::mk_entry(*memory_.alloc_page(kernel_map::Gfp::kernel), paging_.page_kernel());
    });
    paging_.flush_tlb_all();
    return addr;
  }
  Address ioremap(Address phys, Address size) {
    const Address addr = get_vm_area(size);
    for_each_entry(addr, size, [&, next = phys | paging::KERNPG_TABLE](Entry& entry) mutable {
      entry = next;
      next += impl::page_size;
    });
    paging_.flush_tlb_all();
    return addr;
  }
  void vfree(Address addr) {
    for (VmStruct** p = &vmlist_; *p != nullptr; p = &(*p)->next) {
      if ((*p)->addr != addr) continue;
      VmStruct* const area = *p;
      *p = area->next;
      const auto each = [&](auto see) { for_each_entry(area->addr, area->size - impl::page_size, see); };
      each([&](Entry& entry) { entry &= ~paging::PAGE_PRESENT; });
      paging_.flush_tlb_all();
      each([&](Entry& entry) {
        if (impl::pfn_of(entry) < boot_.ram_pages) memory_.free_page(impl::pfn_of(entry));
        entry = 0;
      });
      objects_.destroy(area);
      return;
    }
  }

 private:
  struct VmStruct {
    Address addr;
    Address size;
    VmStruct* next;
  };

  /// 2.4.0: get_vm_area. There is room for all that the benchmark asks for.
  Address get_vm_area(Address size) {
    VmStruct* const area = objects_.make();
    size += impl::page_size;
    Address addr = kernel_map::vmalloc_start(boot_);
    VmStruct** p = &vmlist_;
    for (VmStruct* other; (other = *p) != nullptr; p = &other->next) {
      if (size + addr < other->addr) break;
      addr = other->addr + other->size;
    }
    *area = {addr, size, *p};
    *p = area;
    return addr;
  }

  template <class See>
  void for_each_entry(Address addr, Address size, See see) {
    while (size != 0) {
      const Address bytes = impl::within_slot(addr, size);
      Entry* const first = paging_.pte_alloc_kernel(impl::pgd_index(addr)) + impl::pte_index(addr);
      for (std::uint32_t i = 0; i != bytes >> impl::page_shift; ++i) see(first[i]);
      addr += bytes;
      size -= bytes;
    }
  }

  Boot boot_;
  impl::HostPages pages_{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  BareMemory memory_;
  impl::PageDirectories<BareMemory> paging_;
  impl::ObjectCache<VmStruct> objects_{slabs_, "vm_struct"};
  VmStruct* vmlist_ = nullptr;
};

}  // namespace refmm::kernel_map_benchmark
