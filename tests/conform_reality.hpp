// The running kernel's side of a session: its processes, and what they see, in the words of the model.
#pragma once

#include <refmm/spec/since.hpp>
#include <refmm/tests/conform_process.hpp>
#include <refmm/tests/conform_session.hpp>

#include <cstdint>
#include <list>
#include <string>
#include <variant>
#include <vector>

namespace refmm::conform {

/// Where the heap of a process is, beside where a transcript has it.
struct HeapShift {
  Native here = 0, there = 0;

  since::WorldCommand<Native> to_there(since::WorldCommand<Native> command) const;
  since::WorldResult<Native> to_here(since::WorldResult<Native> result) const;
  since::State<Native> to_here(since::State<Native> state) const;
};

class Reality {
 public:
  /// Processes and files for a session, or why there are none on this machine.
  static std::variant<Reality, Refusal> start(Bits bits, const SessionLimits& limits);

  /// One process for a transcript: without files, and with what it may have as the transcript says.
  static std::variant<Reality, Refusal> bare(const since::Boot<Native>& boot);

  /// The model of the kernel at hand, and of its address space at the start.
  since::KernelOf<Native> kernel() const { return kernel_; }
  const since::World<Native>& world() const { return world_; }
  /// The addresses of the program that carries out the calls.
  Range image() const { return agents_.front().image(); }

  /// Has a process carry out a call. What came of it, as since::notation writes it; how the process ended, if it did.
  std::string carry_out(std::size_t process, const since::WorldCommand<Native>& command);

  /// Of a transcript: where its heap is; and what is seen of all processes, without the program that carries out the calls.
  const HeapShift& heap() const { return heap_; }
  since::World<Native> observed();

  /// The areas of a process, as since::areas_notation writes them.
  std::vector<std::string> areas(std::size_t process);

 private:
  std::string answer(Agent& agent, const since::Command<Native>& command);
  std::string in_words(Agent& agent, std::optional<std::int64_t> result, bool is_address);
  std::string open(Agent& agent, const vma::Open& call);
  void survey();
  void limit(const SessionLimits& limits);

  Bits bits_ = Bits::of_64;
  HeapShift heap_{};
  std::vector<std::pair<Name, File>> files_{};
  std::vector<std::int32_t> descriptors_{};  // that are open, of transcripts
  std::vector<Agent> agents_{};
  since::KernelOf<Native> kernel_{};
  since::World<Native> world_{};
};

}  // namespace refmm::conform
