// Reading the results and the effects of the vma family.

#include <refmm/spec/error_names.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::vma {

using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

// ---- Results --------------------------------------------------------------------------------------------------

/// What a call returns if it does not fail.
enum class Kind { nothing, zero, address, descriptor, area, area_and_previous };

struct ResultForm {
  Kind kind;
  bool error, null, assertion;  // whether it can be `-1 ENAME`, `NULL`, `BUG` or `OOPS` instead
  const char* expected;
};

constexpr ResultForm status_form{Kind::zero, true, false, true, "`0`, `-1 ENAME`, `BUG` or `OOPS`"};
constexpr ResultForm address_form{Kind::address, true, false, true, "an address, `-1 ENAME`, `BUG` or `OOPS`"};
constexpr ResultForm area_form{Kind::area, false, true, false, "an address or `NULL`"};

ResultForm form_of(const Open&) { return {Kind::descriptor, true, false, false, "a descriptor or `-1 ENAME`"}; }
ResultForm form_of(const Close&) { return {Kind::zero, true, false, false, "`0` or `-1 ENAME`"}; }
ResultForm form_of(const Mmap<Word>&) { return address_form; }
ResultForm form_of(const Mmap2<Word>&) { return address_form; }
ResultForm form_of(const DoMmap<Word>&) { return address_form; }
ResultForm form_of(const Munmap<Word>&) { return status_form; }
ResultForm form_of(const Brk<Word>&) { return address_form; }
ResultForm form_of(const DoBrk<Word>&) { return address_form; }
ResultForm form_of(const Mprotect<Word>&) { return status_form; }
ResultForm form_of(const Mremap<Word>&) { return address_form; }
ResultForm form_of(const Mlock<Word>&) { return status_form; }
ResultForm form_of(const Munlock<Word>&) { return status_form; }
ResultForm form_of(const Mlockall<Word>&) { return status_form; }
ResultForm form_of(const Munlockall&) { return status_form; }
ResultForm form_of(const FindExtendVma<Word>&) {
  return {Kind::area, false, true, true, "an address, `NULL`, `BUG` or `OOPS`"};
}
ResultForm form_of(const FindVma<Word>&) { return area_form; }
ResultForm form_of(const FindVmaPrev<Word>&) {
  return {Kind::area_and_previous, false, true, false, "two addresses or `NULL`: `0x40000000 prev=NULL`"};
}
ResultForm form_of(const FindVmaIntersection<Word>&) { return area_form; }
ResultForm form_of(const GetUnmappedArea<Word>&) { return area_form; }
ResultForm form_of(const ExitMmap&) {
  return {Kind::nothing, false, false, true, "the end of the line: the call returns nothing, or `BUG` or `OOPS`"};
}
ResultForm form_of(const SetKnobs<Word>&) {
  return {Kind::nothing, false, false, false, "the end of the line: `set` returns nothing"};
}

std::string pointer_spelling(const Value& value) {
  if (reading::is_null(value)) return "NULL";
  const auto number = reading::number_of(value);
  return number ? address_notation(*number) : "";
}

std::string previous_spelling(const std::vector<transcript::Argument>& values) {
  if (values.size() != 2 || values[0].key || !values[1].key || values[1].key->text != "prev") return "";
  const std::string start = pointer_spelling(values[0].value), prev = pointer_spelling(values[1].value);
  return start.empty() || prev.empty() ? "" : start + " prev=" + prev;
}

/// A single value in the spelling of notation(command, result); empty if a result of this form cannot be that.
std::string spelling(const Value& value, const Command<Word>& command, const ResultForm& form) {
  if (value.text == "BUG" || value.text == "OOPS") return form.assertion ? value.text : "";
  if (reading::is_null(value)) return form.null ? "NULL" : "";
  const auto number = reading::number_of(value);
  if (!number) return "";
  switch (form.kind) {
    case Kind::zero:
      return *number == 0 ? "0" : "";
    case Kind::address:
      return notation(command, Address<Word>{*number});
    case Kind::area:
      return address_notation(*number);
    case Kind::descriptor:
      return *number <= std::numeric_limits<std::int32_t>::max() ? fmt::format("{}", *number) : "";
    case Kind::nothing:
    case Kind::area_and_previous:
      break;
  }
  return "";
}

// ---- Effects --------------------------------------------------------------------------------------------------

/// An effect, its arguments as many as its form has; `result` is which of the results of its form it has.
class EffectReader {
 public:
  EffectReader(const Source& source, const transcript::Call& effect, std::size_t result)
      : source_(source), effect_(effect), result_(result) {}

  Effect<Word> vma_alloc() const { return VmaAlloc{result_ == 0}; }
  Effect<Word> vma_free() const { return VmaFree{}; }
  Effect<Word> zap_page_range() const { return ZapPageRange<Word>{address(0), number(1, "a size")}; }
  Effect<Word> clear_page_tables() const {
    return ClearPageTables<Word>{number(0, "the number of an entry"), number(1, "a count of entries")};
  }
  Effect<Word> change_protection() const {
    return ChangeProtection<Word>{address(0), address(1), number(2, "a page protection")};
  }
  Effect<Word> move_page_tables() const {
    return MovePageTables<Word>{address(0), address(1), number(2, "a length"), result_ == 0};
  }
  Effect<Word> make_pages_present() const { return MakePagesPresent<Word>{address(0), address(1)}; }
  Effect<Word> get_file() const { return GetFile{file(0)}; }
  Effect<Word> fput() const { return Fput{file(0)}; }
  Effect<Word> release() const { return Release{file(0)}; }
  Effect<Word> deny_write_access() const { return DenyWriteAccess{file(0), result_ == 0}; }
  Effect<Word> write_count() const;
  Effect<Word> file_mmap() const {
    using enum Refusal;
    constexpr std::array<Refusal, 3> refusals{no_writepage, not_regular, no_readpage};
    return FileMmap<Word>{file(0), address(1), address(2),
                          result_ == 0 ? std::nullopt : std::optional(refusals[result_ - 1])};
  }
  Effect<Word> shmem_zero_setup() const { return ShmemZeroSetup<Word>{address(0), address(1), result_ == 0}; }
  Effect<Word> vm_open() const { return VmOpen<Word>{file(0), address(1), address(2)}; }
  Effect<Word> vm_close() const { return VmClose<Word>{file(0), address(1), address(2)}; }
  Effect<Word> printk() const { return read_complaint(source_, value(0)); }

 private:
  const Value& value(std::size_t i) const { return effect_.arguments[i].value; }
  Word address(std::size_t i) const { return read_address(source_, value(i)); }
  Word number(std::size_t i, std::string_view of) const { return reading::word(source_, value(i), of); }
  Name file(std::size_t i) const { return read_any_file_name(source_, value(i)); }

  const Source& source_;
  const transcript::Call& effect_;
  std::size_t result_;
};

Effect<Word> EffectReader::write_count() const {
  const Value& count = effect_.result->values[0].value;
  const auto* number = std::get_if<transcript::Number>(&count.form);
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (number == nullptr || number->magnitude > most)
    throw reading::unexpected(source_, count, "a write count is a number",
                              fmt::format("a number from -{0} to {0}", most));
  const auto magnitude = static_cast<std::int32_t>(number->magnitude);
  return WriteCount{file(0), number->negative ? -magnitude : magnitude};
}

/// Stands for any one value among the results of a form, which then looks at it itself.
constexpr std::string_view any_number = "N";

struct EffectForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  std::vector<std::string_view> results;  // those that it can have; "" for none
  Effect<Word> (EffectReader::*read)() const;
};

const std::vector<EffectForm>& effect_forms() {
  static const std::vector<EffectForm> forms{
      {"vma_alloc", {}, {"", "NULL"}, &EffectReader::vma_alloc},
      {"vma_free", {}, {""}, &EffectReader::vma_free},
      {"zap_page_range", {"addr", "size"}, {""}, &EffectReader::zap_page_range},
      {"clear_page_tables", {"first", "nr"}, {""}, &EffectReader::clear_page_tables},
      {"change_protection", {"start", "end", "prot"}, {""}, &EffectReader::change_protection},
      {"move_page_tables", {"from", "to", "len"}, {"0", "-1"}, &EffectReader::move_page_tables},
      {"make_pages_present", {"start", "end"}, {""}, &EffectReader::make_pages_present},
      {"get_file", {"name"}, {""}, &EffectReader::get_file},
      {"fput", {"name"}, {""}, &EffectReader::fput},
      {"release", {"name"}, {""}, &EffectReader::release},
      {"deny_write_access", {"name"}, {"0", "-1 ETXTBSY"}, &EffectReader::deny_write_access},
      {"i_writecount", {"name"}, {any_number}, &EffectReader::write_count},
      {"file_mmap",
       {"name", "start", "end"},
       {"0", "-1 EINVAL", "-1 EACCES", "-1 ENOEXEC"},
       &EffectReader::file_mmap},
      {"shmem_zero_setup", {"start", "end"}, {"0", "-1 ENOMEM"}, &EffectReader::shmem_zero_setup},
      {"vm_open", {"name", "start", "end"}, {""}, &EffectReader::vm_open},
      {"vm_close", {"name", "start", "end"}, {""}, &EffectReader::vm_close},
      {"printk", {"text"}, {""}, &EffectReader::printk},
  };
  return forms;
}

/// Which of the results of its form an effect has.
std::size_t read_effect_result(const Source& source, const transcript::Call& effect, const EffectForm& form) {
  const auto& result = effect.result;
  if (form.results[0] == any_number && result && result->values.size() == 1 && !result->values[0].key) return 0;
  return reading::result_among(source, effect, form.results);
}

}  // namespace

std::string read_result(const Source& source, const Command<Word>& command, const transcript::Result& result) {
  const ResultForm form = std::visit([](const auto& call) { return form_of(call); }, command);
  if (form.error) {
    if (const auto error = read_error(source, result)) return error_notation(*error);
  }
  const transcript::Argument& first = result.values[0];
  const std::string text = form.kind == Kind::area_and_previous      ? previous_spelling(result.values)
                           : result.values.size() == 1 && !first.key ? spelling(first.value, command, form)
                                                                     : "";
  if (!text.empty()) return text;
  throw source.error({.at = form.kind == Kind::nothing ? result.at : reading::place_of(first),
                      .message = "the call cannot have this result",
                      .expected = form.expected,
                      .found = in_backticks(reading::text_of(result))});
}

Effect<Word> read_effect(const Source& source, const transcript::Call& effect) {
  std::vector<std::string_view> names;
  for (const EffectForm& form : effect_forms()) {
    names.push_back(form.name);
    if (form.name != effect.name.text) continue;
    reading::check_arguments(source, effect, form.parameters);
    return (EffectReader(source, effect, read_effect_result(source, effect, form)).*form.read)();
  }
  throw reading::no_such(source, effect.name, "the vma family has no such effect", names);
}

}  // namespace refmm::vma
