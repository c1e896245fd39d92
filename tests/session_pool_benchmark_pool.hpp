// The pool itself: sessions that begin and end, and the allocators that they live on.
#pragma once

#include <refmm/impl/object_cache.hpp>
#include <refmm/tests/host_allocators.hpp>
#include <refmm/tests/processor_time.hpp>
#include <refmm/tests/session_pool_benchmark_worker.hpp>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <string>

namespace refmm::session_pool {

// ---- Allocators: allocate(), release(object), and give_back() of what is not in use -------------------------------------

template <bool huge_pages>
class ObjectCaches {
 public:
  explicit ObjectCaches(std::size_t bytes) : cache_(slabs_, "session", bytes, 0) {}
  void* allocate() { return cache_.allocate(); }
  void release(void* object) { cache_.release(object); }
  void give_back() {
    cache_.shrink();
    pages_.trim();
  }

 private:
  impl::HostPages pages_{{.huge_pages = huge_pages}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  impl::KmemCache<impl::HostPages> cache_;
};

class Malloc {
 public:
  explicit Malloc(std::size_t bytes) : bytes_(bytes) {}
  void* allocate() { return std::malloc(bytes_); }
  void release(void* object) { std::free(object); }
  void give_back() { malloc_trim(0); }

 private:
  std::size_t bytes_;
};

class Mimalloc {
 public:
  explicit Mimalloc(std::size_t bytes) : bytes_(bytes) {}
  void* allocate() { return malloc_(bytes_); }
  void release(void* object) { free_(object); }
  void give_back() { collect_(true); }

 private:
  std::size_t bytes_;
  void* (*malloc_)(std::size_t) = mimalloc<void*(std::size_t)>("mi_malloc");
  void (*free_)(void*) = mimalloc<void(void*)>("mi_free");
  void (*collect_)(bool) = mimalloc<void(bool)>("mi_collect");
};

class Jemalloc {
 public:
  explicit Jemalloc(std::size_t bytes) : bytes_(bytes) {}
  void* allocate() { return jemalloc_malloc(bytes_); }
  void release(void* object) { jemalloc_free(object); }
  void give_back() {
    // First what this thread keeps for itself; 4096 stands for all arenas (MALLCTL_ARENAS_ALL).
    for (const char* const name : {"thread.tcache.flush", "arena.4096.purge"}) {
      if (jemalloc_mallctl(name, nullptr, nullptr, nullptr, 0) != 0)
        throw std::runtime_error(std::string("jemalloc has no ") + name);
    }
  }

 private:
  std::size_t bytes_;
};

// ---- What the pool keeps of its sessions --------------------------------------------------------------------------------

/// Values in memory of their own, all of it resident from the start: what the pool keeps shall not come from the allocator that
/// is measured.
template <class T>
class Book {
 public:
  explicit Book(std::size_t count) : bytes_(std::max<std::size_t>(count, 1) * sizeof(T)) {
    void* const memory = impl::host::map(bytes_);
    if (memory == nullptr) throw std::bad_alloc();
    values_ = {static_cast<T*>(memory), count};
    std::ranges::fill(values_, T{});
  }
  ~Book() { impl::host::unmap(values_.data(), bytes_); }
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  T& operator[](std::size_t i) { return values_[i]; }
  std::span<T> values() { return values_; }

 private:
  std::size_t bytes_;
  std::span<T> values_;
};

/// Resident memory of this process, in MiB. Asks without malloc, which may be what is measured.
inline double resident() {
  char text[128] = {};
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  unsigned long pages = 0;
  const bool known =
      file >= 0 && read(file, text, sizeof text - 1) > 0 && std::sscanf(text, "%*u %lu", &pages) == 1;
  if (file >= 0) close(file);
  if (!known) throw std::runtime_error("the host does not say in /proc/self/statm how much memory is resident");
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// ---- The pool -----------------------------------------------------------------------------------------------------------

template <class Allocator>
class Pool {
 public:
  explicit Pool(const Plan& plan)
      : plan_(plan),
        random_(plan.seed),
        sessions_(plan.peak),
        begun_(plan.peak),
        leaving_(plan.peak),
        at_first_(resident()),
        allocator_(plan.bytes) {}

  Measured measure(Phase phase, std::uint32_t slice) {
    if (phase == Phase::fall && slice == 0) choose_survivors();
    const std::uint32_t operations = plan_.operations(phase);
    const std::uint64_t slices = plan_.slices_of(phase);
    const auto first = static_cast<std::uint32_t>(operations * std::uint64_t{slice} / slices);
    const auto end = static_cast<std::uint32_t>(operations * (std::uint64_t{slice} + 1) / slices);
    const double start = processor_seconds();
    run(phase, first, end);
    const double taken = processor_seconds() - start;
    return {taken, resident() - at_first_};
  }

 private:
  using Tag = std::uint64_t;
  static constexpr std::size_t line = 64;

  void run(Phase phase, std::uint32_t first, std::uint32_t end) {
    switch (phase) {
      case Phase::grow:
        for (std::uint32_t i = first; i < end; ++i) begin(i);
        return;
      case Phase::churn:
        for (std::uint32_t i = first; i < end; ++i) {
          const std::uint32_t place = any_place();
          this->end(place);
          begin(place);
        }
        return;
      case Phase::fall:
        for (std::uint32_t i = first; i < end; ++i) this->end(leaving_[i]);
        return;
      case Phase::give_back:
        allocator_.give_back();
        return;
      case Phase::grow_again:
        for (std::uint32_t i = first; i < end; ++i) begin(leaving_[i]);
        return;
    }
  }

  /// A session begins at a free place: a word is written into each of its lines.
  void begin(std::uint32_t place) {
    auto* const session = static_cast<std::byte*>(allocator_.allocate());
    if (session == nullptr) throw std::bad_alloc();
    for (std::size_t i = 0; i + sizeof(Tag) <= plan_.bytes; i += line)
      *reinterpret_cast<volatile Tag*>(session + i) = place;
    sessions_[place] = session;
    begun_[place] = ++beginnings_;
  }

  void end(std::uint32_t place) {
    if (*reinterpret_cast<volatile Tag*>(sessions_[place]) != place)
      throw std::runtime_error("two sessions were given the same memory");
    allocator_.release(sessions_[place]);
  }

  std::uint32_t any_place() { return static_cast<std::uint32_t>(random_() % plan_.peak); }

  /// Puts those that leave first in `leaving_`, in random order.
  void choose_survivors() {
    const std::span<std::uint32_t> places = leaving_.values();
    std::iota(places.begin(), places.end(), 0);
    if (plan_.survivors == Survivors::oldest)
      std::ranges::sort(places, std::ranges::greater{}, [this](std::uint32_t place) { return begun_[place]; });
    if (plan_.survivors == Survivors::neighbours)
      std::ranges::sort(places, std::ranges::greater{}, [this](std::uint32_t place) { return sessions_[place]; });
    const bool any = plan_.survivors == Survivors::random;
    std::ranges::shuffle(any ? places : places.first(plan_.peak - plan_.off_peak), random_);
  }

  Plan plan_;
  std::mt19937_64 random_;
  Book<std::byte*> sessions_;
  Book<std::uint64_t> begun_;  // the number of the beginning at each place
  Book<std::uint32_t> leaving_;
  std::uint64_t beginnings_ = 0;
  double at_first_;
  Allocator allocator_;
};

}  // namespace refmm::session_pool
