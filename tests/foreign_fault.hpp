// The memory of somebody else's processes (spec/subject_fault.h) as a subject: like tests/foreign_slab.hpp. Areas are the model's business;
// what each page of a process is mapped to the subject is told, and what processes read and write is compared.
#pragma once

#include <refmm/spec/map.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/subject.h>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/fault_subject.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace refmm::foreign {

class ForeignFault final : public FaultSubject, public MayComplain {
 public:
  using W = std::uint32_t;
  using Result = FaultFamily::Result;
  using Mappings = std::vector<refmm_fault_mapping>;  // of one process, ascending

  explicit ForeignFault(const struct refmm_fault_subject& table);
  ~ForeignFault() { leave(); }

  void reset(const FaultFamily::Boot& boot) override;
  Answer apply(const FaultFamily::Command& command) override;
  void observe(FaultFamily::State& seen) const override { seen = state_; }
  void leave() override;
  bool takes_part() const override { return !is_left_out_; }

 private:
  struct Disk : refmm_fault_disk {
    ForeignFault* owner;
  };
  enum class Mode { user, kernel };

  // ---- Commands, after what is mapped has been brought up to date: each is told what the model answers ----
  Result run(const process::OfProcess<W>& command, const Result& model);
  Result run(const process::SwapOut<W>& command, const Result& model);
  Result run(const process::Reclaim& command, const Result& model);
  // The swap area itself, and failures of the layers below, are the model's alone.
  Result run(const process::Swapoff&, const Result& model) { return model; }
  Result run(const process::Swapon&, const Result& model) { return model; }
  Result run(const process::Set<W>&, const Result& model) { return model; }

  // ---- Calls of a process ----
  Result call(W pid, const process::Load<W>& load, const Result& model);
  Result call(W pid, const process::Store<W>& store, const Result& model);
  Result call(W pid, const process::GetUser<W>& get, const Result& model);
  Result call(W pid, const process::PutUser<W>& put, const Result& model);
  Result call(W pid, const process::Peek<W>& peek, const Result& model);
  Result call(W pid, const process::Poke<W>& poke, const Result& model);
  Result call(W pid, const process::Pread<W>& read, const Result& model);
  Result call(W pid, const process::Pwrite<W>& write, const Result& model);
  Result call(W pid, const process::Truncate<W>& truncate, const Result& model);
  Result call(W pid, const process::Madvise<W>& advice, const Result& model);
  // What these change of areas the subject has been told.
  Result call(W, const vma::Mmap<W>&, const Result& model) { return model; }
  Result call(W, const vma::Munmap<W>&, const Result& model) { return model; }
  Result call(W, const vma::Mprotect<W>&, const Result& model) { return model; }
  Result call(W, const vma::Brk<W>&, const Result& model) { return model; }
  Result call(W, const vma::Mremap<W>&, const Result& model) { return model; }
  Result call(W, const process::Fork&, const Result& model) { return model; }
  Result call(W, const process::Exit&, const Result& model) { return model; }
  // No byte that a process sees depends on these, except for copies that are made (follow_copies).
  Result call(W, const vma::Mlock<W>&, const Result& model) { return model; }
  Result call(W, const vma::Munlock<W>&, const Result& model) { return model; }
  Result call(W, const vma::Mlockall<W>&, const Result& model) { return model; }
  Result call(W, const vma::Munlockall&, const Result& model) { return model; }
  Result call(W, const process::Msync<W>&, const Result& model) { return model; }
  Result call(W, const vma::Open&, const Result& model) { return model; }
  Result call(W, const process::Esp<W>&, const Result& model) { return model; }
  Result call(W, const process::MapKiobuf<W>&, const Result& model) { return model; }
  Result call(W, const process::UnmapKiobuf&, const Result& model) { return model; }

  Result load(W pid, W addr, Mode mode, const Result& model);
  Result store(W pid, W addr, W byte, Mode mode, const Result& model);
  Result copied(std::uint32_t returned, const Result& model) const;
  bool goes_on_without(const FaultFamily::Command& command, const Answer& answer) const;

  // ---- Mappings (tests/foreign_fault_mappings.cpp) ----
  std::optional<Result> follow_call(const process::OfProcess<W>& command, const Result& model);
  void follow_processes();
  void follow_areas(W pid, const Mappings& wanted);
  void follow_copies(W pid);
  bool is_copy(W pid, W addr, W pte) const;
  void unmap(W pid, W start, W end);
  bool move(W pid, W start, W end, W to);
  Mappings mappings_of(const process::Process<W>& process) const;
  const vma::Area<W>* area_at(W pid, W addr) const;
  bool has_process(W pid) const { return mapped_.contains(pid); }
  void demand(std::uint32_t error, const std::string& call);

  // ---- What the subject calls ----
  void read_page(W file, W page, std::uint8_t* bytes) const;
  void write_page(W file, W page, const std::uint8_t* bytes);

  W page_size() const { return boot_.kernel.machine().page_size; }

  struct refmm_fault_subject table_;
  Disk disk_{};
  void* machine_ = nullptr;
  FaultFamily::Boot boot_{};
  FaultFamily::State state_{};
  std::optional<Result> end_{};
  bool has_failure_ = false;                        // in a layer below, in this command
  bool is_left_out_ = false;                        // the rest of the session is the model's alone
  std::map<W, Mappings> mapped_{};                  // what the subject has been told, by process
  std::map<W, Map<W, fault::Bytes<W>>> on_disk_{};  // by file
};

}  // namespace refmm::foreign
