// Scripts carried out by the model, for tests that need a lawful zone or call to start from.
#pragma once

#include <refmm/model/buddy.hpp>
#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_kernel.hpp>
#include <refmm/spec/buddy_transition.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::buddy {

/// One call that the model carried out, by value: tests change a copy.
struct Carried {
  Kernel kernel;
  LawState before;
  Command<std::uint32_t> command;
  Result<std::uint32_t> result;
  std::vector<LawEffect> effects;
  LawState after;
  Because because;

  Transition transition() const { return {kernel, before, command, result, effects, after}; }
};

/// A zone and what has been asked of it since. Frames are written as positions.
class BuddyScript {
 public:
  static constexpr std::uint32_t zone_start = 64;

  /// All frames but those that are reserved are free, unless told otherwise.
  explicit BuddyScript(std::uint32_t zone_pages = 64, const Kernel& kernel = corrected,
                       std::vector<FrameRange<std::uint32_t>> reserved = {}, AtBoot free = AtBoot::boot) {
    const Boot<std::uint32_t> boot{kernel, zone_start, zone_pages, free, std::nullopt, std::move(reserved)};
    last_ = {kernel, {}, AllocPages{0}, Nothing{}, {}, model::boot(boot), {}};
  }

  BuddyScript& run(const Command<std::uint32_t>& command) {
    LawState before = last_.after;
    auto step = model::step<std::uint32_t>(last_.kernel, before, command);
    last_ = {last_.kernel,          std::move(before),      command, step.result, std::move(step.effects),
             std::move(step.state), std::move(step.because)};
    return *this;
  }

  static constexpr std::uint32_t at(std::uint32_t position) { return zone_start + position; }

  BuddyScript& alloc(std::uint32_t order) { return run(AllocPages{order}); }
  BuddyScript& free(std::uint32_t position, std::uint32_t order = 0) {
    return run(FreePages<std::uint32_t>{at(position), order});
  }
  BuddyScript& free_ok(std::uint32_t position, std::uint32_t order = 0) {
    return run(FreePagesOk<std::uint32_t>{at(position), order});
  }
  BuddyScript& get(std::uint32_t position) { return run(GetPage<std::uint32_t>{at(position)}); }
  BuddyScript& boot_free(std::uint32_t first, std::uint32_t last) {
    return run(BootFree<std::uint32_t>{{at(first), at(last)}});
  }
  BuddyScript& mark(std::uint32_t position, std::uint32_t flags) {
    return run(MarkPage<std::uint32_t>{at(position), {flags, false, false}});
  }
  BuddyScript& mark_buffers(std::uint32_t position) {
    return run(MarkPage<std::uint32_t>{at(position), {0, true, false}});
  }
  BuddyScript& mark_mapping(std::uint32_t position) {
    return run(MarkPage<std::uint32_t>{at(position), {0, false, true}});
  }

  const Carried& last() const { return last_; }
  const LawState& state() const { return last_.after; }

 private:
  Carried last_;
};

}  // namespace refmm::buddy
