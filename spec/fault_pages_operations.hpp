// What the laws about pages are about: any place of a consistent state, an operation at it, and if need be any other place.
//
// The operations that carry out calls go page by page, so that one step of one operation at one place is an induction over pages,
// calls and processes.
#pragma once

#include <refmm/spec/fault_pages_inputs.hpp>

#include <type_traits>

namespace refmm::fault {

// ---- Places of a state --------------------------------------------------------------------------------------------

/// Everything that a law about one place looks at.
template <class All, Word W>
struct SceneOfOne {
  All all;
  Place<W> here;  // where the operation happens
  Meaning<W> means_here;
};

/// Any consistent state and any place of it.
template <class World>
constexpr auto any_scene_of_one(World& world) {
  using W = WordOf<World>;
  const auto all = any_pages(world);
  const auto here = any_place(world, "here");
  SceneOfOne<std::remove_const_t<decltype(all)>, W> scene{all, here, meaning_of(any_meanings(world), here)};
  assume_consistent(world, scene.all, scene.means_here, here);
  return scene;
}

/// Everything that a law about two places looks at.
template <class All, Word W>
struct Scene {
  All all;
  Place<W> here, there;  // where the operation happens, and any other place
  Meaning<W> means_here, means_there;
};

/// Any consistent state and any two places of it.
template <class World>
constexpr auto any_scene(World& world) {
  using W = WordOf<World>;
  const auto all = any_pages(world);
  const auto meanings = any_meanings(world);
  const auto here = any_place(world, "here"), there = any_place(world, "there");
  Scene<std::remove_const_t<decltype(all)>, W> scene{all, here, there, meaning_of(meanings, here),
                                                     meaning_of(meanings, there)};
  assume_consistent(world, scene.all, scene.means_here, here, scene.means_there, there);
  return scene;
}

template <class All, Word W>
constexpr auto seen_here(const Scene<All, W>& scene, const All& all) {
  return byte_seen(all, scene.means_here, scene.here);
}
template <class All, Word W>
constexpr auto seen_there(const Scene<All, W>& scene, const All& all) {
  return byte_seen(all, scene.means_there, scene.there);
}

// ---- Operations at a place ----------------------------------------------------------------------------------------

/// The flags of an area that has `here`. What its entry lets be written the area may let be written; and in a shared area that can be written
/// what is there can be ([fault.entries.permitted], [fault.entries.shared]).
template <class World>
constexpr auto any_flags_of_area(World& world, const auto& scene) {
  using W = WordOf<World>;
  const W vm_flags = world.word("vm_flags"), entry = entry_at(scene.all, scene.here);
  const auto writable = both(leads_to_page(entry), has_flag(entry, PAGE_RW)),
             shared = has_flag(vm_flags, vma::VM_SHARED);
  world.assume(equivalent(shared, scene.means_here.shared != W(0u)));
  world.assume(implies(writable, has_flag(vm_flags, vma::VM_MAYWRITE)));
  world.assume(implies(refmm::all(shared, has_flag(vm_flags, vma::VM_WRITE), leads_to_page(entry)), writable));
  return vm_flags;
}

/// A fault, by a process or a debugger, that the area permits.
inline constexpr auto a_fault = [](auto& world, auto subject, const auto& scene) {
  const auto vm_flags = any_flags_of_area(world, scene), addr = world.word("addr"), pid = world.word("pid");
  const bool write = static_cast<bool>(world.truth("write"));
  world.assume(implies(write, has_flag(vm_flags, vma::VM_WRITE)));
  world.assume(negation(has_flag(vm_flags, VM_SEQ_READ)));
  return subject.fault_at(scene.all, scene.here, scene.means_here, vm_flags, pid, addr, write);
};

/// True of a file: an object whose pages come from a disk.
template <class All, Word W>
constexpr auto is_file(const All& all, const W& object) {
  return refmm::all(object != W(none), object != W(swapper_space),
                    lookup(all.objects, object).shared_memory == W(0u));
}

/// A page of a file is brought into the cache, one that anybody may see there: for a fault and around it, ahead of one in a sequential area,
/// or on advice.
inline constexpr auto a_reading_in = [](auto& world, auto subject, const auto& scene) {
  world.assume(is_file(scene.all, scene.means_there.object));
  return subject.read_in(scene.all, scene.means_there.object, scene.means_there.index);
};

/// msync, and the end of a window of a sequential area, take a dirty bit to the page.
inline constexpr auto a_syncing = [](auto& world, auto subject, const auto& scene) {
  return subject.synced_at(scene.all, scene.here, world.word("pid"), world.word("addr"));
};

/// msync writes a dirty page to its file; its byte not behind the end.
inline constexpr auto a_writing_back = [](auto& world, auto subject, const auto& scene) {
  const auto pfn = world.word("written", 1, last_frame);
  const auto frame = lookup(scene.all.mem_map, pfn);
  world.assume(refmm::all(is_file(scene.all, frame.mapping), has_flag(frame.flags, PG_dirty)));
  assume_on_disk(world, scene.all, pfn);
  return subject.written_back(scene.all, pfn);
};

/// munmap, exit, truncate and madvise(MADV_DONTNEED) take an entry away.
inline constexpr auto an_unmapping = [](auto&, auto subject, const auto& scene) {
  return subject.unmapped_at(scene.all, scene.here);
};

/// The scanner unmaps a page that was not used for long.
inline constexpr auto a_swapping_out = [](auto& world, auto subject, const auto& scene) {
  return subject.swapped_out_at(scene.all, scene.here, world.word("pid"));
};

/// mprotect gives an area other permissions.
inline constexpr auto a_protection = [](auto& world, auto subject, const auto& scene) {
  const auto vm_flags = world.word("vm_flags");
  world.assume(equivalent(has_flag(vm_flags, vma::VM_SHARED), scene.means_here.shared != 0u));
  return subject.protected_at(scene.all, scene.here, vm_flags);
};

/// The kernel frees the frame of a page that only its cache has; not of a part of a file's last page behind the end.
inline constexpr auto a_reclaiming = [](auto& world, auto subject, const auto& scene) {
  const auto pfn = world.word("reclaimed", 1, last_frame);
  assume_reclaimable(world, scene.all, pfn);
  return subject.reclaimed(scene.all, pfn);
};

}  // namespace refmm::fault
