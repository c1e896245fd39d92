#include <refmm/model/paging_access.hpp>
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tools/run_report.hpp>
#include <refmm/tools/walk_report.hpp>

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::command {
namespace {

using kernel_map::directory_notation;
using kernel_map::entry_flags_notation;
using Word = std::uint32_t;
using Entries = kernel_map::Entries<Word>;

/// Where an entry stands, what it is, and what it leads to.
std::string entry_line(std::string_view label, Word pfn, Word slot, Word entry, const std::string& leads_to) {
  const bool present = (entry & paging::PAGE_PRESENT) != 0;
  return walk_entry_line(label, fmt::format("pfn {}, slot {}", pfn, slot), entry,
                         present ? leads_to : std::string(entry == 0 ? "empty" : "not present"),
                         present ? entry_flags_notation(entry & 0xfff) : "");
}

/// `it is not mapped, a read, by the kernel`.
std::string meaning_of(std::uint32_t error_code) {
  return fmt::format("{}, a {}, {}",
                     (error_code & paging::FAULT_PROTECTION) != 0 ? "it is not permitted" : "it is not mapped",
                     (error_code & paging::FAULT_WRITE) != 0 ? "write" : "read",
                     (error_code & paging::FAULT_USER) != 0 ? "by a program" : "by the kernel");
}

/// The access under way: attempts through a directory that faults may bring up to date.
class Walk {
 public:
  Walk(const WalkOf& walk, const replay::End<KernelMapFamily>& end)
      : walk_(walk), end_(end), directory_(kernel_map::directory(end.state, walk.pgd)) {}

  WalkText text() {
    WalkText told{heading() + '\n', false};
    std::optional<paging::PageFault> fault = attempt(told.text);
    told.translated = !fault;
    // One copy is all that can help: with the entry there, a fault is an error. [paging.kernel.ends_as_swapper]
    while (fault && handle(told.text)) fault = attempt(told.text);
    told.text += shared() + stale();
    return told;
  }

 private:
  const Machine& machine() const { return end_.boot.kernel.machine; }
  Word slot() const { return kernel_map::slot_of<Word>(machine(), walk_.addr); }

  Word pfn_of_directory() const {
    return walk_.pgd == 0 ? kernel_map::swapper_pfn<Word> : kernel_map::pgd_numbered(end_.state, walk_.pgd)->pfn;
  }

  Entries table_in(Word pfn) const {
    const auto* table = kernel_map::table_in(end_.state, pfn);
    return table == nullptr ? Entries{} : table->entries;
  }

  std::string heading() const {
    return fmt::format("{} {} 0x{:08x} through {}{}\n", walk_.access.user ? "a program" : "the kernel",
                       walk_.access.write ? "writes" : "reads", walk_.addr,
                       walk_.pgd == 0 ? "swapper_pg_dir" : directory_notation(walk_.pgd),
                       walk_.access.wp ? "" : ", with CR0.WP off");
  }

  /// The entries on the way.
  std::string entries() const {
    const Word pde = lookup(directory_, slot());
    const Word pfn = kernel_map::frame_of<Word>(machine(), pde);
    const bool large = (pde & paging::PAGE_PSE) != 0;
    std::string text =
        entry_line("directory", pfn_of_directory(), slot(), pde,
                   large ? fmt::format("4 MB from pfn {}", pfn) : fmt::format("table in pfn {}", pfn));
    if ((pde & paging::PAGE_PRESENT) == 0 || large) return text;
    const Word table_slot = kernel_map::table_slot_of<Word>(machine(), walk_.addr);
    const Word pte = lookup(table_in(pfn), table_slot);
    return text + entry_line("table", pfn, table_slot, pte,
                             fmt::format("page in pfn {}", kernel_map::frame_of<Word>(machine(), pte)));
  }

  /// The processor's attempt; the fault that it raises.
  std::optional<paging::PageFault> attempt(std::string& text) const {
    const auto walked = model::walk<Word>(
        machine(), directory_, [this](Word pfn) { return table_in(pfn); }, walk_.addr, walk_.access);
    text += entries();
    const auto* fault = std::get_if<paging::PageFault>(&walked.value);
    if (fault != nullptr) {
      text +=
          walk_line("fault", fmt::format("error code {}: {}", fault->error_code, meaning_of(fault->error_code)));
    } else {
      text +=
          walk_line("physical", fmt::format("0x{:08x}", std::get<paging::Translation<Word>>(walked.value).phys));
    }
    text += text_of(walked.because, "because");
    return fault == nullptr ? std::nullopt : std::optional(*fault);
  }

  /// The fault handler. True if the access is tried again.
  bool handle(std::string& text) {
    const auto& kernel = end_.boot.kernel;
    auto handled =
        model::do_page_fault<Word>(machine(), {kernel.sharing, kernel.corrected}, end_.state.swapper_pg_dir,
                                   directory_, walk_.addr, walk_.access.user);
    directory_ = std::move(handled.value.pgd);
    const bool copied = handled.value.copied;
    const std::string exit =
        walk_.access.user ? "the program gets SIGSEGV" : "an oops, if nobody was prepared for it";
    text +=
        fmt::format("\nthe fault handler {}\n",
                    copied ? fmt::format("copies slot {} of swapper_pg_dir, and the access is tried again", slot())
                           : "has nothing to copy: " + exit);
    text += text_of(handled.because, "because");
    if (copied) text += '\n';
    return copied;
  }

  /// What the directory of a process shares of the slot.
  std::string shared() const {
    if (walk_.pgd == 0 || slot() < kernel_map::user_slots(machine())) return "";
    const Word own = lookup(kernel_map::directory(end_.state, walk_.pgd), slot());
    const Word of_swapper = lookup(end_.state.swapper_pg_dir, slot());
    const std::string_view says = own == of_swapper ? own == 0 ? "lacks it, too" : "has the same entry"
                                  : own == 0        ? "has an entry that the directory lacks"
                                                    : "has another entry: this one is stale";
    return fmt::format("\nswapper_pg_dir {} in slot {}\n", says, slot());
  }

  /// What the tables have lost and the processor may still use. [paging.tlb.stale]
  std::string stale() const {
    std::string text;
    const Word page = walk_.addr - walk_.addr % machine().page_size;
    for (const auto& lost : end_.state.stale) {
      if (lost.page == page)
        text += fmt::format("\nthe processor may still use what the tables have lost: 0x{:08x}, pfn {}, {}\n",
                            lost.entry, kernel_map::frame_of<Word>(machine(), lost.entry),
                            entry_flags_notation(kernel_map::flags_of<Word>(machine(), lost.entry)));
    }
    return text;
  }

  const WalkOf& walk_;
  const replay::End<KernelMapFamily>& end_;
  Entries directory_;
};

}  // namespace

std::string walk_line(std::string_view label, std::string_view text) {
  return fmt::format("  {:<10} {}\n", label, text);
}

std::string walk_entry_line(std::string_view label, std::string_view place, Word entry, std::string_view leads_to,
                            std::string_view flags) {
  const std::string what = flags.empty() ? std::string(leads_to) : fmt::format("{:<18} {}", leads_to, flags);
  return walk_line(label, fmt::format("{:<19} 0x{:08x} {}", place, entry, what));
}

WalkText text_of(const WalkOf& walk, const replay::End<KernelMapFamily>& end) { return Walk(walk, end).text(); }

}  // namespace refmm::command
