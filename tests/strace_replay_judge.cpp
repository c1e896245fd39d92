#include <refmm/model/since.hpp>
#include <refmm/tests/strace_replay_request.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace refmm::strace {
namespace {

// ---- What the model says --------------------------------------------------------------------------------------------

struct Attempt {
  Space space;
  since::Result<Native> result;
  Because because;
  std::string answer;
  bool agrees;
};

bool succeeded(const since::Result<Native>& result) {
  return std::holds_alternative<vma::Success>(result) || std::holds_alternative<vma::Address<Native>>(result);
}

/// Kernels of 2.4 move as 2.4.0 does, which looks for a place by itself: that of the log is given as a fixed one if it is free.
since::Command<Native> with_place_of_log(const Space& space, const Request& request) {
  const auto* call = std::get_if<vma::Mremap<Native>>(&request.command);
  const bool moves =
      call && request.value && *request.value != call->addr && (call->flags & vma::MREMAP_FIXED) == 0;
  if (!moves || space.kernel.era.merge || (call->flags & vma::MREMAP_MAYMOVE) == 0) return request.command;
  const Native length = pages(0, call->new_len).end;
  if (!model::is_free_range<Native>(space.kernel, space.state.base.mm, *request.value, length))
    return request.command;
  vma::Mremap<Native> fixed = *call;
  fixed.flags |= vma::MREMAP_FIXED;
  fixed.new_addr = *request.value;
  return fixed;
}

/// Takes the call to the model, with what is not known taken for free.
Attempt attempt(Space space, const Request& request) {
  const auto* mmap = std::get_if<vma::Mmap<Native>>(&request.command);
  const bool has_file = request.file.file && !request.file.file->is_path;
  bind_no_descriptor(space);
  if (mmap && has_file) bind_descriptor(space, *request.file.file, static_cast<std::uint32_t>(mmap->fd));
  const bool chooses = mmap || std::holds_alternative<vma::Mremap<Native>>(request.command);
  const auto command = with_place_of_log(space, request);
  auto step =
      model::step<Native>(space.kernel, std::move(space.state), command, chooses ? request.value : std::nullopt);
  space.state = std::move(step.state);
  count_as_written(space);
  const std::string answer = since::notation(since::WorldResult<Native>(step.result));
  return {std::move(space), step.result, std::move(step.because), answer, answer == request.answer};
}

// ---- What is known afterwards ---------------------------------------------------------------------------------------

/// After a success.
void note_success(const Request& request, const Space& before, Space& after) {
  for (const auto& range : {request.target, request.replaced}) {
    if (!range) continue;
    after.known.add(*range);
    after.vague.remove(*range);
  }
  if (request.source) after.known.add(*request.source);
  const auto* move = std::get_if<vma::Mremap<Native>>(&request.command);
  if (move && request.value && request.source && before.vague.meets(*request.source)) {
    if (*request.value != move->addr && (move->flags & since::MREMAP_DONTUNMAP) == 0)
      after.vague.remove(*request.source);
    after.vague.add(pages(*request.value, move->new_len));
  }
  if (std::holds_alternative<vma::Brk<Native>>(request.command) && request.source)
    after.vague.remove(*request.source);
}

/// After a failure that may have come in the middle: areas of the range may have changed before.
void note_failure(const Request& request, Space& after) {
  if (request.replaced) forget(after, *request.replaced);
  if (!request.source) return;
  for (const vma::Area<Native>& area : after.state.base.mm.areas) {
    const Range part{std::max(area.vm_start, request.source->begin), std::min(area.vm_end, request.source->end)};
    after.vague.add(part);
  }
}

Judgement judgement(Verdict verdict, Attempt attempt) {
  return {verdict, std::move(attempt.space), std::move(attempt.because), std::move(attempt.answer), {}};
}

// ---- Verdicts -------------------------------------------------------------------------------------------------------

/// What mremap may find, of which the log does not tell: areas that are one, and something behind the source.
std::vector<std::pair<bool, bool>> variants_of_mremap() { return {{true, false}, {false, true}, {true, true}}; }

std::optional<Judgement> judge_variants(const Space& filled, const Request& request, bool is_learnt) {
  if (!std::holds_alternative<vma::Mremap<Native>>(request.command)) return std::nullopt;
  const Range source = *request.source;
  for (const auto& [joins, blocks] : variants_of_mremap()) {
    Space space = filled;
    if (joins) join_alike(space, source);
    const Range behind{source.end, source.end + page_bytes};
    const bool blocked = blocks && !assume_mapped(space, behind).empty();
    Attempt tried = attempt(std::move(space), request);
    if (!tried.agrees) continue;
    if (blocked) forget(tried.space, behind);
    note_success(request, filled, tried.space);
    return judgement(is_learnt || blocked ? Verdict::learnt : Verdict::allowed, std::move(tried));
  }
  return std::nullopt;
}

/// Who may map below the lowest address is not in a log, and neither is where it is.
std::optional<Judgement> judge_low_address(const Space& before, const Request& request) {
  const auto* mmap = std::get_if<vma::Mmap<Native>>(&request.command);
  if (!mmap || mmap->addr >= before.kernel.lowest_hint) return std::nullopt;
  for (const Native lowest : {Native{0}, before.kernel.lowest_hint}) {
    Space space = before;
    space.kernel.lowest_address = lowest;
    Attempt tried = attempt(std::move(space), request);
    if (!tried.agrees) continue;
    tried.space.kernel.lowest_address = before.kernel.lowest_address;
    if (request.value) note_success(request, before, tried.space);
    return judgement(Verdict::learnt, std::move(tried));
  }
  return std::nullopt;
}

/// strace does not print the destination that MREMAP_DONTUNMAP has without MREMAP_FIXED: it may be a bad one.
std::optional<Judgement> judge_destination_not_shown(const Space& before, const Call& call, Request request) {
  auto* const mremap = std::get_if<vma::Mremap<Native>>(&request.command);
  if (!mremap || call.arguments.size() > 4) return std::nullopt;
  mremap->new_addr = 1;
  Attempt tried = attempt(before, request);
  if (!tried.agrees) return std::nullopt;
  tried.space = before;
  return judgement(Verdict::learnt, std::move(tried));
}

/// Whether an error may come from the file: what mmap of it can do is not in a log.
bool may_come_from_file(const Request& request) {
  if (!request.maps_file) return false;
  if (!request.file.file) return !request.file.is_known;
  const OpenFile& file = *request.file.file;
  const auto& call = std::get<vma::Mmap<Native>>(request.command);
  if (file.is_special) return request.error != "EBADF" && request.error != "EFAULT";
  const bool writes_shared = (call.prot & vma::PROT_WRITE) != 0 && (call.flags & vma::MAP_SHARED) != 0;
  if (request.error == "EPERM") return writes_shared || (call.prot & vma::PROT_EXEC) != 0;
  if (request.error == "EACCES") return writes_shared;  // of a file that can only be appended to
  return !file.was_mapped && (request.error == "ENODEV" || request.error == "EOPNOTSUPP");
}

/// Whether a refusal may be for want of memory, or by a limit, or by a right that is missing.
bool may_be_limit(const Request& request, const Attempt& bare) {
  const bool is_limit = request.error == "ENOMEM" || request.error == "EAGAIN";
  const bool is_right = request.error == "EPERM" && request.locks;
  return (is_limit || is_right) && succeeded(bare.result);
}

/// The first page of a range where it is known that nothing is mapped.
std::optional<Native> hole_in(const Space& space, Range range) {
  Ranges mapped;
  for (const vma::Area<Native>& area : space.state.base.mm.areas) mapped.add({area.vm_start, area.vm_end});
  for (const Range& part : space.known.inside(range)) {
    const std::vector<Range> holes = mapped.missing(part);
    if (!holes.empty()) return holes.front().begin;
  }
  return std::nullopt;
}

/// What the state has to do with a result that is not allowed.
std::string remark_on(const Space& space, const Request& request, const Attempt& bare) {
  if (std::holds_alternative<since::ChoiceForbidden>(bare.result) && request.target) {
    if (*request.value % page_bytes != 0)
      return "an address that the kernel chooses is a multiple of the page size";
    const std::string area = area_in(space, *request.target);
    if (!area.empty()) return "there is " + area;
    if (request.target->end > whole(space).end) return "it is not an address of programs";
    return "it is in the gap that is kept free below a stack";
  }
  if (!request.source) return "";
  const auto hole = hole_in(space, *request.source);
  if (hole) return fmt::format("nothing is mapped at {:#x}", *hole);
  const std::string area = area_in(space, *request.source);
  return area.empty() ? "" : "there is " + area;
}

/// Whether the model had to find a place, which any kernel may find elsewhere.
bool chose_place(const Request& request, const Attempt& bare) {
  const auto* address = std::get_if<vma::Address<Native>>(&bare.result);
  if (!address || request.error.empty()) return false;
  if (const auto* mmap = std::get_if<vma::Mmap<Native>>(&request.command))
    return (mmap->flags & (vma::MAP_FIXED | since::MAP_FIXED_NOREPLACE)) == 0;
  const auto* mremap = std::get_if<vma::Mremap<Native>>(&request.command);
  return mremap && (mremap->flags & vma::MREMAP_FIXED) == 0 && address->value != mremap->addr;
}

/// Goes on with what the log says, as far as it says it.
Judgement not_allowed(const Space& before, const Request& request, Attempt bare) {
  Judgement judged{Verdict::not_allowed, before, std::move(bare.because), bare.answer,
                   remark_on(before, request, bare)};
  if (std::holds_alternative<since::ChoiceForbidden>(bare.result) || chose_place(request, bare))
    judged.allowed = "an address where there is room";
  for (const auto& range : {request.source, request.target, request.replaced}) {
    if (range) forget(judged.after, *range);
  }
  if (std::holds_alternative<vma::Brk<Native>>(request.command)) judged.after.knows_break = false;
  return judged;
}

Judgement judge_success(const Space& before, const Request& request) {
  Attempt bare = attempt(before, request);
  if (bare.agrees) {
    const bool is_learnt =
        (request.target && !before.known.holds(*request.target)) || (request.maps_file && !request.file.is_known);
    note_success(request, before, bare.space);
    return judgement(is_learnt ? Verdict::learnt : Verdict::allowed, std::move(bare));
  }
  Space filled = before;
  const bool learns = request.source && !assume_mapped(filled, *request.source).empty();
  if (learns) {
    Attempt tried = attempt(filled, request);
    if (tried.agrees) {
      note_success(request, filled, tried.space);
      return judgement(Verdict::learnt, std::move(tried));
    }
  }
  if (auto judged = judge_variants(filled, request, learns)) return std::move(*judged);
  if (auto judged = judge_low_address(before, request)) return std::move(*judged);
  return not_allowed(before, request, learns ? attempt(filled, request) : std::move(bare));
}

/// An error that the model has, too, if what is not known is `free` or if it is mapped. What came before it in the range has changed.
Judgement judge_agreed_error(const Space& before, const Request& request, Attempt free, bool agrees_if_mapped) {
  const auto needed = request.source ? request.source : request.target;
  const std::vector<Range> unknown = needed ? before.known.missing(*needed) : std::vector<Range>();
  const bool is_of_unknown_file = request.maps_file && !request.file.is_known && request.error == "EBADF";
  const bool is_known = !is_of_unknown_file && (unknown.empty() || (free.agrees && agrees_if_mapped));
  Judgement judged = judgement(is_known ? Verdict::allowed : Verdict::learnt, std::move(free));
  judged.allowed = request.answer;
  if (!is_known && request.source && !unknown.empty())
    forget(judged.after, {unknown.front().begin, request.source->end});
  return judged;
}

Judgement judge_error(const Space& before, const Call& call, const Request& request) {
  Attempt bare = attempt(before, request);
  Space filled = before;
  const auto needed = request.source ? request.source : request.target;
  const bool fills = needed && !assume_mapped(filled, *needed).empty();
  const bool agrees_if_mapped = fills ? attempt(filled, request).agrees : bare.agrees;
  if (bare.agrees || agrees_if_mapped)
    return judge_agreed_error(before, request, std::move(bare), agrees_if_mapped);
  if (auto judged = judge_variants(filled, request, fills)) return std::move(*judged);
  if (auto judged = judge_low_address(before, request)) return std::move(*judged);
  if (auto judged = judge_destination_not_shown(before, call, request)) return std::move(*judged);

  const bool is_vague = request.source && (fills || before.vague.meets(*request.source));
  const bool of_permission = request.error == "EACCES" || request.error == "EFAULT" || request.error == "ENOMEM";
  Judgement judged{Verdict::learnt, before, bare.because, bare.answer, {}};
  if ((is_vague && of_permission) || may_come_from_file(request)) {
    note_failure(request, judged.after);
    return judged;
  }
  if (may_be_limit(request, bare)) {
    judged.verdict = Verdict::limited;
    note_failure(request, judged.after);
    return judged;
  }
  return not_allowed(before, request, std::move(bare));
}

// ---- The heap -------------------------------------------------------------------------------------------------------

/// The first brk of a program shows where the heap ends; and where it begins, if nothing came before.
Judgement learn_break(Space space, const Call& call) {
  const Native value = call.result.value;
  space.knows_break = true;
  space.knows_heap_begin = space.knows_heap_begin && argument(call, 0) == Native{0};
  space.state.start_brk = value;
  vma::Mm<Native>& mm = space.state.base.mm;
  mm.brk = mm.start_data = mm.end_code = value;
  return {Verdict::learnt, std::move(space), {}, {}, {}};
}

/// A break that did not move, or moved below where the heap was thought to begin.
Judgement judge_break(const Space& before, const Request& request) {
  const Native asked = std::get<vma::Brk<Native>>(request.command).brk, old = before.state.base.mm.brk;
  Space space = before;
  const bool is_lower = asked < before.state.start_brk && !before.knows_heap_begin && asked != 0;
  if (is_lower && *request.value == asked) {
    space.state.start_brk = space.state.base.mm.start_data = space.state.base.mm.end_code = asked;
    return judge_success(space, request);
  }
  Judgement judged = judge_success(before, request);
  if (judged.verdict != Verdict::not_allowed || *request.value != old) return judged;
  const bool is_unknown = is_lower || (request.target && !before.known.holds(*request.target));
  if (!is_unknown && asked <= old) return judged;
  return {is_unknown ? Verdict::learnt : Verdict::limited,
          before,
          std::move(judged.because),
          std::move(judged.allowed),
          {}};
}

}  // namespace

Judgement judge(const Space& before, const Call& call, const MappedFile& file) {
  const bool has_result = call.result.kind == Result::Kind::value || call.result.kind == Result::Kind::error;
  if (!has_result) return without_result(before, call);
  if (call.result.note.find("INJECTED") != std::string::npos) return {Verdict::no_result, before, {}, {}, {}};
  const auto request = request_of(before, call, file);
  if (!request) return pass_over(before, call);
  if (!request->error.empty()) return judge_error(before, call, *request);
  if (!std::holds_alternative<vma::Brk<Native>>(request->command)) return judge_success(before, *request);
  return before.knows_break ? judge_break(before, *request) : learn_break(before, call);
}

}  // namespace refmm::strace
