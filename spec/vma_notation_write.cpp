// From the vocabulary of memory areas to the lines of a transcript.

#include <refmm/spec/error_names.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_knobs.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <type_traits>
#include <variant>

namespace refmm::vma {
namespace {

using Word = std::uint32_t;

// ---- Values ---------------------------------------------------------------------------------------------------

std::string address(Word value) { return address_notation(value); }

std::string length(Word value) { return length_notation(value); }

std::string offset(Word value) { return value == 0 ? "0" : fmt::format("0x{:x}", value); }

std::string quoted(const Name& name) { return '"' + name.str() + '"'; }

// ---- Calls ----------------------------------------------------------------------------------------------------

std::string notation_of(const Open& call) {
  return fmt::format("open({}, {})", quoted(call.name), mode_notation(call.mode));
}
std::string notation_of(const Close& call) { return fmt::format("close({})", call.fd); }

std::string mapping(std::string_view name, const auto& call, Word where_in_file) {
  return fmt::format("{}({}, {}, {}, {}, {}, {})", name, address(call.addr), length(call.len),
                     prot_notation(call.prot), flags_notation(map_flags(), call.flags), call.fd,
                     offset(where_in_file));
}
std::string notation_of(const Mmap<Word>& call) { return mapping("mmap", call, call.offset); }
std::string notation_of(const Mmap2<Word>& call) { return mapping("mmap2", call, call.pgoff); }
std::string notation_of(const DoMmap<Word>& call) { return mapping("do_mmap", call, call.offset); }

std::string of_range(std::string_view name, const auto& call) {
  return fmt::format("{}({}, {})", name, address(call.addr), length(call.len));
}
std::string notation_of(const Munmap<Word>& call) { return of_range("munmap", call); }
std::string notation_of(const DoBrk<Word>& call) { return of_range("do_brk", call); }
std::string notation_of(const Mlock<Word>& call) { return of_range("mlock", call); }
std::string notation_of(const Munlock<Word>& call) { return of_range("munlock", call); }
std::string notation_of(const GetUnmappedArea<Word>& call) { return of_range("get_unmapped_area", call); }

std::string notation_of(const Brk<Word>& call) { return fmt::format("brk({})", address(call.brk)); }
std::string notation_of(const Mprotect<Word>& call) {
  return fmt::format("mprotect({}, {}, {})", address(call.addr), length(call.len), prot_notation(call.prot));
}
std::string notation_of(const Mremap<Word>& call) {
  const bool fixed = (call.flags & MREMAP_FIXED) != 0;
  return fmt::format("mremap({}, {}, {}, {}{})", address(call.addr), length(call.old_len), length(call.new_len),
                     flags_notation(mremap_flags(), call.flags), fixed ? ", " + address(call.new_addr) : "");
}
std::string notation_of(const Mlockall<Word>& call) {
  return fmt::format("mlockall({})", flags_notation(mlockall_flags(), call.flags));
}
std::string notation_of(const Munlockall&) { return "munlockall()"; }
std::string notation_of(const FindExtendVma<Word>& call) {
  return fmt::format("find_extend_vma({})", address(call.addr));
}
std::string notation_of(const FindVma<Word>& call) { return fmt::format("find_vma({})", address(call.addr)); }
std::string notation_of(const FindVmaPrev<Word>& call) {
  return fmt::format("find_vma_prev({})", address(call.addr));
}
std::string notation_of(const FindVmaIntersection<Word>& call) {
  return fmt::format("find_vma_intersection({}, {})", address(call.start), address(call.end));
}
std::string notation_of(const ExitMmap&) { return "exit_mmap()"; }
std::string notation_of(const SetKnobs<Word>& knobs) { return knobs_notation(knobs); }

// ---- Results --------------------------------------------------------------------------------------------------

std::string pointer(const std::optional<Word>& start) { return start ? address(*start) : "NULL"; }

std::string notation_of(const Nothing&) { return ""; }
std::string notation_of(const Success&) { return "0"; }
std::string notation_of(const Address<Word>& result) {
  const Word number = 0 - result.value;
  return number >= 1 && number <= largest_error ? error_notation(number) : address(result.value);
}
std::string notation_of(const Descriptor& result) { return fmt::format("{}", result.fd); }
std::string notation_of(const Found<Word>& result) { return pointer(result.start); }
std::string notation_of(const FoundPrev<Word>& result) {
  return fmt::format("{} prev={}", pointer(result.start), pointer(result.prev));
}
std::string notation_of(const Refused& result) { return notation(result.refusal); }

// ---- Effects --------------------------------------------------------------------------------------------------

std::string between(std::string_view name, const auto& effect) {
  return fmt::format("{}({}, {})", name, address(effect.start), address(effect.end));
}
std::string of_file(std::string_view name, const auto& effect) {
  return fmt::format("{}({})", name, quoted(effect.name));
}
std::string of_file_between(std::string_view name, const auto& effect) {
  return fmt::format("{}({}, {}, {})", name, quoted(effect.name), address(effect.start), address(effect.end));
}

std::string notation_of(const VmaAlloc& effect) { return effect.given ? "vma_alloc()" : "vma_alloc() = NULL"; }
std::string notation_of(const VmaFree&) { return "vma_free()"; }
std::string notation_of(const ZapPageRange<Word>& effect) {
  return fmt::format("zap_page_range({}, {})", address(effect.addr), effect.size);
}
std::string notation_of(const ClearPageTables<Word>& effect) {
  return fmt::format("clear_page_tables({}, {})", effect.first, effect.nr);
}
std::string notation_of(const ChangeProtection<Word>& effect) {
  return fmt::format("change_protection({}, {}, 0x{:03x})", address(effect.start), address(effect.end),
                     effect.prot);
}
std::string notation_of(const MovePageTables<Word>& effect) {
  return fmt::format("move_page_tables({}, {}, {}) = {}", address(effect.from), address(effect.to), effect.len,
                     effect.moved ? 0 : -1);
}
std::string notation_of(const MakePagesPresent<Word>& effect) { return between("make_pages_present", effect); }
std::string notation_of(const GetFile& effect) { return of_file("get_file", effect); }
std::string notation_of(const Fput& effect) { return of_file("fput", effect); }
std::string notation_of(const Release& effect) { return of_file("release", effect); }
std::string notation_of(const DenyWriteAccess& effect) {
  return of_file("deny_write_access", effect) + " = " + (effect.denied ? "0" : notation(Refusal::text_busy));
}
std::string notation_of(const WriteCount& effect) {
  return fmt::format("{} = {}", of_file("i_writecount", effect), effect.i_writecount);
}
std::string notation_of(const FileMmap<Word>& effect) {
  return of_file_between("file_mmap", effect) + " = " + (effect.refusal ? notation(*effect.refusal) : "0");
}
std::string notation_of(const ShmemZeroSetup<Word>& effect) {
  return between("shmem_zero_setup", effect) + " = " + (effect.made ? "0" : notation(Refusal::no_shared_memory));
}
std::string notation_of(const VmOpen<Word>& effect) { return of_file_between("vm_open", effect); }
std::string notation_of(const VmClose<Word>& effect) { return of_file_between("vm_close", effect); }
std::string notation_of(const Printk& effect) { return fmt::format("printk(\"{}\")", complaint_notation(effect)); }

}  // namespace

std::string notation(const Command<Word>& command) {
  return std::visit([](const auto& call) { return notation_of(call); }, command);
}

std::string notation(const Command<Word>& command, const Result<Word>& result) {
  const auto* refused = std::get_if<Refused>(&result);
  if (std::holds_alternative<GetUnmappedArea<Word>>(command) && refused != nullptr &&
      !ends_everything(refused->refusal))
    return "NULL";
  return std::visit([](const auto& alternative) { return notation_of(alternative); }, result);
}

std::string notation(const Effect<Word>& effect) {
  return std::visit([](const auto& alternative) { return notation_of(alternative); }, effect);
}

// ---- Names of flags -------------------------------------------------------------------------------------------

const FlagNames& prot_flags() {
  static const FlagNames flags{
      "a protection",
      {{"PROT_READ", PROT_READ}, {"PROT_WRITE", PROT_WRITE}, {"PROT_EXEC", PROT_EXEC}, {"PROT_NONE", PROT_NONE}}};
  return flags;
}

const FlagNames& map_flags() {
  static const FlagNames flags{"a mapping",
                               {{"MAP_SHARED", MAP_SHARED},
                                {"MAP_PRIVATE", MAP_PRIVATE},
                                {"MAP_FIXED", MAP_FIXED},
                                {"MAP_ANONYMOUS", MAP_ANONYMOUS},
                                {"MAP_GROWSDOWN", MAP_GROWSDOWN},
                                {"MAP_DENYWRITE", MAP_DENYWRITE},
                                {"MAP_EXECUTABLE", MAP_EXECUTABLE},
                                {"MAP_LOCKED", MAP_LOCKED},
                                {"MAP_NORESERVE", MAP_NORESERVE},
                                {"MAP_ANON", MAP_ANONYMOUS}}};
  return flags;
}

const FlagNames& mremap_flags() {
  static const FlagNames flags{"mremap", {{"MREMAP_MAYMOVE", MREMAP_MAYMOVE}, {"MREMAP_FIXED", MREMAP_FIXED}}};
  return flags;
}

const FlagNames& mlockall_flags() {
  static const FlagNames flags{"mlockall", {{"MCL_CURRENT", MCL_CURRENT}, {"MCL_FUTURE", MCL_FUTURE}}};
  return flags;
}

const FlagNames& area_flags() {
  static const FlagNames flags{"an area",
                               {{"shared", VM_SHARED},
                                {"growsdown", VM_GROWSDOWN},
                                {"denywrite", VM_DENYWRITE},
                                {"executable", VM_EXECUTABLE},
                                {"locked", VM_LOCKED},
                                {"dontexpand", VM_DONTEXPAND}}};
  return flags;
}

const FlagNames& file_attributes() {
  static const FlagNames flags{"a file",
                               {{"append", FILE_APPEND},
                                {"mandlock", FILE_MANDLOCK},
                                {"nommap", FILE_NOMMAP},
                                {"nowritepage", FILE_NOWRITEPAGE},
                                {"notreg", FILE_NOTREG},
                                {"noreadpage", FILE_NOREADPAGE},
                                {"vmops", FILE_VMOPS},
                                {"dontexpand", FILE_DONTEXPAND}}};
  return flags;
}

std::string flags_notation(const FlagNames& names, std::uint32_t flags) {
  if (flags == 0) return "0";
  const auto [text, nameless] = named_flags(names, flags);
  if (nameless == 0) return text;
  return fmt::format("{}{}0x{:x}", text, text.empty() ? "" : "|", nameless);
}

}  // namespace refmm::vma
