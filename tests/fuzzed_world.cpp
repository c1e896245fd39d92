#include <refmm/tests/fuzzed_world.hpp>

namespace refmm {

std::uint32_t FuzzedWorld::next() {
  const std::size_t width = std::min<std::size_t>(bytes_.size(), 4);
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < width; ++i) word |= std::uint32_t{bytes_[i]} << (8 * i);
  bytes_ = bytes_.subspan(width);
  return word;
}

std::uint32_t FuzzedWorld::next(std::uint32_t lowest, std::uint32_t highest) {
  const std::uint32_t word = next();
  if (lowest <= word && word <= highest) return word;
  return static_cast<std::uint32_t>(lowest + word % (std::uint64_t{highest} - lowest + 1));
}

Map<std::uint32_t, std::uint32_t> FuzzedWorld::map(std::string_view name) {
  Map<std::uint32_t, std::uint32_t> map;
  for (std::uint32_t points = next(0, longest / 2); points != 0; --points) {
    const std::uint32_t key = next(), value = next();
    map = updated(std::move(map), key, value);
  }
  auto& given = values(name);
  for (const auto& [key, value] : map.written) given.insert(given.end(), {key, value});
  return map;
}

Map<std::uint32_t, Map<std::uint32_t, std::uint32_t>> FuzzedWorld::maps(std::string_view name) {
  Map<std::uint32_t, Map<std::uint32_t, std::uint32_t>> maps;
  for (std::uint32_t points = next(0, longest); points != 0; --points) {
    const std::uint32_t outer = next(), inner = next(), value = next();
    maps = updated(std::move(maps), outer, updated(lookup(maps, outer), inner, value));
  }
  auto& given = values(name);
  for (const auto& [outer, map] : maps.written) {
    for (const auto& [inner, value] : map.written) given.insert(given.end(), {outer, inner, value});
  }
  return maps;
}

}  // namespace refmm
