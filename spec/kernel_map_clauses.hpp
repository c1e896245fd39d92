// The clauses of the chapter on the kernel's own mappings, in the order of the book (spec/book/kernel.md).
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::kernel_map {

namespace why {
inline constexpr std::string_view harness = "what lies below the kernel's mappings, not a behaviour of them";
inline constexpr std::string_view caller = "the caller's mistake: 2.4.0 follows a pointer that leads nowhere";
inline constexpr std::string_view sleeps = "the call waits for other processes, of which this chapter knows none";
inline constexpr std::string_view defect =
    "what 2.4.0 does against laws; spec/kernel_map_defects.hpp says which, and the corrected kernel keeps them";
}  // namespace why

inline constexpr std::array clauses{
    // The kernel's half at the start, and what lies below.
    Clause{"kernel.boot.direct_mapping", ClauseKind::must, "arch/i386/mm/init.c:pagetable_init"},
    Clause{"kernel.boot.tables", ClauseKind::must, "arch/i386/mm/init.c:fixrange_init"},
    Clause{"kernel.boot.limits", ClauseKind::must, "include/asm-i386/pgtable.h:VMALLOC_START"},
    Clause{"kernel.knobs", ClauseKind::must, "mm/page_alloc.c:__alloc_pages", why::harness},
    Clause{"kernel.frames.taken", ClauseKind::must, "mm/page_alloc.c:__alloc_pages"},
    Clause{"kernel.frames.none", ClauseKind::must, "mm/page_alloc.c:__alloc_pages", why::harness},
    Clause{"kernel.frames.given_back", ClauseKind::must, "mm/page_alloc.c:__free_pages"},
    Clause{"kernel.frames.reserved", ClauseKind::must, "include/linux/mm.h:SetPageReserved", why::harness},
    Clause{"kernel.frames.unknown", ClauseKind::unspecified, "include/asm-i386/page.h:VALID_PAGE", why::caller},
    Clause{"kernel.frames.free_or_mapped", ClauseKind::must, "mm/vmalloc.c:free_area_pte"},

    // Areas.
    Clause{"kernel.areas.sorted", ClauseKind::must, "mm/vmalloc.c:get_vm_area"},
    Clause{"kernel.areas.disjoint", ClauseKind::must, "mm/vmalloc.c:get_vm_area"},
    Clause{"kernel.areas.guard_page", ClauseKind::must, "mm/vmalloc.c:get_vm_area"},
    Clause{"kernel.areas.inside", ClauseKind::must, "mm/vmalloc.c:get_vm_area"},
    Clause{"kernel.areas.mapped", ClauseKind::must, "mm/vmalloc.c:vmfree_area_pages"},
    Clause{"kernel.get_vm_area.no_element", ClauseKind::must, "mm/vmalloc.c:get_vm_area"},
    Clause{"kernel.get_vm_area.first_fit", ClauseKind::must, "mm/vmalloc.c:get_vm_area"},
    Clause{"kernel.get_vm_area.behind_last", ClauseKind::must, "mm/vmalloc.c:get_vm_area"},
    Clause{"kernel.get_vm_area.no_room", ClauseKind::must, "mm/vmalloc.c:get_vm_area"},

    // vmalloc and vfree.
    Clause{"kernel.vmalloc.bug.size", ClauseKind::must, "mm/vmalloc.c:__vmalloc"},
    Clause{"kernel.vmalloc.pages", ClauseKind::must, "mm/vmalloc.c:vmalloc_area_pages"},
    Clause{"kernel.vmalloc.frames", ClauseKind::must, "include/linux/vmalloc.h:vmalloc"},
    Clause{"kernel.vmalloc.no_table", ClauseKind::must, "mm/vmalloc.c:alloc_area_pmd"},
    Clause{"kernel.vmalloc.no_frame", ClauseKind::must, "mm/vmalloc.c:alloc_area_pte"},
    Clause{"kernel.vmalloc.undone", ClauseKind::must, "mm/vmalloc.c:__vmalloc"},
    Clause{"kernel.vfree.null", ClauseKind::must, "mm/vmalloc.c:vfree"},
    Clause{"kernel.vfree.unaligned", ClauseKind::must, "mm/vmalloc.c:vfree"},
    Clause{"kernel.vfree.unknown", ClauseKind::must, "mm/vmalloc.c:vfree"},
    Clause{"kernel.vfree.unmaps", ClauseKind::must, "mm/vmalloc.c:vmfree_area_pages"},
    Clause{"kernel.vfree.frames", ClauseKind::must, "mm/vmalloc.c:free_area_pte"},

    // ioremap and iounmap.
    Clause{"kernel.ioremap.size_zero", ClauseKind::must, "arch/i386/mm/ioremap.c:__ioremap"},
    Clause{"kernel.ioremap.wraps", ClauseKind::must, "arch/i386/mm/ioremap.c:__ioremap"},
    Clause{"kernel.ioremap.isa_window", ClauseKind::must, "arch/i386/mm/ioremap.c:__ioremap"},
    Clause{"kernel.ioremap.ram", ClauseKind::must, "arch/i386/mm/ioremap.c:__ioremap"},
    Clause{"kernel.ioremap.ram_behind_end", ClauseKind::must, "arch/i386/mm/ioremap.c:__ioremap"},
    Clause{"kernel.ioremap.covers", ClauseKind::must, "arch/i386/mm/ioremap.c:__ioremap"},
    Clause{"kernel.ioremap.offset", ClauseKind::must, "arch/i386/mm/ioremap.c:__ioremap"},
    Clause{"kernel.ioremap.flags", ClauseKind::must, "arch/i386/mm/ioremap.c:remap_area_pte"},
    Clause{"kernel.ioremap.no_table", ClauseKind::must, "arch/i386/mm/ioremap.c:remap_area_pmd"},
    Clause{"kernel.iounmap.direct_mapping", ClauseKind::must, "arch/i386/mm/ioremap.c:iounmap"},
    Clause{"kernel.iounmap.page", ClauseKind::must, "arch/i386/mm/ioremap.c:iounmap"},

    // The window for high frames.
    Clause{"kernel.kmap.low", ClauseKind::must, "include/asm-i386/highmem.h:kmap"},
    Clause{"kernel.kmap.again", ClauseKind::must, "mm/highmem.c:kmap_high"},
    Clause{"kernel.kmap.new", ClauseKind::must, "mm/highmem.c:map_new_virtual"},
    Clause{"kernel.kmap.round", ClauseKind::must, "mm/highmem.c:flush_all_zero_pkmaps"},
    Clause{"kernel.kmap.hang", ClauseKind::unspecified, "mm/highmem.c:map_new_virtual", why::sleeps},
    Clause{"kernel.kunmap.low", ClauseKind::must, "include/asm-i386/highmem.h:kunmap"},
    Clause{"kernel.kunmap.high", ClauseKind::must, "mm/highmem.c:kunmap_high"},
    Clause{"kernel.kunmap.bug.not_mapped", ClauseKind::must, "mm/highmem.c:kunmap_high"},
    Clause{"kernel.kunmap.bug.not_used", ClauseKind::must, "mm/highmem.c:kunmap_high"},

    // Defects: what 2.4.0 does against a law. Each has its switch in Corrections, of the same name.
    Clause{"defect.kernel.first_area_limit", ClauseKind::defect, "mm/vmalloc.c:get_vm_area", why::defect},
    Clause{"defect.kernel.area_at_zero", ClauseKind::defect, "mm/vmalloc.c:get_vm_area", why::defect},
    Clause{"defect.kernel.area_wraps", ClauseKind::defect, "mm/vmalloc.c:get_vm_area", why::defect},
    Clause{"defect.kernel.flush_before_free", ClauseKind::defect, "mm/vmalloc.c:vmfree_area_pages", why::defect},
    Clause{"defect.kernel.vfree_to_the_top", ClauseKind::defect, "mm/vmalloc.c:vmfree_area_pages", why::defect},
    Clause{"defect.kernel.ioremap_last_page", ClauseKind::defect, "arch/i386/mm/ioremap.c:__ioremap", why::defect},
    Clause{"defect.kernel.ioremap_one_byte", ClauseKind::defect, "arch/i386/mm/ioremap.c:__ioremap", why::defect},
    Clause{"defect.kernel.stand_in_table", ClauseKind::defect, "arch/i386/mm/init.c:get_pte_kernel_slow",
           why::defect},
    Clause{"defect.kernel.stand_in_refilled", ClauseKind::defect, "arch/i386/mm/init.c:get_bad_pte_table",
           why::defect},
    Clause{"defect.kernel.stand_in_aliases", ClauseKind::defect, "arch/i386/mm/init.c:get_pte_kernel_slow",
           why::defect},
    Clause{"defect.kernel.user_fault", ClauseKind::defect, "arch/i386/mm/fault.c:do_page_fault", why::defect},
    Clause{"defect.kernel.kmap_window", ClauseKind::defect, "include/asm-i386/pgtable.h:VMALLOC_END", why::defect},
    Clause{"defect.kernel.ioremap_high_ram", ClauseKind::defect, "arch/i386/mm/ioremap.c:__ioremap", why::defect},
    Clause{"defect.kernel.iounmap_frees_ram", ClauseKind::defect, "mm/vmalloc.c:free_area_pte", why::defect},
};

}  // namespace refmm::kernel_map
