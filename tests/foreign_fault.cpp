#include <refmm/spec/process_state.hpp>
#include <refmm/tests/foreign_families.hpp>
#include <refmm/tests/foreign_fault.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::foreign {

using process::Refusal;

namespace {

using W = std::uint32_t;
using Result = FaultFamily::Result;

std::optional<Refusal> refusal_of(const Result& result) {
  const auto* refused = std::get_if<process::Refused>(&result);
  return refused == nullptr ? std::nullopt : std::optional(refused->refusal);
}

/// How an access ends that is refused for what is mapped; nothing if it is refused for something else.
std::optional<int> signal_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::kernel_address:
    case Refusal::no_area:
    case Refusal::below_stack_pointer:
    case Refusal::stack_limit:
    case Refusal::not_permitted:
      return REFMM_ACCESS_SIGSEGV;
    case Refusal::beyond_object:
      return REFMM_ACCESS_SIGBUS;
    default:
      return std::nullopt;
  }
}

Result refused_by(int signal) {
  return process::Refused{signal == REFMM_ACCESS_SIGBUS ? Refusal::beyond_object : Refusal::no_area};
}

/// What of a call's effects has failed in a layer below.
struct Failures {
  bool write = false;  // bytes are lost
  bool other = false;
};

Failures failures_in(std::span<const FaultFamily::Effect> effects) {
  Failures failures;
  const auto note = [&](fault::Transfer way, bool done) {
    if (!done) (way == fault::Transfer::write ? failures.write : failures.other) = true;
  };
  for (const auto& effect : effects) {
    if (const auto* file = std::get_if<fault::FileTransfer<W>>(&effect)) note(file->way, file->done);
    if (const auto* swap = std::get_if<fault::SwapTransfer<W>>(&effect)) note(swap->way, swap->done);
    if (const auto* frame = std::get_if<fault::AllocPage<W>>(&effect); frame != nullptr && !frame->pfn)
      failures.other = true;
  }
  return failures;
}

/// True of a call that reads or writes one byte, or none: refused, it has changed no byte.
bool is_access(const FaultFamily::Command& command) {
  const auto* of_process = std::get_if<process::OfProcess<W>>(&command);
  return of_process != nullptr &&
         std::visit(
             []<class Call>(const Call&) {
               return std::is_same_v<Call, process::Load<W>> || std::is_same_v<Call, process::Store<W>> ||
                      std::is_same_v<Call, process::GetUser<W>> || std::is_same_v<Call, process::PutUser<W>> ||
                      std::is_same_v<Call, process::Peek<W>> || std::is_same_v<Call, process::Poke<W>>;
             },
             of_process->call);
}

/// The bytes that a call is to copy, if it is to copy any.
std::optional<W> bytes_to_copy(const FaultFamily::Command& command) {
  const auto* of_process = std::get_if<process::OfProcess<W>>(&command);
  if (of_process == nullptr) return std::nullopt;
  if (const auto* read = std::get_if<process::Pread<W>>(&of_process->call)) return read->len;
  if (const auto* write = std::get_if<process::Pwrite<W>>(&of_process->call)) return write->len;
  return std::nullopt;
}

}  // namespace

ForeignFault::ForeignFault(const struct refmm_fault_subject& table) : table_(table) {
  disk_.owner = this;
  disk_.read_page = [](refmm_fault_disk* disk, std::uint32_t file, std::uint32_t page, void* bytes) {
    static_cast<Disk*>(disk)->owner->read_page(file, page, static_cast<std::uint8_t*>(bytes));
  };
  disk_.write_page = [](refmm_fault_disk* disk, std::uint32_t file, std::uint32_t page, const void* bytes) {
    static_cast<Disk*>(disk)->owner->write_page(file, page, static_cast<const std::uint8_t*>(bytes));
  };
}

void ForeignFault::leave() {
  void* const machine = std::exchange(machine_, nullptr);
  if (machine != nullptr && !complaint()) table_.destroy(machine);
}

void ForeignFault::reset(const FaultFamily::Boot& boot) {
  leave();
  forget_complaint();
  boot_ = boot;
  state_ = FaultFamily::boot(boot);
  end_.reset();
  is_left_out_ = false;
  mapped_.clear();
  on_disk_.clear();
  for (W file = 1; file <= boot.files.size(); ++file) on_disk_[file] = lookup(state_.memory.objects, file).disk;
  const refmm_fault_machine machine{.size = sizeof(refmm_fault_machine),
                                    .page_size = page_size(),
                                    .task_size = boot.kernel.machine().task_size,
                                    .ram_pages = boot.ram_pages,
                                    .swap_pages = boot.swap_pages,
                                    .files = static_cast<std::uint32_t>(boot.files.size()),
                                    .file_sizes = boot.files.data()};
  machine_ = table_.create(&machine, &disk_);
  if (machine_ == nullptr)
    return complain(
        {"the_machine_boots", find_clause("process.boot"), {"what create returns", "a machine", "NULL"}});
  follow_processes();
}

FaultSubject::Answer ForeignFault::apply(const FaultFamily::Command& command) {
  if (end_ || complaint()) return {end_.value_or(vma::Nothing{}), {}};
  auto outcome = FaultFamily::step(boot_, std::move(state_), command);
  state_ = std::move(outcome.state);
  Answer answer{outcome.result, std::move(outcome.effects)};
  if (FaultFamily::ends_everything(outcome.result)) {
    end_ = outcome.result;
    return answer;
  }
  const Failures failures = failures_in(answer.effects);
  has_failure_ = failures.other;
  is_left_out_ = is_left_out_ || failures.write || goes_on_without(command, answer);
  if (is_left_out_) return answer;
  answer.result = std::visit([&](const auto& c) { return run(c, outcome.result); }, command);
  return answer;
}

/// True if a layer below has failed such that what was half done cannot be told from outside.
bool ForeignFault::goes_on_without(const FaultFamily::Command& command, const Answer& answer) const {
  if (!has_failure_ || is_access(command)) return false;
  const auto* copied = std::get_if<process::Copied<W>>(&answer.result);
  return process::is_refused(answer.result) || (copied != nullptr && copied->bytes < bytes_to_copy(command));
}

// ---- The disk -------------------------------------------------------------------------------------------------------

void ForeignFault::read_page(W file, W page, std::uint8_t* bytes) const {
  const auto found = on_disk_.find(file);
  const fault::Bytes<W> there = found == on_disk_.end() ? fault::Bytes<W>{} : lookup(found->second, page);
  for (W offset = 0; offset < page_size(); ++offset)
    bytes[offset] = static_cast<std::uint8_t>(fault::lookup(there, offset));
}

void ForeignFault::write_page(W file, W page, const std::uint8_t* bytes) {
  const auto found = on_disk_.find(file);
  if (found == on_disk_.end())
    return complain({"only_pages_of_files_are_written_to_the_disk",
                     nullptr,
                     {"the file in write_page", fmt::format("1 to {}", on_disk_.size()), std::to_string(file)}});
  found->second =
      updated(std::move(found->second), page, fault::bytes_of<W>(std::span(bytes, std::size_t{page_size()})));
}

// ---- Accesses -------------------------------------------------------------------------------------------------------

FaultFamily::Result ForeignFault::load(W pid, W addr, Mode mode, const Result& model) {
  const auto refusal = refusal_of(model);
  if (refusal && (has_failure_ || !signal_of(*refusal))) return model;
  // Whether memory that may only be written can be read depends on whether its page is there.
  const auto* const area = area_at(pid, addr);
  if (refusal == Refusal::not_permitted && area != nullptr && (area->vm_flags & vma::VM_WRITE) != 0) return model;
  std::uint8_t byte = 0;
  const int end = table_.load(machine_, pid, addr, &byte);
  if (end == REFMM_ACCESS_DONE) return process::Byte<W>{byte};
  return refusal && (mode == Mode::kernel || end == *signal_of(*refusal)) ? model : refused_by(end);
}

FaultFamily::Result ForeignFault::store(W pid, W addr, W byte, Mode mode, const Result& model) {
  const auto refusal = refusal_of(model);
  if (refusal && (has_failure_ || !signal_of(*refusal))) return model;
  const int end = table_.store(machine_, pid, addr, static_cast<std::uint8_t>(byte));
  if (end != REFMM_ACCESS_DONE)
    return refusal && (mode == Mode::kernel || end == *signal_of(*refusal)) ? model : refused_by(end);
  if (!refusal) return model;
  return mode == Mode::user ? Result{process::Stored{}} : vma::Success{};
}

FaultFamily::Result ForeignFault::call(W pid, const process::Load<W>& c, const Result& model) {
  return load(pid, c.addr, Mode::user, model);
}
FaultFamily::Result ForeignFault::call(W pid, const process::Store<W>& c, const Result& model) {
  return store(pid, c.addr, c.byte, Mode::user, model);
}
FaultFamily::Result ForeignFault::call(W pid, const process::GetUser<W>& c, const Result& model) {
  return load(pid, c.addr, Mode::kernel, model);
}
FaultFamily::Result ForeignFault::call(W pid, const process::PutUser<W>& c, const Result& model) {
  return store(pid, c.addr, c.byte, Mode::kernel, model);
}

FaultFamily::Result ForeignFault::call(W, const process::Peek<W>& c, const Result& model) {
  // A debugger reads what the process itself may not.
  const auto* const area = area_at(c.pid, c.addr);
  if (!has_process(c.pid) || (area != nullptr && (area->vm_flags & vma::VM_ACCESS) == 0)) return model;
  return load(c.pid, c.addr, Mode::kernel, model);
}
FaultFamily::Result ForeignFault::call(W, const process::Poke<W>& c, const Result& model) {
  return has_process(c.pid) ? store(c.pid, c.addr, c.byte, Mode::kernel, model) : model;
}

// ---- Files ----------------------------------------------------------------------------------------------------------

/// Bytes that were copied, or EFAULT: refusals for anything else are not the subject's.
FaultFamily::Result ForeignFault::copied(std::uint32_t returned, const Result& model) const {
  if (returned < REFMM_ERROR(4095)) return process::Copied<W>{returned};
  return refusal_of(model) ? model : process::Refused{Refusal::no_area};
}

FaultFamily::Result ForeignFault::call(W pid, const process::Pread<W>& c, const Result& model) {
  const auto refusal = refusal_of(model);
  if (refusal && !signal_of(*refusal)) return model;
  if (table_.pread == nullptr) {
    is_left_out_ = c.len != 0;
    return model;
  }
  const W file = object_named(state_, process::file_behind(state_, c.fd)->inode);
  return copied(table_.pread(machine_, pid, file, c.addr, c.len, c.offset), model);
}

FaultFamily::Result ForeignFault::call(W pid, const process::Pwrite<W>& c, const Result& model) {
  const auto refusal = refusal_of(model);
  if (refusal && !signal_of(*refusal)) return model;
  const auto* const all = std::get_if<process::Copied<W>>(&model);
  const auto is_write_only = [&](const vma::Area<W>& area) {
    return (area.vm_flags & vma::VM_ACCESS) == vma::VM_WRITE && area.vm_start < std::uint64_t{c.addr} + c.len &&
           c.addr < area.vm_end;
  };
  const auto& areas = process::process_of(state_, pid).mm.areas;
  const bool depends_on_pages =
      (all == nullptr || all->bytes < c.len) && std::ranges::any_of(areas, is_write_only);
  if (table_.pwrite == nullptr || depends_on_pages) {
    is_left_out_ = c.len != 0;
    return model;
  }
  const W file = object_named(state_, process::file_behind(state_, c.fd)->inode);
  return copied(table_.pwrite(machine_, pid, file, c.addr, c.len, c.offset), model);
}

FaultFamily::Result ForeignFault::call(W, const process::Truncate<W>& c, const Result& model) {
  if (process::is_refused(model)) return model;
  if (table_.truncate == nullptr) {
    is_left_out_ = true;
    return model;
  }
  table_.truncate(machine_, c.file, c.size);
  Map<W, fault::Bytes<W>> left;
  for (const auto& [page, bytes] : on_disk_[c.file].written) {
    const std::uint64_t start = std::uint64_t{page} * page_size();
    if (start < c.size) left = updated(std::move(left), page, fault::cut(bytes, c.size - static_cast<W>(start)));
  }
  on_disk_[c.file] = std::move(left);
  return model;
}

FaultFamily::Result ForeignFault::call(W pid, const process::Madvise<W>& c, const Result& model) {
  const auto refusal = refusal_of(model);
  const bool is_carried_out = !refusal || refusal == Refusal::not_mapped || refusal == Refusal::locked_area;
  if (c.advice != fault::MADV_DONTNEED || !is_carried_out) return model;
  const W end = c.addr + ((c.len + page_size() - 1) & ~(page_size() - 1));
  for (const auto& area : process::process_of(state_, pid).mm.areas) {
    const W from = std::max(area.vm_start, c.addr), to = std::min(area.vm_end, end);
    if (from >= to) continue;
    if ((area.vm_flags & vma::VM_LOCKED) != 0) break;  // it is refused there, and then nothing behind it is done
    if (table_.discard == nullptr)
      is_left_out_ = true;
    else
      table_.discard(machine_, pid, from, to);
  }
  return model;
}

// ---- Commands -------------------------------------------------------------------------------------------------------

FaultFamily::Result ForeignFault::run(const process::OfProcess<W>& command, const Result& model) {
  if (!has_process(command.pid)) return model;
  if (const auto wrong = follow_call(command, model)) return *wrong;
  if (is_left_out_ || complaint() || !has_process(command.pid)) return model;  // it may have been killed
  return std::visit([&](const auto& c) { return call(command.pid, c, model); }, command.call);
}

FaultFamily::Result ForeignFault::run(const process::SwapOut<W>& c, const Result& model) {
  if (table_.swap_out != nullptr && has_process(c.pid) && c.addr < boot_.kernel.machine().task_size)
    table_.swap_out(machine_, c.pid, c.addr & ~(page_size() - 1));
  return model;
}

FaultFamily::Result ForeignFault::run(const process::Reclaim&, const Result& model) {
  if (table_.reclaim != nullptr) table_.reclaim(machine_);
  return model;
}

template <>
const TableRules& rules<FaultFamily>() {
  using T = struct refmm_fault_subject;
#define MEMBER(name) \
  TableMember { #name, offsetof(T, name) }
  static const TableRules rules{.function = "refmm_fault_subject",
                                .size = sizeof(T),
                                .required = {MEMBER(create), MEMBER(destroy), MEMBER(fork), MEMBER(exit),
                                             MEMBER(map), MEMBER(unmap), MEMBER(load), MEMBER(store)}};
#undef MEMBER
  return rules;
}

template <>
std::unique_ptr<FaultSubject> make_subject<FaultFamily>(const ForeignLibrary& library) {
  return std::make_unique<ForeignFault>(library.table<struct refmm_fault_subject>(rules<FaultFamily>()));
}

}  // namespace refmm::foreign
