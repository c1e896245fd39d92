#include <refmm/model/vma_exit.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/vma_companion.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

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

bool decided_by_defect(const Because& because) {
  return std::ranges::any_of(because, [](ClauseRef clause) { return clause->kind == ClauseKind::defect; });
}

VmaCompanion::VmaCompanion(const VmaFamily::Boot& boot) : as_built_(boot) {
  as_built_.kernel.corrected = vma::nothing_corrected;
}

std::optional<BrokenLaw> VmaCompanion::step(const Carried<VmaFamily>& carried) {
  auto outcome = VmaFamily::step(as_built_, carried.before, carried.command);
  because_ = outcome.because;
  // A call that is refused sooner has looked at less: what was found last is no difference.
  const bool same = outcome.result == carried.result && outcome.effects == carried.effects &&
                    vma::canonical(outcome.state) == vma::canonical(carried.after);
  if (!same && !decided_by_defect(outcome.because))
    return BrokenLaw{&*outcome.because.back(), "without_a_defect_the_kernel_as_built_does_the_same"};

  if (astray_)
    go_astray(carried.command);
  else if (!same && !VmaFamily::ends_everything(outcome.result))
    astray_ = std::move(outcome.state);
  if (calls_++ % calls_between_forks == 0) return fork(carried.after);
  return std::nullopt;
}

/// The call on the state that the defects have led to. Where that ends everything, the way is followed no further.
void VmaCompanion::go_astray(const VmaFamily::Command& command) {
  auto outcome = VmaFamily::step(as_built_, std::move(*astray_), command);
  std::ranges::copy(outcome.because, std::back_inserter(because_));
  if (VmaFamily::ends_everything(outcome.result))
    astray_.reset();
  else
    astray_ = std::move(outcome.state);
}

std::optional<BrokenLaw> VmaCompanion::fork(const VmaFamily::State& parent) {
  const auto forked = model::dup_mmap<std::uint32_t>({parent, vma::Nothing{}, {}, {}});
  std::ranges::copy(forked.so_far.because, std::back_inserter(because_));
  if (!model::was_refused(forked.so_far) && !is_child_of(forked.child, parent.mm))
    return BrokenLaw{&*ClauseRef("vma.fork.areas"), "a_child_has_the_areas_of_its_parent"};
  return std::nullopt;
}

}  // namespace refmm
