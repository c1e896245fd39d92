#include <refmm/spec/slab_picture.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace refmm::slab {

namespace {

using to_scale::counted;

constexpr std::size_t columns = 64;  // objects in a line

/// `#` in use, `.` free, `+` free and the next to be handed out.
std::string objects_of(const Cache& cache, const Slab& slab) {
  std::string letters(cache.geometry.num, '#');
  for (const std::uint32_t index : slab.free) {
    if (index < letters.size()) letters[index] = '.';
  }
  if (!slab.free.empty() && slab.free.front() < letters.size()) letters[slab.free.front()] = '+';
  return letters;
}

std::string place_of(const Management& management) {
  if (const auto* inside = std::get_if<OnSlab>(&management)) return fmt::format("inside, at {}", inside->offset);
  const auto& [cache, slab, index] = std::get<Object>(management);
  return fmt::format("{}:{}[{}]", cache.view(), slab, index);
}

std::string heading_of(const Cache& cache) {
  const auto& geometry = cache.geometry;
  std::string text =
      fmt::format("{}: {} of {} bytes in {}, {}, next {}", cache.name.view(), counted(geometry.num, "object"),
                  geometry.objsize, counted(std::size_t{1} << geometry.gfporder, "page"),
                  counted(std::max<std::size_t>(geometry.colour, 1), "colour"), cache.colour_next);
  if (cache.slabp_cache) text += fmt::format(", slab_t from {}", cache.slabp_cache->view());
  if (cache.gfpflags != 0) text += ", DMA";
  if (cache.grown) text += ", grown";
  return text;
}

void add_slab(const Cache& cache, const Slab& slab, bool is_first_not_full, std::vector<std::string>& lines) {
  const std::string name = fmt::format("  {} slab {}  ", is_first_not_full ? '>' : ' ', slab.number);
  const std::string objects = objects_of(cache, slab);
  const std::string said =
      fmt::format("{:<7}  {} of {}  free chain {}  colour {}  slab_t {}", filling_of(cache, slab), slab.inuse,
                  cache.geometry.num, chain_in_words(slab), slab.colouroff, place_of(slab.mgmt));
  if (objects.size() <= columns / 2) {
    lines.push_back(fmt::format("{}|{}|  {}", name, objects, said));
    return;
  }
  lines.push_back(name + said);
  for (std::size_t first = 0; first < objects.size(); first += columns)
    lines.push_back(fmt::format("      {:>4} |{}|", first, objects.substr(first, columns)));
}

void add_cache(const Cache& cache, std::vector<std::string>& lines) {
  lines.push_back(heading_of(cache));
  for (std::size_t i = 0; i < cache.slabs.size(); ++i)
    add_slab(cache, cache.slabs[i], i == cache.firstnotfull, lines);
  if (cache.firstnotfull >= cache.slabs.size()) lines.emplace_back("  > head");
}

}  // namespace

std::string_view filling_of(const Cache& cache, const Slab& slab) {
  return slab.inuse == 0 ? "free" : slab.inuse == cache.geometry.num ? "full" : "partial";
}

std::string chain_in_words(const Slab& slab) {
  std::string text;
  for (std::size_t i = 0; i < slab.free.size();) {
    std::size_t end = i + 1;
    while (end < slab.free.size() && slab.free[end] == slab.free[end - 1] + 1) ++end;
    const bool is_run = end - i > 2;
    text += text.empty() ? "" : " -> ";
    text += is_run ? fmt::format("{}..{}", slab.free[i], slab.free[end - 1]) : fmt::format("{}", slab.free[i]);
    i = is_run ? end : i + 1;
  }
  return text.empty() ? "END" : text;
}

std::vector<std::string> picture(const State& state) {
  std::vector<std::string> lines;
  std::size_t unused = 0;
  for (const Cache& cache : state.chain) {
    if (cache.slabs_created == 0) {
      ++unused;
      continue;
    }
    add_cache(cache, lines);
  }
  const std::string hand =
      state.clock_searchp < state.chain.size()
          ? fmt::format("; the next reap begins at {}", state.chain[state.clock_searchp].name.view())
          : "";
  lines.push_back(fmt::format("{} without a slab{}", counted(unused, "cache"), hand));
  return lines;
}

}  // namespace refmm::slab
