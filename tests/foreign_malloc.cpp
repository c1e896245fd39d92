#include <refmm/tests/foreign_families.hpp>
#include <refmm/tests/foreign_malloc.hpp>
#include <refmm/tests/foreign_process.hpp>

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>
#include <variant>

namespace refmm::foreign {

using malloc::Refusal;
using malloc::Refused;

namespace {

constexpr std::size_t size_of_region = std::size_t{8}
                                       << 30;  // of addresses; memory is used where it is written to
constexpr std::ptrdiff_t page_size = 4096;

std::optional<Refusal> refusal_of(const MallocFamily::Result& result) {
  const auto* refused = std::get_if<Refused>(&result);
  return refused == nullptr ? std::nullopt : std::optional(refused->refusal);
}

/// A size as the heap gets it: one that no memory has room for there becomes one that none has room for here, and those close to the end
/// of the numbers stay close to it.
std::size_t size_on_host(std::uint32_t bytes, const MallocFamily::Result& model) {
  if (refusal_of(model) != Refusal::too_large) return bytes;
  const bool is_close = bytes >= 0x80000000;
  return is_close ? ~std::size_t{~bytes} : std::size_t{bytes} << 32;
}

std::uintptr_t number_of(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

std::string name_of(std::uint32_t block) { return fmt::format("the block 0x{:08x}", block); }

const MallocFamily::Result null = Refused{Refusal::no_memory};

}  // namespace

ForeignMalloc::ForeignMalloc(const struct refmm_malloc_subject& table) : table_(table) {
  memory_.owner = this;
  memory_.sbrk = [](refmm_malloc_memory* memory, std::ptrdiff_t increment) -> void* {
    auto* const owner = static_cast<Memory*>(memory)->owner;
    owner->takes_memory_ = true;
    return owner->no_memory_ && increment > 0 ? nullptr : owner->move_end(increment);
  };
  void* const region =
      mmap(nullptr, size_of_region, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  region_ = end_of_region_ = static_cast<std::byte*>(region);
}

ForeignMalloc::~ForeignMalloc() {
  leave();
  munmap(region_, size_of_region);
}

void ForeignMalloc::leave() {
  void* const heap = std::exchange(heap_, nullptr);
  if (heap != nullptr && !complaint()) table_.destroy(heap);
  madvise(region_, static_cast<std::size_t>(end_of_region_ - region_), MADV_DONTNEED);
  end_of_region_ = region_;
}

void ForeignMalloc::reset(const MallocFamily::Boot& boot) {
  leave();
  forget_complaint();
  boot_ = boot;
  state_ = MallocFamily::boot(boot);
  no_memory_ = takes_memory_ = false;
  end_.reset();
  in_use_.clear();
  places_.clear();
  heap_ = table_.create(&memory_);
  if (heap_ == nullptr)
    complain({"the_heap_boots", find_clause("malloc.boot"), {"what create returns", "a heap", "NULL"}});
}

MallocSubject::Answer ForeignMalloc::apply(const MallocFamily::Command& command) {
  if (end_ || complaint()) return {end_.value_or(malloc::Nothing{}), {}};
  auto outcome = MallocFamily::step(boot_, std::move(state_), command);
  state_ = std::move(outcome.state);
  Answer answer{outcome.result, std::move(outcome.effects)};
  // Nobody has to notice what a program does to its heap.
  if (MallocFamily::ends_everything(outcome.result)) end_ = outcome.result;
  no_memory_ = refusal_of(outcome.result) == Refusal::no_memory;
  if (end_ || (no_memory_ && !takes_memory_)) return answer;
  answer.result = std::visit([&](const auto& c) { return run(c, outcome.result); }, command);
  look_at_blocks();
  return answer;
}

// ---- Commands -------------------------------------------------------------------------------------------------------

MallocFamily::Result ForeignMalloc::run(const malloc::Malloc<W>& c, const Result& model) {
  return judge(table_.malloc(heap_, size_on_host(c.bytes, model)), c.bytes, REFMM_MALLOC_ALIGNMENT, model);
}

MallocFamily::Result ForeignMalloc::run(const malloc::Free<W>& c, const Result& model) {
  void* const place = place_of(c.block);
  if (c.block != 0 && place == nullptr) return model;
  look_at_blocks(in_use_.at(place));  // what is freed now will not be looked at again
  if (complaint()) return model;
  in_use_.remove(place);
  places_.erase(c.block);
  table_.free(heap_, place);
  return model;
}

MallocFamily::Result ForeignMalloc::run(const malloc::Calloc<W>& c, const Result& model) {
  if (table_.calloc == nullptr) return model;
  // A product that does not fit into 32 bits there does not fit into 64 bits here.
  const bool wraps = refusal_of(model) == Refusal::product_wraps;
  const bool is_scaled = wraps || refusal_of(model) == Refusal::too_large;
  const std::size_t count = is_scaled ? static_cast<std::size_t>(c.count) << 32 : c.count;
  void* const block = table_.calloc(heap_, count, c.size);
  if (wraps && block != nullptr)
    complain({"calloc_refuses_a_product_that_wraps",
              find_clause("malloc.calloc.wraps"),
              {fmt::format("calloc(0x{:x}, 0x{:x})", count, c.size), "NULL", "a block"}});
  const std::size_t bytes = std::size_t{c.count} * c.size;
  if (block != nullptr && std::holds_alternative<malloc::Address<W>>(model)) {
    const auto* const begin = static_cast<const std::byte*>(block);
    const auto* const end = begin + std::min(bytes, BlocksInUse::most_bytes);
    const auto* const dirty = std::find_if(begin, end, [](std::byte byte) { return byte != std::byte{0}; });
    if (dirty != end && in_use_.overlapping(block, bytes) == nullptr)
      complain({"calloc_clears_its_block",
                find_clause("malloc.calloc.zero"),
                {"the new block", "0 in every byte", fmt::format("not 0 at byte {}", dirty - begin)}});
  }
  return complaint() ? model : judge(block, bytes, REFMM_MALLOC_ALIGNMENT, model);
}

MallocFamily::Result ForeignMalloc::run(const malloc::Realloc<W>& c, const Result& model) {
  void* const place = place_of(c.block);
  if (c.block != 0 && place == nullptr) return model;
  look_at_blocks();
  if (complaint()) return model;
  const auto* const known = in_use_.at(place);
  const auto before = known == nullptr ? std::nullopt : std::optional(*known);
  if (table_.realloc == nullptr) {
    // What a program does without it.
    if (!std::holds_alternative<malloc::Address<W>>(model)) return model;
    if (c.block != 0) run(malloc::Free<W>{c.block}, model);
    if (c.block != 0 && c.bytes == 0) return model;
    return run(malloc::Malloc<W>{c.bytes}, model);
  }
  void* const block = table_.realloc(heap_, place, size_on_host(c.bytes, model));
  if (c.block != 0 && c.bytes == 0) {
    in_use_.remove(place);
    places_.erase(c.block);
    if (block == nullptr) return model;
    table_.free(heap_, block);
    complain({"realloc_to_0_bytes_returns_null",
              find_clause("malloc.realloc.zero"),
              {"what realloc returns", "NULL", "a block"}});
    return model;
  }
  if (block == nullptr) return judge(block, c.bytes, REFMM_MALLOC_ALIGNMENT, model);  // what there was stays
  if (before) {
    in_use_.remove(place);
    places_.erase(c.block);
    BlocksInUse::Block moved = *before;
    moved.address = static_cast<std::byte*>(block);
    if (const auto at = BlocksInUse::first_damage(moved, std::min<std::size_t>(before->size, c.bytes))) {
      complain({"realloc_keeps_the_bytes_that_fit",
                find_clause("malloc.realloc.prefix"),
                {"the new block", fmt::format("the contents of {}", before->name),
                 fmt::format("something else from byte {} on", *at)}});
      return model;
    }
  }
  return judge(block, c.bytes, REFMM_MALLOC_ALIGNMENT, model);
}

MallocFamily::Result ForeignMalloc::run(const malloc::Memalign<W>& c, const Result& model) {
  if (table_.memalign == nullptr) return model;
  void* const block = table_.memalign(heap_, c.alignment, size_on_host(c.bytes, model));
  const bool is_power = c.alignment != 0 && (c.alignment & (c.alignment - 1)) == 0;
  return judge(block, c.bytes, is_power ? std::max(c.alignment, REFMM_MALLOC_ALIGNMENT) : REFMM_MALLOC_ALIGNMENT,
               model);
}

MallocFamily::Result ForeignMalloc::run(const malloc::MallocUsableSize<W>& c, const Result& model) {
  void* const place = place_of(c.block);
  if (table_.malloc_usable_size == nullptr || place == nullptr) return model;
  const std::size_t usable = table_.malloc_usable_size(heap_, place);
  const auto* const block = in_use_.at(place);
  const std::size_t own = std::max<std::size_t>(block->size, 1);
  if (usable < block->size)
    complain({"a_block_has_as_many_bytes_as_were_asked_for",
              find_clause("malloc.usable_size"),
              {"malloc_usable_size of " + block->name, fmt::format("{} at least", block->size),
               std::to_string(usable)}});
  if (usable > own && in_use_.overlapping(static_cast<std::byte*>(place) + own, usable - own) != nullptr)
    complain(
        {"what_a_block_may_use_is_no_others",
         find_clause("malloc.blocks.disjoint"),
         {"the usable bytes of " + block->name, "apart from all other blocks", "in part those of another one"}});
  return model;
}

MallocFamily::Result ForeignMalloc::run(const malloc::MallocTrim<W>& c, const Result& model) {
  if (table_.malloc_trim != nullptr) table_.malloc_trim(heap_, c.pad);
  return model;
}

/// The program's own memory behind the heap is a block like others, which is never freed.
MallocFamily::Result ForeignMalloc::run(const malloc::Sbrk<W>& c, const Result& model) {
  const auto increment = static_cast<std::int32_t>(c.increment);
  if (increment <= 0 || refusal_of(model)) return model;
  if (void* const before = move_end(increment))
    in_use_.add(before, static_cast<std::size_t>(increment), "what the program got by sbrk");
  return model;
}

// ---- Blocks ---------------------------------------------------------------------------------------------------------

MallocFamily::Result ForeignMalloc::judge(void* block, std::size_t bytes, std::size_t alignment,
                                          const Result& model) {
  const auto* const address = std::get_if<malloc::Address<W>>(&model);
  if (block == nullptr) {
    // A heap on the host's memory has less of it than the model's kernel has addresses.
    const bool is_excused = !takes_memory_ && bytes > most_memory / 4;
    return address == nullptr || is_excused ? model : null;
  }
  const std::string name = address == nullptr ? std::string("the new block") : name_of(address->value);
  // What the model is refused and this heap has goes back at once; its bytes may be more than there are.
  if (!is_well_placed(block, address == nullptr ? 1 : bytes, alignment, name)) return model;
  if (address == nullptr) {
    table_.free(heap_, block);
    return model;
  }
  in_use_.add(block, bytes, name);
  places_[address->value] = block;
  return model;
}

bool ForeignMalloc::is_well_placed(void* block, std::size_t bytes, std::size_t alignment,
                                   const std::string& name) {
  if (const auto past = number_of(block) % alignment; past != 0) {
    complain({"blocks_are_aligned",
              find_clause("malloc.blocks.aligned"),
              {"the address of " + name, fmt::format("a multiple of {}", alignment),
               fmt::format("{} bytes past a multiple of {}", past, alignment)}});
    return false;
  }
  if (const auto* other = in_use_.overlapping(block, bytes)) {
    const bool is_same = other->address == block;
    complain({"no_two_blocks_in_use_share_a_byte",
              find_clause("malloc.blocks.disjoint"),
              {name, "apart from all blocks in use",
               is_same ? "at the address of " + other->name : "in part the bytes of " + other->name}});
    return false;
  }
  const bool begins_inside = block >= region_ && block < region_ + size_of_region;
  if (begins_inside && static_cast<std::byte*>(block) + bytes > end_of_region_) {
    complain({"blocks_lie_in_memory_that_the_heap_has",
              find_clause("malloc.blocks.inside_areas"),
              {name, "inside the region",
               fmt::format("{} bytes beyond its end", static_cast<std::byte*>(block) + bytes - end_of_region_)}});
    return false;
  }
  return true;
}

/// At all blocks, and at every byte of `whole`.
void ForeignMalloc::look_at_blocks(const BlocksInUse::Block* whole) {
  if (complaint()) return;
  auto damage = in_use_.first_damage();
  if (whole != nullptr && !damage) {
    if (const auto at = BlocksInUse::first_damage(*whole, whole->size)) damage = {whole, *at};
  }
  if (!damage) return;
  complain({"the_bytes_of_a_block_are_its_users",
            find_clause("malloc.blocks.survive"),
            {"the contents of " + damage->block->name, "as its user wrote them",
             fmt::format("changed at byte {}", damage->at)}});
}

void* ForeignMalloc::place_of(W block) const {
  const auto found = places_.find(block);
  return found == places_.end() ? nullptr : found->second;
}

void* ForeignMalloc::move_end(std::ptrdiff_t increment) {
  std::byte* const before = end_of_region_;
  if (increment > region_ + size_of_region - before || increment < region_ - before) return nullptr;
  end_of_region_ += increment;
  if (increment < 0) {
    if (const auto* used = in_use_.overlapping(end_of_region_, static_cast<std::size_t>(-increment)))
      complain({"blocks_lie_in_memory_that_the_heap_has",
                find_clause("malloc.trim.pinned"),
                {"memory that is given back", "without blocks in use", "that of " + used->name}});
    // What is got again is 0 again.
    std::byte* const page = region_ + (end_of_region_ - region_ + page_size - 1) / page_size * page_size;
    std::fill(end_of_region_, std::min(page, before), std::byte{0});
    if (page < before) madvise(page, static_cast<std::size_t>(before - page), MADV_DONTNEED);
  }
  return before;
}

template <>
const TableRules& rules<MallocFamily>() {
  using T = struct refmm_malloc_subject;
#define MEMBER(name) \
  TableMember { #name, offsetof(T, name) }
  static const TableRules rules{.function = "refmm_malloc_subject",
                                .size = sizeof(T),
                                .required = {MEMBER(create), MEMBER(destroy), MEMBER(malloc), MEMBER(free)}};
#undef MEMBER
  return rules;
}

template <>
std::unique_ptr<MallocSubject> make_subject<MallocFamily>(const ForeignLibrary& library) {
  return std::make_unique<ForeignMalloc>(library.table<struct refmm_malloc_subject>(rules<MallocFamily>()));
}

}  // namespace refmm::foreign
