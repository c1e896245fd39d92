// What differs between a subject and the reference, in words.
#pragma once

#include <refmm/spec/difference.hpp>

#include <string>
#include <vector>

namespace refmm {

/// What one side answered, as transcripts write it.
struct Answered {
  std::string result{};  // empty of a call without a result
  std::vector<std::string> effects{};
};

/// A difference as transcripts write it, where it is of a whole result or a whole effect; or else as it is.
Difference in_notation(const Difference& difference, const Answered& reference, const Answered& subject);

/// Words of `PLACE is X in the reference, Y in the subject`.
std::vector<std::string> in_words(const std::string& place, const Difference& difference);

}  // namespace refmm
