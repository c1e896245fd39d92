// The generator of sessions.
#include <refmm/spec/malloc_allocator.hpp>
#include <refmm/tests/commands_source.hpp>
#include <refmm/tests/malloc_commands.hpp>

#include <rapidcheck.h>

#include <array>
#include <cstddef>

namespace refmm::malloc {

namespace {

using drawing::among;
using drawing::Source;
using W = std::uint32_t;

constexpr W largest = ~W{0};

// ---- The temper ---------------------------------------------------------------------------------------------------------------

enum Kind : std::size_t { ask, release, resize, use, trim, sbrk, knobs, kinds };

struct Temper {
  std::array<std::uint32_t, kinds> weights;    // of the kinds of intents
  std::array<std::uint32_t, 4> ways;           // of asking: malloc, calloc, memalign, realloc
  std::array<W, 4> sizes;                      // that are wanted again and again
  std::uint32_t of_sizes, of_edges, of_large;  // requests of so many in 8, in this order
  W most;                                      // bytes of any other
  bool fails;                                  // the kernel does, now and then
};

Temper any_temper(Source& source) {
  Temper temper{};
  temper.weights = {6,
                    source.one_of(among(2u, 4u, 5u, 6u)),
                    source.one_of(among(0u, 1u, 3u)),
                    source.one_of(among(0u, 2u, 5u)),
                    source.one_of(among(0u, 0u, 1u)),
                    source.one_of(among(0u, 0u, 0u, 1u)),
                    source.one_of(among(0u, 0u, 1u))};
  temper.ways = {4, source.one_of(among(0u, 1u, 4u)), source.one_of(among(0u, 0u, 1u, 3u)),
                 source.one_of(among(0u, 1u))};
  for (W& size : temper.sizes) size = source.one_of(among<W>(1, 20, 100, 300, 500, 520, 1032, 1500, 4092));
  temper.of_sizes = source.one_of(among(0u, 3u, 6u));
  temper.of_edges = source.one_of(among(0u, 2u));
  temper.of_large = source.one_of(among(0u, 1u, 3u));
  temper.most = source.one_of(among<W>(40, 200, 700, 3000, 12000));
  temper.fails = source.one_in(3);
  if (!temper.fails) temper.weights[knobs] = 0;
  return temper;
}

// ---- The boot -----------------------------------------------------------------------------------------------------------------

Boot<W> any_boot(Source& source) {
  Boot<W> boot{corrected, 0x0804a000, 0x0804b000};
  auto& parameters = boot.allocator.parameters;
  parameters.mmap_threshold = source.one_of(among<W>(128 * 1024, 20000, 9000, 9000, 2000, 600));
  parameters.mmap_max = source.one_of(among<W>(65536, 65536, 2, 0));
  parameters.trim_threshold = source.one_of(among<W>(128 * 1024, 128 * 1024, 8192, 5000, 0, largest));
  parameters.top_pad = source.one_of(among<W>(0, 0, 0, 100, 4096, 10000));
  if (source.one_in(40)) parameters.top_pad = largest - 100;
  parameters.perturb = source.one_of(among<W>(0, 0, 0xa5, 1));
  // Sometimes right below what is mapped first.
  if (source.one_in(5))
    boot.data = boot.allocator.kernel.machine.task_unmapped_base - source.number(20, 40) * 4096;
  boot.brk = boot.data + source.one_of(among<W>(4096, 4096, 8192, 4096 + 0x234, 4096 + 8, 8191));
  return boot;
}

// ---- Intents ------------------------------------------------------------------------------------------------------------------

constexpr W many = 1u << 20;

/// Around what a chunk, a list, a page or a threshold begins with.
W any_edge(Source& source, const ParametersOf<W>& parameters) {
  switch (source.number(0, 3)) {
    case 0:
      // What is filled takes its time.
      if (parameters.mmap_threshold > 20000 && !source.one_in(20)) return 20000;
      return parameters.mmap_threshold + source.number(0, 2) - 1;
    case 1:
      return 4096 * source.number(1, 3) - 4 * source.number(0, 5);
    case 2:
      return source.one_of(among<W>(0, 1, 4, 12, 13, 20, 28, 500, 501, 508, 1012, 1016, 1020));
    default:
      return source.one_of(among<W>(largest, largest / 2, largest / 2 - 8191));
  }
}

W any_bytes(Source& source, const Temper& temper, const ParametersOf<W>& parameters) {
  const std::uint32_t kind = source.number(0, 7 + 4);
  if (kind < temper.of_sizes) return temper.sizes[source.number(0, 3)];
  if (kind < temper.of_sizes + temper.of_edges) return any_edge(source, parameters);
  if (kind < temper.of_sizes + temper.of_edges + temper.of_large)
    return source.one_in(12) ? source.number(1, 200) * 1024 : source.number(0, 12000);
  return source.number(0, source.one_in(2) ? temper.most : 64);
}

Intent any_ask(Source& source, const Temper& temper, const ParametersOf<W>& parameters) {
  using How = AskIntent::How;
  const auto how = static_cast<How>(source.weighted(temper.ways));
  return AskIntent{
      .how = how,
      .bytes = any_bytes(source, temper, parameters),
      .size = source.one_of(among<W>(1, 4, 24, 0)),
      .alignment = source.one_of(among<W>(0, 1, 8, 16, 17, 32, 64, 100, 256, 1024, 4096, 4097, 8192, largest))};
}

Intent any_knobs(Source& source) {
  vma::SetKnobs<W> knobs{};
  if (source.one_in(2)) {
    knobs.fail_vma = 0;
    knobs.rlimit_data = knobs.rlimit_as = largest;
    return knobs;
  }
  switch (source.number(0, 2)) {
    case 0:
      knobs.fail_vma = source.number(1, 3);
      break;
    case 1:
      knobs.rlimit_data = 4096 * source.number(0, 20);
      break;
    default:
      knobs.rlimit_as = 4096 * source.number(0, 60);
      break;
  }
  return knobs;
}

Intent any_intent(Source& source, const Temper& temper, const ParametersOf<W>& parameters) {
  switch (source.weighted(temper.weights)) {
    case release:
      return ReleaseIntent{source.one_in(20), source.number(0, many)};
    case resize:
      return ResizeIntent{source.one_in(3), source.number(0, many),
                          source.one_in(15) ? 0 : any_bytes(source, temper, parameters),
                          source.one_in(2) ? 0 : source.number(1, 24)};
    case use:
      return UseIntent{static_cast<UseIntent::How>(source.number(0, UseIntent::kinds - 1)), source.number(0, many),
                       source.number(0, many), source.number(0, 255)};
    case trim:
      return TrimIntent{
          source.one_of(among(TrimIntent::Pad::nothing, TrimIntent::Pad::nothing, TrimIntent::Pad::all,
                              TrimIntent::Pad::all_but_a_page, TrimIntent::Pad::more))};
    case sbrk:
      return SbrkIntent{source.one_in(3), source.one_of(among<W>(0, 8, 16, 100, 4096, 5000))};
    case knobs:
      return any_knobs(source);
    default:
      return any_ask(source, temper, parameters);
  }
}

/// Before anything else there are free chunks of many sizes between two powers of two, and some of them are asked for.
void prepend_row(Source& source, std::vector<Intent>& intents) {
  const W step = source.one_of(among<W>(8, 8, 16, 24, 120));
  const RowIntent row{source.one_of(among<W>(508, 1020, 1020, 2044)), step, source.number(2, 40)};
  const RowIntent others{row.bytes + source.number(0, 100), step + source.number(0, 16), source.number(1, 15)};
  const SweepIntent sweep{source.number(1, 5)};
  intents.insert(intents.begin(), {row, sweep, others});
}

Session any_session(Source source, int size) {
  Session session{any_boot(source), {}};
  const ParametersOf<W> parameters = session.boot.allocator.parameters;
  const Temper temper = any_temper(source);
  const std::uint32_t count = source.number(1, 2 * static_cast<std::uint32_t>(size));
  session.intents.reserve(count + 1);
  while (session.intents.size() < count) session.intents.push_back(any_intent(source, temper, parameters));
  if (source.one_in(2))
    session.intents.push_back(
        MisuseIntent{static_cast<MisuseIntent::Kind>(source.number(0, MisuseIntent::kinds - 1)),
                     source.number(0, many), source.number(0, many)});
  if (parameters.mmap_threshold > 4000 && source.one_in(6)) prepend_row(source, session.intents);
  return session;
}

}  // namespace

// Each run has a random key of its own, so runs can be dealt out to processes and repeated one by one.
Session draw_session(std::uint64_t seed, std::uint64_t run) {
  static const rc::Gen<Session> generator(
      [](const rc::Random& random, int size) { return rc::shrinkable::just(any_session(Source(random), size)); });
  const int size = 5 + 5 * static_cast<int>(run % 20);
  return generator(rc::Random(rc::Random::Key{seed, run, 0, 0}), size).value();
}

}  // namespace refmm::malloc
