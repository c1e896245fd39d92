// Figures that a benchmark measured, as a file that the pages of the book quote.
//
// {"command": how to measure them again, "machine": where they were measured, "figures": {name: value, ...},
//  "pictures": {name: [line, ...], ...}}
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace refmm {

/// What was measured, under names of small letters, digits and `_`; in the order in which it was added.
class Figures {
 public:
  /// A number as it is to be read, with so many decimals.
  void add(const std::string& name, double value, int decimals);
  /// A table or the like, as it was printed; blank lines at its ends are left out.
  void add_picture(const std::string& name, const std::string& text);

  /// Replaces the file. The command is the program under build/release/bin with its arguments. Throws std::runtime_error if the file
  /// cannot be written.
  void write(const std::filesystem::path& file, int argc, const char* const* argv) const;

 private:
  nlohmann::ordered_json figures_ = nlohmann::ordered_json::object();
  nlohmann::ordered_json pictures_ = nlohmann::ordered_json::object();
};

/// The name of a figure that is made of other names: letters, made small, and digits; all else as `_`.
std::string name_of_figure(std::string name);

/// The host's processors and kernel in a line: "2 x Intel(R) Core(TM) i7, 64-bit Linux 6.1"; "unknown" for what it does not say.
std::string machine_of_host();

}  // namespace refmm
