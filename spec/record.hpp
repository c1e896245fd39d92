// Records: declared once, everything generic derived from the declaration.
//
//   struct Slab {
//     REFMM_RECORD(Slab, (std::uint32_t, number), (std::uint32_t, inuse));
//   };
//
// declares the members and the equality. From the same declaration come the difference with the path of the
// first differing field and the printed form (spec/difference.hpp), JSON (spec/json.hpp), the RapidCheck
// generator (tests/arbitrary.hpp), and the symbolic constant with its reading back from a Z3 model
// (proofs/symbolic/record.hpp). A record is an aggregate: designated initialisers work.
//
// Boost.Hana's limits: 39 members; a type with a comma in it needs an alias; bit-fields and C arrays do not work.
#pragma once

#include <boost/hana/accessors.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/core/to.hpp>
#include <boost/hana/define_struct.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/integral_constant.hpp>
#include <boost/hana/range.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/size.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include <cstddef>
#include <type_traits>

// The equality is the compiler's, and constexpr where those of the members are; hana::equal must not be called on a
// record (it would be ambiguous).
#define REFMM_RECORD(Type, ...)                              \
  BOOST_HANA_DEFINE_STRUCT(Type __VA_OPT__(, ) __VA_ARGS__); \
  friend bool operator==(const Type&, const Type&) = default

namespace refmm {

template <class T>
concept Record = boost::hana::Struct<T>::value;

template <Record R>
inline constexpr std::size_t field_count = decltype(boost::hana::size(boost::hana::accessors<R>()))::value;

/// Calls `visit(name, member)` for each field of `record` in the order of the declaration.
template <class R, class Visit>
  requires Record<std::remove_cvref_t<R>>
constexpr void for_each_field(R&& record, Visit&& visit) {
  boost::hana::for_each(boost::hana::accessors<std::remove_cvref_t<R>>(), [&](auto accessor) {
    visit(boost::hana::to<const char*>(boost::hana::first(accessor)), boost::hana::second(accessor)(record));
  });
}

/// Calls `visit(name, left, right)` for each field of two records of one type, or of two types with the same
/// fields (a record of words and its symbolic form).
template <class L, class R, class Visit>
  requires Record<std::remove_cvref_t<L>> && Record<std::remove_cvref_t<R>>
constexpr void for_each_field(L&& left, R&& right, Visit&& visit) {
  static_assert(field_count<std::remove_cvref_t<L>> == field_count<std::remove_cvref_t<R>>);
  constexpr auto lefts = boost::hana::accessors<std::remove_cvref_t<L>>();
  constexpr auto rights = boost::hana::accessors<std::remove_cvref_t<R>>();
  boost::hana::for_each(boost::hana::make_range(boost::hana::size_c<0>, boost::hana::size(lefts)), [&](auto i) {
    visit(boost::hana::to<const char*>(boost::hana::first(lefts[i])), boost::hana::second(lefts[i])(left),
          boost::hana::second(rights[i])(right));
  });
}

}  // namespace refmm
