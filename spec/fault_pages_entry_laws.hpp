// What entries permit, whose their pages are, and what they say about writing, for any number of processes and pages.
#pragma once

#include <refmm/spec/fault_pages_operations.hpp>
#include <refmm/spec/law.hpp>

namespace refmm::fault {

// ---- Permissions --------------------------------------------------------------------------------------------------

/// What the processor may do through an entry an area with such flags permits.
template <Word W>
constexpr auto permits_no_more(const W& entry, const W& vm_flags) {
  const auto present = has_flag(entry, PAGE_PRESENT);
  return both(implies(present, has_flag(vm_flags, vma::VM_ACCESS)),
              implies(both(present, has_flag(entry, PAGE_RW)), has_flag(vm_flags, vma::VM_WRITE)));
}

inline constexpr Law a_fault_permits_no_more{
    "fault.entries.permitted", "a_fault_makes_no_entry_that_permits_more_than_its_area",
    [](auto& world, auto subject) {
      const auto scene = any_scene_of_one(world);
      const auto vm_flags = world.word("vm_flags");
      world.assume(permits_no_more(entry_at(scene.all, scene.here), vm_flags));
      return permits_no_more(entry_at(a_fault(world, subject, scene).memory, scene.here), vm_flags);
    }};
inline constexpr Law protecting_permits_no_more{
    "fault.entries.permitted", "other_permissions_make_no_entry_that_permits_more_than_its_area",
    [](auto& world, auto subject) {
      const auto scene = any_scene_of_one(world);
      const auto after = a_protection(world, subject, scene).memory;
      return permits_no_more(entry_at(after, scene.here), world.word("vm_flags"));
    }};

inline constexpr Law accesses_are_permitted_as_areas_permit{
    "process.fault.not_permitted", "an_access_that_faults_is_permitted_exactly_if_its_area_permits_it",
    [](auto& world, auto subject) {
      const auto vm_flags = world.word("vm_flags");
      const bool write = static_cast<bool>(world.truth("write"));
      const bool protection = static_cast<bool>(world.truth("protection"));
      const auto permitted = subject.permits(vm_flags, protection, write);
      world.reached(permitted.because);
      const auto readable =
          both(negation(decltype(has_flag(vm_flags, 1))(protection)), has_flag(vm_flags, vma::VM_ACCESS));
      const auto should = write ? has_flag(vm_flags, vma::VM_WRITE) : readable;
      return equivalent(decltype(should)(permitted.value), should);
    }};

// ---- Owners -------------------------------------------------------------------------------------------------------

/// Both places lead to what they may, and a writable private page has one owner.
template <class All, Word W>
constexpr auto owners_are_right(const Scene<All, W>& scene, const All& all) {
  return refmm::all(leads_to_its_own(all, scene.means_here, scene.here),
                    leads_to_its_own(all, scene.means_there, scene.there),
                    owned_alone(all, scene.means_here, scene.here, scene.there),
                    owned_alone(all, scene.means_there, scene.there, scene.here));
}

constexpr auto keeps_owners(auto operate) {
  return [operate](auto& world, auto subject) {
    const auto scene = any_scene(world);
    return owners_are_right(scene, operate(world, subject, scene).memory);
  };
}

inline constexpr Law a_fault_keeps_owners{
    "fault.owner.private",
    "a_fault_makes_a_private_page_writable_for_its_only_owner_and_shared_pages_stay_their_objects",
    keeps_owners(a_fault)};
inline constexpr Law swapping_out_keeps_owners{"fault.owner.private",
                                               "swapping_out_leaves_every_writable_private_page_with_one_owner",
                                               keeps_owners(a_swapping_out)};
inline constexpr Law protecting_keeps_owners{
    "fault.owner.private", "other_permissions_make_no_private_page_writable", keeps_owners(a_protection)};

inline constexpr Law syncing_keeps_owners{"fault.msync.dirty_bit",
                                          "taking_a_dirty_bit_to_its_page_leaves_pages_without_a_name_dirty",
                                          keeps_owners(a_syncing)};

inline constexpr Law fork_keeps_owners{
    "fault.copy.write_protect", "after_a_fork_no_private_page_is_writable_for_parent_or_child",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto scene = any_scene(world);
      const auto child = any_empty_place(world, scene);
      const W vm_flags = any_flags_of_area(world, scene);
      const auto after = subject.copied_to(scene.all, scene.here, child, vm_flags).memory;
      return refmm::all(owned_alone(after, scene.means_here, scene.here, child),
                        owned_alone(after, scene.means_here, child, scene.here),
                        owned_alone(after, scene.means_here, child, scene.there),
                        owned_alone(after, scene.means_there, scene.there, child));
    }};

// ---- Dirty bits ---------------------------------------------------------------------------------------------------

/// True if a page of a cache, or the entry here, says that it is to be written.
template <class All, Word W>
constexpr auto says_dirty(const All& all, const Place<W>& here, const W& pfn) {
  const W entry = entry_at(all, here);
  return either(has_flag(lookup(all.mem_map, pfn).flags, PG_dirty),
                refmm::all(leads_to_page(entry), frame_behind(entry) == pfn, has_flag(entry, PAGE_DIRTY)));
}

/// What was to be written is still to be written, unless its cache has given it up.
constexpr auto loses_no_dirty_bit(auto operate) {
  return [operate](auto& world, auto subject) {
    using W = WordOf<decltype(world)>;
    const auto scene = any_scene_of_one(world);
    const W pfn = frame_behind(entry_at(scene.all, scene.here));
    const auto after = operate(world, subject, scene).memory;
    const Frame<W> was = lookup(scene.all.mem_map, pfn), is = lookup(after.mem_map, pfn);
    const auto still_cached = refmm::all(was.mapping != W(none), is.mapping == was.mapping, is.index == was.index);
    return implies(both(says_dirty(scene.all, scene.here, pfn), still_cached), says_dirty(after, scene.here, pfn));
  };
}

inline constexpr Law unmapping_loses_no_dirty_bit{
    "fault.zap.dirty_bit", "taking_a_dirty_entry_away_makes_the_page_dirty", loses_no_dirty_bit(an_unmapping)};
inline constexpr Law swapping_out_loses_no_dirty_bit{
    "fault.swap_out.file", "swapping_out_a_dirty_entry_makes_the_page_dirty", loses_no_dirty_bit(a_swapping_out)};
inline constexpr Law syncing_loses_no_dirty_bit{"fault.msync.dirty_bit",
                                                "a_dirty_bit_that_msync_takes_away_makes_the_page_dirty",
                                                loses_no_dirty_bit(a_syncing)};
inline constexpr Law protecting_loses_no_dirty_bit{"fault.protect.entry",
                                                   "other_permissions_leave_an_entry_as_dirty_as_it_was",
                                                   loses_no_dirty_bit(a_protection)};

}  // namespace refmm::fault
