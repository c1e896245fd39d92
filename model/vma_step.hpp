// What the operations on memory areas share: the call under way, requests for structures.
#pragma once

#include <refmm/model/pages.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_state.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The outcome of a call, and of every operation within it: an operation takes what has happened so far by value and returns
/// it with its own changes, effects and clauses added.
template <Word W>
using VmaStep = Outcome<vma::State<W>, vma::Result<W>, vma::Effect<W>>;

template <Word W>
constexpr VmaStep<W> refused(VmaStep<W> so_far, vma::Refusal refusal, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = vma::Refused{refusal};
  return so_far;
}

/// Why something cannot be done.
struct Objection {
  vma::Refusal refusal;
  ClauseRef clause;
};

template <Word W>
constexpr VmaStep<W> refused(VmaStep<W> so_far, const Objection& objection) {
  return refused(std::move(so_far), objection.refusal, objection.clause);
}

template <Word W>
constexpr VmaStep<W> succeeded(VmaStep<W> so_far, vma::Result<W> result, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = std::move(result);
  return so_far;
}

template <Word W>
constexpr bool was_refused(const VmaStep<W>& step) {
  return std::holds_alternative<vma::Refused>(step.result);
}

/// Why it was refused; it must have been.
template <Word W>
constexpr vma::Refusal refusal_of(const VmaStep<W>& step) {
  return std::get<vma::Refused>(step.result).refusal;
}

/// True if the call ran into an assertion of the kernel or a null pointer: nothing goes on after it.
template <Word W>
constexpr bool has_ended(const VmaStep<W>& step) {
  return was_refused(step) && vma::ends_everything(refusal_of(step));
}

// ---- Files of areas -----------------------------------------------------------------------------------------------

/// Where the file object of an area, or the file called `name`, stands in its list; it must be there.
template <Word W>
constexpr vma::File& file_object(vma::State<W>& state, std::uint32_t number) {
  return state.files.at(static_cast<std::size_t>(vma::file_numbered(state, number) - state.files.data()));
}
template <Word W>
constexpr vma::Inode& inode(vma::State<W>& state, const Name& name) {
  return state.inodes.at(static_cast<std::size_t>(vma::inode_named(state, name) - state.inodes.data()));
}

template <Word W>
constexpr const Name& file_name(const vma::State<W>& state, const vma::Area<W>& area) {
  return vma::file_numbered(state, area.vm_file)->inode;
}

/// Changes the write count of the file that an area maps.
template <Word W>
constexpr VmaStep<W> write_count_changed(VmaStep<W> so_far, Name name, std::int32_t by) {
  vma::Inode& file = inode(so_far.state, name);
  file.i_writecount += by;
  so_far.effects.push_back(vma::WriteCount{name, file.i_writecount});
  return so_far;
}

/// One more reference to the file object of `area`, if it has one. 2.4.0: get_file.
template <Word W>
constexpr VmaStep<W> get_file(VmaStep<W> so_far, const vma::Area<W>& area) {
  if (area.vm_file == 0) return so_far;
  vma::File& file = file_object(so_far.state, area.vm_file);
  ++file.f_count;
  so_far.effects.push_back(vma::GetFile{file.inode});
  return so_far;
}

/// One reference less; with the last one the file object goes, and a shared memory object with it. 2.4.0: fput.
template <Word W>
constexpr VmaStep<W> fput(VmaStep<W> so_far, std::uint32_t number) {
  vma::State<W>& state = so_far.state;
  vma::File& file = file_object(state, number);
  so_far.effects.push_back(vma::Fput{file.inode});
  if (--file.f_count != 0) return so_far;

  const vma::File released = file;
  const bool is_shared_memory = inode(state, released.inode).shared_memory;
  std::erase_if(state.files, [&](const vma::File& other) { return other.number == number; });
  so_far.effects.push_back(vma::Release{released.inode});
  so_far.because.push_back("vma.file.released");
  if (is_shared_memory) {
    std::erase_if(state.inodes, [&](const vma::Inode& other) { return other.name == released.inode; });
    return so_far;
  }
  if (released.f_mode & vma::FMODE_WRITE) return write_count_changed(std::move(so_far), released.inode, -1);
  return so_far;
}

/// The operations of an area are told that it is there, or that it goes.
template <Word W>
constexpr VmaStep<W> vm_open(VmaStep<W> so_far, const vma::Area<W>& area) {
  if (area.vm_ops)
    so_far.effects.push_back(vma::VmOpen<W>{file_name(so_far.state, area), area.vm_start, area.vm_end});
  return so_far;
}
template <Word W>
constexpr VmaStep<W> vm_close(VmaStep<W> so_far, const vma::Area<W>& area) {
  if (area.vm_ops)
    so_far.effects.push_back(vma::VmClose<W>{file_name(so_far.state, area), area.vm_start, area.vm_end});
  return so_far;
}

// ---- Structures and memory ----------------------------------------------------------------------------------------

/// A request for a vm_area_struct: its id, or nothing if there is none ([vma.knobs]).
template <Word W>
struct Structure {
  VmaStep<W> so_far;
  std::optional<std::uint32_t> id;
};

template <Word W>
constexpr Structure<W> vma_alloc(VmaStep<W> so_far) {
  std::uint32_t& fail = so_far.state.knobs.fail_vma;
  const bool given = fail != 1;
  if (fail != 0) --fail;
  so_far.effects.push_back(vma::VmaAlloc{given});
  if (!given) return {std::move(so_far), std::nullopt};
  const std::uint32_t id = ++so_far.state.areas_made;
  return {std::move(so_far), id};
}

template <Word W>
constexpr VmaStep<W> vma_free(VmaStep<W> so_far) {
  so_far.effects.push_back(vma::VmaFree{});
  return so_far;
}

/// True if more pages could be had than are wanted, all sorts added up. 2.4.0: vm_enough_memory.
template <Word W>
constexpr bool vm_enough_memory(const vma::Knobs<W>& knobs, W pages) {
  if (knobs.overcommit) return true;
  const W free = knobs.free_pages + knobs.buffer_pages + knobs.cache_pages + knobs.swap_pages;
  const W largest = ~W(0u) >> W(1u);  // the sum is signed
  return free <= largest && free > pages;
}

/// The pages of a range are released. 2.4.0: zap_page_range, which runs into an assertion over no page.
template <Word W>
constexpr VmaStep<W> zap_page_range(VmaStep<W> so_far, W addr, W size) {
  if (size == W(0u)) return refused(std::move(so_far), vma::Refusal::zap_of_nothing, "vma.munmap.bug.no_page");
  so_far.effects.push_back(vma::ZapPageRange<W>{addr, size});
  return so_far;
}

/// The pages of a range are faulted in; whether that succeeds nobody looks at. 2.4.0: make_pages_present, likewise.
template <Word W>
constexpr VmaStep<W> make_pages_present(VmaStep<W> so_far, W start, W end) {
  if (start >= end) return refused(std::move(so_far), vma::Refusal::presence_of_nothing, "vma.mlock.bug.no_page");
  so_far.effects.push_back(vma::MakePagesPresent<W>{start, end});
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
