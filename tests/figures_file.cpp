#include <refmm/tests/figures_file.hpp>

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace refmm {
namespace {

std::string model_of_processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

std::string kernel() {
  utsname names{};
  if (uname(&names) != 0) return "unknown kernel";
  // The version of the kernel, without what its packagers call it.
  const std::string release = names.release;
  const std::size_t second_dot = release.find('.', release.find('.') + 1);
  return fmt::format("{} {} on {}", names.sysname, release.substr(0, second_dot), names.machine);
}

}  // namespace

std::string machine_of_host() {
  return fmt::format("{} x {}, {}", sysconf(_SC_NPROCESSORS_ONLN), model_of_processor(), kernel());
}

std::string name_of_figure(std::string name) {
  for (char& letter : name) {
    const bool is_capital = letter >= 'A' && letter <= 'Z';
    const bool stays = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
    if (is_capital) {
      letter = static_cast<char>(letter - 'A' + 'a');
    } else if (!stays) {
      letter = '_';
    }
  }
  return name;
}

void Figures::add(const std::string& name, double value, int decimals) {
  if (decimals == 0)
    figures_[name] = std::llround(value);
  else
    figures_[name] = fmt::format("{:.{}f}", value, decimals);
}

void Figures::add_picture(const std::string& name, const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!lines.empty() || !line.empty()) lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  pictures_[name] = lines;
}

void Figures::write(const std::filesystem::path& file, int argc, const char* const* argv) const {
  std::string command = "build/release/bin/" + std::filesystem::path(argv[0]).filename().string();
  for (int i = 1; i < argc; ++i) command += std::string(" ") + argv[i];
  const nlohmann::ordered_json written{
      {"command", command}, {"machine", machine_of_host()}, {"figures", figures_}, {"pictures", pictures_}};
  std::ofstream stream(file);
  stream << written.dump(2) << '\n';
  if (!stream.flush()) throw std::runtime_error(fmt::format("{} cannot be written", file.string()));
}

}  // namespace refmm
