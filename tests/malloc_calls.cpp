#include <refmm/tests/malloc_calls.hpp>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace refmm {
namespace {

// Through pointers that the compiler knows nothing of: it may leave out calls of malloc, and must not see misuse.
void* (*volatile malloc_)(std::size_t) = std::malloc;
void (*volatile free_)(void*) = std::free;
void* (*volatile calloc_)(std::size_t, std::size_t) = std::calloc;
void* (*volatile realloc_)(void*, std::size_t) = std::realloc;
void* (*volatile reallocarray_)(void*, std::size_t, std::size_t) = reallocarray;
int (*volatile posix_memalign_)(void**, std::size_t, std::size_t) = posix_memalign;

#define EXPECT(condition) \
  if (!(condition)) fails(#condition, __LINE__)

[[noreturn]] void fails(const char* condition, int line) {
  std::fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, line, condition);
  std::_Exit(1);
}

bool is_aligned(const void* block, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(block) % alignment == 0;
}
bool is_filled(const void* block, std::size_t bytes, unsigned char byte) {
  const auto* const begin = static_cast<const unsigned char*>(block);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (begin[i] != byte) return false;
  }
  return true;
}

// ---- Promises ---------------------------------------------------------------------------------------------------------

void every_block_is_aligned_and_large_enough() {
  std::vector<void*> blocks;
  for (std::size_t bytes = 0; bytes < 5000; ++bytes) {
    void* const block = malloc_(bytes);
    EXPECT(block != nullptr && is_aligned(block, alignof(std::max_align_t)));
    EXPECT(malloc_usable_size(block) >= bytes);
    std::memset(block, static_cast<int>(bytes % 251), malloc_usable_size(block));
    blocks.push_back(block);
  }
  for (std::size_t bytes = 0; bytes < 5000; ++bytes) {
    EXPECT(is_filled(blocks[bytes], malloc_usable_size(blocks[bytes]), static_cast<unsigned char>(bytes % 251)));
    free_(blocks[bytes]);
  }
  EXPECT(malloc_usable_size(nullptr) == 0);
}

void alignment_is_kept() {
  for (std::size_t alignment = 8; alignment <= 1 << 21; alignment *= 2) {
    for (const std::size_t bytes : {1, 100, 5000, 3'000'000}) {
      void* posix = nullptr;
      EXPECT(posix_memalign_(&posix, alignment, bytes) == 0 && is_aligned(posix, alignment));
      void* const aligned = aligned_alloc(alignment, bytes);
      EXPECT(aligned != nullptr && is_aligned(aligned, alignment));
      std::memset(posix, 1, bytes);
      std::memset(aligned, 2, bytes);
      EXPECT(is_filled(posix, bytes, 1));
      free_(posix);
      void* const longer = realloc_(aligned, 2 * bytes);
      EXPECT(longer != nullptr && is_filled(longer, bytes, 2));
      free_(longer);
    }
  }
  void* none = nullptr;
  EXPECT(posix_memalign_(&none, 24, 1) == EINVAL && posix_memalign_(&none, 4, 1) == EINVAL);
  EXPECT(posix_memalign_(&none, 64, PTRDIFF_MAX) == ENOMEM && none == nullptr);
  void* const pages = valloc(1);
  void* const whole_pages = pvalloc(1);
  EXPECT(is_aligned(pages, 4096) && is_aligned(whole_pages, 4096) && malloc_usable_size(whole_pages) >= 4096);
  free_(pages);
  free_(whole_pages);
}

void calloc_clears() {
  for (int round = 0; round < 3; ++round) {
    std::vector<void*> blocks;
    for (std::size_t bytes = 1; bytes < 300'000; bytes += 1 + bytes / 7) {
      void* const block = calloc_(bytes, 1);
      EXPECT(block != nullptr && is_filled(block, malloc_usable_size(block), 0));
      std::memset(block, 0xff, malloc_usable_size(block));
      blocks.push_back(block);
    }
    for (void* const block : blocks) free_(block);
  }
  errno = 0;
  EXPECT(calloc_(SIZE_MAX / 2, 3) == nullptr && errno == ENOMEM);
  errno = 0;
  EXPECT(reallocarray_(nullptr, SIZE_MAX / 2, 3) == nullptr && errno == ENOMEM);
}

void realloc_keeps_what_was_there() {
  std::array<unsigned char*, 4> blocks{};
  std::size_t before = 0;
  for (std::size_t bytes = 1; bytes < 6'000'000; bytes += 1 + bytes / 5) {
    for (unsigned char*& block : blocks) {
      block = static_cast<unsigned char*>(realloc_(block, bytes));
      EXPECT(block != nullptr);
      for (std::size_t i = 0; i < before; i += 97) EXPECT(block[i] == i % 253);
      for (std::size_t i = before; i < bytes; ++i) block[i] = static_cast<unsigned char>(i % 253);
    }
    before = bytes;
  }
  for (std::size_t bytes = before; bytes > 1; bytes -= 1 + bytes / 3) {
    for (unsigned char*& block : blocks) {
      block = static_cast<unsigned char*>(realloc_(block, bytes));
      for (std::size_t i = 0; i < bytes; i += 97) EXPECT(block[i] == i % 253);
    }
  }
  for (unsigned char* const block : blocks) EXPECT(realloc_(block, 0) == nullptr);
}

void errors_are_reported() {
  errno = 0;
  EXPECT(malloc_(PTRDIFF_MAX) == nullptr && errno == ENOMEM);
  errno = 0;
  EXPECT(malloc_(SIZE_MAX) == nullptr && errno == ENOMEM);
  void* const block = malloc_(100);
  std::memset(block, 7, 100);
  errno = 0;
  EXPECT(realloc_(block, PTRDIFF_MAX) == nullptr && errno == ENOMEM && is_filled(block, 100, 7));
  void* const large = malloc_(8 << 20);
  errno = 77;
  free_(block);
  free_(large);
  free_(nullptr);
  EXPECT(errno == 77);
}

void memory_goes_back() {
  std::vector<void*> blocks;
  blocks.reserve(20'000);
  for (int i = 0; i < 20'000; ++i) blocks.push_back(malloc_(500));
  const char* const end = static_cast<char*>(sbrk(0));
  for (void* const block : blocks) free_(block);
  malloc_trim(0);
  EXPECT(static_cast<char*>(sbrk(0)) < end - 5'000'000);
}

void another_sbrk_is_lived_with() {
  std::vector<void*> blocks;
  std::vector<char*> others;
  for (int i = 0; i < 300; ++i) {
    blocks.push_back(malloc_(10'000));
    std::memset(blocks.back(), 1, 10'000);
    if (i % 10 == 0) {
      others.push_back(static_cast<char*>(sbrk(1000)));
      std::memset(others.back(), 2, 1000);
    }
  }
  for (void* const block : blocks) {
    EXPECT(is_filled(block, 10'000, 1));
    free_(block);
  }
  for (char* const other : others) EXPECT(is_filled(other, 1000, 2));
}

/// Threads take blocks that others have made, look whether all is there, and put others in their place.
void churn(std::vector<unsigned char*>& blocks, std::mutex& mutex, unsigned seed, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    seed = seed * 1103515245 + 12345;
    const std::size_t place = seed / 65536 % blocks.size(),
                      bytes = 16 + seed / 7 % (seed % 50 == 0 ? 100'000 : 700);
    auto* made = static_cast<unsigned char*>(malloc_(bytes));
    std::memset(made, static_cast<int>(place % 256), bytes);
    {
      const std::lock_guard held(mutex);
      std::swap(blocks[place], made);
    }
    if (made == nullptr) continue;
    EXPECT(is_filled(made, 16, static_cast<unsigned char>(place % 256)));
    free_(made);
  }
}

void threads_share_blocks() {
  std::vector<unsigned char*> blocks(2000);
  std::mutex mutex;
  for (int generation = 0; generation < 5; ++generation) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 8; ++i) threads.emplace_back([&, i] { churn(blocks, mutex, i + 1, 20'000); });
    for (std::thread& thread : threads) thread.join();
  }
  for (unsigned char* const block : blocks) free_(block);
}

void children_of_forks_can_allocate() {
  std::vector<unsigned char*> blocks(500);
  std::mutex mutex;
  std::atomic<bool> ends = false;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      for (unsigned round = 0; !ends; ++round) churn(blocks, mutex, i + 1 + round, 1000);
    });
  }
  for (int child = 0; child < 60; ++child) {
    const pid_t pid = fork();
    if (pid == 0) {
      for (int i = 0; i < 1000; ++i) {
        void* const block = malloc_(static_cast<std::size_t>(i * 37 % 4000 + 1));
        std::memset(block, 1, static_cast<std::size_t>(i * 37 % 4000 + 1));
        free_(block);
      }
      std::_Exit(42);
    }
    int status = 0;
    EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42);
  }
  ends = true;
  for (std::thread& thread : threads) thread.join();
}

// ---- Misuse -----------------------------------------------------------------------------------------------------------

std::size_t& word_at(void* block, std::ptrdiff_t words) { return static_cast<std::size_t*>(block)[words]; }

/// A block with others on both sides, so that it does not merge when it is freed.
void* block_between(std::size_t bytes) {
  malloc_(bytes);
  void* const block = malloc_(bytes);
  malloc_(bytes);
  return block;
}

void frees_small_twice() {
  void* const block = block_between(100);
  free_(block);
  free_(block);
}
void frees_large_twice() {
  void* const block = block_between(5000);
  free_(block);
  free_(block);
}
void frees_inside() { free_(static_cast<char*>(block_between(5000)) + 8); }
void frees_what_is_on_the_stack() {
  alignas(16) std::array<char, 64> local{};
  free_(local.data() + 16);
}
void frees_with_another_size() {
  void* const block = block_between(5000);
  word_at(block, -1) = std::size_t{1} << 40 | 1;
  free_(block);
}
void reallocs_what_was_freed() {
  void* const block = block_between(5000);
  free_(block);
  realloc_(block, 6000);
}
void reallocs_small_that_was_freed() {
  void* const block = block_between(100);
  free_(block);
  realloc_(block, 200);
}
void writes_over_prev_size() {
  void* const block = malloc_(5000);
  void* const next = malloc_(5000);
  malloc_(5000);
  free_(block);
  word_at(next, -2) = 4096;
  free_(next);
}
void writes_over_links() {
  std::array<std::size_t, 16> elsewhere{};
  void* const block = block_between(5000);
  free_(block);
  word_at(block, 0) = reinterpret_cast<std::size_t>(&elsewhere);
  word_at(block, 1) = reinterpret_cast<std::size_t>(&elsewhere);
  malloc_(5000);
}
void writes_over_top() {
  void* const block = malloc_(300'000);  // more than is free: the end of the heap comes behind it
  std::memset(static_cast<char*>(block) + malloc_usable_size(block), 0xff, 8);
  for (int i = 0; i < 1000; ++i) malloc_(20'000);
}

}  // namespace

const std::array<CallsOfMalloc, 9> calls_of_malloc{{
    {"every_block_is_aligned_and_large_enough", every_block_is_aligned_and_large_enough},
    {"alignment_is_kept", alignment_is_kept},
    {"calloc_clears", calloc_clears},
    {"realloc_keeps_what_was_there", realloc_keeps_what_was_there},
    {"errors_are_reported", errors_are_reported},
    {"memory_goes_back", memory_goes_back},
    {"another_sbrk_is_lived_with", another_sbrk_is_lived_with},
    {"threads_share_blocks", threads_share_blocks},
    {"children_of_forks_can_allocate", children_of_forks_can_allocate},
}};

const std::array<CallsOfMalloc, 10> misuse_of_malloc{{
    {"frees_small_twice", frees_small_twice, "): double free"},
    {"frees_large_twice", frees_large_twice, "): double free"},
    {"frees_inside", frees_inside, "): this is no block"},
    {"frees_what_is_on_the_stack", frees_what_is_on_the_stack, "): this is no block"},
    {"frees_with_another_size", frees_with_another_size, "): no chunk has the size that stands in front of it"},
    {"reallocs_what_was_freed", reallocs_what_was_freed, "): double free"},
    {"reallocs_small_that_was_freed", reallocs_small_that_was_freed, "): double free"},
    {"writes_over_prev_size", writes_over_prev_size,
     "): two neighbours do not agree on the size of the one in front"},
    {"writes_over_links", writes_over_links, "): the neighbours on its list do not lead back to it"},
    {"writes_over_top", writes_over_top, "): the end of the heap is not where its size says"},
}};

}  // namespace refmm
