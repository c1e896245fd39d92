// The address space of a process: areas, and the calls that make, change and remove them.
//
// It behaves as 2.4.0 does (mm/mmap.c and its neighbours) but for 2.4.0's defects, none of which it has; spec/book/vma.md is
// the chapter, and its [defect.vma.*] clauses say what is different. Areas are objects of the slab cache `vm_area_struct` and
// stand in an ordered structure, so that a lookup takes logarithmic time however many there are. Nothing is allocated but
// areas, and whichever request for one fails, the address space is left as the clause of the call says.
//
// This program is tests/address_space_example.cpp, which the tests run:
//
//   #include <refmm/impl/vma.hpp>
//
//   #include <cstdint>
//   #include <cstdio>
//
//   using namespace refmm::impl;
//   namespace vma = refmm::vma;
//
//   int main() {
//     HostPages pages;
//     SlabAllocator slabs(pages);
//     AreaCaches<std::uint64_t> areas(slabs);
//     NoPaging<std::uint64_t> layer(refmm::native_64);
//     Files files(slabs, layer);
//     AddressSpace mm(refmm::native_64, areas, files, layer);
//
//     const auto buffer = mm.mmap(0, 5 * 4096, vma::PROT_READ, vma::MAP_PRIVATE | vma::MAP_ANONYMOUS, -1, 0);
//     if (!buffer) return 1;
//     if (!mm.mprotect(*buffer + 4096, 4096, vma::PROT_READ | vma::PROT_WRITE)) return 1;
//     if (!mm.munmap(*buffer + 3 * 4096, 4096)) return 1;
//     for (const auto& area : mm.areas()) {
//       std::printf("%jx-%jx r%c\n", std::uintmax_t{area.vm_start}, std::uintmax_t{area.vm_end},
//                   area.has(vma::VM_WRITE) ? 'w' : '-');
//     }
//     const auto refused = mm.munmap(*buffer + 1, 4096);
//     std::printf("%s\n", notation(refused.refusal()));
//   }
//
// It prints four lines for the areas that there are in the end, and -1 EINVAL.
//
// One thread at a time: the kernel holds mmap_sem.
#pragma once

#include <refmm/impl/vma_address_space.hpp>
#include <refmm/impl/vma_brk.hpp>
#include <refmm/impl/vma_exit.hpp>
#include <refmm/impl/vma_find.hpp>
#include <refmm/impl/vma_list.hpp>
#include <refmm/impl/vma_mlock.hpp>
#include <refmm/impl/vma_mmap.hpp>
#include <refmm/impl/vma_mprotect.hpp>
#include <refmm/impl/vma_mremap.hpp>
#include <refmm/impl/vma_munmap.hpp>
#include <refmm/impl/vma_split.hpp>
#include <refmm/impl/vma_stack.hpp>
