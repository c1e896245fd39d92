// What the tests of the address space of impl/ begin with: a kernel, a boot, random commands, and memory for areas.
#pragma once

#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/object_cache.hpp>
#include <refmm/impl/vma.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/tests/vma_address_space.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

namespace refmm {

using impl::AddressSpace;
using impl::AreaCaches;
using impl::Files;
using impl::HostPages;
using impl::NoPaging;
using impl::SlabAllocator;

template <class Word>
inline constexpr vma::BasicKernel<Word> kernel = [] {
  if constexpr (sizeof(Word) == 8)
    return vma::corrected_64;
  else
    return vma::corrected;
}();

template <class Word>
vma::Boot<Word> plain_boot() {
  constexpr Word infinity = ~Word{0};
  return {.kernel = kernel<Word>,
          .end_code = 0x8048000,
          .start_data = 0x8049000,
          .brk = 0x804a123,
          .stack_start = kernel<Word>.machine.task_size - 0x3000,
          .stack_end = kernel<Word>.machine.task_size - 0x1000,
          .knobs = {.free_pages = 100000,
                    .buffer_pages = 0,
                    .cache_pages = 0,
                    .swap_pages = 0,
                    .overcommit = false,
                    .physpages = 100000,
                    .rlimit_as = infinity,
                    .rlimit_data = infinity,
                    .rlimit_stack = Word{8} << 20,
                    .rlimit_memlock = infinity,
                    .cap_ipc_lock = true,
                    .max_map_count = 65536,
                    .fail_vma = 0,
                    .fail_shmem = 0,
                    .fail_move = 0}};
}

/// Commands with arguments from few slots: they meet often. The refinement test has the generator that reaches everything;
/// this one is small enough to be read, and for any word.
template <class Word>
class Arguments {
 public:
  explicit Arguments(std::uint64_t seed) : random_(seed) {}

  vma::Command<Word> next() {
    const auto odd = static_cast<Word>(one_in(12) ? below(4096) : 0);
    const Word addr = place() + odd, len = length();
    const auto fd = static_cast<std::int32_t>(one_in(8) ? below(12) - 1 : 3 + below(5));
    const auto prot = static_cast<Word>(one_in(20) ? below(16) : below(8));
    const Word pgoff = one_in(10) ? ~Word{0} - below(6) : below(6);
    switch (below(24)) {
      case 0:
        return vma::Open{names[below(3)], static_cast<std::uint32_t>(below(4))};
      case 1:
        return vma::Close{fd};
      case 2:
      case 3:
        return vma::Mmap<Word>{addr, len, prot, map_flags(), fd, below(6) * 4096};
      case 4:
      case 5:
        return vma::Mmap2<Word>{addr, len, prot, map_flags(), fd, pgoff};
      case 6:
        return vma::DoMmap<Word>{addr, len, prot, map_flags(), fd, below(6) * 4096};
      case 7:
      case 8:
        return vma::Munmap<Word>{addr, len};
      case 9:
        return vma::Brk<Word>{0x8048000 + below(12) * 0x800};
      case 10:
        return vma::DoBrk<Word>{addr, len};
      case 11:
      case 12:
        return vma::Mprotect<Word>{addr, len, prot};
      case 13:
      case 14:
      case 15:
        return vma::Mremap<Word>{addr, length(), len, one_in(20) ? below(8) : below(4), place()};
      case 16:
        return vma::Mlock<Word>{addr, len};
      case 17:
        return vma::Munlock<Word>{addr, len};
      case 18:
        return one_in(2) ? vma::Command<Word>(vma::Mlockall<Word>{below(5)}) : vma::Munlockall{};
      case 19:
        return vma::FindExtendVma<Word>{addr};
      case 20:
        return lookup(addr, len);
      case 21:
        return one_in(10) ? vma::Command<Word>(vma::ExitMmap{}) : vma::GetUnmappedArea<Word>{addr, len};
      default:
        return knobs();
    }
  }

 private:
  static constexpr std::array<const char*, 3> names{"a", "b", "c"};

  Word below(Word limit) { return static_cast<Word>(random_() % limit); }
  bool one_in(Word count) { return below(count) == 0; }

  Word place() {
    const Word task_size = kernel<Word>.machine.task_size, base = kernel<Word>.machine.task_unmapped_base;
    const std::array<Word, 6> bases{0, base, base, 0x8048000, task_size, base + (Word{1} << 22) - 0x4000};
    const Word where = bases[below(bases.size())];
    return (where == task_size ? where - 0x8000 : where) + below(10) * 4096;
  }
  Word length() {
    if (one_in(30)) return ~Word{0} - below(8192);
    if (one_in(30)) return kernel<Word>.machine.task_size - below(3) * 4096;
    return one_in(6) ? below(20000) : below(6) * 4096;
  }
  Word map_flags() {
    static constexpr std::array<Word, 10> often{0x22, 0x32, 0x21, 0x31, 0x1, 0x2, 0x11, 0x12, 0x112, 0x132};
    Word flags = often[below(often.size())];
    if (one_in(6)) flags |= vma::MAP_NORESERVE;
    if (one_in(4)) flags |= vma::MAP_DENYWRITE;
    if (one_in(20)) flags ^= below(16);
    return flags;
  }
  vma::Command<Word> lookup(Word addr, Word len) {
    if (one_in(3)) return vma::FindVma<Word>{addr};
    if (one_in(2)) return vma::FindVmaPrev<Word>{addr};
    return vma::FindVmaIntersection<Word>{addr, addr + len};
  }
  vma::Command<Word> knobs() {
    vma::SetKnobs<Word> set{};
    switch (below(8)) {
      case 0:
        set.fail_vma = static_cast<std::uint32_t>(1 + below(3));
        break;
      case 1:
        set.fail_shmem = static_cast<std::uint32_t>(below(3));
        set.fail_move = static_cast<std::uint32_t>(below(3));
        break;
      case 2:
        set.max_map_count = 1 + below(10);
        break;
      case 3:
        set.free_pages = one_in(3) ? Word{100000} : below(30);
        break;
      case 4:
        set.rlimit_as = one_in(2) ? ~Word{0} : below(40) * 4096;
        set.rlimit_memlock = one_in(2) ? ~Word{0} : below(20) * 4096;
        set.cap_ipc_lock = !one_in(4);
        break;
      case 5:
        set.rlimit_stack = one_in(3) ? Word{8} << 20 : below(10) * 4096;
        set.rlimit_data = one_in(2) ? ~Word{0} : below(8) * 4096;
        break;
      case 6:
        set.file = vma::FileAttributes{names[below(3)], static_cast<std::uint32_t>(one_in(2) ? 0x40 : below(256))};
        break;
      default:
        set.max_map_count = Word{65536};
        set.free_pages = Word{100000};
        set.rlimit_as = set.rlimit_memlock = ~Word{0};
        break;
    }
    return set;
  }

  std::mt19937_64 random_;
};

template <class Word>
class VmaImplementation : public testing::Test {
 protected:
  using Layer = NoPaging<Word>;
  using Space = AddressSpace<Layer>;
  static constexpr Word base = kernel<Word>.machine.task_unmapped_base;
  static constexpr Word anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;
  static constexpr Word fixed = anonymous | vma::MAP_FIXED;
  static constexpr Word readable = vma::PROT_READ;

  HostPages pages;
  SlabAllocator<HostPages> slabs{pages};
  AreaCaches<Word> caches{slabs};
};

using VmaImplementationWords = testing::Types<std::uint32_t, std::uint64_t>;

}  // namespace refmm
