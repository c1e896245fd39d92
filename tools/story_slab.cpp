// The picture of a slab allocator: what is where in each slab, to scale, and in which order objects and slabs are taken.
#include <refmm/spec/slab_picture.hpp>
#include <refmm/tools/story_pictures.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::story {

namespace {

constexpr std::size_t most_objects = 64;  // that are drawn one by one

std::string text_of(const slab::Object& object) {
  return fmt::format("{}:{}[{}]", object.cache.view(), object.slab, object.index);
}

/// Where an object stands in the chain of its slab.
std::vector<std::size_t> places_in_chain(const slab::Slab& slab, std::uint32_t objects) {
  constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> places(objects, nowhere);
  for (std::size_t place = slab.free.size(); place-- > 0;) {
    if (slab.free[place] < objects) places[slab.free[place]] = place;
  }
  return places;
}

/// The objects of a slab from `begin` on: one by one, or where there are many, in runs.
void add_objects(const slab::Cache& cache, const slab::Slab& slab, Place begin, std::vector<Cell>& cells) {
  const auto [num, size] = std::pair(cache.geometry.num, cache.geometry.objsize);
  const std::vector<std::size_t> places = places_in_chain(slab, num);
  const auto is_free = [&](std::uint32_t index) { return places[index] < slab.free.size(); };
  for (std::uint32_t first = 0; first < num;) {
    std::uint32_t end = first + 1;
    while (num > most_objects && end < num && is_free(end) == is_free(first)) ++end;
    const std::string which =
        end - first == 1 ? fmt::format("object {}", first) : fmt::format("objects {}..{}", first, end - 1);
    std::string detail = which + (is_free(first) ? ": free" : ": in use");
    if (is_free(first) && end - first == 1) detail += fmt::format(", number {} in the chain", places[first] + 1);
    cells.push_back({fmt::format("object {}", first), is_free(first) ? "free" : "used",
                     end - first == 1 ? fmt::format("{}", first) : fmt::format("{}..{}", first, end - 1), detail,
                     begin + Place{first} * size, begin + Place{end} * size});
    first = end;
  }
}

/// A slab to scale: its colour, a descriptor inside it, its objects, and what is left over.
Row row_of(const slab::Cache& cache, const slab::Slab& slab, bool is_first_not_full, const Machine& machine) {
  const Place end = Place{machine.page_size} << cache.geometry.gfporder;
  const auto* inside = std::get_if<slab::OnSlab>(&slab.mgmt);
  std::vector<Cell> cells;
  const Place colour = inside ? inside->offset : slab.colouroff;
  if (colour > 0)
    cells.push_back({"colour", "colour", "", fmt::format("colour: {} bytes left free", colour), 0, colour});
  if (inside) {
    cells.push_back(
        {"descriptor", "descriptor", "slab_t",
         fmt::format("descriptor and chain: {} bytes at {}", slab.colouroff - inside->offset, inside->offset),
         inside->offset, slab.colouroff});
  }
  add_objects(cache, slab, slab.colouroff, cells);
  const Place last = Place{slab.colouroff} + Place{cache.geometry.num} * cache.geometry.objsize;
  if (last < end)
    cells.push_back({"left over", "hole", "", fmt::format("left over: {} bytes", end - last), last, end});
  return {fmt::format("slab {}", slab.number),
          fmt::format("{}{}, {} of {} in use · free chain {} · colour {} · slab_t {}",
                      is_first_not_full ? "firstnotfull · " : "", slab::filling_of(cache, slab), slab.inuse,
                      cache.geometry.num, slab::chain_in_words(slab), slab.colouroff,
                      inside ? fmt::format("inside, at {}", inside->offset)
                             : "is " + text_of(std::get<slab::Object>(slab.mgmt))),
          Form::scale, std::move(cells)};
}

/// The list of a cache: the head, and its slabs in order, with the pointer.
Row list_of(const slab::Cache& cache) {
  Row row{"list", "", Form::chain, {}};
  for (std::size_t i = 0; i < cache.slabs.size(); ++i) {
    const slab::Slab& slab = cache.slabs[i];
    const std::string_view tone = slab::filling_of(cache, slab);
    const bool is_pointer = i == cache.firstnotfull;
    row.cells.push_back({fmt::format("place {}", i), std::string(tone),
                         fmt::format("{}slab {}", is_pointer ? "▸ " : "", slab.number),
                         fmt::format("{}. in the list: slab {}, {}{}", i + 1, slab.number, tone,
                                     is_pointer ? ", firstnotfull points to it" : ""),
                         0, 0});
  }
  const bool at_head = cache.firstnotfull >= cache.slabs.size();
  row.cells.push_back(
      {"head", "head", at_head ? "▸ head" : "head",
       at_head ? "firstnotfull points to the head of the list: all slabs are full" : "the head of the list", 0,
       0});
  return row;
}

std::string geometry_of(const slab::Cache& cache) {
  const auto& geometry = cache.geometry;
  std::string text = fmt::format("{} × {} bytes in {} page{} · colours {} × {}, next {}", geometry.num,
                                 geometry.objsize, 1u << geometry.gfporder, geometry.gfporder == 0 ? "" : "s",
                                 geometry.colour, geometry.colour_off, cache.colour_next);
  if (cache.gfpflags != 0) text += " · DMA";
  if (cache.grown) text += " · grown";
  if (cache.ctor) text += cache.dtor ? " · constructor, destructor" : " · constructor";
  if (cache.slabp_cache) text += fmt::format(" · slab_t from {}", cache.slabp_cache->view());
  return text;
}

/// The ring of caches, with the hand of the clock that reaping goes by.
Row ring_of(const slab::State& state) {
  Row row{"caches", "", Form::list, {}};
  for (std::size_t i = 0; i < state.chain.size(); ++i) {
    const slab::Cache& cache = state.chain[i];
    const bool is_hand = i == state.clock_searchp;
    row.cells.push_back({std::string(cache.name.view()), cache.slabs.empty() ? "empty" : "cache",
                         fmt::format("{}{}", is_hand ? "▸ " : "", cache.name.view()),
                         fmt::format("{}. in the ring: {}, {} slabs{}", i + 1, cache.name.view(),
                                     cache.slabs.size(), is_hand ? ", the next reap begins here" : ""),
                         0, 0});
  }
  return row;
}

}  // namespace

Picture picture_of(const SlabFamily::State& state, const SlabFamily::Boot& machine) {
  Picture picture;
  for (const slab::Cache& cache : state.chain) {
    if (cache.slabs.empty() && cache.slabs_created == 0) continue;
    Panel panel{std::string(cache.name.view()), geometry_of(cache), {list_of(cache)}};
    for (std::size_t i = 0; i < cache.slabs.size(); ++i)
      panel.rows.push_back(row_of(cache, cache.slabs[i], i == cache.firstnotfull, machine));
    picture.panels.push_back(std::move(panel));
  }
  Panel ring{"all caches", fmt::format("{} in the ring", state.chain.size()), {ring_of(state)}};
  const auto& [fail_pages, fail_skip, reap_before, in_interrupt] = state.pages;
  if (fail_pages != 0) ring.note += fmt::format(" · {} requests for pages fail, after {}", fail_pages, fail_skip);
  if (reap_before != 0) ring.note += fmt::format(" · {} requests reap caches before", reap_before);
  if (in_interrupt) ring.note += " · inside an interrupt";
  picture.panels.push_back(std::move(ring));
  return picture;
}

}  // namespace refmm::story
