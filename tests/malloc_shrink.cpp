#include <refmm/spec/malloc_request_step_laws.hpp>
#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/malloc_shrink.hpp>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::malloc {

namespace {

using W = std::uint32_t;

constexpr W tag = chunk_alignment<W>;

/// A block that was given out, and its bytes then.
struct Given {
  W addr, bytes;
  std::uint32_t id;
  W end;  // of its chunk

  /// At a tag or in the block; with `behind` also at the size in the tag behind it.
  bool has(W at, bool behind) const { return at - (addr - tag) < tag + bytes + (behind ? word_bytes<W> : 0); }
};

/// More than this is not filled in the time that a command has; what is too large for any heap is refused at once.
bool is_too_long(W bytes) {
  constexpr W most = 1u << 20, largest_request = (~W{0} >> 1) - 2 * 4096;
  return bytes > most && bytes <= largest_request;
}
bool takes_too_long(const Command<W>& command) {
  if (const auto* calloc = std::get_if<Calloc<W>>(&command)) return is_too_long(calloc->count * calloc->size);
  return std::visit(
      [](const auto& call) {
        if constexpr (requires { call.bytes; }) return is_too_long(call.bytes);
        if constexpr (requires { call.increment; }) return is_too_long(call.increment);
        return false;
      },
      command);
}

/// Where the chunk of a block ends, if it is as long as what was asked for needs.
W end_of_chunk(const Command<W>& command, W block) {
  const W bytes = std::visit(
      [](const auto& call) {
        if constexpr (requires { call.count; })
          return call.count * call.size;
        else if constexpr (requires { call.bytes; })
          return call.bytes;
        else
          return W{0};
      },
      command);
  return chunk_of(block) + holds::size_needed(bytes);
}

/// The block that an address is about. One that the program still has, if there is such a one, for others may have been where it is.
const Given* given_at(const std::vector<Given>& all, W addr, const State<W>& state) {
  const auto held = [&](const Given& given) {
    const auto latest = std::ranges::find(all.rbegin(), all.rend(), given.addr, &Given::addr);
    return &*latest == &given && block_at(state.blocks, given.addr) != nullptr;
  };
  for (const bool is_held : {true, false}) {
    for (const bool behind : {false, true}) {
      const auto found = std::ranges::find_if(all.rbegin(), all.rend(), [&](const Given& given) {
        return given.has(addr, behind) && held(given) == is_held;
      });
      if (found != all.rend()) return &*found;
    }
  }
  return nullptr;
}

}  // namespace

W* address_of(Command<W>& command) {
  return std::visit(
      [](auto& call) -> W* {
        if constexpr (requires { call.block; })
          return &call.block;
        else if constexpr (requires { call.addr; })
          return &call.addr;
        else
          return nullptr;
      },
      command);
}

Script script_of(const Boot<W>& boot, std::span<const Command<W>> commands) {
  Script script{boot, {}};
  std::vector<Given> given;
  Knowledge knowledge;
  State<W> state = MallocFamily::boot(boot);
  for (const Command<W>& command : commands) {
    Item item{command, static_cast<std::uint32_t>(script.items.size() + 1), 0, !knowledge.allows(command, state)};
    if (W* const addr = address_of(item.command); addr && *addr != 0) {
      if (const Given* block = given_at(given, *addr, state)) {
        item.from = block->id;
        item.from_end = *addr >= address_of_size(block->end);
        *addr -= item.from_end ? block->end : block->addr;
      }
    }
    auto outcome = MallocFamily::step(boot, std::move(state), command);
    state = std::move(outcome.state);
    knowledge.note(command, outcome.result);
    const auto* block = std::get_if<Address<W>>(&outcome.result);
    if (block && block->value != 0 && !std::holds_alternative<Sbrk<W>>(command))
      given.push_back(
          {block->value, usable_bytes(state, block->value), item.id, end_of_chunk(command, block->value)});
    script.items.push_back(item);
  }
  return script;
}

std::optional<Command<W>> Resolver::placed(const Item& item) const {
  Command<W> command = item.command;
  if (item.from == 0) return command;
  const auto block = blocks_.find(item.from);
  if (block == blocks_.end()) return std::nullopt;
  *address_of(command) += item.from_end ? block->second.end : block->second.addr;
  return command;
}

std::optional<Command<W>> Resolver::resolve(const Item& item, const State<W>& now) const {
  const auto command = placed(item);
  return command && !takes_too_long(*command) && (item.misuse || knowledge_.allows(*command, now)) ? command
                                                                                                   : std::nullopt;
}

void Resolver::note(const Item& item, const Result<W>& result) {
  const auto command = placed(item);
  if (command) knowledge_.note(*command, result);
  const auto* block = std::get_if<Address<W>>(&result);
  if (command && block && block->value != 0)
    blocks_.insert_or_assign(item.id, Place{block->value, end_of_chunk(*command, block->value)});
}

Script numbered_from_one(Script script) {
  std::map<std::uint32_t, std::uint32_t> renumbered{{0, 0}};
  for (Item& item : script.items) {
    const auto id = static_cast<std::uint32_t>(renumbered.size());
    renumbered.emplace(item.id, id);
    item.id = id;
    item.from = renumbered.at(item.from);
  }
  return script;
}

}  // namespace refmm::malloc
