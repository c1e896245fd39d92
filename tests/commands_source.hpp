// Where the generators of sessions get their numbers.
#pragma once

#include <rapidcheck.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::drawing {

/// Numbers from RapidCheck's random source. Generators put together from others would cost more than what they generate: a
/// session has thousands of numbers, and is shrunk as a script (tests/shrink.hpp), not here.
class Source {
 public:
  explicit Source(const rc::Random& random) : random_(random) {}

  std::uint32_t number(std::uint32_t lowest, std::uint32_t highest) {
    return lowest + static_cast<std::uint32_t>(random_.next() % (std::uint64_t{highest} - lowest + 1));
  }
  std::int32_t offset(std::int32_t lowest, std::int32_t highest) {
    return lowest + static_cast<std::int32_t>(number(0, static_cast<std::uint32_t>(highest - lowest)));
  }
  /// Never if `chances` is 0.
  bool one_in(std::uint32_t chances) { return chances != 0 && number(1, chances) == chances; }

  template <class T, std::size_t N>
  T one_of(const std::array<T, N>& choices) {
    return choices[number(0, N - 1)];
  }
  template <class T>
  T one_of(const std::vector<T>& choices) {
    return choices[number(0, static_cast<std::uint32_t>(choices.size()) - 1)];
  }
  /// An index, with a probability in proportion to its weight.
  template <std::size_t N>
  std::size_t weighted(const std::array<std::uint32_t, N>& weights) {
    std::uint32_t sum = 0;
    for (const std::uint32_t weight : weights) sum += weight;
    std::uint32_t left = number(0, sum - 1);
    std::size_t index = 0;
    while (left >= weights[index]) left -= weights[index++];
    return index;
  }

 private:
  rc::Random random_;
};

template <class T, class... Ts>
constexpr std::array<T, 1 + sizeof...(Ts)> among(T first, Ts... more) {
  return {first, static_cast<T>(more)...};
}

}  // namespace refmm::drawing
