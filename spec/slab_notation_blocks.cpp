// The blocks that answer the queries of the slab family.

#include <refmm/spec/slab_flags.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/slab_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <variant>

namespace refmm::slab {
namespace {

/// `5,3..4,2`: runs of ascending consecutive numbers are written `a..b`; `none` if there are no numbers.
std::string runs(const std::vector<std::uint32_t>& numbers, std::string_view none) {
  if (numbers.empty()) return std::string(none);
  std::string text;
  for (std::size_t first = 0; first < numbers.size();) {
    std::size_t last = first;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(numbers[first]);
    if (last != first) text += ".." + std::to_string(numbers[last]);
    first = last + 1;
  }
  return text;
}

std::string notation_of(const OnSlab& inside) { return fmt::format("+{}", inside.offset); }
std::string notation_of(const Object& outside) { return notation(outside); }

const char* pointer(bool given, const char* name) { return given ? name : "NULL"; }

bool is_full(const Cache& cache, const Slab& slab) { return slab.inuse == cache.geometry.num; }

}  // namespace

std::vector<std::string> cache_block(const Cache& cache) {
  const auto& geometry = cache.geometry;
  return {
      fmt::format("objsize={} num={} order={} flags={} gfpflags={}", geometry.objsize, geometry.num,
                  geometry.gfporder, flags_notation(cache_flags(), geometry.flags),
                  flags_notation(kmalloc_flags(), cache.gfpflags)),
      fmt::format("colour={} colour_off={} colour_next={} dflags={}", geometry.colour, geometry.colour_off,
                  cache.colour_next, cache.grown ? "DFLGS_GROWN" : "0"),
      fmt::format("slabp_cache={} descr={} ctor={} dtor={}",
                  cache.slabp_cache ? cache.slabp_cache->view() : "NULL",
                  cache.descr ? notation(*cache.descr) : "static", pointer(cache.ctor, "ctor"),
                  pointer(cache.dtor, "dtor")),
  };
}

std::vector<std::string> slabs_block(const Cache& cache) {
  std::vector<std::string> lines;
  for (std::size_t position = 0; position < cache.slabs.size(); ++position) {
    const Slab& slab = cache.slabs[position];
    lines.push_back(fmt::format("{}{} inuse={} free={} colouroff={} mgmt={}",
                                position == cache.firstnotfull ? "*" : "", slab.number, slab.inuse,
                                runs(slab.free, "END"), slab.colouroff,
                                std::visit([](const auto& place) { return notation_of(place); }, slab.mgmt)));
  }
  if (cache.firstnotfull == cache.slabs.size()) lines.push_back("*end");
  return lines;
}

std::vector<std::string> order_block(const Cache& cache) {
  std::vector<std::uint32_t> full, partial, free;
  for (const Slab& slab : cache.slabs) {
    (is_full(cache, slab) ? full : slab.inuse == 0 ? free : partial).push_back(slab.number);
  }
  const std::size_t pointer = cache.firstnotfull;
  return {
      "full " + runs(full, "none"), "partial " + runs(partial, "none"), "free " + runs(free, "none"),
      "firstnotfull " + (pointer == cache.slabs.size()  ? "end"
                         : pointer < cache.slabs.size() ? std::to_string(cache.slabs[pointer].number)
                                                        : "nowhere"),  // in a subject that lost it
  };
}

std::vector<std::string> chain_block(const State& state) {
  std::vector<std::string> lines;
  for (std::size_t position = 0; position < state.chain.size(); ++position) {
    lines.push_back((position == state.clock_searchp ? "*" : "") + state.chain[position].name.str());
  }
  return lines;
}

std::vector<std::string> slabinfo_block(const State& state) {
  std::vector<std::string> lines{"slabinfo - version: 1.1"};
  for (const Cache& cache : state.chain) {
    const auto slabs = static_cast<std::uint32_t>(cache.slabs.size());
    lines.push_back(fmt::format("{:<17} {:>6} {:>6} {:>6} {:>4} {:>4} {:>4}", cache.name.view(),
                                objects_in_use(cache), slabs * cache.geometry.num, cache.geometry.objsize,
                                slabs - free_slabs(cache), slabs, 1u << cache.geometry.gfporder));
  }
  return lines;
}

std::vector<std::string> answer(const Question& question, const State& state) {
  using enum Question::Block;
  if (question.block == chain) return chain_block(state);
  if (question.block == slabinfo) return slabinfo_block(state);
  const Cache* of = cache_named(state, question.cache.value());
  if (of == nullptr) return {};
  return question.block == cache   ? cache_block(*of)
         : question.block == slabs ? slabs_block(*of)
                                   : order_block(*of);
}

}  // namespace refmm::slab
