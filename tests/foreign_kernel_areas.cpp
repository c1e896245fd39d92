// Where a foreign kernel has its areas, and what is behind their pages.
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/foreign_kernel.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

namespace refmm::foreign {

using kernel_map::Refusal;

namespace {

using W = std::uint32_t;

constexpr W most_pages = 2048;  // of an area are looked at from each end

/// The page behind one, of so many; only `most` are looked at from each end.
constexpr W next_to_look_at(W page, W pages, W most) {
  return page + 1 >= most && pages - page > most + 1 ? pages - most : page + 1;
}

std::string name_of(const KernelArea& area) {
  return fmt::format("the area of {} page{} at 0x{:08x}", area.pages, area.pages == 1 ? "" : "s", area.addr);
}

std::string in_words(const refmm_kernel_page& page) {
  return fmt::format("pfn {}{}{}{}", page.pfn, (page.flags & REFMM_PAGE_WRITE) != 0 ? "" : ", read-only",
                     (page.flags & REFMM_PAGE_USER) != 0 ? ", for programs" : "",
                     (page.flags & REFMM_PAGE_NOCACHE) != 0 ? ", without cache" : "");
}

/// An end of 0 is 4 GB.
std::uint64_t as_end(W end) { return end == 0 ? std::uint64_t{1} << 32 : end; }

}  // namespace

// ---- Places ---------------------------------------------------------------------------------------------------------

/// Judges what vmalloc or ioremap has returned, and takes it into use. Of areas by vmalloc `addr` is not set yet.
KernelMapFamily::Result ForeignKernel::judge(W returned, KernelArea area, const Result& model) {
  if (!area.is_io) area.addr = returned;
  const auto* const expected = std::get_if<kernel_map::Address<W>>(&model);
  if (returned == 0) {
    if (expected == nullptr || !has_room(area.pages)) return model;
    return kernel_map::Refused{Refusal::no_room};
  }
  if (expected == nullptr && std::get<kernel_map::Refused>(model).refusal != Refusal::no_room)
    return kernel_map::Address<W>{returned};
  if (!is_well_placed(area) || !has_frames_of_its_own(area) || !shows_what_it_should(area, true)) return model;
  if (expected == nullptr)
    take_away(area, 0);  // the model has no room for it where it has its areas
  else
    areas_[expected->value - expected->value % page_size()] = std::move(area);
  return model;
}

/// An area that has a page in common with the pages from `addr` on, guard pages included.
const KernelArea* ForeignKernel::area_over(W addr, W pages) const {
  const std::uint64_t end = std::uint64_t{addr} + std::uint64_t{pages} * page_size();
  const auto found = std::ranges::find_if(areas_, [&](const auto& other) {
    const KernelArea& area = other.second;
    return addr < area.addr + (std::uint64_t{area.pages} + 1) * page_size() && area.addr < end;
  });
  return found == areas_.end() ? nullptr : &found->second;
}

bool ForeignKernel::is_well_placed(const KernelArea& area) {
  const auto wrong = [&](std::string_view rule, const char* clause, std::string expected, std::string found) {
    complain({rule, find_clause(clause), {name_of(area), std::move(expected), std::move(found)}});
    return false;
  };
  const W start = kernel_map::vmalloc_start(boot_);
  const std::uint64_t end = as_end(kernel_map::vmalloc_end(boot_));
  if (area.addr % page_size() != 0)
    return wrong("areas_begin_with_a_page", "kernel.areas.inside", "at the start of a page", "within a page");
  if (area.addr < start || area.addr + (std::uint64_t{area.pages} + 1) * page_size() > end)
    return wrong("areas_lie_in_the_range_for_areas", "kernel.areas.inside",
                 fmt::format("inside 0x{:08x}-0x{:08x}, with a guard page", start, end), "not inside");
  if (const KernelArea* other = area_over(area.addr, area.pages + 1))
    return wrong("no_page_is_in_two_areas", "kernel.areas.disjoint", "where no area is",
                 "with a page of " + name_of(*other) + ", guard pages included");
  return true;
}

/// Whether there is a hole that a search as in 2.4.0 takes for an area of so many pages and its guard page.
bool ForeignKernel::has_room(W pages) const {
  std::vector<std::pair<W, std::uint64_t>> taken;
  for (const auto& [in_model, area] : areas_)
    taken.emplace_back(area.addr, area.addr + (std::uint64_t{area.pages} + 1) * page_size());
  std::ranges::sort(taken);
  const std::uint64_t wanted = (std::uint64_t{pages} + 1) * page_size();
  std::uint64_t from = kernel_map::vmalloc_start(boot_);
  for (const auto& [begin, end] : taken) {
    if (from + wanted < begin) return true;
    from = end;
  }
  return from + wanted <= as_end(kernel_map::vmalloc_end(boot_));
}

/// Notes which frames are behind an area by vmalloc.
bool ForeignKernel::has_frames_of_its_own(KernelArea& area) {
  if (area.is_io || table_.translate == nullptr) return true;
  std::set<W> used;
  for (const auto& [in_model, other] : areas_) used.insert(other.frames.begin(), other.frames.end());
  for (W page = 0; page < area.pages; ++page) {
    refmm_kernel_page shown{};
    const W addr = area.addr + page * page_size();
    const bool is_mapped = table_.translate(kernel_, addr, &shown) != 0;
    const bool is_new = is_mapped && used.insert(shown.pfn).second;
    if (is_new && taken_.contains(shown.pfn)) {
      area.frames.push_back(shown.pfn);
      continue;
    }
    std::string found = is_mapped ? in_words(shown) : "nothing";
    if (is_mapped) found += is_new ? ", which is none of those" : ", which another page has";
    complain({"each_page_has_a_frame_of_its_own",
              find_clause("kernel.vmalloc.pages"),
              {fmt::format("the page at 0x{:08x}, in {}", addr, name_of(area)),
               "a frame of its own, of those that alloc_page has returned", std::move(found)}});
    return false;
  }
  return true;
}

void ForeignKernel::free(W addr, bool by_iounmap) {
  const W offset = by_iounmap ? addr % page_size() : 0;
  if (const auto found = areas_.find(addr - offset); found != areas_.end()) {
    const KernelArea area = std::move(found->second);
    areas_.erase(found);
    take_away(area, offset);
    return;
  }
  // Where the model has no area the subject may have one, and then it cannot be asked.
  const auto call = by_iounmap ? table_.iounmap : table_.vfree;
  const bool is_outside =
      addr < kernel_map::vmalloc_start(boot_) || addr >= as_end(kernel_map::vmalloc_end(boot_));
  const auto place = is_outside ? std::optional(addr) : place_of(addr);
  if (call != nullptr && place) call(kernel_, *place);
}

/// Each goes by the call of its kind: in 2.4.0 vfree takes away areas of both.
void ForeignKernel::take_away(const KernelArea& area, W offset) {
  if (area.is_io)
    table_.iounmap(kernel_, area.addr + offset);
  else
    table_.vfree(kernel_, area.addr);
  if (table_.translate == nullptr) return;
  for (W page = 0; page < area.pages; page = next_to_look_at(page, area.pages, most_pages)) {
    if (!maps_nothing(area.addr + page * page_size(), name_of(area) + ", which was freed", "kernel.vfree.unmaps"))
      return;
  }
}

std::optional<W> ForeignKernel::place_of(W addr) const {
  if (addr >= boot_.kernel.machine.pkmap_base && addr >= as_end(kernel_map::vmalloc_end(boot_))) {
    if (boot_.config != kernel_map::Config::highmem) return std::nullopt;
    for (const auto& [pfn, mapped] : window_) {
      const W in_model = lookup(state_.pkmap.address, pfn);
      if (addr - in_model < page_size()) return mapped.addr + (addr - in_model);
    }
    return std::nullopt;  // frames that nobody uses may keep their addresses for a while
  }
  if (addr < kernel_map::vmalloc_start(boot_) || addr >= as_end(kernel_map::vmalloc_end(boot_)))
    return std::nullopt;
  for (const auto& [in_model, area] : areas_) {
    if (addr >= in_model && addr - in_model < (std::uint64_t{area.pages} + 1) * page_size())
      return area.addr + (addr - in_model);
  }
  if (area_over(addr - addr % page_size(), 1) != nullptr) return std::nullopt;
  // An area that the subject had no room for.
  const auto is_there = [&](const auto& area) { return addr >= area.addr && addr - area.addr < area.size; };
  if (std::ranges::any_of(state_.vmlist, is_there)) return std::nullopt;
  return addr;
}

// ---- What is behind pages -------------------------------------------------------------------------------------------

bool ForeignKernel::maps_nothing(W addr, const std::string& name, const char* clause) {
  refmm_kernel_page shown{};
  if (table_.translate(kernel_, addr, &shown) == 0) return true;
  complain({"nothing_is_mapped_where_no_area_is",
            find_clause(clause),
            {fmt::format("{}, the page at 0x{:08x}", name, addr), "nothing", in_words(shown)}});
  return false;
}

/// True if a page of an area is mapped to what it should be.
bool ForeignKernel::maps(W addr, const KernelArea& area, W page) {
  const refmm_kernel_page wanted{area.is_io ? area.first_pfn + page : area.frames[page],
                                 REFMM_PAGE_WRITE | (area.nocache ? REFMM_PAGE_NOCACHE : 0u)};
  refmm_kernel_page shown{};
  const bool is_mapped = table_.translate(kernel_, addr, &shown) != 0;
  if (is_mapped && shown.pfn == wanted.pfn && shown.flags == wanted.flags) return true;
  complain({"what_is_mapped_stays_mapped_to_what_it_was",
            find_clause(area.is_io ? "kernel.ioremap.covers" : "kernel.vmalloc.pages"),
            {fmt::format("the page at 0x{:08x}, in {}", addr, name_of(area)), in_words(wanted),
             is_mapped ? in_words(shown) : "nothing"}});
  return false;
}

/// Looks at the pages of an area, or only at its ends, and at its guard page.
bool ForeignKernel::shows_what_it_should(const KernelArea& area, bool whole) {
  if (table_.translate == nullptr) return true;
  for (W page = 0; page < area.pages; page = next_to_look_at(page, area.pages, whole ? most_pages : 1)) {
    if (!maps(area.addr + page * page_size(), area, page)) return false;
  }
  return maps_nothing(area.addr + area.pages * page_size(), "the guard page of " + name_of(area),
                      "kernel.areas.guard_page");
}

void ForeignKernel::look_at_areas() {
  std::size_t mapped = 0;
  for (const auto& [in_model, area] : areas_) {
    if (!shows_what_it_should(area, false)) return;
    mapped += area.is_io ? 0 : area.pages;
  }
  if (taken_.size() != mapped)
    return complain({"frames_are_taken_for_pages_and_go_back_with_them",
                     find_clause(taken_.size() > mapped ? "kernel.vfree.frames" : "kernel.vmalloc.pages"),
                     {"the number of frames that the kernel has for pages of vmalloc", std::to_string(mapped),
                      std::to_string(taken_.size())}});
  for (const auto& [pfn, use] : window_) {
    refmm_kernel_page shown{};
    if (table_.translate == nullptr) return;
    const bool is_mapped = table_.translate(kernel_, use.addr, &shown) != 0;
    if (is_mapped && shown.pfn == pfn && shown.flags == REFMM_PAGE_WRITE) continue;
    return complain({"frames_with_users_stay_mapped",
                     find_clause("kernel.kunmap.high"),
                     {fmt::format("the page at 0x{:08x}", use.addr), fmt::format("pfn {}", pfn),
                      is_mapped ? in_words(shown) : "nothing"}});
  }
}

}  // namespace refmm::foreign
