#include <refmm/tests/conform_commands.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::conform {
namespace {

constexpr Native page = 4096;
constexpr Native window = 0x10000000;  // where fixed addresses are, away from the program and from the base

/// Draws what calls are made of.
class Draw {
 public:
  Draw(std::mt19937_64& random, const since::State<Native>& state, const since::KernelOf<Native>& kernel,
       Bits bits)
      : random_(random), state_(state), kernel_(kernel), bits_(bits) {}

  Native below(Native bound) { return std::uniform_int_distribution<Native>(0, bound - 1)(random_); }
  bool once_in(Native times) { return below(times) == 0; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + below(values.size()));
  }

  /// An address of a page: of an area, beside one, in the window, or at the edges of the task.
  Native address() { return place() & most(); }
  Native masked(Native address) const { return address & most(); }
  Native odd_address() {
    return once_in(24) ? masked(address() + one_of<Native>({1, page - 1, 1 + below(page - 1)})) : address();
  }

  Native length() {
    const Native kind = below(32);
    if (kind == 0) return 0;
    if (kind == 1)
      return one_of<Native>(
          {most(), most() - page, ~Native{0xfff} & most(), 1, 0x200000, 0x400000, kernel_.base.machine.task_size});
    const Native pages = 1 + below(kind < 20 ? 4 : 12);
    return kind < 28 ? pages * page : pages * page - below(page);
  }
  Native protection() {
    if (once_in(30))
      return one_of<Native>({since::PROT_SEM | 1, since::PROT_SEM | 3, since::PROT_GROWSDOWN | 1,
                             since::PROT_GROWSDOWN | 3, since::PROT_GROWSUP | 1,
                             since::PROT_GROWSDOWN | since::PROT_GROWSUP | 1, 0x10, 0x80000000});
    return one_of<Native>({0, 1, 1, 3, 3, 3, 3, 5, 7});
  }
  /// Of a program of 32 bits the offset has as many bits of pages.
  Native large_offset() {
    const Native largest = bits_ == Bits::of_32 ? Native{0xffffffff} * page : ~Native{0} >> 1 & ~(page - 1);
    return one_of<Native>({0x100000 * page, 0xfffff * page, largest, largest - page, largest - 2 * page});
  }
  std::uint32_t seed_byte() { return static_cast<std::uint32_t>(1 + below(255)); }

 private:
  Native place() {
    const auto& areas = state_.base.mm.areas;
    const Native kind = below(16);
    if (kind < 8 && !areas.empty()) {
      const auto& area = areas[below(areas.size())];
      const Native inside = area.vm_start + below((area.vm_end - area.vm_start) / page) * page;
      return one_of({area.vm_start, area.vm_end, inside, inside, area.vm_start - page * (1 + below(4)),
                     area.vm_end + page * below(4)});
    }
    if (kind < 14) return window + page * below(48);
    if (kind == 14) return window + (below(4) << 20) + page * below(4);  // guard gaps
    const Native task_size = kernel_.base.machine.task_size;
    return one_of<Native>({0, page, 2 * page, 0x10000, task_size, task_size - page, task_size - 2 * page,
                           kernel_.base.machine.task_unmapped_base, ~Native{0xfff} & most()});
  }

  Native most() const { return bits_ == Bits::of_32 ? 0xffffffff : ~Native{0}; }

  std::mt19937_64& random_;
  const since::State<Native>& state_;
  const since::KernelOf<Native>& kernel_;
  Bits bits_;
};

// ---- Calls ----------------------------------------------------------------------------------------------------------

since::Command<Native> made_up_mmap(Draw& draw) {
  vma::Mmap<Native> call{draw.odd_address(), draw.length(), draw.protection(), 0, -1, 0};
  if (draw.once_in(3)) call.addr = 0;
  call.flags = draw.one_of<Native>({vma::MAP_PRIVATE, vma::MAP_PRIVATE, vma::MAP_PRIVATE, vma::MAP_SHARED});
  if (draw.once_in(24)) call.flags = draw.one_of<Native>({0, 3, 4, since::MAP_DROPPABLE, 15});
  const bool anonymous = !draw.once_in(4);
  if (anonymous) call.flags |= vma::MAP_ANONYMOUS;
  if (!anonymous || draw.once_in(8)) {
    call.fd = draw.one_of({3, 3, 4, 5, 6, 6, 6, 7, 7, 9, -1});
    call.offset = page * draw.below(6);
    if (draw.once_in(20)) call.offset = draw.large_offset();
  }
  if (call.addr != 0 && !draw.once_in(4)) call.flags |= vma::MAP_FIXED;
  if (draw.once_in(10)) call.flags |= since::MAP_FIXED_NOREPLACE;
  if (draw.once_in(12)) call.flags |= vma::MAP_GROWSDOWN;
  if (draw.once_in(16)) call.flags |= vma::MAP_NORESERVE;
  if (draw.once_in(16)) call.flags |= vma::MAP_LOCKED;
  if (draw.once_in(24)) call.flags |= since::MAP_STACK;
  return call;
}

since::Command<Native> made_up_mremap(Draw& draw) {
  vma::Mremap<Native> call{draw.odd_address(), draw.length(), draw.length(), 0, 0};
  if (draw.once_in(3)) call.new_len = call.old_len;
  call.flags = draw.one_of<Native>({0, 1, 1, 1, 3, 3, 3, 2, 5, 7, 4, 8});
  call.new_addr = draw.odd_address();
  return call;
}

since::Command<Native> made_up_brk(Draw& draw, const since::State<Native>& state) {
  const Native brk = state.base.mm.brk;
  return vma::Brk<Native>{
      draw.masked(draw.one_of<Native>({0, state.start_brk, state.start_brk - page, brk + page * draw.below(6),
                                       brk + draw.below(3 * page), brk - draw.below(3 * page), brk - page}))};
}

std::uint32_t made_up_advice(Draw& draw) {
  if (draw.once_in(20)) return draw.one_of<std::uint32_t>({5, 6, 99});  // no such advice
  return static_cast<std::uint32_t>(draw.below(5));
}

since::WorldCommand<Native> made_up_command(Draw& draw, const since::World<Native>& world,
                                            const since::State<Native>& state) {
  const auto call = [](since::Command<Native> command) { return since::WorldCommand<Native>(std::move(command)); };
  const Native kind = draw.below(100);
  if (kind < 26) return call(made_up_mmap(draw));
  if (kind < 36) return call(vma::Munmap<Native>{draw.odd_address(), draw.length()});
  if (kind < 50) return call(vma::Mprotect<Native>{draw.odd_address(), draw.length(), draw.protection()});
  if (kind < 62) return call(made_up_mremap(draw));
  if (kind < 66) return call(made_up_brk(draw, state));
  if (kind < 69) return call(vma::Mlock<Native>{draw.odd_address(), draw.length()});
  if (kind < 70) return call(since::Mlock2<Native>{draw.odd_address(), draw.length(), draw.below(3)});
  if (kind < 73) return call(vma::Munlock<Native>{draw.odd_address(), draw.length()});
  if (kind == 73) return call(vma::Mlockall<Native>{draw.below(10)});
  if (kind == 74) return call(vma::Munlockall{});
  if (kind < 79) return call(since::Madvise<Native>{draw.odd_address(), draw.length(), made_up_advice(draw)});
  if (kind == 79 && world.processes.size() < 3) return since::Fork{};
  const Native byte = draw.address() + draw.below(page);
  if (kind < 90) return since::Store<Native>{byte, static_cast<std::uint8_t>(draw.seed_byte())};
  return since::Load<Native>{byte};
}

// ---- What must not be done ------------------------------------------------------------------------------------------

bool overlap(Native start, Native len, const Untouchable& image) {
  const Native end = start + len < start ? ~Native{0} : start + len;
  return start < image.end + page && end > image.start - page;
}

/// Whether a call could take away, or write to, what the program lives from.
struct Touches {
  Untouchable image;
  bool operator()(const vma::Mmap<Native>& c) const {
    const Native fixed = vma::MAP_FIXED | since::MAP_FIXED_NOREPLACE;
    return (c.flags & fixed) != 0 && overlap(c.addr, c.len, image);
  }
  bool operator()(const vma::Munmap<Native>& c) const { return overlap(c.addr, c.len, image); }
  bool operator()(const vma::Mprotect<Native>& c) const { return overlap(c.addr, c.len, image); }
  bool operator()(const vma::Mremap<Native>& c) const {
    return overlap(c.addr, std::max(c.old_len, c.new_len), image) || overlap(c.new_addr, c.new_len, image);
  }
  bool operator()(const vma::Mlock<Native>& c) const { return overlap(c.addr, c.len, image); }
  bool operator()(const vma::Munlock<Native>& c) const { return overlap(c.addr, c.len, image); }
  bool operator()(const since::Mlock2<Native>& c) const { return overlap(c.addr, c.len, image); }
  bool operator()(const since::Madvise<Native>& c) const { return overlap(c.addr, c.len, image); }
  bool operator()(const since::Load<Native>& c) const { return overlap(c.addr, 1, image); }
  bool operator()(const since::Store<Native>& c) const { return overlap(c.addr, 1, image); }
  bool operator()(const since::Command<Native>& command) const { return std::visit(*this, command); }
  bool operator()(const auto&) const { return false; }
};

}  // namespace

SessionStep made_up_step(std::mt19937_64& random, const since::KernelOf<Native>& kernel,
                         const since::World<Native>& world, Bits bits, const Untouchable& image) {
  const std::size_t process = std::uniform_int_distribution<std::size_t>(0, world.processes.size() - 1)(random);
  const since::State<Native>& state = world.processes[process].state;
  Draw draw(random, state, kernel, bits);
  for (;;) {
    since::WorldCommand<Native> command = made_up_command(draw, world, state);
    if (!std::visit(Touches{image}, command)) return {process, std::move(command)};
  }
}

SessionLimits made_up_limits(std::mt19937_64& random) {
  const auto once_in = [&](int times) { return std::uniform_int_distribution(0, times - 1)(random) == 0; };
  SessionLimits limits{};
  if (once_in(8)) limits.address_space = 24;
  if (once_in(8)) limits.data = 12;
  if (once_in(4)) limits.locked = std::uniform_int_distribution<Native>(0, 60)(random);
  return limits;
}

}  // namespace refmm::conform
