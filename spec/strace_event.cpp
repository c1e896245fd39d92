#include <refmm/spec/strace_event.hpp>
#include <refmm/spec/strace_line.hpp>
#include <refmm/spec/strace_value.hpp>

#include <algorithm>

namespace refmm::strace {
namespace {

/// Takes `beginning` off `text`, if it begins so.
bool take(std::string_view& text, std::string_view beginning) {
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

bool take_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == text.npos;
}

[[noreturn]] void refuse(const Text& body, const char* message, const char* expected) {
  throw InputError(
      {.at = body.at(0), .message = message, .expected = expected, .found = in_backticks(body.characters())});
}

/// A number that may have the name of its command behind it, as -Y prints it.
std::optional<std::uint32_t> pid(std::string_view text) {
  if (const std::size_t open = text.find('<'); open != text.npos && text.ends_with('>'))
    text = text.substr(0, open);
  if (!is_number(text)) return std::nullopt;
  return leading_number(text);
}

bool is_signal(std::string_view text) {
  return text.starts_with("SIG") && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+") == text.npos;
}

/// What stands between `+++ ` and ` +++`.
Report read_end(const Text& body) {
  std::string_view rest = body.characters();
  if (take(rest, "+++ ") && take_end(rest, " +++")) {
    if (take(rest, "exited with ") && is_number(rest)) return Exited{leading_number(rest)};
    if (take(rest, "superseded by execve in pid ")) {
      if (const auto by = pid(rest)) return Superseded{*by};
    }
    if (take(rest, "killed by ")) {
      const bool core_dumped = take_end(rest, " (core dumped)");
      if (is_signal(rest)) return Killed{std::string(rest), core_dumped};
    }
  }
  refuse(body, "it is not said how the process ended",
         "`+++ exited with 0 +++`, `+++ killed by SIGSEGV +++` or `+++ superseded by execve in pid 4712 +++`");
}

std::optional<std::uint64_t> address(const Text& body) {
  constexpr std::string_view key = "si_addr=";
  const std::string_view text = body.characters();
  const std::size_t found = text.find(key);
  if (found == text.npos) return std::nullopt;
  const std::size_t begin = found + key.size();
  const std::size_t end = std::min(text.find_first_of(",} ", begin), text.size());
  return number({.text = std::string(text.substr(begin, end - begin)), .at = body.at(begin)});
}

/// What stands between `--- ` and ` ---`.
Report read_signal(const Text& body) {
  std::string_view rest = body.characters();
  if (take(rest, "--- ") && take_end(rest, " ---")) {
    if (take(rest, "stopped by ") && is_signal(rest)) return Stopped{std::string(rest)};
    const std::string_view name = rest.substr(0, rest.find(' '));
    const std::string_view details = trimmed(rest.substr(name.size()));
    const bool closed = details.empty() || details.ends_with(details.starts_with('{') ? '}' : ')');
    if (is_signal(name) && closed) return Signal{std::string(name), std::string(details), address(body)};
  }
  refuse(body, "it is not said which signal came",
         "`--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---`");
}

/// `Process 4712 attached`, with whatever strace adds.
std::optional<Report> read_process(std::string_view rest) {
  if (!take(rest, "Process ")) return std::nullopt;
  const std::string_view number = rest.substr(0, rest.find(' '));
  const auto which = pid(number);
  if (!which) return std::nullopt;
  rest.remove_prefix(number.size());
  if (rest.starts_with(" attached")) return Attached{*which};
  if (rest.starts_with(" detached")) return Detached{*which};
  return std::nullopt;
}

/// `[ Process PID=4711 runs in 32 bit mode. ]`
Report read_mode(const Text& body) {
  std::string_view rest = body.characters();
  if (take(rest, "[ Process PID=") && take_end(rest, " mode. ]")) {
    const std::size_t end = rest.find(" runs in ");
    const auto which = pid(rest.substr(0, end));
    const std::string_view mode = end == rest.npos ? "" : rest.substr(end + 9);
    if (which && mode == "32 bit") return RunsIn{*which, Mode::bits_32};
    if (which && mode == "64 bit") return RunsIn{*which, Mode::bits_64};
    if (which && mode == "x32") return RunsIn{*which, Mode::x32};
  }
  refuse(body, "it is not said in which mode the process runs", "`[ Process PID=4711 runs in 32 bit mode. ]`");
}

}  // namespace

std::optional<Report> read_report(const Text& body) {
  std::string_view text = body.characters();
  if (text.starts_with("+++")) return read_end(body);
  if (text.starts_with("---")) return read_signal(body);
  if (text.starts_with("[ Process")) return read_mode(body);
  if (auto report = read_process(text)) return report;
  if (!take(text, "strace: ")) return std::nullopt;
  if (auto report = read_process(text)) return report;
  return Note{std::string(text)};
}

}  // namespace refmm::strace
