// The user's heap: malloc, free and their like over a break that moves and pages that are mapped.
//
// It does as spec/book/malloc.md says, with every check of a hardened heap: the smallest free chunk that fits, of equal ones that which
// was freed last; neighbours that are free are one; the end of the heap grows and is trimmed. Boundary tags stand in the memory that is
// handed out. Free chunks stand on rings of one size each with a bit map over them, and from 64 * 2 words on in trees through the
// chunks themselves, so that no call takes longer the more chunks there are. Nothing is allocated but what the program asks for.
//
// This program is tests/user_heap_example.cpp, which the tests run:
//
//   #include <refmm/impl/malloc_native.hpp>
//
//   #include <cstdio>
//   #include <cstring>
//
//   using namespace refmm::impl;
//
//   int main() {
//     NativeLayer layer;
//     UserHeap heap(layer, {.mmap_threshold = 1 << 17,
//                           .mmap_max = 65536,
//                           .trim_threshold = 1 << 17,
//                           .top_pad = 1 << 16,
//                           .perturb = 0});
//     const auto name = heap.allocate(100);
//     if (name == 0) return 1;
//     std::strcpy(reinterpret_cast<char*>(name), "a block of the heap");
//     const auto longer = heap.resize(name, 5000);
//     if (longer == 0) return 1;
//     std::printf("%s, of %zu bytes, %s\n", reinterpret_cast<char*>(longer), heap.usable_bytes(longer),
//                 longer == name ? "where it was" : "elsewhere");
//     heap.release(longer);
//   }
//
// It prints "a block of the heap, of 5000 bytes, where it was": the end of the heap had room.
//
// One thread at a time. To have it in place of malloc in any program, with threads: impl/malloc_preload.cpp.
#pragma once

#include <refmm/impl/malloc_align.hpp>
#include <refmm/impl/malloc_alloc.hpp>
#include <refmm/impl/malloc_batch.hpp>
#include <refmm/impl/malloc_bins.hpp>
#include <refmm/impl/malloc_mapped.hpp>
#include <refmm/impl/malloc_merge.hpp>
#include <refmm/impl/malloc_resize.hpp>
#include <refmm/impl/malloc_top.hpp>
#include <refmm/impl/malloc_tree.hpp>
#include <refmm/impl/malloc_user_heap.hpp>
