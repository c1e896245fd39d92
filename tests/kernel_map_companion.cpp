#include <refmm/model/paging.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/kernel_map_companion.hpp>

#include <algorithm>
#include <iterator>
#include <variant>
#include <vector>

namespace refmm {

namespace {

using W = std::uint32_t;
using State = KernelMapFamily::State;
using paging::Access;

/// One access, and what the tables have for it.
struct Attempt {
  const State& state;
  const kernel_map::Entries<W>& directory;
  W addr;
  Access access;

  W pde() const { return lookup(directory, kernel_map::slot_of<W>(i386_2_4_0, addr)); }
  W pte() const { return kernel_map::entry_at<W>(i386_2_4_0, state, directory, addr); }
  bool is_mapped() const { return (pde() & paging::PAGE_PRESENT) != 0 && (pte() & paging::PAGE_PRESENT) != 0; }
  /// Both levels permit it, or the kernel is not asked.
  bool is_permitted() const {
    const W both = pde() & pte();
    if (access.user) return both & paging::PAGE_USER && (!access.write || both & paging::PAGE_RW);
    return !access.write || !access.wp || both & paging::PAGE_RW;
  }
};

/// The address that a call is about, if it is about one.
std::optional<W> address_in(const Carried<KernelMapFamily>& carried) {
  if (const auto* address = std::get_if<kernel_map::Address<W>>(&carried.result)) return address->value;
  return std::visit(
      [](const auto& call) -> std::optional<W> {
        if constexpr (requires { call.addr; }) return call.addr;
        return std::nullopt;
      },
      carried.command);
}

/// The directory that a call names, if it is still there; else one by turns.
const kernel_map::Entries<W>& directory_for(const Carried<KernelMapFamily>& carried, std::uint32_t turn) {
  const State& state = carried.after;
  const std::uint32_t named = std::visit(
      [](const auto& call) -> std::uint32_t {
        if constexpr (requires { call.pgd; }) return call.pgd;
        return 0;
      },
      carried.command);
  if (const auto* pgd = kernel_map::pgd_numbered(state, named)) return pgd->entries;
  const std::uint32_t one = turn % (static_cast<std::uint32_t>(state.pgds.size()) + 1);
  return one == 0 ? state.swapper_pg_dir : state.pgds[one - 1].entries;
}

/// The place in the two tables that an address leads to, and the address again.
bool indices_make_the_address(W addr) {
  const auto& machine = i386_2_4_0;
  const W slot = model::pgd_index<W>(machine, addr), entry = model::pte_index<W>(machine, addr);
  return (slot * machine.entries_per_table + entry) * machine.page_size + addr % machine.page_size == addr;
}

/// The processor changes nothing of an entry but its own marks.
bool only_marks_are_set(W entry, const Access& access) {
  const W marked = model::marked<W>(entry, true, access);
  const W marks = paging::PAGE_ACCESSED | (access.write ? paging::PAGE_DIRTY : 0u);
  return marked == (entry | marks);
}

}  // namespace

std::optional<BrokenLaw> KernelMapCompanion::step(const Carried<KernelMapFamily>& carried) {
  because_of_access_.clear();
  if (const auto broken = as_built_.step(carried)) return broken;
  return access(carried);
}

/// An access by turns, to what the call was about.
std::optional<BrokenLaw> KernelMapCompanion::access(const Carried<KernelMapFamily>& carried) {
  const std::uint32_t turn = calls_++;
  const State& state = carried.after;
  const auto& entries = directory_for(carried, turn);
  const std::optional<W> addr = address_in(carried);
  if (!addr) return std::nullopt;
  const Attempt attempt{state, entries, *addr, {(turn & 1) != 0, (turn & 2) != 0, (turn & 4) != 0}};

  const auto table_in = [&](W pfn) {
    const auto* table = kernel_map::table_in(state, pfn);
    return table ? table->entries : kernel_map::Entries<W>{};
  };
  const auto walked = model::walk<W>(i386_2_4_0, entries, table_in, *addr, attempt.access);
  because_of_access_ = walked.because;
  because_of_access_.push_back("paging.index");
  if (!indices_make_the_address(*addr))
    return BrokenLaw{&*ClauseRef("paging.index"), "the_indices_of_an_address_make_the_address"};

  const auto* translation = std::get_if<paging::Translation<W>>(&walked.value);
  const bool succeeds = attempt.is_mapped() && attempt.is_permitted();
  if ((translation != nullptr) != succeeds)
    return BrokenLaw{&*walked.because.back(), "an_access_succeeds_exactly_where_both_levels_permit_it"};
  if (!translation) {
    const std::uint32_t code = (attempt.is_mapped() ? paging::FAULT_PROTECTION : 0u) |
                               (attempt.access.write ? paging::FAULT_WRITE : 0u) |
                               (attempt.access.user ? paging::FAULT_USER : 0u);
    if (std::get<paging::PageFault>(walked.value).error_code != code)
      return BrokenLaw{&*ClauseRef("paging.walk.error_code"),
                       "the_error_code_says_what_was_there_and_what_was_tried"};
    return std::nullopt;
  }
  if (*translation != kernel_map::translation<W>(i386_2_4_0, state, entries, *addr))
    return BrokenLaw{&*walked.because.back(), "an_access_goes_where_the_tables_lead"};
  because_of_access_.push_back("paging.walk.marks");
  if (!only_marks_are_set(translation->entry, attempt.access))
    return BrokenLaw{&*ClauseRef("paging.walk.marks"), "the_processor_changes_nothing_but_its_marks"};
  return std::nullopt;
}

}  // namespace refmm
