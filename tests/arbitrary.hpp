// Arbitrary values for RapidCheck, derived from declarations: rc::gen::arbitrary<slab::Slab>() is any slab there can be.
//
// Records, enumerations, names, optionals and variants, in each other and in what RapidCheck knows itself. Values shrink
// member by member: an optional to nothing, an enumerator to an earlier one, a name to a shorter one.
#pragma once

#include <refmm/spec/difference.hpp>
#include <refmm/spec/name.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/type_name.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {

/// The type of field `I` of a record.
template <Record R, std::size_t I>
using FieldType = std::remove_cvref_t<decltype(boost::hana::second(
    boost::hana::accessors<R>()[boost::hana::size_c<I>])(std::declval<R&>()))>;

namespace detail {

template <Record R>
rc::Gen<R> arbitrary_record() {
  return []<std::size_t... I>(std::index_sequence<I...>) -> rc::Gen<R> {
    if constexpr (sizeof...(I) == 0) {
      return rc::gen::just(R{});
    } else {
      return rc::gen::apply([](FieldType<R, I>... members) { return R{std::move(members)...}; },
                            rc::gen::arbitrary<FieldType<R, I>>()...);
    }
  }(std::make_index_sequence<field_count<R>>());
}

/// The enumerators that have names, in the order of their values.
template <class E>
std::vector<E> enumerators() {
  std::vector<E> named;
  for (std::size_t value = 0; value < enumerator_names<E>.size(); ++value) {
    if (!enumerator_names<E>[value].empty()) named.push_back(static_cast<E>(value));
  }
  return named;
}

template <class E>
rc::Gen<E> arbitrary_enumerator() {
  const auto all = enumerators<E>();
  return rc::gen::map(rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, all.size())),
                      [all](std::size_t position) { return all[position]; });
}

inline rc::Gen<Name> arbitrary_name() {
  static const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789-_()";
  return rc::gen::withSize([](int size) {
    const auto letter = rc::gen::elementOf(letters);
    return rc::gen::map(
        rc::gen::resize(std::min(size, static_cast<int>(Name::capacity)), rc::gen::container<std::string>(letter)),
        [](const std::string& text) { return Name(text); });
  });
}

template <class T>
rc::Gen<std::optional<T>> arbitrary_optional() {
  using Optional = std::optional<T>;
  const auto maybe = rc::gen::map(rc::gen::maybe(rc::gen::arbitrary<T>()), [](rc::Maybe<T> value) {
    return value ? Optional(std::move(*value)) : Optional();
  });
  // RapidCheck's own are nothing in 1 of 100 cases.
  return rc::gen::weightedOneOf<Optional>({{1, rc::gen::just(Optional())}, {3, maybe}});
}

/// Each alternative is as likely as the others.
template <class... Alternatives>
rc::Gen<std::variant<Alternatives...>> arbitrary_variant() {
  using Variant = std::variant<Alternatives...>;
  return rc::gen::oneOf(rc::gen::map(rc::gen::arbitrary<Alternatives>(),
                                     [](Alternatives alternative) { return Variant(std::move(alternative)); })...);
}

template <class T>
concept Derived = Record<T> || std::is_enum_v<T> || std::is_same_v<T, Name> || Optional<T> || Variant<T>;

}  // namespace detail
}  // namespace refmm

namespace rc {

template <class R>
struct Arbitrary<R, std::enable_if_t<refmm::Record<R>>> {
  static Gen<R> arbitrary() { return refmm::detail::arbitrary_record<R>(); }
};

template <class E>
struct Arbitrary<E, std::enable_if_t<std::is_enum_v<E>>> {
  static Gen<E> arbitrary() { return refmm::detail::arbitrary_enumerator<E>(); }
};

template <>
struct Arbitrary<refmm::Name> {
  static Gen<refmm::Name> arbitrary() { return refmm::detail::arbitrary_name(); }
};

template <class T>
struct Arbitrary<std::optional<T>> {
  static Gen<std::optional<T>> arbitrary() { return refmm::detail::arbitrary_optional<T>(); }
};

template <class... Alternatives>
struct Arbitrary<std::variant<Alternatives...>> {
  static Gen<std::variant<Alternatives...>> arbitrary() {
    return refmm::detail::arbitrary_variant<Alternatives...>();
  }
};

/// RapidCheck shows these values as they are printed.
template <refmm::detail::Derived T>
struct detail::ShowDefault<T, false, false> {
  static void show(const T& value, std::ostream& stream) { stream << refmm::to_text(value); }
};

}  // namespace rc
