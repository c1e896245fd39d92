// Laws about pwrite: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/process_access_step_laws.hpp>
#include <refmm/spec/process_read_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process::holds {

/// The claim about a pwrite of something with which nothing is wrong, wherever its buffer lies.
constexpr bool of_writing(const Transition& t, auto claim) {
  const auto asked = request<Pwrite>(t, vma::FMODE_WRITE);
  return !asked || claim(*asked);
}

// ---- Checks -----------------------------------------------------------------------------------------------------------

constexpr bool only_what_is_open_is_written(const Transition& t) {
  return of_descriptor<Pwrite>(t, [&](const auto&, const vma::File* open) {
    return (refusal(t) == Refusal::descriptor_not_open) == (open == nullptr);
  });
}

constexpr bool only_what_was_opened_for_writing_is_written(const Transition& t) {
  return of_descriptor<Pwrite>(t, [&](const auto&, const vma::File* open) {
    return (refusal(t) == Refusal::descriptor_not_writable) ==
           (open != nullptr && !was_opened_for(open, vma::FMODE_WRITE));
  });
}

constexpr bool nothing_is_written_in_front_of_a_file(const Transition& t) {
  return of_descriptor<Pwrite>(t, [&](const auto& write, const vma::File* open) {
    return (refusal(t) == Refusal::offset_negative) ==
           (was_opened_for(open, vma::FMODE_WRITE) && is_negative(write.offset));
  });
}

constexpr bool writing_nothing_succeeds(const Transition& t) {
  return of_descriptor<Pwrite>(t, [&](const auto& write, const vma::File* open) {
    const bool looks = was_opened_for(open, vma::FMODE_WRITE) && !is_negative(write.offset);
    if (!looks || write.len != 0) return true;
    return bytes_copied(t) == 0 && t.before == t.after && t.effects.empty();
  });
}

// ---- Writing ----------------------------------------------------------------------------------------------------------

constexpr bool writing_ends_early_only_where_it_must(const Transition& t) {
  return of_writing(t, [&](const Request& asked) {
    const std::uint32_t done = bytes_done(t);
    if (was_refused(t) != (done == 0)) return false;
    return done == asked.len || !lies_in_task(asked.addr, asked.len) || gave_up(t) || could_not_read(t) ||
           lacked_a_frame(t, GFP_USER);
  });
}

/// That comes later: msync, reclaim.
constexpr bool writing_writes_nothing_to_the_disk(const Transition& t) {
  return of_writing(t, [&](const Request&) {
    return disk_stays(t) && !had_effect<FileTransfer>(t, [](const FileTransfer& transfer) {
             return transfer.way == fault::Transfer::write;
           });
  });
}

constexpr bool what_is_written_was_readable_and_is_accessed(const Transition& t) {
  return of_writing(t, [&](const Request&) {
    return std::ranges::all_of(effects_of<CopyFromUser>(t), [&](const CopyFromUser& copy) {
      return processor_lets_through(entry_at(t.after, caller(t), copy.addr), read_in_user_mode) &&
             processor_lets_through(entry_at(t.after, caller(t), copy.addr + copy.len - 1), read_in_user_mode);
    });
  });
}

/// What is written of a page is all that was asked for; and no page that was in memory is lost.
constexpr bool a_write_that_cannot_read_its_buffer_writes_nothing_of_the_page(const Transition& t) {
  return of_writing(t, [&](const Request& asked) {
    const std::uint32_t done = bytes_done(t);
    if (done != asked.len && done != 0 && (asked.offset + done) % page_bytes != 0) return false;
    return std::ranges::all_of(lookup(t.before.memory.page_cache, asked.file).written, [&](const auto& page) {
      const NamedPage name{asked.file, page.first};
      return !is_uptodate(t.before, name) || is_uptodate(t.after, name);
    });
  });
}

constexpr bool writing_lacks_a_frame_only_where_one_was_refused(const Transition& t) {
  return refusal(t) != Refusal::no_page_for_file || !call<Pwrite>(t) ||
         (lacked_the_last_frame(t, GFP_USER) && !gave_up(t));
}

constexpr bool a_page_that_is_written_whole_is_not_read(const Transition& t) {
  return of_writing(t, [&](const Request& asked) {
    return !buffer_shows_no_object(t, asked) ||
           of_pages(asked, bytes_done(t), [&](NamedPage page, std::uint32_t bytes) {
             return bytes != page_bytes || reads_of(t, page).empty();
           });
  });
}

constexpr bool a_page_behind_the_end_is_not_read(const Transition& t) {
  return of_writing(t, [&](const Request& asked) {
    return of_pages(asked, bytes_done(t), [&](NamedPage page, std::uint32_t) {
      return page.index < pages_in(t.before, asked.file) || reads_of(t, page).empty();
    });
  });
}

/// Unless it is in memory, once; and no other.
constexpr bool a_page_that_is_written_in_part_is_read_first(const Transition& t) {
  return of_writing(t, [&](const Request& asked) {
    return !buffer_shows_no_object(t, asked) ||
           of_pages(asked, bytes_done(t), [&](NamedPage page, std::uint32_t bytes) {
             const bool is_behind = page.index >= pages_in(t.before, asked.file);
             const bool reads = bytes != page_bytes && !is_behind && !is_uptodate(t.before, page);
             return reads_of(t, page).size() == (reads ? 1u : 0u);
           });
  });
}

constexpr bool a_page_that_writing_cannot_have_stays_in_the_cache(const Transition& t) {
  return of_writing(t, [&](const Request& asked) {
    return refusal(t) != Refusal::file_page_unreadable || stays_unread(t, asked);
  });
}

constexpr bool what_is_written_is_dirty_and_up_to_date(const Transition& t) {
  return of_writing(t, [&](const Request& asked) {
    return are_copied_page_by_page<CopyFromUser>(t, asked) &&
           of_pages(asked, bytes_done(t), [&](NamedPage page, std::uint32_t) {
             return is_uptodate(t.after, page) &&
                    has_flag(frame(t.after, cached(t.after, page.object, page.index)).flags, fault::PG_dirty);
           });
  });
}

constexpr bool a_file_grows_to_where_it_was_written(const Transition& t) {
  return of_writing(t, [&](const Request& asked) {
    const std::uint32_t before = lookup(t.before.memory.objects, asked.file).i_size;
    const std::uint32_t end = bytes_done(t) == 0 ? 0 : asked.offset + bytes_done(t);
    return lookup(t.after.memory.objects, asked.file).i_size == std::max(before, end);
  });
}

}  // namespace refmm::process::holds
