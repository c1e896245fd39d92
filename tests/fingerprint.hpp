// Fingerprints: two numbers that stand for a value where the value itself would take too much memory.
//
// They follow from the declarations of records, as the printed form does (spec/difference.hpp). Of different values they are the same
// once in 2^128 pairs, as far as anybody knows.
#pragma once

#include <refmm/spec/difference.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

namespace refmm {

struct Fingerprint {
  std::uint64_t first = 0x9e3779b97f4a7c15, second = 0xc2b2ae3d27d4eb4f;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;

  /// Takes one number more in.
  void add(std::uint64_t number) {
    first = mixed(first ^ mixed(number + 0x632be59bd9b4e019));
    second = mixed(second + mixed(number ^ 0x8cb92ba72f3d8dd7)) + first;
  }

 private:
  /// The finalizer of SplitMix64 (G. L. Steele et al., "Fast splittable pseudorandom number generators", 2014).
  static constexpr std::uint64_t mixed(std::uint64_t number) {
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    return number ^ (number >> 31);
  }
};

/// What containers of fingerprints go by.
struct FingerprintHash {
  std::size_t operator()(const Fingerprint& fingerprint) const {
    return static_cast<std::size_t>(fingerprint.first);
  }
};

/// Takes in a value with all its parts; how many there are of a sequence counts.
template <class T>
void add(Fingerprint& fingerprint, const T& value) {
  if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    fingerprint.add(static_cast<std::uint64_t>(value));
  } else if constexpr (detail::TextLike<T>) {
    const std::string_view text(value);
    fingerprint.add(text.size());
    for (const char letter : text) fingerprint.add(static_cast<unsigned char>(letter));
  } else if constexpr (Record<T>) {
    for_each_field(value, [&](const char*, const auto& member) { add(fingerprint, member); });
  } else if constexpr (detail::Optional<T>) {
    fingerprint.add(value.has_value());
    if (value) add(fingerprint, *value);
  } else if constexpr (detail::Variant<T>) {
    fingerprint.add(value.index());
    std::visit([&](const auto& alternative) { add(fingerprint, alternative); }, value);
  } else if constexpr (detail::Map<T>) {
    add(fingerprint, value.otherwise);
    fingerprint.add(value.written.size());
    for (const auto& [key, written] : value.written) {
      add(fingerprint, key);
      add(fingerprint, written);
    }
  } else if constexpr (detail::Pair<T>) {
    add(fingerprint, value.first);
    add(fingerprint, value.second);
  } else {
    static_assert(detail::Sequence<T>, "this type has no fingerprint");
    std::uint64_t count = 0;
    for (const auto& element : value) {
      add(fingerprint, element);
      ++count;
    }
    fingerprint.add(count);
  }
}

template <class T>
Fingerprint fingerprint_of(const T& value) {
  Fingerprint fingerprint;
  add(fingerprint, value);
  return fingerprint;
}

}  // namespace refmm
