// Pages of files: brought into the page cache, and found there.
//
// A page that is not in the cache is read with its neighbours. A page that could not be read stays in the cache, and is read again
// when it is asked for. Follows page_cache_read, read_cluster_nonblocking, nopage_sequential_readahead and filemap_nopage in mm/filemap.c.
#pragma once

#include <refmm/model/fault_sync.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Pages of a file or object, the last one counted as whole.
template <class M>
constexpr auto pages_of_object(const MachineOf<WordOf<M>>& machine, const M& memory, const WordOf<M>& object) {
  using W = WordOf<M>;
  return pages_in<W>(machine, lookup(memory.objects, object).i_size + W(machine.page_size - 1));
}

// ---- Reading ------------------------------------------------------------------------------------------------------

/// Reads a page of a file into its frame in the cache. A failed transfer moves nothing. 2.4.0: the readpage method.
template <class M>
constexpr MemoryStep<M> read_page(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  using W = WordOf<M>;
  const auto page = frame(so_far.memory, pfn);
  const bool done = !transfer_fails(so_far.memory.faults.fail_read);
  so_far.effects.push_back(fault::FileTransfer<W>{fault::Transfer::read, page.mapping, page.index, pfn, done});
  if (done) {
    const W index = mutant("fault.file.reads_the_next_page") ? page.index + 1u : page.index;
    const auto bytes = lookup(lookup(so_far.memory.objects, page.mapping).disk, index);
    so_far.memory.contents = updated(std::move(so_far.memory.contents), pfn, bytes);
  }
  return page_read(std::move(so_far), pfn, done);
}

template <class M>
struct CacheRead {
  MemoryStep<M> so_far;
  bool had_frames;
  WordOf<M> last;  // the page that was read last, or found no frame
};

/// Brings a page of a file into the cache unless it is there. 2.4.0: page_cache_read.
template <class M>
constexpr CacheRead<M> page_cache_read(MemoryStep<M> so_far, const WordOf<M>& file, const WordOf<M>& index) {
  if (find_page(so_far.memory, file, index) != WordOf<M>(fault::none)) return {std::move(so_far), true, index};
  auto taken = alloc_page(std::move(so_far), fault::Gfp::GFP_USER);
  if (!taken.pfn) return {std::move(taken.so_far), false, index};
  so_far = add_to_page_cache(std::move(taken.so_far), *taken.pfn, file, index);
  so_far = read_page(std::move(so_far), *taken.pfn);
  if (mutant("fault.file.keeps_the_reference_of_the_reader")) return {std::move(so_far), true, index};
  return {put_page(std::move(so_far), *taken.pfn), true, index};
}

/// Brings the pages of an aligned group into the cache, up to the end of the file; the first that finds no frame ends it. 2.4.0:
/// read_cluster_nonblocking. [fault.file.read_around]
template <Word W>
constexpr CacheRead<fault::Memory<W>> read_cluster(MemoryStep<fault::Memory<W>> so_far, W file, W index, W pages) {
  const W group = W(1u) << so_far.memory.page_cluster;
  const W first = index & ~(group - 1u);
  for (W next = first; next != first + group && next < pages; next = next + 1u) {
    auto read = page_cache_read(std::move(so_far), file, next);
    if (!read.had_frames) return read;
    so_far = std::move(read.so_far);
  }
  return {std::move(so_far), true, index};
}

template <Word W, class... Maps>
constexpr CacheRead<fault::AllPages<W, Maps...>> read_cluster(MemoryStep<fault::AllPages<W, Maps...>> so_far,
                                                              W file, W index, W) {
  return page_cache_read(std::move(so_far), file, index);
}

/// Brings a page that is not in the cache into it: with its group, alone in an area with MADV_RANDOM and behind the end. As built,
/// a neighbour without a frame is as bad as the page itself ([defect.fault.read_around]); mended, the page is then tried alone.
template <class M>
constexpr CacheRead<M> read_in(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                               const Mapping<WordOf<M>>& mapping, const WordOf<M>& index) {
  using W = WordOf<M>;
  const W pages = pages_of_object(kernel.machine(), so_far.memory, mapping.object);
  if (index >= pages || has(mapping.area.vm_flags, fault::VM_RAND_READ))
    return page_cache_read(cited(std::move(so_far), "fault.file.alone"), mapping.object, index);
  auto read = read_cluster<W>(cited(std::move(so_far), "fault.file.read_around"), mapping.object, index, pages);
  if (read.had_frames || read.last == index) return read;
  if (kernel.corrected.read_around) return page_cache_read(std::move(read.so_far), mapping.object, index);
  read.so_far = cited(std::move(read.so_far), "defect.fault.read_around");
  return read;
}

// ---- Sequential areas ---------------------------------------------------------------------------------------------

/// Pages of the window that is read ahead in a sequential area: MAX_READAHEAD, rounded up to a group.
template <Word W>
constexpr W readahead_window(W page_cluster) {
  constexpr std::uint32_t max_readahead = 31;
  const W group = W(1u) << page_cluster;
  return (W(max_readahead) + group - 1u) & ~(group - 1u);
}

/// In an area with MADV_SEQUENTIAL, a fault on the page in the middle of the window reads the next one, and writes back what is dirty in
/// the one before. 2.4.0: nopage_sequential_readahead. [fault.file.sequential]
template <Word W>
constexpr Synced<fault::Memory<W>> sequential_readahead(const fault::KernelOf<W>& kernel,
                                                        MemoryStep<fault::Memory<W>> so_far, const Space<W>& space,
                                                        const Mapping<W>& mapping, W index) {
  const MachineOf<W>& machine = kernel.machine();
  const vma::Area<W>& area = mapping.area;

  // find
  const W window = readahead_window<W>(so_far.memory.page_cluster);
  W raend = lookup(so_far.memory.raend, area.id);
  if (raend == 0u) raend = area.vm_pgoff + window;
  so_far.memory.raend = updated(std::move(so_far.memory.raend), area.id, raend);
  if (index + (window >> W(1u)) != raend) return {std::move(so_far), true};
  const W last = pages_in<W>(machine, area.vm_end) + area.vm_pgoff;
  const W start = area.vm_pgoff + raend;
  const W end = start + window > last ? last : start + window;
  if (start > end) return {std::move(so_far), true};

  // change
  so_far = cited(std::move(so_far), "fault.file.sequential");
  const W pages = pages_of_object(machine, so_far.memory, mapping.object);
  const W group = W(1u) << so_far.memory.page_cluster;
  for (W next = start; next < end && next < pages; next = next + group) {
    auto read = read_cluster<W>(std::move(so_far), mapping.object, next, pages);
    so_far = std::move(read.so_far);
    if (!read.had_frames) break;
  }
  if (raend > area.vm_pgoff + window + window) {
    const W passed = area.vm_start + bytes_in<W>(machine, raend - window - window);
    auto synced = filemap_sync<W>(kernel.corrected.sequential_without_file, machine, std::move(so_far), space,
                                  passed - bytes_in<W>(machine, window), passed);
    if (!synced.had_files) synced.so_far = cited(std::move(synced.so_far), "defect.fault.sequential_without_file");
    if (synced.ended) return synced;
    so_far = std::move(synced.so_far);
  }
  so_far.memory.raend = updated(std::move(so_far.memory.raend), area.id, raend + window);
  return {std::move(so_far), true};
}

template <fault::ManyPages M>
constexpr Synced<M> sequential_readahead(const fault::KernelOf<WordOf<M>>&, MemoryStep<M> so_far,
                                         const Space<WordOf<M>>&, const Mapping<WordOf<M>>&, const WordOf<M>&) {
  return {std::move(so_far), true};
}

// ---- The nopage method --------------------------------------------------------------------------------------------

/// Reads a page of the cache that is not up to date again, up to twice. [fault.file.read_again]
template <class M>
constexpr MemoryStep<M> read_again(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  for (int attempt = 0; attempt != 2; ++attempt) {
    if (has(frame(so_far.memory, pfn).flags, fault::PG_uptodate)) break;
    so_far = read_page(cited(std::move(so_far), "fault.file.read_again"), pfn);
  }
  return so_far;
}

/// The page of a file that an address shows. 2.4.0: filemap_nopage.
template <class M>
constexpr NoPage<M> filemap_nopage(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                   const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                   const WordOf<M>& addr, bool no_share) {
  using W = WordOf<M>;
  const W index = page_index<W>(kernel.machine(), mapping, addr);

  // refuse
  const bool is_behind = is_true(index >= pages_of_object(kernel.machine(), so_far.memory, mapping.object));
  if (is_behind && !mutant("fault.file.has_no_end")) {
    if (space.current || kernel.corrected.debugger_end_of_file)
      return no_page_because(std::move(so_far), fault::Handled::beyond_object, "fault.file.beyond_end");
    so_far = cited(std::move(so_far), "defect.fault.debugger_end_of_file");
  }

  // find
  W pfn = find_page(so_far.memory, mapping.object, index);
  if (pfn == W(fault::none)) {
    auto read = read_in(kernel, std::move(so_far), mapping, index);
    so_far = std::move(read.so_far);
    if (!read.had_frames) return no_page_because(std::move(so_far), fault::Handled::no_page, "fault.file.no_page");
    pfn = find_page(so_far.memory, mapping.object, index);
  } else {
    so_far = cited(std::move(so_far), "fault.file.cached");
  }
  if (!mutant("fault.file.takes_no_reference")) so_far = get_page(std::move(so_far), pfn);
  so_far = read_again(std::move(so_far), pfn);
  if (!has(frame(so_far.memory, pfn).flags, fault::PG_uptodate))
    return no_page_because(put_page(std::move(so_far), pfn), fault::Handled::not_readable,
                           "fault.file.unreadable");
  if (has(mapping.area.vm_flags, fault::VM_SEQ_READ)) {
    auto ahead = sequential_readahead(kernel, std::move(so_far), space, mapping, index);
    so_far = std::move(ahead.so_far);
    if (ahead.ended) return {std::move(so_far), std::nullopt, fault::Handled::window_without_file};
  }

  // change
  if (no_share && !mutant("fault.file.never_copies"))
    return copied_early(std::move(so_far), pfn, "fault.file.early_copy");
  return {std::move(so_far), pfn, {}};
}

}  // namespace refmm::model::inline REFMM_BUILD
