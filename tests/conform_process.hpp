// A process in which the running kernel carries out memory calls, and all of it that can be seen from outside.
//
// The process is a program of its own (conform_agent.c), of 32 or of 64 bits, which has nothing but its image, a stack that it does not
// use and the vdso. Calls may do with the address space what they like as long as they leave alone its image and descriptor
// REFMM_CONFORM_CHANNEL. If it ends all the same, or does not answer, that is a result: answers are empty from then on, and end() tells.
// It ends with the thread that started it.
//
// Each call waits for another process twice. Where both share a processor (sched_setaffinity before agents are started, which inherit it)
// that can be several times as fast as from one processor to another.
#pragma once

#include <refmm/tests/conform_areas.hpp>
#include <refmm/tests/conform_calls.hpp>
#include <refmm/tests/conform_descriptor.hpp>
#include <refmm/tests/conform_file.hpp>
#include <refmm/tests/conform_launch.hpp>
#include <refmm/tests/conform_protocol.h>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::conform {

/// What a process may have, in bytes; `unlimited` is no limit. Without a value the limit is that of the tester.
inline constexpr std::uint64_t unlimited = ~std::uint64_t{0};
struct Limits {
  std::uint64_t stack = std::uint64_t{8} << 20;
  std::optional<std::uint64_t> address_space{};  // RLIMIT_AS
  std::optional<std::uint64_t> data{};           // RLIMIT_DATA
  std::optional<std::uint64_t> locked{};         // RLIMIT_MEMLOCK
};

struct Settings {
  Limits limits{};
  bool with_vdso = true;  // without it mappings begin where they begin in an empty address space
  std::chrono::milliseconds patience{2000};  // an answer that takes longer is a hang
};

/// What came of a load or a store.
struct Access {
  int signal = 0;             // SIGSEGV, SIGBUS; 0: there was none
  int code = 0;               // si_code: SEGV_MAPERR, SEGV_ACCERR, BUS_ADRERR
  std::uint64_t address = 0;  // si_addr
  std::uint8_t byte = 0;      // that was loaded
  friend bool operator==(const Access&, const Access&) = default;
};

/// A range of addresses, [start, end).
struct Range {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

class Agent {
 public:
  static std::variant<Agent, Refusal> start(Bits bits, const Settings& settings = {});
  Agent(Agent&&) noexcept;
  Agent& operator=(Agent&&) noexcept;
  /// Kills it, and waits for it.
  ~Agent();

  Bits bits() const { return bits_; }
  pid_t process() const { return child_.process(); }
  /// Its own segments, which calls must leave alone.
  Range image() const { return image_; }
  /// The address of a page in the image for what calls read and write in memory.
  std::uint64_t scratch() const { return scratch_; }

  /// What the kernel returned: -errno if it failed. Addresses of 32 bits are positive. Arguments that are missing are 0; a process of
  /// 32 bits sees the lower halves of them, and of addresses.
  std::optional<std::int64_t> call(Call which, std::initializer_list<std::uint64_t> arguments);
  std::optional<std::int64_t> call(std::uint32_t number, std::initializer_list<std::uint64_t> arguments);

  std::optional<Access> load(std::uint64_t address);
  std::optional<Access> store(std::uint64_t address, std::uint8_t byte);

  /// Many requests without waiting for each answer: for speed. There are fewer answers than requests if the agent ended.
  std::vector<refmm_conform_reply> carry_out(std::span<const refmm_conform_request> requests);

  /// Forks. The child answers for itself, and outlives its parent; without one `result` is -errno.
  struct Forked;
  std::optional<Forked> fork();

  /// Opens the file for the process, as descriptor `number`. The number, or -errno.
  std::optional<std::int64_t> open(const File& file, Mode mode, int number);

  /// Has it exit.
  void exit(int status);
  /// How it ended, as far as an answer has shown it.
  const std::optional<End>& end() const { return end_; }

  /// Its areas with all that is shown of them, or as fast as can be; none if it has ended. Throw InputError for what is not understood.
  std::vector<SeenArea> areas();
  std::vector<SeenArea> maps();

  /// Its memory as a debugger sees it: that may bring in pages, as an access does. Nothing if part of it cannot be read or written.
  std::optional<std::vector<std::uint8_t>> read(std::uint64_t address, std::size_t length);
  bool write(std::uint64_t address, std::span<const std::uint8_t> bytes);

  /// Changes a limit, a constant of setrlimit: RLIMIT_AS. 0, or the number of an error.
  int limit(int resource, std::uint64_t value);

 private:
  Agent(Launched launched, Bits bits, std::chrono::milliseconds patience)
      : child_(std::move(launched.child)),
        channel_(std::move(launched.channel)),
        bits_(bits),
        patience_(patience) {}

  std::optional<Refusal> greet();
  std::optional<Refusal> open_views();
  std::optional<Refusal> set_limits(const Limits& limits);
  void unmap_vdso();
  std::optional<refmm_conform_reply> ask(const refmm_conform_request& request);
  std::optional<std::int64_t> give(const Descriptor& descriptor, int number);
  bool send(std::span<const refmm_conform_request> requests);
  bool send_descriptor(const Descriptor& descriptor);
  bool hear(void* record, std::size_t bytes);
  void has_ended();
  std::string_view view(const Descriptor& file);

  Child child_;
  Descriptor channel_;
  Descriptor maps_{};
  Descriptor smaps_{};
  Bits bits_;
  std::chrono::milliseconds patience_;
  Range image_{};
  std::uint64_t scratch_ = 0;
  std::optional<End> end_{};
  std::string text_{};  // of the last look at it
};

struct Agent::Forked {
  std::int64_t result;  // the number of the process
  std::optional<Agent> child;
};

}  // namespace refmm::conform
