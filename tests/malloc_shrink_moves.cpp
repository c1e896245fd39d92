// The moves that make a script of the user's heap simpler, beside those of any family (tests/shrink_moves.hpp).
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/malloc_request_step_laws.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/tests/malloc_shrink.hpp>
#include <refmm/tests/shrink_moves.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::malloc {

namespace {

using W = std::uint32_t;

/// The script with another command at a position, about the same block.
Script with(const Script& script, std::size_t position, const Command<W>& command) {
  Item item = script.items[position];
  item.command = command;
  return shrink::with(script, position, item);
}

bool propose_simpler(const Script& script, Script changed, const Propose& propose) {
  return rank(changed) < rank(script) && propose(std::move(changed));
}

// ---- Plainer processes --------------------------------------------------------------------------------------------------------

bool plainer_boot(const Script& script, const Propose& propose) {
  const auto with_boot = [&](auto change) {
    Script changed = script;
    change(changed.boot);
    return propose_simpler(script, std::move(changed), propose);
  };
  const auto plain_places = [](Boot<W>& boot) {
    boot.data = 0x0804a000;
    boot.brk = boot.data + 4096;
  };
  const auto plain_parameters = [](Boot<W>& boot) { boot.allocator.parameters = default_parameters<W>; };
  if (with_boot([&](Boot<W>& boot) {
        plain_places(boot);
        plain_parameters(boot);
      }))
    return true;
  if (with_boot(plain_places) || with_boot(plain_parameters)) return true;
  if (with_boot([](Boot<W>& boot) { boot.brk = boot.data + 4096; })) return true;
  bool taken = false;
  for_each_field(default_parameters<W>, [&](std::string_view name, const W& usual) {
    for (const W value : {usual, W{0}, W{1}, W{600}, W{4096}, W{5000}}) {
      taken = taken || with_boot([&](Boot<W>& boot) {
                for_each_field(boot.allocator.parameters, [&](std::string_view field, W& parameter) {
                  if (field == name) parameter = value;
                });
              });
    }
  });
  return taken;
}

// ---- Plainer arguments --------------------------------------------------------------------------------------------------------

/// Smaller numbers: around sizes of chunks, and parts.
std::vector<W> smaller(W number) {
  std::set<W> numbers{0,   1,   4,   8,   12,   13,   16,   20,   24,      28,      100,
                      500, 504, 508, 512, 1000, 1016, 4096, 8192, 100'000, 131'072, 200'000};
  for (W part = number / 2; part != 0; part /= 2) numbers.insert(number - part);
  for (W less = 1; less <= 16; ++less) numbers.insert(number - less);
  // What is at the end of a page stays there.
  for (W pages = 1; pages <= 4; ++pages) numbers.insert({number - pages * 4096, number % (pages * 4096)});
  std::vector<W> less;
  for (const W candidate : numbers) {
    if (candidate < number) less.push_back(candidate);
  }
  return less;
}

/// The command with one argument plainer.
std::vector<Command<W>> plainer(const Command<W>& command) {
  std::vector<Command<W>> commands;
  const auto add = [&](auto call, auto change) {
    change(call);
    commands.push_back(call);
  };
  std::visit(
      [&](const auto& call) {
        const auto vary = [&](auto member) {
          for (const W value : smaller(call.*member)) add(call, [&](auto& c) { c.*member = value; });
        };
        using Call = std::remove_cvref_t<decltype(call)>;
        if constexpr (requires { call.bytes; }) vary(&Call::bytes);
        if constexpr (requires { call.count; }) vary(&Call::count);
        if constexpr (requires { call.size; }) vary(&Call::size);
        if constexpr (requires { call.alignment; }) vary(&Call::alignment);
        if constexpr (requires { call.pad; }) vary(&Call::pad);
        if constexpr (requires { call.addr; }) vary(&Call::addr);
        if constexpr (requires { call.byte; }) vary(&Call::byte);
        if constexpr (requires { call.len; }) vary(&Call::len);
        if constexpr (requires { call.increment; }) vary(&Call::increment);
      },
      command);
  return commands;
}

/// A misuse stays what it is, where it is: another may come to what nobody promises.
bool plainer_arguments(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (script.items[i].misuse) continue;
    for (const Command<W>& command : plainer(script.items[i].command)) {
      if (propose_simpler(script, with(script, i, command), propose)) return true;
    }
  }
  return false;
}

W* bytes_of(Command<W>& command) {
  return std::visit(
      [](auto& call) -> W* {
        if constexpr (requires { call.bytes; })
          return &call.bytes;
        else
          return nullptr;
      },
      command);
}

/// All requests for so many bytes ask for fewer.
bool plainer_sizes(const Script& script, const Propose& propose) {
  std::set<W> sizes;
  Script all = script;
  for (Item& item : all.items) {
    if (const W* bytes = bytes_of(item.command)) sizes.insert(*bytes);
  }
  for (const W size : sizes) {
    for (const W less : smaller(size)) {
      Script changed = script;
      for (Item& item : changed.items) {
        if (W* bytes = bytes_of(item.command); bytes && *bytes == size) *bytes = less;
      }
      if (propose_simpler(script, std::move(changed), propose)) return true;
    }
  }
  return false;
}

/// Of two requests one asks for the least, and the other for what is left of both: what matters may be where the second block ends.
bool shift_sizes(const Script& script, const Propose& propose) {
  if (script.items.size() > 12) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (std::size_t j = 0; j < script.items.size(); ++j) {
      Script changed = script;
      W* const less = bytes_of(changed.items[i].command);
      W* const more = bytes_of(changed.items[j].command);
      if (i == j || !less || !more) continue;
      const W both = holds::size_needed(*less) + holds::size_needed(*more);
      *less = 0;
      *more = both - smallest_chunk<W> - chunk_alignment<W> + 1 - word_bytes<W>;
      if (propose_simpler(script, std::move(changed), propose)) return true;
    }
  }
  return false;
}

// ---- Plainer commands ---------------------------------------------------------------------------------------------------------

/// Plain commands that may stand in for another: about the same block, or for a new one.
std::vector<Item> stand_ins(const Script& script, std::size_t position) {
  const Item& item = script.items[position];
  std::vector<Item> items;
  const auto add = [&](const Command<W>& command, std::uint32_t from) {
    Item other = item;
    other.command = command;
    other.from = from;
    items.push_back(other);
  };
  if (const auto* call = std::get_if<Calloc<W>>(&item.command)) {
    add(Malloc<W>{call->count * call->size}, 0);
    add(Calloc<W>{call->count * call->size, 1}, 0);
    add(Calloc<W>{1, call->count * call->size}, 0);
    for (W count = 2; count <= 8; ++count) add(Calloc<W>{count, call->count * call->size / count}, 0);
  }
  if (const auto* call = std::get_if<Memalign<W>>(&item.command)) add(Malloc<W>{call->bytes}, 0);
  if (const auto* call = std::get_if<Realloc<W>>(&item.command)) {
    add(Malloc<W>{call->bytes}, 0);
    if (item.from != 0) add(Free<W>{0}, item.from);
  }
  if (const auto* call = std::get_if<StoreWord<W>>(&item.command)) add(StoreByte<W>{call->addr, 65}, item.from);
  if (const auto* call = std::get_if<Memset<W>>(&item.command)) add(StoreByte<W>{call->addr, 65}, item.from);
  if (const auto* call = std::get_if<LoadWord<W>>(&item.command)) add(LoadByte<W>{call->addr}, item.from);
  if (!std::holds_alternative<Malloc<W>>(item.command)) {
    add(Malloc<W>{0}, 0);
    add(Malloc<W>{1}, 0);
  }
  for (std::size_t i = 0; i < position; ++i) {
    Command<W> earlier = script.items[i].command;
    if (bytes_of(earlier)) add(Free<W>{0}, script.items[i].id);
  }
  return items;
}

bool replace_commands(const Script& script, const Propose& propose) {
  if (script.items.size() > 30) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (script.items[i].misuse) continue;
    for (const Item& item : stand_ins(script, i)) {
      if (propose_simpler(script, shrink::with(script, i, item), propose)) return true;
    }
  }
  return false;
}

/// A realloc less: what was about the block that came of it is about the block that it was.
bool remove_resizing(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const Item& resizing = script.items[i];
    if (!std::holds_alternative<Realloc<W>>(resizing.command) || resizing.from == 0) continue;
    Script changed = shrink::without(script, {i});
    for (Item& item : changed.items) {
      if (item.from == resizing.id) item.from = resizing.from;
    }
    if (propose(std::move(changed))) return true;
  }
  return false;
}

/// One command by another, and one less.
bool remove_after_replacing(const Script& script, const Propose& propose) {
  if (script.items.size() > 10) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (script.items[i].misuse) continue;
    for (const Item& item : stand_ins(script, i)) {
      const Script changed = shrink::with(script, i, item);
      for (std::size_t j = 0; j < script.items.size(); ++j) {
        if (i != j && propose(shrink::without(changed, {j}))) return true;
      }
    }
  }
  return false;
}

/// A `set` line with one knob less.
bool fewer_knobs(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const auto* knobs = std::get_if<vma::SetKnobs<W>>(&script.items[i].command);
    if (!knobs) continue;
    bool taken = false;
    for_each_field(*knobs, [&](std::string_view name, const auto& knob) {
      if (taken || !knob) return;
      vma::SetKnobs<W> fewer = *knobs;
      for_each_field(fewer, [&](std::string_view field, auto& other) {
        if (field == name) other.reset();
      });
      taken = propose_simpler(script, with(script, i, fewer), propose);
    });
    if (taken) return true;
  }
  return false;
}

/// The plainest script in which calloc is given what was in use before and has to fill it, as the size of the old top is in the middle
/// of it. The search for the least sessions passes it over: to the model memory of zeros is the same, whoever made it so.
bool zeros_where_a_block_was(const Script& script, const Propose& propose) {
  const bool asks_for_zeros = std::ranges::any_of(
      script.items, [](const Item& item) { return std::holds_alternative<Calloc<W>>(item.command); });
  if (!asks_for_zeros) return false;
  const Script plain{script.boot,
                     {{Malloc<W>{0}, 1}, {Free<W>{0}, 2, 1}, {Calloc<W>{3, 5}, 3}, {LoadWord<W>{9}, 4, 3}}};
  return propose_simpler(script, plain, propose);
}

/// Large chunks that are alike: what an aligned block leaves in front of it, from the second on, as the heap begins in the middle of a
/// unit. The order of those of one size shows with three.
bool equal_large_chunks(const Script& script, const Propose& propose) {
  constexpr W alignment = 513;  // taken for 1024: the least that leaves a chunk of a list of many sizes
  const Script plain{script.boot,
                     {{Memalign<W>{alignment, 0}, 1},
                      {Memalign<W>{alignment, 0}, 2},
                      {Memalign<W>{alignment, 0}, 3},
                      {Memalign<W>{alignment, 0}, 4}}};
  return script.items.size() > plain.items.size() && propose_simpler(script, plain, propose);
}

/// Three aligned blocks, each with a chunk in front of it that is free and large, are a tree with two halves; what takes its root is the
/// shortest story of a tree.
bool tree_in_front_of_aligned_blocks(const Script& script, const Propose& propose) {
  const Script plain{
      script.boot,
      {{Memalign<W>{4097, 2400}, 1}, {Memalign<W>{2049, 600}, 2}, {Memalign<W>{1025, 0}, 3}, {Malloc<W>{600}, 4}}};
  return script.items.size() > plain.items.size() && propose_simpler(script, plain, propose);
}

constexpr std::array<Move, 15> all_moves{shrink::remove_runs<MallocFamily>,
                                         remove_resizing,
                                         plainer_boot,
                                         shrink::remove_pairs<MallocFamily>,
                                         plainer_sizes,
                                         plainer_arguments,
                                         shift_sizes,
                                         fewer_knobs,
                                         replace_commands,
                                         zeros_where_a_block_was,
                                         equal_large_chunks,
                                         tree_in_front_of_aligned_blocks,
                                         shrink::remove_triples<MallocFamily>,
                                         shrink::reorder<MallocFamily>,
                                         remove_after_replacing};

}  // namespace

std::span<const Move> moves() { return all_moves; }

}  // namespace refmm::malloc
