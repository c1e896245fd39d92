// What a program does with its memory itself: it reads and writes, inside its blocks or not, and may move the break.
#pragma once

#include <refmm/model/malloc_space.hpp>
#include <refmm/model/malloc_step.hpp>
#include <refmm/spec/malloc.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>&, MallocStep<W> so_far, const malloc::LoadByte<W>& call) {
  so_far = accessed<W>(std::move(so_far), call.addr, 1u);
  if (has_ended(so_far)) return so_far;
  const W byte = malloc::byte_at<W>(so_far.state.words, call.addr);
  return succeeded<W>(std::move(so_far), malloc::Number<W>{byte}, "malloc.access.load");
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>&, MallocStep<W> so_far, const malloc::LoadWord<W>& call) {
  so_far = accessed<W>(std::move(so_far), call.addr, malloc::word_bytes<W>);
  if (has_ended(so_far)) return so_far;
  const W word = word_at<W>(so_far, call.addr);
  return succeeded<W>(std::move(so_far), malloc::Number<W>{word}, "malloc.access.load");
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>&, MallocStep<W> so_far,
                            const malloc::StoreByte<W>& call) {
  so_far = accessed<W>(std::move(so_far), call.addr, 1u);
  if (has_ended(so_far)) return so_far;
  so_far.state.words = with_byte<W>(std::move(so_far.state.words), call.addr, call.byte);
  return succeeded<W>(std::move(so_far), malloc::Nothing{}, "malloc.access.store");
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>&, MallocStep<W> so_far,
                            const malloc::StoreWord<W>& call) {
  so_far = accessed<W>(std::move(so_far), call.addr, malloc::word_bytes<W>);
  if (has_ended(so_far)) return so_far;
  so_far.state.words = with_word<W>(std::move(so_far.state.words), call.addr, call.word);
  return succeeded<W>(std::move(so_far), malloc::Nothing{}, "malloc.access.store");
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>&, MallocStep<W> so_far, const malloc::Memset<W>& call) {
  so_far = accessed<W>(std::move(so_far), call.addr, call.len);
  if (has_ended(so_far)) return so_far;
  so_far.state.words = filled<W>(std::move(so_far.state.words), call.addr, call.addr + call.len, call.byte);
  return succeeded<W>(std::move(so_far), malloc::Nothing{}, "malloc.access.store");
}

/// The program moves the break itself. The result is the Address where it was, or Refused. [malloc.sbrk.foreign]
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const malloc::Sbrk<W>& call) {
  const W before = so_far.state.space.mm.brk;
  if (call.increment == 0u)
    return succeeded<W>(std::move(so_far), malloc::Address<W>{before}, "malloc.sbrk.foreign");
  auto moving = move_break<W>(allocator, std::move(so_far), before + call.increment);
  if (moving.addr == 0u)
    return refused<W>(std::move(moving.so_far), malloc::Refusal::break_stays, "malloc.sbrk.refused");
  return succeeded<W>(std::move(moving.so_far), malloc::Address<W>{before}, "malloc.sbrk.foreign");
}

/// `set`: what lies around the address space changes. [vma.knobs]
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const vma::SetKnobs<W>& call) {
  VmaStep<W> set = run<W>(allocator.kernel, space_of(so_far), call);
  so_far.state.space = std::move(set.state);
  return succeeded<W>(std::move(so_far), malloc::Nothing{}, "vma.knobs");
}

}  // namespace refmm::model::inline REFMM_BUILD
