#include <refmm/tests/conform_reality.hpp>

#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::conform {
namespace {

/// The addresses that a heap may have: up to so many bytes from where it begins.
constexpr Native largest_heap = Native{64} << 20;

Native shifted(Native address, Native from, Native to) {
  return address >= from && address - from < largest_heap ? address - from + to : address;
}

}  // namespace

since::WorldCommand<Native> HeapShift::to_there(since::WorldCommand<Native> command) const {
  const auto shift = [&](auto& call) {
    if constexpr (requires { call.addr; }) call.addr = shifted(call.addr, here, there);
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(call)>, vma::Brk<Native>>) {
      if (call.brk != 0) call.brk = call.brk - here + there;
    }
  };
  std::visit(
      [&](auto& call) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(call)>, since::Command<Native>>)
          std::visit(shift, call);
        else
          shift(call);
      },
      command);
  return command;
}

since::WorldResult<Native> HeapShift::to_here(since::WorldResult<Native> result) const {
  auto* of_call = std::get_if<since::Result<Native>>(&result);
  auto* address = of_call ? std::get_if<vma::Address<Native>>(of_call) : nullptr;
  if (address) address->value = shifted(address->value, there, here);
  return result;
}

since::State<Native> HeapShift::to_here(since::State<Native> state) const {
  for (vma::Area<Native>& area : state.base.mm.areas) {
    const Native start = shifted(area.vm_start, there, here);
    area.vm_end = area.vm_end - area.vm_start + start;
    area.vm_start = start;
  }
  return state;
}

}  // namespace refmm::conform
