// The byte semantics and the accounts of demand paging, for any number of processes, pages, frames, slots and objects.
//
// Each law is about one step of one operation at one place, from any consistent state, and about what is seen and counted there and at
// any other place. With the operations that carry out calls page by page, that is an induction over pages, calls and processes.
#pragma once

#include <refmm/spec/fault_pages_inputs.hpp>
#include <refmm/spec/law.hpp>

namespace refmm::fault {

// ---- Two places ---------------------------------------------------------------------------------------------------

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

/// The byte that is seen at both places is the one that was.
template <class All, Word W>
constexpr auto nobody_sees_a_difference(const Scene<All, W>& before, const All& after) {
  return both(
      byte_seen(after, before.means_here, before.here) == byte_seen(before.all, before.means_here, before.here),
      byte_seen(after, before.means_there, before.there) ==
          byte_seen(before.all, before.means_there, before.there));
}

// ---- Faults -------------------------------------------------------------------------------------------------------

/// A fault at `here`, by a process or a debugger, that the area permits; carried out.
template <class World, class All, Word W>
constexpr auto any_fault(World& world, auto subject, const Scene<All, W>& scene) {
  const W vm_flags = world.word("vm_flags"), addr = world.word("addr"), pid = world.word("pid");
  const bool write = static_cast<bool>(world.truth("write"));
  const auto shared = has_flag(vm_flags, vma::VM_SHARED);
  world.assume(implies(write, has_flag(vm_flags, vma::VM_WRITE)));
  world.assume(equivalent(shared, scene.means_here.shared != W(0u)));
  world.assume(negation(has_flag(vm_flags, VM_SEQ_READ)));
  return subject.fault_at(scene.all, scene.here, scene.means_here, vm_flags, pid, addr, write);
}

inline constexpr Law a_fault_changes_nothing_that_is_seen{
    "process.memory", "a_fault_handled_or_not_changes_no_byte_that_anybody_sees", [](auto& world, auto subject) {
      const auto scene = any_scene(world);
      const auto after = any_fault(world, subject, scene);
      world.reached(after.because);
      return nobody_sees_a_difference(scene, after.memory);
    }};

}  // namespace refmm::fault
