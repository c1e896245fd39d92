// From the vocabulary of the user's heap to the lines of a transcript, but for blocks.

#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <concepts>
#include <string_view>
#include <variant>

namespace refmm::malloc {
namespace {

using Word = std::uint32_t;

std::string address(Word value) { return value == 0 ? "NULL" : vma::address_notation(value); }
std::string bytes(Word value) { return vma::length_notation(value); }

// ---- Calls ----------------------------------------------------------------------------------------------------

std::string notation_of(const Malloc<Word>& call) { return fmt::format("malloc({})", bytes(call.bytes)); }
std::string notation_of(const Free<Word>& call) { return fmt::format("free({})", address(call.block)); }
std::string notation_of(const Calloc<Word>& call) {
  return fmt::format("calloc({}, {})", bytes(call.count), bytes(call.size));
}
std::string notation_of(const Realloc<Word>& call) {
  return fmt::format("realloc({}, {})", address(call.block), bytes(call.bytes));
}
std::string notation_of(const Memalign<Word>& call) {
  return fmt::format("memalign({}, {})", bytes(call.alignment), bytes(call.bytes));
}
std::string notation_of(const MallocUsableSize<Word>& call) {
  return fmt::format("malloc_usable_size({})", address(call.block));
}
std::string notation_of(const MallocTrim<Word>& call) { return fmt::format("malloc_trim({})", bytes(call.pad)); }
std::string notation_of(const Sbrk<Word>& call) {
  return fmt::format("sbrk({})", static_cast<std::int32_t>(call.increment));
}
std::string notation_of(const LoadByte<Word>& call) { return fmt::format("load_byte({})", address(call.addr)); }
std::string notation_of(const LoadWord<Word>& call) { return fmt::format("load_word({})", address(call.addr)); }
std::string notation_of(const StoreByte<Word>& call) {
  return fmt::format("store_byte({}, {})", address(call.addr), call.byte);
}
std::string notation_of(const StoreWord<Word>& call) {
  return fmt::format("store_word({}, {})", address(call.addr), vma::address_notation(call.word));
}
std::string notation_of(const Memset<Word>& call) {
  return fmt::format("memset({}, {}, {})", address(call.addr), call.byte, bytes(call.len));
}
std::string notation_of(const vma::SetKnobs<Word>& knobs) { return vma::notation(vma::Command<Word>(knobs)); }

// ---- Effects --------------------------------------------------------------------------------------------------

std::string granted(Word addr) { return addr == 0 ? "-1 ENOMEM" : vma::address_notation(addr); }

std::string notation_of(const Brk<Word>& effect) {
  const std::string brk = vma::address_notation(effect.brk);
  return fmt::format("brk({}) = {}", brk, effect.moved ? brk : "-1 ENOMEM");
}
std::string notation_of(const MapPages<Word>& effect) {
  return fmt::format("mmap({}) = {}", bytes(effect.len), granted(effect.addr));
}
std::string notation_of(const UnmapPages<Word>& effect) {
  return fmt::format("munmap({}, {})", vma::address_notation(effect.addr), bytes(effect.len));
}
std::string notation_of(const RemapPages<Word>& effect) {
  return fmt::format("mremap({}, {}, {}) = {}", vma::address_notation(effect.addr), bytes(effect.old_len),
                     bytes(effect.new_len), granted(effect.new_addr));
}

}  // namespace

std::string notation(const Command<Word>& command) {
  return std::visit([](const auto& call) { return notation_of(call); }, command);
}

bool returns_something(const Command<Word>& command) {
  return std::visit(
      []<class Call>(const Call&) {
        return !(std::same_as<Call, Free<Word>> || std::same_as<Call, StoreByte<Word>> ||
                 std::same_as<Call, StoreWord<Word>> || std::same_as<Call, Memset<Word>> ||
                 std::same_as<Call, vma::SetKnobs<Word>>);
      },
      command);
}

std::string_view reason_notation(Refusal refusal) {
  switch (refusal) {
    case Refusal::invalid_pointer:
      return "invalid_pointer";
    case Refusal::invalid_size:
      return "invalid_size";
    case Refusal::double_free:
      return "double_free";
    case Refusal::corrupted_prev_size:
      return "corrupted_prev_size";
    case Refusal::corrupted_links:
      return "corrupted_links";
    case Refusal::corrupted_top:
      return "corrupted_top";
    case Refusal::too_large:
    case Refusal::product_wraps:
    case Refusal::no_memory:
    case Refusal::break_stays:
    case Refusal::not_mapped:
    case Refusal::endless_list:
      break;
  }
  return "";
}

std::string notation(const Command<Word>& command, const Result<Word>& result) {
  if (const auto* block = std::get_if<Address<Word>>(&result)) return address(block->value);
  if (const auto* number = std::get_if<Number<Word>>(&result))
    return std::holds_alternative<LoadWord<Word>>(command) ? vma::address_notation(number->value)
                                                           : fmt::format("{}", number->value);
  const auto* refused = std::get_if<Refused>(&result);
  if (refused == nullptr) return "";
  const std::string_view reason = reason_notation(refused->refusal);
  return fmt::format("{}{}{}", notation(refused->refusal), reason.empty() ? "" : " ", reason);
}

std::string notation(const Effect<Word>& effect) {
  return std::visit([](const auto& alternative) { return notation_of(alternative); }, effect);
}

}  // namespace refmm::malloc
