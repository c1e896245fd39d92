// Scripts carried out by the model, for tests that need a lawful state or call on memory areas to start from.
#pragma once

#include <refmm/model/vma.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_kernel.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace refmm::vma {

using VmaState = State<std::uint32_t>;
using VmaCommand = Command<std::uint32_t>;
using VmaResult = Result<std::uint32_t>;
using VmaEffect = Effect<std::uint32_t>;

/// One call that the model carried out, by value: tests change a copy.
struct Carried {
  Kernel kernel;
  VmaState before;
  VmaCommand command;
  VmaResult result;
  std::vector<VmaEffect> effects;
  VmaState after;
  Because because;

  Transition transition() const { return {kernel, before, command, result, effects, after}; }
};

/// Plenty of everything.
inline Knobs<std::uint32_t> plenty() {
  return {.free_pages = 100000,
          .buffer_pages = 0,
          .cache_pages = 0,
          .swap_pages = 0,
          .overcommit = false,
          .physpages = 100000,
          .rlimit_as = ~0u,
          .rlimit_data = ~0u,
          .rlimit_stack = 8388608,
          .rlimit_memlock = ~0u,
          .cap_ipc_lock = true,
          .max_map_count = 65536,
          .fail_vma = 0,
          .fail_shmem = 0,
          .fail_move = 0};
}

/// An empty address space and what has been asked of it since. Addresses are written as numbers of pages from 0x40000000 on.
class VmaScript {
 public:
  explicit VmaScript(const Kernel& kernel = corrected) { last_ = first(kernel); }

  VmaScript& run(const VmaCommand& command) {
    VmaState before = last_.after;
    auto step = model::step<std::uint32_t>(last_.kernel, before, command);
    last_ = {last_.kernel,          std::move(before),      command, step.result, std::move(step.effects),
             std::move(step.state), std::move(step.because)};
    return *this;
  }

  /// The address of a page.
  static constexpr std::uint32_t at(std::uint32_t page) { return 0x40000000 + bytes(page); }
  static constexpr std::uint32_t bytes(std::uint32_t pages) { return pages * 4096; }

  /// Private memory without a file, readable and writable, unless told otherwise.
  VmaScript& map(std::uint32_t page, std::uint32_t pages, std::uint32_t prot = PROT_READ | PROT_WRITE,
                 std::uint32_t flags = MAP_PRIVATE) {
    return run(Mmap2<std::uint32_t>{at(page), bytes(pages), prot, flags | MAP_FIXED | MAP_ANONYMOUS, -1, 0});
  }
  VmaScript& map_file(std::uint32_t page, std::uint32_t pages, std::int32_t fd, std::uint32_t pgoff,
                      std::uint32_t prot = PROT_READ, std::uint32_t flags = MAP_PRIVATE) {
    return run(Mmap2<std::uint32_t>{at(page), bytes(pages), prot, flags | MAP_FIXED, fd, pgoff});
  }
  VmaScript& open(const Name& name, std::uint32_t mode = FMODE_READ | FMODE_WRITE) {
    return run(Open{name, mode});
  }
  VmaScript& unmap(std::uint32_t page, std::uint32_t pages) {
    return run(Munmap<std::uint32_t>{at(page), bytes(pages)});
  }
  VmaScript& protect(std::uint32_t page, std::uint32_t pages, std::uint32_t prot) {
    return run(Mprotect<std::uint32_t>{at(page), bytes(pages), prot});
  }
  VmaScript& lock(std::uint32_t page, std::uint32_t pages) {
    return run(Mlock<std::uint32_t>{at(page), bytes(pages)});
  }
  VmaScript& remap(std::uint32_t page, std::uint32_t old_pages, std::uint32_t new_pages,
                   std::uint32_t flags = MREMAP_MAYMOVE, std::uint32_t new_page = 0) {
    return run(Mremap<std::uint32_t>{at(page), bytes(old_pages), bytes(new_pages), flags, at(new_page)});
  }
  VmaScript& brk(std::uint32_t page) { return run(Brk<std::uint32_t>{at(page)}); }

  /// Sets one knob.
  template <class Value>
  VmaScript& set(std::optional<Value> SetKnobs<std::uint32_t>::*knob, Value value) {
    SetKnobs<std::uint32_t> knobs{};
    knobs.*knob = value;
    return run(knobs);
  }
  VmaScript& attributes(const Name& name, std::uint32_t attributes) {
    return set(&SetKnobs<std::uint32_t>::file, FileAttributes{name, attributes});
  }
  VmaScript& fail_vma(std::uint32_t request) { return set(&SetKnobs<std::uint32_t>::fail_vma, request); }
  VmaScript& limit_areas(std::uint32_t count) { return set(&SetKnobs<std::uint32_t>::max_map_count, count); }

  const Carried& last() const { return last_; }
  const VmaState& state() const { return last_.after; }

 private:
  static Carried first(const Kernel& kernel) {
    Boot<std::uint32_t> boot{};
    boot.kernel = kernel;
    boot.knobs = plenty();
    return {kernel, {}, SetKnobs<std::uint32_t>{}, Nothing{}, {}, model::boot(boot), {}};
  }

  Carried last_;
};

}  // namespace refmm::vma
