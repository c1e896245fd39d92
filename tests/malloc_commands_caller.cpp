// From intents to commands.
#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/malloc_commands.hpp>

#include <algorithm>
#include <cstddef>
#include <variant>

namespace refmm::malloc {

namespace {

using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

/// What intents come to in a state, for a program that knows some of it.
struct Plan {
  const State<W>& now;
  const Knowledge& knowledge;

  const Block<W>* block(std::uint32_t which) const {
    return now.blocks.empty() ? nullptr : &now.blocks[which % now.blocks.size()];
  }

  const Block<W>* mapped_block(std::uint32_t which) const {
    for (std::size_t i = 0; i < now.blocks.size(); ++i) {
      const auto* held = &now.blocks[(which + i) % now.blocks.size()];
      if (own_mapping_of(now, held->addr)) return held;
    }
    return nullptr;
  }

  const Block<W>* known_block(std::uint32_t which, W bytes) const {
    for (std::size_t i = 0; i < now.blocks.size(); ++i) {
      const auto* held = &now.blocks[(which + i) % now.blocks.size()];
      if (knowledge.known_bytes(held->addr) >= bytes) return held;
    }
    return nullptr;
  }

  Commands operator()(const AskIntent& wish) const {
    switch (wish.how) {
      case AskIntent::How::malloc:
        return {Malloc<W>{wish.bytes}};
      case AskIntent::How::calloc:
        return {Calloc<W>{wish.size == 0 ? wish.bytes : wish.bytes / wish.size, wish.size}};
      case AskIntent::How::memalign:
        return {Memalign<W>{wish.alignment, wish.bytes}};
      case AskIntent::How::realloc:
        break;
    }
    return {Realloc<W>{0, wish.bytes}};
  }

  Commands operator()(const ReleaseIntent& wish) const {
    if (wish.null) return {Free<W>{0}};
    const auto* held = block(wish.which);
    return held ? Commands{Free<W>{held->addr}} : Commands{};
  }

  Commands operator()(const ResizeIntent& wish) const {
    const auto* held = wish.mapped ? mapped_block(wish.which) : nullptr;
    if (!held) held = block(wish.which);
    if (!held) return {};
    return {Realloc<W>{held->addr, wish.eighths == 0 ? wish.bytes : held->bytes / 8 * wish.eighths}};
  }

  Commands operator()(const UseIntent& wish) const {
    using enum UseIntent::How;
    const bool loads = wish.how == load_byte || wish.how == load_word;
    const bool of_word = wish.how == load_word || wish.how == store_word;
    const W len = of_word ? W{sizeof(W)} : 1;
    const auto* held = loads ? known_block(wish.which, len) : block(wish.which);
    if (!held) return {};
    if (wish.how == usable_size) return {MallocUsableSize<W>{wish.value % 8 == 0 ? 0 : held->addr}};
    if (wish.how == fill) return filling(*held, wish);
    const W room = loads ? knowledge.known_bytes(held->addr) : held->bytes;
    if (room < len) return {};
    const W addr = held->addr + (wish.value % 3 == 0 ? room - len : wish.offset % (room - len + 1));
    if (wish.how == load_byte) return {LoadByte<W>{addr}};
    if (wish.how == load_word) return {LoadWord<W>{addr}};
    if (wish.how == store_byte) return {StoreByte<W>{addr, wish.value % 256}};
    return {StoreWord<W>{addr, wish.value * 0x01010101}};
  }

  /// All of the block, or a part; of a long one what comes first.
  static Commands filling(const Block<W>& held, const UseIntent& wish) {
    constexpr W most = 6000;
    const W from = wish.value % 4 == 0 ? wish.offset % (held.bytes + 1) : 0;
    return {Memset<W>{held.addr + from, wish.value % 256, std::min(held.bytes - from, most)}};
  }

  Commands operator()(const TrimIntent& wish) const {
    constexpr W page = 4096;
    const W spare = now.top == 0 ? 0 : size_of_top(now) - smallest_chunk<W>;
    switch (wish.pad) {
      case TrimIntent::Pad::all:
        return {MallocTrim<W>{spare}};
      case TrimIntent::Pad::all_but_a_page:
        return {MallocTrim<W>{spare < page ? spare : spare - page}};
      case TrimIntent::Pad::more:
        return {MallocTrim<W>{~W{0}}};
      case TrimIntent::Pad::nothing:
        break;
    }
    return {MallocTrim<W>{0}};
  }

  Commands operator()(const SbrkIntent& wish) const {
    if (!wish.back) {
      constexpr W little = 100;
      const W left = smallest_chunk<W> + wish.bytes % little / chunk_alignment<W> * chunk_alignment<W>;
      const W top = now.top == 0 ? 0 : size_of_top(now);
      if (wish.bytes > little || top < left + smallest_chunk<W>) return {Sbrk<W>{wish.bytes}};
      return {Malloc<W>{top - left - word_bytes<W>}, Sbrk<W>{wish.bytes}};
    }
    const W brk = now.space.mm.brk, end = now.top == 0 ? brk : std::min(now.top_end, brk);
    if (brk == end) return {};
    return {Sbrk<W>{W{0} - wish.bytes % (brk - end + 1)}};
  }

  /// The next move of the break may be one that fails.
  Commands operator()(const vma::SetKnobs<W>& knobs) const {
    if (knobs.fail_vma == 1u) return {knobs, MallocTrim<W>{0}};
    return {knobs};
  }

  Commands operator()(const RowIntent& wish) const {
    Commands row;
    for (std::uint32_t i = 0; i < wish.count; ++i) {
      row.push_back(Malloc<W>{wish.bytes + i * wish.step});
      row.push_back(Malloc<W>{1});
    }
    return row;
  }

  Commands operator()(const SweepIntent& wish) const {
    Commands freed;
    for (std::size_t first = 0; first < wish.stride; ++first) {
      for (std::size_t i = first; i < now.blocks.size(); i += wish.stride)
        if (now.blocks[i].bytes >= SweepIntent::least) freed.push_back(Free<W>{now.blocks[i].addr});
    }
    return freed;
  }

  Commands operator()(const MisuseIntent& wish) const { return misusing(wish, now); }
};

}  // namespace

std::optional<Command<W>> Caller::next(const State<W>& now) {
  if (commands_ == most_commands) return std::nullopt;
  while (planned_.empty()) {
    if (intent_ == session_.intents.size()) return std::nullopt;
    planned_ = std::visit(Plan{now, knowledge_}, session_.intents[intent_++]);
    std::ranges::reverse(planned_);
  }
  ++commands_;
  const Command<W> command = planned_.back();
  planned_.pop_back();
  return command;
}

/// What calloc gives is looked at where it ends.
void Caller::answered(const Command<W>& command, const Result<W>& result) {
  knowledge_.note(command, result);
  const auto* asked = std::get_if<Calloc<W>>(&command);
  const auto* block = std::get_if<Address<W>>(&result);
  if (!asked || !block || asked->count * asked->size < word_bytes<W>) return;
  planned_.push_back(LoadWord<W>{block->value + asked->count * asked->size - word_bytes<W>});
}

}  // namespace refmm::malloc
