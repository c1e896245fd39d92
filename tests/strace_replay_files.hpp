// Descriptors of processes in a log, as far as mmap needs them: which file is behind a number.
#pragma once

#include <refmm/spec/strace_log.hpp>
#include <refmm/tests/strace_replay_space.hpp>

#include <cstdint>
#include <map>
#include <memory>

namespace refmm::strace {

struct Descriptor {
  std::shared_ptr<OpenFile> file{};  // nullptr: it is known to be closed
  bool closes_at_exec = false;
  std::uint32_t since = 0;  // the line in which it became so
};

/// A table of descriptors. What it has no entry of is not known: it was there before the log.
class Descriptors {
 public:
  /// What a number refers to; nullptr if it is closed, or the log never said it.
  std::shared_ptr<OpenFile> file(std::uint64_t number) const;

  /// True if the log says whether it is open.
  bool knows(std::uint64_t number) const { return entries_.contains(static_cast<std::uint32_t>(number)); }

  /// A file that the log never opened, and that a mapping shows to be there. `numbers` counts files.
  std::shared_ptr<OpenFile> learn(std::uint64_t number, std::uint32_t line, std::uint32_t& numbers);

  /// What a call makes of the table, if it succeeded and is about descriptors at all.
  void carry_out(const Record& record, const Call& call, std::uint32_t& numbers);

  /// What execve makes of it.
  void execute();

  /// Anything may have happened to it.
  void forget() { entries_.clear(); }

 private:
  void open(const Record& record, std::uint64_t number, OpenFile file, bool closes_at_exec,
            std::uint32_t& numbers);
  void duplicate(const Record& record, std::uint64_t from, std::uint64_t to, bool closes_at_exec);
  void close(const Record& record, std::uint64_t first, std::uint64_t last);
  void control(const Record& record, const Call& call);
  void close_range(const Record& record, const Call& call);

  std::map<std::uint32_t, Descriptor> entries_;
};

}  // namespace refmm::strace
