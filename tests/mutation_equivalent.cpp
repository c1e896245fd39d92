#include <refmm/spec/diagnostic.hpp>
#include <refmm/tests/mutation_equivalent.hpp>

#include <charconv>
#include <tuple>

namespace refmm::mutation {

namespace {

constexpr std::string_view bar = " | ", arrow = " => ", dash = "- ";

/// Takes "(2)" off the end of a mutation.
std::optional<unsigned> take_which(std::string& mutation) {
  const std::size_t open = mutation.rfind(" (");
  if (open == std::string::npos || mutation.back() != ')') return std::nullopt;
  unsigned which = 0;
  const char* const last = mutation.data() + mutation.size() - 1;
  const auto read = std::from_chars(mutation.data() + open + 2, last, which);
  if (read.ec != std::errc() || read.ptr != last) return std::nullopt;
  mutation.resize(open);
  return which;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  std::vector<Equivalent> read() {
    std::vector<Equivalent> all;
    while (next_line()) {
      if (line_.empty() || line_.starts_with('#')) continue;
      read_entry(all);
    }
    return all;
  }

 private:
  bool next_line() {
    if (text_.empty()) return false;
    const std::size_t end = text_.find('\n');
    line_ = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    ++number_;
    return true;
  }

  void read_entry(std::vector<Equivalent>& all) {
    const std::size_t place = line_.find(bar);
    if (place == std::string_view::npos) fail("FILE | THE LINE THAT STANDS THERE");
    const std::string file(line_.substr(0, place)), text(line_.substr(place + bar.size()));
    const std::size_t first = all.size();
    std::string reason;
    while (next_line() && !line_.empty()) {
      if (line_.starts_with(dash)) {
        std::string mutation(line_.substr(dash.size()));
        if (mutation.find(arrow) == std::string::npos) fail("- BEFORE => AFTER");
        const auto which = take_which(mutation);
        all.push_back({number_, file, text, mutation, which, {}});
      } else {
        reason += (reason.empty() ? "" : " ") + std::string(line_);
      }
    }
    if (all.size() == first) fail("- BEFORE => AFTER below the line of source");
    if (reason.empty()) fail("the reason");
    for (std::size_t i = first; i < all.size(); ++i) all[i].reason = reason;
  }

  [[noreturn]] void fail(const std::string& expected) const {
    throw InputError({.file = name_,
                      .at = {number_, 1},
                      .message = "this entry is not complete",
                      .expected = expected,
                      .found = line_.empty() ? "a blank line or the end" : in_backticks(line_),
                      .source_line = std::string(line_)});
  }

  std::string_view text_;
  const std::string& name_;
  std::string_view line_{};
  std::uint32_t number_ = 0;
};

}  // namespace

std::vector<Equivalent> read_equivalents(std::string_view text, const std::string& name) {
  return Reader(text, name).read();
}

std::string in_words(const Mutation& mutation) {
  return std::string(mutation.before) + std::string(arrow) +
         std::string(mutation.after.empty() ? "nothing" : mutation.after);
}

Matched match(std::span<const Mutation> mutations, const std::vector<Equivalent>& equivalents) {
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<const Mutation*>> by_what_stands_there;
  for (const Mutation& each : mutations)
    by_what_stands_there[{std::string(each.file), std::string(each.text), in_words(each)}].push_back(&each);
  Matched matched;
  for (const Equivalent& each : equivalents) {
    const auto found = by_what_stands_there.find({each.file, each.text, each.mutation});
    if (found == by_what_stands_there.end() ||
        (each.which && (*each.which == 0 || *each.which > found->second.size()))) {
      matched.unmatched.push_back(&each);
      continue;
    }
    for (std::size_t i = 0; i < found->second.size(); ++i)
      if (!each.which || *each.which == i + 1) matched.reasons[found->second[i]->number] = &each;
  }
  return matched;
}

}  // namespace refmm::mutation
