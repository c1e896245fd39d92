// The page allocator: blocks of 2^order frames of one zone, split when they are taken and merged when they are given back.
//
// It behaves as 2.4.0 does (mm/page_alloc.c, mm/bootmem.c) but for 2.4.0's defects, none of which it has; spec/book/buddy.md is
// the chapter, and its [defect.buddy.*] clauses say what is different. A call takes time that grows with the number of orders, not
// with the zone; nothing is allocated after construction. The frames themselves are never touched: a zone is numbers.
//
// This program is tests/page_allocator_example.cpp, which the tests run:
//
//   #include <refmm/impl/buddy.hpp>
//
//   #include <cstdio>
//
//   int main() {
//     refmm::impl::BuddyAllocator zone(refmm::native_64, 1000, 64);  // frames 1000 to 1063
//     zone.boot_free(1000, 1063);
//     const auto one = zone.alloc_pages(0), four = zone.alloc_pages(2);
//     if (!one || !four) return 1;
//     std::printf("frame %ju, frames %ju and three more, %u left\n", *one, *four, zone.free_pages_count());
//     zone.free_pages(*one, 0);
//     if (!zone.free_pages(*one, 0)) std::printf("released once too often\n");
//   }
//
// It prints two lines. One thread at a time: the kernel holds the zone's lock.
#pragma once

#include <refmm/impl/buddy_allocator.hpp>
#include <refmm/impl/buddy_boot.hpp>
#include <refmm/impl/buddy_marks.hpp>
