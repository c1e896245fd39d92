// Parts of scripts, and scripts with a part changed: what the moves are made from.
#pragma once

#include <refmm/spec/name.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <vector>

namespace refmm::shrink {

/// The script without the items at these positions.
Script without(const Script& script, std::initializer_list<std::size_t> positions);

/// The script with another item at `position`, or with the item there standing for another command.
Script with(const Script& script, std::size_t position, const Item& item);
Script with(const Script& script, std::size_t position, const slab::Command& command);

/// True of kmem_cache_alloc and kmalloc.
bool allocates(const Item& item);

/// The name of a cache in a command, if the command is about one; kmalloc is about a general cache.
std::optional<Name> cache_of(const slab::Command& command);

/// The caches that commands are about, and those that are created, in the order of their first command.
std::vector<Name> used_caches(const Script& script);
std::vector<Name> created_caches(const Script& script);

}  // namespace refmm::shrink
