#include <refmm/impl/since.hpp>
#include <refmm/spec/since_eras.hpp>

#include <cstdint>
#include <cstdio>

using namespace refmm::impl;
namespace since = refmm::since;
namespace vma = refmm::vma;

int main() {
  HostPages pages;
  SlabAllocator slabs(pages);
  AreaCaches<EraWord> areas(slabs);
  constexpr EraWord no_limit = ~EraWord{0};
  EraMachine machine({.kernel = since::kernel_of(since::linux_6_18, 64),
                      .bits = 64,
                      .brk = 0x8000000,
                      .rlimit_as = no_limit,
                      .rlimit_data = no_limit,
                      .rlimit_memlock = no_limit,
                      .rlimit_stack = no_limit},
                     slabs, areas);

  EraAddressSpace& mm = machine.process(0).mm;
  constexpr EraWord prot = vma::PROT_READ | vma::PROT_WRITE;
  constexpr EraWord flags = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;
  const auto first = mm.mmap2(nullptr, 0, 4096, prot, flags, 0);
  const auto second = mm.mmap2(nullptr, 0, 4096, prot, flags, 0);
  if (!first || !second) return 1;
  for (const auto& area : mm.areas()) {
    std::printf("%jx-%jx\n", std::uintmax_t{area.vm_start}, std::uintmax_t{area.vm_end});
  }

  if (!machine.store(0, *second, 7)) return 1;
  const std::size_t child = machine.fork(0);
  if (!machine.store(child, *second, 8)) return 1;
  std::printf("%d %d\n", *machine.load(0, *second), *machine.load(child, *second));
}
