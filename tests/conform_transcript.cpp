#include <refmm/model/since_memory.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/since_transcript.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/conform_transcript.hpp>

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace refmm::conform {
namespace {

std::string_view mode_of(std::uint32_t f_mode) {
  if (f_mode == (vma::FMODE_READ | vma::FMODE_WRITE)) return "O_RDWR";
  return f_mode == vma::FMODE_WRITE ? "O_WRONLY" : "O_RDONLY";
}

/// True if a step maps a file, and so needs the descriptors of a session.
bool maps_a_file(const SessionStep& step) {
  const auto* command = std::get_if<since::Command<Native>>(&step.command);
  const auto* mmap = command ? std::get_if<vma::Mmap<Native>>(command) : nullptr;
  return mmap && (mmap->flags & vma::MAP_ANONYMOUS) == 0;
}

std::string call_of(const SessionStep& step) {
  const std::string call = since::notation(step.command);
  return step.process == 0 ? call : fmt::format("[pid {}] {}", step.process + 1, call);
}

}  // namespace

Scripted session_of(const transcript::File& file) {
  Scripted scripted;
  since::Boot<Native> boot{};
  since::World<Native> world{};
  for (const transcript::Line& line : file.lines) {
    if (const auto* begin = std::get_if<transcript::Boot>(&line.content)) {
      boot = since::read_boot(*file.source, line, *begin);
      world = model::boot<Native>(boot);
      scripted = {};
      scripted.session.bits = boot.bits == 32 ? Bits::of_32 : Bits::of_64;
      scripted.session.limits.locked = boot.rlimit_memlock / 4096;
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      const since::ProcessCommand<Native> command = since::read_call(*file.source, *call, world);
      auto step = model::step<Native>(boot.kernel, std::move(world), command.process, command.command);
      world = std::move(step.world);
      scripted.session.steps.push_back({command.process, command.command});
      scripted.results.push_back(since::notation(step.result));
    }
  }
  return scripted;
}

std::string transcript_of(const Shown& shown) {
  const Session& session = shown.session;
  std::string text =
      fmt::format("boot family=since era={} bits={} rlimit_memlock={:#x}\n", since::notation(running_version()),
                  static_cast<unsigned>(session.bits), session.limits.locked * 4096);
  if (session.limits.address_space)
    text += fmt::format("# RLIMIT_AS: {} pages beyond the program\n", *session.limits.address_space);
  if (session.limits.data)
    text += fmt::format("# RLIMIT_DATA: {} pages beyond the program\n", *session.limits.data);
  if (std::ranges::any_of(session.steps, maps_a_file)) {
    for (const SessionDescriptor& descriptor : session_descriptors)
      text +=
          fmt::format("open(\"{}\", {}) = {}\n", descriptor.file, mode_of(descriptor.f_mode), descriptor.number);
  }
  auto started = SideBySide::start(session);
  auto* both = std::get_if<SideBySide>(&started);
  for (std::size_t at = 0; at < session.steps.size(); ++at) {
    text += call_of(session.steps[at]);
    if (both) {
      auto compared = both->carry_out(session.steps[at]);
      if (const auto* agreed = std::get_if<Compared>(&compared)) text += " = " + agreed->result;
    }
    text += '\n';
  }
  const Difference& difference = shown.difference;
  text += fmt::format("# {}:\n#   refmm:  {}\n#   kernel: {}\n# because", difference.field, difference.expected,
                      difference.found);
  for (const ClauseRef clause : difference.because) text += fmt::format(" [{}]", clause->name);
  return text + '\n';
}

}  // namespace refmm::conform
