// The clauses of the chapter on the page allocator, in the order of the book (spec/book/buddy.md).
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::buddy {

namespace why {
inline constexpr std::string_view harness =
    "what the users of a frame do with it, not a behaviour of the allocator";
inline constexpr std::string_view damaged = "nothing is promised of lists that misuse has damaged";
inline constexpr std::string_view defect =
    "what 2.4.0 does against laws; the chapter says which, and the corrected kernel keeps them";
}  // namespace why

inline constexpr std::array clauses{
    // The zone at the start, and how frames get onto the lists.
    Clause{"buddy.init.nothing_free", ClauseKind::must, "mm/page_alloc.c:free_area_init_core"},
    Clause{"buddy.init.water_marks", ClauseKind::must, "mm/page_alloc.c:free_area_init_core"},
    Clause{"buddy.boot.one_by_one", ClauseKind::must, "mm/bootmem.c:free_all_bootmem_core"},
    Clause{"buddy.boot.reserved_stay", ClauseKind::must, "mm/bootmem.c:free_all_bootmem_core"},
    Clause{"buddy.boot.bootmap", ClauseKind::must, "mm/bootmem.c:free_all_bootmem_core"},
    Clause{"buddy.boot_free.one_by_one", ClauseKind::must, "arch/i386/mm/init.c:free_initmem"},

    // What holds of every state.
    Clause{"buddy.blocks.inside_zone", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.blocks.aligned", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.blocks.disjoint", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.blocks.no_two_partners", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.map.pair", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.account.free_pages", ClauseKind::must, "mm/page_alloc.c:rmqueue"},
    Clause{"buddy.count.not_negative", ClauseKind::must, "mm/page_alloc.c:__free_pages"},

    // Taking a block.
    Clause{"buddy.alloc.order_too_large", ClauseKind::must, "include/linux/mm.h:alloc_pages"},
    Clause{"buddy.alloc.no_block", ClauseKind::must, "mm/page_alloc.c:rmqueue"},
    Clause{"buddy.alloc.first_order_with_a_block", ClauseKind::must, "mm/page_alloc.c:rmqueue"},
    Clause{"buddy.alloc.front", ClauseKind::must, "mm/page_alloc.c:rmqueue"},
    Clause{"buddy.alloc.upper_half", ClauseKind::must, "mm/page_alloc.c:expand"},
    Clause{"buddy.alloc.exactly", ClauseKind::must, "mm/page_alloc.c:rmqueue"},
    Clause{"buddy.alloc.count", ClauseKind::must, "mm/page_alloc.c:rmqueue"},
    Clause{"buddy.alloc.bug.on_lru_list", ClauseKind::must, "include/linux/swap.h:DEBUG_ADD_PAGE"},

    // References.
    Clause{"buddy.get_page.counts", ClauseKind::must, "include/linux/mm.h:get_page"},
    Clause{"buddy.free.reserved", ClauseKind::must, "mm/page_alloc.c:__free_pages"},
    Clause{"buddy.free.still_held", ClauseKind::must, "mm/page_alloc.c:__free_pages"},
    Clause{"buddy.free.last_reference", ClauseKind::must, "mm/page_alloc.c:__free_pages"},

    // Giving a block back: what is looked at first.
    Clause{"buddy.free.bug.buffers", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.mapping", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.behind_ram", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.swap_cache", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.locked", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.decr_after", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.active", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.inactive_dirty", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.inactive_clean", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.first_frame", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.misaligned", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.too_large", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},

    // Giving a block back: merging.
    Clause{"buddy.free.partner", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.merges", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.front", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.largest", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.bug.partner_outside", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.exactly", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},
    Clause{"buddy.free.restores", ClauseKind::must, "mm/page_alloc.c:__free_pages_ok"},

    // Marks that the users of a frame set.
    Clause{"buddy.mark.sets", ClauseKind::must, "include/linux/mm.h:SetPageReserved", why::harness},

    // Lists that misuse has damaged.
    Clause{"buddy.damage.links", ClauseKind::unspecified, "include/linux/list.h:list_del", why::damaged},
    Clause{"buddy.damage.bug.outside_zone", ClauseKind::unspecified, "mm/page_alloc.c:rmqueue", why::damaged},

    // Defects: what 2.4.0 does against a law. Each has its switch in Corrections, of the same name.
    Clause{"defect.buddy.count_underflow", ClauseKind::defect, "mm/page_alloc.c:__free_pages", why::defect},
    Clause{"defect.buddy.larger_order", ClauseKind::defect, "mm/page_alloc.c:__free_pages_ok", why::defect},
    Clause{"defect.buddy.double_free", ClauseKind::defect, "mm/page_alloc.c:__free_pages_ok", why::defect},
    Clause{"defect.buddy.largest_double_free", ClauseKind::defect, "mm/page_alloc.c:__free_pages_ok", why::defect},
    Clause{"defect.buddy.bootmap_last_frame", ClauseKind::defect, "mm/bootmem.c:free_all_bootmem_core",
           why::defect},
};

}  // namespace refmm::buddy
