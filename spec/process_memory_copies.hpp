// What pread and pwrite mean for the memory that programs see: bytes of a file are copied, one after the other, to where a process has its
// buffer, or from there.
//
// Where the buffer shows the very page of the file that is copied, a byte that was copied may be copied again.
#pragma once

#include <refmm/spec/process_memory.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace refmm::process {

/// The pages of a file with zeros from byte `size` to the end of its page.
constexpr AbstractMemory::Pages with_zeros_behind(AbstractMemory::Pages pages, std::uint32_t size) {
  const std::uint32_t last = size >> page_bits, odd = size & (page_bytes - 1);
  if (odd == 0) return pages;
  const PageBytes bytes = cut(lookup(pages, last), odd);
  return updated(std::move(pages), last, bytes);
}

constexpr std::uint32_t page_holding(std::uint32_t addr) { return addr & ~(page_bytes - 1); }
constexpr std::uint32_t within_page(std::uint32_t addr) { return addr & (page_bytes - 1); }

/// Bytes from two places on until the first page ends.
constexpr std::uint32_t bytes_in_both_pages(std::uint32_t one, std::uint32_t other) {
  return page_bytes - std::max(within_page(one), within_page(other));
}

/// A page after bytes of another page, or of its own, were copied to it upwards.
constexpr PageBytes copied_upwards(PageBytes to, std::uint32_t at, const PageBytes* from, std::uint32_t from_at,
                                   std::uint32_t bytes) {
  for (std::uint32_t i = 0; i < bytes; ++i) {
    const std::uint32_t byte = fault::lookup(from ? *from : to, from_at + i);
    to = fault::updated(std::move(to), at + i, byte);
  }
  return to;
}

/// True if what a process sees at an address is this page of this object itself, and not its own copy.
constexpr bool shows_page(const LawState& state, const AbstractMemory& memory, std::uint32_t pid,
                          const LawArea& area, std::uint32_t page, std::uint32_t object, std::uint32_t index) {
  const bool is_own = (area.vm_flags & vma::VM_SHARED) == 0 && lookup(memory.own, pid, page);
  return !is_own && area.vm_file != 0 && object_of(state, area) == object && index_at(area, page) == index;
}

/// After so many bytes of a file were read into the memory of the caller. A private page is its own by then.
constexpr AbstractMemory read_from_file(const Transition& t, AbstractMemory memory,
                                        const Pread<std::uint32_t>& read, std::uint32_t bytes) {
  const auto* open = file_behind(t.before, read.fd);
  if (!open) return memory;
  const auto file = object_named<std::uint32_t>(t.before, open->inode);
  for (std::uint32_t done = 0; done < bytes;) {
    const std::uint32_t from = read.offset + done, to = read.addr + done;
    const std::uint32_t part = std::min(bytes - done, bytes_in_both_pages(from, to));
    const LawArea* area = area_at(t.after, caller(t), to);
    if (!area) return memory;
    const std::uint32_t page = page_holding(to);
    const bool is_itself = (area->vm_flags & vma::VM_SHARED) != 0 &&
                           shows_page(t.after, memory, caller(t), *area, page, file, from >> page_bits);
    const PageBytes source = lookup(memory.objects, file, from >> page_bits);
    const PageBytes after = copied_upwards(page_seen(t.after, memory, caller(t), *area, page), within_page(to),
                                           is_itself ? nullptr : &source, within_page(from), part);
    memory = with_page(t.after, std::move(memory), caller(t), *area, page, after);
    done += part;
  }
  return memory;
}

/// After so many bytes of the memory of the caller were written to a file. What the file grows by is zeros before it is written.
constexpr AbstractMemory written_to_file(const Transition& t, AbstractMemory memory,
                                         const Pwrite<std::uint32_t>& write, std::uint32_t bytes) {
  const auto* open = file_behind(t.before, write.fd);
  if (!open) return memory;
  const auto file = object_named<std::uint32_t>(t.before, open->inode);
  std::uint32_t size = lookup(t.before.memory.objects, file).i_size;
  for (std::uint32_t done = 0; done < bytes;) {
    const std::uint32_t to = write.offset + done, from = write.addr + done, index = to >> page_bits;
    const std::uint32_t end = to + std::min(bytes - done, page_bytes - within_page(to));
    const auto change_page = [&](const PageBytes& page) {
      memory.objects = updated(std::move(memory.objects), file, index, page);
    };
    if (end > size) {
      memory.objects = changed_at(std::move(memory.objects), file, [&](AbstractMemory::Pages pages) {
        return with_zeros_behind(std::move(pages), size);
      });
      size = end;
    }
    const std::uint32_t part = std::min(end - to, bytes_in_both_pages(from, to));
    const LawArea* area = area_at(t.after, caller(t), from);
    if (!area) return memory;
    const std::uint32_t page = page_holding(from);
    const bool is_itself = shows_page(t.after, memory, caller(t), *area, page, file, index);
    const PageBytes source = page_seen(t.after, memory, caller(t), *area, page);
    change_page(copied_upwards(lookup(memory.objects, file, index), within_page(to), is_itself ? nullptr : &source,
                               within_page(from), part));
    done += part;
  }
  return memory;
}

}  // namespace refmm::process
