// What tests of processes in which the running kernel carries out calls begin with.
#pragma once

#include <refmm/tests/conform_process.hpp>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::conform {

inline constexpr std::uint64_t page = 4096;
inline constexpr std::uint64_t place = 0x10000000;  // free in every process
inline constexpr std::uint64_t no_file = ~std::uint64_t{0};

/// Tests of programs of 32 and of 64 bits. They are left out, and say why, where there are none.
class OfBits : public testing::TestWithParam<Bits> {
 protected:
  void SetUp() override { start({}); }

  void start(const Settings& settings) {
    auto started = Agent::start(GetParam(), settings);
    if (const auto* const refused = std::get_if<Refusal>(&started)) GTEST_SKIP() << refused->why;
    agent.emplace(std::move(std::get<Agent>(started)));
  }

  /// mmap at `place` exactly.
  std::int64_t map(std::uint64_t pages, std::uint64_t protection, std::uint64_t flags,
                   std::uint64_t file = no_file, std::uint64_t offset = 0) {
    return agent
        ->call(Call::mmap,
               {place, pages * page, protection, flags | MAP_FIXED, file, offset_for_mmap(GetParam(), offset)})
        .value();
  }

  std::int64_t map_anonymous(std::uint64_t pages, int protection = PROT_READ | PROT_WRITE,
                             int sharing = MAP_PRIVATE) {
    return map(pages, static_cast<std::uint64_t>(protection), static_cast<std::uint64_t>(sharing | MAP_ANONYMOUS));
  }

  /// The area that begins at `start`, as smaps shows it.
  SeenArea area_at(std::uint64_t start) {
    for (auto& area : agent->areas())
      if (area.start == start) return area;
    ADD_FAILURE() << "no area begins at " << start;
    return {.detail = AreaDetail{}};
  }

  std::string flags_at(std::uint64_t start) { return area_at(start).detail->flags.codes(); }

  std::optional<Agent> agent{};
};

inline std::string name_of_bits(const testing::TestParamInfo<Bits>& bits) {
  return bits.param == Bits::of_32 ? "of_32_bits" : "of_64_bits";
}

}  // namespace refmm::conform
