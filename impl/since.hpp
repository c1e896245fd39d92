// Memory areas of later eras: what 2.4.0 does, and the changes that the kernel at hand has, each a switch of since::Era.
//
// EraAddressSpace is the address space of one process, over the areas, the tree and the calls of impl/vma.hpp: what a change refuses is
// refused before, the code of 2.4.0 does the work, and areas that are alike are joined afterwards. EraMachine has processes, which
// load and store bytes and are copied. spec/book/since.md is the chapter; its clauses are named [since.*].
//
//   HostPages pages;
//   SlabAllocator<HostPages> slabs(pages);
//   AreaCaches<EraWord> caches(slabs);
//   EraMachine machine({.kernel = since::kernel_of(since::linux_6_18, 64), ...}, slabs, caches);
//   EraAddressSpace& mm = machine.process(0).mm;
//   const auto buffer = mm.mmap2(nullptr, 0, 8192, vma::PROT_READ | vma::PROT_WRITE, vma::MAP_PRIVATE | vma::MAP_ANONYMOUS, 0);
//   mm.mm_populate();
//   if (buffer) machine.store(0, *buffer, 7);
//   const std::size_t child = machine.fork(0);
//
// One thread at a time: the kernel holds mmap_lock.
#pragma once

#include <refmm/impl/since_address_space.hpp>
#include <refmm/impl/since_brk.hpp>
#include <refmm/impl/since_descriptors.hpp>
#include <refmm/impl/since_limits.hpp>
#include <refmm/impl/since_machine.hpp>
#include <refmm/impl/since_madvise.hpp>
#include <refmm/impl/since_merge.hpp>
#include <refmm/impl/since_mlock.hpp>
#include <refmm/impl/since_mmap.hpp>
#include <refmm/impl/since_mprotect.hpp>
#include <refmm/impl/since_mremap.hpp>
#include <refmm/impl/since_touch.hpp>
#include <refmm/impl/since_unmapped.hpp>
