#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_transcript.hpp>
#include <refmm/spec/strace_flags.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::since {
namespace {

using reading::unexpected;
using transcript::Source;

constexpr std::array<std::string_view, 8> keys{"family",    "era",         "bits",           "brk",
                                               "rlimit_as", "rlimit_data", "rlimit_memlock", "rlimit_stack"};
constexpr Native usual_brk = 0x500000;
constexpr Native usual_memlock = Native{8} << 20;

// ---- Numbers of 64 bits ---------------------------------------------------------------------------------------------

std::optional<Native> number_in(const transcript::Number& number) {
  return number.negative ? Native{0} - number.magnitude : number.magnitude;
}

/// Names of flags joined with `|`, some of which may be numbers.
Native sum_of(const Source& source, const transcript::Value& value, const transcript::Names& names) {
  Native sum = 0;
  for (const transcript::Word& word : names.words) {
    if (const auto flag = strace::flag_value(word.text)) {
      sum |= *flag;
      continue;
    }
    if (const auto parsed = transcript::parse_value(word.text);
        std::holds_alternative<transcript::Number>(parsed.form)) {
      sum |= *number_in(std::get<transcript::Number>(parsed.form));
      continue;
    }
    throw reading::no_such(source, word, fmt::format("there is no flag {}", value.text), strace::flag_names());
  }
  return sum;
}

Native number_of(const Source& source, const transcript::Value& value) {
  if (const auto* number = std::get_if<transcript::Number>(&value.form)) return *number_in(*number);
  if (reading::is_null(value)) return 0;
  if (const auto* names = std::get_if<transcript::Names>(&value.form)) return sum_of(source, value, *names);
  throw unexpected(source, value, "this is no number", "a number, NULL, or flags joined with `|`");
}

Native setting_of(const Source& source, const transcript::Boot& boot, std::string_view key, Native otherwise) {
  const transcript::Value* value = reading::setting(boot.settings, key);
  return value ? number_of(source, *value) : otherwise;
}

// ---- The boot line --------------------------------------------------------------------------------------------------

Version read_version(const Source& source, const transcript::Value& value) {
  if (const auto version = version_of(value.text)) return *version;
  throw unexpected(source, value, "this is no version of Linux", "a version such as 2.4.0, 4.17 or 6.18", "6.18");
}

}  // namespace

Boot<Native> read_boot(const Source& source, const transcript::Line&, const transcript::Boot& boot) {
  reading::check_settings(source, boot.settings, keys, "a process of the since family");
  const transcript::Value* era = reading::setting(boot.settings, "era");
  const Version version = era ? read_version(source, *era) : linux_6_18;
  if (era && version < linux_2_4_0)
    throw unexpected(source, *era, "eras begin with 2.4.0", "a version from 2.4.0 on", "2.4.0");
  const transcript::Value* bits_value = reading::setting(boot.settings, "bits");
  const Native bits = bits_value ? number_of(source, *bits_value) : 64;
  if (bits != 32 && bits != 64)
    throw unexpected(source, *bits_value, "programs have 32 or 64 bits", "32 or 64", "64");
  return {.kernel = kernel_of(version, static_cast<unsigned>(bits)),
          .bits = static_cast<std::uint32_t>(bits),
          .brk = setting_of(source, boot, "brk", usual_brk),
          .rlimit_as = setting_of(source, boot, "rlimit_as", ~Native{0}),
          .rlimit_data = setting_of(source, boot, "rlimit_data", ~Native{0}),
          .rlimit_memlock = setting_of(source, boot, "rlimit_memlock", usual_memlock),
          .rlimit_stack = setting_of(source, boot, "rlimit_stack", Native{8} << 20)};
}

// ---- Calls ----------------------------------------------------------------------------------------------------------

namespace {

InputError no_such_call(const Source& source, const transcript::Call& call) {
  constexpr std::array<std::string_view, 17> names{
      "open",    "close",    "mmap",       "munmap",  "brk",  "mprotect", "mremap", "mlock", "mlock2",
      "munlock", "mlockall", "munlockall", "madvise", "load", "store",    "fork",   "areas"};
  return reading::no_such(source, call.name, "the since family has no such call", names);
}

std::vector<Native> numbers_of(const Source& source, const transcript::Call& call, std::size_t wanted) {
  std::vector<Native> numbers;
  for (const transcript::Argument& argument : call.arguments) {
    if (argument.key)
      throw unexpected(source, argument.value, "arguments of these calls have no names", "a value");
    numbers.push_back(number_of(source, argument.value));
  }
  // strace prints the new address of mremap only where it counts.
  if (call.name.text == "mremap" && numbers.size() + 1 == wanted) numbers.push_back(0);
  if (numbers.size() != wanted)
    throw source.error({.at = call.close,
                        .message = fmt::format("`{}` has {} arguments", call.name.text, wanted),
                        .expected = fmt::format("{} arguments", wanted),
                        .found = fmt::format("{}", numbers.size())});
  return numbers;
}

WorldCommand<Native> read_command(const Source& source, const transcript::Call& call) {
  const std::string& name = call.name.text;
  if (name == "open") {
    constexpr std::array<std::string_view, 2> parameters{"file", "mode"};
    reading::check_arguments(source, call, parameters);
    return Command<Native>(vma::Open{vma::read_file_name(source, call.arguments[0].value),
                                     vma::read_mode(source, call.arguments[1].value)});
  }
  if (name == "close")
    return Command<Native>(vma::Close{static_cast<std::int32_t>(numbers_of(source, call, 1)[0])});
  const auto wanted = arguments_of(name);
  if (!wanted) throw no_such_call(source, call);
  return command_of(name, numbers_of(source, call, *wanted));
}

std::size_t process_of(const Source& source, Position at, std::uint32_t pid, const World<Native>& now) {
  if (pid >= 1 && pid <= now.processes.size()) return pid - 1;
  throw source.error({.at = at,
                      .message = fmt::format("there is no process {}", pid),
                      .expected = fmt::format("a process from 1 to {}", now.processes.size()),
                      .found = fmt::format("{}", pid)});
}

bool returns_address(const ProcessCommand<Native>& command) {
  const auto* call = std::get_if<Command<Native>>(&command.command);
  return call &&
         (std::holds_alternative<vma::Mmap<Native>>(*call) || std::holds_alternative<vma::Mremap<Native>>(*call) ||
          std::holds_alternative<vma::Brk<Native>>(*call));
}

}  // namespace

ProcessCommand<Native> read_call(const Source& source, const transcript::Call& call, const World<Native>& now) {
  const std::size_t process = call.process ? process_of(source, call.process->at, call.process->pid, now) : 0;
  return {static_cast<std::uint32_t>(process), read_command(source, call)};
}

std::string read_result(const Source&, const ProcessCommand<Native>& command, const transcript::Result& result) {
  if (result.values.size() == 1) {
    const transcript::Value& value = result.values[0].value;
    if (const auto* number = std::get_if<transcript::Number>(&value.form); number && !number->negative)
      return fmt::format(fmt::runtime(returns_address(command) ? "{:#x}" : "{}"), number->magnitude);
  }
  return reading::text_of(result).substr(2);
}

Question read_query(const Source& source, const transcript::Query& query, const World<Native>& now) {
  if (query.name.text != "areas")
    throw source.error({.at = query.name.at,
                        .message = "the since family has no such block",
                        .expected = "`areas:`, or `areas 2:` of another process",
                        .found = in_backticks(query.name.text),
                        .hint = "areas:"});
  if (query.arguments.empty()) return {0};
  const Native pid = number_of(source, query.arguments[0]);
  return {process_of(source, query.arguments[0].at, static_cast<std::uint32_t>(pid), now)};
}

std::string boot_notation(const Boot<Native>& boot, std::string_view era) {
  std::string text = fmt::format("boot family=since era={} bits={}", era, boot.bits);
  const auto add = [&](std::string_view key, Native value, Native usual) {
    if (value != usual) text += fmt::format(" {}={:#x}", key, value);
  };
  add("brk", boot.brk, usual_brk);
  add("rlimit_as", boot.rlimit_as, ~Native{0});
  add("rlimit_data", boot.rlimit_data, ~Native{0});
  add("rlimit_memlock", boot.rlimit_memlock, usual_memlock);
  add("rlimit_stack", boot.rlimit_stack, Native{8} << 20);
  return text;
}

}  // namespace refmm::since
