#include <refmm/impl/process.hpp>

#include <cstdio>

using namespace refmm;

int main() {
  impl::ProcessMachine machine({.kernel = fault::corrected,
                                .ram_pages = 64,
                                .swap_pages = 16,
                                .page_cluster = 0,
                                .files = {8192},
                                .overcommit = true,
                                .survive = false});
  const auto fd = machine.open(1, vma::FMODE_READ);
  if (!fd) return 1;
  auto& mm = machine.mm(1);
  const auto text = mm.mmap(0, 8192, vma::PROT_READ, vma::MAP_PRIVATE, static_cast<int>(*fd), 0);
  const auto heap =
      mm.mmap(0, 4096, vma::PROT_READ | vma::PROT_WRITE, vma::MAP_PRIVATE | vma::MAP_ANONYMOUS, -1, 0);
  if (!text || !heap || !machine.store(1, *heap, 5)) return 1;

  const auto child = machine.fork(1);
  if (!child || !machine.store(*child, *heap, 6)) return 1;
  std::printf("file %d, parent %d, child %d\n", *machine.load(1, *text), *machine.load(1, *heap),
              *machine.load(*child, *heap));

  const auto unmapped = machine.swap_out(*child, *heap);
  const auto freed = machine.reclaim();
  std::printf("%u unmapped, %u freed, and it is still %d\n", *unmapped, freed, *machine.load(*child, *heap));

  if (!machine.store(1, *text, 0)) std::printf("the file is read-only\n");
}
