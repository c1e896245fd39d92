// How a finding is shown to people: the query whose answer differs, and the difference in the words of that answer.
#pragma once

#include <refmm/spec/slab.hpp>
#include <refmm/tests/check_lockstep.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// The query, `slabs size-32` or `chain`, whose block shows what differs between a state and another; empty if what
/// differs is no part of a state or no block shows it.
std::string query_that_shows(const Finding& finding, const slab::State& state);

/// The block that answers such a query, line by line; empty without a query or without such a cache.
std::vector<std::string> block_of(std::string_view query, const slab::State& state);

/// A path of first_difference with the cache by its name: `size-32: slabs[0].inuse` for `chain[2].slabs[0].inuse`.
std::string place_in_words(std::string_view path, const slab::State& state);

}  // namespace refmm
