// librefmm_malloc.so: the user's heap in place of malloc, in any program.
//
//   LD_PRELOAD=librefmm_malloc.so program
//
// One heap, behind one lock, and a cache of small blocks for each thread. To the heap the blocks in caches are in use. Those of
// threads that are no more in the child of a fork stay in use there. A program that damages its heap, or frees what it does not have,
// is aborted, with a message on standard error:
//
//   refmm malloc: free(0x55d0c8a3b2a0): double free
//
// The environment can set, in bytes unless said otherwise:
//
//   REFMM_MALLOC_MMAP_THRESHOLD   requests from this size on are mapped: 1048576
//   REFMM_MALLOC_MMAP_MAX         so many of them at a time: 65536
//   REFMM_MALLOC_TRIM_THRESHOLD   so much that is free at the end of the heap goes back to the kernel: 4194304
//   REFMM_MALLOC_TOP_PAD          the heap grows by so much beyond what is asked for, and keeps it: 262144
//   REFMM_MALLOC_PERTURB          freed memory is filled with this byte, and new memory with its complement: 0, with neither
//   REFMM_MALLOC_CACHE            0: no caches, so that every call is one of the heap, as the model has it: 1
//   REFMM_MALLOC_STATISTICS       a file that gets a line when a process exits: blocks handed out and given back
#include <refmm/impl/malloc_cache.hpp>
#include <refmm/impl/malloc_lock.hpp>
#include <refmm/impl/malloc_native.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace refmm::impl::inline REFMM_BUILD {
namespace {

using Heap = UserHeap<NativeLayer>;
using Word = Heap::Word;
using Layout = Heap::Layout;

constexpr malloc::BasicParameters<Word> parameters{.mmap_threshold = Word{1} << 20,
                                                   .mmap_max = 65536,
                                                   .trim_threshold = Word{4} << 20,
                                                   .top_pad = Word{256} << 10,
                                                   .perturb = 0};

constinit NativeLayer layer;
constinit HeapLock lock;
constinit Heap heap(layer, parameters);
constinit std::uint64_t handed_out = 0, given_back = 0;  // blocks, without those of caches; with the lock held

// ---- A thread's cache: made when it first wants a small block, once the process has begun -------------------------------

constinit bool has_caches = false;
pthread_key_t key_of_cache;
constinit Word mark = 0;
[[gnu::tls_model("initial-exec")]] constinit thread_local ThreadCache* cache = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool has_no_cache =
    false;  // it is being made, or the thread ends

void end_cache(void* ended) {
  cache = nullptr;
  has_no_cache = true;
  const HoldsLock held(lock);
  auto* const of_thread = static_cast<ThreadCache*>(ended);
  of_thread->flush_all(heap);
  handed_out += of_thread->taken;
  given_back += of_thread->given_back;
  heap.release(reinterpret_cast<Word>(ended));
}

void begin_cache() {
  has_no_cache = true;
  Word memory = 0;
  {
    const HoldsLock held(lock);
    memory = heap.allocate(sizeof(ThreadCache));
  }
  if (memory == 0) return;
  auto* const made = new (reinterpret_cast<void*>(memory)) ThreadCache(mark);
  if (pthread_setspecific(key_of_cache, made) != 0) {
    const HoldsLock held(lock);
    heap.release(memory);
    return;
  }
  cache = made;
  has_no_cache = false;
}

// ---- Calls ----------------------------------------------------------------------------------------------------------------

void* pointer(Word block) {
  if (block == 0) [[unlikely]]
    errno = ENOMEM;
  return reinterpret_cast<void*>(block);
}
Word word(void* block) { return reinterpret_cast<Word>(block); }

/// Answers of the heap, with the lock held.
template <class Ask>
[[gnu::noinline]] void* from_heap(Ask ask) {
  Word block = 0;
  {
    const HoldsLock held(lock);
    block = ask();
    if (block != 0) ++handed_out;
  }
  return pointer(block);
}

[[gnu::noinline]] void* allocate_small(Word bytes) {
  if (cache == nullptr && has_caches && !has_no_cache) begin_cache();
  if (cache == nullptr) return from_heap([&] { return heap.allocate(bytes); });
  const HoldsLock held(lock);
  return pointer(cache->refill(heap, Layout::bin_of_exact(Layout::chunk_size(bytes))));
}

[[gnu::noinline]] void release(Word block) {
  const HoldsLock held(lock);
  ++given_back;
  heap.release(block);
}

[[gnu::noinline]] void shorten(unsigned bin) {
  const HoldsLock held(lock);
  cache->shorten(heap, bin);
}

// ---- The process ------------------------------------------------------------------------------------------------------------

Word number_in_environment(const char* name, Word otherwise) {
  const char* const text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise;
  char* end = nullptr;
  errno = 0;
  const unsigned long long number = std::strtoull(text, &end, 0);
  if (errno == 0 && *end == '\0') return number;
  for (const char* piece : {"refmm malloc: ", name, " is not a number: ", text, "\n"})
    static_cast<void>(!write(STDERR_FILENO, piece, std::strlen(piece)));
  return otherwise;
}

void before_fork() { lock.lock(); }
void after_fork_in_parent() { lock.unlock(); }
void after_fork_in_child() { lock.reset(); }

// Before other constructors, so that their handlers of forks run while the heap can be used.
[[gnu::constructor(101)]] void begin_process() {
  const int errno_before = errno;
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  auto set = parameters;
  set.mmap_threshold = number_in_environment("REFMM_MALLOC_MMAP_THRESHOLD", set.mmap_threshold);
  set.mmap_max = number_in_environment("REFMM_MALLOC_MMAP_MAX", set.mmap_max);
  set.trim_threshold = number_in_environment("REFMM_MALLOC_TRIM_THRESHOLD", set.trim_threshold);
  set.top_pad = number_in_environment("REFMM_MALLOC_TOP_PAD", set.top_pad);
  set.perturb = number_in_environment("REFMM_MALLOC_PERTURB", set.perturb) & 0xff;
  {
    const HoldsLock held(lock);
    heap.set_parameters(set);
  }
  if (const auto* random = reinterpret_cast<const void*>(getauxval(AT_RANDOM)))
    std::memcpy(&mark, random, sizeof mark);
  mark |= 1;
  // Memory that is filled is filled by the heap.
  const bool wants_caches = number_in_environment("REFMM_MALLOC_CACHE", 1) != 0 && set.perturb == 0;
  if (wants_caches && pthread_key_create(&key_of_cache, end_cache) == 0) has_caches = true;
  errno = errno_before;
}

[[gnu::destructor(101)]] void end_process() {
  const char* const file = std::getenv("REFMM_MALLOC_STATISTICS");
  if (file == nullptr) return;
  const int descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0) return;
  const HoldsLock held(lock);
  std::uint64_t out = handed_out, back = given_back;
  if (cache != nullptr) {
    out += cache->taken;
    back += cache->given_back;
  }
  char text[200];
  std::size_t length = 0;
  const auto put = [&](const char* piece) {
    while (*piece != '\0') text[length++] = *piece++;
  };
  const auto put_number = [&](std::uint64_t number) {
    char digits[24];
    std::size_t count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    while (count != 0) text[length++] = digits[--count];
  };
  put("refmm malloc: ");
  put_number(out);
  put(" blocks handed out, ");
  put_number(back);
  put(" given back, ");
  put_number(heap.mapped_blocks());
  put(" mapped; heap to 0x");
  for (unsigned shift = 48; shift != 0; shift -= 4)
    text[length++] = "0123456789abcdef"[heap.top_end() >> (shift - 4) & 0xf];
  put("\n");
  static_cast<void>(!write(descriptor, text, length));
  close(descriptor);
}

}  // namespace
}  // namespace refmm::impl::inline REFMM_BUILD

// ---- What programs call -------------------------------------------------------------------------------------------------------

#define REFMM_EXPORT extern "C" [[gnu::visibility("default")]]

using namespace refmm::impl;

REFMM_EXPORT void* malloc(std::size_t bytes) noexcept {
  if (bytes >= ThreadCache::end_of_requests) [[unlikely]]
    return from_heap([&] { return heap.allocate(bytes); });
  if (cache != nullptr) [[likely]] {
    const Word block = cache->take(Layout::bin_of_exact(Layout::chunk_size(bytes)));
    if (block != 0) [[likely]]
      return reinterpret_cast<void*>(block);
  }
  return allocate_small(bytes);
}

REFMM_EXPORT void free(void* block) noexcept {
  if (block == nullptr) return;
  const Word freed = word(block);
  if (cache != nullptr && freed % Layout::alignment == 0 && layer.may_be_in_heap(freed)) [[likely]] {
    const unsigned bin = ThreadCache::bin_of_tag(ThreadCache::tag_of(Layout::chunk_of(freed)));
    if (bin != 0) [[likely]] {
      if (cache->put(bin, freed)) [[unlikely]]
        shorten(bin);
      return;
    }
  }
  release(freed);
}

REFMM_EXPORT void* calloc(std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  if (!__builtin_mul_overflow(count, size, &bytes) && bytes < ThreadCache::end_of_requests && cache != nullptr) {
    const Word size = Layout::chunk_size(bytes), block = cache->take(Layout::bin_of_exact(size));
    if (block != 0) return std::memset(reinterpret_cast<void*>(block), 0, size - Layout::word);
  }
  return from_heap([&] { return heap.allocate_zero(count, size); });
}

REFMM_EXPORT void* realloc(void* block, std::size_t bytes) noexcept {
  if (block == nullptr) return malloc(bytes);
  if (bytes == 0) {
    free(block);
    return nullptr;
  }
  if (cache != nullptr && layer.may_be_in_heap(word(block)) && cache->is_marked(word(block))) [[unlikely]]
    NativeLayer::ends(refmm::malloc::Refusal::double_free, "realloc", word(block));
  Word resized = 0;
  {
    const HoldsLock held(lock);
    resized = heap.resize(word(block), bytes);
  }
  return pointer(resized);
}

REFMM_EXPORT void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  if (alignment <= Layout::alignment) return malloc(bytes);
  return from_heap([&] { return heap.allocate_aligned(alignment, bytes); });
}
REFMM_EXPORT void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return memalign(alignment, bytes);
}
REFMM_EXPORT int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) noexcept {
  if (alignment % sizeof(void*) != 0 || !std::has_single_bit(alignment)) return EINVAL;
  const int errno_before = errno;
  void* const made = memalign(alignment, bytes);
  errno = errno_before;
  if (made == nullptr) return ENOMEM;
  *block = made;
  return 0;
}
REFMM_EXPORT void* valloc(std::size_t bytes) noexcept { return memalign(NativeLayer::page_size, bytes); }
REFMM_EXPORT void* pvalloc(std::size_t bytes) noexcept {
  const std::size_t up = NativeLayer::page_size - 1;
  if (bytes > SIZE_MAX - up) return pointer(0);
  return memalign(NativeLayer::page_size, (bytes + up) & ~up);
}
REFMM_EXPORT void* reallocarray(void* block, std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return pointer(0);
  return realloc(block, bytes);
}

REFMM_EXPORT std::size_t malloc_usable_size(void* block) noexcept {
  return block == nullptr ? 0 : heap.usable_bytes(word(block));
}
REFMM_EXPORT int malloc_trim(std::size_t pad) noexcept {
  const HoldsLock held(lock);
  if (cache != nullptr) cache->flush_all(heap);
  return heap.trim(pad) ? 1 : 0;
}
