// The slab allocator: caches of objects of one size, cut from slabs of 2^n pages.
//
// It behaves as the uniprocessor allocator of 2.4.0 without debugging does (mm/slab.c), call for call and list for
// list; spec/book/slab.md is the chapter. Alloc and free take constant time: the list of a cache's slabs stands
// in the order full, partial, free, `firstnotfull` points behind the full ones, and the free objects of a slab are
// chained by index in its bufctl array.
//
// A refused call returns nullptr or nothing, and refusal() says why. A usage error (slab::is_bug) is the end, as
// BUG() is: nothing is promised of any later call.
#pragma once

#include <refmm/impl/slab_allocator.hpp>
#include <refmm/impl/slab_create.hpp>
#include <refmm/impl/slab_grow.hpp>
#include <refmm/impl/slab_reap.hpp>
