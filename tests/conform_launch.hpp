// How the program that carries out calls is started, and why it cannot be on some machines.
#pragma once

#include <refmm/tests/conform_calls.hpp>
#include <refmm/tests/conform_descriptor.hpp>
#include <refmm/tests/conform_protocol.h>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace refmm::conform {

/// Why this machine, or the sandbox on it, has no agent: a sentence for people.
struct Refusal {
  std::string why;
};

/// How an agent ended. `number` is the status that it exited with, or the signal that killed it.
struct End {
  enum class How : std::uint8_t { exited, killed, hung };
  How how;
  int number;
  friend bool operator==(const End&, const End&) = default;
};

/// "killed by signal 11 (Segmentation fault)"
std::string in_words(const End& end);

/// A child process; killed and waited for with its owner.
class Child {
 public:
  Child() = default;
  explicit Child(pid_t process) : process_(process) {}
  Child(Child&& other) noexcept : process_(std::exchange(other.process_, 0)) {}
  Child& operator=(Child&& other) noexcept {
    std::swap(process_, other.process_);
    return *this;
  }
  ~Child();

  pid_t process() const { return process_; }

  /// Waits for it to end; one that does not within `patience` is killed, and has hung.
  End wait(std::chrono::milliseconds patience);

  /// Ends it at once.
  void kill();

 private:
  pid_t process_ = 0;
};

/// A process that was started, and the socket that it listens at the other end of.
struct Launched {
  Child child;
  Descriptor channel;
};

/// Starts the image, without randomness in its addresses, with the layout of old (mappings from the bottom up), with no descriptor but
/// the channel and with no core to be left. The stack may have `stack` bytes. For `patience` see connected.
std::variant<Launched, Refusal> launch(Bits bits, std::uint64_t stack, std::chrono::milliseconds patience);

/// Two sockets connected to each other. What is received at the first is waited for for `patience`. Throws std::system_error.
std::pair<Descriptor, Descriptor> connected(std::chrono::milliseconds patience);

}  // namespace refmm::conform
