#include <refmm/spec/strace_value.hpp>
#include <refmm/tests/strace_replay_request.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace refmm::strace {
namespace {

constexpr Native map_32bit = 0x40, map_above_4g = 0x80;

bool is_mmap(std::string_view name) { return name == "mmap" || name == "mmap2" || name == "old_mmap"; }

/// The call of the model that one of a log is.
std::string_view name_in_model(std::string_view name) {
  if (name == "old_mmap") return "mmap";
  if (name == "pkey_mprotect") return "mprotect";
  return name;
}

/// Advice that the model has; also numbers that no kernel knows, which it refuses.
bool has_advice(Native advice) {
  const bool is_later = (advice >= 8 && advice <= 25) || (advice >= 100 && advice <= 103);
  return !is_later;
}

/// What of the address space mmap asks for.
void set_ranges_of_mmap(Request& request, const vma::Mmap<Native>& call) {
  const bool no_replace = (call.flags & since::MAP_FIXED_NOREPLACE) != 0;
  if (no_replace) {
    request.target = pages(call.addr, call.len);
  } else if ((call.flags & vma::MAP_FIXED) != 0) {
    request.replaced = pages(call.addr, call.len);
  } else if (request.value) {
    request.target = pages(*request.value, call.len);
  }
  request.locks = (call.flags & vma::MAP_LOCKED) != 0;
}

void set_ranges_of_mremap(Request& request, const vma::Mremap<Native>& call) {
  request.source = pages(call.addr, std::max<Native>(call.old_len, 1));
  const Range target = pages(request.value.value_or(call.new_addr), call.new_len);
  if ((call.flags & vma::MREMAP_FIXED) != 0) {
    request.replaced = target;
  } else if (request.value && *request.value != call.addr) {
    request.target = target;
  } else if (request.value && call.new_len > call.old_len) {
    request.target = Range{request.source->end, target.end};
  }
}

void set_ranges_of_brk(Request& request, const Space& space, Native asked) {
  const Native old = space.state.base.mm.brk, now = request.value.value_or(old);
  const Native old_end = pages(0, old).end, end = pages(0, now).end;
  if (now < old) request.source = Range{end, old_end};
  if (now > old) request.target = Range{old_end, end};
  if (now == old && asked > old) request.target = Range{old_end, pages(0, asked).end + page_bytes};
}

struct RangeSetter {
  Request& request;
  const Space& space;
  void operator()(const vma::Mmap<Native>& c) const { set_ranges_of_mmap(request, c); }
  void operator()(const vma::Mremap<Native>& c) const { set_ranges_of_mremap(request, c); }
  void operator()(const vma::Munmap<Native>& c) const { request.replaced = pages(c.addr, c.len); }
  void operator()(const vma::Brk<Native>& c) const { set_ranges_of_brk(request, space, c.brk); }
  void operator()(const vma::Mprotect<Native>& c) const { request.source = pages(c.addr, c.len); }
  void operator()(const since::Madvise<Native>& c) const { request.source = pages(c.addr, c.len); }
  void operator()(const vma::Mlock<Native>& c) const { lock(c.addr, c.len); }
  void operator()(const since::Mlock2<Native>& c) const { lock(c.addr, c.len); }
  void operator()(const vma::Munlock<Native>& c) const { lock(c.addr, c.len); }
  void operator()(const vma::Mlockall<Native>&) const { request.locks = true; }
  void operator()(const auto&) const {}
  /// Locking rounds its beginning down: what begins within a page is of that page.
  void lock(Native addr, Native len) const {
    const Native begin = addr & ~(page_bytes - 1);
    request.source = pages(begin, len + (addr - begin));
    request.locks = true;
  }
};

/// The result of the log in the words of the model.
void set_answer(Request& request, std::string_view name, const Result& result) {
  if (result.kind == Result::Kind::error) {
    request.error = result.error;
    request.answer = "-1 " + result.error;
    return;
  }
  request.value = result.value;
  const bool is_address = name == "mmap" || name == "mmap2" || name == "mremap" || name == "brk";
  const since::Result<Native> address = vma::Address<Native>{result.value};
  request.answer =
      is_address ? since::notation(since::WorldResult<Native>(address)) : std::to_string(result.value);
}

}  // namespace

Range pages(Native begin, Native length) {
  const Native end = begin + length, rounded = (end + page_bytes - 1) & ~(page_bytes - 1);
  const bool wraps = end < begin || rounded < end;
  return {begin & ~(page_bytes - 1), wraps ? ~(page_bytes - 1) : rounded};
}

std::optional<Native> argument(const Call& call, std::size_t index) {
  if (index >= call.arguments.size()) return std::nullopt;
  try {
    return number(call.arguments[index]);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::optional<std::uint64_t> descriptor_of(const Call& call) {
  const auto flags = argument(call, 3), descriptor = argument(call, 4);
  if (!is_mmap(call.name) || !flags || !descriptor || (*flags & vma::MAP_ANONYMOUS) != 0) return std::nullopt;
  return *descriptor;
}

std::optional<Request> request_of(const Space& space, const Call& call, const MappedFile& file) {
  const std::string_view name = name_in_model(call.name);
  const auto count = since::arguments_of(name);
  if (!count || name == "load" || name == "store" || name == "fork" || lacks_what_is_in_memory(call))
    return std::nullopt;
  std::vector<Native> numbers;
  for (std::size_t i = 0; i < *count; ++i) numbers.push_back(argument(call, i).value_or(0));
  if (is_mmap(name) && (numbers[3] & since::MAP_HUGETLB) != 0) return std::nullopt;
  if (is_mmap(name)) numbers[3] &= ~(map_32bit | map_above_4g);
  if (name == "madvise" && !has_advice(numbers[2])) return std::nullopt;
  if (call.name == "pkey_mprotect" && argument(call, 3) != ~Native{0}) return std::nullopt;

  Request request;
  request.command = std::get<since::Command<Native>>(since::command_of(name, numbers));
  request.file = file;
  request.maps_file = descriptor_of(call).has_value();
  set_answer(request, name, call.result);
  std::visit(RangeSetter{request, space}, request.command);
  return request;
}

std::vector<Range> named_ranges(const Call& call) {
  constexpr std::array<std::string_view, 9> begin_with_range{
      "madvise", "mbind", "mlock", "mlock2", "mprotect", "munmap", "munlock", "pkey_mprotect", "remap_file_pages"};
  const Native first = argument(call, 0).value_or(0), second = argument(call, 1).value_or(0);
  std::vector<Range> ranges;
  if (std::ranges::find(begin_with_range, call.name) != begin_with_range.end())
    ranges.push_back(pages(first, second));
  if (is_mmap(call.name) && (argument(call, 3).value_or(0) & vma::MAP_FIXED) != 0)
    ranges.push_back(pages(first, second));
  if (call.name == "mremap") {
    ranges.push_back(pages(first, second));
    if ((argument(call, 3).value_or(0) & vma::MREMAP_FIXED) != 0)
      ranges.push_back(pages(argument(call, 4).value_or(0), argument(call, 2).value_or(0)));
  }
  return ranges;
}

std::vector<Range> ranges_of(const Call& call) {
  std::vector<Range> ranges = named_ranges(call);
  const bool has_address =
      call.result.kind == Result::Kind::value && (is_mmap(call.name) || call.name == "mremap");
  if (has_address)
    ranges.push_back(pages(call.result.value, argument(call, call.name == "mremap" ? 2 : 1).value_or(0)));
  return ranges;
}

}  // namespace refmm::strace
