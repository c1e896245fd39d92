// The law above all laws: every call does to the memory that programs see what its manual page says, and nothing else.
//
// Each call's meaning for that memory is a few lines here (expected), whatever the kernel does below with frames, entries, slots and
// caches, and wherever it runs out of them.
#pragma once

#include <refmm/spec/process_memory.hpp>
#include <refmm/spec/process_memory_copies.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::process {

// ---- What calls mean ----------------------------------------------------------------------------------------------

/// The memory without what is in no area any more, and without the objects and the processes that are gone.
constexpr AbstractMemory as_far_as_there(const LawState& after, AbstractMemory memory) {
  std::erase_if(memory.own.written, [&](const auto& of_process) { return !exists(after, of_process.first); });
  for (const LawProcess& process : after.processes) {
    memory.own = changed_at(std::move(memory.own), process.pid, [&](AbstractMemory::OwnPages own) {
      std::erase_if(own.written, [&](const auto& page) { return !area_at(process, page.first); });
      return own;
    });
  }
  std::erase_if(memory.objects.written, [&](const auto& object) {
    return lookup(after.memory.objects, object.first) == fault::Object<std::uint32_t>{};
  });
  return memory;
}

/// After a fork: the child has a copy of what its parent has of its own.
constexpr AbstractMemory forked(AbstractMemory memory, std::uint32_t parent, std::uint32_t child) {
  memory.own = updated(std::move(memory.own), child, lookup(memory.own, parent));
  return memory;
}

/// After an mremap that succeeded: what was at the old place is at the new one, as far as there is room, and nothing else is there.
constexpr AbstractMemory remapped(AbstractMemory memory, std::uint32_t pid, const vma::Mremap<std::uint32_t>& call,
                                  std::uint32_t to) {
  const std::uint32_t old_len = rounded_up(call.old_len), new_len = rounded_up(call.new_len);
  const auto before = lookup(memory.own, pid);
  if (to != call.addr) {
    memory = forgotten(std::move(memory), pid, to, to + new_len);
    for (const auto& [addr, page] : before.written) {
      if (addr < call.addr || addr - call.addr >= std::min(old_len, new_len)) continue;
      memory.own = updated(std::move(memory.own), pid, to + (addr - call.addr), page);
    }
    return forgotten(std::move(memory), pid, call.addr, call.addr + old_len);
  }
  if (new_len < old_len) return forgotten(std::move(memory), pid, to + new_len, to + old_len);
  return memory;
}

/// After a truncate: the file has no page behind its new end, and nobody a page of his own there. What it grows by is zeros, and so is what
/// is left of its last page.
constexpr AbstractMemory truncated(const LawState& before, AbstractMemory memory, std::uint32_t file,
                                   std::uint32_t size) {
  const std::uint32_t old = lookup(before.memory.objects, file).i_size;
  const std::uint32_t pages = (size + page_bytes - 1) >> page_bits;
  memory.objects = changed_at(std::move(memory.objects), file, [&](AbstractMemory::Pages of_file) {
    std::erase_if(of_file.written, [&](const auto& page) { return page.first >= pages; });
    return with_zeros_behind(std::move(of_file), std::min(old, size));
  });
  if (old < size) return memory;
  for (const LawProcess& process : before.processes) {
    for (const LawArea& area : process.mm.areas) {
      if (area.vm_file == 0 || object_of(before, area) != file) continue;
      for (std::uint32_t addr = area.vm_start; addr != area.vm_end; addr += page_bytes) {
        if (index_at(area, addr) >= pages)
          memory = forgotten(std::move(memory), process.pid, addr, addr + page_bytes);
      }
    }
  }
  return memory;
}

/// The end of the range that madvise(MADV_DONTNEED) gives up: it stops at the first locked area.
constexpr std::uint32_t end_of_not_needed(const LawProcess& process, std::uint32_t addr, std::uint32_t end) {
  for (const LawArea& area : process.mm.areas) {
    if ((area.vm_flags & vma::VM_LOCKED) != 0 && area.vm_end > addr && area.vm_start < end)
      return std::max(addr, area.vm_start);
  }
  return end;
}

constexpr AbstractMemory not_needed(const Transition& t, AbstractMemory memory,
                                    const Madvise<std::uint32_t>& call) {
  const std::uint32_t end = call.addr + rounded_up(call.len);
  if (call.advice != fault::MADV_DONTNEED || call.addr % page_bytes != 0 || end < call.addr) return memory;
  const LawProcess& process = process_of(t.before, caller(t));
  return forgotten(std::move(memory), process.pid, call.addr, end_of_not_needed(process, call.addr, end));
}

/// Where a call writes a byte, if it does: whose memory, where, and what.
struct ByteWritten {
  std::uint32_t pid, addr, byte;
};
constexpr std::optional<ByteWritten> byte_written(const Transition& t) {
  if (was_refused(t)) return std::nullopt;
  if (const auto* store = call<Store>(t)) return ByteWritten{caller(t), store->addr, store->byte};
  if (const auto* put = call<PutUser>(t)) return ByteWritten{caller(t), put->addr, put->byte};
  if (const auto* poke = call<Poke>(t)) return ByteWritten{poke->pid, poke->addr, poke->byte};
  return std::nullopt;
}

/// The memory that a call must leave, given the one that it found.
constexpr AbstractMemory expected(const Transition& t, AbstractMemory memory) {
  if (const auto write = byte_written(t)) {
    const LawArea* area = area_at(t.after, write->pid, write->addr);
    return area ? written(t.after, std::move(memory), write->pid, *area, write->addr, write->byte) : memory;
  }
  if (const auto* madvise = call<Madvise>(t); madvise && exists(t.before, caller(t)))
    return not_needed(t, std::move(memory), *madvise);
  if (!was_refused(t)) {
    if (call<Fork>(t)) memory = forked(std::move(memory), caller(t), std::get<Pid<std::uint32_t>>(t.result).value);
    if (const auto* munmap = call<vma::Munmap>(t))
      memory = forgotten(std::move(memory), caller(t), munmap->addr, munmap->addr + rounded_up(munmap->len));
    if (const auto* mmap = call<vma::Mmap>(t))
      memory = forgotten(std::move(memory), caller(t), *address(t), *address(t) + rounded_up(mmap->len));
    if (const auto* mremap = call<vma::Mremap>(t))
      memory = remapped(std::move(memory), caller(t), *mremap, *address(t));
    if (const auto* truncate = call<Truncate>(t))
      memory = truncated(t.before, std::move(memory), truncate->file, truncate->size);
    if (const auto* read = call<Pread>(t)) memory = read_from_file(t, std::move(memory), *read, *bytes_copied(t));
    if (const auto* write = call<Pwrite>(t))
      memory = written_to_file(t, std::move(memory), *write, *bytes_copied(t));
  }
  return as_far_as_there(t.after, std::move(memory));
}

// ---- What a call may leave ----------------------------------------------------------------------------------------

/// Bytes behind the end of a file live only as long as its last page is in memory. [process.memory.behind_the_end]
constexpr AbstractMemory without_lost_tails(const LawState& after, AbstractMemory memory) {
  for (const auto& [number, object] : after.memory.objects.written) {
    const std::uint32_t odd = object.i_size & (page_bytes - 1), last = object.i_size >> page_bits;
    if (object.shared_memory || odd == 0) continue;
    const std::uint32_t cached = lookup(after.memory.page_cache, number, last);
    if (cached != fault::none && (lookup(after.memory.mem_map, cached).flags & fault::PG_uptodate) != 0) continue;
    memory.objects = changed_at(std::move(memory.objects), number, [&](AbstractMemory::Pages pages) {
      const PageBytes bytes = cut(lookup(pages, last), odd);
      return updated(std::move(pages), last, bytes);
    });
  }
  return memory;
}

/// The kernel may make a page of a private mapping the process's own before it is written, as it is; locking does so, and direct
/// input. [process.memory.own_early]
constexpr AbstractMemory with_pages_owned_early(const LawState& after, AbstractMemory memory,
                                                const AbstractMemory& found) {
  for (const auto& [pid, own] : found.own.written) {
    for (const auto& [addr, page] : own.written) {
      if (lookup(memory.own, pid, addr)) continue;
      const LawArea* area = area_at(after, pid, addr);
      if (area && area->vm_file != 0 && same_bytes(*page, page_seen(after, memory, pid, *area, addr)))
        memory.own = updated(std::move(memory.own), pid, addr, page);
    }
  }
  return memory;
}

namespace holds {

/// The law above all laws.
constexpr bool every_call_does_to_memory_what_it_means(const Transition& t) {
  const AbstractMemory found = seen(t.after);
  AbstractMemory memory = without_lost_tails(t.after, expected(t, seen(t.before)));
  memory = with_pages_owned_early(t.after, std::move(memory), found);
  return same_memory(memory, found);
}

/// What is read is what is there.
constexpr bool what_is_read_is_what_was_written(const Transition& t) {
  const auto read = byte(t);
  if (!read) return true;
  std::uint32_t pid = caller(t), addr = 0;
  if (const auto* load = call<Load>(t)) addr = load->addr;
  if (const auto* get = call<GetUser>(t)) addr = get->addr;
  if (const auto* peek = call<Peek>(t)) {
    pid = peek->pid;
    addr = peek->addr;
  }
  const LawArea* area = area_at(t.after, pid, addr);
  if (!area) return false;
  const PageBytes page = page_seen(t.after, seen(t.after), pid, *area, addr & ~(page_bytes - 1));
  return *read == fault::lookup(page, addr & (page_bytes - 1));
}

}  // namespace holds

}  // namespace refmm::process
