#include <refmm/impl/malloc_native.hpp>

#include <cstdio>
#include <cstring>

using namespace refmm::impl;

int main() {
  NativeLayer layer;
  UserHeap heap(layer, {.mmap_threshold = 1 << 17,
                        .mmap_max = 65536,
                        .trim_threshold = 1 << 17,
                        .top_pad = 1 << 16,
                        .perturb = 0});
  const auto name = heap.allocate(100);
  if (name == 0) return 1;
  std::strcpy(reinterpret_cast<char*>(name), "a block of the heap");
  const auto longer = heap.resize(name, 5000);
  if (longer == 0) return 1;
  std::printf("%s, of %zu bytes, %s\n", reinterpret_cast<char*>(longer), heap.usable_bytes(longer),
              longer == name ? "where it was" : "elsewhere");
  heap.release(longer);
}
