#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_explanation.hpp>
#include <refmm/tests/command_numbers.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/number_range.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace refmm {

namespace {

/// Thrown when there is no more time.
struct NoMoreTime {};

// ---- Arguments as they are written ---------------------------------------------------------------------------------------

/// A call in its notation, part by part: what stands between brackets, commas and spaces.
std::vector<std::string> parts_of(std::string_view call) {
  std::vector<std::string> parts(1);
  for (const char c : call) {
    if (std::string_view("(), ").find(c) != std::string_view::npos) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// The part of `call` that is another one in `other`; nothing unless they differ in one part.
std::optional<std::string> part_that_differs(std::string_view call, std::string_view other) {
  const auto parts = parts_of(call), others = parts_of(other);
  if (parts.size() != others.size()) return std::nullopt;
  const auto [part, other_part] = std::ranges::mismatch(parts, others);
  if (part == parts.end()) return std::nullopt;
  if (!std::equal(part + 1, parts.end(), other_part + 1)) return std::nullopt;
  return *part;
}

/// The names in `PROT_READ|PROT_EXEC`; nothing if some of it is no name.
std::optional<std::vector<std::string>> names_in(const std::string& part) {
  std::vector<std::string> names(1);
  for (const char c : part) {
    if (c == '|') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  const auto is_name = [](const std::string& word) {
    return !word.empty() && std::isalpha(static_cast<unsigned char>(word[0]));
  };
  if (part == "0") return std::vector<std::string>{};
  return std::ranges::all_of(names, is_name) ? std::optional(names) : std::nullopt;
}

// ---- The search ----------------------------------------------------------------------------------------------------------

template <class Family>
class Explaining {
  using Own = Checking<Family>;
  using Script = shrink::Script<Family>;
  using Command = typename Family::Command;

  /// A number of a call that the call means as it stands there: not one that follows another call.
  struct Place {
    std::size_t item;
    std::size_t position;  // in numbers_of its command
    CommandNumber number;
  };

 public:
  Explaining(const Script& failing, Trials<Family>& trials, const std::function<bool()>& go_on)
      : failing_(failing), trials_(trials), go_on_(go_on), how_(trials.how_it_fails(failing)) {}

  Explanation run() {
    Explanation explanation;
    explanation.why_not = why_not();
    if (!explanation.why_not.empty()) return explanation;
    find_places();
    explanation.calls.resize(failing_.items.size());
    std::vector<Place> addresses;
    for (const Place& place : places_) {
      const std::string argument =
          is_symbolic(place) ? names_that_do_not_matter(place) : values_that_do_as_well(place);
      if (!argument.empty()) explanation.calls[place.item].arguments.push_back(argument);
      if (is_address(place)) addresses.push_back(place);
    }
    if (addresses.size() > 1) explanation.together = addresses_that_do_as_well(addresses);
    for (std::size_t item = 0; item + 1 < failing_.items.size(); ++item)
      explanation.calls[item].without = what_comes_without(item);
    return explanation;
  }

 private:
  std::string why_not() const {
    if (failing_.items.size() > longest_explained)
      return fmt::format("it has more than {} calls", longest_explained);
    if (!how_) return "it does not fail each time";
    if (how_->kind == Finding::Kind::hang)
      return "each try would take as long as one waits for a subject that hangs";
    return "";
  }

  bool fails_alike(const Script& script) {
    if (!go_on_()) throw NoMoreTime{};
    return trials_.how_it_fails(script) == how_;
  }

  // ---- Places ----

  void find_places() {
    typename Family::State state = Family::boot(failing_.boot);
    typename shrink::Shrinking<Family>::Resolver resolver;
    for (std::size_t item = 0; item < failing_.items.size(); ++item) {
      const auto command = resolver.resolve(failing_.items[item], state);
      if (!command) return;
      commands_.push_back(*command);
      const auto numbers = numbers_of(*command);
      for (std::size_t position = 0; position < numbers.size(); ++position) {
        const CommandNumber& number = numbers[position];
        auto other = failing_.items[item];
        other.command =
            with_number(other.command, position, number.value == number.least ? number.most : number.least);
        if (resolver.resolve(other, state) != command) places_.push_back({item, position, number});
      }
      auto outcome = Family::step(failing_.boot, std::move(state), *command);
      state = std::move(outcome.state);
      resolver.note(failing_.items[item], outcome.result);
    }
  }

  Script with_value(Script script, const Place& place, std::int64_t value) const {
    auto& command = script.items[place.item].command;
    command = with_number(command, place.position, value);
    return script;
  }

  /// The argument as transcripts write it with this value; empty if it cannot be told apart there.
  std::string written(const Place& place, std::int64_t value) const {
    const Command& command = commands_[place.item];
    const std::int64_t other = value == place.number.value ? value ^ 1 : place.number.value;
    return part_that_differs(Own::notation(with_number(command, place.position, value)),
                             Own::notation(with_number(command, place.position, other)))
        .value_or("");
  }

  bool is_address(const Place& place) const {
    return place.number.value >= page_step && written(place, place.number.value).starts_with("0x");
  }

  // ---- Names ----

  /// Written with names: flags.
  bool is_symbolic(const Place& place) const {
    const auto begins_with_letter = [&](std::int64_t value) {
      const std::string part = written(place, value);
      return !part.empty() && std::isalpha(static_cast<unsigned char>(part[0]));
    };
    return place.number.most > 1 &&
           (begins_with_letter(place.number.value) || begins_with_letter(place.number.value ^ 1));
  }

  std::string names_that_do_not_matter(const Place& place) {
    std::vector<std::string> free;
    for (int bit = 0; bit < 31; ++bit) {
      const std::int64_t flag = std::int64_t{1} << bit, other = place.number.value ^ flag;
      const auto name = names_in(written(place, flag));
      if (!name || name->size() != 1 || !names_in(written(place, other))) continue;
      if (fails_alike(with_value(failing_, place, other))) free.push_back(name->front());
    }
    return free.empty() ? "" : fmt::format("{} with or without {}", place.number.name, fmt::join(free, ", "));
  }

  // ---- Values ----

  std::string values_that_do_as_well(const Place& place) {
    const CommandNumber& number = place.number;
    for (const std::int64_t step : {std::int64_t{1}, page_step}) {
      const auto range = range_around(number.value, {number.least, number.most}, step, [&](std::int64_t value) {
        return fails_alike(with_value(failing_, place, value));
      });
      if (range.first == range.last) continue;
      const bool everything = range == NumberRange{number.least, number.most};
      return fmt::format("{} = {} ({})", number.name, in_notation(place, number.value),
                         everything ? "any" : in_words(place, range));
    }
    return "";
  }

  std::string in_notation(const Place& place, std::int64_t value) const {
    const std::string part = written(place, value);
    return part.empty() ? std::to_string(value) : part;
  }

  std::string in_words(const Place& place, const NumberRange& range) const {
    return fmt::format("any {}..{}{}", in_notation(place, range.first), in_notation(place, range.last),
                       range.step == 1 ? "" : fmt::format(" in steps of {}", range.step));
  }

  /// Of all addresses, which stay where they are to each other.
  std::string addresses_that_do_as_well(const std::vector<Place>& addresses) {
    const auto [lowest, highest] =
        std::ranges::minmax_element(addresses, {}, [](const Place& place) { return place.number.value; });
    const std::int64_t base = lowest->number.value, length = highest->number.value - base;
    const auto range = range_around(base, {0, lowest->number.most - length}, page_step, [&](std::int64_t to) {
      Script script = failing_;
      for (const Place& place : addresses)
        script = with_value(std::move(script), place, place.number.value - base + to);
      return fails_alike(script);
    });
    if (range.first == range.last) return "";
    return fmt::format("all addresses together, {} as {}", in_notation(*lowest, base), in_words(*lowest, range));
  }

  // ---- Calls ----

  /// What the last call comes to in both without another.
  std::string what_comes_without(std::size_t item) {
    const Script rest = shrink::without(failing_, {item});
    if (!go_on_()) throw NoMoreTime{};
    if (trials_.failing_part(rest)) return "another difference";  // of a script that could be shorter
    const auto commands = shrink::commands_of(rest);
    const auto last = last_command_of(rest);
    if (!last) return "the last call has no meaning";
    const std::string answer = Own::notation(last->first, last->second);
    return answer.empty() ? "no difference" : fmt::format("both answer {}", answer);
  }

  /// The last item of a script as a call with what the model answers; nothing if it has no meaning.
  std::optional<std::pair<Command, typename Family::Result>> last_command_of(const Script& script) const {
    typename Family::State state = Family::boot(script.boot);
    typename shrink::Shrinking<Family>::Resolver resolver;
    std::optional<std::pair<Command, typename Family::Result>> last;
    for (const auto& item : script.items) {
      last.reset();
      const auto command = resolver.resolve(item, state);
      if (!command) continue;
      auto outcome = Family::step(script.boot, std::move(state), *command);
      state = std::move(outcome.state);
      resolver.note(item, outcome.result);
      last.emplace(*command, std::move(outcome.result));
    }
    return last;
  }

  const Script& failing_;
  Trials<Family>& trials_;
  const std::function<bool()>& go_on_;
  std::optional<Failing> how_;
  std::vector<Command> commands_{};
  std::vector<Place> places_{};
};

}  // namespace

template <class Family>
Explanation explain(const shrink::Script<Family>& failing, Trials<Family>& trials,
                    const std::function<bool()>& go_on) {
  try {
    return Explaining<Family>(failing, trials, go_on).run();
  } catch (const NoMoreTime&) {
    Explanation explanation;
    explanation.why_not = "there was no more time";
    return explanation;
  }
}

template Explanation explain(const shrink::Script<BuddyFamily>&, Trials<BuddyFamily>&,
                             const std::function<bool()>&);
template Explanation explain(const shrink::Script<SlabFamily>&, Trials<SlabFamily>&, const std::function<bool()>&);
template Explanation explain(const shrink::Script<KernelMapFamily>&, Trials<KernelMapFamily>&,
                             const std::function<bool()>&);
template Explanation explain(const shrink::Script<VmaFamily>&, Trials<VmaFamily>&, const std::function<bool()>&);
template Explanation explain(const shrink::Script<FaultFamily>&, Trials<FaultFamily>&,
                             const std::function<bool()>&);
template Explanation explain(const shrink::Script<MallocFamily>&, Trials<MallocFamily>&,
                             const std::function<bool()>&);

}  // namespace refmm
