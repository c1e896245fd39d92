// Reading the results of the fault family.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <span>
#include <string_view>
#include <variant>

namespace refmm::process {

using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

/// What a call returns if it does not fail.
enum class Kind { nothing, zero, byte, ok, pid, number };

struct ResultForm {
  Kind kind;
  std::span<const std::string_view> ends{};  // in which an access, or everything, can end instead
};

constexpr std::array<std::string_view, 5> access_ends{"SIGSEGV", "SIGBUS", "OOM", "OOPS", "HANG"};
constexpr std::span<const std::string_view> kernel_ends = std::span(access_ends).last(2);

ResultForm form_of(const Load<Word>&) { return {Kind::byte, access_ends}; }
ResultForm form_of(const Store<Word>&) { return {Kind::ok, access_ends}; }
ResultForm form_of(const GetUser<Word>&) { return {Kind::byte, kernel_ends}; }
ResultForm form_of(const PutUser<Word>&) { return {Kind::zero, kernel_ends}; }
ResultForm form_of(const Madvise<Word>&) { return {Kind::zero, kernel_ends}; }
ResultForm form_of(const Msync<Word>&) { return {Kind::zero, kernel_ends}; }
ResultForm form_of(const Truncate<Word>&) { return {Kind::zero, kernel_ends}; }
ResultForm form_of(const Pread<Word>&) { return {Kind::number, kernel_ends}; }
ResultForm form_of(const Pwrite<Word>&) { return {Kind::number, kernel_ends}; }
ResultForm form_of(const Fork&) { return {Kind::pid}; }
ResultForm form_of(const Exit&) { return {Kind::nothing}; }
ResultForm form_of(const Esp<Word>&) { return {Kind::nothing}; }
ResultForm form_of(const Peek<Word>&) { return {Kind::byte, kernel_ends}; }
ResultForm form_of(const Poke<Word>&) { return {Kind::zero, kernel_ends}; }
ResultForm form_of(const MapKiobuf<Word>&) { return {Kind::zero, kernel_ends}; }
ResultForm form_of(const UnmapKiobuf&) { return {Kind::nothing}; }
ResultForm form_of(const SwapOut<Word>&) { return {Kind::number}; }
ResultForm form_of(const Reclaim&) { return {Kind::number}; }
ResultForm form_of(const Swapoff&) { return {Kind::zero, kernel_ends}; }
ResultForm form_of(const Swapon&) { return {Kind::zero}; }

std::string_view in_words(Kind kind) {
  switch (kind) {
    case Kind::nothing:
      return "the end of the line: the call returns nothing";
    case Kind::zero:
      return "`0`";
    case Kind::byte:
      return "a byte, 0 to 255";
    case Kind::ok:
      return "`ok`";
    case Kind::pid:
      return "the number of a process";
    case Kind::number:
      return "a number";
  }
  return "";
}

std::string in_words(const ResultForm& form) {
  std::string text(in_words(form.kind));
  for (const std::string_view end : form.ends) text += fmt::format(", `{}`", end);
  return text + " or `-1 ENAME`";
}

/// A single value in the spelling of notation(command, result); empty if a result of this form cannot be that.
std::string spelling(const Value& value, const ResultForm& form) {
  if (std::ranges::find(form.ends, value.text) != form.ends.end()) return value.text;
  if (form.kind == Kind::ok) return value.text == "ok" ? value.text : "";
  const auto number = reading::number_of(value);
  if (!number || form.kind == Kind::nothing) return "";
  if (form.kind == Kind::zero && *number != 0) return "";
  if (form.kind == Kind::byte && *number > 255) return "";
  if (form.kind == Kind::pid && *number == 0) return "";
  return fmt::format("{}", *number);
}

std::string read_as(const ResultForm& form, const Source& source, const transcript::Result& result) {
  // Every call of a process can fail for want of the process.
  if (const auto error = vma::read_error(source, result)) return vma::error_notation(*error);
  const transcript::Argument& first = result.values[0];
  const std::string text = result.values.size() == 1 && !first.key ? spelling(first.value, form) : "";
  if (!text.empty()) return text;
  throw source.error({.at = form.kind == Kind::nothing ? result.at : reading::place_of(first),
                      .message = "the call cannot have this result",
                      .expected = in_words(form),
                      .found = in_backticks(reading::text_of(result))});
}

}  // namespace

std::string read_result(const Source& source, const Command<Word>& command, const transcript::Result& result) {
  const auto of_call = [&](const auto& call) {
    if constexpr (std::constructible_from<vma::Command<Word>, decltype(call)>)
      return vma::read_result(source, call, result);
    else
      return read_as(form_of(call), source, result);
  };
  const auto of_command = [&]<class Asked>(const Asked& asked) -> std::string {
    if constexpr (std::same_as<Asked, OfProcess<Word>>)
      return std::visit(of_call, asked.call);
    else if constexpr (std::same_as<Asked, Set<Word>>)
      return read_as({Kind::nothing}, source, result);
    else
      return read_as(form_of(asked), source, result);
  };
  return std::visit(of_command, command);
}

}  // namespace refmm::process
