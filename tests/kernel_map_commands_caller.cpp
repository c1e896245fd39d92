// From intents to commands.
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_commands.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <variant>

namespace refmm::kernel_map {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;
constexpr W slot_bytes = page * i386_2_4_0.entries_per_table;
constexpr W kernel_half = i386_2_4_0.page_offset;
constexpr W user_slots_of_pgd = kernel_half / slot_bytes;
constexpr W kernel_slots = i386_2_4_0.entries_per_table - user_slots_of_pgd;

/// Areas of more frames would take as long as a thousand other calls.
constexpr W most_frames = 1300;

/// The pages that the program of a directory has mapped, in the order of their addresses.
std::vector<W> pages_of_program(const State<W>& now, const Pgd<W>& pgd) {
  std::vector<W> pages;
  for (const auto& [slot, pde] : pgd.entries.written) {
    if (slot >= user_slots_of_pgd) break;
    const Table<W>* table = table_in(now, frame_of<W>(i386_2_4_0, pde));
    if (!table) continue;
    for (const auto& [number, entry] : table->entries.written) {
      if ((entry & paging::PAGE_PRESENT) != 0) pages.push_back(slot * slot_bytes + number * page);
    }
  }
  return pages;
}

/// So many pages, which may be a negative number.
constexpr W bytes_of(std::int32_t pages) { return static_cast<W>(pages) * page; }

/// What places and sizes come to on a machine, in a state.
struct Surveyor {
  const Boot<W>& boot;
  const State<W>& now;
  const std::vector<W>& held;

  const VmStruct<W>* area(std::uint32_t ordinal) const {
    return now.vmlist.empty() ? nullptr : &now.vmlist[ordinal % now.vmlist.size()];
  }

  W landmark(const Place& place) const {
    using enum Place::Landmark;
    switch (place.landmark) {
      case address:
        return place.ordinal;
      case slot:
        return kernel_half + place.ordinal % kernel_slots * slot_bytes;
      case high_memory:
        return kernel_map::high_memory(boot);
      case range_start:
        return vmalloc_start(boot);
      case range_end:
        return vmalloc_end(boot);
      case window:
        return boot.kernel.machine.pkmap_base;
      default:
        break;
    }
    const VmStruct<W>* found = area(place.ordinal);
    if (!found) return vmalloc_start(boot);
    if (place.landmark == area_end) return found->addr + found->size;
    if (place.landmark == area_guard) return found->addr + found->size - page;
    if (place.landmark == area_middle) return found->addr + found->size / page / 2 * page;
    return found->addr;
  }
  W at(const Place& place) const { return landmark(place) + bytes_of(place.pages) + place.bytes; }

  // ---- Physical memory

  bool is_reserved(W pfn) const { return std::ranges::count(held, pfn) != 0 && lookup(now.frames, pfn).reserved; }
  /// How many frames from this one on are reserved by this caller.
  W reserved_from(W pfn) const {
    W count = 0;
    while (is_reserved(pfn + count)) ++count;
    return count;
  }
  /// The first frame of one of the runs of them.
  std::optional<W> run_of_reserved(std::uint32_t ordinal) const {
    std::vector<W> runs;
    std::ranges::copy_if(held, std::back_inserter(runs),
                         [&](W pfn) { return is_reserved(pfn) && !is_reserved(pfn - 1); });
    if (runs.empty()) return std::nullopt;
    return runs[ordinal % runs.size()];
  }
  W at(const Phys& phys) const {
    using enum Phys::Landmark;
    const auto from = [&] {
      switch (phys.landmark) {
        case address:
          return phys.ordinal;
        case isa_start:
          return W{boot.kernel.machine.isa_start};
        case isa_end:
          return W{boot.kernel.machine.isa_end};
        case last_ram:
          return num_physpages(boot) * page;
        case high_frame:
          return (boot.ram_pages + (boot.highmem_pages == 0 ? 0 : phys.ordinal % boot.highmem_pages)) * page;
        case reserved_run:
          return run_of_reserved(phys.ordinal).value_or(boot.ram_pages) * page;
        case ram_end:
          break;
      }
      return boot.ram_pages * page;
    };
    return from() + bytes_of(phys.pages) + phys.bytes;
  }

  // ---- Sizes

  /// Where the next area goes if no hole is large enough.
  W behind_last() const {
    return now.vmlist.empty() ? vmalloc_start(boot) : now.vmlist.back().addr + now.vmlist.back().size;
  }
  W hole(std::uint32_t ordinal) const {
    std::vector<W> holes;
    W end = vmalloc_start(boot);
    for (const VmStruct<W>& area : now.vmlist) {
      // One of hundreds of slots would take the model as long as a thousand other calls.
      if (area.addr - end > page && area.addr - end <= 2 * slot_bytes) holes.push_back(area.addr - end - page);
      end = area.addr + area.size;
    }
    return holes.empty() ? page : holes[ordinal % holes.size()];
  }
  W measure(const Size& size, W phys) const {
    using enum Size::Measure;
    switch (size.measure) {
      case nothing:
        return 0;
      case to_slot_end:
        return slot_bytes - behind_last() % slot_bytes;
      case to_range_end:
        return vmalloc_end(boot) - behind_last() - page;
      case to_top:
        return W{0} - behind_last() - page;
      case hole:
        return this->hole(size.ordinal);
      case machine:
        return num_physpages(boot) * page;
      case free:
        return free_frames(boot, now) * page;
      case to_phys_top:
        return W{0} - phys;
      case to_isa_end:
        return boot.kernel.machine.isa_end - phys;
      case to_ram_end:
        return boot.ram_pages * page - phys;
      case reserved:
        return reserved_from(phys / page) * page;
    }
    return 0;
  }
  W bytes(const Size& size, W phys = 0) const { return measure(size, phys) + bytes_of(size.pages) + size.bytes; }

  // ---- Frames and directories

  const Pgd<W>* pgd(std::uint32_t ordinal) const {
    return now.pgds.empty() ? nullptr : &now.pgds[ordinal % now.pgds.size()];
  }
  std::vector<W> frames_in_use_by_kmap() const {
    std::vector<W> pfns;
    for (const auto& [pfn, address] : now.pkmap.address.written) {
      if (users_of_kmap(now, pfn) != 0) pfns.push_back(pfn);
    }
    return pfns;
  }
};

// ---- From an intent to commands ---------------------------------------------------------------------------------------------

/// The commands that an intent comes to, the `repetition`-th time: none if it has come to its end.
struct Plan {
  Surveyor survey;
  std::uint32_t repetition;

  using Commands = std::vector<Command<W>>;

  const State<W>& now() const { return survey.now; }
  Commands once(const Command<W>& command) const { return repetition == 0 ? Commands{command} : Commands{}; }

  Commands operator()(const VmallocIntent& wish) const {
    const W size = survey.bytes(wish.size);
    const W pages = (size + page - 1) / page;
    if (pages == 0 || size > W{0} - page || pages > num_physpages(survey.boot)) return {};  // that is misuse
    if (pages > most_frames) return {};
    return once(Vmalloc<W>{wish.gfp, size});
  }
  Commands operator()(const VfreeIntent& wish) const { return once(Vfree<W>{survey.at(wish.place)}); }
  Commands operator()(const IoremapIntent& wish) const {
    const W phys = survey.at(wish.phys);
    return once(Ioremap<W>{phys, survey.bytes(wish.size, phys), wish.nocache});
  }
  Commands operator()(const IounmapIntent& wish) const { return once(Iounmap<W>{survey.at(wish.place)}); }
  Commands operator()(const ForkIntent& wish) const {
    if (repetition >= wish.count) return {};
    return {PgdAlloc{}};
  }
  Commands operator()(const ExitIntent& wish) const {
    const Pgd<W>* pgd = survey.pgd(wish.ordinal);
    if (!pgd || repetition >= wish.count) return {};
    Commands commands;
    if (has_user_half(*pgd)) commands.push_back(ClearPageTables<W>{pgd->number, 0, user_slots_of_pgd});
    if (wish.fast)
      commands.push_back(PgdFreeFast{pgd->number});
    else
      commands.push_back(PgdFree{pgd->number});
    return commands;
  }
  Commands operator()(const TrimIntent& wish) const { return once(CheckPgtCache{wish.low, wish.high}); }
  Commands operator()(const TouchIntent& wish) const {
    const auto directories = static_cast<std::uint32_t>(now().pgds.size()) + 1;
    if (repetition != 0 && (!wish.everywhere || repetition >= directories)) return {};
    const std::uint32_t directory = (wish.ordinal + repetition) % directories;
    const W addr = survey.at(wish.place) | kernel_half;
    return {Touch<W>{directory == 0 ? 0 : now().pgds[directory - 1].number, addr, wish.user}};
  }
  Commands operator()(const TouchUserIntent& wish) const {
    const Pgd<W>* pgd = survey.pgd(wish.ordinal);
    if (!pgd) return {};
    const std::vector<W> pages = pages_of_program(now(), *pgd);
    if (pages.empty()) return {};
    return once(Touch<W>{pgd->number, pages[wish.page % pages.size()] + wish.byte, wish.user});
  }
  Commands operator()(const GetIntent& wish) const {
    if (repetition >= wish.count) return {};
    return {GetPage{wish.high}};
  }
  Commands operator()(const PutIntent& wish) const {
    if (survey.held.empty()) return {};
    const W pfn = survey.held[wish.ordinal % survey.held.size()];
    if (!may_put_back(now(), pfn)) return {};
    return once(PutPage<W>{pfn});
  }
  Commands operator()(const ReserveIntent& wish) const {
    // vfree gives back no frame that is reserved [kernel.vfree.frames]: there must be one in an area.
    if (wish.of_area) {
      const VmStruct<W>* area = survey.area(wish.ordinal);
      // Where the area is not vmalloc's it is frame 0, which is boot's: entries that are empty would lead there.
      W pfn = 0;
      if (area && area->flags == AreaKind::vmalloc)
        pfn = frame_of<W>(i386_2_4_0, entry_at<W>(i386_2_4_0, now(), now().swapper_pg_dir, area->addr));
      return wish.reserves ? once(Reserve<W>{pfn, pfn}) : once(Unreserve<W>{pfn, pfn});
    }
    if (survey.held.empty()) return {};
    const W first = survey.held[wish.ordinal % survey.held.size()];
    W last = first;
    while (last - first + 1 < wish.most && std::ranges::count(survey.held, last + 1) != 0) ++last;
    if (wish.reserves) return once(Reserve<W>{first, last});
    return once(Unreserve<W>{first, last});
  }
  Commands operator()(const KmapIntent& wish) const {
    if (survey.held.empty()) return once(Kmap<W>{wish.ordinal % survey.boot.ram_pages});
    return once(Kmap<W>{survey.held[wish.ordinal % survey.held.size()]});
  }
  Commands operator()(const KunmapIntent& wish) const {
    const std::vector<W> used = survey.frames_in_use_by_kmap();
    if (used.empty()) return once(Kunmap<W>{wish.ordinal % survey.boot.ram_pages});
    return once(Kunmap<W>{used[wish.ordinal % used.size()]});
  }
  /// By turns a frame is got, and gets its address.
  Commands operator()(const FillWindowIntent& wish) const {
    const std::uint32_t round = repetition / 2;
    if (round >= wish.count) return {};
    if (repetition % 2 == 0) return {GetPage{true}};
    if (survey.held.empty() || survey.held.back() < survey.boot.ram_pages) return {};  // no high frame is left
    Commands commands{Kmap<W>{survey.held.back()}};
    if (round % wish.gives_up == wish.gives_up - 1) commands.push_back(Kunmap<W>{survey.held.back()});
    return commands;
  }
  Commands operator()(const MapUserIntent& wish) const {
    const Pgd<W>* pgd = survey.pgd(wish.ordinal);
    if (!pgd) return {};
    const W addr = wish.slot * slot_bytes + wish.page * page;
    return once(MapUser<W>{pgd->number, wish.in_kernel_half ? addr | kernel_half : addr, wish.writable});
  }
  Commands operator()(const ClearIntent& wish) const {
    const Pgd<W>* pgd = survey.pgd(wish.ordinal);
    if (!pgd) return {};
    return once(ClearPageTables<W>{pgd->number, wish.first, wish.nr});
  }
  Commands operator()(const MisuseIntent& wish) const {
    using enum MisuseIntent::Kind;
    const auto high_frame = [&](bool used_once) -> std::optional<W> {
      for (W pfn = survey.boot.ram_pages; pfn < num_physpages(survey.boot); ++pfn) {
        if ((lookup(now().pkmap.address, pfn) != 0) == used_once && users_of_kmap(now(), pfn) == 0) return pfn;
      }
      return std::nullopt;
    };
    switch (wish.kind) {
      case vmalloc_nothing:
        return once(Vmalloc<W>{VmallocGfp::any, 0});
      case vmalloc_too_much:
        return once(Vmalloc<W>{VmallocGfp::any, num_physpages(survey.boot) * page + 1});
      case kunmap_not_mapped:
      case kunmap_not_used: {
        const auto pfn = high_frame(wish.kind == kunmap_not_used);
        return pfn ? once(Kunmap<W>{*pfn}) : Commands{};
      }
      case trim_for_ever:
        return once(CheckPgtCache{-1, -1});
    }
    return {};
  }
  Commands operator()(const auto& same_in_every_state) const { return once(same_in_every_state); }
};

}  // namespace

// ---- What callers must not do -----------------------------------------------------------------------------------------------

W users_of_kmap(const State<W>& now, W pfn) {
  const W address = lookup(now.pkmap.address, pfn);
  if (address == 0) return 0;
  const W count = lookup(now.pkmap.count, (address - i386_2_4_0.pkmap_base) / page);
  return count == 0 ? 0 : count - 1;
}

bool may_put_back(const State<W>& now, W pfn) {
  const auto leads_to_it = [&](const VmStruct<W>& area) {
    if (area.flags != AreaKind::ioremap) return false;
    const W entry = entry_at<W>(i386_2_4_0, now, now.swapper_pg_dir, area.addr);
    return pfn - frame_of<W>(i386_2_4_0, entry) < area.size / page - 1;
  };
  return users_of_kmap(now, pfn) == 0 && std::ranges::none_of(now.vmlist, leads_to_it);
}

bool has_user_half(const Pgd<W>& pgd) {
  return std::ranges::any_of(pgd.entries.written,
                             [](const auto& entry) { return entry.first < user_slots_of_pgd; });
}

// ---- The caller -------------------------------------------------------------------------------------------------------------

std::optional<Command<W>> Caller::next(const State<W>& now) {
  if (commands_ == most_commands) return std::nullopt;
  while (planned_.empty()) {
    if (intent_ == session_.intents.size()) return std::nullopt;
    planned_ = std::visit(Plan{{session_.boot, now, held_}, repetition_}, session_.intents[intent_]);
    std::ranges::reverse(planned_);
    ++repetition_;
    if (planned_.empty()) {
      ++intent_;
      repetition_ = 0;
    }
  }
  ++commands_;
  const Command<W> command = planned_.back();
  planned_.pop_back();
  return command;
}

void Caller::answered(const Command<W>& command, const Result<W>& result) {
  const auto* frame = std::get_if<FrameNumber<W>>(&result);
  if (frame && std::holds_alternative<GetPage>(command)) held_.push_back(frame->pfn);
  if (const auto* put = std::get_if<PutPage<W>>(&command)) {
    if (const auto found = std::ranges::find(held_, put->pfn); found != held_.end()) held_.erase(found);
  }
}

}  // namespace refmm::kernel_map
