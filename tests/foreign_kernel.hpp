// The kernel's own mappings of somebody else's (spec/subject_kernel.h) as a subject: like tests/foreign_slab.hpp. Areas have the
// addresses that the model has for them, wherever the subject has put them; frames have the model's numbers.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/subject.h>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/kernel_map_subject.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace refmm::foreign {

/// An area where the subject has it.
struct KernelArea {
  std::uint32_t addr = 0;               // bytes
  std::uint32_t pages = 0;              // without the guard page
  bool is_io = false, nocache = false;  // by ioremap
  std::uint32_t first_pfn = 0;          // what ioremap has mapped first
  std::vector<std::uint32_t> frames{};  // of vmalloc, page by page; empty if the subject does not show them
};

class ForeignKernel final : public KernelMapSubject, public MayComplain {
 public:
  using W = std::uint32_t;

  explicit ForeignKernel(const struct refmm_kernel_subject& table);
  ~ForeignKernel() { leave(); }

  void reset(const KernelMapFamily::Boot& boot) override;
  Answer apply(const KernelMapFamily::Command& command) override;
  void observe(KernelMapFamily::State& seen) const override { seen = state_; }
  void leave() override;

 private:
  using Result = KernelMapFamily::Result;
  using Effects = std::vector<KernelMapFamily::Effect>;

  struct Frames : refmm_kernel_frames {
    ForeignKernel* owner;
  };
  /// A high frame that somebody has an address of.
  struct Mapped {
    W addr;
    std::uint32_t users;
  };

  // ---- Commands: each is told what the model answers ----
  Result run(const kernel_map::Vmalloc<W>& command, const Result& model);
  Result run(const kernel_map::Vfree<W>& command, const Result& model);
  Result run(const kernel_map::Ioremap<W>& command, const Result& model);
  Result run(const kernel_map::Iounmap<W>& command, const Result& model);
  Result run(const kernel_map::Kmap<W>& command, const Result& model);
  Result run(const kernel_map::Kunmap<W>& command, const Result& model);
  Result run(const kernel_map::PgdAlloc& command, const Result& model);
  Result run(const kernel_map::PgdFree& command, const Result& model);
  Result run(const kernel_map::PgdFreeFast& command, const Result& model);
  Result run(const kernel_map::Touch<W>& command, const Result& model);
  // The model's alone: quick lists, which only save time, ...
  Result run(const kernel_map::PteFreeFast&, const Result& model) { return model; }
  Result run(const kernel_map::CheckPgtCache&, const Result& model) { return model; }
  // ... the user's half of directories, ...
  Result run(const kernel_map::MapUser<W>&, const Result& model) { return model; }
  Result run(const kernel_map::ClearPageTables<W>&, const Result& model) { return model; }
  // ... and the frames of others, which the subject meets in what the layer below answers.
  Result run(const kernel_map::Reserve<W>&, const Result& model) { return model; }
  Result run(const kernel_map::Unreserve<W>&, const Result& model) { return model; }
  Result run(const kernel_map::GetPage&, const Result& model) { return model; }
  Result run(const kernel_map::PutPage<W>&, const Result& model) { return model; }
  Result run(const kernel_map::SetKnobs&, const Result& model) { return model; }

  void offer_frames(const KernelMapFamily::Command& command, const Result& model, const Effects& effects);
  void free_directory(std::uint32_t number);

  // ---- Areas (tests/foreign_kernel_areas.cpp) ----
  Result judge(W returned, KernelArea area, const Result& model);
  bool is_well_placed(const KernelArea& area);
  bool has_room(W pages) const;
  bool has_frames_of_its_own(KernelArea& area);
  void free(W addr, bool by_iounmap);
  void take_away(const KernelArea& area, W offset);
  bool shows_what_it_should(const KernelArea& area, bool whole);
  bool maps_nothing(W addr, const std::string& name, const char* clause);
  bool maps(W addr, const KernelArea& area, W page);
  void look_at_areas();
  /// Where the subject has an address that the model has in the range for areas or the window; nothing if that cannot be said.
  std::optional<W> place_of(W addr) const;
  const KernelArea* area_over(W addr, W pages) const;

  // ---- What the subject calls ----
  W alloc_page(std::uint32_t kind);
  void free_page(W pfn);

  W page_size() const { return boot_.kernel.machine.page_size; }

  struct refmm_kernel_subject table_;
  Frames frames_{};
  void* kernel_ = nullptr;
  KernelMapFamily::Boot boot_{};
  KernelMapFamily::State state_{};
  std::optional<Result> end_{};
  std::map<W, KernelArea> areas_{};  // by the address that the model has
  std::map<W, Mapped> window_{};     // by frame
  std::map<std::uint32_t, void*> directories_{};
  std::set<W> taken_{};                  // frames in the subject's hands
  std::deque<W> offered_{};              // frames that the model has got in this command
  bool refuses_ = false;                 // what is asked for beyond them is refused
  std::optional<std::uint32_t> kind_{};  // that vmalloc was called with
  W substitutes_ = 0;                    // numbers behind the RAM that stand for frames that the model has not got
};

}  // namespace refmm::foreign
