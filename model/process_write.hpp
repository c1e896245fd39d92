// pwrite: bytes of the memory of a process, copied to the page cache of a file.
//
// Page by page: the buffer is looked at first; then the page is found in the cache or made, read if it is to be written only in part, written,
// and dirty. A file page has no buffers here; its block is the page. It goes to the disk when somebody syncs or reclaims it.
// Follows sys_pwrite in fs/read_write.c, generic_file_write in mm/filemap.c, block_prepare_write and generic_commit_write in fs/buffer.c.
#pragma once

#include <refmm/model/process_copy.hpp>
#include <refmm/model/process_file.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- The buffer -------------------------------------------------------------------------------------------------------

/// What a first look at memory that is to be written to a file has come to.
template <Word W>
struct Looked {
  ProcessStep<W> so_far;
  std::optional<process::Refusal> refusal;
};

/// The first byte of a part, and its last one, are read before its page is looked for, so that the copy needs no fault of that page. As
/// built nobody heeds how that ends: [defect.fault.unreadable_buffer].
template <Word W>
constexpr Looked<W> looked_at_first(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, W addr,
                                    W bytes) {
  const bool heeds = kernel.corrected.unreadable_buffer;
  so_far = cited(std::move(so_far), "process.write.looks_first");
  if (!is_user_range<W>(kernel.machine(), addr, bytes)) {
    if (heeds) return {std::move(so_far), process::Refusal::buffer_outside_task};
    so_far = cited(std::move(so_far), "defect.fault.unreadable_buffer");
  }
  for (const W at : {addr, addr + bytes - 1u}) {
    if (at >= W(kernel.machine().task_size)) continue;  // the kernel's own memory, which is there
    auto reached = accessed(kernel, std::move(so_far), pid, at, {.user = false, .write = false, .wp = true});
    so_far = std::move(reached.so_far);
    if (!reached.refusal) continue;
    if (heeds || process::ends_everything(*reached.refusal)) return {std::move(so_far), reached.refusal};
    so_far = cited(std::move(so_far), "defect.fault.unreadable_buffer");
  }
  return {std::move(so_far), std::nullopt};
}

// ---- The page ---------------------------------------------------------------------------------------------------------

/// The page of a file that is written: from the cache, or a frame that enters it. 2.4.0: __grab_cache_page.
template <Word W>
constexpr PageHad<W> page_grabbed(PageStep<W> so_far, W file, W index) {
  const W pfn = find_page(so_far.memory, file, index);
  if (pfn != W(fault::none)) return {get_page(std::move(so_far), pfn), pfn, std::nullopt};
  auto taken = alloc_page(std::move(so_far), fault::Gfp::GFP_USER);
  if (!taken.pfn)
    return page_not_had<W>(std::move(taken.so_far), process::Refusal::no_page_for_file, "process.write.no_page");
  return {add_to_page_cache(std::move(taken.so_far), *taken.pfn, file, index), *taken.pfn, std::nullopt};
}

/// The page with what it must have beside what will be written: nothing if that is all of it, zeros behind the end of the file, else what
/// the disk has. 2.4.0: block_prepare_write.
template <Word W>
constexpr PageHad<W> page_prepared(const MachineOf<W>& machine, PageHad<W> page, W file, const PagePart<W>& part) {
  if (page.refusal || has(frame(page.so_far.memory, page.pfn).flags, fault::PG_uptodate)) return page;
  PageStep<W> so_far = std::move(page.so_far);
  if (part.bytes == W(machine.page_size))
    return {cited(std::move(so_far), "process.write.whole_page"), page.pfn, std::nullopt};
  if (part.index >= pages_of_object(machine, so_far.memory, file)) {
    so_far.memory.contents = updated(std::move(so_far.memory.contents), page.pfn, zero_bytes(so_far.memory));
    return {cited(std::move(so_far), "process.write.behind_the_end"), page.pfn, std::nullopt};
  }
  so_far = cited(std::move(so_far), "process.write.reads_in");
  if (mutant("process.write.reads_nothing_in")) return {std::move(so_far), page.pfn, std::nullopt};
  so_far = read_page(std::move(so_far), page.pfn);
  if (has(frame(so_far.memory, page.pfn).flags, fault::PG_uptodate))
    return {std::move(so_far), page.pfn, std::nullopt};
  return page_not_had<W>(put_page(std::move(so_far), page.pfn), process::Refusal::file_page_unreadable,
                         "process.write.unreadable");
}

/// The page is up to date and dirty; the file ends behind what was written, or where it ended. 2.4.0: generic_commit_write.
template <Word W>
constexpr PageStep<W> page_committed(PageStep<W> so_far, W file, W pfn, W end) {
  so_far = frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.flags = flags_set(frame.flags, fault::PG_uptodate);
    return frame;
  });
  if (!mutant("process.write.leaves_it_clean")) so_far = set_page_dirty(std::move(so_far), pfn);
  if (end <= lookup(so_far.memory.objects, file).i_size || mutant("process.write.never_grows")) return so_far;
  so_far.memory.objects = changed_at(std::move(so_far.memory.objects), file, [&](auto object) {
    object.i_size = end;
    return object;
  });
  return cited(std::move(so_far), "process.write.grows");
}

/// As built: the page has lost what was to be written, and all else that was in it and not on the disk. 2.4.0: fail_write of
/// generic_file_write, __copy_user_zeroing.
template <Word W>
constexpr PageStep<W> page_lost(PageStep<W> so_far, W pfn, W from, W end) {
  for (W offset = from; offset != end; offset = offset + 1u)
    so_far.memory = byte_written(std::move(so_far.memory), pfn, offset, W(0u));
  so_far = frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.flags = flags_cleared(frame.flags, fault::PG_uptodate);
    return frame;
  });
  return cited(std::move(so_far), "defect.fault.unreadable_buffer");
}

// ---- The request ------------------------------------------------------------------------------------------------------

/// One page of a request: the bytes of the part are all written, or none.
template <Word W>
constexpr Progress<W> page_written_by(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, W file,
                                      W done, const process::Pwrite<W>& call) {
  const MachineOf<W>& machine = kernel.machine();

  // find
  const W at = call.offset + done, addr = call.addr + done;
  const PagePart<W> part = part_of<W>(machine, at, call.len - done);
  auto looked = looked_at_first<W>(kernel, std::move(so_far), pid, addr, part.bytes);
  if (looked.refusal) {
    so_far = cited(std::move(looked.so_far), "process.write.buffer");
    return {std::move(so_far), done, true, looked.refusal};
  }
  so_far = std::move(looked.so_far);
  auto page = page_prepared<W>(machine, page_grabbed<W>(pages_taken(so_far), file, part.index), file, part);
  so_far = pages_returned(std::move(so_far), std::move(page.so_far));
  if (page.refusal) return {std::move(so_far), done, true, page.refusal};

  // change
  const W size = lookup(so_far.state.memory.objects, file).i_size;
  if (at + part.bytes > size) so_far = tail_cleared(kernel, std::move(so_far), file, size);
  UserCopy<W> copy{std::move(so_far), 0u, process::Refusal::buffer_outside_task};
  const bool in_task = is_user_range<W>(machine, addr, part.bytes);
  if (in_task)
    copy = copied<W>(kernel, cited(std::move(copy.so_far), "process.write.copies"), pid, Way::from_user, addr,
                     PlaceInFrame<W>{page.pfn, part.offset}, part.bytes);
  const W copied_to = part.offset + copy.bytes, end = in_task ? part.offset + part.bytes : copied_to;
  so_far = with_pages(std::move(copy.so_far), [&](auto pages) {
    pages = copy.refusal ? page_lost<W>(std::move(pages), page.pfn, copied_to, end)
                         : page_committed<W>(std::move(pages), file, page.pfn, at + part.bytes);
    return mutant("process.write.keeps_the_page") ? pages : put_page(std::move(pages), page.pfn);
  });
  if (copy.refusal) return {std::move(so_far), done, true, copy.refusal};
  const W now = done + part.bytes;
  return {std::move(so_far), now, now == call.len, std::nullopt};
}

/// The result is Copied, or Refused. 2.4.0: sys_pwrite.
template <Word W>
constexpr ProcessStep<W> pwrite(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                const process::Pwrite<W>& call) {
  using process::Refusal;

  // refuse
  const vma::File* const open = process::file_behind(so_far.state, call.fd);
  if (!open) return refused(std::move(so_far), Refusal::descriptor_not_open, "process.write.not_open");
  if ((open->f_mode & vma::FMODE_WRITE) == 0)
    return refused(std::move(so_far), Refusal::descriptor_not_writable, "process.write.not_writable");
  if (process::is_negative(call.offset))
    return refused(std::move(so_far), Refusal::offset_negative, "process.write.negative_offset");
  if (call.len == 0u) return succeeded<W>(std::move(so_far), process::Copied<W>{0u}, "process.write.length_zero");

  // change
  const W file = object_named(so_far.state, open->inode);
  Progress<W> progress{std::move(so_far), 0u, false, std::nullopt};
  while (!progress.ends)
    progress = page_written_by<W>(kernel, std::move(progress.so_far), pid, file, progress.done, call);

  // report
  return ended(std::move(progress), "process.write");
}

}  // namespace refmm::model::inline REFMM_BUILD
