// Laws about pages of files and their order in the cache: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/fault_touch_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace refmm::process::holds {

constexpr bool is_of_file(const LawState& state, const Touch& touch) {
  return is_untouched_of_object(touch) && touch.page.object <= files_of(state);
}

/// The claim about a page of a file that an access touches first, and about its name.
constexpr bool of_page_of_file(const Transition& t, auto claim) {
  return of_touch_by_access(
      t, [&](const Touch& touch) { return !is_of_file(t.before, touch) || claim(touch, touch.page); });
}

/// The same, unless the page is behind the end of its file.
constexpr bool of_page_within_file(const Transition& t, auto claim) {
  return of_page_of_file(t, [&](const Touch& touch, NamedPage page) {
    return page.index >= pages_in(t.before, page.object) || claim(touch, page);
  });
}

/// Reads of a file, in their order.
constexpr std::vector<FileTransfer> reads_of(const Transition& t, std::uint32_t file) {
  auto reads = effects_of<FileTransfer>(t);
  std::erase_if(reads, [&](const FileTransfer& transfer) {
    return transfer.way != fault::Transfer::read || transfer.file != file;
  });
  return reads;
}
constexpr std::vector<FileTransfer> reads_of(const Transition& t, NamedPage page) {
  auto reads = reads_of(t, page.object);
  std::erase_if(reads, [&](const FileTransfer& transfer) { return transfer.page != page.index; });
  return reads;
}

constexpr bool is_cached(const LawState& state, NamedPage page) {
  return cached(state, page.object, page.index) != fault::none;
}
constexpr bool is_uptodate(const LawState& state, NamedPage page) {
  return is_cached(state, page) &&
         has_flag(frame(state, cached(state, page.object, page.index)).flags, fault::PG_uptodate);
}

// ---- Found or read --------------------------------------------------------------------------------------------------

constexpr bool behind_the_end_of_a_file_there_is_no_page(const Transition& t) {
  return of_page_of_file(t, [&](const Touch& touch, NamedPage page) {
    const bool beyond = page.index >= pages_in(t.before, page.object);
    return refuses_access_exactly_if(t, Refusal::beyond_object, beyond) &&
           (!beyond || (touch.after == 0 && reads_of(t, page).empty()));
  });
}

/// The page that the process sees, or of which it gets a copy, is that of the cache.
constexpr bool comes_from(const Transition& t, const Touch& touch, std::uint32_t pfn) {
  return leads_to(touch.after, pfn) || was_copied(t, frame_of(touch.after), pfn);
}

constexpr bool a_page_in_the_cache_is_not_read(const Transition& t) {
  return of_page_within_file(t, [&](const Touch& touch, NamedPage page) {
    if (!is_uptodate(t.before, page)) return true;
    const std::uint32_t pfn = cached(t.before, page.object, page.index);
    return reads_of(t, page).empty() && (touch.after == 0 || comes_from(t, touch, pfn));
  });
}

/// The pages that are read with one: those of its aligned group that the cache does not have, up to the end of the file.
constexpr std::vector<std::uint32_t> group_of(const LawState& state, NamedPage page) {
  const std::uint32_t size = 1u << state.memory.page_cluster, first = page.index & ~(size - 1);
  std::vector<std::uint32_t> group;
  for (std::uint32_t index = first; index != first + size && index < pages_in(state, page.object); ++index) {
    if (!is_cached(state, {page.object, index})) group.push_back(index);
  }
  return group;
}

/// The pages of a file that a call brings into the cache, in the order in which it reads them for the first time.
constexpr std::vector<std::uint32_t> brought_in(const Transition& t, std::uint32_t file) {
  std::vector<std::uint32_t> pages;
  for (const FileTransfer& read : reads_of(t, file)) {
    const bool is_new = !is_cached(t.before, {file, read.page});
    if (is_new && std::ranges::find(pages, read.page) == pages.end()) pages.push_back(read.page);
  }
  return pages;
}

/// They are `wanted`, in order; or, if a frame was refused, as many of them from the first on, and the page itself all the same.
constexpr bool are_brought_in(const Transition& t, NamedPage page, std::vector<std::uint32_t> wanted) {
  auto pages = brought_in(t, page.object);
  if (pages == wanted) return true;
  std::erase(pages, page.index);
  std::erase(wanted, page.index);
  return lacked_a_frame(t, GFP_USER) && pages.size() <= wanted.size() &&
         std::equal(pages.begin(), pages.end(), wanted.begin());
}

/// Pages that nobody asked for may be missing.
constexpr bool a_page_is_read_with_its_group(const Transition& t) {
  return of_page_within_file(t, [&](const Touch& touch, NamedPage page) {
    const bool is_another_way = has_flag(touch.area.vm_flags, fault::VM_RAND_READ | fault::VM_SEQ_READ);
    if (is_another_way || is_cached(t.before, page) || lacked_a_frame(t, GFP_KERNEL)) return true;
    const bool copies = touch.write && !is_shared(touch.area);
    const bool is_had = is_cached(t.after, page) && !copies;
    return are_brought_in(t, page, group_of(t.before, page)) && !(is_had && refusal(t) == Refusal::no_page);
  });
}

constexpr bool a_page_of_a_random_area_is_read_alone(const Transition& t) {
  return of_page_within_file(t, [&](const Touch& touch, NamedPage page) {
    if (!has_flag(touch.area.vm_flags, fault::VM_RAND_READ) || is_cached(t.before, page)) return true;
    return lacked_a_frame(t, GFP_KERNEL) || are_brought_in(t, page, {page.index});
  });
}

/// Pages that nobody asked for may be missing.
constexpr bool an_access_to_a_file_lacks_a_frame_only_for_its_page_or_its_copy(const Transition& t) {
  return of_page_within_file(t, [&](const Touch& touch, NamedPage page) {
    const bool copies = touch.write && !is_shared(touch.area);
    const bool lacked = !is_cached(t.after, page) || (copies && lacked_the_last_frame(t, GFP_USER));
    return refuses_access_exactly_if(t, Refusal::no_page, lacked) && (!was_refused(t) || touch.after == 0);
  });
}

/// A write to a private page that is in memory, or has just come, wants a frame for the copy.
constexpr bool a_write_without_a_frame_for_its_copy_leaves_the_page_to_the_cache(const Transition& t) {
  return of_page_within_file(t, [&](const Touch& touch, NamedPage page) {
    if (!touch.write || is_shared(touch.area) || !is_uptodate(t.after, page)) return true;
    const bool lacked = lacked_the_last_frame(t, GFP_USER);
    return refuses_access_exactly_if(t, Refusal::no_page, lacked) && (!lacked || touch.after == 0);
  });
}

constexpr bool a_page_is_read_until_it_is_right_and_three_times_at_most(const Transition& t) {
  return of_page_within_file(t, [&](const Touch&, NamedPage page) {
    const auto reads = reads_of(t, page);
    const auto failed = static_cast<std::size_t>(std::ranges::count(reads, false, &FileTransfer::done));
    const std::size_t most = is_cached(t.before, page) ? 2 : 3;
    if (is_uptodate(t.before, page)) return reads.empty();
    if (!is_cached(t.after, page) || lacked_a_frame(t, GFP_KERNEL)) return true;
    return failed == most ? reads.size() == most
                          : reads.size() == failed + 1 && failed < most && reads.back().done;
  });
}

constexpr bool a_page_that_cannot_be_read_is_refused_and_stays_in_the_cache(const Transition& t) {
  return of_page_within_file(t, [&](const Touch& touch, NamedPage page) {
    const auto reads = reads_of(t, page);
    const bool unreadable = !reads.empty() && !reads.back().done;
    if (!refuses_access_exactly_if(t, Refusal::not_readable, unreadable)) return false;
    return !unreadable || (touch.after == 0 && is_cached(t.after, page) && !is_uptodate(t.after, page));
  });
}

constexpr bool a_write_to_a_private_page_of_a_file_copies_it_at_once(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    if (!is_of_file(t.before, touch) || !touch.write || is_shared(touch.area) || touch.after == 0) return true;
    const NamedPage page = touch.page;
    const std::uint32_t copy = frame_of(touch.after);
    return was_given(t, copy, GFP_USER) && was_copied(t, copy, cached(t.after, page.object, page.index));
  });
}

// ---- Sequential areas -----------------------------------------------------------------------------------------------

/// Pages in the window of a sequential area: 31, as whole groups.
constexpr std::uint32_t window_of(const LawState& state) {
  const std::uint32_t group = 1u << state.memory.page_cluster;
  return (31 + group - 1) / group * group;
}

/// Where the window ends that was read ahead in an area so far.
constexpr std::uint32_t read_ahead_to(const LawState& state, const LawArea& area) {
  const std::uint32_t end = lookup(state.memory.raend, area.id);
  return end != 0 ? end : area.vm_pgoff + window_of(state);
}

/// The first page of the next window, and the page behind it; within the area, not the file.
constexpr PageRange next_window(const LawState& state, const LawArea& area) {
  const std::uint32_t start = area.vm_pgoff + read_ahead_to(state, area);
  return {start, std::min(start + window_of(state), (area.vm_end >> page_bits) + area.vm_pgoff)};
}

/// In the middle of a window the next one is read: as many groups as it has, from the one that it begins in. Who has no page table for the
/// page does not come to read it.
constexpr bool a_sequential_area_is_read_window_by_window(const Transition& t) {
  return of_page_within_file(t, [&](const Touch& touch, NamedPage page) {
    if (!has_flag(touch.area.vm_flags, fault::VM_SEQ_READ) || !exists(t.after, touch.pid)) return true;
    const std::uint32_t end = read_ahead_to(t.before, touch.area), now = read_ahead_to(t.after, touch.area);
    const PageRange next = next_window(t.before, touch.area);
    const bool in_the_middle = page.index + window_of(t.before) / 2 == end && next.start <= next.end;
    const bool had_table = refusal(t) != Refusal::no_page_table;
    if (!had_table || !is_uptodate(t.after, page) || !in_the_middle) return now == end;
    const std::uint32_t group = 1u << t.before.memory.page_cluster, pages = pages_in(t.before, page.object);
    for (std::uint32_t from = next.start; from < std::min(next.end, pages); from += group) {
      const std::uint32_t first = from / group * group;
      for (std::uint32_t index = first; index < std::min(first + group, pages); ++index) {
        if (!is_cached(t.after, {page.object, index}) && !lacked_a_frame(t, GFP_USER)) return false;
      }
    }
    return now == end + window_of(t.before);
  });
}

// ---- The order of the cache -----------------------------------------------------------------------------------------

/// True if a list of an object is what it was, in its order, less what has left it, behind what is new in it.
constexpr bool grows_in_front(const std::vector<std::uint32_t>& before, const std::vector<std::uint32_t>& after) {
  const auto stays = [&](std::uint32_t pfn) { return std::ranges::find(before, pfn) != before.end(); };
  const auto first_old = std::ranges::find_if(after, stays);
  auto next = before.begin();
  return std::all_of(first_old, after.end(), [&](std::uint32_t pfn) {
    next = std::find(next, before.end(), pfn);
    return next != before.end();
  });
}

constexpr bool was_written(const Transition& t, std::uint32_t pfn) {
  const auto is_write = [&](const auto& transfer) {
    return transfer.way == fault::Transfer::write && transfer.pfn == pfn;
  };
  return had_effect<SwapTransfer>(t, is_write) || had_effect<FileTransfer>(t, is_write);
}

constexpr bool pages_enter_the_lists_of_their_object_in_front(const Transition& t) {
  return std::ranges::all_of(t.after.memory.objects.written, [&](const auto& numbered) {
    const auto* before = object_at(t.before, numbered.first);
    // A page for which reclaim finds no slot becomes dirty anew, and one that is written may have become dirty just before.
    if (!before || (call<Reclaim>(t) && before->shared_memory)) return true;
    const auto stayed = [&](std::vector<std::uint32_t> list) {
      std::erase_if(list, [&](std::uint32_t pfn) { return was_written(t, pfn); });
      return list;
    };
    return grows_in_front(stayed(before->clean_pages), numbered.second.clean_pages) &&
           grows_in_front(stayed(before->dirty_pages), numbered.second.dirty_pages);
  });
}

}  // namespace refmm::process::holds
