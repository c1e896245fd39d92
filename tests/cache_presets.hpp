// Data caches of machines that 2.4.0 ran on, and of the host.
#pragma once

#include <refmm/tests/set_associative_cache.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

struct CachePreset {
  std::string name;
  std::string what;
  CacheShape shape;
};

/// `386`, a board with 64 KiB of external cache, and `pentium-iii`, the first-level data cache of that processor.
const std::vector<CachePreset>& period_caches();

/// Where Linux describes the caches of a processor.
inline constexpr const char* caches_of_first_processor = "/sys/devices/system/cpu/cpu0/cache";

/// The first-level data cache that a folder such as caches_of_first_processor describes, as the preset `host`. Throws
/// std::runtime_error, with the file and what is wrong with it, if there is none.
CachePreset host_cache(const std::filesystem::path& folder = caches_of_first_processor);

/// BYTES,WAYS,LINE, such as 16384,4,32, as a preset of that name. Throws std::invalid_argument if it is not of this form, or there is
/// no such cache.
CachePreset cache_of_numbers(std::string_view text);

}  // namespace refmm
