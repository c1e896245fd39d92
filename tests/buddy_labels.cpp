// What sessions of the page allocator are counted by.
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_labels.hpp>

#include <cstdint>
#include <variant>

namespace refmm {

namespace {

using namespace buddy;
using W = std::uint32_t;
using Call = Carried<BuddyFamily>;

bool is_refused(const Call& carried) { return std::holds_alternative<Refused>(carried.result); }

bool takes_order(const Call& carried, std::uint32_t order) {
  const auto* alloc = std::get_if<AllocPages>(&carried.command);
  return alloc && alloc->order == order && !is_refused(carried);
}

std::size_t free_blocks(const State<W>& state) {
  std::size_t blocks = 0;
  for (const FreeArea<W>& area : state.free_area) blocks += area.free_list.size();
  return blocks;
}

bool merges(const Call& carried) {
  const bool releases = std::holds_alternative<FreePages<W>>(carried.command) ||
                        std::holds_alternative<FreePagesOk<W>>(carried.command);
  return releases && !is_refused(carried) && free_blocks(carried.after) < free_blocks(carried.before);
}

bool is_misuse(const Call& carried) { return BuddyFamily::ends_everything(carried.result); }

}  // namespace

const LabelSource<BuddyFamily>& Checking<BuddyFamily>::labels() {
  static const LabelSource<BuddyFamily> source{
      .alive_word = "free blocks",
      .alive_from = {0, 2, 4, 8},
      .alive = free_blocks,
      .failure_word = "allocations refused",
      .fails =
          [](const Call& carried) {
            return std::holds_alternative<AllocPages>(carried.command) && is_refused(carried);
          },
      .boundaries = {
          {"one frame", [](const Call& carried) { return takes_order(carried, 0); }},
          {"a block of the largest order", [](const Call& carried) { return takes_order(carried, 9); }},
          {"nothing is free any more", [](const Call& carried) { return carried.after.free_pages == 0; }},
          {"a release that merges", merges},
          {"misuse that is noticed", is_misuse}}};
  return source;
}

}  // namespace refmm
