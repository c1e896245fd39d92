// One call of the allocator that was carried out, and questions about it: what the step laws speak of.
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/spec/malloc_allocator.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_state.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ranges>
#include <variant>
#include <vector>

namespace refmm::malloc {

using LawEffect = Effect<std::uint32_t>;
using LawBlock = Block<std::uint32_t>;

/// One call that was carried out.
struct Transition {
  const Allocator& allocator;
  const LawState& before;
  const Command<std::uint32_t>& command;
  const Result<std::uint32_t>& result;
  const std::vector<LawEffect>& effects;
  const LawState& after;
};

// ---- What was asked and answered ------------------------------------------------------------------------------------

template <template <class> class Call>
constexpr const Call<std::uint32_t>* call(const Transition& t) {
  return std::get_if<Call<std::uint32_t>>(&t.command);
}

constexpr std::optional<Refusal> refusal(const Transition& t) {
  const Refused* refused = std::get_if<Refused>(&t.result);
  return refused ? std::optional(refused->refusal) : std::nullopt;
}

/// True if the program came to its end: no law speaks of what it left behind.
constexpr bool ended_everything(const Transition& t) {
  const auto why = refusal(t);
  return why && ends_everything(*why);
}

/// What a new block was asked for, if one was: bytes, 0 where the product wraps.
constexpr std::optional<std::uint32_t> bytes_asked_for(const Transition& t) {
  if (const auto* asked = call<Malloc>(t)) return asked->bytes;
  if (const auto* asked = call<Memalign>(t)) return asked->bytes;
  if (const auto* asked = call<Calloc>(t)) return asked->count * asked->size;
  return std::nullopt;
}

/// The block that a call was about and that the program has, if it is one.
constexpr const LawBlock* block_before(const Transition& t, std::uint32_t addr) {
  return block_at(t.before.blocks, addr);
}

/// The block that was handed out, or that came of a block.
constexpr const LawBlock* handed_out(const Transition& t) {
  const auto* address = std::get_if<Address<std::uint32_t>>(&t.result);
  if (!address || address->value == 0 || call<Sbrk>(t)) return nullptr;
  return block_at(t.after.blocks, address->value);
}

// ---- Memory ---------------------------------------------------------------------------------------------------------

/// True if the words from `start` to before `end`, multiples of a word, are the same in two states.
constexpr bool same_words(const LawState& before, const LawState& after, std::uint32_t start, std::uint32_t end) {
  const auto written = [&](const auto& words) {
    return std::ranges::subrange(place_of(words.written, start), place_of(words.written, end));
  };
  return std::ranges::equal(written(before.words), written(after.words));
}

/// True if the first `bytes` bytes of two ranges of two states are the same.
constexpr bool same_bytes(const LawState& before, std::uint32_t from, const LawState& after, std::uint32_t to,
                          std::uint32_t bytes) {
  constexpr std::uint32_t word = word_bytes<std::uint32_t>;
  const std::uint32_t whole = from == to && from % word == 0 ? bytes - bytes % word : 0;
  if (!same_words(before, after, from, from + whole)) return false;
  for (std::uint32_t done = whole; done < bytes;) {
    const bool is_whole = bytes - done >= word && (from + done) % word == 0 && (to + done) % word == 0;
    if (is_whole
            ? lookup(before.words, from + done) != lookup(after.words, to + done)
            : byte_at<std::uint32_t>(before.words, from + done) != byte_at<std::uint32_t>(after.words, to + done))
      return false;
    done += is_whole ? word : 1;
  }
  return true;
}

/// True if no byte of a block that the program had before and has still was changed, but those of `except`.
constexpr bool blocks_survive(const Transition& t, std::uint32_t except = 0) {
  return std::ranges::all_of(t.before.blocks, [&](const LawBlock& block) {
    if (block.addr == except || !block_at(t.after.blocks, block.addr)) return true;
    return same_bytes(t.before, block.addr, t.after, block.addr, block.bytes);
  });
}

// ---- Effects --------------------------------------------------------------------------------------------------------

template <template <class> class Kind>
constexpr std::size_t effects_of(const Transition& t) {
  return static_cast<std::size_t>(std::ranges::count_if(
      t.effects, [](const LawEffect& effect) { return std::holds_alternative<Kind<std::uint32_t>>(effect); }));
}

template <template <class> class Kind>
constexpr const Kind<std::uint32_t>* only_effect(const Transition& t) {
  return t.effects.size() == 1 ? std::get_if<Kind<std::uint32_t>>(&t.effects.front()) : nullptr;
}

/// The address space is as it was.
constexpr bool same_space(const Transition& t) { return t.before.space == t.after.space && t.effects.empty(); }

}  // namespace refmm::malloc
