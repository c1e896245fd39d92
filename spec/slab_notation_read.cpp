// Reading the lines of the slab family that are carried out: machines, knobs, calls and queries.

#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/slab_notation_values.hpp>
#include <refmm/spec/slab_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::slab {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

// ---- Machines -------------------------------------------------------------------------------------------------

constexpr const char* whole_boot_line = "boot family=slab l1=32 ram_pages=16384";

std::uint32_t l1_cache_bytes(const Source& source, const Value& value) {
  constexpr std::array<std::uint32_t, 4> built_for{16, 32, 64, 128};
  const auto* number = std::get_if<transcript::Number>(&value.form);
  if (number != nullptr && !number->negative) {
    for (const std::uint32_t bytes : built_for) {
      if (number->magnitude == bytes) return bytes;
    }
  }
  throw unexpected(source, value, "no kernel is built for such a cache line", "16, 32, 64 or 128 bytes");
}

/// "in line 12", for errors about what happened before.
std::string in_line(Position at) { return fmt::format("in line {}", at.line); }

// ---- Caches ---------------------------------------------------------------------------------------------------

InputError no_such_cache(const Source& source, const Value& value, const State& now, const Holdings& holdings,
                         std::string_view name, std::string_view expected) {
  const auto destroyed = holdings.destroyed(name);
  std::vector<std::string_view> names;
  names.reserve(now.chain.size());
  for (const Cache& cache : now.chain) names.push_back(cache.name.view());
  return unexpected(
      source, value,
      destroyed ? fmt::format("the cache was destroyed {}", in_line(*destroyed)) : "there is no such cache",
      std::string(expected), destroyed ? "" : reading::nearest_name(name, names));
}

constexpr std::string_view kmem_cache = "kmem_cache";

/// True of the caches that the kernel itself holds on to: kmalloc serves from them. Their descriptors are the first.
bool is_general(const Cache& cache) {
  constexpr std::uint32_t general_caches = 26;
  return cache.descr && cache.descr->slab == 0 && cache.descr->index < general_caches;
}

// ---- Calls ----------------------------------------------------------------------------------------------------

/// A call that is made in a state, its arguments as many as its form has.
class CallReader {
 public:
  CallReader(const Source& source, const transcript::Call& call, const State& now, const Holdings& holdings)
      : source_(source), call_(call), now_(now), holdings_(holdings) {}

  Command create() const {
    return CacheCreate{new_name(value(0)),
                       number(1, "the size of an object"),
                       number(2, "the offset between colours"),
                       reading::flags(source_, value(3), cache_flags()),
                       function(value(4), "ctor"),
                       function(value(5), "dtor")};
  }

  Command destroy() const {
    if (reading::is_null(value(0))) return CacheDestroy{};
    const Cache& cache = cache_of(value(0), "a cache, or `NULL`");
    if (!now_.pages.in_interrupt) check_may_go(cache);
    return CacheDestroy{cache.name};
  }

  Command shrink() const {
    if (reading::is_null(value(0))) return CacheShrink{};
    return CacheShrink{cache_of(value(0), "a cache, or `NULL`").name};
  }

  Command alloc() const {
    if (reading::is_null(value(0)))
      throw unexpected(source_, value(0), "2.4.0 does not look at the cache, and would follow the null pointer",
                       "a cache");
    const Cache& cache = cache_of(value(0), "a cache");
    return CacheAlloc{cache.name, reading::flags(source_, value(1), kmem_cache_alloc_flags())};
  }

  Command free() const {
    const Cache& cache = cache_of(value(0), "a cache");
    const Object object = held_object(value(1), "an object that is the caller's");
    if (object.cache != cache.name)
      throw unexpected(source_, value(0), fmt::format("the object is not of this cache: {}", value(1).text),
                       "the cache of the object", object.cache.str());
    return CacheFree{object};
  }

  Command kmalloc() const {
    return Kmalloc{number(0, "the size of a request"), reading::flags(source_, value(1), kmalloc_flags())};
  }

  Command kfree() const {
    if (reading::is_null(value(0))) return Kfree{};
    return Kfree{held_object(value(0), "an object that is the caller's, or `NULL`")};
  }

  Command find_general_cachep() const {
    return FindGeneralCachep{number(0, "the size of a request"),
                             reading::flags(source_, value(1), kmalloc_flags())};
  }

  Command reap() const { return CacheReap{reading::flags(source_, value(0), kmalloc_flags())}; }

 private:
  const Value& value(std::size_t i) const { return call_.arguments[i].value; }
  std::uint32_t number(std::size_t i, std::string_view of) const { return reading::number(source_, value(i), of); }

  /// The name of a cache to be created. One that is too long is a usage error, whatever it is made of.
  std::optional<Name> new_name(const Value& value) const {
    if (reading::is_null(value)) return std::nullopt;
    const auto* text = std::get_if<transcript::Text>(&value.form);
    if (text == nullptr)
      throw unexpected(source_, value, "the name of a new cache is a text", "a text in quotes, or `NULL`",
                       '"' + value.text + '"');
    if (text->text.size() >= i386_2_4_0.cache_namelen - 1) return Name(text->text);
    if (!transcript::is_name(text->text))
      throw unexpected(source_, value, "no transcript can write the name of this cache",
                       "a name of letters, digits and the like that is neither a number, an object nor `NULL`");
    if (text->text == kmem_cache && !now_.pages.in_interrupt)
      throw unexpected(source_, value,
                       "two caches called kmem_cache cannot be told apart, see [slab.create.name_of_head]",
                       "another name");
    return Name(text->text);
  }

  /// `ctor` or `dtor`, or NULL.
  bool function(const Value& value, std::string_view called) const {
    const std::string* name = transcript::name_of(value);
    if (name != nullptr && *name == called) return true;
    if (reading::is_null(value)) return false;
    throw unexpected(source_, value, "a function is either there or not", fmt::format("`{}` or `NULL`", called));
  }

  const Cache& cache_of(const Value& value, std::string_view expected) const {
    const Cache* cache = value.text.size() <= Name::capacity ? cache_named(now_, value.text) : nullptr;
    if (cache == nullptr) throw no_such_cache(source_, value, now_, holdings_, value.text, expected);
    return *cache;
  }

  /// Refuses the destruction of a cache that the allocator itself goes on to use.
  void check_may_go(const Cache& cache) const {
    if (cache.name == kmem_cache)
      throw unexpected(source_, value(0),
                       "nothing is defined once kmem_cache is destroyed, see [slab.destroy.head]",
                       "another cache");
    if (is_general(cache) && objects_in_use(cache) == 0)
      throw unexpected(source_, value(0),
                       "kmalloc would go on to use this general cache, and nothing would be defined",
                       "a cache of one's own, or a general cache with objects in use");
  }

  /// An object that the caller was given and has not given back.
  Object held_object(const Value& value, std::string_view expected) const {
    const Object object = read_object(source_, value);
    if (cache_named(now_, object.cache) == nullptr)
      throw no_such_cache(source_, value, now_, holdings_, object.cache, "an object of a cache that exists");
    const Holdings::Handout* handout = holdings_.handout(object);
    if (handout != nullptr && !handout->freed) return object;
    if (handout != nullptr)
      throw unexpected(source_, value, fmt::format("the object was freed already, {}", in_line(*handout->freed)),
                       std::string(expected));
    throw unexpected(source_, value,
                     is_in_use(now_, object) ? "the caller was never given this object: it holds a descriptor"
                                             : "the caller was never given this object",
                     std::string(expected));
  }

  const Source& source_;
  const transcript::Call& call_;
  const State& now_;
  const Holdings& holdings_;
};

struct CallForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  Command (CallReader::*read)() const;
};

const std::vector<CallForm>& call_forms() {
  static const std::vector<CallForm> forms{
      {"kmem_cache_create", {"name", "size", "offset", "flags", "ctor", "dtor"}, &CallReader::create},
      {"kmem_cache_destroy", {"cache"}, &CallReader::destroy},
      {"kmem_cache_shrink", {"cache"}, &CallReader::shrink},
      {"kmem_cache_alloc", {"cache", "flags"}, &CallReader::alloc},
      {"kmem_cache_free", {"cache", "object"}, &CallReader::free},
      {"kmalloc", {"size", "flags"}, &CallReader::kmalloc},
      {"kfree", {"object"}, &CallReader::kfree},
      {"kmem_find_general_cachep", {"size", "flags"}, &CallReader::find_general_cachep},
      {"kmem_cache_reap", {"flags"}, &CallReader::reap},
  };
  return forms;
}

}  // namespace

// ---- Machines and knobs ---------------------------------------------------------------------------------------

BootLine read_boot(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  constexpr std::array<std::string_view, 4> keys{"family", "l1", "ram_pages", "effects"};
  const Value* family = reading::setting(boot.settings, "family");
  if (family != nullptr && family->text != "slab")
    throw unexpected(source, *family, fmt::format("family {} cannot be replayed yet", in_backticks(family->text)),
                     "a family that can: slab");
  reading::check_settings(source, boot.settings, keys, "the machine of the slab family");
  for (const char* key : {"family", "l1", "ram_pages"}) {
    if (reading::setting(boot.settings, key) == nullptr)
      throw source.error({.at = line.at,
                          .message = fmt::format("the machine lacks `{}`", key),
                          .expected = fmt::format("`{}=...`", key),
                          .found = in_backticks(source.line(line.at.line)),
                          .hint = whole_boot_line});
  }

  BootLine read{i386_2_4_0, false};
  read.machine.l1_cache_bytes = l1_cache_bytes(source, *reading::setting(boot.settings, "l1"));
  read.machine.ram_pages =
      reading::number(source, *reading::setting(boot.settings, "ram_pages"), "the memory in pages", 1);
  if (const Value* effects = reading::setting(boot.settings, "effects")) {
    if (effects->text != "all")
      throw unexpected(source, *effects, "effects are listed all, or as one likes", "`all`");
    read.all_effects = true;
  }
  return read;
}

SetKnobs read_set(const Source& source, const transcript::Line& line, const transcript::Set& set) {
  constexpr std::array<std::string_view, 4> keys{"reap_before", "fail_skip", "fail_pages", "in_interrupt"};
  reading::check_settings(source, set.settings, keys, "the page layer");
  if (set.settings.empty())
    throw source.error({.at = line.at,
                        .message = "nothing is set",
                        .expected = reading::one_of(keys),
                        .found = "`set` alone",
                        .hint = "set fail_pages=1"});
  const auto count = [&](std::string_view key) -> std::optional<std::uint32_t> {
    const Value* value = reading::setting(set.settings, key);
    return value ? std::optional(reading::number(source, *value, in_backticks(key))) : std::nullopt;
  };
  SetKnobs knobs{count("fail_pages"), count("fail_skip"), count("reap_before"), std::nullopt};
  if (const Value* value = reading::setting(set.settings, "in_interrupt"))
    knobs.in_interrupt = reading::number(source, *value, "`in_interrupt`", 0, 1) != 0;
  return knobs;
}

// ---- Calls and queries ----------------------------------------------------------------------------------------

Command read_call(const Source& source, const transcript::Call& call, const State& now, const Holdings& holdings) {
  std::vector<std::string_view> names;
  for (const CallForm& form : call_forms()) {
    names.push_back(form.name);
    if (form.name != call.name.text) continue;
    reading::check_process(source, call, "slab");
    reading::check_arguments(source, call, form.parameters);
    return (CallReader(source, call, now, holdings).*form.read)();
  }
  throw reading::no_such(source, call.name, "the slab family has no such call", names);
}

Question read_query(const Source& source, const transcript::Query& query, const State& now,
                    const Holdings& holdings) {
  using enum Question::Block;
  struct Form {
    std::string_view name;
    Question::Block block;
    bool of_cache;
  };
  constexpr std::array forms{Form{"cache", cache, true}, Form{"slabs", slabs, true}, Form{"order", order, true},
                             Form{"chain", chain, false}, Form{"slabinfo", slabinfo, false}};
  const auto form = std::ranges::find(forms, query.name.text, &Form::name);
  if (form == forms.end())
    throw source.error({.at = query.name.at,
                        .message = "the slab family has no such query",
                        .expected = "`cache NAME:`, `slabs NAME:`, `order NAME:`, `chain:` or `slabinfo:`",
                        .found = in_backticks(query.name.text)});
  const std::size_t count = form->of_cache ? 1 : 0;
  if (query.arguments.size() != count) {
    const Value* surplus = query.arguments.size() > count ? &query.arguments[count] : nullptr;
    throw source.error({.at = surplus ? surplus->at : query.colon,
                        .message = fmt::format("the query `{}` is about {}", form->name,
                                               form->of_cache ? "one cache" : "all caches"),
                        .expected = surplus ? "`:`" : "the name of a cache",
                        .found = surplus ? in_backticks(surplus->text) : "`:`"});
  }
  if (!form->of_cache) return {form->block, std::nullopt};
  const Value& name = query.arguments[0];
  const Cache* of = name.text.size() <= Name::capacity ? cache_named(now, name.text) : nullptr;
  if (of == nullptr)
    throw no_such_cache(source, name, now, holdings, name.text, "the name of a cache that exists");
  return {form->block, of->name};
}

// ---- What the caller holds ------------------------------------------------------------------------------------

void Holdings::note(const Command& command, const Result& result, Position at) {
  if (const auto* object = std::get_if<Object>(&result)) handouts_[key(*object)] = {};
  const auto* free = std::get_if<CacheFree>(&command);
  const auto* kfree = std::get_if<Kfree>(&command);
  if (free != nullptr) handouts_[key(free->object)].freed = at;
  if (kfree != nullptr && kfree->object) handouts_[key(*kfree->object)].freed = at;

  const auto* destroy = std::get_if<CacheDestroy>(&command);
  if (destroy == nullptr || result != Result(Status{0})) return;
  // A cache of the same name that is created later numbers its slabs from 0 again.
  const Name& name = *destroy->cache;
  destroyed_[name] = at;
  std::erase_if(handouts_, [&](const auto& handout) { return std::get<Name>(handout.first) == name; });
}

const Holdings::Handout* Holdings::handout(const Object& object) const {
  const auto found = handouts_.find(key(object));
  return found == handouts_.end() ? nullptr : &found->second;
}

std::optional<Position> Holdings::destroyed(const Name& name) const {
  const auto found = destroyed_.find(name);
  return found == destroyed_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace refmm::slab
