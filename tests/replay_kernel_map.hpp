// The notation of the kernel family, as replaying needs it. Part of replay.hpp.
#pragma once

#include <refmm/spec/difference.hpp>
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_picture.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_notation.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace refmm::replay {

template <>
struct NotationOf<KernelMapFamily> {
  static constexpr const char* what_fits = "RAM and a kernel's half that fit into the machine";
  /// Which frames and addresses there are depends on the machine. While the corrected kernel goes its own way, it gives callers
  /// other frames than 2.4.0 did: these are they, by those of the recording; nothing where it gave none.
  struct Memory {
    explicit Memory(const KernelMapFamily::Boot& of) : boot(of) {}
    KernelMapFamily::Boot boot;
    std::map<std::uint32_t, std::optional<std::uint32_t>> frames{};
  };
  using Question = kernel_map::Question;
  struct BootLine {
    KernelMapFamily::Boot boot;
    bool all_effects;
  };

  static BootLine read_boot(const transcript::Source& source, const transcript::Line& line,
                            const transcript::Boot& boot);
  static KernelMapFamily::Command read_set(const transcript::Source& source, const transcript::Line& line,
                                           const transcript::Set& set);
  static KernelMapFamily::Command read_call(const transcript::Source& source, const transcript::Call& call,
                                            const KernelMapFamily::State& now, const Memory& memory);
  static std::string read_result(const transcript::Source& source, const KernelMapFamily::Command& command,
                                 const transcript::Result& result);
  static KernelMapFamily::Effect read_effect(const transcript::Source& source, const transcript::Call& effect);
  static Question read_query(const transcript::Source& source, const transcript::Query& query,
                             const KernelMapFamily::State& now, const Memory& memory);

  static void remember(Memory&, const KernelMapFamily::Command&, const KernelMapFamily::Result&, Position) {}
  static bool returns_something(const KernelMapFamily::Command& command);

  static std::string notation(const KernelMapFamily::Command& command, const KernelMapFamily::Result& result);
  static std::string notation(const KernelMapFamily::Effect& effect);
  static std::vector<std::string> answer(const Question& question, const KernelMapFamily::State& state);
  static std::vector<transcript::Argument> values_of_result(const std::string& result);
  static Difference field_of_results(const std::string& expected, const std::string& found);

  static Subject<KernelMapFamily>* subject(const Options& options) { return options.implementation.kernel_map; }
  static std::optional<KernelMapFamily::Boot> corrected(const KernelMapFamily::Boot& boot);
  static bool same(const KernelMapFamily::State& one, const KernelMapFamily::State& other);
  /// A frame that a recording gives back, or maps, is the one that the corrected kernel has given in its place.
  static KernelMapFamily::Command for_corrected(const KernelMapFamily::Command& command, const Memory& memory);
  static void remember_corrected(Memory& memory, const KernelMapFamily::Command& command,
                                 const KernelMapFamily::Result& as_built,
                                 const KernelMapFamily::Result& corrected);
  static void forget_corrected(Memory& memory) { memory.frames.clear(); }
  static bool shows_lookup(const Question&) { return false; }
  static KernelMapFamily::State with_lookup_of(const KernelMapFamily::State&, KernelMapFamily::State seen) {
    return seen;
  }

  static constexpr std::span<const to_scale::Ink> inks = kernel_map::picture_inks;
  static std::vector<std::string> picture(const KernelMapFamily::State& state, const KernelMapFamily::Boot& boot);
  static bool draws(const Question& question);
};

}  // namespace refmm::replay
