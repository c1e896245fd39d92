// Laws about pread: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/fault_file_step_laws.hpp>
#include <refmm/spec/process_call_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::process::holds {

// ---- What was asked ---------------------------------------------------------------------------------------------------

/// Bytes of a file from `offset` on, and memory of the caller from `addr` on.
struct Request {
  std::uint32_t file, offset, addr, len;
};

/// The claim about a pread or pwrite by a process that is there, and the open file, or nullptr.
template <template <class> class Kind>
constexpr bool of_descriptor(const Transition& t, auto claim) {
  return of_call<Kind>(t, [&](const auto& call) { return claim(call, file_behind(t.before, call.fd)); });
}

/// True if an open file permits it.
constexpr bool was_opened_for(const vma::File* open, std::uint32_t mode) {
  return open != nullptr && has_flag(open->f_mode, mode);
}

constexpr bool lies_in_task(std::uint32_t addr, std::uint32_t len) {
  return addr <= task_size && len <= task_size - addr;
}

/// What a call asks for if nothing is wrong with that, and it is anything.
template <template <class> class Kind>
constexpr std::optional<Request> request(const Transition& t, std::uint32_t mode) {
  const auto* asked = call<Kind>(t);
  if (!asked || !exists(t.before, caller(t)) || asked->len == 0 || is_negative(asked->offset)) return std::nullopt;
  const vma::File* open = file_behind(t.before, asked->fd);
  if (!was_opened_for(open, mode)) return std::nullopt;
  return Request{object_named<std::uint32_t>(t.before, open->inode), asked->offset, asked->addr, asked->len};
}

/// The claim about such a pread, whose buffer lies in the task.
constexpr bool of_reading(const Transition& t, auto claim) {
  const auto asked = request<Pread>(t, vma::FMODE_READ);
  return !asked || !lies_in_task(asked->addr, asked->len) || claim(*asked);
}

// ---- What came of it --------------------------------------------------------------------------------------------------

constexpr std::uint32_t bytes_done(const Transition& t) { return bytes_copied(t).value_or(0); }

/// Bytes of the request that the file has.
constexpr std::uint32_t bytes_there(const Transition& t, const Request& asked) {
  const std::uint32_t size = lookup(t.before.memory.objects, asked.file).i_size;
  return asked.offset >= size ? 0 : std::min(asked.len, size - asked.offset);
}

/// The claim about each page of the file that has some of the first bytes of a request: its index, and how many it has.
constexpr bool of_pages(const Request& asked, std::uint32_t bytes, auto claim) {
  for (std::uint32_t done = 0; done < bytes;) {
    const std::uint32_t at = asked.offset + done, part = std::min(bytes - done, page_bytes - at % page_bytes);
    if (!claim(NamedPage{asked.file, at >> page_bits}, part)) return false;
    done += part;
  }
  return true;
}

/// True if the buffer is in no area of a file or object, a stack having grown: what is transferred is for the request.
constexpr bool buffer_shows_no_object(const Transition& t, const Request& asked) {
  return std::ranges::none_of(process_of(t.after, caller(t)).mm.areas, [&](const LawArea& area) {
    const bool overlaps = area.vm_start <= asked.addr || area.vm_start - asked.addr < asked.len;
    return area.vm_file != 0 && overlaps && asked.addr < area.vm_end;
  });
}

constexpr bool gave_up(const Transition& t) { return had_effect<fault::Fixup>(t); }

constexpr bool could_not_read(const Transition& t) {
  return had_effect<FileTransfer>(
      t, [](const FileTransfer& transfer) { return transfer.way == fault::Transfer::read && !transfer.done; });
}

/// Something was asked for and not had that may be had the next time: a frame, a transfer.
constexpr bool asked_in_vain(const Transition& t) {
  const auto failed = [](const auto& transfer) { return !transfer.done; };
  return lacked_a_frame(t, GFP_USER) || lacked_a_frame(t, GFP_KERNEL) || had_effect<FileTransfer>(t, failed) ||
         had_effect<SwapTransfer>(t, failed);
}

/// The copies of a call are of one page of the file each, upwards from the beginning, without gaps, and as many bytes as it returns. Only
/// where the kernel gave a copy up may the next one go on in the same page.
template <class Copy>
constexpr bool are_copied_page_by_page(const Transition& t, const Request& asked) {
  std::uint32_t done = 0;
  bool gave_up_since_last = false, gave_up_before = false;
  for (const auto& effect : t.effects) {
    if (std::holds_alternative<fault::Fixup>(effect)) gave_up_since_last = true;
    const Copy* const copy = std::get_if<Copy>(&effect);
    if (!copy) continue;
    const std::uint32_t at = asked.offset + done;
    if (copy->addr != asked.addr + done || copy->len == 0 || copy->len > page_bytes - at % page_bytes)
      return false;
    if (done != 0 && at % page_bytes != 0 && !gave_up_before) return false;
    done += copy->len;
    gave_up_before = std::exchange(gave_up_since_last, false);
  }
  return done == bytes_done(t);
}

/// The page of a request without which it has come to nothing could not be read, and stays in the cache.
constexpr bool stays_unread(const Transition& t, const Request& asked) {
  const NamedPage page{asked.file, asked.offset >> page_bits};
  const auto reads = reads_of(t, page);
  return !reads.empty() && !reads.back().done && is_cached(t.after, page) && !is_uptodate(t.after, page);
}

// ---- Checks -----------------------------------------------------------------------------------------------------------

constexpr bool only_what_is_open_is_read(const Transition& t) {
  return of_descriptor<Pread>(t, [&](const auto&, const vma::File* open) {
    return (refusal(t) == Refusal::descriptor_not_open) == (open == nullptr);
  });
}

constexpr bool only_what_was_opened_for_reading_is_read(const Transition& t) {
  return of_descriptor<Pread>(t, [&](const auto&, const vma::File* open) {
    return (refusal(t) == Refusal::descriptor_not_readable) ==
           (open != nullptr && !was_opened_for(open, vma::FMODE_READ));
  });
}

constexpr bool nothing_is_read_in_front_of_a_file(const Transition& t) {
  return of_descriptor<Pread>(t, [&](const auto& read, const vma::File* open) {
    return (refusal(t) == Refusal::offset_negative) ==
           (was_opened_for(open, vma::FMODE_READ) && is_negative(read.offset));
  });
}

constexpr bool nothing_is_read_to_where_no_task_can_be(const Transition& t) {
  return of_descriptor<Pread>(t, [&](const auto& read, const vma::File* open) {
    const bool looks = was_opened_for(open, vma::FMODE_READ) && !is_negative(read.offset);
    const bool outside = looks && !lies_in_task(read.addr, read.len);
    return (refusal(t) == Refusal::buffer_outside_task) == outside && (!outside || nothing_changed(t));
  });
}

constexpr bool reading_nothing_succeeds(const Transition& t) {
  return of_descriptor<Pread>(t, [&](const auto& read, const vma::File* open) {
    const bool looks = was_opened_for(open, vma::FMODE_READ) && !is_negative(read.offset);
    if (!looks || read.len != 0 || !lies_in_task(read.addr, 0)) return true;
    return bytes_copied(t) == 0 && t.before == t.after && t.effects.empty();
  });
}

// ---- Reading ----------------------------------------------------------------------------------------------------------

/// Nothing is an error only if there was something.
constexpr bool reading_ends_early_only_where_it_must(const Transition& t) {
  return of_reading(t, [&](const Request& asked) {
    const std::uint32_t done = bytes_done(t), there = bytes_there(t, asked);
    if (was_refused(t) != (done == 0 && there != 0)) return false;
    return done == there || gave_up(t) || could_not_read(t) || lacked_a_frame(t, GFP_USER);
  });
}

constexpr bool disk_stays(const Transition& t) {
  return std::ranges::all_of(t.before.memory.objects.written, [&](const auto& numbered) {
    return lookup(t.after.memory.objects, numbered.first).disk == numbered.second.disk;
  });
}

constexpr bool reading_leaves_the_file_as_it_is(const Transition& t) {
  return of_reading(t, [&](const Request& asked) {
    return disk_stays(t) &&
           lookup(t.before.memory.objects, asked.file).i_size == lookup(t.after.memory.objects, asked.file).i_size;
  });
}

constexpr bool nothing_is_read_behind_the_end_of_a_file(const Transition& t) {
  return of_reading(t, [&](const Request& asked) {
    const std::uint32_t there = bytes_there(t, asked);
    if (there == 0) return bytes_copied(t) == 0 && t.before == t.after && t.effects.empty();
    return bytes_done(t) <= there;
  });
}

constexpr bool reading_does_not_transfer_what_is_in_memory(const Transition& t) {
  return of_reading(t, [&](const Request& asked) {
    return of_pages(asked, bytes_there(t, asked), [&](NamedPage page, std::uint32_t) {
      return !is_uptodate(t.before, page) || reads_of(t, page).empty();
    });
  });
}

/// Upwards, no neighbours, and none behind the one at which it ends.
constexpr bool the_pages_of_what_is_read_come_one_by_one(const Transition& t) {
  return of_reading(t, [&](const Request& asked) {
    if (!of_pages(asked, bytes_done(t), [&](NamedPage page, std::uint32_t) { return is_uptodate(t.after, page); }))
      return false;
    if (!buffer_shows_no_object(t, asked)) return true;
    std::vector<std::uint32_t> wanted;
    of_pages(asked, bytes_there(t, asked), [&](NamedPage page, std::uint32_t) {
      if (!is_cached(t.before, page)) wanted.push_back(page.index);
      return true;
    });
    const auto pages = brought_in(t, asked.file);
    return pages.size() <= wanted.size() && std::equal(pages.begin(), pages.end(), wanted.begin());
  });
}

constexpr bool reading_lacks_a_frame_only_where_one_was_refused(const Transition& t) {
  return refusal(t) != Refusal::no_page_for_file || !call<Pread>(t) ||
         (lacked_the_last_frame(t, GFP_USER) && !gave_up(t));
}

constexpr bool a_page_that_is_read_is_transferred_once_at_most(const Transition& t) {
  return of_reading(t, [&](const Request& asked) {
    return !buffer_shows_no_object(t, asked) ||
           of_pages(asked, bytes_there(t, asked),
                    [&](NamedPage page, std::uint32_t) { return reads_of(t, page).size() <= 1; });
  });
}

constexpr bool a_page_that_reading_cannot_have_stays_in_the_cache(const Transition& t) {
  return of_reading(t, [&](const Request& asked) {
    return refusal(t) != Refusal::file_page_unreadable || stays_unread(t, asked);
  });
}

constexpr bool what_is_read_is_copied_page_by_page_upwards(const Transition& t) {
  return of_reading(t, [&](const Request& asked) { return are_copied_page_by_page<CopyToUser>(t, asked); });
}

/// The first byte that was not copied is where nothing can be written, and could not be at the second try.
constexpr bool reading_gives_up_where_the_buffer_cannot_be_written(const Transition& t) {
  return of_reading(t, [&](const Request& asked) {
    if (!gave_up(t)) return true;
    constexpr std::uint32_t writable = fault::PAGE_PRESENT | fault::PAGE_RW;
    if (!std::holds_alternative<fault::Fixup>(t.effects.back())) return asked_in_vain(t);
    const std::uint32_t entry = entry_at(t.after, caller(t), asked.addr + bytes_done(t));
    return bytes_done(t) < bytes_there(t, asked) && (entry & writable) != writable;
  });
}

}  // namespace refmm::process::holds
