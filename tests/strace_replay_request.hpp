// A call of a log that the model has, as the model takes it, with what the log says came of it.
#pragma once

#include <refmm/spec/since.hpp>
#include <refmm/tests/strace_replay_judge.hpp>

#include <optional>
#include <string>

namespace refmm::strace {

struct Request {
  since::Command<Native> command{};
  std::string answer{};           // as since::notation prints results
  std::optional<Native> value{};  // if it is no error
  std::string error{};            // `ENOMEM`, if it is one
  MappedFile file{};
  bool maps_file = false;
  std::optional<Range> source{};    // what must be mapped for it to succeed
  std::optional<Range> target{};    // what must be free
  std::optional<Range> replaced{};  // what is mapped afterwards, or not mapped, whatever was there
  bool locks = false;               // it needs the right to lock memory
};

/// A call with a result; nothing of one that the model does not have, or not with these flags.
std::optional<Request> request_of(const Space& space, const Call& call, const MappedFile& file);

/// The ranges that a call names, whether the model has it or not: what may have changed if the result is not known.
std::vector<Range> named_ranges(const Call& call);

/// What is known behind a call that the model does not have. The verdict is not_modelled.
Judgement pass_over(Space space, const Call& call);

/// What is known behind a call without a result, which may have done all that it could. The verdict is no_result.
Judgement without_result(Space space, const Call& call);

/// The number of an argument; nothing where there is none.
std::optional<Native> argument(const Call& call, std::size_t index);

/// Those, and the one that its result is.
std::vector<Range> ranges_of(const Call& call);

/// From `begin`, `length` bytes, both rounded to pages as the kernel does; cut at the end of all addresses.
Range pages(Native begin, Native length);

}  // namespace refmm::strace
