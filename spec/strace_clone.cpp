#include <refmm/spec/strace_clone.hpp>
#include <refmm/spec/strace_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace refmm::strace {
namespace {

constexpr std::uint64_t signal_of_child = 17;  // SIGCHLD

}  // namespace

bool makes_process(const Call& call) {
  return call.name == "fork" || call.name == "vfork" || call.name == "clone" || call.name == "clone3";
}

std::uint64_t clone_flags(const Call& call) {
  if (call.name == "fork") return signal_of_child;
  if (call.name == "vfork") return clone_vm | clone_vfork | signal_of_child;
  const bool in_braces = call.name == "clone3" && !call.arguments.empty();
  const std::vector<Argument> arguments = in_braces ? parts(call.arguments[0]) : call.arguments;
  const auto flags = std::ranges::find(arguments, "flags", &Argument::name);
  if (flags != arguments.end()) return number(*flags);
  throw InputError({.at = call.arguments.empty() ? call.result.at : call.arguments[0].at,
                    .message = fmt::format("{} has no flags", call.name),
                    .expected = "`flags=` and flags",
                    .found = call.arguments.empty() ? "no arguments" : in_backticks(call.arguments[0].text)});
}

}  // namespace refmm::strace
