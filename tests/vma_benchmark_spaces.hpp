// The address spaces of the benchmark, and what is done to them.
#pragma once

#include <refmm/tests/vma_benchmark_indexes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace refmm::vma_benchmark {

inline constexpr Word page_size = 4096;
inline constexpr Word slot_size = 16 * page_size;
inline constexpr Word base = Word{1} << 30;

/// An exchange of areas: the one in one slot for one in another.
struct Exchange {
  std::uint32_t unmapped;
  std::uint32_t mapped;
};

/// What is done to an address space of `areas` areas, the same for all indexes.
struct Script {
  static constexpr std::size_t length = 1 << 16;

  explicit Script(std::size_t number) : areas(number) {
    slots.resize(2 * number);
    std::iota(slots.begin(), slots.end(), 0);
    std::ranges::shuffle(slots, random);
    std::vector<std::uint32_t> order(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(number));
    std::ranges::sort(order);
    std::size_t place = 0;
    for (std::size_t i = 0; i < length; ++i) {
      anywhere.push_back(base + random() % (2 * number * slot_size));
      place = next_fault(place);
      faults.push_back(inside(order[place]));
      punched.push_back(inside(order[random() % number]));
    }
    add_exchanges();
  }

  /// The area of a slot.
  static Word start_of(std::uint32_t slot) { return base + slot * slot_size; }
  static Word end_of(std::uint32_t slot) { return start_of(slot) + (4 + slot * 7 % 13) * page_size; }

  std::size_t areas;
  std::vector<std::uint32_t> slots;  // the first half have areas, in the order in which they are made
  std::vector<Word> anywhere;
  std::vector<Word> faults;
  std::vector<Word> punched;
  std::vector<Exchange> exchanges;  // after all of them everything is as it was

 private:
  Word inside(std::uint32_t slot) { return start_of(slot) + random() % (end_of(slot) - start_of(slot)); }

  std::size_t next_fault(std::size_t place) {
    const auto die = random() % 10;
    if (die == 0) return random() % areas;
    if (die <= 2) return place == 0 ? 0 : place - 1;
    if (die <= 4) return std::min(place + 1, areas - 1);
    return place;
  }

  void add_exchanges() {
    std::vector<std::uint32_t> now = slots;
    for (std::size_t i = 0; i < length / 2; ++i) {
      std::uint32_t& unmapped = now[random() % areas];
      std::uint32_t& mapped = now[areas + random() % areas];
      exchanges.push_back({unmapped, mapped});
      std::swap(unmapped, mapped);
    }
    for (std::size_t i = length / 2; i-- != 0;) exchanges.push_back({exchanges[i].mapped, exchanges[i].unmapped});
  }

  std::mt19937_64 random{1};
};

inline const Script& script_of(std::size_t areas) {
  static std::map<std::size_t, Script> scripts;
  return scripts.try_emplace(areas, areas).first->second;
}

/// An address space with an index. One is made for all rounds that leave it as it was, and one that exchanges its areas.
template <class Index>
class Space {
 public:
  enum Use { kept, exchanged };

  static Space& of(std::size_t areas, Use use) {
    static std::map<std::pair<std::size_t, Use>, Space> spaces;
    return spaces.try_emplace({areas, use}, areas).first->second;
  }

  explicit Space(std::size_t areas) {
    const Script& script = script_of(areas);
    std::vector<Area*> made;
    for (std::size_t i = 0; i < areas; ++i)
      made.push_back(make(Script::start_of(script.slots[i]), Script::end_of(script.slots[i])));
    if constexpr (requires { index.build(made); }) {
      std::ranges::sort(made, {}, &Area::vm_end);
      index.build(made);
    } else {
      for (Area* const area : made) index.insert(*area);
    }
  }

  Area* make(Word start, Word end) { return objects_.make(start, end); }
  void free(Area* area) { objects_.destroy(area); }

  void unmap(Word addr) {
    const auto place = index.find(addr);
    Area* const area = index.at(place);
    index.erase(place);
    free(area);
  }

 private:
  impl::HostPages pages_;
  Slabs slabs_{pages_};
  impl::ObjectCache<Area> objects_{slabs_, "area", slab::SLAB_HWCACHE_ALIGN};

 public:
  Index index{slabs_};
  std::size_t next_exchange = 0;
};

}  // namespace refmm::vma_benchmark
