#include <refmm/spec/strace_check.hpp>
#include <refmm/spec/strace_clone.hpp>
#include <refmm/spec/strace_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace refmm::strace {
namespace {

/// Of each argument, what it is: a number `n`, a string `s` (or where it stands, if strace could not read it), anything `-`. More
/// may follow.
struct Signature {
  std::string_view name;
  std::string_view arguments;
};

constexpr Signature signatures[] = {
    {"brk", "n"},
    {"close", "n"},
    {"close_range", "nnn"},
    {"creat", "sn"},
    {"dup", "n"},
    {"dup2", "nn"},
    {"dup3", "nnn"},
    {"execve", "s--"},
    {"execveat", "ns--n"},
    {"exit", "n"},
    {"exit_group", "n"},
    {"fcntl", "nn"},
    {"fcntl64", "nn"},
    {"madvise", "nnn"},
    {"memfd_create", "sn"},
    {"mincore", "nn-"},
    {"mlock", "nn"},
    {"mlock2", "nnn"},
    {"mlockall", "n"},
    {"mmap", "nnnnnn"},
    {"mmap2", "nnnnnn"},
    {"mprotect", "nnn"},
    {"mremap", "nnnn"},
    {"msync", "nnn"},
    {"munlock", "nn"},
    {"munlockall", ""},
    {"munmap", "nn"},
    {"old_mmap", "nnnnnn"},
    {"open", "sn"},
    {"openat", "nsn"},
    {"openat2", "ns-n"},
    {"pipe2", "-n"},
    {"pkey_mprotect", "nnnn"},
    {"remap_file_pages", "nnnnn"},
};

static_assert(std::ranges::is_sorted(signatures, {}, &Signature::name));

void check_string(const Argument& argument) {
  if (string(argument) || argument.text == "NULL" || argument.text.starts_with("0x")) return;
  throw InputError({.at = argument.at,
                    .message = "this is no string",
                    .expected = "a string in quotation marks",
                    .found = in_backticks(argument.text)});
}

}  // namespace

void check_arguments(const Call& call) {
  if (makes_process(call) && call.result.kind == Result::Kind::value) clone_flags(call);
  const Signature* const found = std::ranges::lower_bound(signatures, call.name, {}, &Signature::name);
  if (found == std::end(signatures) || found->name != call.name || lacks_what_is_in_memory(call)) return;
  const std::string_view kinds = found->arguments;
  if (call.arguments.size() < kinds.size()) {
    throw InputError({.at = call.result.at,
                      .message = fmt::format("{} has too few arguments", call.name),
                      .expected = fmt::format("{} arguments", kinds.size()),
                      .found = fmt::format("{}", call.arguments.size())});
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] == 'n') number(call.arguments[i]);
    if (kinds[i] == 's') check_string(call.arguments[i]);
  }
}

}  // namespace refmm::strace
