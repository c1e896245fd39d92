// The memory areas of somebody else's process (spec/subject_vma.h) as a subject: like tests/foreign_slab.hpp. Areas are compared page by
// page; what the subject has no call for it is made to do by calls that it has.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/subject.h>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace refmm::foreign {

/// Pages that follow each other and are mapped alike, as far as subjects are compared.
struct MappedRange {
  std::uint32_t start, end;  // bytes
  std::uint32_t prot, file;
  std::uint32_t pgoff;  // of a file, at `start`; else 0
  friend bool operator==(const MappedRange&, const MappedRange&) = default;
};

class ForeignVma final : public VmaSubject, public MayComplain {
 public:
  using W = std::uint32_t;

  explicit ForeignVma(const struct refmm_vma_subject& table) : table_(table) {}
  ~ForeignVma() { leave(); }

  void reset(const VmaFamily::Boot& boot) override;
  Answer apply(const VmaFamily::Command& command) override;
  void observe(VmaFamily::State& seen) const override { seen = state_; }
  void leave() override;

 private:
  using Result = VmaFamily::Result;
  using Ranges = std::vector<MappedRange>;

  // ---- Commands: each is told what the model answers. Nothing for those that the subject has no call for. ----
  std::optional<Result> run(const vma::Mmap<W>& command, const Result& model);
  std::optional<Result> run(const vma::Mmap2<W>& command, const Result& model);
  std::optional<Result> run(const vma::DoMmap<W>& command, const Result& model);
  std::optional<Result> run(const vma::Munmap<W>& command, const Result& model);
  std::optional<Result> run(const vma::Mprotect<W>& command, const Result& model);
  std::optional<Result> run(const vma::Mremap<W>& command, const Result& model);
  template <class Command>
  std::optional<Result> run(const Command&, const Result&) {
    return std::nullopt;
  }

  std::optional<Result> map(W addr, W len, W prot, W flags, W pgoff, const Result& model);
  std::optional<Result> result_of(std::uint32_t returned, bool is_address, const Result& model) const;
  void follow(const Ranges& before, const Ranges& after);
  /// `decisive` is the clause that says what is at each page, where one does.
  void compare_areas(const Clause* decisive = nullptr);
  W page_size() const { return boot_.kernel.machine.page_size; }

  struct refmm_vma_subject table_;
  void* space_ = nullptr;
  VmaFamily::Boot boot_{};
  VmaFamily::State state_{};
  std::optional<Result> end_{};
};

}  // namespace refmm::foreign
