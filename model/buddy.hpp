// The page allocator of Linux 2.4.0: one zone.
//
// Chapter: spec/book/buddy.md. Source: mm/page_alloc.c, mm/bootmem.c. Reading order: buddy_block (where blocks stand), buddy_merge
// (splitting and merging), buddy_zone (lists and maps), buddy_alloc, buddy_free, buddy_page, buddy_boot, and this file; lists that
// misuse has damaged stand apart, in buddy_damage.
#pragma once

#include <refmm/model/buddy_alloc.hpp>
#include <refmm/model/buddy_boot.hpp>
#include <refmm/model/buddy_free.hpp>
#include <refmm/model/buddy_page.hpp>
#include <refmm/spec/buddy.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The zone that a transcript begins with.
template <Word W>
constexpr buddy::State<W> boot(const buddy::Boot<W>& boot) {
  return booted(boot).value;
}

/// One command, carried out on `before`. Frames that it names are of the zone, but for that of FreePagesOk, which may lie
/// behind it.
template <Word W>
constexpr BuddyStep<W> step(const buddy::KernelOf<W>& kernel, buddy::State<W> before,
                            const buddy::Command<W>& command) {
  BuddyStep<W> so_far{std::move(before), buddy::Nothing{}, {}, {}};
  return std::visit(
      [&](const auto& call) -> BuddyStep<W> {
        using Call = std::decay_t<decltype(call)>;
        if constexpr (std::is_same_v<Call, buddy::AllocPages>) {
          return alloc_pages(kernel, std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, buddy::FreePages<W>>) {
          return free_pages(kernel, std::move(so_far), call.pfn, call.order);
        } else if constexpr (std::is_same_v<Call, buddy::FreePagesOk<W>>) {
          return free_pages_ok(kernel, std::move(so_far), call.pfn, call.order);
        } else if constexpr (std::is_same_v<Call, buddy::GetPage<W>>) {
          return get_page(std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, buddy::BootFree<W>>) {
          return boot_free(kernel, std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, buddy::MarkPage<W>>) {
          return mark(std::move(so_far), call.pfn, call.mark, true);
        } else {
          static_assert(std::is_same_v<Call, buddy::UnmarkPage<W>>);
          return mark(std::move(so_far), call.pfn, call.mark, false);
        }
      },
      command);
}

}  // namespace refmm::model::inline REFMM_BUILD
