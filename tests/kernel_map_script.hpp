// Scripts carried out by the model, for tests that need a lawful state or call on kernel mappings to start from.
#pragma once

#include <refmm/model/kernel_map.hpp>
#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_kernel.hpp>
#include <refmm/spec/kernel_map_pages.hpp>
#include <refmm/spec/kernel_map_transition.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace refmm::kernel_map {

/// One call that the model carried out, by value: tests change a copy.
struct Carried {
  LawBoot boot;
  LawState before;
  Command<Word32> command;
  Result<Word32> result;
  std::vector<Effect<Word32>> effects;
  LawState after;
  Because because;

  Transition transition() const { return {boot, before, command, result, effects, after}; }
};

/// A machine with 64 MB of RAM, and 16 frames behind it that have no permanent address.
inline LawBoot small_machine(const Kernel& kernel = corrected, Config config = Config::highmem) {
  return {.kernel = kernel,
          .ram_pages = 16384,
          .highmem_pages = config == Config::highmem ? 16u : 0u,
          .first_free = 1024,
          .pse = true,
          .pge = true,
          .config = config};
}

/// A machine that has booted and what has been asked of it since.
class KernelMapScript {
 public:
  explicit KernelMapScript(const LawBoot& boot = small_machine()) {
    last_ = {boot, {}, SetKnobs{}, Nothing{}, {}, model::boot(boot), {}};
  }

  KernelMapScript& run(const Command<Word32>& command) {
    LawState before = last_.after;
    auto step = model::step<Word32>(last_.boot, before, command);
    last_ = {last_.boot,
             std::move(before),
             command,
             step.result,
             std::move(step.effects),
             std::move(step.state),
             std::move(step.because)};
    return *this;
  }

  KernelMapScript& vmalloc(Word32 size) { return run(Vmalloc<Word32>{VmallocGfp::any, size}); }
  KernelMapScript& vfree(Word32 addr) { return run(Vfree<Word32>{addr}); }
  KernelMapScript& ioremap(Word32 phys, Word32 size) { return run(Ioremap<Word32>{phys, size, false}); }
  KernelMapScript& iounmap(Word32 addr) { return run(Iounmap<Word32>{addr}); }
  KernelMapScript& fork() { return run(PgdAlloc{}); }
  KernelMapScript& touch(std::uint32_t pgd, Word32 addr, bool user = false) {
    return run(Touch<Word32>{pgd, addr, user});
  }
  KernelMapScript& map_user(std::uint32_t pgd, Word32 addr, bool writable = true) {
    return run(MapUser<Word32>{pgd, addr, writable});
  }
  /// Of the requests for frames to come, the one behind `skipped` others fails.
  KernelMapScript& fail_page(std::uint32_t skipped = 0) { return run(SetKnobs{skipped, 1u, std::nullopt}); }
  KernelMapScript& fail_kmalloc() { return run(SetKnobs{std::nullopt, std::nullopt, 1u}); }

  const Carried& last() const { return last_; }
  const LawState& state() const { return last_.after; }

 private:
  Carried last_;
};

/// Where the areas of the machine begin.
inline constexpr Word32 areas_begin = 0xc4800000;

/// Where a device is.
inline constexpr Word32 device = 0xe0000000;

}  // namespace refmm::kernel_map
