// Values of the slab family, as calls, effects and results have them. Part of the reading of its notation.
#pragma once

#include <refmm/spec/slab.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstdint>

namespace refmm::slab {

/// `session:3[7]`, whether or not there is such an object.
Object read_object(const transcript::Source& source, const transcript::Value& value);

/// `session:3`.
struct SlabOfCache {
  Name cache;
  std::uint32_t slab;
};
SlabOfCache read_slab(const transcript::Source& source, const transcript::Value& value);

/// The name of a cache, whether or not there is one of that name.
Name read_cache_name(const transcript::Source& source, const transcript::Value& value);

}  // namespace refmm::slab
