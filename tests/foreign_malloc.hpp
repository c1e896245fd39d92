// A heap of somebody else's (spec/subject_malloc.h) as a subject: like tests/foreign_slab.hpp.
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/subject.h>
#include <refmm/tests/blocks_in_use.hpp>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/malloc_subject.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace refmm::foreign {

class ForeignMalloc final : public MallocSubject, public MayComplain {
 public:
  using W = std::uint32_t;

  explicit ForeignMalloc(const struct refmm_malloc_subject& table);
  ~ForeignMalloc();

  void reset(const MallocFamily::Boot& boot) override;
  Answer apply(const MallocFamily::Command& command) override;
  void observe(MallocFamily::State& seen) const override { seen = state_; }
  void leave() override;

 private:
  using Result = MallocFamily::Result;
  struct Memory : refmm_malloc_memory {
    ForeignMalloc* owner;
  };

  // ---- Commands: each is told what the model answers ----
  Result run(const malloc::Malloc<W>& command, const Result& model);
  Result run(const malloc::Free<W>& command, const Result& model);
  Result run(const malloc::Calloc<W>& command, const Result& model);
  Result run(const malloc::Realloc<W>& command, const Result& model);
  Result run(const malloc::Memalign<W>& command, const Result& model);
  Result run(const malloc::MallocUsableSize<W>& command, const Result& model);
  Result run(const malloc::MallocTrim<W>& command, const Result& model);
  Result run(const malloc::Sbrk<W>& command, const Result& model);
  /// What the program does to its blocks in the model it does to them here by itself: see BlocksInUse.
  template <class Command>
  Result run(const Command&, const Result& model) {
    return model;
  }

  Result judge(void* block, std::size_t bytes, std::size_t alignment, const Result& model);
  bool is_well_placed(void* block, std::size_t bytes, std::size_t alignment, const std::string& name);
  void look_at_blocks(const BlocksInUse::Block* whole = nullptr);
  void* place_of(W block) const;
  void* move_end(std::ptrdiff_t increment);

  struct refmm_malloc_subject table_;
  Memory memory_{};
  void* heap_ = nullptr;
  MallocFamily::Boot boot_{};
  MallocFamily::State state_{};
  bool no_memory_ = false;     // the kernel refuses what this command asks for
  bool takes_memory_ = false;  // the heap has asked for some
  std::optional<Result> end_{};
  std::byte *region_, *end_of_region_;
  BlocksInUse in_use_{};
  std::map<W, void*> places_{};  // of the blocks, by their addresses in the model
};

}  // namespace refmm::foreign
