#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/foreign_families.hpp>
#include <refmm/tests/foreign_kernel.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <variant>

namespace refmm::foreign {

using kernel_map::Refusal;

namespace {

using W = std::uint32_t;

std::optional<Refusal> refusal_of(const KernelMapFamily::Result& result) {
  const auto* refused = std::get_if<kernel_map::Refused>(&result);
  return refused == nullptr ? std::nullopt : std::optional(refused->refusal);
}

/// Refused for want of what lies below.
bool is_for_want_of_memory(const KernelMapFamily::Result& result) {
  const auto refusal = refusal_of(result);
  return refusal == Refusal::no_list_element || refusal == Refusal::no_frame || refusal == Refusal::no_table;
}

std::uint32_t kind_of(kernel_map::VmallocGfp gfp) {
  switch (gfp) {
    case kernel_map::VmallocGfp::any:
      return REFMM_FRAME_ANY;
    case kernel_map::VmallocGfp::low:
      return REFMM_FRAME_LOW;
    case kernel_map::VmallocGfp::dma:
      break;
  }
  return REFMM_FRAME_DMA;
}

refmm_kernel_machine machine_of(const KernelMapFamily::Boot& boot) {
  const auto& machine = boot.kernel.machine;
  const bool has_window = boot.config == kernel_map::Config::highmem;
  return {.size = sizeof(refmm_kernel_machine),
          .page_size = machine.page_size,
          .page_offset = machine.page_offset,
          .vmalloc_start = kernel_map::vmalloc_start(boot),
          .vmalloc_end = kernel_map::vmalloc_end(boot),
          .pkmap_base = machine.pkmap_base,
          .pkmap_pages = has_window ? machine.entries_per_table : 0,
          .isa_start = machine.isa_start,
          .isa_end = machine.isa_end,
          .low_pages = boot.ram_pages,
          .highmem_pages = has_window ? boot.highmem_pages : 0};
}

}  // namespace

ForeignKernel::ForeignKernel(const struct refmm_kernel_subject& table) : table_(table) {
  frames_.owner = this;
  frames_.alloc_page = [](refmm_kernel_frames* frames, std::uint32_t kind) {
    return static_cast<Frames*>(frames)->owner->alloc_page(kind);
  };
  frames_.free_page = [](refmm_kernel_frames* frames, std::uint32_t pfn) {
    static_cast<Frames*>(frames)->owner->free_page(pfn);
  };
  frames_.is_ram_in_use = [](refmm_kernel_frames* frames, std::uint32_t pfn) -> int {
    const ForeignKernel& self = *static_cast<Frames*>(frames)->owner;
    return pfn < kernel_map::num_physpages(self.boot_) &&
           !kernel_map::frame_at(self.boot_, self.state_, pfn).reserved;
  };
}

void ForeignKernel::leave() {
  void* const kernel = std::exchange(kernel_, nullptr);
  if (kernel != nullptr && !complaint()) table_.destroy(kernel);
}

void ForeignKernel::reset(const KernelMapFamily::Boot& boot) {
  leave();
  forget_complaint();
  boot_ = boot;
  state_ = KernelMapFamily::boot(boot);
  end_.reset();
  areas_.clear();
  window_.clear();
  directories_.clear();
  taken_.clear();
  offered_.clear();
  refuses_ = false;
  kind_.reset();
  substitutes_ = 0;
  const refmm_kernel_machine machine = machine_of(boot);
  kernel_ = table_.create(&machine, &frames_);
  if (kernel_ == nullptr)
    complain({"the_kernel_boots", find_clause("kernel.boot.limits"), {"what create returns", "a kernel", "NULL"}});
}

KernelMapSubject::Answer ForeignKernel::apply(const KernelMapFamily::Command& command) {
  if (end_ || complaint()) return {end_.value_or(kernel_map::Nothing{}), {}};
  auto outcome = KernelMapFamily::step(boot_, std::move(state_), command);
  state_ = std::move(outcome.state);
  Answer answer{outcome.result, std::move(outcome.effects)};
  // Assertions of the kernel, and calls that never return, are wrong use.
  if (KernelMapFamily::ends_everything(outcome.result)) {
    end_ = outcome.result;
    return answer;
  }
  offer_frames(command, outcome.result, answer.effects);
  answer.result = std::visit([&](const auto& c) { return run(c, outcome.result); }, command);
  if (answer.result == outcome.result && !complaint()) look_at_areas();
  return answer;
}

// ---- Frames ---------------------------------------------------------------------------------------------------------

/// The subject gets the frames that the model has got, and no more where the model was refused any.
void ForeignKernel::offer_frames(const KernelMapFamily::Command& command, const Result& model,
                                 const Effects& effects) {
  offered_.clear();
  kind_.reset();
  refuses_ = false;
  const auto* vmalloc = std::get_if<kernel_map::Vmalloc<W>>(&command);
  if (vmalloc == nullptr) return;
  kind_ = kind_of(vmalloc->gfp);
  refuses_ = is_for_want_of_memory(model);
  for (const auto& effect : effects) {
    const auto* request = std::get_if<kernel_map::AllocPage<W>>(&effect);
    if (request != nullptr && request->pfn) offered_.push_back(*request->pfn);
  }
}

W ForeignKernel::alloc_page(std::uint32_t kind) {
  if (kind_ && kind != *kind_)
    complain({"frames_are_of_the_kind_that_is_asked_for",
              find_clause("kernel.vmalloc.frames"),
              {"the kind in alloc_page", std::to_string(*kind_), std::to_string(kind)}});
  W pfn = REFMM_NO_PAGE;
  if (!offered_.empty()) {
    pfn = offered_.front();
    offered_.pop_front();
  } else if (refuses_) {
    return pfn;
  }
  // Others may have put back a frame that is mapped; and a place that the model has not got takes frames as well.
  if (pfn == REFMM_NO_PAGE || taken_.contains(pfn)) pfn = kernel_map::num_physpages(boot_) + substitutes_++;
  taken_.insert(pfn);
  return pfn;
}

void ForeignKernel::free_page(W pfn) {
  if (taken_.erase(pfn) == 0)
    complain({"frames_that_are_given_back_were_taken",
              find_clause("kernel.vfree.frames"),
              {"a frame that is given back", "one that the kernel has", fmt::format("pfn {}", pfn)}});
}

// ---- Commands -------------------------------------------------------------------------------------------------------

KernelMapFamily::Result ForeignKernel::run(const kernel_map::Vmalloc<W>& c, const Result& model) {
  if (table_.vmalloc == nullptr) return model;
  const W pages = (c.size + page_size() - 1) / page_size();
  return judge(table_.vmalloc(kernel_, c.size, *kind_), {.addr = 0, .pages = pages}, model);
}

KernelMapFamily::Result ForeignKernel::run(const kernel_map::Vfree<W>& c, const Result& model) {
  free(c.addr, false);
  return model;
}

KernelMapFamily::Result ForeignKernel::run(const kernel_map::Ioremap<W>& c, const Result& model) {
  // Neither list elements nor tables are of memory that refmm could refuse.
  if (table_.ioremap == nullptr || is_for_want_of_memory(model)) return model;
  const W returned = table_.ioremap(kernel_, c.phys, c.size, c.nocache ? 1 : 0);
  const auto* const address = std::get_if<kernel_map::Address<W>>(&model);
  if (address != nullptr && address->value < kernel_map::vmalloc_start(boot_))
    return returned == 0 ? Result{kernel_map::Refused{Refusal::no_room}} : kernel_map::Address<W>{returned};
  const W offset = c.phys % page_size();
  if (returned != 0 && address != nullptr && returned % page_size() != offset) {
    complain({"an_address_is_where_the_byte_is_in_its_page",
              find_clause("kernel.ioremap.offset"),
              {"the offset in the page", fmt::format("0x{:x}", offset),
               fmt::format("0x{:x}, of 0x{:08x}", returned % page_size(), returned)}});
    return model;
  }
  const W pages = static_cast<W>((std::uint64_t{offset} + c.size + page_size() - 1) / page_size());
  return judge(returned,
               {.addr = returned - returned % page_size(),
                .pages = pages,
                .is_io = true,
                .nocache = c.nocache,
                .first_pfn = c.phys / page_size()},
               model);
}

KernelMapFamily::Result ForeignKernel::run(const kernel_map::Iounmap<W>& c, const Result& model) {
  if (c.addr > kernel_map::high_memory(boot_)) free(c.addr, true);
  return model;
}

KernelMapFamily::Result ForeignKernel::run(const kernel_map::Kmap<W>& c, const Result& model) {
  const auto* const expected = std::get_if<kernel_map::Address<W>>(&model);
  if (table_.kmap == nullptr || expected == nullptr) return model;
  const W addr = table_.kmap(kernel_, c.pfn);
  if (c.pfn < boot_.ram_pages) return kernel_map::Address<W>{addr};
  const auto wrong = [&](std::string_view rule, const char* clause, std::string demanded) {
    complain({rule,
              find_clause(clause),
              {fmt::format("the address of pfn {}", c.pfn), std::move(demanded), fmt::format("0x{:08x}", addr)}});
    return model;
  };
  const W base = boot_.kernel.machine.pkmap_base;
  if (addr % page_size() != 0 || addr < base ||
      (addr - base) / page_size() >= boot_.kernel.machine.entries_per_table)
    return wrong("high_frames_have_pages_of_the_window", "kernel.kmap.new", "a page of the window");
  for (const auto& [pfn, mapped] : window_) {
    if (pfn != c.pfn && mapped.addr == addr)
      return wrong("no_two_frames_have_one_address", "kernel.kmap.new",
                   fmt::format("not that of pfn {}, which has users", pfn));
  }
  Mapped& mapped = window_.try_emplace(c.pfn, Mapped{addr, 0}).first->second;
  ++mapped.users;
  if (mapped.addr != addr)
    return wrong("a_frame_with_users_keeps_its_address", "kernel.kmap.again",
                 fmt::format("0x{:08x}", mapped.addr));
  return model;
}

KernelMapFamily::Result ForeignKernel::run(const kernel_map::Kunmap<W>& c, const Result& model) {
  if (table_.kunmap == nullptr || c.pfn >= kernel_map::num_physpages(boot_)) return model;
  if (const auto found = window_.find(c.pfn); found != window_.end()) {
    if (--found->second.users == 0) window_.erase(found);
  } else if (c.pfn >= boot_.ram_pages) {
    return model;
  }
  table_.kunmap(kernel_, c.pfn);
  return model;
}

KernelMapFamily::Result ForeignKernel::run(const kernel_map::PgdAlloc&, const Result& model) {
  const auto* const number = std::get_if<kernel_map::PgdNumber>(&model);
  if (table_.pgd_alloc == nullptr || number == nullptr) return model;
  void* const pgd = table_.pgd_alloc(kernel_);
  if (pgd == nullptr) return kernel_map::Refused{Refusal::no_frame_left};
  for (const auto& [other, directory] : directories_) {
    if (directory == pgd)
      complain({"every_directory_is_one_of_its_own",
                find_clause("paging.pgd_alloc.fresh"),
                {"the new directory", "no other", fmt::format("the same as pgd {}", other)}});
  }
  directories_[number->number] = pgd;
  return model;
}

void ForeignKernel::free_directory(std::uint32_t number) {
  const auto found = directories_.find(number);
  if (found == directories_.end()) return;
  void* const pgd = found->second;
  directories_.erase(found);
  table_.pgd_free(kernel_, pgd);
}

KernelMapFamily::Result ForeignKernel::run(const kernel_map::PgdFree& c, const Result& model) {
  free_directory(c.pgd);
  return model;
}
KernelMapFamily::Result ForeignKernel::run(const kernel_map::PgdFreeFast& c, const Result& model) {
  free_directory(c.pgd);
  return model;
}

KernelMapFamily::Result ForeignKernel::run(const kernel_map::Touch<W>& c, const Result& model) {
  const auto directory = directories_.find(c.pgd);
  if (table_.touch == nullptr || (c.pgd != 0 && directory == directories_.end())) return model;
  const auto addr = place_of(c.addr);
  if (!addr) return model;
  const bool reached = table_.touch(kernel_, c.pgd == 0 ? nullptr : directory->second, *addr, c.user ? 1 : 0) != 0;
  if (reached) return std::holds_alternative<kernel_map::Touched>(model) ? model : kernel_map::Touched{false};
  if (refusal_of(model)) return model;
  return kernel_map::Refused{c.user ? Refusal::sigsegv : Refusal::bad_area};
}

template <>
const TableRules& rules<KernelMapFamily>() {
  using T = struct refmm_kernel_subject;
#define MEMBER(name) \
  TableMember { #name, offsetof(T, name) }
  static const TableRules rules{.function = "refmm_kernel_subject",
                                .size = sizeof(T),
                                .required = {MEMBER(create), MEMBER(destroy)},
                                .together = {{MEMBER(vmalloc), MEMBER(vfree)},
                                             {MEMBER(ioremap), MEMBER(iounmap)},
                                             {MEMBER(kmap), MEMBER(kunmap)},
                                             {MEMBER(pgd_alloc), MEMBER(pgd_free), MEMBER(touch)}}};
#undef MEMBER
  return rules;
}

template <>
std::unique_ptr<KernelMapSubject> make_subject<KernelMapFamily>(const ForeignLibrary& library) {
  return std::make_unique<ForeignKernel>(library.table<struct refmm_kernel_subject>(rules<KernelMapFamily>()));
}

}  // namespace refmm::foreign
