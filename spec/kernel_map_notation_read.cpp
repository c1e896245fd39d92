// Reading the calls and the queries of the kernel family.

#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_notation_values.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

/// The directory `number` must be in use.
std::uint32_t in_use(const Source& source, const Value& value, const State<Word>& now, std::uint32_t number) {
  if (number == 0 || pgd_numbered(now, number) != nullptr) return number;
  const std::string hint = now.pgds.empty() ? "pgd_alloc() before it" : directory_notation(now.pgds.back().number);
  throw unexpected(source, value,
                   number <= now.pgds_made ? "this directory has been freed" : "there is no such directory",
                   "a directory that is in use", hint);
}

/// A call, its arguments as many as its form has.
class CallReader {
 public:
  CallReader(const Source& source, const transcript::Call& call, const Boot<Word>& boot, const State<Word>& now)
      : source_(source), call_(call), boot_(boot), now_(now) {}

  Command<Word> vmalloc() const { return Vmalloc<Word>{VmallocGfp::any, size(0)}; }
  Command<Word> vmalloc_dma() const { return Vmalloc<Word>{VmallocGfp::dma, size(0)}; }
  Command<Word> vmalloc_32() const { return Vmalloc<Word>{VmallocGfp::low, size(0)}; }
  Command<Word> vfree() const { return Vfree<Word>{address(0)}; }
  Command<Word> ioremap() const { return Ioremap<Word>{address(0), size(1), false}; }
  Command<Word> ioremap_nocache() const { return Ioremap<Word>{address(0), size(1), true}; }
  Command<Word> iounmap() const { return Iounmap<Word>{address(0)}; }
  Command<Word> pgd_alloc() const { return PgdAlloc{}; }
  Command<Word> pgd_free() const { return PgdFree{directory(false)}; }
  Command<Word> pgd_free_fast() const { return PgdFreeFast{directory(false)}; }
  Command<Word> pte_free_fast() const { return PteFreeFast{}; }
  Command<Word> check_pgt_cache() const { return CheckPgtCache{mark(0), mark(1)}; }
  Command<Word> touch() const { return Touch<Word>{directory(true), address(1), false}; }
  Command<Word> touch_user() const { return Touch<Word>{directory(true), address(1), true}; }
  Command<Word> reserve() const { return frames<Reserve<Word>>(); }
  Command<Word> unreserve() const { return frames<Unreserve<Word>>(); }
  Command<Word> get_page() const { return GetPage{false}; }
  Command<Word> get_page_high() const { return GetPage{true}; }
  Command<Word> put_page() const {
    const Word pfn = frame(0);
    if (holds_table<Word>(now_, pfn))
      throw unexpected(source_, value(0), "a page table or directory is in this frame: nobody else has it",
                       "a frame that get_page has given");
    return PutPage<Word>{pfn};
  }
  Command<Word> kmap() const { return Kmap<Word>{mappable_frame(0)}; }
  Command<Word> kunmap() const { return Kunmap<Word>{mappable_frame(0)}; }
  Command<Word> map_user() const;
  Command<Word> clear_page_tables() const;

 private:
  const Value& value(std::size_t i) const { return call_.arguments[i].value; }
  Word address(std::size_t i) const { return read_address(source_, value(i)); }
  Word size(std::size_t i) const { return reading::word(source_, value(i), "a size"); }

  std::uint32_t directory(bool or_swapper) const {
    return in_use(source_, value(0), now_, read_directory(source_, value(0), or_swapper));
  }

  std::int32_t mark(std::size_t i) const {
    const auto* number = std::get_if<transcript::Number>(&value(i).form);
    constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
    if (number == nullptr || number->magnitude > most)
      throw unexpected(source_, value(i), "a mark is a number of pages", fmt::format("a number up to {}", most));
    const auto magnitude = static_cast<std::int32_t>(number->magnitude);
    return number->negative ? -magnitude : magnitude;
  }

  void check_frame(const Value& at, std::uint64_t pfn) const {
    if (pfn < num_physpages(boot_)) return;
    throw unexpected(source_, at, "the machine has no such frame",
                     fmt::format("a frame up to pfn {}", num_physpages(boot_) - 1));
  }

  Word frame(std::size_t i) const {
    const Word pfn = read_frame(source_, value(i));
    check_frame(value(i), pfn);
    return pfn;
  }

  Word mappable_frame(std::size_t i) const {
    if (boot_.config != Config::highmem)
      throw source_.error({.at = call_.name.at,
                           .message = "this kernel has no window for high frames",
                           .expected = "a machine with `config=highmem`",
                           .found = in_backticks(call_.name.text)});
    return frame(i);
  }

  template <class Call>
  Call frames() const {
    const auto* range = std::get_if<transcript::Counted>(&value(0).form);
    if (range == nullptr || range->kind.text != "pfn")
      throw unexpected(source_, value(0), "these are no page frames", "`pfn N` or `pfn A..B`", "pfn 0..15");
    if (range->first > range->last)
      throw unexpected(source_, value(0), "the first frame is behind the last", "`pfn A..B` with A not above B");
    check_frame(value(0), range->last);
    return {static_cast<Word>(range->first), static_cast<Word>(range->last)};
  }

  const Source& source_;
  const transcript::Call& call_;
  const Boot<Word>& boot_;
  const State<Word>& now_;
};

Command<Word> CallReader::map_user() const {
  const std::string* how = transcript::name_of(value(2));
  if (how == nullptr || (*how != "rw" && *how != "ro"))
    throw unexpected(source_, value(2), "a page is mapped to be written or to be read", "`rw` or `ro`");
  return MapUser<Word>{directory(false), address(1), *how == "rw"};
}

Command<Word> CallReader::clear_page_tables() const {
  const Word slots = user_slots(boot_.kernel.machine);
  const Word first = reading::number(source_, value(1), "a slot of the user's half", 0, slots);
  const Word nr = reading::number(source_, value(2), "a count of slots of the user's half", 0, slots - first);
  return ClearPageTables<Word>{directory(false), first, nr};
}

struct CallForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  Command<Word> (CallReader::*read)() const;
};

const std::vector<CallForm>& call_forms() {
  static const std::vector<CallForm> forms{
      {"vmalloc", {"size"}, &CallReader::vmalloc},
      {"vmalloc_dma", {"size"}, &CallReader::vmalloc_dma},
      {"vmalloc_32", {"size"}, &CallReader::vmalloc_32},
      {"vfree", {"addr"}, &CallReader::vfree},
      {"ioremap", {"phys", "size"}, &CallReader::ioremap},
      {"ioremap_nocache", {"phys", "size"}, &CallReader::ioremap_nocache},
      {"iounmap", {"addr"}, &CallReader::iounmap},
      {"pgd_alloc", {}, &CallReader::pgd_alloc},
      {"pgd_free", {"pgd"}, &CallReader::pgd_free},
      {"pgd_free_fast", {"pgd"}, &CallReader::pgd_free_fast},
      {"pte_free_fast", {}, &CallReader::pte_free_fast},
      {"check_pgt_cache", {"low", "high"}, &CallReader::check_pgt_cache},
      {"touch", {"directory", "addr"}, &CallReader::touch},
      {"touch_user", {"directory", "addr"}, &CallReader::touch_user},
      {"reserve", {"frames"}, &CallReader::reserve},
      {"unreserve", {"frames"}, &CallReader::unreserve},
      {"get_page", {}, &CallReader::get_page},
      {"get_page_high", {}, &CallReader::get_page_high},
      {"put_page", {"frame"}, &CallReader::put_page},
      {"kmap", {"frame"}, &CallReader::kmap},
      {"kunmap", {"frame"}, &CallReader::kunmap},
      {"map_user", {"pgd", "addr", "rw or ro"}, &CallReader::map_user},
      {"clear_page_tables", {"pgd", "first", "nr"}, &CallReader::clear_page_tables},
  };
  return forms;
}

// ---- Queries --------------------------------------------------------------------------------------------------

struct QueryForm {
  std::string_view name;
  Question::Block block;
  std::string_view argument;  // what it is about, or empty
};

constexpr std::array<QueryForm, 9> query_forms{{{"vmlist", Question::Block::vmlist, ""},
                                                {"pde", Question::Block::pde, "`swapper` or `pgd N`"},
                                                {"translate", Question::Block::translate, "an address"},
                                                {"map", Question::Block::map, "a range of pages, `0xA-0xB`"},
                                                {"pgds", Question::Block::pgds, ""},
                                                {"sharing", Question::Block::sharing, ""},
                                                {"cache", Question::Block::cache, ""},
                                                {"frame", Question::Block::frame, "the number of a frame"},
                                                {"frames", Question::Block::frames, ""}}};

/// Pages from the first address up to the last, which may be 0 for 4 GB.
void read_pages(const Source& source, const Value& value, const Machine& machine, Question& question) {
  constexpr std::uint64_t four_gigabytes = std::uint64_t{1} << 32;
  const auto* range = std::get_if<transcript::Range>(&value.form);
  if (range == nullptr)
    throw unexpected(source, value, "the pages to be shown are a range", "two addresses, `0xc4800000-0xc4804000`");
  const std::uint64_t end = range->last == 0 ? four_gigabytes : range->last;
  if (range->first % machine.page_size != 0 || end % machine.page_size != 0 || range->first >= end ||
      end > four_gigabytes)
    throw unexpected(source, value, "these are no pages",
                     fmt::format("multiples of {}, the first below the last", machine.page_size));
  question.first = static_cast<Word>(range->first);
  question.last = static_cast<Word>(end);
}

void read_argument(const Source& source, const Value& value, const State<Word>& now, Question& question) {
  switch (question.block) {
    case Question::Block::pde:
      question.pgd = in_use(source, value, now, read_directory(source, value, true));
      break;
    case Question::Block::translate:
      question.first = read_address(source, value);
      break;
    case Question::Block::map:
      read_pages(source, value, question.boot.kernel.machine, question);
      break;
    default:
      question.first =
          reading::number(source, value, "the number of a frame", 0, num_physpages(question.boot) - 1);
  }
}

}  // namespace

Command<Word> read_call(const Source& source, const transcript::Call& call, const Boot<Word>& boot,
                        const State<Word>& now) {
  std::vector<std::string_view> names;
  for (const CallForm& form : call_forms()) {
    names.push_back(form.name);
    if (form.name != call.name.text) continue;
    reading::check_process(source, call, "kernel");
    reading::check_arguments(source, call, form.parameters);
    return (CallReader(source, call, boot, now).*form.read)();
  }
  throw reading::no_such(source, call.name, "the kernel family has no such call", names);
}

Question read_query(const Source& source, const transcript::Query& query, const Boot<Word>& boot,
                    const State<Word>& now) {
  const auto form = std::ranges::find(query_forms, query.name.text, &QueryForm::name);
  if (form == query_forms.end()) {
    std::vector<std::string_view> names;
    for (const QueryForm& one : query_forms) names.push_back(one.name);
    throw reading::no_such(source, query.name, "the kernel family has no such query", names);
  }
  Question question{form->block, 0, 0, 0, boot};
  const std::size_t expected = form->argument.empty() ? 0 : 1;
  if (query.arguments.size() > expected)
    throw unexpected(
        source, query.arguments[expected],
        fmt::format("the query `{}` is about {} thing", query.name.text, expected == 0 ? "no" : "one"), "`:`");
  if (query.arguments.size() < expected)
    throw source.error({.at = query.colon,
                        .message = fmt::format("the query `{}` lacks what it is about", query.name.text),
                        .expected = std::string(form->argument),
                        .found = "`:`"});
  if (expected == 1) read_argument(source, query.arguments[0], now, question);
  return question;
}

}  // namespace refmm::kernel_map
