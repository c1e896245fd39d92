// The model as the subject of the laws (spec/slab_laws.hpp and its neighbours).
#pragma once

#include <refmm/model/kmalloc.hpp>
#include <refmm/model/slab.hpp>
#include <refmm/model/slab_chain.hpp>
#include <refmm/model/slab_geometry.hpp>
#include <refmm/model/slab_list.hpp>
#include <refmm/model/slab_reap.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

struct SlabSubject {
  static constexpr auto boot(const Machine& machine) { return model::boot(machine); }

  // Where slabs stand.
  static constexpr auto take(auto list, auto num) { return model::take(std::move(list), num); }
  static constexpr auto give_back(auto list, auto position, auto index, auto num) {
    return model::give_back(std::move(list), position, index, num);
  }
  static constexpr auto append(auto list, auto fresh) { return model::append(std::move(list), std::move(fresh)); }
  static constexpr auto drop_last(auto list) { return model::drop_last(std::move(list)); }

  // The chain inside a slab.
  static constexpr auto fresh_chain(auto num) { return model::fresh_chain(num); }
  static constexpr auto without_first(auto chain) { return model::without_first(std::move(chain)); }
  static constexpr auto with_first(auto chain, auto index) { return model::with_first(std::move(chain), index); }

  // Geometry.
  template <Word W>
  static constexpr auto geometry(const MachineOf<W>& machine, slab::GeometryRequest<W> request) {
    return model::geometry<W>(machine, request);
  }
  template <Word W>
  static constexpr auto alignment(const MachineOf<W>& machine, W size, W flags) {
    return model::alignment<W>(machine, size, flags);
  }
  static constexpr auto next_colour(auto colour, auto colours) { return model::next_colour(colour, colours); }

  // kmalloc and reaping.
  static constexpr auto general_size(auto size) { return model::general_size(size); }
  static constexpr auto four_fifths(auto n) { return model::four_fifths(n); }
  static constexpr auto reap_worth(auto free_slabs, bool ctor, auto gfporder) {
    return model::reap_worth(free_slabs, ctor, gfporder);
  }
};

}  // namespace refmm::model::inline REFMM_BUILD
