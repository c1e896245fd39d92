#include <refmm/tests/fuzz_laws.hpp>

#include <fmt/format.h>

#include <exception>

namespace refmm {

Fuzzing fuzz(const FuzzedLaw& law, std::span<const std::uint8_t> bytes) {
  using Verdict = Fuzzing::Verdict;
  FuzzedWorld world(bytes);
  Fuzzing fuzzing;
  try {
    fuzzing.verdict = law.claim(world) ? Verdict::held : Verdict::broken;
  } catch (const FuzzedWorld::Discarded&) {
    fuzzing.verdict = Verdict::discarded;
  } catch (const std::exception& error) {
    fuzzing.verdict = Verdict::broken;
    fuzzing.complaint = error.what();
  }
  fuzzing.inputs = world.inputs();
  return fuzzing;
}

std::string to_text(const FuzzedLaw& law, const Fuzzing& fuzzing) {
  if (fuzzing.verdict != Fuzzing::Verdict::broken) return "";
  const std::string why = fuzzing.complaint.empty() ? "" : fmt::format("\nIt threw: {}", fuzzing.complaint);
  return fmt::format("{} [{}] is broken.{}\nholds_for(law, subject, {}) is false.", law.name, law.clause->name,
                     why, to_example(fuzzing.inputs));
}

FuzzTarget target_of(std::string_view family, const FuzzedLaw& law) {
  return {fmt::format("{}-{}", family, law.name), fmt::format("[{}]", law.clause->name),
          [law](std::span<const std::uint8_t> bytes) { return to_text(law, fuzz(law, bytes)); }};
}

}  // namespace refmm
