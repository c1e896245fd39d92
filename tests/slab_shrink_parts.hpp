// Parts of scripts of the slab allocator, and scripts with a part changed: what the moves are made from.
#pragma once

#include <refmm/spec/name.hpp>
#include <refmm/tests/slab_shrink.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <vector>

namespace refmm::slab {

using shrink::with;
using shrink::without;

/// The script with the item at `position` standing for another command.
Script with(const Script& script, std::size_t position, const Command& command);

/// True of kmem_cache_alloc and kmalloc.
bool allocates(const Item& item);

/// The name of a cache in a command, if the command is about one; kmalloc is about a general cache.
std::optional<Name> cache_of(const Command& command);

/// The caches that commands are about, and those that are created, in the order of their first command.
std::vector<Name> used_caches(const Script& script);
std::vector<Name> created_caches(const Script& script);

}  // namespace refmm::slab
