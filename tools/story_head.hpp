// What a counterexample says of itself: the comments around its calls (tests/check_counterexample.hpp).
#pragma once

#include <refmm/spec/transcript.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::story {

struct Head {
  std::vector<std::string> sentences{};         // the comments before the first boot, without `#`
  std::map<std::string, std::string> fields{};  // clause, law, field, decided, replay
  std::vector<std::string> found{};             // the lines with `# !`: what the subject did

  /// The field called `name`, or an empty text.
  std::string field(const std::string& name) const;
  /// True if the file says what a subject did wrong.
  bool is_of_counterexample() const { return fields.contains("clause") && fields.contains("replay"); }
};

Head read_head(const transcript::File& file);

/// The value of an option in a command: `impl` of `--subject` in `refmm run a.mmt --subject impl`.
std::optional<std::string> option_in(std::string_view command, std::string_view option);

}  // namespace refmm::story
