#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/fault_picture_lists.hpp>
#include <refmm/spec/fault_picture_runs.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/to_scale.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace refmm::process {
namespace {

using Word = std::uint32_t;
using Lines = std::vector<std::string>;

// ---- Lists ----------------------------------------------------------------------------------------------------

constexpr std::size_t columns_of_line = 100;
constexpr std::size_t longest_list = 160;  // lines

/// Frames or slots that are alike but for their numbers.
struct Item {
  Phrase name;
  Word length;
  Word count;
  std::string why;  // what its count is made of
  Phrase what{};
  std::vector<Place> places{};  // of the first

  bool is_followed_by(const Item& other) const {
    const auto is_further = [&](const Place& place, const Place& next) {
      return place.pid == next.pid && place.addr + length * page_size == next.addr;
    };
    return count == other.count && why == other.why && later(name, length) == other.name &&
           later(what, length) == other.what && std::ranges::equal(places, other.places, is_further);
  }
};

/// Adds an item, to the last one if that may be.
void add(std::vector<Item>& items, Item item) {
  if (!items.empty() && items.back().is_followed_by(item))
    items.back().length += item.length;
  else
    items.push_back(std::move(item));
}

/// Adds those between `first` and `last` that nothing leads to.
void add_free(std::vector<Item>& items, std::string_view name, Word first, Word last) {
  if (first <= last) add(items, {{std::string(name), Number{first}}, last - first + 1, 0, "free"});
}

/// `2 entries + cache`, and what is not explained: `entry + 1 ?`.
std::string why_of(const References& references, Word count, std::string_view otherwise) {
  const Word total = references.total();
  std::string text = references.notation();
  if (count > total) text += fmt::format("{}{} ?", text.empty() ? "" : " + ", count - total);
  if (count < total) text += fmt::format(" - {} ?", total - count);
  return text.empty() ? std::string(otherwise) : text;
}

Lines lines_of(const std::vector<Item>& items) {
  std::size_t names = 0, whys = 0;
  for (const Item& item : items) {
    names = std::max(names, text_of(item.name, item.length).size());
    whys = std::max(whys, item.why.size());
  }
  Lines lines;
  for (const Item& item : items) {
    std::string line = fmt::format("  {:<{}} {:>3} = {:<{}}  {}", text_of(item.name, item.length), names,
                                   item.count, item.why, whys, text_of(item.what, item.length));
    if (!item.places.empty()) {
      line += ": ";
      const std::size_t left = line.size() < columns_of_line ? columns_of_line - line.size() : 0;
      line += places_text(item.places, item.length, left);
    }
    line.resize(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  if (lines.size() <= longest_list) return lines;
  const std::size_t more = lines.size() - longest_list + 1;
  lines.resize(longest_list - 1);
  lines.push_back(fmt::format("  (and {} more lines)", more));
  return lines;
}

// ---- Frames ---------------------------------------------------------------------------------------------------

/// `file1:3`.
Phrase page_of_object(const Drawn& drawn, Word object, Word index) {
  return {object_notation(drawn.state, object) + ':', Number{index}};
}

/// Memory, or what it was copied from.
Phrase memory_phrase(const Drawn& drawn, const References& references) {
  if (references.places.empty()) return {"memory, of BAD_PAGETABLE alone"};
  const Place& place = references.places.front();
  const auto* area = area_at(process_of(drawn.state, place.pid), place.addr);
  const Word object = area == nullptr ? fault::none : object_of(drawn.state, *area);
  if (object == fault::none) return {"memory"};
  Phrase phrase{"copy of "};
  const Phrase page = page_of_object(drawn, object, area->vm_pgoff + (place.addr - area->vm_start) / page_size);
  phrase.insert(phrase.end(), page.begin(), page.end());
  return phrase;
}

/// What is to be said of a page in a cache but that it is there and as it should be.
std::string flags_text(Word flags) {
  std::string text;
  if ((flags & fault::PG_locked) != 0) text += ", locked";
  if ((flags & fault::PG_error) != 0) text += ", error";
  if ((flags & fault::PG_uptodate) == 0) text += ", not uptodate";
  if ((flags & fault::PG_dirty) != 0) text += ", dirty";
  return text;
}

Phrase page_phrase(const Drawn& drawn, Word pfn) {
  const auto page = lookup(drawn.state.memory.mem_map, pfn);
  if (pfn == fault::ZERO_PAGE) return {"zeros"};
  if (pfn == fault::BAD_PAGE) return {"the page of BAD_PAGETABLE"};
  if (page.mapping == fault::none) return memory_phrase(drawn, drawn.of_frame(pfn));
  Phrase phrase = page.mapping == fault::swapper_space ? Phrase{"slot ", Number{page.index}}
                                                       : page_of_object(drawn, page.mapping, page.index);
  phrase.emplace_back(flags_text(page.flags));
  return phrase;
}

Phrase table_phrase(Word pfn, const References& references) {
  if (pfn == fault::BAD_PAGETABLE) {
    std::vector<Word> pids;
    for (const Place& table : references.table_of) {
      if (pids.empty() || pids.back() != table.pid) pids.push_back(table.pid);
    }
    return {fmt::format("stands in for {} of pid {}", to_scale::counted(references.table_of.size(), "table"),
                        numbers_notation(pids))};
  }
  const Place& table = references.table_of.front();
  return {fmt::format("page table of pid {}: {:08x}-{:08x}", table.pid, table.addr,
                      std::uint64_t{table.addr} + window_size)};
}

bool are_all_copied(const Drawn& drawn, const References& references) {
  return !references.places.empty() && std::ranges::all_of(references.places, [&](const Place& place) {
    return sharing_of(drawn.kernel, drawn.state, references, place) == Sharing::copied;
  });
}

Phrase frame_phrase(const Drawn& drawn, Word pfn) {
  const References& references = drawn.of_frame(pfn);
  switch (kind_of(drawn, pfn)) {
    case Kind::directory:
      return {"page directory of pid " + numbers_notation(references.directory_of)};
    case Kind::table:
      return table_phrase(pfn, references);
    case Kind::held:
      return {"memory that no process has any more"};
    case Kind::lost:
      return {"lost: nothing leads to it"};
    default:
      break;
  }
  Phrase phrase = page_phrase(drawn, pfn);
  if (are_all_copied(drawn, references)) phrase.emplace_back(", copied on write");
  return phrase;
}

Item frame_item(const Drawn& drawn, Word pfn) {
  const auto page = lookup(drawn.state.memory.mem_map, pfn);
  const bool reserved = (page.flags & fault::PG_reserved) != 0;
  const References& references = drawn.of_frame(pfn);
  return {pool_frame_phrase(pfn),
          1,
          page.count,
          why_of(counted(references, page), page.count, reserved ? "reserved" : "none"),
          frame_phrase(drawn, pfn),
          references.places};
}

/// What a list says of one thing, in a sentence.
std::string text_of(const Item& item) {
  constexpr std::size_t columns = 60;
  std::string text = fmt::format("count {} = {}; {}", item.count, item.why, text_of(item.what, 1));
  if (!item.places.empty()) text += ": " + places_text(item.places, 1, columns);
  return text;
}

}  // namespace

std::string frame_text(const Drawn& drawn, Word pfn) { return text_of(frame_item(drawn, pfn)); }

Lines frames_list(const Drawn& drawn) {
  std::vector<Item> items;
  const Word ram_pages = drawn.state.memory.ram_pages;
  Word next = 1;
  for (const Word pfn : frames_to_show(drawn)) {
    add_free(items, "pfn ", next, std::min(pfn - 1, ram_pages));
    add(items, frame_item(drawn, pfn));
    next = pfn + 1;
  }
  add_free(items, "pfn ", next, ram_pages);
  return lines_of(items);
}

// ---- Slots ----------------------------------------------------------------------------------------------------

namespace {

Phrase slot_phrase(const Drawn& drawn, Word slot) {
  const References& references = drawn.of_slot(slot);
  const Word cached = lookup(drawn.state.memory.page_cache, fault::swapper_space, slot);
  Phrase phrase;
  if (references.object) {
    phrase = page_of_object(drawn, references.object->object, references.object->index);
    phrase.emplace_back(" ");
  }
  phrase.emplace_back(cached == fault::none ? "on disk" : "in pfn ");
  if (cached != fault::none) phrase.emplace_back(Number{cached});
  return phrase;
}

Item slot_item(const Drawn& drawn, Word slot) {
  const References& references = drawn.of_slot(slot);
  const Word count = lookup(drawn.state.memory.swap.swap_map, slot);
  return {{"slot ", Number{slot}}, 1, count, why_of(references, count, "none"), slot_phrase(drawn, slot),
          references.places};
}

}  // namespace

std::string slot_text(const Drawn& drawn, Word slot) { return text_of(slot_item(drawn, slot)); }

Lines slots_list(const Drawn& drawn) {
  const auto slots = slots_to_show(drawn);
  if (slots.empty()) return {};
  std::vector<Item> items;
  Word next = 1;
  for (const Word slot : slots) {
    add_free(items, "slot ", next, slot - 1);
    add(items, slot_item(drawn, slot));
    next = slot + 1;
  }
  const auto& area = drawn.state.memory.swap;
  if (area.in_use) add_free(items, "slot ", next, area.pages);
  return lines_of(items);
}

}  // namespace refmm::process
