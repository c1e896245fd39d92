// Compiled twice: plain, and with REFMM_MUTANTS.
#include <refmm/impl/buddy.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/buddy_subject.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::inline REFMM_BUILD {
namespace {

using W = std::uint32_t;

/// Keeps a record of what changes.
struct RecordedZone {
  using Word = W;
  static constexpr bool sees_each_step = true;

  void unlink(std::uint32_t order, W pfn) { effects.push_back(buddy::Unlink<W>{order, pfn}); }
  void link(std::uint32_t order, W pfn) { effects.push_back(buddy::Link<W>{order, pfn}); }
  void flip(std::uint32_t order, W bit) { effects.push_back(buddy::Flip<W>{order, bit}); }

  std::vector<buddy::Effect<W>> take_effects() { return std::exchange(effects, {}); }

  std::vector<buddy::Effect<W>> effects{};
};

struct SilentZone : impl::UnobservedZone<W> {
  std::vector<buddy::Effect<W>> take_effects() { return {}; }
};

template <class Observer>
class BuddyImplementation final : public BuddySubject {
 public:
  void reset(const BuddyFamily::Boot& boot) override {
    ended_.reset();
    zone_.emplace(boot.kernel.machine, boot.zone_start, boot.zone_pages);
    if (boot.free == buddy::AtBoot::boot) zone_->free_all_bootmem(boot.bootmap, boot.reserved);
    zone_->observer().take_effects();
  }

  Answer apply(const BuddyFamily::Command& command) override {
    if (ended_) return {buddy::Refused{*ended_}, {}};
    BuddyFamily::Result result = std::visit([this](const auto& c) { return this->run(c); }, command);
    std::vector<buddy::Effect<W>> effects = zone_->observer().take_effects();
    const auto* refused = std::get_if<buddy::Refused>(&result);
    if (refused != nullptr && buddy::ends_everything(refused->refusal)) {
      ended_ = refused->refusal;
      effects.clear();  // of the frames that were given before the one that was not
    }
    return {std::move(result), std::move(effects)};
  }

  void observe(BuddyFamily::State& seen) const override {
    seen.zone_start = zone_->zone_start();
    seen.zone_pages = zone_->zone_pages();
    seen.free_pages = zone_->free_pages_count();
    seen.damaged.clear();
    seen.free_area.resize(zone_->orders());
    for (std::uint32_t order = 0; order < zone_->orders(); ++order) observe(order, seen.free_area[order]);
    seen.pages.resize(seen.zone_pages);
    for (W position = 0; position < seen.zone_pages; ++position)
      seen.pages[position] = zone_->page(seen.zone_start + position);
  }

 private:
  // ---- Commands ----

  BuddyFamily::Result nothing_or_refusal(bool done) const {
    if (done) return buddy::Nothing{};
    return buddy::Refused{zone_->refusal()};
  }

  BuddyFamily::Result run(const buddy::AllocPages& c) {
    const std::optional<W> pfn = zone_->alloc_pages(c.order);
    if (!pfn) return buddy::Refused{zone_->refusal()};
    return buddy::Frame<W>{*pfn};
  }
  BuddyFamily::Result run(const buddy::FreePages<W>& c) {
    return nothing_or_refusal(zone_->free_pages(c.pfn, c.order));
  }
  BuddyFamily::Result run(const buddy::FreePagesOk<W>& c) {
    return nothing_or_refusal(zone_->free_pages_ok(c.pfn, c.order));
  }
  BuddyFamily::Result run(const buddy::BootFree<W>& c) {
    return nothing_or_refusal(zone_->boot_free(c.frames.first, c.frames.last));
  }
  BuddyFamily::Result run(const buddy::GetPage<W>& c) {
    zone_->get_page(c.pfn);
    return buddy::Nothing{};
  }
  BuddyFamily::Result run(const buddy::MarkPage<W>& c) {
    zone_->mark(c.pfn, c.mark);
    return buddy::Nothing{};
  }
  BuddyFamily::Result run(const buddy::UnmarkPage<W>& c) {
    zone_->unmark(c.pfn, c.mark);
    return buddy::Nothing{};
  }

  // ---- Observation: into whatever was seen before, so that its memory is used again ----

  void observe(std::uint32_t order, buddy::FreeArea<W>& seen) const {
    // A list of more blocks than there are frames does not end.
    seen.free_list.clear();
    zone_->for_free_blocks(order, [&](W pfn) {
      seen.free_list.push_back(pfn);
      return seen.free_list.size() <= zone_->zone_pages();
    });
    seen.map.clear();
    const std::uint64_t pair = std::uint64_t{2} << order;
    for (std::uint64_t position = 0; position < zone_->zone_pages(); position += pair) {
      if (zone_->pair(order, zone_->zone_start() + static_cast<W>(position)))
        seen.map.push_back(static_cast<W>(position >> (order + 1)));
    }
  }

  std::optional<impl::BuddyAllocator<Observer>> zone_;
  std::optional<buddy::Refusal> ended_;
};

}  // namespace
}  // namespace refmm::inline REFMM_BUILD

namespace refmm {

#ifdef REFMM_MUTANTS
std::unique_ptr<BuddySubject> make_mutable_buddy_implementation() {
  return std::make_unique<BuddyImplementation<RecordedZone>>();
}
#else
std::unique_ptr<BuddySubject> make_buddy_implementation() {
  return std::make_unique<BuddyImplementation<RecordedZone>>();
}
std::unique_ptr<BuddySubject> make_unobserved_buddy_implementation() {
  return std::make_unique<BuddyImplementation<SilentZone>>();
}
#endif

}  // namespace refmm
