// Things that are alike but for their numbers, which go up one by one: what a picture says of them in one line. Part of
// fault_picture.hpp.
#pragma once

#include <refmm/spec/fault_references.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::process {

/// A number that is one more of the next thing: of a frame, a slot, a page.
struct Number {
  std::uint32_t value;
  friend bool operator==(const Number&, const Number&) = default;
};
/// An address that is a page further of the next thing.
struct PageAddress {
  std::uint32_t value;
  friend bool operator==(const PageAddress&, const PageAddress&) = default;
};

/// What is said of one thing.
using Phrase = std::vector<std::variant<std::string, Number, PageAddress>>;

/// The phrase of the thing that comes `further` things later.
Phrase later(Phrase phrase, std::uint32_t further);

/// `pfn 3`; frames that belong to no pool have names, and do not follow each other.
Phrase pool_frame_phrase(std::uint32_t pfn);

/// What is said of `count` things, the first of which `phrase` is said of: `slot 3..5, 40000000-40003000`.
std::string text_of(const Phrase& phrase, std::uint32_t count);

/// Where `count` things are mapped, of which the first is mapped at `places`: `40000000 of pid 1,2, 40001000 of pid 3`, or as many as
/// there are in so many columns.
std::string places_text(std::span<const Place> places, std::uint32_t count, std::size_t columns);

/// `1..3,7`. Ascending.
std::string numbers_notation(std::span<const std::uint32_t> numbers);

/// What letters and marks mean, in as few lines as there is room for.
std::vector<std::string> legend_lines(std::span<const std::string> meanings, std::string_view separator);

}  // namespace refmm::process
