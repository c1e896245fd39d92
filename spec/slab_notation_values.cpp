#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/slab_notation_values.hpp>

#include <variant>

namespace refmm::slab {

using transcript::Source;
using transcript::Value;

Object read_object(const Source& source, const Value& value) {
  const auto* object = std::get_if<transcript::SlabObject>(&value.form);
  if (object == nullptr || !object->index)
    throw reading::unexpected(source, value, "this is no object", "an object, `cache:SLAB[INDEX]`");
  return {object->cache.text, object->slab, *object->index};
}

SlabOfCache read_slab(const Source& source, const Value& value) {
  const auto* object = std::get_if<transcript::SlabObject>(&value.form);
  if (object == nullptr || object->index)
    throw reading::unexpected(source, value, "this is no slab", "a slab, `cache:SLAB`");
  return {object->cache.text, object->slab};
}

Name read_cache_name(const Source& source, const Value& value) {
  const std::string* name = transcript::name_of(value);
  if (name == nullptr || !transcript::is_name(*name))
    throw reading::unexpected(source, value, "this is no name of a cache", "the name of a cache");
  return *name;
}

}  // namespace refmm::slab
