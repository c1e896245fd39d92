// A machine that runs processes: address spaces over one pool of page frames, a swap area and some files.
//
// It behaves as 2.4.0 does (arch/i386/mm/fault.c, kernel/fork.c, kernel/ptrace.c and the calls about memory) but for 2.4.0's defects, none
// of which it has; spec/book/process.md is the chapter. Everything that happens is asked for: no daemon runs, and no request for
// memory reclaims anything.
//
// This program is tests/process_example.cpp, which the tests run:
//
//   #include <refmm/impl/process.hpp>
//
//   #include <cstdio>
//
//   using namespace refmm;
//
//   int main() {
//     impl::ProcessMachine machine({.kernel = fault::corrected,
//                                   .ram_pages = 64,
//                                   .swap_pages = 16,
//                                   .page_cluster = 0,
//                                   .files = {8192},
//                                   .overcommit = true,
//                                   .survive = false});
//     const auto fd = machine.open(1, vma::FMODE_READ);
//     if (!fd) return 1;
//     auto& mm = machine.mm(1);
//     const auto text = mm.mmap(0, 8192, vma::PROT_READ, vma::MAP_PRIVATE, static_cast<int>(*fd), 0);
//     const auto heap =
//         mm.mmap(0, 4096, vma::PROT_READ | vma::PROT_WRITE, vma::MAP_PRIVATE | vma::MAP_ANONYMOUS, -1, 0);
//     if (!text || !heap || !machine.store(1, *heap, 5)) return 1;
//
//     const auto child = machine.fork(1);
//     if (!child || !machine.store(*child, *heap, 6)) return 1;
//     std::printf("file %d, parent %d, child %d\n", *machine.load(1, *text), *machine.load(1, *heap),
//                 *machine.load(*child, *heap));
//
//     const auto unmapped = machine.swap_out(*child, *heap);
//     const auto freed = machine.reclaim();
//     std::printf("%u unmapped, %u freed, and it is still %d\n", *unmapped, freed, *machine.load(*child, *heap));
//
//     if (!machine.store(1, *text, 0)) std::printf("the file is read-only\n");
//   }
//
// It prints three lines: a byte of the file, the parent's and the child's; what the way to the swap area and back took; and the refusal.
//
// One thread at a time may use a machine.
#pragma once

#include <refmm/impl/process_access.hpp>
#include <refmm/impl/process_boot.hpp>
#include <refmm/impl/process_copy.hpp>
#include <refmm/impl/process_debugger.hpp>
#include <refmm/impl/process_file.hpp>
#include <refmm/impl/process_fork.hpp>
#include <refmm/impl/process_kiobuf.hpp>
#include <refmm/impl/process_machine.hpp>
#include <refmm/impl/process_read.hpp>
#include <refmm/impl/process_swap.hpp>
#include <refmm/impl/process_truncate.hpp>
#include <refmm/impl/process_write.hpp>
