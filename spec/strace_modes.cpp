#include <refmm/spec/strace_clone.hpp>
#include <refmm/spec/strace_modes.hpp>
#include <refmm/spec/strace_value.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace refmm::strace {
namespace {

constexpr std::string_view only_of_32_bits[] = {
    "_llseek",    "fcntl64", "fstat64",  "fstatat64",  "fstatfs64",  "ftruncate64",
    "lstat64",    "mmap2",   "old_mmap", "sendfile64", "sigaction",  "sigreturn",
    "socketcall", "stat64",  "statfs64", "truncate64", "ugetrlimit", "waitpid",
};

bool succeeded(const Call& call) { return call.result.kind == Result::Kind::value; }

bool calls_execve(const Record& record) {
  const Call* const call = record.call();
  return call != nullptr && (call->name == "execve" || call->name == "execveat") && succeeded(*call);
}

/// Of calls whose first argument, or result, is an address.
bool is_about_addresses(std::string_view name) {
  constexpr std::string_view names[] = {"brk", "madvise", "mmap", "mprotect", "mremap", "munmap"};
  return std::ranges::find(names, name) != std::end(names);
}

bool is_long(std::uint64_t address) { return address >> 32 != 0 && address >> 63 == 0; }

Mode shown_by(const Call& call) {
  if (std::ranges::find(only_of_32_bits, call.name) != std::end(only_of_32_bits)) return Mode::bits_32;
  if (call.name == "newfstatat") return Mode::bits_64;
  if (!is_about_addresses(call.name) || call.cut_short || call.arguments.empty()) return Mode::unknown;
  const bool has_long_result = succeeded(call) && is_long(call.result.value);
  return has_long_result || is_long(number(call.arguments[0])) ? Mode::bits_64 : Mode::unknown;
}

/// What a process runs from one execve to the next.
struct Program {
  Mode mode = Mode::unknown;
  std::optional<std::size_t> forked_from{};
};

class Programs {
 public:
  explicit Programs(const std::vector<Record>& records, const std::map<std::size_t, std::size_t>& digits)
      : of_record_(records.size()) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      see(i, records[i]);
      // An execve was still called by the old program.
      if (const auto found = digits.find(i); found != digits.end() && !calls_execve(records[i])) {
        show(of_record_[i], found->second == 8 ? Mode::bits_32 : Mode::bits_64);
      }
    }
  }

  Mode mode_of(std::size_t record) const {
    // A program is forked from one that was there before, so that no circle is possible; what is odd in a log may make one.
    std::size_t program = of_record_[record];
    for (std::size_t steps = 0; steps < programs_.size(); ++steps) {
      if (programs_[program].mode != Mode::unknown || !programs_[program].forked_from) break;
      program = *programs_[program].forked_from;
    }
    return programs_[program].mode;
  }

 private:
  void see(std::size_t index, const Record& record) {
    const auto [current, is_new] = current_.try_emplace(record.pid, programs_.size());
    if (is_new) begin(record.pid);
    const Call* const call = record.call();
    if (calls_execve(record) && !is_new) {
      current->second = programs_.size();
      programs_.push_back({});
    }
    of_record_[index] = current->second;
    if (call != nullptr) see_call(current->second, *call);
    if (const auto* const runs = std::get_if<RunsIn>(&record.event)) show(current->second, runs->mode);
  }

  void see_call(std::size_t program, const Call& call) {
    show(program, shown_by(call));
    if (!makes_process(call) || !succeeded(call)) return;
    const auto child = static_cast<std::uint32_t>(call.result.value);
    // The child may have been seen before the call that made it returns. One that was made before had its number before.
    const auto seen = first_.find(child);
    if (seen == first_.end() || programs_[seen->second].forked_from || seen->second == program) {
      current_[child] = programs_.size();
      begin(child);
    }
    programs_[first_.at(child)].forked_from = program;
  }

  /// The first program of a process, which has just become its current one.
  void begin(std::uint32_t pid) {
    first_[pid] = programs_.size();
    programs_.push_back({});
  }

  void show(std::size_t program, Mode mode) {
    if (programs_[program].mode == Mode::unknown) programs_[program].mode = mode;
  }

  std::vector<Program> programs_;
  std::vector<std::size_t> of_record_;
  std::map<std::uint32_t, std::size_t> current_;
  std::map<std::uint32_t, std::size_t> first_;
};

}  // namespace

void tell_modes(std::vector<Record>& records, const std::map<std::size_t, std::size_t>& digits_of_pointer) {
  const Programs programs(records, digits_of_pointer);
  for (std::size_t i = 0; i < records.size(); ++i) records[i].mode = programs.mode_of(i);
}

}  // namespace refmm::strace
