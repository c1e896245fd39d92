// Memory areas of later eras: what 2.4.0 does, and the changes that the kernel at hand has, each a switch of since::Era.
//
// EraAddressSpace is the address space of one process, over the areas, the tree and the calls of impl/vma.hpp: what a change refuses is
// refused before, the code of 2.4.0 does the work, and areas that are alike are joined afterwards. EraMachine has processes, which
// load and store bytes and are copied. spec/book/since.md is the chapter; its clauses are named [since.*].
//
// This program is tests/later_era_example.cpp, which the tests run:
//
//   #include <refmm/impl/since.hpp>
//   #include <refmm/spec/since_eras.hpp>
//
//   #include <cstdint>
//   #include <cstdio>
//
//   using namespace refmm::impl;
//   namespace since = refmm::since;
//   namespace vma = refmm::vma;
//
//   int main() {
//     HostPages pages;
//     SlabAllocator slabs(pages);
//     AreaCaches<EraWord> areas(slabs);
//     constexpr EraWord no_limit = ~EraWord{0};
//     EraMachine machine({.kernel = since::kernel_of(since::linux_6_18, 64),
//                         .bits = 64,
//                         .brk = 0x8000000,
//                         .rlimit_as = no_limit,
//                         .rlimit_data = no_limit,
//                         .rlimit_memlock = no_limit,
//                         .rlimit_stack = no_limit},
//                        slabs, areas);
//
//     EraAddressSpace& mm = machine.process(0).mm;
//     constexpr EraWord prot = vma::PROT_READ | vma::PROT_WRITE;
//     constexpr EraWord flags = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;
//     const auto first = mm.mmap2(nullptr, 0, 4096, prot, flags, 0);
//     const auto second = mm.mmap2(nullptr, 0, 4096, prot, flags, 0);
//     if (!first || !second) return 1;
//     for (const auto& area : mm.areas()) {
//       std::printf("%jx-%jx\n", std::uintmax_t{area.vm_start}, std::uintmax_t{area.vm_end});
//     }
//
//     if (!machine.store(0, *second, 7)) return 1;
//     const std::size_t child = machine.fork(0);
//     if (!machine.store(child, *second, 8)) return 1;
//     std::printf("%d %d\n", *machine.load(0, *second), *machine.load(child, *second));
//   }
//
// It prints one area, which both mappings became, and 7 8: each process has its own page.
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
