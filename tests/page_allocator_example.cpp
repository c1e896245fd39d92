// The example of impl/buddy.hpp.
#include <refmm/impl/buddy.hpp>

#include <cstdio>

int main() {
  refmm::impl::BuddyAllocator zone(refmm::native_64, 1000, 64);  // frames 1000 to 1063
  zone.boot_free(1000, 1063);
  const auto one = zone.alloc_pages(0), four = zone.alloc_pages(2);
  if (!one || !four) return 1;
  std::printf("frame %ju, frames %ju and three more, %u left\n", *one, *four, zone.free_pages_count());
  zone.free_pages(*one, 0);
  if (!zone.free_pages(*one, 0)) std::printf("released once too often\n");
}
