// Somebody to tell what a machine does about pages.
#pragma once

#include <refmm/impl/paging_entries.hpp>
#include <refmm/spec/fault.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// `record(effect)` is called with each alternative of fault::Effect when it happens, in its order.
template <class T>
concept FaultTracer = requires(T& tracer) {
  tracer.record(fault::FlushTlb{});
  tracer.record(fault::FreePage<Address>{});
};

/// Nobody: it costs nothing.
struct NoTracer {
  template <class Effect>
  void record(const Effect&) {}
};

static_assert(FaultTracer<NoTracer>);

}  // namespace refmm::impl::inline REFMM_BUILD
