// The picture of a state, for each family: tools/story_FAMILY.cpp.
#pragma once

#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/slab_family.hpp>
#include <refmm/tests/vma_family.hpp>
#include <refmm/tools/story_picture.hpp>

namespace refmm::story {

/// Slabs to scale in the order of their lists, with their free chains, colours and firstnotfull.
Picture picture_of(const SlabFamily::State& state, const SlabFamily::Boot& boot);

/// The address space to scale, and its areas.
Picture picture_of(const VmaFamily::State& state, const VmaFamily::Boot& boot);

/// The frames of the zone, and its lists of free blocks.
Picture picture_of(const BuddyFamily::State& state, const BuddyFamily::Boot& boot);

/// The kernel's areas to scale, and all page directories beside swapper_pg_dir.
Picture picture_of(const KernelMapFamily::State& state, const KernelMapFamily::Boot& boot);

/// The frames and who has them, swap slots, and the address space and page tables of each process.
Picture picture_of(const FaultFamily::State& state, const FaultFamily::Boot& boot);

/// The heap to scale, chunk by chunk, and its lists of free chunks.
Picture picture_of(const MallocFamily::State& state, const MallocFamily::Boot& boot);

}  // namespace refmm::story
