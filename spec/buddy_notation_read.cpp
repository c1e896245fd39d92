// Reading the calls, results, effects and queries of the buddy family.

#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/spec/notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::buddy {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

// ---- Values ---------------------------------------------------------------------------------------------------

/// `pfn N` or `pfn A..B`; nothing if the value is no frame.
std::optional<FrameRange<Word>> frames_of(const Value& value) {
  const auto* frames = std::get_if<transcript::Counted>(&value.form);
  if (frames == nullptr || frames->kind.text != "pfn" || frames->last < frames->first ||
      frames->last >= most_frames)
    return std::nullopt;
  return FrameRange<Word>{static_cast<Word>(frames->first), static_cast<Word>(frames->last)};
}

/// Frames from `first` to `last`; one, unless several are allowed.
FrameRange<Word> read_frames(const Source& source, const Value& value, Word first, Word last,
                             bool several = false) {
  const auto frames = frames_of(value);
  if (frames && first <= frames->first && frames->last <= last && (several || frames->first == frames->last))
    return *frames;
  throw unexpected(
      source, value,
      frames && frames->first == frames->last ? "the frame is none of the zone" : "this is no frame of the zone",
      fmt::format("`pfn N`{} from {} to {}", several ? " or `pfn A..B`" : "", first, last));
}

/// What an effect is about may be wrong, but not so wrong that no machine has it.
Word read_any_frame(const Source& source, const Value& value) {
  return read_frames(source, value, 0, most_frames - 1).first;
}

Mark read_mark(const Source& source, const Value& value) {
  const std::string* name = transcript::name_of(value);
  if (name != nullptr && *name == "buffers") return {0, true, false};
  if (name != nullptr && *name == "mapping") return {0, false, true};
  std::vector<std::string_view> names;
  for (const FlagName& flag : page_flags().names) {
    if (name != nullptr && *name == flag.name) return {flag.value, false, false};
    names.push_back(flag.name);
  }
  names.insert(names.end(), {"buffers", "mapping"});
  throw unexpected(source, value, "frames have no such mark", reading::one_of(names),
                   reading::nearest_name(value.text, names));
}

// ---- Calls ----------------------------------------------------------------------------------------------------

/// A call, its arguments as many as its form has.
class CallReader {
 public:
  CallReader(const Source& source, const transcript::Call& call, const State<Word>& zone)
      : source_(source), call_(call), first_(zone.zone_start), last_(zone.zone_start + zone.zone_pages - 1) {}

  Command<Word> alloc_pages() const { return AllocPages{reading::number(source_, value(0), "an order")}; }
  Command<Word> free_pages() const { return FreePages<Word>{frame(), order()}; }
  /// The one call that looks itself whether there is such a frame.
  Command<Word> free_pages_ok() const {
    return FreePagesOk<Word>{read_frames(source_, value(0), first_, most_frames - 1).first, order()};
  }
  Command<Word> get_page() const { return GetPage<Word>{frame()}; }
  Command<Word> boot_free() const { return BootFree<Word>{read_frames(source_, value(0), first_, last_, true)}; }
  Command<Word> mark() const { return MarkPage<Word>{frame(), read_mark(source_, value(1))}; }
  Command<Word> unmark() const { return UnmarkPage<Word>{frame(), read_mark(source_, value(1))}; }

 private:
  const Value& value(std::size_t i) const { return call_.arguments[i].value; }
  Word frame() const { return read_frames(source_, value(0), first_, last_).first; }
  /// The release of a block shifts by its order: there is nothing to say of more than a word has bits.
  Word order() const { return reading::number(source_, value(1), "the order of a release", 0, 31); }

  const Source& source_;
  const transcript::Call& call_;
  Word first_, last_;  // frames of the zone
};

struct CallForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  Command<Word> (CallReader::*read)() const;
};

const std::vector<CallForm>& call_forms() {
  static const std::vector<CallForm> forms{
      {"alloc_pages", {"order"}, &CallReader::alloc_pages},
      {"free_pages", {"pfn N", "order"}, &CallReader::free_pages},
      {"free_pages_ok", {"pfn N", "order"}, &CallReader::free_pages_ok},
      {"get_page", {"pfn N"}, &CallReader::get_page},
      {"boot_free", {"pfn A..B"}, &CallReader::boot_free},
      {"mark", {"pfn N", "flag"}, &CallReader::mark},
      {"unmark", {"pfn N", "flag"}, &CallReader::unmark},
  };
  return forms;
}

// ---- Effects --------------------------------------------------------------------------------------------------

/// The order of a list or a map: one of those that there are.
Word read_list_order(const Source& source, const Value& value) {
  return reading::number(source, value, "an order", 0, largest_order);
}

constexpr std::array<std::string_view, 3> effect_names{"unlink", "link", "flip"};

bool can_be_a_bug(const Command<Word>& command) {
  return std::holds_alternative<AllocPages>(command) || std::holds_alternative<FreePages<Word>>(command) ||
         std::holds_alternative<FreePagesOk<Word>>(command) || std::holds_alternative<BootFree<Word>>(command);
}

}  // namespace

Command<Word> read_call(const Source& source, const transcript::Call& call, const State<Word>& zone) {
  std::vector<std::string_view> names;
  for (const CallForm& form : call_forms()) {
    names.push_back(form.name);
    if (form.name != call.name.text) continue;
    reading::check_process(source, call, "buddy");
    reading::check_arguments(source, call, form.parameters);
    return (CallReader(source, call, zone).*form.read)();
  }
  throw reading::no_such(source, call.name, "the buddy family has no such call", names);
}

std::string read_result(const Source& source, const Command<Word>& command, const transcript::Result& result) {
  const bool gives = returns_something(command), bug = can_be_a_bug(command);
  const transcript::Argument& first = result.values[0];
  if (result.values.size() == 1 && !first.key) {
    if (bug && first.value.text == "BUG") return "BUG";
    if (gives && reading::is_null(first.value)) return "NULL";
    const auto frames = frames_of(first.value);
    if (gives && frames && frames->first == frames->last) return fmt::format("pfn {}", frames->first);
  }
  throw source.error({.at = gives ? reading::place_of(first) : result.at,
                      .message = "the call cannot have this result",
                      .expected = gives ? "`pfn N`, `NULL` or `BUG`"
                                  : bug ? "the end of the line: the call returns nothing, or `BUG`"
                                        : "the end of the line: the call returns nothing",
                      .found = in_backticks(reading::text_of(result))});
}

Effect<Word> read_effect(const Source& source, const transcript::Call& effect) {
  if (std::ranges::find(effect_names, effect.name.text) == effect_names.end())
    throw reading::no_such(source, effect.name, "the buddy family has no such effect", effect_names);
  const bool is_flip = effect.name.text == "flip";
  constexpr std::array<std::string_view, 2> of_list{"order", "pfn N"}, of_map{"order", "bit"};
  reading::check_arguments(source, effect, is_flip ? of_map : of_list);
  if (effect.result)
    throw source.error({.at = effect.result->at,
                        .message = fmt::format("{} has no result", effect.name.text),
                        .expected = "the end of the line",
                        .found = in_backticks(reading::text_of(*effect.result))});
  const Word order = read_list_order(source, effect.arguments[0].value);
  const Value& second = effect.arguments[1].value;
  if (is_flip) return Flip<Word>{order, reading::number(source, second, "a bit", 0, most_frames - 1)};
  const Word pfn = read_any_frame(source, second);
  if (effect.name.text == "link") return Link<Word>{order, pfn};
  return Unlink<Word>{order, pfn};
}

Question read_query(const Source& source, const transcript::Query& query, const State<Word>& zone) {
  using Block = Question::Block;
  constexpr std::array<std::string_view, 4> names{"free_area", "free_map", "page", "zone"};
  constexpr std::array blocks{Block::free_area, Block::free_map, Block::page, Block::zone};
  const auto name = std::ranges::find(names, query.name.text);
  if (name == names.end()) throw reading::no_such(source, query.name, "the buddy family has no such query", names);
  const auto block = blocks[static_cast<std::size_t>(name - names.begin())];
  const std::size_t arguments = block == Block::page ? 1 : 0;
  if (query.arguments.size() > arguments)
    throw unexpected(source, query.arguments[arguments],
                     fmt::format("the query `{}` is about {}", query.name.text,
                                 block == Block::page ? "one frame" : "the one zone"),
                     "`:`");
  if (block != Block::page) return {block, 0};
  if (query.arguments.empty())
    throw source.error({.at = query.colon,
                        .message = "the query `page` is about a frame",
                        .expected = "the number of a frame",
                        .found = "`:`",
                        .hint = fmt::format("page {}:", zone.zone_start)});
  return {block, reading::number(source, query.arguments[0], "a frame of the zone", zone.zone_start,
                                 zone.zone_start + zone.zone_pages - 1)};
}

}  // namespace refmm::buddy
