#include <refmm/tests/malloc_knowledge.hpp>

#include <algorithm>
#include <variant>

namespace refmm::malloc {

namespace {

using W = std::uint32_t;

/// Where the heap ends: nobody but the allocator may move the break below it. Without a heap the break stays.
W end_of_heap(const State<W>& now) { return now.top == 0 ? now.space.mm.brk : now.top_end; }

}  // namespace

bool Knowledge::has_range(W addr, W len, bool known) const {
  auto block = held_.upper_bound(addr);
  if (block == held_.begin()) return false;
  --block;
  const W offset = addr - block->first, room = known ? block->second.known : block->second.bytes;
  return offset <= room && len <= room - offset;
}

bool Knowledge::allows(const Command<W>& command, const State<W>& now) const {
  const auto may_have = [this](W block) { return block == 0 || has(block); };
  if (const auto* call = std::get_if<Free<W>>(&command)) return may_have(call->block);
  if (const auto* call = std::get_if<Realloc<W>>(&command)) return may_have(call->block);
  if (const auto* call = std::get_if<MallocUsableSize<W>>(&command)) return may_have(call->block);
  if (const auto* call = std::get_if<LoadByte<W>>(&command)) return has_range(call->addr, 1, true);
  if (const auto* call = std::get_if<LoadWord<W>>(&command)) return has_range(call->addr, sizeof(W), true);
  if (const auto* call = std::get_if<StoreByte<W>>(&command)) return has_range(call->addr, 1, false);
  if (const auto* call = std::get_if<StoreWord<W>>(&command)) return has_range(call->addr, sizeof(W), false);
  if (const auto* call = std::get_if<Memset<W>>(&command)) return has_range(call->addr, call->len, false);
  if (const auto* call = std::get_if<Sbrk<W>>(&command)) {
    const bool is_back = static_cast<std::int32_t>(call->increment) < 0;
    return !is_back || 0 - call->increment <= now.space.mm.brk - std::min(end_of_heap(now), now.space.mm.brk);
  }
  return true;
}

W Knowledge::known_bytes(W block) const {
  const auto held = held_.find(block);
  return held == held_.end() ? 0 : held->second.known;
}

/// What is written behind bytes that are not known stays unknown: few programs do that.
void Knowledge::write(W addr, W len) {
  auto block = held_.upper_bound(addr);
  if (block == held_.begin()) return;
  --block;
  Held& held = block->second;
  const W offset = addr - block->first;
  if (offset > held.known || offset > held.bytes || len > held.bytes - offset) return;
  held.known = std::max(held.known, offset + len);
}

void Knowledge::note(const Command<W>& command, const Result<W>& result) {
  if (const auto* call = std::get_if<StoreByte<W>>(&command)) return write(call->addr, 1);
  if (const auto* call = std::get_if<StoreWord<W>>(&command)) return write(call->addr, sizeof(W));
  if (const auto* call = std::get_if<Memset<W>>(&command)) return write(call->addr, call->len);
  if (const auto* call = std::get_if<Free<W>>(&command)) {
    if (std::holds_alternative<Nothing>(result)) held_.erase(call->block);
    return;
  }
  const auto* address = std::get_if<Address<W>>(&result);
  if (address == nullptr || std::holds_alternative<Sbrk<W>>(command)) return;
  Held given{};
  if (const auto* call = std::get_if<Malloc<W>>(&command)) given.bytes = call->bytes;
  if (const auto* call = std::get_if<Memalign<W>>(&command)) given.bytes = call->bytes;
  if (const auto* call = std::get_if<Calloc<W>>(&command))
    given = {call->count * call->size, call->count * call->size};
  if (const auto* call = std::get_if<Realloc<W>>(&command)) {
    given = {call->bytes, std::min(known_bytes(call->block), call->bytes)};
    held_.erase(call->block);
  }
  if (address->value != 0) held_.insert_or_assign(address->value, given);
}

}  // namespace refmm::malloc
