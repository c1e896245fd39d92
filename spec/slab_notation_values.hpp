// Values of the slab family, as calls, effects and results have them. Part of the reading of its notation.
#pragma once

#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace refmm::slab::reading {

/// The error that something else was expected in place of `value`.
InputError unexpected(const transcript::Source& source, const transcript::Value& value, std::string message,
                      std::string expected, std::string hint = "");

/// True of the name `NULL`.
bool is_null(const transcript::Value& value);

/// A number from `lowest` to `highest`; `of` is what it counts, for the error.
std::uint32_t number(const transcript::Source& source, const transcript::Value& value, std::string_view of,
                     std::uint32_t lowest = 0, std::uint32_t highest = std::numeric_limits<std::uint32_t>::max());

/// Flags: names joined with `|`, a number, or both.
std::uint32_t flags(const transcript::Source& source, const transcript::Value& value, const FlagNames& names);

/// `session:3[7]`, whether or not there is such an object.
Object object(const transcript::Source& source, const transcript::Value& value);

/// `session:3`.
struct SlabOfCache {
  Name cache;
  std::uint32_t slab;
};
SlabOfCache slab_of_cache(const transcript::Source& source, const transcript::Value& value);

/// The name of a cache, whether or not there is one of that name.
Name cache_name(const transcript::Source& source, const transcript::Value& value);

/// Checks that a call or an effect has an argument for each of `parameters`, in their order; one that ends with `=`, and no
/// other, is written `key=value`.
void check_arguments(const transcript::Source& source, const transcript::Call& call,
                     std::span<const std::string_view> parameters);

/// `a, b or c`, each in backticks.
std::string one_of(std::span<const std::string_view> names);

/// The name in `names` that `typed` may have been meant to be; empty if none is near.
std::string nearest_name(std::string_view typed, std::span<const std::string_view> names);

}  // namespace refmm::slab::reading
