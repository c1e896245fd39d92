// A log of strace, replayed in the model of memory areas of an era (model/since.hpp): what of it the semantics does not allow.
//
// Every process of the log has an address space in the model. Of one that begins with execve only the calls are known, unless
// /proc/PID/maps is given for the first (strace_replay_space.hpp): what a call shows of the rest is learnt.
#pragma once

#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/strace_log.hpp>
#include <refmm/spec/strace_maps.hpp>
#include <refmm/tests/strace_replay_judge.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace refmm::strace {

struct ReplayOptions {
  since::Version version = since::linux_6_18;
  std::optional<std::vector<Mapping>> maps{};  // what the first program of the first process began with
};

/// A call about memory areas, and what was found of it.
struct Judged {
  std::size_t record;  // its place in Log::records
  Verdict verdict;
  Because because;
  std::string allowed;  // what the model says, as strace prints results
  std::string remark;   // for people; may be empty
};

struct ReplayReport {
  std::size_t calls = 0;         // of the log
  std::size_t other_calls = 0;   // that have nothing to do with memory areas
  std::size_t gaps = 0;          // lines that were not understood: behind one, nothing is known
  std::size_t strangers = 0;     // processes that nobody in the log made: whose memory they share is not known
  std::size_t programs = 0;      // address spaces that there were
  std::vector<Judged> judged{};  // all calls that are about areas, in the order in which they were taken
  std::map<std::string, std::size_t> not_modelled{};  // how many, by name; with the advice, of madvise
  std::optional<Space> first{};  // the address space of the first process when it ended, or the log did

  std::size_t count(Verdict verdict) const;
  bool agrees() const { return count(Verdict::not_allowed) == 0; }
};

ReplayReport replay(const Log& log, const ReplayOptions& options);

}  // namespace refmm::strace
