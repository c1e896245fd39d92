#include <refmm/model/vma_exit.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tests/vma_companion.hpp>

#include <algorithm>

namespace refmm {

namespace {

/// A copy takes as long as the areas are many: one is made for so many calls.
constexpr std::uint64_t calls_between_forks = 8;

/// The child of a lawful address space has its areas, in their order, and nothing of it is locked.
bool is_child_of(const vma::Mm<std::uint32_t>& child, const vma::Mm<std::uint32_t>& parent) {
  const auto same_place = [](const vma::Area<std::uint32_t>& copy, vma::Area<std::uint32_t> area) {
    area.vm_flags &= ~vma::VM_LOCKED;
    area.id = copy.id;
    return copy == area;
  };
  return std::ranges::equal(child.areas, parent.areas, same_place) && child.map_count == parent.map_count &&
         child.total_vm == parent.total_vm && child.locked_vm == 0;
}

}  // namespace

std::optional<BrokenLaw> VmaCompanion::step(const Carried<VmaFamily>& carried) {
  because_of_fork_.clear();
  if (const auto broken = as_built_.step(carried)) return broken;
  if (calls_++ % calls_between_forks == 0) return fork(carried.after);
  return std::nullopt;
}

std::optional<BrokenLaw> VmaCompanion::fork(const VmaFamily::State& parent) {
  const auto forked = model::dup_mmap<std::uint32_t>({parent, vma::Nothing{}, {}, {}});
  because_of_fork_ = forked.so_far.because;
  if (!model::was_refused(forked.so_far) && !is_child_of(forked.child, parent.mm))
    return BrokenLaw{&*ClauseRef("vma.fork.areas"), "a_child_has_the_areas_of_its_parent"};
  return std::nullopt;
}

}  // namespace refmm
