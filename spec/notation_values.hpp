// What the notations of all families share: numbers, flags, arguments and settings, and the errors that they make when
// something else was expected.
#pragma once

#include <refmm/spec/transcript.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

struct FlagName {
  std::string_view name;
  std::uint32_t value;
};

/// Names for some bits in the order of the bits, lowest first. Of names for the same bits the first is written, all
/// are read. Names of several bits stand before those of fewer, and are taken first.
struct FlagNames {
  std::string_view of;  // what has these flags
  std::vector<FlagName> names;
};

/// Flags as people read them: those with a name joined with `|`, and the bits that are left.
struct NamedFlags {
  std::string names;
  std::uint32_t nameless;
};
NamedFlags named_flags(const FlagNames& names, std::uint32_t flags);

}  // namespace refmm

namespace refmm::reading {

/// The error that something else was expected in place of `value`.
InputError unexpected(const transcript::Source& source, const transcript::Value& value, std::string message,
                      std::string expected, std::string hint = "");

/// The error that `word` is none of `names`, with the name that is nearest as what to try.
InputError no_such(const transcript::Source& source, const transcript::Word& word, std::string message,
                   std::span<const std::string_view> names);

/// True of the name `NULL`.
bool is_null(const transcript::Value& value);

/// The number of a value that is one, has no sign, and fits into 32 bits.
std::optional<std::uint32_t> number_of(const transcript::Value& value);

/// The number of a thing of a kind that is counted, `pfn 7`; nothing if it is not one, or a range of them.
std::optional<std::uint32_t> number_of(const transcript::Value& value, std::string_view kind);

/// A number from `lowest` to `highest`; `of` is what it counts, for the error.
std::uint32_t number(const transcript::Source& source, const transcript::Value& value, std::string_view of,
                     std::uint32_t lowest = 0, std::uint32_t highest = std::numeric_limits<std::uint32_t>::max());

/// A word of 32 bits; `of` is what it is, for the error: "an address". Of a negative number the error says how 32 bits write it.
std::uint32_t word(const transcript::Source& source, const transcript::Value& value, std::string_view of);

/// Flags: names joined with `|`, a number, or both.
std::uint32_t flags(const transcript::Source& source, const transcript::Value& value, const FlagNames& names);

/// Checks that a call or an effect has an argument for each of `parameters`, in their order; one that ends with `=`, and no
/// other, is written `key=value`.
void check_arguments(const transcript::Source& source, const transcript::Call& call,
                     std::span<const std::string_view> parameters);

/// Checks that each setting has one of `keys`, one value unless its key is `list`, and has not been given before; `of` has these
/// settings, for the error.
void check_settings(const transcript::Source& source, std::span<const transcript::Setting> settings,
                    std::span<const std::string_view> keys, std::string_view of, std::string_view list = "");

/// The value that `key` is set to, or null.
const transcript::Value* setting(std::span<const transcript::Setting> settings, std::string_view key);

/// The values that `key` is set to; none if it is not set.
std::span<const transcript::Value> list_setting(std::span<const transcript::Setting> settings,
                                                std::string_view key);

/// Checks that a call names no process but the first; `family` has no others.
void check_process(const transcript::Source& source, const transcript::Call& call, std::string_view family);

/// `= 3 x=4`.
std::string text_of(const transcript::Result& result);

Position place_of(const transcript::Argument& argument);

/// Which of `results` an effect has: `NULL`, `-1 EIO`; empty text stands for no result.
std::size_t result_among(const transcript::Source& source, const transcript::Call& effect,
                         std::span<const std::string_view> results);

/// `a, b or c`, each in backticks.
std::string one_of(std::span<const std::string_view> names);

/// The name in `names` that `typed` may have been meant to be; empty if none is near.
std::string nearest_name(std::string_view typed, std::span<const std::string_view> names);

}  // namespace refmm::reading
