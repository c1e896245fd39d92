// A random program that keeps to the rules of malloc, at any width of words: the blocks that it has are those that it was given, it
// writes inside them, and reads what it has written. What lies around it is not friendly: requests fail, and others move the break.
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/spec/malloc_state.hpp>
#include <refmm/spec/vma_kernel.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

namespace refmm {

template <std::unsigned_integral W>
class LawfulProgram {
 public:
  explicit LawfulProgram(std::uint64_t seed) : random_(seed) { draw_boot(); }

  const malloc::Boot<W>& boot() const { return boot_; }

  malloc::Command<W> next(const malloc::State<W>& state) {
    if (!failing_ && below(30) == 0) return knobs();
    if (failing_ && below(6) == 0) return malloc::MallocTrim<W>{0};
    if (failing_ && below(6) == 0) {
      if (const auto mapped = mapped_block(state)) return lengthen(*mapped);
    }
    if (failing_ && below(4) == 0) return friendly_knobs();
    switch (state.blocks.empty() ? below(4) : below(24)) {
      case 0:
      case 1:
        return malloc::Malloc<W>{bytes()};
      case 2:
        return calloc();
      case 3:
        return malloc::Memalign<W>{alignment(), bytes()};
      case 4:
      case 5:
        return malloc::Malloc<W>{bytes()};
      case 6:
        return malloc::Realloc<W>{0, bytes()};
      case 7:
        return sbrk(state);
      case 8:
        return malloc::MallocTrim<W>{pick<W>({0, 0, 100, 5000})};
      case 9:
      case 10:
      case 11:
        return malloc::Realloc<W>{block(state).addr, below(20) == 0 ? W{0} : bytes()};
      case 12:
        return malloc::MallocUsableSize<W>{below(8) == 0 ? W{0} : block(state).addr};
      case 13:
      case 14:
        return memset(state);
      case 15:
      case 16:
      case 17:
        return load(state);
      case 18:
        return malloc::Free<W>{0};
      default:
        return malloc::Free<W>{block(state).addr};
    }
  }

  /// Notes what is known of the contents of blocks.
  void answered(const malloc::State<W>& before, const malloc::Command<W>& command,
                const malloc::Result<W>& result) {
    const auto* address = std::get_if<malloc::Address<W>>(&result);
    if (const auto* free = std::get_if<malloc::Free<W>>(&command)) known_.erase(free->block);
    if (const auto* set = std::get_if<malloc::Memset<W>>(&command)) known_[set->addr] = set->len;
    if (!address) return;
    if (const auto* calloc = std::get_if<malloc::Calloc<W>>(&command))
      known_[address->value] = calloc->count * calloc->size;
    if (const auto* realloc = std::get_if<malloc::Realloc<W>>(&command); realloc && realloc->block != 0) {
      const W held = known_.contains(realloc->block) ? known_[realloc->block] : 0;
      const auto* block = malloc::block_at(before.blocks, realloc->block);
      known_.erase(realloc->block);
      if (block && address->value != 0) known_[address->value] = std::min({held, block->bytes, realloc->bytes});
    }
  }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  void draw_boot() {
    const auto& kernel = [] {
      if constexpr (sizeof(W) == 4)
        return vma::corrected;
      else
        return vma::corrected_64;
    }();
    boot_.allocator = {kernel, malloc::default_parameters<W>, malloc::all_corrected};
    auto& parameters = boot_.allocator.parameters;
    parameters.mmap_threshold = pick<W>({128 * 1024, 9000, 9000, 2000, 600});
    parameters.mmap_max = pick<W>({65536, 65536, 2, 0});
    parameters.trim_threshold = pick<W>({128 * 1024, 8192, 5000, 0, ~W{0}});
    parameters.top_pad = pick<W>({0, 0, 100, 4096, 10000});
    parameters.perturb = pick<W>({0, 0, 0xa5});
    // Sometimes right below what is mapped first.
    const W mapped = kernel.machine.task_unmapped_base;
    boot_.data = pick<W>({0x08050000, 0x08050000, mapped - W{24} * 4096});
    if (below(30) == 0) parameters.top_pad = ~W{0} - 100;
    boot_.brk = boot_.data + pick<W>({4096, 8192, 4096 + 0x234, 4096 + 8, 4095 + 4096});
    wants_few_sizes_ = below(5) == 0;
    most_ = pick<W>({200, 1200, 4000, 12000});
  }

  W bytes() {
    const auto up_to = [&](W most) { return static_cast<W>(below(most + 1)); };
    const auto& parameters = boot_.allocator.parameters;
    if (wants_few_sizes_ && below(8) != 0) return sizes_[below(2)];
    switch (below(16)) {
      case 0:
        return static_cast<W>(parameters.mmap_threshold + below(3) - 1);
      case 1:
        return pick<W>({0, 1, 12, 13, 24, 25, 500, 508, 1000, 1008, 1016});
      case 2:
        return up_to(most_);
      case 3:
        return up_to(3000);
      case 4:
        return static_cast<W>(4096 * (1 + below(3))) - malloc::word_bytes<W>;  // a chunk of whole pages
      case 5:
        return below(6) == 0 ? pick<W>({~W{0}, ~W{0} / 2, ~W{0} / 2 - 8191}) : up_to(40);
      case 6:
      case 7:
      case 8:
      case 9:
        return sizes_[below(sizes_.size())];
      default:
        return up_to(below(2) == 0 ? 64 : 700);
    }
  }
  malloc::Calloc<W> calloc() {
    if (below(20) == 0) return {~W{0} / 2, pick<W>({2, 3, 0})};
    const W size = pick<W>({1, 4, 24});
    const W count = bytes() / size;
    return {count > 20000 ? W{10} : count, size};
  }
  W alignment() { return pick<W>({0, 1, 8, 16, 17, 32, 64, 100, 256, 1024, 4096, 4097, ~W{0}}); }

  malloc::Block<W> block(const malloc::State<W>& state) { return state.blocks[below(state.blocks.size())]; }

  /// The first from a random place on.
  std::optional<malloc::Block<W>> mapped_block(const malloc::State<W>& state) {
    const std::size_t count = state.blocks.size(), from = count == 0 ? 0 : below(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& block = state.blocks[(from + i) % count];
      if (malloc::own_mapping_of(state, block.addr)) return block;
    }
    return std::nullopt;
  }
  /// By pages, so that its mapping has to become longer, too.
  malloc::Command<W> lengthen(const malloc::Block<W>& block) {
    return malloc::Realloc<W>{block.addr, block.bytes + static_cast<W>(4096 * (1 + below(3)))};
  }

  malloc::Command<W> memset(const malloc::State<W>& state) {
    const auto [addr, bytes] = block(state);
    return malloc::Memset<W>{addr, static_cast<W>(below(256)), bytes};
  }
  malloc::Command<W> load(const malloc::State<W>& state) {
    const W word = malloc::word_bytes<W>;
    for (int tries = 0; tries < 8; ++tries) {
      const W addr = block(state).addr, known = known_.contains(addr) ? known_[addr] : 0;
      if (known < word) continue;
      return malloc::LoadWord<W>{addr + (below(2) == 0 ? known - word : static_cast<W>(below(known - word + 1)))};
    }
    return malloc::Free<W>{block(state).addr};
  }
  /// By others, who give back no more than is theirs: what lies behind the heap.
  malloc::Command<W> sbrk(const malloc::State<W>& state) {
    const W end = state.regions.empty() ? boot_.brk : state.top_end;
    if (state.space.mm.brk > end && below(2) == 0)
      return malloc::Sbrk<W>{W{0} - static_cast<W>(below(state.space.mm.brk - end + 1))};
    return malloc::Sbrk<W>{pick<W>({0, 16, 100, 4096, 5000})};
  }

  malloc::Command<W> knobs() {
    failing_ = true;
    vma::SetKnobs<W> set{};
    switch (below(3)) {
      case 0:
        set.fail_vma = static_cast<std::uint32_t>(1 + below(2));
        break;
      case 1:
        set.rlimit_data = static_cast<W>(4096 * below(20));
        break;
      default:
        set.rlimit_as = below(2) == 0 ? W{0} : static_cast<W>(4096 * below(40));
        break;
    }
    return set;
  }
  malloc::Command<W> friendly_knobs() {
    failing_ = false;
    vma::SetKnobs<W> set{};
    set.fail_vma = 0;
    set.rlimit_data = set.rlimit_as = ~W{0};
    return set;
  }

  std::mt19937_64 random_;
  malloc::Boot<W> boot_{};
  W most_ = 0;
  bool failing_ = false;
  bool wants_few_sizes_ = false;
  std::array<W, 5> sizes_{520, 1032, 1040, 1500,
                          100};  // wanted again and again: equal chunks, also on lists of many sizes
  std::map<W, W> known_;         // bytes of blocks from their beginning on
};

}  // namespace refmm
