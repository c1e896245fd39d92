// A heap of impl/ in a simulated process, driven by commands: a template over the word, so that the tests can drive one of 64 bits,
// too. Its memory is simulated, and its kernel is the address space of impl/ over a simulated machine.
#pragma once

#include <refmm/impl/malloc.hpp>
#include <refmm/spec/malloc.hpp>
#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/malloc_memory.hpp>
#include <refmm/tests/vma_address_space.hpp>

#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::inline REFMM_BUILD {

/// Thrown where the program of a machine ends.
struct ProgramEnds {
  malloc::Refusal refusal;
};

/// What a heap stands on: keeps a record of what is asked of the kernel.
template <std::unsigned_integral WordType>
class SimulatedMallocLayer {
 public:
  using Word = WordType;
  static constexpr Word page_size = MallocMemory<Word>::page_size;

  SimulatedMallocLayer(VmaMachine<Word>& kernel, Word bins) : kernel_(kernel), bins_(bins) {}

  // ---- Memory ----

  Word load(Word addr) const {
    look_at(addr, sizeof(Word));
    return memory_.load(addr);
  }
  void store(Word addr, Word word) {
    look_at(addr, sizeof(Word));
    memory_.store(addr, word);
  }
  void fill(Word addr, Word len, Word byte) {
    look_at(addr, len);
    memory_.fill(addr, len, static_cast<std::byte>(byte));
  }
  void copy(Word to, Word from, Word len) {
    look_at(from, len);
    look_at(to, len);
    memory_.copy(to, from, len);
  }
  Word load_byte(Word addr) const {
    look_at(addr, 1);
    return std::to_integer<Word>(memory_.load_byte(addr));
  }
  Word bins() const { return bins_; }

  // ---- The kernel ----

  Word brk() const { return kernel_.space().brk; }

  bool move_break(Word brk) {
    const Word before = this->brk();
    known_ = {0, 0};
    kernel_.apply(vma::Brk<Word>{brk});
    const bool moved = this->brk() == brk;
    effects_.push_back(malloc::Brk<Word>{brk, moved});
    if (moved && brk < before) memory_.drop(page_align(brk), page_align(before));
    return moved;
  }
  Word map_pages(Word len) {
    known_ = {0, 0};
    const Word addr = address_in(kernel_.space().do_mmap_pgoff(nullptr, 0, len, vma::PROT_READ | vma::PROT_WRITE,
                                                               vma::MAP_PRIVATE | vma::MAP_ANONYMOUS, 0));
    effects_.push_back(malloc::MapPages<Word>{len, addr});
    return addr;
  }
  void unmap_pages(Word addr, Word len) {
    known_ = {0, 0};
    const bool granted = static_cast<bool>(kernel_.space().munmap(addr, len));
    effects_.push_back(malloc::UnmapPages<Word>{addr, len});
    if (granted) memory_.drop(addr, addr + len);
  }
  Word remap_pages(Word addr, Word old_len, Word new_len) {
    known_ = {0, 0};
    const Word moved = address_in(kernel_.space().mremap(addr, old_len, new_len, vma::MREMAP_MAYMOVE, 0));
    effects_.push_back(malloc::RemapPages<Word>{addr, old_len, new_len, moved});
    if (moved == 0) return 0;
    const Word kept = std::min(old_len, new_len);
    if (moved != addr) memory_.copy(moved, addr, kept);
    memory_.drop(moved == addr ? addr + kept : addr, addr + old_len);
    return moved;
  }

  // ---- Notices ----

  void region_begins(Word addr) { regions_.push_back(addr); }
  [[noreturn]] void ends(malloc::Refusal refusal, const char*, Word) const { throw ProgramEnds{refusal}; }

  std::vector<malloc::Effect<Word>> take_effects() {
    kernel_.take_effects();  // those on its own data are another chapter
    return std::exchange(effects_, {});
  }
  const std::vector<Word>& regions() const { return regions_; }
  Map<Word, Word> words() const { return memory_.words(); }

  /// Something changed the address space that was not asked here.
  void forget() { known_ = {0, 0}; }

 private:
  static Word page_align(Word bytes) { return (bytes + page_size - 1) & ~(page_size - 1); }
  static Word address_in(const impl::Returned<Word>& address) { return address ? *address : 0; }

  /// Ends the program if there is no memory at some byte of a range.
  void look_at(Word addr, Word len) const {
    if (known_.start <= addr && addr < known_.end && len <= known_.end - addr) return;
    Word end = addr;
    while (end - addr < len) {
      const auto* area = kernel_.space().find_vma(end);
      if (area == nullptr || area->vm_start > end) throw ProgramEnds{malloc::Refusal::not_mapped};
      known_ = {area->vm_start, area->vm_end};
      end = area->vm_end;
    }
  }

  VmaMachine<Word>& kernel_;
  const Word bins_;
  MallocMemory<Word> memory_;
  mutable malloc::Range<Word> known_{0, 0};  // of the area that was found last
  std::vector<Word> regions_;
  std::vector<malloc::Effect<Word>> effects_;
};

template <std::unsigned_integral Word>
class MallocMachine {
 public:
  struct Answer {
    malloc::Result<Word> result;
    std::vector<malloc::Effect<Word>> effects;
    friend bool operator==(const Answer&, const Answer&) = default;
  };

  /// `boot.allocator` says the machine and the parameters: the implementation is the corrected allocator.
  MallocMachine(impl::AreaCaches<Word>& caches, impl::SlabAllocator<impl::HostPages>& slabs,
                const malloc::Boot<Word>& boot)
      : parameters_(boot.allocator.parameters),
        kernel_(caches, slabs, process(boot)),
        layer_(kernel_, boot.data),
        heap_(layer_, parameters_) {
    layer_.move_break(boot.brk);
    heap_.begin();
    layer_.take_effects();
  }

  Answer apply(const malloc::Command<Word>& command) {
    if (ended_) return {malloc::Refused{*ended_}, {}};
    try {
      malloc::Result<Word> result = std::visit([this](const auto& call) { return this->run(call); }, command);
      blocks_ = malloc::blocks_after<Word>(std::move(blocks_), command, result);
      return {std::move(result), layer_.take_effects()};
    } catch (const ProgramEnds& end) {
      ended_ = end.refusal;
      return {malloc::Refused{end.refusal}, layer_.take_effects()};
    }
  }

  /// Many calls of malloc or free as the heap offers them at once; what they ask of the kernel is kept for
  /// take_effects.
  std::vector<Word> allocate_many(Word bytes, Word count) {
    std::vector<Word> made;
    heap_.allocate_many(bytes, count, [&](Word block) { made.push_back(block); });
    for (const Word block : made)
      blocks_ = malloc::blocks_after<Word>(std::move(blocks_), malloc::Malloc<Word>{bytes},
                                           malloc::Address<Word>{block});
    return made;
  }
  void release_many(const std::vector<Word>& blocks) {
    auto next = blocks.begin();
    heap_.release_many([&] { return next == blocks.end() ? Word{0} : *next++; });
    for (const Word block : blocks)
      blocks_ = malloc::blocks_after<Word>(std::move(blocks_), malloc::Free<Word>{block}, malloc::Nothing{});
  }
  std::vector<malloc::Effect<Word>> take_effects() { return layer_.take_effects(); }

  /// The state in its canonical form, or what can be seen of a heap of which the links lead to where nothing is.
  void observe(malloc::State<Word>& seen) const {
    kernel_.observe(seen.space);
    seen.bins = layer_.bins();
    seen.top = heap_.top();
    seen.top_end = heap_.top_end();
    seen.regions = layer_.regions();
    seen.mapped_blocks = heap_.mapped_blocks();
    seen.blocks = blocks_;
    seen.words = layer_.words();
    try {
      for (const auto& [addr, word] : links_of_lists()) seen.words = updated(std::move(seen.words), addr, word);
    } catch (const ProgramEnds&) {
      // Then the tags and the other words say it.
    }
    seen = malloc::canonical(parameters_, std::move(seen));
  }

 private:
  using Result = malloc::Result<Word>;
  using Heap = impl::UserHeap<SimulatedMallocLayer<Word>>;
  using Layout = typename Heap::Layout;

  static vma::Boot<Word> process(const malloc::Boot<Word>& boot) {
    const BasicMachine<Word>& machine = boot.allocator.kernel.machine;
    const Word any = ~Word{0};
    return {.kernel = boot.allocator.kernel,
            .end_code = boot.data,
            .start_data = boot.data,
            .brk = boot.data,
            .stack_start = 0,
            .stack_end = 0,
            .knobs = {.free_pages = machine.ram_pages,
                      .buffer_pages = 0,
                      .cache_pages = 0,
                      .swap_pages = 0,
                      .overcommit = true,
                      .physpages = machine.ram_pages,
                      .rlimit_as = any,
                      .rlimit_data = any,
                      .rlimit_stack = any,
                      .rlimit_memlock = any,
                      .cap_ipc_lock = false,
                      .max_map_count = machine.max_map_count,
                      .fail_vma = 0,
                      .fail_shmem = 0,
                      .fail_move = 0}};
  }

  /// The rings of chunks of many sizes as they would be lists in the order of sizes, from their heads on: in a heap that nobody damaged.
  std::map<Word, Word> links_of_lists() const {
    std::map<Word, std::vector<Word>> by_size;
    heap_.for_large_free_chunks([&](Word chunk, Word size) { by_size[size].push_back(chunk); });
    std::map<Word, Word> links;
    std::map<Word, Word> last_of_list;
    for (const auto& [size, chunks] : by_size) {
      const Word head = layer_.bins() + (Layout::exact_bins + Layout::large_bin_of(size)) * Layout::alignment;
      Word& last = last_of_list.try_emplace(head, head).first->second;
      for (const Word chunk : chunks) {
        links[Layout::at_fd(last)] = chunk;
        links[Layout::at_bk(chunk)] = last;
        last = chunk;
      }
      links[Layout::at_fd(last)] = head;
      links[Layout::at_bk(head)] = last;
    }
    return links;
  }

  // ---- Calls ----

  Result block_or_refusal(Word block) const {
    if (block == 0) return malloc::Refused{heap_.refusal()};
    return malloc::Address<Word>{block};
  }
  Result run(const malloc::Malloc<Word>& c) { return block_or_refusal(heap_.allocate(c.bytes)); }
  Result run(const malloc::Free<Word>& c) {
    heap_.release(c.block);
    return malloc::Nothing{};
  }
  Result run(const malloc::Calloc<Word>& c) { return block_or_refusal(heap_.allocate_zero(c.count, c.size)); }
  Result run(const malloc::Realloc<Word>& c) {
    const Word block = heap_.resize(c.block, c.bytes);
    if (c.block != 0 && c.bytes == 0) return malloc::Address<Word>{block};
    return block_or_refusal(block);
  }
  Result run(const malloc::Memalign<Word>& c) {
    return block_or_refusal(heap_.allocate_aligned(c.alignment, c.bytes));
  }
  Result run(const malloc::MallocUsableSize<Word>& c) { return malloc::Number<Word>{heap_.usable_bytes(c.block)}; }
  Result run(const malloc::MallocTrim<Word>& c) {
    return malloc::Number<Word>{heap_.trim(c.pad) ? Word{1} : Word{0}};
  }

  // ---- What the program does itself ----

  Result run(const malloc::Sbrk<Word>& c) {
    const Word before = layer_.brk();
    if (c.increment != 0 && !layer_.move_break(before + c.increment))
      return malloc::Refused{malloc::Refusal::break_stays};
    return malloc::Address<Word>{before};
  }
  Result run(const malloc::LoadByte<Word>& c) { return malloc::Number<Word>{layer_.load_byte(c.addr)}; }
  Result run(const malloc::LoadWord<Word>& c) { return malloc::Number<Word>{layer_.load(c.addr)}; }
  Result run(const malloc::StoreByte<Word>& c) {
    layer_.fill(c.addr, 1, c.byte);
    return malloc::Nothing{};
  }
  Result run(const malloc::StoreWord<Word>& c) {
    layer_.store(c.addr, c.word);
    return malloc::Nothing{};
  }
  Result run(const malloc::Memset<Word>& c) {
    layer_.fill(c.addr, c.len, c.byte);
    return malloc::Nothing{};
  }
  Result run(const vma::SetKnobs<Word>& c) {
    kernel_.apply(c);
    layer_.forget();
    return malloc::Nothing{};
  }

  const malloc::BasicParameters<Word> parameters_;
  VmaMachine<Word> kernel_;
  SimulatedMallocLayer<Word> layer_;
  Heap heap_;
  std::vector<malloc::Block<Word>> blocks_;
  std::optional<malloc::Refusal> ended_;
};

}  // namespace refmm::inline REFMM_BUILD
