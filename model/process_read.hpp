// pread: bytes of a file, copied from its page cache to the memory of a process.
//
// Page by page: the page is found in the cache or brought into it, alone, and as many bytes are copied as it has. On this machine transfers
// are finished at once, so that no page is ever found locked, and the read-ahead of 2.4.0 never begins.
// Follows sys_pread in fs/read_write.c, generic_file_read, do_generic_file_read and file_read_actor in mm/filemap.c.
#pragma once

#include <refmm/model/fault_file.hpp>
#include <refmm/model/process_copy.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The page of a file that is read, up to date: from the cache, or brought into it, by one transfer at most.
template <Word W>
constexpr PageHad<W> page_to_read(PageStep<W> so_far, W file, W index) {
  W pfn = find_page(so_far.memory, file, index);
  if (pfn == W(fault::none)) {
    auto taken = alloc_page(std::move(so_far), fault::Gfp::GFP_USER);
    if (!taken.pfn)
      return page_not_had<W>(std::move(taken.so_far), process::Refusal::no_page_for_file, "process.read.no_page");
    pfn = *taken.pfn;
    so_far = add_to_page_cache(cited(std::move(taken.so_far), "process.read.brought_in"), pfn, file, index);
    so_far = read_page(std::move(so_far), pfn);
  } else {
    so_far = get_page(std::move(so_far), pfn);
    if (has(frame(so_far.memory, pfn).flags, fault::PG_uptodate))
      so_far = cited(std::move(so_far), "process.read.cached");
    else
      so_far = read_page(cited(std::move(so_far), "process.read.again"), pfn);
  }
  if (has(frame(so_far.memory, pfn).flags, fault::PG_uptodate) || mutant("process.read.takes_what_is_there"))
    return {std::move(so_far), pfn, std::nullopt};
  return page_not_had<W>(put_page(std::move(so_far), pfn), process::Refusal::file_page_unreadable,
                         "process.read.unreadable");
}

/// One page of a request. A page of which only some bytes could be copied is tried once more from there.
template <Word W>
constexpr Progress<W> page_read_by(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, W file, W done,
                                   const process::Pread<W>& call) {
  const MachineOf<W>& machine = kernel.machine();

  // find
  const W at = call.offset + done, size = lookup(so_far.state.memory.objects, file).i_size;
  if (at >= size && !mutant("process.read.has_no_end"))
    return {cited(std::move(so_far), "process.read.end_of_file"), done, true, std::nullopt};
  const W wanted = call.len - done, there = size - at;
  const bool to_the_end = there < wanted && !mutant("process.read.has_no_end");
  const PagePart<W> part = part_of<W>(machine, at, to_the_end ? there : wanted);
  auto page = page_to_read<W>(pages_taken(so_far), file, part.index);
  so_far = pages_returned(std::move(so_far), std::move(page.so_far));
  if (page.refusal) return {std::move(so_far), done, true, page.refusal};

  // change
  auto copy = copied<W>(kernel, cited(std::move(so_far), "process.read.copies"), pid, Way::to_user,
                        call.addr + done, PlaceInFrame<W>{page.pfn, part.offset}, part.bytes);
  so_far = std::move(copy.so_far);
  if (!mutant("process.read.keeps_the_page"))
    so_far = with_pages(std::move(so_far), [&](auto pages) { return put_page(std::move(pages), page.pfn); });
  const W now = done + copy.bytes;
  if (copy.refusal) so_far = cited(std::move(so_far), "process.read.buffer");
  return {std::move(so_far), now, copy.bytes == 0u || now == call.len, copy.refusal};
}

/// The result is Copied, or Refused. 2.4.0: sys_pread.
template <Word W>
constexpr ProcessStep<W> pread(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                               const process::Pread<W>& call) {
  using process::Refusal;

  // refuse
  const vma::File* const open = process::file_behind(so_far.state, call.fd);
  if (!open) return refused(std::move(so_far), Refusal::descriptor_not_open, "process.read.not_open");
  if ((open->f_mode & vma::FMODE_READ) == 0)
    return refused(std::move(so_far), Refusal::descriptor_not_readable, "process.read.not_readable");
  if (process::is_negative(call.offset))
    return refused(std::move(so_far), Refusal::offset_negative, "process.read.negative_offset");
  if (!is_user_range<W>(kernel.machine(), call.addr, call.len))
    return refused(std::move(so_far), Refusal::buffer_outside_task, "process.read.outside_task");
  if (call.len == 0u) return succeeded<W>(std::move(so_far), process::Copied<W>{0u}, "process.read.length_zero");

  // change
  const W file = object_named(so_far.state, open->inode);
  Progress<W> progress{std::move(so_far), 0u, false, std::nullopt};
  while (!progress.ends)
    progress = page_read_by<W>(kernel, std::move(progress.so_far), pid, file, progress.done, call);

  // report
  return ended(std::move(progress), "process.read");
}

}  // namespace refmm::model::inline REFMM_BUILD
