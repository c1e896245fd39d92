// Time of the processor, for measurements on a machine that has other work.
#pragma once

#include <ctime>

namespace refmm {

/// Seconds that this process has had a processor, the kernel's work for it included.
inline double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace refmm
