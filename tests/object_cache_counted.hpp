// Objects whose lives are counted, for tests of object caches.
#pragma once

namespace refmm {

/// Counts how many of it live.
struct Counted {
  explicit Counted(int initial = 0) noexcept : value(initial) { ++living; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --living; }

  int value;
  static inline int living = 0;
};

}  // namespace refmm
