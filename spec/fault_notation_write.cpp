// From the vocabulary of processes and demand paging to the lines of a transcript.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <concepts>
#include <string_view>
#include <type_traits>
#include <variant>

namespace refmm::process {
namespace {

using Word = std::uint32_t;
using vma::address_notation;
using vma::flags_notation;
using vma::length_notation;

// ---- Calls ----------------------------------------------------------------------------------------------------

std::string at(std::string_view name, Word addr) { return fmt::format("{}({})", name, address_notation(addr)); }

std::string with_byte(std::string_view name, const auto& call) {
  return fmt::format("{}({}, {})", name, address_notation(call.addr), call.byte);
}

std::string notation_of(const Load<Word>& call) { return at("load", call.addr); }
std::string notation_of(const Store<Word>& call) { return with_byte("store", call); }
std::string notation_of(const GetUser<Word>& call) { return at("get_user", call.addr); }
std::string notation_of(const PutUser<Word>& call) { return with_byte("put_user", call); }

/// Here NULL leaves the address to the kernel, and offsets are decimal.
std::string notation_of(const vma::Mmap<Word>& call) {
  return fmt::format("mmap({}, {}, {}, {}, {}, {})", call.addr == 0 ? "NULL" : address_notation(call.addr),
                     length_notation(call.len), vma::prot_notation(call.prot),
                     flags_notation(vma::map_flags(), call.flags), call.fd, call.offset);
}
std::string notation_of(const vma::Brk<Word>& call) { return call.brk == 0 ? "brk(0)" : at("brk", call.brk); }

std::string notation_of(const Madvise<Word>& call) {
  return fmt::format("madvise({}, {}, {})", address_notation(call.addr), length_notation(call.len),
                     advice_notation(call.advice));
}
std::string notation_of(const Msync<Word>& call) {
  return fmt::format("msync({}, {}, {})", address_notation(call.addr), length_notation(call.len),
                     flags_notation(msync_flags(), call.flags));
}
std::string notation_of(const Truncate<Word>& call) {
  return fmt::format("truncate(\"{}\", {})", file_notation(call.file), call.size);
}
std::string with_descriptor(std::string_view name, const auto& call) {
  return fmt::format("{}({}, {}, {}, {})", name, call.fd, address_notation(call.addr), length_notation(call.len),
                     offset_notation(call.offset));
}
std::string notation_of(const Pread<Word>& call) { return with_descriptor("pread", call); }
std::string notation_of(const Pwrite<Word>& call) { return with_descriptor("pwrite", call); }
std::string notation_of(const Fork&) { return "fork()"; }
std::string notation_of(const Exit&) { return "exit()"; }
std::string notation_of(const Esp<Word>& call) { return at("esp", call.addr); }
std::string notation_of(const Peek<Word>& call) {
  return fmt::format("peek({}, {})", call.pid, address_notation(call.addr));
}
std::string notation_of(const Poke<Word>& call) {
  return fmt::format("poke({}, {}, {})", call.pid, address_notation(call.addr), call.byte);
}
std::string notation_of(const MapKiobuf<Word>& call) {
  return fmt::format("map_kiobuf({}, {}, {})", call.rw == Direction::READ ? "READ" : "WRITE",
                     address_notation(call.addr), length_notation(call.len));
}
std::string notation_of(const UnmapKiobuf&) { return "unmap_kiobuf()"; }

/// The other calls about areas.
template <class AboutAreas>
std::string notation_of(const AboutAreas& call)
  requires std::constructible_from<vma::Command<Word>, const AboutAreas&>
{
  return vma::notation(vma::Command<Word>(call));
}

std::string notation_of(const OfProcess<Word>& command) {
  return fmt::format("[pid {}] {}", command.pid,
                     std::visit([](const auto& call) { return notation_of(call); }, command.call));
}
std::string notation_of(const SwapOut<Word>& call) {
  return fmt::format("swap_out({}, {})", call.pid, address_notation(call.addr));
}
std::string notation_of(const Reclaim&) { return "reclaim()"; }
std::string notation_of(const Swapoff&) { return "swapoff()"; }
std::string notation_of(const Swapon&) { return "swapon()"; }
std::string notation_of(const Set<Word>& set) { return set_notation(set); }

// ---- Refusals -------------------------------------------------------------------------------------------------

/// What a process sees of its own access, if the refusal is of one.
const char* signal_of(Refusal refusal) {
  using enum Refusal;
  switch (refusal) {
    case kernel_address:
    case no_area:
    case below_stack_pointer:
    case stack_limit:
    case not_permitted:
      return "SIGSEGV";
    case beyond_object:
    case not_readable:
      return "SIGBUS";
    case no_page_table:
    case no_page:
      return "OOM";
    default:
      return "";
  }
}

/// Of calls that are no access.
const char* error_of(Refusal refusal) {
  using enum Refusal;
  switch (refusal) {
    case no_such_process:
      return "-1 ESRCH";
    case kernel_address:
    case no_area:
    case below_stack_pointer:
    case stack_limit:
    case not_permitted:
    case beyond_object:
    case not_readable:
    case buffer_outside_task:
    case not_mapped:
      return "-1 EFAULT";
    case no_page_table:
    case no_page:
    case no_page_directory:
    case no_area_structure:
    case no_page_table_to_copy:
    case no_page_for_file:
    case too_many_areas:
    case no_room_for_slots:
      return "-1 ENOMEM";
    case address_unaligned:
    case range_wraps:
    case unknown_flags:
    case unknown_advice:
    case locked_area:
    case iobuf_in_use:
    case swap_not_in_use:
    case offset_negative:
      return "-1 EINVAL";
    case descriptor_not_open:
    case descriptor_not_readable:
    case descriptor_not_writable:
    case no_file_to_read:
      return "-1 EBADF";
    case no_structure:
      return "-1 EAGAIN";
    case file_page_unreadable:
    case reserved_page:
    case slot_unreadable:
      return "-1 EIO";
    case not_permitted_io:
      return "-1 EACCES";
    case swap_in_use:
      return "-1 EBUSY";
    case page_without_mapping:
    case area_without_file:
    case window_without_file:
    case object_without_readpage:
    case debugger_without_area:
      return "OOPS";
    case page_stays_locked:
      return "HANG";
  }
  return "";
}

template <class Asked>
constexpr bool is_one_of(std::type_identity<Asked>, auto... others) {
  return (std::same_as<Asked, typename decltype(others)::type> || ...);
}

/// What accesses through the kernel and a debugger's give whatever went wrong; null for other calls.
template <class Asked>
constexpr const char* only_error_of() {
  constexpr std::type_identity<Asked> asked;
  if constexpr (is_one_of(asked, std::type_identity<GetUser<Word>>(), std::type_identity<PutUser<Word>>()))
    return "-1 EFAULT";
  else if constexpr (is_one_of(asked, std::type_identity<Peek<Word>>(), std::type_identity<Poke<Word>>()))
    return "-1 EIO";
  else
    return nullptr;
}

template <class Asked>
std::string refusal_of(const Asked&, Refusal refusal) {
  constexpr const char* only_error = only_error_of<Asked>();
  if (refusal == Refusal::no_such_process || ends_everything(refusal)) return error_of(refusal);
  if (only_error != nullptr) return only_error;
  if constexpr (std::same_as<Asked, Load<Word>> || std::same_as<Asked, Store<Word>>) {
    if (const std::string signal = signal_of(refusal); !signal.empty()) return signal;
  }
  // A range that is held, or copied to or from, may end in a page that cannot be had.
  constexpr bool has_range = is_one_of(std::type_identity<Asked>(), std::type_identity<MapKiobuf<Word>>(),
                                       std::type_identity<Pread<Word>>(), std::type_identity<Pwrite<Word>>());
  const bool no_memory = refusal == Refusal::no_page_table || refusal == Refusal::no_page;
  if (has_range && no_memory) return "-1 EFAULT";
  if (std::same_as<Asked, Madvise<Word>> && refusal == Refusal::not_mapped) return "-1 ENOMEM";
  return error_of(refusal);
}

template <class Asked>
std::string refusal_of(const Asked&, vma::Refusal refusal) {
  constexpr const char* only_error = only_error_of<Asked>();
  return only_error != nullptr && !vma::ends_everything(refusal) ? only_error : vma::notation(refusal);
}

// ---- Results --------------------------------------------------------------------------------------------------

std::string notation_of(const auto&, const vma::Nothing&) { return ""; }
std::string notation_of(const auto&, const vma::Success&) { return "0"; }
std::string notation_of(const auto&, const Byte<Word>& result) { return fmt::format("{}", result.value); }
std::string notation_of(const auto&, const Stored&) { return "ok"; }
/// An address so high that user space takes it for an error reads as that error.
template <class Asked>
std::string notation_of(const Asked& call, const vma::Address<Word>& result) {
  if constexpr (std::constructible_from<vma::Command<Word>, const Asked&>)
    return vma::notation(vma::Command<Word>(call), vma::Result<Word>(result));
  else
    return address_notation(result.value);
}
std::string notation_of(const auto&, const vma::Descriptor& result) { return fmt::format("{}", result.fd); }
std::string notation_of(const auto&, const Pid<Word>& result) { return fmt::format("{}", result.value); }
std::string notation_of(const auto&, const Pages<Word>& result) { return fmt::format("{}", result.count); }
std::string notation_of(const auto&, const Copied<Word>& result) { return fmt::format("{}", result.bytes); }
std::string notation_of(const auto& call, const Refused& result) { return refusal_of(call, result.refusal); }
std::string notation_of(const auto& call, const vma::Refused& result) { return refusal_of(call, result.refusal); }

// ---- Effects --------------------------------------------------------------------------------------------------

std::string of_frame(std::string_view name, Word pfn) { return fmt::format("{}({})", name, frame_notation(pfn)); }

const char* code_notation(fault::SignalCode code) {
  switch (code) {
    case fault::SignalCode::segv_maperr:
      return "SEGV_MAPERR";
    case fault::SignalCode::segv_accerr:
      return "SEGV_ACCERR";
    case fault::SignalCode::bus_adrerr:
      return "BUS_ADRERR";
    case fault::SignalCode::never_set:
      return "?";
  }
  return "";
}

const char* way_notation(fault::Transfer way) { return way == fault::Transfer::read ? "read" : "write"; }
const char* end_of_transfer(bool done) { return done ? "" : " = -1 EIO"; }

std::string notation_of(const fault::PageFault<Word>& effect) {
  return fmt::format("page_fault({}, {})", address_notation(effect.addr),
                     flags_notation(fault_codes(), effect.code));
}
std::string notation_of(const fault::MinorFault&) { return "minor_fault()"; }
std::string notation_of(const fault::MajorFault&) { return "major_fault()"; }
std::string notation_of(const fault::ForceSig<Word>& effect) {
  return fmt::format("force_sig({}, {}, {})", effect.signal == fault::Signal::sigsegv ? "SIGSEGV" : "SIGBUS",
                     code_notation(effect.code), address_notation(effect.addr));
}
std::string notation_of(const fault::DoExit&) { return "do_exit(SIGKILL)"; }
std::string notation_of(const fault::Fixup&) { return "fixup()"; }
std::string notation_of(const fault::AllocPage<Word>& effect) {
  return fmt::format("alloc_page({}) = {}", effect.type == fault::Gfp::GFP_KERNEL ? "GFP_KERNEL" : "GFP_USER",
                     effect.pfn ? frame_notation(*effect.pfn) : "NULL");
}
std::string notation_of(const fault::FreePage<Word>& effect) { return of_frame("free_page", effect.pfn); }
std::string notation_of(const fault::ClearPage<Word>& effect) { return of_frame("clear_page", effect.pfn); }
std::string notation_of(const fault::CopyPage<Word>& effect) {
  return fmt::format("copy_page({}, {})", frame_notation(effect.to), frame_notation(effect.from));
}
std::string notation_of(const fault::FlushTlb&) { return "flush_tlb()"; }
std::string notation_of(const fault::FlushTlbPage<Word>& effect) { return at("flush_tlb_page", effect.addr); }
std::string notation_of(const fault::FileTransfer<Word>& effect) {
  return fmt::format("file_{}({}, page {}, {}){}", way_notation(effect.way), file_notation(effect.file),
                     effect.page, frame_notation(effect.pfn), end_of_transfer(effect.done));
}
std::string notation_of(const fault::SwapTransfer<Word>& effect) {
  return fmt::format("swap_{}(slot {}, {}){}", way_notation(effect.way), effect.slot, frame_notation(effect.pfn),
                     end_of_transfer(effect.done));
}

std::string notation_of(const fault::CopyToUser<Word>& effect) {
  return fmt::format("copy_to_user({}, {})", address_notation(effect.addr), effect.len);
}
std::string notation_of(const fault::CopyFromUser<Word>& effect) {
  return fmt::format("copy_from_user({}, {})", address_notation(effect.addr), effect.len);
}

}  // namespace

std::string notation(const Command<Word>& command) {
  return std::visit([](const auto& asked) { return notation_of(asked); }, command);
}

std::string notation(const Command<Word>& command, const Result<Word>& result) {
  const auto of = [](const auto& asked, const auto& answer) { return notation_of(asked, answer); };
  const auto* by_process = std::get_if<OfProcess<Word>>(&command);
  return by_process != nullptr ? std::visit(of, by_process->call, result) : std::visit(of, command, result);
}

std::string notation(const fault::Effect<Word>& effect) {
  return std::visit([](const auto& alternative) { return notation_of(alternative); }, effect);
}

bool returns_something(const Command<Word>& command) {
  const auto* by_process = std::get_if<OfProcess<Word>>(&command);
  if (by_process == nullptr) return !std::holds_alternative<Set<Word>>(command);
  return !std::holds_alternative<Exit>(by_process->call) && !std::holds_alternative<Esp<Word>>(by_process->call) &&
         !std::holds_alternative<UnmapKiobuf>(by_process->call);
}

}  // namespace refmm::process
