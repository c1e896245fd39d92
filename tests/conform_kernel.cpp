#include <refmm/spec/since_notation.hpp>
#include <refmm/tests/conform_kernel.hpp>

#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace refmm::conform {
namespace {

/// True if large areas without a file are aligned at all: not where the kernel was built without huge pages.
bool has_huge_pages() { return std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled").good(); }

}  // namespace

std::uint64_t kernel_setting(const char* name, std::uint64_t otherwise) {
  std::ifstream file(std::string("/proc/sys/vm/") + name);
  std::uint64_t value = otherwise;
  return file >> value ? value : otherwise;
}

since::Version running_version() {
  utsname names{};
  if (uname(&names) != 0) return since::linux_6_18;
  const std::string_view release = names.release;  // 6.18.44-generic
  return since::version_of(release.substr(0, release.find_first_not_of("0123456789.")))
      .value_or(since::linux_6_18);
}

bool is_settled(since::Version version) { return since::era_of(version) == since::era_of(since::linux_6_18); }

since::KernelOf<std::uint64_t> running_kernel(Bits bits) {
  since::KernelOf<std::uint64_t> kernel = since::kernel_of(running_version(), static_cast<unsigned>(bits));
  kernel.lowest_address = kernel_setting("mmap_min_addr", 4096);
  kernel.lowest_hint = std::max<std::uint64_t>(kernel.lowest_address, 65536);
  if (!has_huge_pages()) kernel.huge_page = 0;
  return kernel;
}

}  // namespace refmm::conform
