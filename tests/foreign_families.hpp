// Which families can be foreign, and what each needs for it.
#pragma once

#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/foreign_library.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/slab_family.hpp>
#include <refmm/tests/subject.hpp>
#include <refmm/tests/vma_family.hpp>

#include <memory>
#include <span>

namespace refmm::foreign {

/// The names of the functions that a library may export, bottom up.
std::span<const char* const> functions_of_all_families();

/// True of the families that have an interface in C.
template <class Family>
inline constexpr bool has_interface = false;
template <>
inline constexpr bool has_interface<BuddyFamily> = true;
template <>
inline constexpr bool has_interface<SlabFamily> = true;
template <>
inline constexpr bool has_interface<KernelMapFamily> = true;
template <>
inline constexpr bool has_interface<VmaFamily> = true;
template <>
inline constexpr bool has_interface<FaultFamily> = true;
template <>
inline constexpr bool has_interface<MallocFamily> = true;

/// What the table of a family must be.
template <class Family>
const TableRules& rules();
template <>
const TableRules& rules<BuddyFamily>();
template <>
const TableRules& rules<SlabFamily>();
template <>
const TableRules& rules<KernelMapFamily>();
template <>
const TableRules& rules<VmaFamily>();
template <>
const TableRules& rules<FaultFamily>();
template <>
const TableRules& rules<MallocFamily>();

/// The subject of a library. It complains (tests/complaint.hpp). Throws LibraryError if the library has none of this family.
template <class Family>
std::unique_ptr<Subject<Family>> make_subject(const ForeignLibrary& library);
template <>
std::unique_ptr<Subject<BuddyFamily>> make_subject<BuddyFamily>(const ForeignLibrary& library);
template <>
std::unique_ptr<Subject<SlabFamily>> make_subject<SlabFamily>(const ForeignLibrary& library);
template <>
std::unique_ptr<Subject<KernelMapFamily>> make_subject<KernelMapFamily>(const ForeignLibrary& library);
template <>
std::unique_ptr<Subject<VmaFamily>> make_subject<VmaFamily>(const ForeignLibrary& library);
template <>
std::unique_ptr<Subject<FaultFamily>> make_subject<FaultFamily>(const ForeignLibrary& library);
template <>
std::unique_ptr<Subject<MallocFamily>> make_subject<MallocFamily>(const ForeignLibrary& library);

}  // namespace refmm::foreign
