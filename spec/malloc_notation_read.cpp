// Reading the calls, the results, the effects and the queries of the malloc family.

#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::malloc {

using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

constexpr Word largest_byte = 255;
constexpr Word most_words = 1024;  // that a query shows

// ---- Calls ----------------------------------------------------------------------------------------------------

/// The arguments of a call or an effect, as many as its form has.
class Arguments {
 public:
  Arguments(const Source& source, const transcript::Call& call) : source_(source), call_(call) {}

  Word address(std::size_t i) const { return vma::read_address(source_, value(i)); }
  Word size(std::size_t i) const { return reading::word(source_, value(i), "a size"); }
  Word word(std::size_t i) const { return reading::word(source_, value(i), "a word"); }
  Word byte(std::size_t i) const { return reading::number(source_, value(i), "a byte", 0, largest_byte); }
  Word increment(std::size_t i) const {
    constexpr std::uint64_t most_negative = std::uint64_t{1} << 31;
    const auto* number = std::get_if<transcript::Number>(&value(i).form);
    if (number != nullptr && number->negative && number->magnitude <= most_negative)
      return 0u - static_cast<Word>(number->magnitude);
    if (const auto increment = reading::number_of(value(i))) return *increment;
    throw reading::unexpected(source_, value(i), "an increment is a number",
                              "a number of at most 32 bits, which may be negative");
  }

 private:
  const Value& value(std::size_t i) const { return call_.arguments[i].value; }

  const Source& source_;
  const transcript::Call& call_;
};

struct CallForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  Command<Word> (*read)(const Arguments&);
};

const std::vector<CallForm>& call_forms() {
  using Given = const Arguments&;
  using Made = Command<Word>;
  static const std::vector<CallForm> forms{
      {"malloc", {"bytes"}, [](Given of) { return Made(Malloc<Word>{of.size(0)}); }},
      {"free", {"block"}, [](Given of) { return Made(Free<Word>{of.address(0)}); }},
      {"calloc",
       {"count", "size"},
       [](Given of) {
         return Made(Calloc<Word>{of.size(0), of.size(1)});
       }},
      {"realloc",
       {"block", "bytes"},
       [](Given of) {
         return Made(Realloc<Word>{of.address(0), of.size(1)});
       }},
      {"memalign",
       {"alignment", "bytes"},
       [](Given of) {
         return Made(Memalign<Word>{of.size(0), of.size(1)});
       }},
      {"malloc_usable_size", {"block"}, [](Given of) { return Made(MallocUsableSize<Word>{of.address(0)}); }},
      {"malloc_trim", {"pad"}, [](Given of) { return Made(MallocTrim<Word>{of.size(0)}); }},
      {"sbrk", {"increment"}, [](Given of) { return Made(Sbrk<Word>{of.increment(0)}); }},
      {"load_byte", {"addr"}, [](Given of) { return Made(LoadByte<Word>{of.address(0)}); }},
      {"store_byte",
       {"addr", "byte"},
       [](Given of) {
         return Made(StoreByte<Word>{of.address(0), of.byte(1)});
       }},
      {"load_word", {"addr"}, [](Given of) { return Made(LoadWord<Word>{of.address(0)}); }},
      {"store_word",
       {"addr", "word"},
       [](Given of) {
         return Made(StoreWord<Word>{of.address(0), of.word(1)});
       }},
      {"memset",
       {"addr", "byte", "len"},
       [](Given of) {
         return Made(Memset<Word>{of.address(0), of.byte(1), of.size(2)});
       }},
  };
  return forms;
}

// ---- Results --------------------------------------------------------------------------------------------------

constexpr std::array checks{Refusal::invalid_pointer,     Refusal::invalid_size,    Refusal::double_free,
                            Refusal::corrupted_prev_size, Refusal::corrupted_links, Refusal::corrupted_top};

/// What a call returns if the program goes on, and how it can end.
enum class Kind { block, nothing, number, yes_or_no, brk, byte, word };
enum class Ends { never, where_nothing_is_mapped, in_any_way };

struct ResultForm {
  Kind kind;
  Ends ends;
};

ResultForm form_of(const Malloc<Word>&) { return {Kind::block, Ends::in_any_way}; }
ResultForm form_of(const Calloc<Word>&) { return {Kind::block, Ends::in_any_way}; }
ResultForm form_of(const Realloc<Word>&) { return {Kind::block, Ends::in_any_way}; }
ResultForm form_of(const Memalign<Word>&) { return {Kind::block, Ends::in_any_way}; }
ResultForm form_of(const Free<Word>&) { return {Kind::nothing, Ends::in_any_way}; }
ResultForm form_of(const MallocUsableSize<Word>&) { return {Kind::number, Ends::where_nothing_is_mapped}; }
ResultForm form_of(const MallocTrim<Word>&) { return {Kind::yes_or_no, Ends::in_any_way}; }
ResultForm form_of(const Sbrk<Word>&) { return {Kind::brk, Ends::never}; }
ResultForm form_of(const LoadByte<Word>&) { return {Kind::byte, Ends::where_nothing_is_mapped}; }
ResultForm form_of(const LoadWord<Word>&) { return {Kind::word, Ends::where_nothing_is_mapped}; }
ResultForm form_of(const StoreByte<Word>&) { return {Kind::nothing, Ends::where_nothing_is_mapped}; }
ResultForm form_of(const StoreWord<Word>&) { return {Kind::nothing, Ends::where_nothing_is_mapped}; }
ResultForm form_of(const Memset<Word>&) { return {Kind::nothing, Ends::where_nothing_is_mapped}; }
ResultForm form_of(const vma::SetKnobs<Word>&) { return {Kind::nothing, Ends::never}; }

std::string_view in_words(Kind kind) {
  switch (kind) {
    case Kind::block:
      return "an address, `NULL`";
    case Kind::nothing:
      return "the end of the line: the call returns nothing";
    case Kind::number:
      return "a number of bytes";
    case Kind::yes_or_no:
      return "`0`, `1`";
    case Kind::brk:
      return "an address, `-1 ENOMEM`";
    case Kind::byte:
      return "a byte, 0 to 255";
    case Kind::word:
      break;
  }
  return "a word";
}

std::string in_words(const ResultForm& form) {
  std::string text(in_words(form.kind));
  if (form.ends != Ends::never) text += ", `SIGSEGV`";
  if (form.ends == Ends::in_any_way) text += ", `SIGABRT REASON`, `HANG`";
  return text;
}

/// `SIGABRT double_free`.
std::string aborted(const Source& source, const transcript::Result& result) {
  std::vector<std::string_view> reasons;
  for (const Refusal check : checks) reasons.push_back(reason_notation(check));
  if (result.values.size() == 1)
    throw source.error({.at = result.values[0].value.at,
                        .message = "the result does not say which check failed",
                        .expected = reading::one_of(reasons) + " behind it",
                        .found = in_backticks(reading::text_of(result)),
                        .hint = fmt::format("= SIGABRT {}", reasons.front())});
  const Value& reason = result.values[1].value;
  if (result.values.size() == 2 && !result.values[1].key &&
      std::ranges::find(reasons, reason.text) != reasons.end())
    return "SIGABRT " + reason.text;
  throw reading::unexpected(source, reason, "no check fails like this", reading::one_of(reasons),
                            reading::nearest_name(reason.text, reasons));
}

/// How the result says that the program ends; empty if it says something else.
std::string ending_of(const Source& source, const transcript::Result& result, Ends ends) {
  const transcript::Argument& first = result.values[0];
  if (first.key || ends == Ends::never) return "";
  if (first.value.text == "SIGABRT" && ends == Ends::in_any_way) return aborted(source, result);
  if (result.values.size() != 1) return "";
  if (first.value.text == "SIGSEGV") return "SIGSEGV";
  return first.value.text == "HANG" && ends == Ends::in_any_way ? "HANG" : "";
}

/// A single value in the spelling of notation(command, result); empty if a result of this kind cannot be that.
std::string spelling(const Value& value, Kind kind) {
  if (reading::is_null(value)) return kind == Kind::block ? "NULL" : "";
  const auto number = reading::number_of(value);
  if (!number) return "";
  switch (kind) {
    case Kind::block:
    case Kind::brk:
      return *number == 0 ? "NULL" : vma::address_notation(*number);
    case Kind::number:
      return fmt::format("{}", *number);
    case Kind::yes_or_no:
      return *number <= 1 ? fmt::format("{}", *number) : "";
    case Kind::byte:
      return *number <= largest_byte ? fmt::format("{}", *number) : "";
    case Kind::word:
      return vma::address_notation(*number);
    case Kind::nothing:
      break;
  }
  return "";
}

// ---- Effects --------------------------------------------------------------------------------------------------

/// An address, or 0 for -1 ENOMEM.
Word read_granted(const Source& source, const transcript::Call& effect) {
  const auto& result = effect.result;
  if (result && result->values.size() == 1 && !result->values[0].key) {
    const auto number = reading::number_of(result->values[0].value);
    if (number && *number != 0) return *number;
  }
  if (result && reading::text_of(*result) == "= -1 ENOMEM") return 0;
  const Position behind{effect.close.line, effect.close.column + 1};
  throw source.error({.at = result ? result->at : behind,
                      .message = fmt::format("{} returns an address, or is refused", effect.name.text),
                      .expected = "`= 0x...` or `= -1 ENOMEM`",
                      .found = result ? in_backticks(reading::text_of(*result)) : "the end of the line"});
}

Effect<Word> read_brk(const Source& source, const transcript::Call& effect, const Arguments& of) {
  const Word brk = of.address(0), granted = read_granted(source, effect);
  if (granted != 0 && granted != brk)
    throw reading::unexpected(source, effect.result->values[0].value,
                              "the break moves where it was asked to, or stays",
                              fmt::format("`{}` or `-1 ENOMEM`", vma::address_notation(brk)));
  return Brk<Word>{brk, granted != 0};
}
Effect<Word> read_mmap(const Source& source, const transcript::Call& effect, const Arguments& of) {
  return MapPages<Word>{of.size(0), read_granted(source, effect)};
}
Effect<Word> read_munmap(const Source& source, const transcript::Call& effect, const Arguments& of) {
  constexpr std::array<std::string_view, 1> none{""};
  reading::result_among(source, effect, none);
  return UnmapPages<Word>{of.address(0), of.size(1)};
}
Effect<Word> read_mremap(const Source& source, const transcript::Call& effect, const Arguments& of) {
  return RemapPages<Word>{of.address(0), of.size(1), of.size(2), read_granted(source, effect)};
}

struct EffectForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  Effect<Word> (*read)(const Source&, const transcript::Call&, const Arguments&);
};

const std::vector<EffectForm>& effect_forms() {
  static const std::vector<EffectForm> forms{{"brk", {"addr"}, read_brk},
                                             {"mmap", {"len"}, read_mmap},
                                             {"munmap", {"addr", "len"}, read_munmap},
                                             {"mremap", {"addr", "old_len", "new_len"}, read_mremap}};
  return forms;
}

/// The form that a call or an effect has.
template <class Form>
const Form& form_named(const Source& source, const transcript::Call& call, const std::vector<Form>& forms,
                       std::string message) {
  std::vector<std::string_view> names;
  for (const Form& form : forms) {
    names.push_back(form.name);
    if (form.name == call.name.text) return form;
  }
  throw reading::no_such(source, call.name, std::move(message), names);
}

// ---- Queries --------------------------------------------------------------------------------------------------

Question read_words(const Source& source, const transcript::Query& query) {
  if (query.arguments.size() != 2)
    throw source.error({.at = query.arguments.size() > 2 ? query.arguments[2].at : query.colon,
                        .message = "the query `words` is about some words of memory",
                        .expected = "an address and a number of words",
                        .found = fmt::format("{} arguments", query.arguments.size()),
                        .hint = "words 0x0804b000 8:"});
  const Word addr = vma::read_address(source, query.arguments[0]);
  if (addr % sizeof(Word) != 0)
    throw reading::unexpected(source, query.arguments[0], "words are shown from a word on", "a multiple of 4",
                              vma::address_notation(addr & ~Word{sizeof(Word) - 1}));
  return {Question::Block::words, addr,
          reading::number(source, query.arguments[1], "how many words are shown", 1, most_words)};
}

}  // namespace

Command<Word> read_call(const Source& source, const transcript::Call& call) {
  const CallForm& form = form_named(source, call, call_forms(), "the malloc family has no such call");
  reading::check_process(source, call, "malloc");
  reading::check_arguments(source, call, form.parameters);
  return form.read(Arguments(source, call));
}

std::string read_result(const Source& source, const Command<Word>& command, const transcript::Result& result) {
  const ResultForm form = std::visit([](const auto& call) { return form_of(call); }, command);
  if (form.kind == Kind::brk && reading::text_of(result) == "= -1 ENOMEM") return "-1 ENOMEM";
  if (const std::string end = ending_of(source, result, form.ends); !end.empty()) return end;
  const transcript::Argument& first = result.values[0];
  const std::string text = result.values.size() == 1 && !first.key ? spelling(first.value, form.kind) : "";
  if (!text.empty()) return text;
  throw source.error({.at = form.kind == Kind::nothing ? result.at : reading::place_of(first),
                      .message = "the call cannot have this result",
                      .expected = in_words(form),
                      .found = in_backticks(reading::text_of(result))});
}

Effect<Word> read_effect(const Source& source, const transcript::Call& effect) {
  const EffectForm& form = form_named(source, effect, effect_forms(), "the malloc family has no such effect");
  reading::check_arguments(source, effect, form.parameters);
  return form.read(source, effect, Arguments(source, effect));
}

Question read_query(const Source& source, const transcript::Query& query) {
  using enum Question::Block;
  constexpr std::array<std::string_view, 5> names{"heap", "bins", "blocks", "words", "maps"};
  constexpr std::array of_names{heap, bins, blocks, words, maps};
  const auto name = std::ranges::find(names, query.name.text);
  if (name == names.end())
    throw reading::no_such(source, query.name, "the malloc family has no such query", names);
  if (*name == "words") return read_words(source, query);
  if (!query.arguments.empty())
    throw reading::unexpected(source, query.arguments[0],
                              fmt::format("the query `{}` is about the one heap", query.name.text), "`:`");
  return {of_names[static_cast<std::size_t>(name - names.begin())], 0, 0};
}

}  // namespace refmm::malloc
