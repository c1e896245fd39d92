// What the colours of slabs do for a processor's cache: misses in simulated caches, and time on the host.
//
//   build/release/bin/colouring_benchmark                          tables with bars, in a quarter of a minute
//   build/release/bin/colouring_benchmark --object inode_cache --preset pentium-iii --no-host
//   build/release/bin/colouring_benchmark --cache 8192,2,16        any other cache
//
// Objects whose first lines are hot stand in many slabs of one cache; each object is touched once a round. Where they stand is what
// the model of the slab allocator says (model/slab.hpp), of a cache with colours and of one without: that one is created with an
// `offset` so large that there is room for one colour. The machine is that of 2.4.0, compiled for lines of the simulated cache's size.
// A miss is a conflict if a fully associative cache of the same size would have had the line (tests/set_associative_cache.hpp).
//
// On the host each load tells where the next one is. It walks over the very addresses of the model, pages of 4096 bytes; and over
// objects of the native object cache, whose pages are no power of two (impl/host_pages.hpp). Walks with and without colours are timed in
// turn.
#include <refmm/tests/cache_presets.hpp>
#include <refmm/tests/colouring_benchmark_host.hpp>
#include <refmm/tests/colouring_benchmark_simulation.hpp>
#include <refmm/tests/colouring_benchmark_slabs.hpp>
#include <refmm/tests/figures_file.hpp>
#include <refmm/tests/median.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace refmm::colouring {
namespace {

/// More slabs than this take more memory than is about caches alone: the translation of addresses misses as well.
constexpr std::uint32_t most_measured = 512;

struct Options {
  std::string object = "sock";
  std::vector<std::string> presets{"386", "pentium-iii", "host"};
  std::vector<std::string> caches{};
  std::vector<std::uint32_t> slabs{1, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048};
  std::string placement = placement_names[0];
  std::string turns = turn_names[0];
  unsigned rounds = 20;
  std::uint64_t seed = 1;
  bool no_host = false;
  unsigned repetitions = 15;
  std::size_t touches = 300'000;
  std::string figures{};

  Placement placed() const { return placement == placement_names[0] ? Placement::successive : Placement::random; }
  Turns turned() const { return turns == turn_names[0] ? Turns::random : Turns::fixed; }
};

/// A kind by its name, or line-aligned objects of so many bytes. Throws std::invalid_argument if it is neither.
Kind kind_of(const std::string& object) {
  for (const Kind& kind : kinds_of_period())
    if (kind.name == object) return kind;
  std::uint32_t bytes = 0;
  const auto [end, error] = std::from_chars(object.data(), object.data() + object.size(), bytes);
  if (error == std::errc{} && end == object.data() + object.size())
    return {object + " bytes", bytes, slab::SLAB_HWCACHE_ALIGN};
  std::string names;
  for (const Kind& kind : kinds_of_period()) names += ", " + kind.name;
  throw std::invalid_argument(
      fmt::format("--object {}: expected a number of bytes, or one of{}", object, names.substr(1)));
}

/// The kernel compiled for the lines of a cache.
Machine machine_for(const CacheShape& shape) {
  Machine machine = i386_2_4_0;
  machine.l1_cache_bytes = static_cast<std::uint32_t>(shape.line);
  return machine;
}

Misses misses_of(const CacheShape& shape, const Slabs& slabs, const Options& options) {
  return misses(shape, first_bytes(slabs, options.placed(), options.seed), options.turned(), options.rounds,
                options.seed);
}

// ---- Simulated --------------------------------------------------------------------------------------------------------

std::string heading(const CachePreset& cache, const Kind& kind, const slab::Geometry<std::uint32_t>& geometry) {
  return fmt::format(
      "{}: {}: {} bytes, {}, lines of {}\n{}: {} objects of {} bytes a slab of {} pages, {} colours\n\n"
      "{:>5} {:>6} {:>5}  {:<7}  {:>6} {:>9}\n",
      cache.name, cache.what, cache.shape.bytes,
      cache.shape.ways == 1 ? "1 way" : fmt::format("{} ways", cache.shape.ways), cache.shape.line, kind.name,
      geometry.num, geometry.objsize, 1 << geometry.gfporder, std::max(geometry.colour, 1u), "slabs", "lines",
      "full", "colours", "misses", "conflicts");
}

/// One kind of object in more and more slabs, up to twice as many hot lines as the cache has lines.
std::string growth(const CachePreset& cache, const Kind& kind, const Options& options) {
  const Machine machine = machine_for(cache.shape);
  const auto geometry = slabs_of_model(machine, kind, Colours::with, 0).geometry;
  std::string text = heading(cache, kind, geometry);
  for (const std::uint32_t count : options.slabs) {
    const std::uint64_t lines = std::uint64_t{count} * geometry.num;
    if (lines > 2 * cache.shape.lines()) break;
    const double full = 100 * static_cast<double>(lines) / static_cast<double>(cache.shape.lines());
    text += fmt::format("{:>5} {:>6} {:>4.0f}%", count, lines, full);
    for (const Colours colours : all_colours) {
      const Misses found = misses_of(cache.shape, slabs_of_model(machine, kind, colours, count), options);
      text += fmt::format("{:>{}}  {:<7}  {:>6.1f} {:>9.1f}  |{}\n", "", colours == Colours::without ? 0 : 18,
                          name_of(colours), found.all(), found.conflict, bar(found));
    }
  }
  return text;
}

/// All kinds, each with hot lines for half of the cache: a fully associative one would miss none of them.
std::string kinds(const CachePreset& cache, const Options& options) {
  const Machine machine = machine_for(cache.shape);
  std::string text =
      fmt::format("{}: hot lines for half of the cache\n\n{:<17} {:>5} {:>7} {:>7} {:>5}  {:>14} {:>6}\n",
                  cache.name, "object", "bytes", "a slab", "colours", "slabs", "misses without", "with");
  for (const Kind& kind : kinds_of_period()) {
    const auto geometry = slabs_of_model(machine, kind, Colours::with, 0).geometry;
    const auto count = std::max(static_cast<std::uint32_t>(cache.shape.lines() / 2) / geometry.num, 1u);
    const auto all = [&](Colours colours) {
      return misses_of(cache.shape, slabs_of_model(machine, kind, colours, count), options).all();
    };
    text +=
        fmt::format("{:<17} {:>5} {:>7} {:>7} {:>5}  {:>14.1f} {:>6.1f}\n", kind.name, geometry.objsize,
                    geometry.num, std::max(geometry.colour, 1u), count, all(Colours::without), all(Colours::with));
  }
  return text;
}

// ---- On the host ------------------------------------------------------------------------------------------------------

/// Times of two walks, in turn: how many times longer the one without colours takes, and how long the one with.
struct Timed {
  Spread ratio;
  Spread nanoseconds;
};

Timed timed(Walk& without, Walk& with, const Options& options) {
  std::vector<double> ratios, times;
  without.nanoseconds(options.touches);
  with.nanoseconds(options.touches);
  for (unsigned i = 0; i < options.repetitions; ++i) {
    const double first = (i % 2 == 0 ? without : with).nanoseconds(options.touches);
    const double second = (i % 2 == 0 ? with : without).nanoseconds(options.touches);
    const double plain = i % 2 == 0 ? first : second, coloured = i % 2 == 0 ? second : first;
    ratios.push_back(plain / coloured);
    times.push_back(coloured);
  }
  return {spread(ratios), spread(times)};
}

std::string text_of(const Timed& timed) {
  return fmt::format(
      "  {:>6.2f}  {:<18}", timed.nanoseconds.median,
      fmt::format("{:.2f} ({:.2f}-{:.2f})", timed.ratio.median, timed.ratio.least, timed.ratio.most));
}

/// The addresses of the model, with and without colours, walked over in turn.
Timed over_addresses(const Machine& machine, const Kind& kind, std::uint32_t count, const Options& options) {
  const auto walk = [&](Colours colours) {
    const Slabs slabs = slabs_of_model(machine, kind, colours, count);
    return walk_over_addresses(first_bytes(slabs, Placement::successive, options.seed), options.seed);
  };
  const auto without = walk(Colours::without), with = walk(Colours::with);
  return timed(*without, *with, options);
}

Timed over_object_cache(const Kind& kind, std::size_t objects, const Options& options) {
  const auto without = walk_over_object_cache(kind.bytes, false, objects, options.seed);
  const auto with = walk_over_object_cache(kind.bytes, true, objects, options.seed);
  return timed(*without, *with, options);
}

/// Lines have 64 bytes, as in the geometry of the object cache.
std::string measured(const Kind& kind, const Options& options, Figures& figures) {
  Machine machine = i386_2_4_0;
  machine.l1_cache_bytes = 64;
  std::string text = fmt::format(
      "measured on the host: {}, lines of {} bytes; nanoseconds of the processor a touch with colours, and how "
      "many\n"
      "times longer it takes without them, with the least and the most of {} repetitions\n\n"
      "{:>5} {:>6}  {:<26}  {}\n",
      kind.name, machine.l1_cache_bytes, options.repetitions, "slabs", "lines", "pages of 4096, as modelled",
      "the native object cache");
  std::vector<double> pages, object_cache;
  for (const std::uint32_t count : options.slabs) {
    if (count > most_measured) break;
    const auto num = slabs_of_model(machine, kind, Colours::with, 0).geometry.num;
    const Timed modelled = over_addresses(machine, kind, count, options);
    const Timed native = over_object_cache(kind, std::size_t{num} * count, options);
    std::string row = fmt::format("{:>5} {:>6}{}{}", count, num * count, text_of(modelled), text_of(native));
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
    pages.push_back(modelled.ratio.median);
    object_cache.push_back(native.ratio.median);
  }
  if (pages.empty()) return text;
  figures.add("pages_most", std::ranges::max(pages), 2);
  figures.add("object_cache_least", std::ranges::min(object_cache), 2);
  figures.add("object_cache_most", std::ranges::max(object_cache), 2);
  return text;
}

std::vector<CachePreset> caches_of(const Options& options) {
  std::vector<CachePreset> caches;
  for (const std::string& name : options.presets) {
    if (name == "host") caches.push_back(host_cache());
    for (const CachePreset& preset : period_caches())
      if (preset.name == name) caches.push_back(preset);
  }
  for (const std::string& text : options.caches) caches.push_back(cache_of_numbers(text));
  return caches;
}

int run(const Options& options, int argc, char** argv) {
  const Kind kind = kind_of(options.object);
  const std::vector<CachePreset> caches = caches_of(options);
  Figures figures;
  const auto show = [&](const std::string& name, const std::string& text) {
    fmt::print("{}\n", text);
    std::fflush(stdout);
    figures.add_picture(name_of_figure(name), text);
  };
  fmt::print("Misses of 100 touches; each object is touched once a round, turns are {}, slabs are {}\n\n",
             options.turns, options.placement);
  for (const CachePreset& cache : caches) show("growth_" + cache.name, growth(cache, kind, options));
  for (const CachePreset& cache : caches) show("half_" + cache.name, kinds(cache, options));
  if (!options.no_host) show("measured", measured(kind, options, figures));
  if (!options.figures.empty()) figures.write(options.figures, argc, argv);
  return 0;
}

}  // namespace
}  // namespace refmm::colouring

int main(int argc, char** argv) {
  using namespace refmm::colouring;
  Options options;
  CLI::App app("Misses of a processor's cache with and without the colours of slabs");
  app.option_defaults()->always_capture_default();
  app.add_option("--object", options.object,
                 "What is hot: a cache of the period such as inode_cache, or bytes of an object");
  app.add_option("--preset", options.presets, "Simulated caches: 386, pentium-iii, host; none for none of them")
      ->delimiter(',')
      ->check(CLI::IsMember({"386", "pentium-iii", "host", "none"}));
  app.add_option("--cache", options.caches, "Another simulated cache: BYTES,WAYS,LINE");
  app.add_option("--slabs", options.slabs, "How many, each in a line")
      ->delimiter(',')
      ->check(CLI::Range(1, 65536));
  app.add_option("--placement", options.placement, "Of the page frames of slabs: successive or random")
      ->check(CLI::IsMember(std::vector<std::string>(placement_names.begin(), placement_names.end())));
  app.add_option("--turns", options.turns, "In which order objects are touched in a round: random or fixed")
      ->check(CLI::IsMember(std::vector<std::string>(turn_names.begin(), turn_names.end())));
  app.add_option("--rounds", options.rounds, "Counted, behind one that is not")->check(CLI::Range(1, 10000));
  app.add_option("--seed", options.seed, "Of what is random");
  app.add_flag("--no-host", options.no_host, "Measure nothing");
  app.add_option("--repetitions", options.repetitions, "Of what is measured")->check(CLI::Range(1, 1000));
  app.add_option("--touches", options.touches, "In a repetition")->check(CLI::Range(1000, 1'000'000'000));
  app.add_option("--figures", options.figures, "A file for the figures, as JSON");
  try {
    app.parse(argc, argv);
    return run(options, argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "colouring_benchmark: {}\n", error.what());
    return 2;
  }
}
