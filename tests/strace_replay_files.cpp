#include <refmm/spec/strace_value.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/strace_replay_files.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace refmm::strace {
namespace {

constexpr std::uint64_t o_accmode = 3, o_cloexec = 0x80000, o_path = 0x200000;
constexpr std::uint64_t f_dupfd = 0, f_setfd = 2, f_dupfd_cloexec = 1030;
constexpr std::uint64_t mfd_cloexec = 1, close_range_cloexec = 4;
constexpr std::uint32_t reads_and_writes = vma::FMODE_READ | vma::FMODE_WRITE;

/// The f_mode that flags of open lead to.
std::uint32_t mode_of(std::uint64_t flags) {
  constexpr std::array<std::uint32_t, 4> modes{vma::FMODE_READ, vma::FMODE_WRITE, reads_and_writes, 0};
  return modes[flags & o_accmode];
}

/// The flags of a call that opens a file by its name: openat has its directory in front, openat2 flags in braces.
std::optional<std::uint64_t> flags_of_open(const Call& call) {
  if (call.name == "open") return number(call.arguments[1]);
  if (call.name == "openat") return number(call.arguments[2]);
  if (call.name == "creat") return 1;
  if (call.name != "openat2") return std::nullopt;
  for (const Argument& part : parts(call.arguments[2])) {
    if (part.name == "flags") return number(part);
  }
  return std::nullopt;
}

/// Calls whose result is a descriptor of something that is no regular file.
constexpr std::array<std::string_view, 21> makers_of_special_files{
    "accept",       "accept4",           "bpf",
    "epoll_create", "epoll_create1",     "eventfd",
    "eventfd2",     "fanotify_init",     "fsopen",
    "inotify_init", "inotify_init1",     "io_uring_setup",
    "memfd_secret", "open_by_handle_at", "perf_event_open",
    "pidfd_getfd",  "pidfd_open",        "signalfd4",
    "socket",       "timerfd_create",    "userfaultfd"};

/// Where a call puts the two descriptors that it makes.
std::optional<std::size_t> place_of_pair(std::string_view name) {
  if (name == "pipe" || name == "pipe2") return 0;
  if (name == "socketpair") return 3;
  return std::nullopt;
}

/// A flag like O_CLOEXEC in any argument, by its name: each call has it at another place.
bool mentions(const Call& call, std::string_view flag) {
  return std::ranges::any_of(call.arguments, [&](const Argument& argument) {
    return !string(argument) && argument.text.find(flag) != std::string::npos;
  });
}

}  // namespace

std::shared_ptr<OpenFile> Descriptors::file(std::uint64_t number) const {
  const auto found = entries_.find(static_cast<std::uint32_t>(number));
  return found == entries_.end() ? nullptr : found->second.file;
}

std::shared_ptr<OpenFile> Descriptors::learn(std::uint64_t number, std::uint32_t line, std::uint32_t& numbers) {
  OpenFile file{.number = ++numbers, .path = "", .f_mode = reads_and_writes, .is_special = true};
  Descriptor& entry = entries_[static_cast<std::uint32_t>(number)];
  entry = {std::make_shared<OpenFile>(std::move(file)), false, line};
  return entry.file;
}

void Descriptors::open(const Record& record, std::uint64_t number, OpenFile file, bool closes_at_exec,
                       std::uint32_t& numbers) {
  file.number = ++numbers;
  entries_[static_cast<std::uint32_t>(number)] = {std::make_shared<OpenFile>(std::move(file)), closes_at_exec,
                                                  record.line};
}

void Descriptors::duplicate(const Record& record, std::uint64_t from, std::uint64_t to, bool closes_at_exec) {
  if (from == to) return;
  const auto found = entries_.find(static_cast<std::uint32_t>(from));
  if (found == entries_.end()) {
    entries_.erase(static_cast<std::uint32_t>(to));
  } else {
    entries_[static_cast<std::uint32_t>(to)] = {found->second.file, closes_at_exec, record.line};
  }
}

/// What another thread opened after this call began stays open: the number was free again before this call had returned.
void Descriptors::close(const Record& record, std::uint64_t first, std::uint64_t last) {
  if (first == last) entries_.try_emplace(static_cast<std::uint32_t>(first));
  for (auto& [number, entry] : entries_) {
    if (number >= first && number <= last && entry.since <= record.begun) entry = {nullptr, false, record.line};
  }
}

void Descriptors::control(const Record& record, const Call& call) {
  const std::uint64_t command = number(call.arguments[1]);
  if (command == f_dupfd || command == f_dupfd_cloexec)
    duplicate(record, number(call.arguments[0]), call.result.value, command == f_dupfd_cloexec);
  if (command != f_setfd) return;
  const auto found = entries_.find(static_cast<std::uint32_t>(number(call.arguments[0])));
  if (found != entries_.end()) found->second.closes_at_exec = mentions(call, "FD_CLOEXEC");
}

void Descriptors::close_range(const Record& record, const Call& call) {
  const std::uint64_t first = number(call.arguments[0]), last = number(call.arguments[1]) & 0xffffffff;
  if ((number(call.arguments[2]) & close_range_cloexec) == 0) return close(record, first, last);
  for (auto& [number, entry] : entries_) {
    if (number >= first && number <= last) entry.closes_at_exec = true;
  }
}

void Descriptors::carry_out(const Record& record, const Call& call, std::uint32_t& numbers) {
  if (call.name == "close") return close(record, number(call.arguments[0]), number(call.arguments[0]));
  if (call.result.kind != Result::Kind::value) return;
  const std::uint64_t result = call.result.value;
  if (const auto flags = flags_of_open(call)) {
    std::string path = call.result.descriptor;
    for (const Argument& argument : call.arguments) {
      if (path.empty() && string(argument)) path = string(argument)->bytes;
    }
    return open(
        record, result,
        {.number = 0,
         .path = path,
         .f_mode = mode_of(*flags),
         .is_special = path.starts_with("/dev/") || path.starts_with("/proc/") || path.starts_with("/sys/"),
         .is_path = (*flags & o_path) != 0},
        (*flags & o_cloexec) != 0, numbers);
  }
  const bool closes = mentions(call, "CLOEXEC");
  if (call.name == "memfd_create")
    return open(record, result,
                {.number = 0,
                 .path = "/memfd:" + string(call.arguments[0]).value_or(String{}).bytes + " (deleted)",
                 .f_mode = reads_and_writes},
                closes, numbers);
  if (call.name == "dup") return duplicate(record, number(call.arguments[0]), result, false);
  if (call.name == "dup2" || call.name == "dup3")
    return duplicate(record, number(call.arguments[0]), result, closes);
  if (call.name == "fcntl" || call.name == "fcntl64") return control(record, call);
  if (call.name == "close_range") return close_range(record, call);
  const OpenFile special{.number = 0, .path = "", .f_mode = reads_and_writes, .is_special = true};
  if (const auto place = place_of_pair(call.name); place && *place < call.arguments.size()) {
    for (const Argument& end : parts(call.arguments[*place])) open(record, number(end), special, closes, numbers);
  }
  if (std::ranges::find(makers_of_special_files, call.name) != makers_of_special_files.end())
    open(record, result, special, closes, numbers);
}

void Descriptors::execute() {
  for (auto& [number, entry] : entries_) {
    if (entry.closes_at_exec) entry = {nullptr, false, entry.since};
  }
}

}  // namespace refmm::strace
