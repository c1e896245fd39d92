// A page allocator of somebody else's (spec/subject_buddy.h) as a subject: like tests/foreign_slab.hpp. One that shows its free
// lists is compared with them.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/subject.h>
#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/complaint.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace refmm::foreign {

class ForeignBuddy final : public BuddySubject, public MayComplain {
 public:
  using W = std::uint32_t;

  explicit ForeignBuddy(const struct refmm_buddy_subject& table) : table_(table) {}
  ~ForeignBuddy() { leave(); }

  void reset(const BuddyFamily::Boot& boot) override;
  Answer apply(const BuddyFamily::Command& command) override;
  void observe(BuddyFamily::State& seen) const override;
  bool shows_its_state() const override { return shows_lists(); }
  void leave() override;

 private:
  using Result = BuddyFamily::Result;
  static constexpr W nowhere = REFMM_NO_PAGE;

  bool shows_lists() const { return table_.free_list != nullptr; }
  Result alloc(std::uint32_t order, const Result& model);
  bool is_well_placed(W pfn, std::uint32_t order, const std::string& name);
  void take_into_use(W pfn, std::uint32_t order, W in_model);
  void free(W in_model, std::uint32_t order);
  std::optional<W> free_block_there_could_be(std::uint32_t order) const;
  W position(W pfn) const { return pfn - boot_.zone_start; }

  struct refmm_buddy_subject table_;
  void* zone_ = nullptr;
  BuddyFamily::Boot boot_{};
  BuddyFamily::State state_{};
  std::optional<Result> end_{};
  std::vector<bool> is_free_{};  // the allocator's frames, by position
  std::vector<W> places_{};      // where the allocator has each of the model's frames that is in use, by position
};

}  // namespace refmm::foreign
