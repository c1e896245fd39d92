// One call of a log and what the model says of it: whether its result is allowed, in an address space of which a part is known.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/strace_call.hpp>
#include <refmm/tests/strace_replay_space.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace refmm::strace {

enum class Verdict {
  allowed,       // by what is known
  learnt,        // it depends on what is not known, and shows it
  not_allowed,   // whatever is where nothing is known
  limited,       // refused for want of memory or by a limit, which a log does not show
  not_modelled,  // it has to do with memory areas, but the model does not have it
  no_result      // it did not return, or strace did not carry it out as it stands there
};

struct Judgement {
  Verdict verdict;
  Space after;
  Because because{};
  std::string allowed{};  // what the model says, as strace prints results
  std::string remark{};   // what it comes from, for people; may be empty
};

/// What mmap is given by a descriptor.
struct MappedFile {
  std::uint64_t descriptor = 0;
  std::shared_ptr<OpenFile> file{};  // nullptr: it is closed, or the log does not say what it is
  bool is_known = false;             // the log says whether it is open
};

/// Whether a call has to do with memory areas.
bool is_about_areas(std::string_view name);

/// The descriptor of an mmap that maps a file.
std::optional<std::uint64_t> descriptor_of(const Call& call);

/// Judges a call that is about areas. `file` is what its descriptor is, of mmap with one.
Judgement judge(const Space& before, const Call& call, const MappedFile& file);

}  // namespace refmm::strace
