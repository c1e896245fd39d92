// Laws about what programs have and do themselves, whatever is called: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <cstdint>
#include <variant>

namespace refmm::malloc::holds {

constexpr bool no_call_changes_a_block_of_the_program(const Transition& t) {
  if (const auto* resized = call<Realloc>(t)) return blocks_survive(t, resized->block);
  const bool writes = call<StoreByte>(t) || call<StoreWord>(t) || call<Memset>(t);
  return writes || blocks_survive(t);
}

constexpr bool a_refused_call_leaves_the_blocks(const Transition& t) {
  return !refusal(t) || t.before.blocks == t.after.blocks;
}

constexpr bool malloc_usable_size_is_what_the_chunk_has(const Transition& t) {
  const auto* asked = call<MallocUsableSize>(t);
  const auto* number = std::get_if<Number<std::uint32_t>>(&t.result);
  if (!asked || asked->block == 0 || !number) return true;
  return number->value == usable_bytes(t.before, asked->block) && t.before == t.after;
}

constexpr bool malloc_usable_size_of_null_is_0(const Transition& t) {
  const auto* asked = call<MallocUsableSize>(t);
  if (!asked || asked->block != 0) return true;
  const auto* number = std::get_if<Number<std::uint32_t>>(&t.result);
  return number && number->value == 0 && t.before == t.after;
}

constexpr bool accesses_where_nothing_is_mapped_end_the_program(const Transition& t) {
  const auto ends = [&](std::uint32_t addr, std::uint32_t len) {
    const bool is_memory = len == 0 || (addr + (len - 1) >= addr && is_inside_areas(t.before, {addr, addr + len}));
    return is_memory == (refusal(t) != Refusal::not_mapped);
  };
  if (const auto* load = call<LoadByte>(t)) return ends(load->addr, 1);
  if (const auto* load = call<LoadWord>(t)) return ends(load->addr, word_bytes<std::uint32_t>);
  if (const auto* store = call<StoreByte>(t)) return ends(store->addr, 1);
  if (const auto* store = call<StoreWord>(t)) return ends(store->addr, word_bytes<std::uint32_t>);
  if (const auto* fill = call<Memset>(t)) return ends(fill->addr, fill->len);
  return true;
}

}  // namespace refmm::malloc::holds
