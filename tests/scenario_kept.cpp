// Figures that were kept of a run: tests/scenarios/NAME.figures.

#include <refmm/spec/json.hpp>
#include <refmm/tests/scenario_figure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace refmm::scenario {
namespace {

constexpr const char* whole_file =
    R"({"command": "build/release/bin/slab_benchmark", "machine": "two cores", "figures": {"times_malloc": "2.6"}})";

/// The place of a byte.
Position position_of(const transcript::Source& source, std::size_t byte) {
  const std::string_view before = std::string_view(source.text()).substr(0, byte);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1),
          static_cast<std::uint32_t>(before.size() - line_begin + 1)};
}

class KeptReader {
 public:
  explicit KeptReader(const transcript::Source& source) : source_(source) {}

  Kept read() const {
    const Json json = parsed();
    constexpr std::array keys{"command", "machine", "figures", "pictures"};
    for (const auto& [key, value] : json.items()) {
      if (std::ranges::find(keys, key) == keys.end())
        throw error(key, "there is no such field", "`command`, `machine`, `figures` or `pictures`", key);
    }
    Kept kept{text_in(json, "command"), text_in(json, "machine"), {}, {}};
    for (const auto& [name, value] : object_in(json, "figures").items()) {
      check_name(name);
      kept.figures.emplace(name, figure(name, value));
    }
    if (json.contains("pictures")) {
      for (const auto& [name, value] : object_in(json, "pictures").items()) {
        check_name(name);
        kept.pictures.emplace(name, lines(name, value));
      }
    }
    return kept;
  }

 private:
  Json parsed() const {
    try {
      Json json = Json::parse(source_.text());
      if (json.is_object()) return json;
    } catch (const Json::parse_error& parse_error) {
      throw source_.error({.at = position_of(source_, parse_error.byte == 0 ? 0 : parse_error.byte - 1),
                           .message = "this is not JSON",
                           .expected = "an object with the command, the machine and the figures",
                           .found = in_backticks(source_.line(
                               position_of(source_, parse_error.byte == 0 ? 0 : parse_error.byte - 1).line)),
                           .hint = whole_file});
    }
    throw source_.error({.at = {1, 1},
                         .message = "this is not an object",
                         .expected = "the command, the machine and the figures",
                         .found = in_backticks(source_.line(1)),
                         .hint = whole_file});
  }

  /// An error about the field `key`, at its name; at the beginning of the file if it is not there.
  InputError error(const std::string& key, std::string message, std::string expected,
                   const std::string& found) const {
    const std::size_t byte = source_.text().find('"' + key + '"');
    return source_.error({.at = byte == std::string::npos ? Position{1, 1} : position_of(source_, byte),
                          .message = std::move(message),
                          .expected = std::move(expected),
                          .found = in_backticks(found),
                          .hint = whole_file});
  }

  const Json& field(const Json& json, const std::string& key, const char* expected) const {
    const auto found = json.find(key);
    if (found == json.end()) throw error(key, fmt::format("the field `{}` is missing", key), expected, "nothing");
    return *found;
  }

  std::string text_in(const Json& json, const std::string& key) const {
    constexpr const char* expected = "text in quotes";
    const Json& value = field(json, key, expected);
    if (!value.is_string() || value.get<std::string>().empty())
      throw error(key, fmt::format("`{}` is not text", key), expected, value.dump());
    return value.get<std::string>();
  }

  const Json& object_in(const Json& json, const std::string& key) const {
    constexpr const char* expected = "an object, from names to values";
    const Json& value = field(json, key, expected);
    if (!value.is_object()) throw error(key, fmt::format("`{}` is not an object", key), expected, value.dump());
    return value;
  }

  void check_name(const std::string& name) const {
    if (!is_figure_name(name))
      throw error(name, "this is not the name of a figure", "small letters, digits and `_`, a letter first", name);
  }

  Figure figure(const std::string& name, const Json& value) const {
    if (value.is_number_integer()) return figure_of(value.get<std::int64_t>());
    if (value.is_string() && !value.get<std::string>().empty()) return figure_of(value.get<std::string>());
    throw error(name, "this is not a figure", "a whole number, or text in quotes as it is to be read",
                value.dump());
  }

  std::vector<std::string> lines(const std::string& name, const Json& value) const {
    const bool are_lines =
        value.is_array() && std::ranges::all_of(value, [](const Json& line) { return line.is_string(); });
    if (!are_lines) throw error(name, "this is not a picture", "its lines, an array of texts", value.dump());
    return value.get<std::vector<std::string>>();
  }

  const transcript::Source& source_;
};

}  // namespace

Kept read_kept(const transcript::Source& source) { return KeptReader(source).read(); }

}  // namespace refmm::scenario
