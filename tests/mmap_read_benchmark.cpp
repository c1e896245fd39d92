// The same bytes of a file by read and by mmap, on the kernel of the host.
//
//   build/release/bin/mmap_read_benchmark                      a table, in a minute or two
//   build/release/bin/mmap_read_benchmark --mib 1 --repeats 3  a small one
//
// What the scenario tests/scenarios/mmap-read.mmt counts on the model is measured here: read copies each byte once more and asks the kernel
// once for each piece; mmap copies nothing and faults. For each kind of work all ways take turns, in a random order each time, so that
// noise hits all alike; medians are compared, and each is a multiple of the first way's time: that of the processor, or where the disk is
// waited for, that of the clock. Beside it stand the system calls, counted by the program itself, and the faults, counted by the host
// (getrusage).
//
//   sum      every byte of the file is used, from the first to the last
//   touch    one byte of each page is used
//   scatter  single bytes at random places, as many as there are pages, and sixteen times as many
//   write    every byte of the file is written over
//
// Cold: the page cache has nothing of the file (posix_fadvise), as far as the file system of the folder lets go of it.
#include <refmm/tests/figures_file.hpp>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace refmm::mmap_read_benchmark {
namespace {

constexpr std::size_t page_size = 4096, large_piece = 65536;

// ---- System calls, counted --------------------------------------------------------------------------------------------

std::uint64_t calls = 0;

/// What a system call returned. Throws std::system_error if that is an error.
template <class Returned>
Returned called(Returned returned, const char* name) {
  ++calls;
  if (returned == Returned(-1)) throw std::system_error(errno, std::generic_category(), name);
  return returned;
}

/// A mapping of a whole file.
class Mapping {
 public:
  Mapping(int fd, std::size_t bytes, int protection, int flags)
      : start_(static_cast<std::byte*>(called(mmap(nullptr, bytes, protection, flags, fd, 0), "mmap"))),
        bytes_(bytes) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    munmap(start_, bytes_);
    ++calls;
  }
  std::byte* data() const { return start_; }

 private:
  std::byte* start_;
  std::size_t bytes_;
};

/// A file of random bytes that nobody else sees. Throws std::system_error if the host does not give one.
class File {
 public:
  File(const std::string& folder, std::size_t bytes) : bytes_(bytes) {
    std::string path = folder + "/mmap_read_benchmark-XXXXXX";
    fd_ = called(mkstemp(path.data()), path.c_str());
    called(unlink(path.c_str()), "unlink");
    std::mt19937_64 random(1);
    std::vector<std::uint64_t> piece(large_piece / sizeof(std::uint64_t));
    for (std::size_t at = 0; at < bytes; at += large_piece) {
      std::ranges::generate(piece, std::ref(random));
      if (called(pwrite(fd_, piece.data(), large_piece, static_cast<off_t>(at)), "pwrite") != ssize_t{large_piece})
        throw std::system_error(ENOSPC, std::generic_category(), path);
    }
    called(fdatasync(fd_), "fdatasync");
    places_.resize(16 * pages());
    for (std::size_t& place : places_) place = random() % bytes;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(fd_); }

  int fd() const { return fd_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t pages() const { return bytes_ / page_size; }
  /// Random places in it, the same ones each time; at most sixteen for each page.
  std::span<const std::size_t> places(std::size_t count) const { return std::span(places_).first(count); }

  /// The share of its pages that is in the page cache.
  double resident() const {
    const Mapping mapping(fd_, bytes_, PROT_READ, MAP_SHARED);
    std::vector<unsigned char> in_memory(pages());
    called(mincore(mapping.data(), bytes_, in_memory.data()), "mincore");
    const auto there = std::ranges::count_if(in_memory, [](unsigned char page) { return (page & 1) != 0; });
    return static_cast<double>(there) / static_cast<double>(pages());
  }
  /// Asks the host to forget its pages; true if it did.
  bool cool() const {
    called(fdatasync(fd_), "fdatasync");
    ++calls;
    return posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED) == 0 && resident() < 0.01;
  }

 private:
  int fd_ = -1;
  std::size_t bytes_;
  std::vector<std::size_t> places_{};
};

// ---- Work -------------------------------------------------------------------------------------------------------------

/// What was computed, so that nothing is left out.
std::uint64_t result = 0;

void sum(const std::byte* from, std::size_t bytes) {
  std::uint64_t total = 0;
  for (std::size_t at = 0; at < bytes; at += sizeof total) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + at, sizeof word);
    total += word;
  }
  result += total;
}
void touch(const std::byte* from, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += page_size)
    result += static_cast<std::uint64_t>(*static_cast<const volatile std::byte*>(from + at));
}
using Use = void (*)(const std::byte*, std::size_t);

void by_read(const File& file, std::size_t piece, Use use) {
  std::vector<std::byte> buffer(piece);
  called(lseek(file.fd(), 0, SEEK_SET), "lseek");
  for (ssize_t got = 1; got > 0;) {
    got = called(read(file.fd(), buffer.data(), piece), "read");
    use(buffer.data(), static_cast<std::size_t>(got));
  }
}
void by_mapping(const File& file, int flags, Use use) {
  const Mapping mapping(file.fd(), file.bytes(), PROT_READ, MAP_SHARED | flags);
  use(mapping.data(), file.bytes());
}

void scatter_by_pread(const File& file, std::size_t count) {
  for (const std::size_t place : file.places(count)) {
    std::byte byte{};
    called(pread(file.fd(), &byte, 1, static_cast<off_t>(place)), "pread");
    result += static_cast<std::uint64_t>(byte);
  }
}
void scatter_by_mapping(const File& file, std::size_t count) {
  const Mapping mapping(file.fd(), file.bytes(), PROT_READ, MAP_SHARED);
  for (const std::size_t place : file.places(count))
    result += static_cast<std::uint64_t>(*static_cast<const volatile std::byte*>(mapping.data() + place));
}

void write_by_pwrite(const File& file, std::size_t piece) {
  const std::vector<std::byte> buffer(piece, std::byte{7});
  for (std::size_t at = 0; at < file.bytes(); at += piece)
    called(pwrite(file.fd(), buffer.data(), piece, static_cast<off_t>(at)), "pwrite");
}
void write_by_mapping(const File& file) {
  const std::vector<std::byte> buffer(page_size, std::byte{7});
  const Mapping mapping(file.fd(), file.bytes(), PROT_READ | PROT_WRITE, MAP_SHARED);
  for (std::size_t at = 0; at < file.bytes(); at += page_size)
    std::memcpy(mapping.data() + at, buffer.data(), page_size);
}

// ---- Measuring --------------------------------------------------------------------------------------------------------

/// One way to do a kind of work.
struct Way {
  std::string name;
  std::function<void(const File&)> run;
};

struct Measured {
  double seconds;
  std::uint64_t calls;
  std::int64_t minor_faults, major_faults;
};

/// Seconds: of the processor, which whatever else the machine does changes little, or where a disk is waited for, of the clock.
double now(bool waits) {
  timespec time{};
  clock_gettime(waits ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Measured measured(const Way& way, const File& file, bool waits) {
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const std::uint64_t calls_before = calls;
  const double start = now(waits);
  way.run(file);
  const double took = now(waits) - start;
  const std::uint64_t made = calls - calls_before;
  getrusage(RUSAGE_SELF, &after);
  return {took, made, after.ru_minflt - before.ru_minflt, after.ru_majflt - before.ru_majflt};
}

/// The middle one of each figure.
Measured median(std::vector<Measured> all) {
  const auto middle = [&](auto field) {
    std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), {}, field);
    return all[all.size() / 2].*field;
  };
  return {middle(&Measured::seconds), middle(&Measured::calls), middle(&Measured::minor_faults),
          middle(&Measured::major_faults)};
}

/// A kind of work: its first way is what the others are compared with.
struct Work {
  std::string name;
  bool cold;  // the page cache has nothing of the file each time
  std::vector<Way> ways;
};

std::vector<Work> all_work() {
  const auto reading = [](std::string name, bool cold, Use use) {
    return Work{std::move(name),
                cold,
                {{"read 4K", [=](const File& file) { by_read(file, page_size, use); }},
                 {"read 64K", [=](const File& file) { by_read(file, large_piece, use); }},
                 {"mmap", [=](const File& file) { by_mapping(file, 0, use); }},
                 {"mmap populated", [=](const File& file) { by_mapping(file, MAP_POPULATE, use); }}}};
  };
  const auto scattering = [](std::string name, std::size_t times) {
    return Work{std::move(name),
                false,
                {{"pread 1", [=](const File& file) { scatter_by_pread(file, times * file.pages()); }},
                 {"mmap", [=](const File& file) { scatter_by_mapping(file, times * file.pages()); }}}};
  };
  return {reading("sum", false, sum),
          reading("touch", false, touch),
          scattering("scatter", 1),
          scattering("scatter x16", 16),
          Work{"write",
               false,
               {{"pwrite 4K", [](const File& file) { write_by_pwrite(file, page_size); }},
                {"pwrite 64K", [](const File& file) { write_by_pwrite(file, large_piece); }},
                {"mmap", write_by_mapping}}},
          reading("sum", true, sum)};
}

using Results = std::vector<std::pair<std::string, Measured>>;

/// Of each way; nothing if the host keeps what is to be forgotten.
Results results_of(const Work& work, const File& file, int repeats) {
  std::vector<std::vector<Measured>> found(work.ways.size());
  std::vector<std::size_t> order(work.ways.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::mt19937 random(3);
  for (int repeat = 0; repeat < repeats; ++repeat) {
    std::ranges::shuffle(order, random);
    for (const std::size_t way : order) {
      if (work.cold && !file.cool()) return {};
      if (!work.cold) by_read(file, large_piece, touch);
      found[way].push_back(measured(work.ways[way], file, work.cold));
    }
  }
  Results results;
  for (std::size_t i = 0; i < order.size(); ++i) results.emplace_back(work.ways[i].name, median(found[i]));
  return results;
}

// ---- The report -------------------------------------------------------------------------------------------------------

/// The size of the file of which the book quotes single figures, MiB.
constexpr std::size_t quoted_size = 16;

struct Report {
  Figures figures{};
  std::string table{};
  std::vector<std::string> lost{};  // where a mapping was slower than all ways to read or write

  Report() {
    say(fmt::format("{:<16} {:>4}  {:<15} {:>6} {:>10} {:>9} {:>9} {:>7}\n", "work", "MiB", "way", "time",
                    "ns a page", "calls", "minor", "major"));
  }

  void add(const Work& work, std::size_t mib, const File& file, const Results& results) {
    const std::string name = fmt::format("{} {}", work.name, work.cold ? "cold" : "warm");
    if (results.empty()) {
      say(fmt::format("{:<16} {:>4}  not measured: this file system keeps its pages\n", name, mib));
      return;
    }
    double fastest_mapping = 1e9, fastest_copy = 1e9;
    for (const auto& [way, each] : results) {
      const double ratio = each.seconds / results.front().second.seconds;
      double& fastest = way.starts_with("mmap") ? fastest_mapping : fastest_copy;
      fastest = std::min(fastest, ratio);
      say(fmt::format("{:<16} {:>4}  {:<15} {:>6.2f} {:>10.0f} {:>9} {:>9} {:>7}\n", name, mib, way, ratio,
                      1e9 * each.seconds / static_cast<double>(file.pages()), each.calls, each.minor_faults,
                      each.major_faults));
      if (mib == quoted_size && !work.cold && is_quoted(way))
        figures.add(name_of_figure(fmt::format("{} {} MiB {}", name, mib, way)), ratio, 2);
    }
    if (fastest_mapping > fastest_copy)
      lost.push_back(fmt::format("  {}, {} MiB: {:.2f} against {:.2f}", name, mib, fastest_mapping, fastest_copy));
  }

 private:
  /// A line of the table, printed as soon as it is known.
  void say(const std::string& line) {
    table += line;
    fmt::print("{}", line);
  }
  /// The ways that the book compares in words; the table has them all.
  static bool is_quoted(std::string_view way) { return way == "mmap" || way.ends_with(" 64K"); }
};

void measure(const std::vector<std::size_t>& sizes, int repeats, const std::string& folder, Report& report) {
  for (const std::size_t mib : sizes) {
    const File file(folder, mib << 20);
    for (const Work& work : all_work()) report.add(work, mib, file, results_of(work, file, repeats));
  }
}

void print(const Report& report) {
  fmt::print("\nWhere the best mapping was slower than the best copy{}\n",
             report.lost.empty() ? ": nowhere" : ":");
  for (const std::string& line : report.lost) fmt::print("{}\n", line);
  fmt::print("\n{}; check {:x}\n", machine_of_host(), result);
}

}  // namespace
}  // namespace refmm::mmap_read_benchmark

int main(int argc, char** argv) {
  std::vector<std::size_t> sizes{1, 16, 128};
  int repeats = 9;
  std::string folder = std::filesystem::temp_directory_path().string(), figures;
  CLI::App app{"Reads and writes a file by read and write, and by mmap, and compares them."};
  app.add_option("--mib", sizes, "sizes of the file, in MiB")->delimiter(',')->check(CLI::Range(1, 4096));
  app.add_option("--repeats", repeats, "how often each way is measured")->check(CLI::Range(1, 1000));
  app.add_option("--folder", folder, "where the file is made, and removed at once")->check(CLI::ExistingDirectory);
  app.add_option("--figures", figures, "writes the figures to this file, as JSON");
  CLI11_PARSE(app, argc, argv);
  try {
    refmm::mmap_read_benchmark::Report report;
    refmm::mmap_read_benchmark::measure(sizes, repeats, folder, report);
    print(report);
    if (figures.empty()) return 0;
    report.figures.add_picture("table", report.table);
    report.figures.write(figures, argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "mmap_read_benchmark: {}\n", error.what());
    return 2;
  }
}
