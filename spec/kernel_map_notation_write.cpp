// Writing the commands, results and effects of the kernel family.

#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <variant>

namespace refmm::kernel_map {
namespace {

using Word = std::uint32_t;

std::string address(Word addr) { return addr == 0 ? "NULL" : fmt::format("0x{:08x}", addr); }
std::string frames(Word first, Word last) {
  return first == last ? fmt::format("pfn {}", first) : fmt::format("pfn {}..{}", first, last);
}
std::string frame_or_null(const std::optional<Word>& pfn) { return pfn ? fmt::format("pfn {}", *pfn) : "NULL"; }

// ---- Commands -------------------------------------------------------------------------------------------------

std::string text(const Vmalloc<Word>& call) {
  constexpr std::array<std::string_view, 3> names{"vmalloc", "vmalloc_dma", "vmalloc_32"};
  return fmt::format("{}(0x{:x})", names[static_cast<std::size_t>(call.gfp)], call.size);
}
std::string text(const Vfree<Word>& call) { return fmt::format("vfree({})", address(call.addr)); }
std::string text(const Ioremap<Word>& call) {
  return fmt::format("{}(0x{:08x}, 0x{:x})", call.nocache ? "ioremap_nocache" : "ioremap", call.phys, call.size);
}
std::string text(const Iounmap<Word>& call) { return fmt::format("iounmap({})", address(call.addr)); }
std::string text(const PgdAlloc&) { return "pgd_alloc()"; }
std::string text(const PgdFree& call) { return fmt::format("pgd_free(pgd {})", call.pgd); }
std::string text(const PgdFreeFast& call) { return fmt::format("pgd_free_fast(pgd {})", call.pgd); }
std::string text(const PteFreeFast&) { return "pte_free_fast()"; }
std::string text(const CheckPgtCache& call) { return fmt::format("check_pgt_cache({}, {})", call.low, call.high); }
std::string text(const Touch<Word>& call) {
  return fmt::format("{}({}, 0x{:08x})", call.user ? "touch_user" : "touch", directory_notation(call.pgd),
                     call.addr);
}
std::string text(const Reserve<Word>& call) { return fmt::format("reserve({})", frames(call.first, call.last)); }
std::string text(const Unreserve<Word>& call) {
  return fmt::format("unreserve({})", frames(call.first, call.last));
}
std::string text(const GetPage& call) { return call.high ? "get_page_high()" : "get_page()"; }
std::string text(const PutPage<Word>& call) { return fmt::format("put_page(pfn {})", call.pfn); }
std::string text(const Kmap<Word>& call) { return fmt::format("kmap(pfn {})", call.pfn); }
std::string text(const Kunmap<Word>& call) { return fmt::format("kunmap(pfn {})", call.pfn); }
std::string text(const MapUser<Word>& call) {
  return fmt::format("map_user({}, 0x{:08x}, {})", directory_notation(call.pgd), call.addr,
                     call.writable ? "rw" : "ro");
}
std::string text(const ClearPageTables<Word>& call) {
  return fmt::format("clear_page_tables({}, {}, {})", directory_notation(call.pgd), call.first, call.nr);
}
std::string text(const SetKnobs& call) {
  std::string settings = "set";
  for_each_field(call, [&](const char* key, const SetKnobs::Value& value) {
    if (value) settings += fmt::format(" {}={}", key, *value);
  });
  return settings;
}

// ---- Results --------------------------------------------------------------------------------------------------

std::string text(const Nothing&) { return ""; }
std::string text(const Address<Word>& result) { return address(result.value); }
std::string text(const PgdNumber& result) { return directory_notation(result.number); }
std::string text(const FrameNumber<Word>& result) { return fmt::format("pfn {}", result.pfn); }
std::string text(const Freed& result) { return fmt::format("{}", result.frames); }
std::string text(const Touched& result) { return result.synced ? "synced" : "present"; }
std::string text(const Refused& result) { return notation(result.refusal); }

// ---- Effects --------------------------------------------------------------------------------------------------

std::string_view gfp_notation(Gfp gfp) {
  constexpr std::array<std::string_view, 3> names{"GFP_KERNEL", "GFP_KERNEL|__GFP_HIGHMEM", "GFP_KERNEL|GFP_DMA"};
  return names[static_cast<std::size_t>(gfp)];
}

std::string text(const AllocPage<Word>& effect) {
  return fmt::format("alloc_page({}) = {}", gfp_notation(effect.gfp), frame_or_null(effect.pfn));
}
std::string text(const GetFreePage<Word>& effect) {
  return fmt::format("get_free_page(GFP_KERNEL) = {}", frame_or_null(effect.pfn));
}
std::string text(const FreePage<Word>& effect) { return fmt::format("free_page(pfn {})", effect.pfn); }
std::string text(const Kmalloc& effect) {
  return effect.obj ? fmt::format("kmalloc(16) = obj {}", *effect.obj) : "kmalloc(16) = NULL";
}
std::string text(const Kfree& effect) { return fmt::format("kfree(obj {})", effect.obj); }
std::string text(const SetPde<Word>& effect) {
  return fmt::format("set_pde({}, {}, 0x{:08x})", directory_notation(effect.pgd), effect.slot, effect.entry);
}
std::string text(const FlushTlb& effect) { return effect.global ? "flush_tlb_global()" : "flush_tlb()"; }
std::string text(const Warn& effect) {
  constexpr std::array<std::string_view, 3> names{"page_exists", "vfree_unaligned", "vfree_unknown"};
  return fmt::format("warn({})", names[static_cast<std::size_t>(effect.message)]);
}
std::string text(const FaultHandled<Word>& effect) {
  return fmt::format("page_fault(0x{:08x}, {})", effect.addr, effect.error_code);
}
std::string text(const Signal&) { return "signal(SIGSEGV)"; }

}  // namespace

std::string entry_flags_notation(std::uint32_t flags) {
  static const FlagNames names{"entries",
                               {{"present", paging::PAGE_PRESENT},
                                {"rw", paging::PAGE_RW},
                                {"user", paging::PAGE_USER},
                                {"pwt", paging::PAGE_PWT},
                                {"pcd", paging::PAGE_PCD},
                                {"accessed", paging::PAGE_ACCESSED},
                                {"dirty", paging::PAGE_DIRTY},
                                {"pse", paging::PAGE_PSE},
                                {"global", paging::PAGE_GLOBAL}}};
  const NamedFlags named = named_flags(names, flags);
  if (named.nameless == 0) return named.names.empty() ? "0" : named.names;
  return fmt::format("{}{}0x{:x}", named.names, named.names.empty() ? "" : "|", named.nameless);
}

std::string directory_notation(Word pgd) { return pgd == 0 ? "swapper" : fmt::format("pgd {}", pgd); }

std::string notation(const Command<Word>& command) {
  return std::visit([](const auto& call) { return text(call); }, command);
}
std::string notation(const Result<Word>& result) {
  return std::visit([](const auto& value) { return text(value); }, result);
}
std::string notation(const Effect<Word>& effect) {
  return std::visit([](const auto& one) { return text(one); }, effect);
}

}  // namespace refmm::kernel_map
