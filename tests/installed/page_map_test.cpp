// The program's own test: whatever is called, its bookkeeping is that of Linux 2.4.0, which is the model of refmm.
//
//   own_test           all calls agree, or the shortest list of calls after which they do not
//   own_test lost      the same with a mistake in the program
#include "page_map.hpp"

#include <refmm/model/vma.hpp>

#include <rapidcheck.h>

#include <cstdint>
#include <iostream>
#include <utility>
#include <variant>
#include <vector>

namespace {

using Word = std::uint32_t;
namespace vma = refmm::vma;

/// The corrected kernel, with memory for everything.
constexpr vma::Boot<Word> boot{.kernel = vma::corrected,
                               .end_code = 0x8048000,
                               .start_data = 0x8049000,
                               .brk = 0x804a000,
                               .stack_start = 0,
                               .stack_end = 0,
                               .knobs = {.free_pages = 100000,
                                         .buffer_pages = 0,
                                         .cache_pages = 0,
                                         .swap_pages = 0,
                                         .overcommit = true,
                                         .physpages = 100000,
                                         .rlimit_as = ~Word{0},
                                         .rlimit_data = ~Word{0},
                                         .rlimit_stack = ~Word{0},
                                         .rlimit_memlock = ~Word{0},
                                         .cap_ipc_lock = true,
                                         .max_map_count = 65536,
                                         .fail_vma = 0,
                                         .fail_shmem = 0,
                                         .fail_move = 0}};

enum class Name { mmap, munmap, mprotect };
struct Call {
  Name name;
  Word addr, len, prot;
};

std::ostream& operator<<(std::ostream& out, const Call& call) {
  constexpr const char* names[] = {"mmap", "munmap", "mprotect"};
  return out << names[static_cast<int>(call.name)] << '(' << call.addr << ", " << call.len << ", " << call.prot
             << ')';
}

rc::Gen<Call> any_call() {
  const auto place =
      rc::gen::map(rc::gen::inRange(0, 8), [](int page) { return 0x40000000u + Word(page) * 4096; });
  const auto length = rc::gen::inRange(Word{0}, Word{4 * 4096});
  return rc::gen::build<Call>(
      rc::gen::set(&Call::name, rc::gen::element(Name::mmap, Name::munmap, Name::mprotect)),
      rc::gen::set(&Call::addr, rc::gen::oneOf(place, rc::gen::map(place, [](Word addr) { return addr + 1; }))),
      rc::gen::set(&Call::len, length), rc::gen::set(&Call::prot, rc::gen::inRange(Word{0}, Word{8})));
}

vma::Command<Word> command_of(const Call& call) {
  switch (call.name) {
    case Name::mmap:
      return vma::Mmap<Word>{.addr = call.addr,
                             .len = call.len,
                             .prot = call.prot,
                             .flags = vma::MAP_PRIVATE | vma::MAP_FIXED | vma::MAP_ANONYMOUS,
                             .fd = -1,
                             .offset = 0};
    case Name::munmap:
      return vma::Munmap<Word>{call.addr, call.len};
    default:
      return vma::Mprotect<Word>{call.addr, call.len, call.prot};
  }
}

int own_result(PageMap& map, const Call& call) {
  switch (call.name) {
    case Name::mmap:
      return map.mmap_fixed(call.addr, call.len, call.prot);
    case Name::munmap:
      return map.munmap(call.addr, call.len);
    default:
      return map.mprotect(call.addr, call.len, call.prot);
  }
}

/// What the model has mapped, page by page.
PageMap::Pages pages_of(const vma::State<Word>& state) {
  PageMap::Pages pages;
  for (const vma::Area<Word>& area : state.mm.areas) {
    for (Word at = area.vm_start; at < area.vm_end; at += 4096) pages[at] = area.vm_flags & vma::VM_ACCESS;
  }
  return pages;
}

}  // namespace

int main(int count, char**) {
  const Word lost = count > 1 ? 4096 : 0;
  const bool agrees = rc::check("the pages that are mapped are those of the model", [lost] {
    PageMap map(lost);
    vma::State<Word> state = refmm::model::boot<Word>(boot);
    for (const Call& call : *rc::gen::container<std::vector<Call>>(any_call())) {
      auto outcome = refmm::model::step<Word>(boot.kernel, std::move(state), command_of(call));
      state = std::move(outcome.state);
      const bool refused = std::holds_alternative<vma::Refused>(outcome.result);
      RC_LOG() << call << '\n';
      RC_ASSERT((own_result(map, call) != 0) == refused);
      RC_ASSERT(map.pages() == pages_of(state));
    }
  });
  return agrees ? 0 : 1;
}
