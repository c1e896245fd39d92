#include <refmm/tests/foreign_families.hpp>
#include <refmm/tests/foreign_vma.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <variant>

namespace refmm::foreign {

using vma::Refusal;

namespace {

using W = std::uint32_t;
using Ranges = std::vector<MappedRange>;

/// Adds a range behind the others; what goes on in the same way is one range.
void append(Ranges& ranges, MappedRange range, W page_size) {
  if (range.file == 0) range.pgoff = 0;
  if (!ranges.empty()) {
    MappedRange& last = ranges.back();
    const bool goes_on = range.file == 0 || range.pgoff == last.pgoff + (last.end - last.start) / page_size;
    if (last.end == range.start && last.prot == range.prot && last.file == range.file && goes_on) {
      last.end = range.end;
      return;
    }
  }
  ranges.push_back(range);
}

Ranges ranges_of(const VmaFamily::State& state, W page_size) {
  Ranges ranges;
  for (const auto& area : state.mm.areas)
    append(ranges, {area.vm_start, area.vm_end, area.vm_flags & vma::VM_ACCESS, area.vm_file, area.vm_pgoff},
           page_size);
  return ranges;
}

/// What is at an address, from there on to where something else begins.
struct Piece {
  std::optional<MappedRange> range;
  W end;
};

Piece piece_at(const Ranges& ranges, W addr, W page_size) {
  const auto next = std::ranges::upper_bound(ranges, addr, {}, &MappedRange::end);
  if (next == ranges.end()) return {std::nullopt, std::numeric_limits<W>::max()};
  if (addr < next->start) return {std::nullopt, next->start};
  MappedRange rest = *next;
  if (rest.file != 0) rest.pgoff += (addr - rest.start) / page_size;
  rest.start = addr;
  return {rest, rest.end};
}

/// The same at both ends of a piece, whatever its length.
bool is_alike(const Piece& one, const Piece& other) {
  if (!one.range || !other.range) return !one.range && !other.range;
  return one.range->prot == other.range->prot && one.range->file == other.range->file &&
         one.range->pgoff == other.range->pgoff;
}

std::string in_words(const Piece& piece) {
  if (!piece.range) return "nothing";
  const auto letter = [&](W bit, char c) { return (piece.range->prot & bit) != 0 ? c : '-'; };
  const std::string access{letter(vma::VM_READ, 'r'), letter(vma::VM_WRITE, 'w'), letter(vma::VM_EXEC, 'x')};
  return piece.range->file == 0
             ? access + " without a file"
             : fmt::format("{} page {} of file {}", access, piece.range->pgoff, piece.range->file);
}

/// Refused for its arguments alone.
bool is_about_arguments(Refusal refusal) {
  return refusal == Refusal::address_unaligned || refusal == Refusal::range_outside_task ||
         refusal == Refusal::no_gap;
}

}  // namespace

void ForeignVma::leave() {
  void* const space = std::exchange(space_, nullptr);
  if (space != nullptr && !complaint()) table_.destroy(space);
}

void ForeignVma::reset(const VmaFamily::Boot& boot) {
  leave();
  forget_complaint();
  boot_ = boot;
  state_ = VmaFamily::boot(boot);
  end_.reset();
  const auto& machine = boot.kernel.machine;
  space_ = table_.create(machine.page_size, machine.task_size, machine.task_unmapped_base);
  if (space_ == nullptr) {
    complain(
        {"the_address_space_boots", find_clause("vma.boot"), {"what create returns", "an address space", "NULL"}});
    return;
  }
  follow({}, ranges_of(state_, page_size()));
  compare_areas();
}

VmaSubject::Answer ForeignVma::apply(const VmaFamily::Command& command) {
  if (end_ || complaint()) return {end_.value_or(vma::Nothing{}), {}};
  const Ranges before = ranges_of(state_, page_size());
  auto outcome = VmaFamily::step(boot_, std::move(state_), command);
  state_ = std::move(outcome.state);
  Answer answer{outcome.result, std::move(outcome.effects)};
  if (VmaFamily::ends_everything(outcome.result)) {
    end_ = outcome.result;
    return answer;
  }
  const auto result = std::visit([&](const auto& c) { return run(c, outcome.result); }, command);
  if (result)
    answer.result = *result;
  else
    follow(before, ranges_of(state_, page_size()));
  const bool unmaps = std::holds_alternative<vma::Munmap<W>>(command);
  if (answer.result == outcome.result) compare_areas(unmaps ? find_clause("vma.munmap.exactly") : nullptr);
  return answer;
}

// ---- Commands -------------------------------------------------------------------------------------------------------

/// What the caller sees. Errors are alike: which of several reasons comes first is no matter of areas.
std::optional<VmaFamily::Result> ForeignVma::result_of(std::uint32_t returned, bool is_address,
                                                       const Result& model) const {
  const bool is_error = returned >= REFMM_ERROR(4095);
  if (is_error && std::holds_alternative<vma::Refused>(model)) return model;
  if (is_error) return vma::Refused{Refusal::no_memory};
  if (is_address) return vma::Address<W>{returned};
  return vma::Success{};
}

std::optional<VmaFamily::Result> ForeignVma::map(W addr, W len, W prot, W flags, W pgoff, const Result& model) {
  const auto* const refused = std::get_if<vma::Refused>(&model);
  const W rounded = (len + page_size() - 1) & ~(page_size() - 1);
  if (rounded == 0 || (refused != nullptr && !is_about_arguments(refused->refusal))) return std::nullopt;
  W file = 0, access = prot & vma::VM_ACCESS;
  if (const auto* address = std::get_if<vma::Address<W>>(&model)) {
    // What the file and the process allow is the model's business.
    const auto& areas = state_.mm.areas;
    const auto area = std::ranges::find_if(
        areas, [&](const auto& a) { return a.vm_start <= address->value && address->value < a.vm_end; });
    if (area == areas.end()) return std::nullopt;
    file = area->vm_file;
    access = area->vm_flags & vma::VM_ACCESS;
  }
  return result_of(table_.mmap(space_, addr, len, access, flags & vma::MAP_FIXED, file, file == 0 ? 0 : pgoff),
                   true, model);
}

std::optional<VmaFamily::Result> ForeignVma::run(const vma::Mmap<W>& c, const Result& model) {
  return map(c.addr, c.len, c.prot, c.flags, c.offset / page_size(), model);
}
std::optional<VmaFamily::Result> ForeignVma::run(const vma::Mmap2<W>& c, const Result& model) {
  return map(c.addr, c.len, c.prot, c.flags, c.pgoff, model);
}
std::optional<VmaFamily::Result> ForeignVma::run(const vma::DoMmap<W>& c, const Result& model) {
  return map(c.addr, c.len, c.prot, c.flags, c.offset / page_size(), model);
}

std::optional<VmaFamily::Result> ForeignVma::run(const vma::Munmap<W>& c, const Result& model) {
  const auto* const refused = std::get_if<vma::Refused>(&model);
  if (refused != nullptr && !is_about_arguments(refused->refusal) && refused->refusal != Refusal::length_zero)
    return std::nullopt;
  return result_of(table_.munmap(space_, c.addr, c.len), false, model);
}

std::optional<VmaFamily::Result> ForeignVma::run(const vma::Mprotect<W>& c, const Result& model) {
  const auto* const refused = std::get_if<vma::Refused>(&model);
  if (table_.mprotect == nullptr) return std::nullopt;
  if (refused != nullptr && !is_about_arguments(refused->refusal) && refused->refusal != Refusal::not_mapped)
    return std::nullopt;
  return result_of(table_.mprotect(space_, c.addr, c.len, c.prot), false, model);
}

std::optional<VmaFamily::Result> ForeignVma::run(const vma::Mremap<W>& c, const Result& model) {
  if (table_.mremap == nullptr || !std::holds_alternative<vma::Address<W>>(model)) return std::nullopt;
  return result_of(table_.mremap(space_, c.addr, c.old_len, c.new_len, c.flags, c.new_addr), true, model);
}

// ---- Areas ----------------------------------------------------------------------------------------------------------

/// Has the subject map and unmap what makes one out of the other.
void ForeignVma::follow(const Ranges& before, const Ranges& after) {
  for (W addr = 0; addr < boot_.kernel.machine.task_size && !complaint();) {
    const Piece old = piece_at(before, addr, page_size()), now = piece_at(after, addr, page_size());
    const W end = std::min({old.end, now.end, boot_.kernel.machine.task_size});
    if (!is_alike(old, now)) {
      const std::uint32_t returned = now.range ? table_.mmap(space_, addr, end - addr, now.range->prot,
                                                             REFMM_MAP_FIXED, now.range->file, now.range->pgoff)
                                               : table_.munmap(space_, addr, end - addr);
      if (returned != (now.range ? addr : 0))
        complain({"what_is_mapped_can_be_changed",
                  nullptr,
                  {now.range ? fmt::format("mmap of 0x{:08x}-0x{:08x} with MAP_FIXED", addr, end)
                             : fmt::format("munmap of 0x{:08x}-0x{:08x}", addr, end),
                   fmt::format("0x{:x}", now.range ? addr : 0), fmt::format("0x{:x}", returned)}});
    }
    addr = end;
  }
}

/// Compares what is at each page, if the subject says so.
void ForeignVma::compare_areas(const Clause* decisive) {
  if (table_.areas == nullptr || complaint()) return;
  struct Collected {
    std::vector<refmm_vma_area> areas;
    std::size_t most;  // there are not more of them than pages
  } collected{{}, boot_.kernel.machine.task_size / page_size()};
  table_.areas(
      space_,
      [](void* to, const refmm_vma_area* area) {
        auto* const into = static_cast<Collected*>(to);
        if (into->areas.size() < into->most) into->areas.push_back(*area);
      },
      &collected);
  Ranges seen;
  W last = 0;
  for (const auto& area : collected.areas) {
    const std::string name = fmt::format("the area 0x{:08x}-0x{:08x}", area.start, area.end);
    if (area.start >= area.end || (area.start | area.end) % page_size() != 0 ||
        area.end > boot_.kernel.machine.task_size)
      return complain({"areas_are_pages_of_the_task",
                       find_clause("vma.areas.aligned"),
                       {name, "at least a page, from page to page, inside of the task", "not so"}});
    if (area.start < last)
      return complain({"areas_stand_in_the_order_of_their_addresses",
                       find_clause("vma.areas.sorted"),
                       {name, fmt::format("at or above 0x{:08x}, where the one before it ends", last), "below"}});
    last = area.end;
    append(seen, {area.start, area.end, area.prot, area.file, area.pgoff}, page_size());
  }
  const Ranges expected = ranges_of(state_, page_size());
  for (W addr = 0; addr < boot_.kernel.machine.task_size;) {
    const Piece wanted = piece_at(expected, addr, page_size()), found = piece_at(seen, addr, page_size());
    if (!is_alike(wanted, found))
      return complain({"what_is_at_each_page_is_what_was_mapped_there",
                       decisive,
                       {fmt::format("what is at 0x{:08x}", addr), in_words(wanted), in_words(found)}});
    addr = std::min({wanted.end, found.end, boot_.kernel.machine.task_size});
  }
}

template <>
const TableRules& rules<VmaFamily>() {
  using T = struct refmm_vma_subject;
#define MEMBER(name) \
  TableMember { #name, offsetof(T, name) }
  static const TableRules rules{.function = "refmm_vma_subject",
                                .size = sizeof(T),
                                .required = {MEMBER(create), MEMBER(destroy), MEMBER(mmap), MEMBER(munmap)}};
#undef MEMBER
  return rules;
}

template <>
std::unique_ptr<VmaSubject> make_subject<VmaFamily>(const ForeignLibrary& library) {
  return std::make_unique<ForeignVma>(library.table<struct refmm_vma_subject>(rules<VmaFamily>()));
}

}  // namespace refmm::foreign
