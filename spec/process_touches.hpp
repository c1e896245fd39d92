// Pages that a call wants in memory: which, for reading or for writing, and what became of their entries. Laws about faults speak of
// them, whoever makes the fault: an access, a debugger, memory held for input or output, or the locking of memory.
#pragma once

#include <refmm/spec/process_references.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::process {

// ---- Places ---------------------------------------------------------------------------------------------------------

inline constexpr std::uint32_t task_size = 0xc0000000;

constexpr std::uint32_t page_of(std::uint32_t addr) { return addr & ~(page_bytes - 1); }

/// The frame of the page table for an address, or none.
constexpr std::uint32_t table_at(const LawState& state, std::uint32_t pid, std::uint32_t addr) {
  return frame_of(lookup(state.memory.pgds, pid, addr >> table_bits));
}

/// The entry for an address; 0 where there is none.
constexpr std::uint32_t entry_at(const LawState& state, std::uint32_t pid, std::uint32_t addr) {
  const std::uint32_t table = table_at(state, pid, addr);
  if (table == fault::none) return 0;
  return lookup(state.memory.tables, table, (addr >> page_bits) & ((1u << (table_bits - page_bits)) - 1));
}

/// True if an area has a page in the window of a page table, the addresses that a slot of the directory maps.
constexpr bool lies_in_window(const LawArea& area, std::uint32_t slot) {
  return area.vm_start >> table_bits <= slot && slot <= (area.vm_end - 1) >> table_bits;
}

constexpr bool is_slot(std::uint32_t entry) { return entry != 0 && !is_page(entry); }
constexpr bool has_flag(std::uint32_t flags, std::uint32_t flag) { return (flags & flag) != 0; }

constexpr fault::Frame<std::uint32_t> frame(const LawState& state, std::uint32_t pfn) {
  return lookup(state.memory.mem_map, pfn);
}

/// The frame in which a cache has a page, or none.
constexpr std::uint32_t cached(const LawState& state, std::uint32_t object, std::uint32_t index) {
  return lookup(state.memory.page_cache, object, index);
}
constexpr std::uint32_t cached_slot(const LawState& state, std::uint32_t slot) {
  return cached(state, fault::swapper_space, slot);
}

/// A file or shared memory object by its number, or nullptr.
constexpr const fault::Object<std::uint32_t>* object_at(const LawState& state, std::uint32_t number) {
  const auto place = place_of(state.memory.objects.written, number);
  return place != state.memory.objects.written.end() && place->first == number ? &place->second : nullptr;
}

/// Pages of a file or object, the last one counted as whole.
constexpr std::uint32_t pages_in(const LawState& state, std::uint32_t number) {
  const auto* object = object_at(state, number);
  return object ? (object->i_size + page_bytes - 1) >> page_bits : 0;
}

/// The lowest area of a process that ends above an address, or nullptr.
constexpr const LawArea* area_above(const LawProcess& process, std::uint32_t addr) {
  for (const LawArea& area : process.mm.areas) {
    if (addr < area.vm_end) return &area;
  }
  return nullptr;
}

// ---- Bytes ----------------------------------------------------------------------------------------------------------

/// Who accesses a byte.
enum class By { process, kernel, debugger };

/// A call that reads or writes a byte of a process that is there.
struct ByteAccess {
  std::uint32_t pid, addr;
  bool write;
  By by;
};
constexpr std::optional<ByteAccess> byte_access(const Transition& t) {
  std::optional<ByteAccess> access;
  if (const auto* load = call<Load>(t)) access = {caller(t), load->addr, false, By::process};
  if (const auto* store = call<Store>(t)) access = {caller(t), store->addr, true, By::process};
  if (const auto* get = call<GetUser>(t)) access = {caller(t), get->addr, false, By::kernel};
  if (const auto* put = call<PutUser>(t)) access = {caller(t), put->addr, true, By::kernel};
  if (const auto* peek = call<Peek>(t)) access = {peek->pid, peek->addr, false, By::debugger};
  if (const auto* poke = call<Poke>(t)) access = {poke->pid, poke->addr, true, By::debugger};
  if (access && !(exists(t.before, caller(t)) && exists(t.before, access->pid))) return std::nullopt;
  return access;
}

/// The claim about an access to a byte, by one of some; true of all other calls.
constexpr bool of_access(const Transition& t, auto claim) {
  const auto access = byte_access(t);
  return !access || claim(*access);
}
/// The claim about an access that the process makes, or the kernel for it.
constexpr bool of_own_access(const Transition& t, auto claim) {
  return of_access(t, [&](const ByteAccess& access) { return access.by == By::debugger || claim(access); });
}

/// True if a call is refused for what is looked at before any page: nothing may be there, or the access is not permitted.
constexpr bool refused_before_the_page(const Transition& t) {
  using enum Refusal;
  const auto why = refusal(t);
  return why == no_such_process || why == kernel_address || why == no_area || why == below_stack_pointer ||
         why == stack_limit || why == not_permitted || why == iobuf_in_use;
}

// ---- Pages ----------------------------------------------------------------------------------------------------------

/// A page of a file or object.
struct NamedPage {
  std::uint32_t object, index;
};

/// A page of a process that a call wants in memory, and its entry before and after; 0 if the process is gone by then.
struct Touch {
  std::uint32_t pid, addr;
  bool write;
  LawArea area;
  NamedPage page;  // what the area shows there
  std::uint32_t before, after;
};

struct PageRange {
  std::uint32_t start, end;
};

constexpr bool is_locked(const LawArea& area) { return has_flag(area.vm_flags, vma::VM_LOCKED); }

/// The pages by which a locked stack has grown for a debugger: they are faulted in.
constexpr PageRange stack_faulted_in(const Transition& t, const ByteAccess& access) {
  if (access.by != By::debugger) return {0, 0};
  const LawArea* area = area_at(t.after, access.pid, access.addr);
  const LawArea* was = area_above(process_of(t.before, access.pid), access.addr);
  if (!area || !is_locked(*area) || area_at(t.before, access.pid, access.addr)) return {0, 0};
  return {page_of(access.addr), was->vm_start};
}

/// The pages that a call faults in because they are locked, or are to be from now on.
constexpr std::vector<PageRange> faulted_in_as_locked(const Transition& t) {
  std::vector<PageRange> ranges;
  const auto add = [&](std::uint32_t start, std::uint32_t end) {
    const LawArea* area = start < end ? area_at(t.after, caller(t), start) : nullptr;
    if (area && is_locked(*area)) ranges.push_back({start, end});
  };
  if (!exists(t.before, caller(t)) || !exists(t.after, caller(t))) return ranges;
  if (call<vma::Mlock>(t) || call<vma::Mlockall>(t)) {
    for (const LawArea& area : process_of(t.after, caller(t)).mm.areas) {
      const LawArea* was = area_at(t.before, caller(t), area.vm_start);
      if (was && !is_locked(*was)) add(area.vm_start, area.vm_end);
    }
  }
  if (const auto* mmap = call<vma::Mmap>(t); mmap && address(t))
    add(*address(t), *address(t) + rounded_up(mmap->len));
  if (call<vma::Brk>(t))
    add(rounded_up(process_of(t.before, caller(t)).mm.brk), rounded_up(process_of(t.after, caller(t)).mm.brk));
  if (const auto* mremap = call<vma::Mremap>(t); mremap && address(t)) {
    const std::uint32_t to = *address(t), end = to + rounded_up(mremap->new_len);
    add(to == mremap->addr ? to + rounded_up(mremap->old_len) : to, end);
  }
  return ranges;
}

/// The entry that a call finds at an address when it faults the page in: what it has mapped is untouched, what it has moved is as it was
/// elsewhere.
constexpr std::uint32_t entry_found(const Transition& t, std::uint32_t pid, std::uint32_t addr) {
  if (call<vma::Mmap>(t)) return 0;
  const auto* mremap = call<vma::Mremap>(t);
  if (!mremap || !address(t) || *address(t) == mremap->addr) return entry_at(t.before, pid, addr);
  const std::uint32_t offset = addr - *address(t),
                      moved = std::min(rounded_up(mremap->old_len), rounded_up(mremap->new_len));
  return offset < moved ? entry_at(t.before, pid, mremap->addr + offset) : 0;
}

constexpr std::optional<Touch> touch_of(const Transition& t, std::uint32_t pid, std::uint32_t addr, bool write) {
  const LawState& state = exists(t.after, pid) ? t.after : t.before;
  const LawArea* area = area_above(process_of(state, pid), addr);
  if (!area || (addr < area->vm_start && exists(t.after, pid))) return std::nullopt;
  return Touch{.pid = pid,
               .addr = page_of(addr),
               .write = write,
               .area = *area,
               .page = {object_of(state, *area), index_at(*area, page_of(addr))},
               .before = entry_found(t, pid, addr),
               .after = entry_at(t.after, pid, addr)};
}

/// The pages that a call wants in memory.
constexpr std::vector<Touch> touches(const Transition& t) {
  std::vector<Touch> found;
  if (refused_before_the_page(t)) return found;
  const auto add = [&](std::uint32_t pid, std::uint32_t addr, bool write) {
    if (const auto touch = touch_of(t, pid, addr, write)) found.push_back(*touch);
  };
  const auto add_locked = [&](std::uint32_t pid, PageRange range) {
    for (std::uint32_t addr = range.start; addr < range.end; addr += page_bytes) {
      const LawArea* area = area_at(t.after, pid, addr);
      add(pid, addr, area && has_flag(area->vm_flags, vma::VM_WRITE));
    }
  };
  if (const auto access = byte_access(t)) {
    PageRange locked = stack_faulted_in(t, *access);
    if (locked.start == locked.end) add(access->pid, access->addr, access->write);
    // Where there was no frame for it at first, the debugger has asked for the page again, and only to read.
    if (locked.start != locked.end && lacked_a_frame(t, fault::Gfp::GFP_USER)) locked.start += page_bytes;
    add_locked(access->pid, locked);
  } else if (const auto* kiobuf = call<MapKiobuf>(t); kiobuf && exists(t.before, caller(t))) {
    const std::uint32_t end = rounded_up(kiobuf->addr + kiobuf->len);
    for (std::uint32_t addr = page_of(kiobuf->addr); addr < end && area_at(t.after, caller(t), addr);
         addr += page_bytes)
      add(caller(t), addr, kiobuf->rw == Direction::READ);
  } else {
    for (const PageRange& range : faulted_in_as_locked(t)) add_locked(caller(t), range);
  }
  return found;
}

/// The claim about each of them.
constexpr bool of_touches(const Transition& t, auto claim) { return std::ranges::all_of(touches(t), claim); }

/// The claim about the page that an access wants; a debugger's look below a locked stack, which wants many, is left out.
constexpr bool of_touch_by_access(const Transition& t, auto claim) {
  if (!byte_access(t)) return true;
  const auto wanted = touches(t);
  return wanted.size() != 1 || claim(wanted.front());
}

/// The same, if the process makes the access, or the kernel for it.
constexpr bool of_touch_by_own_access(const Transition& t, auto claim) {
  const auto access = byte_access(t);
  return !access || access->by == By::debugger || of_touches(t, claim);
}

/// An access is refused for a reason exactly where there is one; a debugger is not told the reasons apart.
constexpr bool refuses_access_exactly_if(const Transition& t, Refusal reason, bool condition) {
  const auto access = byte_access(t);
  if (access && access->by == By::debugger) return !condition || was_refused(t);
  return refuses_exactly_if(t, reason, condition);
}

// ---- What a page is of ----------------------------------------------------------------------------------------------

constexpr bool is_shared(const LawArea& area) { return has_flag(area.vm_flags, vma::VM_SHARED); }
constexpr bool may_be_written(const LawArea& area) { return has_flag(area.vm_flags, vma::VM_WRITE); }

/// True of a page of no file or object that nobody has touched yet.
constexpr bool is_untouched_memory(const Touch& touch) { return touch.before == 0 && touch.area.vm_file == 0; }

/// The same of a page of a file or object.
constexpr bool is_untouched_of_object(const Touch& touch) { return touch.before == 0 && touch.area.vm_file != 0; }

}  // namespace refmm::process
