// The page allocator of impl/ as the memory below the kernel's mappings: what 2.4.0 has there.
#pragma once

#include <refmm/impl/arena.hpp>
#include <refmm/impl/buddy.hpp>
#include <refmm/impl/kernel_map_layer.hpp>
#include <refmm/spec/kernel_map.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace refmm::inline REFMM_BUILD {

/// Two zones, low memory and high memory, of which boot has kept the first frames.
class KernelMemoryOverBuddy {
 public:
  using Zone = impl::BuddyAllocator<impl::UnobservedZone<std::uint32_t>>;

  explicit KernelMemoryOverBuddy(const kernel_map::Boot<std::uint32_t>& boot)
      : low_(boot.kernel.machine, 0, boot.ram_pages),
        high_(boot.kernel.machine, boot.ram_pages, boot.highmem_pages) {
    low_.boot_free(boot.first_free, boot.ram_pages - 1);
    if (boot.highmem_pages != 0) high_.boot_free(boot.ram_pages, boot.ram_pages + boot.highmem_pages - 1);
  }

  // ---- What the kernel's mappings ask for (impl/kernel_map_layer.hpp) ----

  std::byte* frame(impl::Pfn pfn) const { return arena_.at(pfn << impl::page_shift); }
  std::optional<impl::Pfn> alloc_page(kernel_map::Gfp gfp) {
    if (gfp == kernel_map::Gfp::kernel_highmem)
      if (const auto pfn = high_.alloc_pages(0)) return pfn;
    return low_.alloc_pages(0);
  }
  std::optional<impl::Pfn> get_free_page() { return low_.alloc_pages(0); }
  /// Throws std::logic_error if the frame is nobody's.
  void free_page(impl::Pfn pfn) {
    if (!zone_of(pfn).free_pages(pfn, 0)) throw std::logic_error("a frame is given back twice");
  }
  bool is_reserved(impl::Pfn pfn) const { return (zone_of(pfn).page(pfn).flags & buddy::PG_reserved) != 0; }
  std::optional<std::uint32_t> kmalloc() { return objs_made_++; }
  void kfree(std::uint32_t) {}
  void pgd_made(impl::Pfn) {}
  void pgd_gone(impl::Pfn) {}
  void set_pde(impl::Pfn, std::uint32_t, impl::Entry) {}
  void pte_cleared(impl::Address, impl::Entry) {}
  void flush_tlb(bool) {}
  void warn(kernel_map::Message) {}
  void page_fault(impl::Address, std::uint32_t) {}
  void signal() {}

  // ---- What observers ask for ----

  const Zone& low() const { return low_; }
  const Zone& high() const { return high_; }
  std::uint32_t free_pages() const { return low_.free_pages_count() + high_.free_pages_count(); }

 private:
  Zone& zone_of(impl::Pfn pfn) { return pfn < low_.zone_pages() ? low_ : high_; }
  const Zone& zone_of(impl::Pfn pfn) const { return pfn < low_.zone_pages() ? low_ : high_; }

  impl::Arena arena_;
  Zone low_, high_;
  std::uint32_t objs_made_ = 0;
};

static_assert(impl::KernelMapLayer<KernelMemoryOverBuddy>);

/// Which frames stand on a list of the page allocator, by pfn.
inline std::vector<bool> free_frames(const KernelMemoryOverBuddy& memory, impl::Pfn frames) {
  std::vector<bool> free(frames);
  for (const auto* const zone : {&memory.low(), &memory.high()}) {
    for (std::uint32_t order = 0; order < zone->orders(); ++order)
      zone->for_free_blocks(order, [&](impl::Pfn first) {
        for (impl::Pfn pfn = first; pfn < first + (1u << order); ++pfn) free[pfn] = true;
        return true;
      });
  }
  return free;
}

}  // namespace refmm::inline REFMM_BUILD
