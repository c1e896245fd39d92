// What the processes of a foreign subject have mapped: it is told what changes in the areas of the model.
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/foreign_fault.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace refmm::foreign {

namespace {

using W = std::uint32_t;
using Mappings = ForeignFault::Mappings;

/// The part of a mapping that lies in a range; nothing if none does.
std::optional<refmm_fault_mapping> part_of(const refmm_fault_mapping& mapping, W start, W end, W page_size) {
  refmm_fault_mapping part = mapping;
  part.start = std::max(mapping.start, start);
  part.end = std::min(mapping.end, end);
  if (part.start >= part.end) return std::nullopt;
  if (part.object != 0) part.pgoff += (part.start - mapping.start) / page_size;
  return part;
}

/// What is left of mappings without a range.
Mappings without(const Mappings& mappings, W start, W end, W page_size) {
  Mappings left;
  for (const auto& mapping : mappings) {
    for (const auto& part : {part_of(mapping, 0, start, page_size), part_of(mapping, end, ~W{0}, page_size)}) {
      if (part) left.push_back(*part);
    }
  }
  return left;
}

void insert(Mappings& mappings, const refmm_fault_mapping& mapping) {
  mappings.insert(std::ranges::upper_bound(mappings, mapping.start, {}, &refmm_fault_mapping::start), mapping);
}

/// The mapping at an address, or nullptr.
const refmm_fault_mapping* at(const Mappings& mappings, W addr) {
  const auto found = std::ranges::upper_bound(mappings, addr, {}, &refmm_fault_mapping::end);
  return found == mappings.end() || addr < found->start ? nullptr : &*found;
}

/// Where, behind an address, something else begins.
W next_edge(const Mappings& mappings, W addr) {
  const auto found = std::ranges::upper_bound(mappings, addr, {}, &refmm_fault_mapping::end);
  if (found == mappings.end()) return ~W{0};
  return addr < found->start ? found->start : found->end;
}

}  // namespace

ForeignFault::Mappings ForeignFault::mappings_of(const process::Process<W>& process) const {
  Mappings mappings;
  for (const auto& area : process.mm.areas) {
    const W object = object_of(state_, area);
    // This machine can read what it may execute.
    W prot = (area.vm_flags & (vma::VM_READ | vma::VM_EXEC | vma::VM_WRITE)) != 0 ? REFMM_PROT_READ : 0u;
    if ((area.vm_flags & vma::VM_WRITE) != 0) prot |= REFMM_PROT_WRITE;
    const W shared = (area.vm_flags & vma::VM_SHARED) != 0 ? 1u : 0u;
    const W size = object > files_of(state_) ? lookup(state_.memory.objects, object).i_size : 0;
    mappings.push_back({.start = area.vm_start,
                        .end = area.vm_end,
                        .prot = prot,
                        .shared = shared,
                        .object = object,
                        .pgoff = object == 0 ? 0 : area.vm_pgoff,
                        .size = size});
  }
  return mappings;
}

const vma::Area<W>* ForeignFault::area_at(W pid, W addr) const {
  if (!process::exists(state_, pid)) return nullptr;
  const auto& areas = process::process_of(state_, pid).mm.areas;
  const auto found = std::ranges::upper_bound(areas, addr, {}, &vma::Area<W>::vm_end);
  return found == areas.end() || addr < found->vm_start ? nullptr : &*found;
}

/// What the subject may not refuse.
void ForeignFault::demand(std::uint32_t error, const std::string& call) {
  if (error == 0) return;
  complain({"what_is_mapped_can_be_changed", nullptr, {call, "0", fmt::format("0x{:x}", error)}});
}

void ForeignFault::unmap(W pid, W start, W end) {
  Mappings& mappings = mapped_.at(pid);
  for (const auto& mapping : mappings) {
    const auto part = part_of(mapping, start, end, page_size());
    if (!part) continue;
    demand(table_.unmap(machine_, pid, part->start, part->end),
           fmt::format("unmap of 0x{:08x}-0x{:08x}", part->start, part->end));
  }
  mappings = without(mappings, start, end, page_size());
}

/// False if the subject has no call for it.
bool ForeignFault::move(W pid, W start, W end, W to) {
  if (table_.move == nullptr) return false;
  Mappings& mappings = mapped_.at(pid);
  Mappings moved;
  for (const auto& mapping : mappings) {
    if (const auto part = part_of(mapping, start, end, page_size())) moved.push_back(*part);
  }
  mappings = without(mappings, start, end, page_size());
  for (auto& mapping : moved) {
    demand(table_.move(machine_, pid, mapping.start, mapping.end, to + (mapping.start - start)),
           fmt::format("move of 0x{:08x}-0x{:08x}", mapping.start, mapping.end));
    mapping.end = to + (mapping.end - start);
    mapping.start = to + (mapping.start - start);
    insert(mappings, mapping);
  }
  return true;
}

/// Has the subject map, unmap and protect what makes the areas of a process out of what it has been told.
void ForeignFault::follow_areas(W pid, const Mappings& wanted) {
  const Mappings before = mapped_.at(pid);
  for (W addr = 0; addr != ~W{0} && !complaint();) {
    const auto* const old = at(before, addr);
    const auto* const now = at(wanted, addr);
    const W end = std::min(next_edge(before, addr), next_edge(wanted, addr));
    const auto old_part = old == nullptr ? std::nullopt : part_of(*old, addr, end, page_size());
    const auto part = now == nullptr ? std::nullopt : part_of(*now, addr, end, page_size());
    const bool is_same = old_part && part && old_part->shared == part->shared &&
                         old_part->object == part->object && old_part->pgoff == part->pgoff;
    addr = end;
    if (is_same && old_part->prot == part->prot) continue;
    if (is_same) {
      if (table_.protect == nullptr) {
        is_left_out_ = true;
        return;
      }
      demand(table_.protect(machine_, pid, part->start, part->end, part->prot),
             fmt::format("protect of 0x{:08x}-0x{:08x}", part->start, part->end));
      continue;
    }
    if (old_part) unmap(pid, old_part->start, old_part->end);
    if (part)
      demand(table_.map(machine_, pid, &*part), fmt::format("map of 0x{:08x}-0x{:08x}", part->start, part->end));
  }
  mapped_.at(pid) = wanted;
}

/// Brings every process up to date, and ends those that are gone.
void ForeignFault::follow_processes() {
  for (auto next = mapped_.begin(); next != mapped_.end();) {
    const W pid = next->first;
    if (process::exists(state_, pid)) {
      ++next;
      continue;
    }
    table_.exit(machine_, pid);
    next = mapped_.erase(next);
  }
  for (const auto& process : state_.processes) {
    if (mapped_.try_emplace(process.pid).second)
      demand(table_.fork(machine_, 0, process.pid), fmt::format("fork of process {} from 0", process.pid));
    follow_areas(process.pid, mappings_of(process));
  }
}

/// What cannot be seen from the areas before and after a call: pages that are moved, replaced by others of their kind, or another
/// process's. Then the areas. The result is what the subject answers if that is not what the model does.
std::optional<FaultFamily::Result> ForeignFault::follow_call(const process::OfProcess<W>& command,
                                                             const Result& model) {
  const W pid = command.pid;
  const auto rounded = [&](W bytes) { return (bytes + page_size() - 1) & ~(page_size() - 1); };
  const auto* const address = std::get_if<vma::Address<W>>(&model);
  if (const auto* mmap = std::get_if<vma::Mmap<W>>(&command.call); mmap != nullptr && address != nullptr)
    unmap(pid, address->value, address->value + rounded(mmap->len));
  if (const auto* mremap = std::get_if<vma::Mremap<W>>(&command.call); mremap != nullptr && address != nullptr) {
    const W kept = std::min(rounded(mremap->old_len), rounded(mremap->new_len));
    const bool moves = address->value != mremap->addr;
    if (moves) unmap(pid, address->value, address->value + rounded(mremap->new_len));
    if (moves && !move(pid, mremap->addr, mremap->addr + kept, address->value)) is_left_out_ = true;
  }
  if (const auto* child = std::get_if<process::Pid<W>>(&model)) {
    if (table_.fork(machine_, pid, child->value) != 0)
      return process::Refused{process::Refusal::no_page_directory};
    mapped_[child->value] = mapped_.at(pid);
  }
  if (is_left_out_ || complaint()) return std::nullopt;
  follow_processes();
  follow_copies(pid);
  return std::nullopt;
}

/// Memory that is locked, or held for input, is copied before anybody stores to it: then what becomes of the file does not show any more.
/// The subject, which does not know of that, has a byte of each such page stored again.
void ForeignFault::follow_copies(W pid) {
  if (!has_process(pid)) return;
  const auto& memory = state_.memory;
  const W entries = boot_.kernel.machine().entries_per_table;
  for (const auto& [slot, pde] : lookup(memory.pgds, pid).written) {
    if ((pde & paging::PAGE_PRESENT) == 0) continue;
    for (const auto& [nr, pte] : lookup(memory.tables, pde / page_size()).written) {
      const W addr = (slot * entries + nr) * page_size();
      std::uint8_t byte = 0;
      if (is_copy(pid, addr, pte) && table_.load(machine_, pid, addr, &byte) == REFMM_ACCESS_DONE)
        table_.store(machine_, pid, addr, byte);
    }
  }
}

/// True if an entry leads to a frame, or a slot of the swap area, that is not the page of what may be written there.
bool ForeignFault::is_copy(W pid, W addr, W pte) const {
  const auto* const area = area_at(pid, addr);
  if (area == nullptr || (area->vm_flags & (vma::VM_SHARED | vma::VM_WRITE)) != vma::VM_WRITE) return false;
  const W object = object_of(state_, *area);
  const bool is_in_frame = (pte & (paging::PAGE_PRESENT | fault::PAGE_PROTNONE)) != 0;
  return object != 0 && (!is_in_frame || lookup(state_.memory.mem_map, pte / page_size()).mapping != object);
}

}  // namespace refmm::foreign
