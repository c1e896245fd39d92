// The beginning of an agent, up to where it can be asked and looked at; and the looking.
#include <refmm/tests/conform_process.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace refmm::conform {
namespace {

std::string what_is_known(const End& end) {
  const bool of_system_call = end == End{End::How::killed, SIGSYS};
  return in_words(end) + (of_system_call ? ": a seccomp filter forbids what it is made for" : "");
}

}  // namespace

std::variant<Agent, Refusal> Agent::start(Bits bits, const Settings& settings) {
  auto launched = launch(bits, settings.limits.stack, settings.patience);
  if (auto* const refused = std::get_if<Refusal>(&launched)) return std::move(*refused);
  Agent agent(std::move(std::get<Launched>(launched)), bits, settings.patience);
  if (auto refused = agent.greet()) return std::move(*refused);
  if (auto refused = agent.open_views()) return std::move(*refused);
  if (!settings.with_vdso) agent.unmap_vdso();
  if (auto refused = agent.set_limits(settings.limits)) return std::move(*refused);
  return agent;
}

std::optional<Refusal> Agent::greet() {
  refmm_conform_greeting greeting{};
  if (!hear(&greeting, sizeof greeting))
    return Refusal{fmt::format("the agent of {} bits ended before it could be asked anything: {}", unsigned(bits_),
                               what_is_known(*end_))};
  if (greeting.ready != REFMM_CONFORM_READY || greeting.bits != unsigned(bits_))
    return Refusal{fmt::format("the agent of {} bits does not say what it should", unsigned(bits_))};
  if (greeting.failed_result != 0)
    return Refusal{
        fmt::format("the agent cannot give up its capabilities and end with its parent: system call {}: {}",
                    greeting.failed_number, std::strerror(-greeting.failed_result))};
  image_ = {greeting.image_start, greeting.image_end};
  scratch_ = greeting.scratch;
  return std::nullopt;
}

std::optional<Refusal> Agent::open_views() {
  const auto open_view = [this](const char* name) {
    return Descriptor(::open(fmt::format("/proc/{}/{}", process(), name).c_str(), O_RDONLY | O_CLOEXEC));
  };
  maps_ = open_view("maps");
  smaps_ = open_view("smaps");
  if (!maps_ || !smaps_)
    return Refusal{
        fmt::format("the areas of a child cannot be looked at, /proc/PID/smaps: {}", std::strerror(errno))};
  return std::nullopt;
}

/// And the data that it shares with the kernel: [vvar] and its like.
void Agent::unmap_vdso() {
  for (const SeenArea& area : maps())
    if (area.path.starts_with("[v")) call(Call::munmap, {area.start, area.end - area.start});
}

std::optional<Refusal> Agent::set_limits(const Limits& limits) {
  const auto set = [this](const char* name, int resource,
                          std::optional<std::uint64_t> value) -> std::optional<Refusal> {
    const int error = value ? limit(resource, *value) : 0;
    if (error == 0) return std::nullopt;
    return Refusal{fmt::format("the limit {} of a process cannot be {}: {}", name, *value, std::strerror(error))};
  };
  if (auto refused = set("RLIMIT_MEMLOCK", RLIMIT_MEMLOCK, limits.locked)) return refused;
  if (auto refused = set("RLIMIT_DATA", RLIMIT_DATA, limits.data)) return refused;
  return set("RLIMIT_AS", RLIMIT_AS, limits.address_space);
}

/// What the file holds now, all of it: nothing of a process that has ended.
std::string_view Agent::view(const Descriptor& file) {
  std::size_t length = 0;
  for (;;) {
    if (text_.size() - length < 4096) text_.resize(text_.size() + 16384);
    const ssize_t done =
        pread(file.number(), text_.data() + length, text_.size() - length, static_cast<off_t>(length));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && errno == ESRCH) return {};
    if (done < 0)
      throw std::system_error(errno, std::generic_category(), "the areas of a process cannot be looked at");
    if (done == 0) return std::string_view(text_).substr(0, length);
    length += static_cast<std::size_t>(done);
  }
}

std::vector<SeenArea> Agent::areas() { return end_ ? std::vector<SeenArea>{} : read_smaps(view(smaps_)); }

std::vector<SeenArea> Agent::maps() { return end_ ? std::vector<SeenArea>{} : read_maps(view(maps_)); }

}  // namespace refmm::conform
