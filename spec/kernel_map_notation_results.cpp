// Reading the results and the effects of the kernel family.

#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_notation_values.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

// ---- Results --------------------------------------------------------------------------------------------------

/// What a call returns if it does not fail.
enum class Kind { nothing, address, pgd, frame, number, access };

struct ResultForm {
  Kind kind;
  std::vector<std::string_view> refusals;  // that it can have instead
  std::string_view what;                   // what it returns, in words
};

ResultForm form_of(const Vmalloc<Word>&) { return {Kind::address, {"NULL", "BUG"}, "an address"}; }
ResultForm form_of(const Vfree<Word>&) { return {Kind::nothing, {}, ""}; }
ResultForm form_of(const Ioremap<Word>&) { return {Kind::address, {"NULL", "BUG"}, "an address"}; }
ResultForm form_of(const Iounmap<Word>&) { return {Kind::nothing, {}, ""}; }
ResultForm form_of(const PgdAlloc&) { return {Kind::pgd, {"NULL"}, "`pgd N`"}; }
ResultForm form_of(const PgdFree&) { return {Kind::nothing, {}, ""}; }
ResultForm form_of(const PgdFreeFast&) { return {Kind::nothing, {}, ""}; }
ResultForm form_of(const PteFreeFast&) { return {Kind::frame, {"NULL"}, "`pfn N`"}; }
ResultForm form_of(const CheckPgtCache&) { return {Kind::number, {"HANG"}, "a number"}; }
ResultForm form_of(const Touch<Word>& call) {
  return {Kind::access, {call.user ? "sigsegv" : "bad_area"}, "`present`, `synced`"};
}
ResultForm form_of(const Reserve<Word>&) { return {Kind::nothing, {}, ""}; }
ResultForm form_of(const Unreserve<Word>&) { return {Kind::nothing, {}, ""}; }
ResultForm form_of(const GetPage&) { return {Kind::frame, {"NULL"}, "`pfn N`"}; }
ResultForm form_of(const PutPage<Word>&) { return {Kind::nothing, {}, ""}; }
ResultForm form_of(const Kmap<Word>&) { return {Kind::address, {"BUG", "HANG"}, "an address"}; }
ResultForm form_of(const Kunmap<Word>&) { return {Kind::nothing, {"BUG"}, ""}; }
ResultForm form_of(const MapUser<Word>&) { return {Kind::frame, {"NULL"}, "`pfn N`"}; }
ResultForm form_of(const ClearPageTables<Word>&) { return {Kind::nothing, {}, ""}; }
ResultForm form_of(const SetKnobs&) { return {Kind::nothing, {}, ""}; }

std::string expected_of(const ResultForm& form) {
  std::string text(form.kind == Kind::nothing ? "the end of the line: the call returns nothing" : form.what);
  for (std::size_t i = 0; i != form.refusals.size(); ++i)
    text += fmt::format("{}`{}`", i + 1 == form.refusals.size() ? " or " : ", ", form.refusals[i]);
  return text;
}

/// A value in the spelling of notation(result); empty if a result of this form cannot be that.
std::string spelling(const Value& value, const ResultForm& form) {
  if (std::ranges::find(form.refusals, value.text) != form.refusals.end()) return value.text;
  switch (form.kind) {
    case Kind::address: {
      const auto number = reading::number_of(value);
      return number && *number != 0 ? notation(Result<Word>(Address<Word>{*number})) : "";
    }
    case Kind::pgd: {
      const auto number = reading::number_of(value, "pgd");
      return number && *number != 0 ? notation(Result<Word>(PgdNumber{*number})) : "";
    }
    case Kind::frame: {
      const auto pfn = reading::number_of(value, "pfn");
      return pfn ? notation(Result<Word>(FrameNumber<Word>{*pfn})) : "";
    }
    case Kind::number: {
      const auto number = reading::number_of(value);
      return number ? notation(Result<Word>(Freed{*number})) : "";
    }
    case Kind::access:
      return value.text == "present" || value.text == "synced" ? value.text : "";
    case Kind::nothing:
      break;
  }
  return "";
}

// ---- Effects --------------------------------------------------------------------------------------------------

/// An effect, its arguments as many as its form has.
class EffectReader {
 public:
  EffectReader(const Source& source, const transcript::Call& effect) : source_(source), effect_(effect) {}

  Effect<Word> alloc_page() const {
    constexpr std::array<std::string_view, 3> names{"GFP_KERNEL", "GFP_KERNEL|__GFP_HIGHMEM",
                                                    "GFP_KERNEL|GFP_DMA"};
    return AllocPage<Word>{static_cast<Gfp>(name_among(names, "there are no such frames to be requested")),
                           counted_or_null("pfn")};
  }
  Effect<Word> get_free_page() const {
    constexpr std::array<std::string_view, 1> names{"GFP_KERNEL"};
    name_among(names, "frames for tables are always requested so");
    return GetFreePage<Word>{counted_or_null("pfn")};
  }
  Effect<Word> free_page() const { return FreePage<Word>{read_frame(source_, value(0))}; }
  Effect<Word> kmalloc() const {
    reading::number(source_, value(0), "the size of a list element", 16, 16);
    return Kmalloc{counted_or_null("obj")};
  }
  Effect<Word> kfree() const {
    const auto obj = reading::number_of(value(0), "obj");
    if (!obj) throw reading::unexpected(source_, value(0), "this is no list element", "`obj N`");
    return Kfree{*obj};
  }
  Effect<Word> set_pde() const {
    return SetPde<Word>{read_directory(source_, value(0), true),
                        reading::number(source_, value(1), "a slot", 0, i386_2_4_0.entries_per_table - 1),
                        reading::word(source_, value(2), "an entry")};
  }
  Effect<Word> flush_tlb() const { return FlushTlb{false}; }
  Effect<Word> flush_tlb_global() const { return FlushTlb{true}; }
  Effect<Word> warn() const {
    constexpr std::array<std::string_view, 3> names{"page_exists", "vfree_unaligned", "vfree_unknown"};
    return Warn{static_cast<Message>(name_among(names, "there is no such message"))};
  }
  Effect<Word> page_fault() const {
    return FaultHandled<Word>{read_address(source_, value(0)),
                              reading::number(source_, value(1), "an error code", 0, 7)};
  }
  Effect<Word> signal() const {
    constexpr std::array<std::string_view, 1> names{"SIGSEGV"};
    name_among(names, "no other signal is sent");
    return Signal{};
  }

 private:
  const Value& value(std::size_t i) const { return effect_.arguments[i].value; }

  std::size_t name_among(std::span<const std::string_view> names, const char* message) const {
    const auto found = std::ranges::find(names, value(0).text);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    throw reading::unexpected(source_, value(0), message, reading::one_of(names),
                              reading::nearest_name(value(0).text, names));
  }

  /// The result of a request: `pfn N`, `obj N` or `NULL`.
  std::optional<Word> counted_or_null(std::string_view kind) const {
    const auto& result = effect_.result->values;
    const Value& value = result[0].value;
    if (result.size() == 1 && !result[0].key) {
      if (reading::is_null(value)) return std::nullopt;
      if (const auto number = reading::number_of(value, kind)) return number;
    }
    throw reading::unexpected(source_, value, "the request cannot have this result",
                              fmt::format("`{} N` or `NULL`", kind));
  }

  const Source& source_;
  const transcript::Call& effect_;
};

struct EffectForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  bool has_result;
  Effect<Word> (EffectReader::*read)() const;
};

const std::vector<EffectForm>& effect_forms() {
  static const std::vector<EffectForm> forms{
      {"alloc_page", {"gfp"}, true, &EffectReader::alloc_page},
      {"get_free_page", {"gfp"}, true, &EffectReader::get_free_page},
      {"free_page", {"frame"}, false, &EffectReader::free_page},
      {"kmalloc", {"size"}, true, &EffectReader::kmalloc},
      {"kfree", {"object"}, false, &EffectReader::kfree},
      {"set_pde", {"directory", "slot", "entry"}, false, &EffectReader::set_pde},
      {"flush_tlb", {}, false, &EffectReader::flush_tlb},
      {"flush_tlb_global", {}, false, &EffectReader::flush_tlb_global},
      {"warn", {"message"}, false, &EffectReader::warn},
      {"page_fault", {"addr", "code"}, false, &EffectReader::page_fault},
      {"signal", {"signal"}, false, &EffectReader::signal},
  };
  return forms;
}

void check_has_result(const Source& source, const transcript::Call& effect, bool has_result) {
  if (effect.result.has_value() == has_result) return;
  const Position behind{effect.close.line, effect.close.column + 1};
  throw source.error(
      {.at = effect.result ? effect.result->at : behind,
       .message = fmt::format("{} has {}", effect.name.text, has_result ? "a result" : "no result"),
       .expected = has_result ? "`= ...`" : "the end of the line",
       .found = effect.result ? in_backticks(reading::text_of(*effect.result)) : "the end of the line"});
}

}  // namespace

std::string read_result(const Source& source, const Command<Word>& command, const transcript::Result& result) {
  const ResultForm form = std::visit([](const auto& call) { return form_of(call); }, command);
  const transcript::Argument& first = result.values[0];
  const std::string text = result.values.size() == 1 && !first.key ? spelling(first.value, form) : "";
  if (!text.empty()) return text;
  throw source.error({.at = form.kind == Kind::nothing ? result.at : reading::place_of(first),
                      .message = "the call cannot have this result",
                      .expected = expected_of(form),
                      .found = in_backticks(reading::text_of(result))});
}

Effect<Word> read_effect(const Source& source, const transcript::Call& effect) {
  std::vector<std::string_view> names;
  for (const EffectForm& form : effect_forms()) {
    names.push_back(form.name);
    if (form.name != effect.name.text) continue;
    reading::check_arguments(source, effect, form.parameters);
    check_has_result(source, effect, form.has_result);
    return (EffectReader(source, effect).*form.read)();
  }
  throw reading::no_such(source, effect.name, "the kernel family has no such effect", names);
}

}  // namespace refmm::kernel_map
