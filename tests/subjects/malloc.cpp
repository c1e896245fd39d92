// A heap in C++: the blocks are those of the C library, and the heap knows them all. What is written in another language exports the
// function of refmm/subject.h with C's linkage.
//
//   c++ -std=c++17 -shared -fPIC -o malloc.so malloc.cpp
//   refmm check --subject ./malloc.so --area malloc
//
// Built with -DPLANTED_BUG realloc forgets to copy.
#include <refmm/subject.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <new>

namespace {

class Heap {
 public:
  void* allocate(std::size_t bytes) {
    if (bytes > most) return nullptr;
    std::unique_ptr<char[]> block(new (std::nothrow) char[bytes]);
    void* const address = block.get();
    if (address == nullptr) return nullptr;
    blocks_[address] = {std::move(block), bytes};
    return address;
  }

  void release(void* block) { blocks_.erase(block); }

  void* resize(void* block, std::size_t bytes) {
    if (block == nullptr) return allocate(bytes);
    if (bytes == 0) return release(block), nullptr;
    void* const other = allocate(bytes);
    if (other == nullptr) return nullptr;
#ifndef PLANTED_BUG
    std::memcpy(other, block, std::min(blocks_.at(block).bytes, bytes));
#endif
    release(block);
    return other;
  }

 private:
  static constexpr std::size_t most = std::size_t{1} << 31;
  struct Block {
    std::unique_ptr<char[]> memory;
    std::size_t bytes;
  };
  std::map<void*, Block> blocks_;
};

Heap& heap(void* self) { return *static_cast<Heap*>(self); }

}  // namespace

extern "C" const struct refmm_malloc_subject* refmm_malloc_subject() {
  static const struct refmm_malloc_subject table = [] {
    struct refmm_malloc_subject made = {};
    made.abi = REFMM_SUBJECT_ABI;
    made.size = sizeof made;
    made.create = [](refmm_malloc_memory*) -> void* { return new Heap; };
    made.destroy = [](void* self) { delete &heap(self); };
    made.malloc = [](void* self, std::size_t bytes) { return heap(self).allocate(bytes); };
    made.free = [](void* self, void* block) { heap(self).release(block); };
    made.realloc = [](void* self, void* block, std::size_t bytes) { return heap(self).resize(block, bytes); };
    return made;
  }();
  return &table;
}
