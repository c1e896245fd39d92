// Reading the results and the effects of the slab family.

#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/slab_notation_values.hpp>

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace refmm::slab {

using transcript::Source;
using transcript::Value;

namespace {

// ---- Results --------------------------------------------------------------------------------------------------

/// What the results of a call can be, besides NULL and BUG.
enum class Kind { nothing, name, status, object };

struct ResultForm {
  Kind kind;
  bool null, bug;
  const char* expected;
};

ResultForm form_of(const CacheCreate&) {
  return {Kind::name, true, true, "the name of the cache, `NULL` or `BUG`"};
}
ResultForm form_of(const CacheDestroy&) { return {Kind::status, false, true, "`0`, `1` or `BUG`"}; }
ResultForm form_of(const CacheShrink&) { return {Kind::status, false, true, "`0`, `1` or `BUG`"}; }
ResultForm form_of(const CacheAlloc&) {
  return {Kind::object, true, true, "an object `cache:SLAB[INDEX]`, `NULL` or `BUG`"};
}
ResultForm form_of(const Kmalloc&) {
  return {Kind::object, true, true, "an object `cache:SLAB[INDEX]`, `NULL` or `BUG`"};
}
ResultForm form_of(const FindGeneralCachep&) {
  return {Kind::name, true, false, "the name of a general cache, or `NULL`"};
}
ResultForm form_of(const auto&) {
  return {Kind::nothing, false, false, "the end of the line: the call returns nothing"};
}

/// The value in the spelling of notation(Result); empty if a result of this form cannot be that.
std::string spelling(const Value& value, const ResultForm& form) {
  const std::string* name = transcript::name_of(value);
  if (name != nullptr && *name == "NULL") return form.null ? *name : "";
  if (name != nullptr && *name == "BUG") return form.bug ? *name : "";
  switch (form.kind) {
    case Kind::name:
      return name != nullptr && transcript::is_name(*name) ? *name : "";
    case Kind::status: {
      const auto* number = std::get_if<transcript::Number>(&value.form);
      return number && !number->negative && number->magnitude <= 1 ? std::to_string(number->magnitude) : "";
    }
    case Kind::object: {
      const auto* object = std::get_if<transcript::SlabObject>(&value.form);
      return object && object->index ? fmt::format("{}:{}[{}]", object->cache.text, object->slab, *object->index)
                                     : "";
    }
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

  Effect get_pages() const {
    const std::uint32_t order = number(1, "an order"), gfp = number(2, "a mask");
    if (failed()) return GetPages{read_cache_name(source_, value(0)), std::nullopt, order, gfp};
    const auto slab = slab_of_cache();
    return GetPages{slab.cache, slab.slab, order, gfp};
  }
  Effect mgmt() const {
    const auto slab = slab_of_cache();
    if (failed()) return Mgmt{slab.cache, slab.slab, std::nullopt};
    return Mgmt{slab.cache, slab.slab, read_object(source_, effect_.result->values[0].value)};
  }
  Effect ctor() const {
    const auto slab = slab_of_cache();
    return Ctor{slab.cache, slab.slab, number(1, "a count of objects"),
                reading::flags(source_, value(2), ctor_flags())};
  }
  Effect dtor() const {
    const auto slab = slab_of_cache();
    return Dtor{slab.cache, slab.slab, number(1, "a count of objects")};
  }
  Effect free_pages() const {
    const auto slab = slab_of_cache();
    return FreePages{slab.cache, slab.slab, number(1, "an order")};
  }
  Effect mgmt_free() const {
    const auto slab = slab_of_cache();
    return MgmtFree{slab.cache, slab.slab, read_object(source_, value(1))};
  }

 private:
  const Value& value(std::size_t i) const { return effect_.arguments[i].value; }
  std::uint32_t number(std::size_t i, std::string_view of) const { return reading::number(source_, value(i), of); }
  SlabOfCache slab_of_cache() const { return read_slab(source_, value(0)); }
  bool failed() const { return effect_.result && reading::is_null(effect_.result->values[0].value); }

  const Source& source_;
  const transcript::Call& effect_;
};

enum class EffectResult { none, null_or_none, object_or_null };

struct EffectForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  EffectResult result;
  Effect (EffectReader::*read)() const;
};

const std::vector<EffectForm>& effect_forms() {
  using enum EffectResult;
  static const std::vector<EffectForm> forms{
      {"get_pages", {"slab", "order=", "gfp="}, null_or_none, &EffectReader::get_pages},
      {"mgmt", {"slab"}, object_or_null, &EffectReader::mgmt},
      {"ctor", {"slab", "objects", "flags"}, none, &EffectReader::ctor},
      {"dtor", {"slab", "objects"}, none, &EffectReader::dtor},
      {"free_pages", {"slab", "order="}, none, &EffectReader::free_pages},
      {"mgmt_free", {"slab", "object"}, none, &EffectReader::mgmt_free},
  };
  return forms;
}

/// Checks that an effect has a result where it must have one, and of the kind that it can have.
void check_result(const Source& source, const transcript::Call& effect, EffectResult form) {
  const auto& result = effect.result;
  const char* expected = form == EffectResult::none           ? "the end of the line: the effect has no result"
                         : form == EffectResult::null_or_none ? "`= NULL`, or the end of the line"
                                                              : "`=` and an object, or `= NULL`";
  if (!result) {
    if (form != EffectResult::object_or_null) return;
    const Position behind{effect.close.line, effect.close.column + 1};
    throw source.error({.at = behind,
                        .message = fmt::format("{} has a result", effect.name.text),
                        .expected = expected,
                        .found = "the end of the line"});
  }
  const transcript::Argument& first = result->values[0];
  const bool one = result->values.size() == 1 && !first.key && !result->explanation;
  const bool fits = form == EffectResult::object_or_null ||
                    (form == EffectResult::null_or_none && reading::is_null(first.value));
  if (one && fits) return;
  throw source.error({.at = result->at,
                      .message = fmt::format("{} has no such result", effect.name.text),
                      .expected = expected,
                      .found = in_backticks("= " + first.value.text)});
}

}  // namespace

std::string read_result(const Source& source, const Command& command, const transcript::Result& result) {
  const ResultForm form = std::visit([](const auto& call) { return form_of(call); }, command);
  const transcript::Argument& first = result.values[0];
  const bool one = result.values.size() == 1 && !first.key && !result.explanation;
  std::string text = one ? spelling(first.value, form) : "";
  if (!text.empty()) return text;
  std::string found = "=";
  for (const auto& [key, value] : result.values) found += ' ' + (key ? key->text + '=' : "") + value.text;
  throw source.error({.at = form.kind == Kind::nothing ? result.at
                            : first.key                ? first.key->at
                                                       : first.value.at,
                      .message = "the call cannot have this result",
                      .expected = form.expected,
                      .found = in_backticks(found)});
}

Effect read_effect(const Source& source, const transcript::Call& effect) {
  std::vector<std::string_view> names;
  for (const EffectForm& form : effect_forms()) {
    names.push_back(form.name);
    if (form.name != effect.name.text) continue;
    reading::check_arguments(source, effect, form.parameters);
    check_result(source, effect, form.result);
    return (EffectReader(source, effect).*form.read)();
  }
  throw reading::no_such(source, effect.name, "the slab family has no such effect", names);
}

}  // namespace refmm::slab
