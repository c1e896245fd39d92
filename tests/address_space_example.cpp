#include <refmm/impl/vma.hpp>

#include <cstdint>
#include <cstdio>

using namespace refmm::impl;
namespace vma = refmm::vma;

int main() {
  HostPages pages;
  SlabAllocator slabs(pages);
  AreaCaches<std::uint64_t> areas(slabs);
  NoPaging<std::uint64_t> layer(refmm::native_64);
  Files files(slabs, layer);
  AddressSpace mm(refmm::native_64, areas, files, layer);

  const auto buffer = mm.mmap(0, 5 * 4096, vma::PROT_READ, vma::MAP_PRIVATE | vma::MAP_ANONYMOUS, -1, 0);
  if (!buffer) return 1;
  if (!mm.mprotect(*buffer + 4096, 4096, vma::PROT_READ | vma::PROT_WRITE)) return 1;
  if (!mm.munmap(*buffer + 3 * 4096, 4096)) return 1;
  for (const auto& area : mm.areas()) {
    std::printf("%jx-%jx r%c\n", std::uintmax_t{area.vm_start}, std::uintmax_t{area.vm_end},
                area.has(vma::VM_WRITE) ? 'w' : '-');
  }
  const auto refused = mm.munmap(*buffer + 1, 4096);
  std::printf("%s\n", notation(refused.refusal()));
}
