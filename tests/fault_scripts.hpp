// Scripts for machines with processes: a boot and commands that mean something whatever came before them.
//
// Each command is made of a few numbers, whose shrinking makes it plainer. Addresses come from few pages, on both sides of the border
// between two page tables, so that they meet often. The generator of refmm check (tests/fault_commands.hpp) reaches further; this one
// is small enough to be read.
#pragma once

#include <refmm/spec/fault_kernel.hpp>
#include <refmm/spec/process.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm {

/// What a command is made of.
using Numbers = std::array<std::uint32_t, 8>;

struct FaultScript {
  process::Boot<std::uint32_t> boot;
  std::vector<process::Command<std::uint32_t>> commands;
};

/// Reads numbers off one by one.
class ScriptReader {
 public:
  using W = std::uint32_t;
  using Command = process::Command<W>;

  explicit ScriptReader(const Numbers& numbers) : numbers_(numbers) {}

  /// A small machine with up to three files.
  process::Boot<W> boot() {
    static constexpr std::array<W, 6> sizes{4096, 5000, 1, 12288, 102400, 8192};
    process::Boot<W> boot{.kernel = fault::corrected,
                          .ram_pages = 40 - below(36),
                          .swap_pages = 8 - below(9),
                          .page_cluster = below(3),
                          .files = {},
                          .overcommit = !one_in(3),
                          .survive = one_in(3)};
    boot.files.assign(below(3) + 1, 0);
    const W first = below(sizes.size());
    for (std::size_t file = 0; file != boot.files.size(); ++file)
      boot.files[file] = sizes[(first + file) % sizes.size()];
    return boot;
  }

  /// `files`: how many there are. Each has been opened twice, read-only and for writing.
  Command command(W files) {
    switch (below(32)) {
      case 24:
      case 25:
        return process::SwapOut<W>{pid(), address()};
      case 26:
        return process::SwapOut<W>{pid(), page()};
      case 27:
        return process::Reclaim{};
      case 28:
        return one_in(4) ? Command(process::Swapoff{}) : process::Reclaim{};
      case 29:
        return one_in(2) ? Command(process::Swapon{}) : process::Reclaim{};
      case 30:
      case 31:
        return set();
      default:
        return process::OfProcess<W>{pid(), call(files)};
    }
  }

 private:
  using Call = process::Call<W>;

  W below(std::size_t limit) {
    if (next_ == numbers_.size()) next_ = 0;
    W& number = numbers_[next_++];
    const auto taken = static_cast<W>(number % limit);
    number = static_cast<W>(number / limit) ^ number << 7;  // it may be needed again
    return taken;
  }
  bool one_in(W count) { return below(count) == count - 1; }

  W pid() { return one_in(2) ? 1 : 1 + below(5); }

  /// Of a page.
  W page() {
    static constexpr std::array<W, 7> bases{0x40000000, 0x40000000, 0x40010000, 0x403fc000,
                                            0x0804a000, 0xbfff8000, 0xbfffc000};
    return bases[below(bases.size())] + below(8) * 0x1000;
  }
  W address() { return page() + (one_in(2) ? below(4096) : 0); }
  /// For calls that refuse one that is no page's.
  W start() { return one_in(40) ? address() : page(); }
  W length() {
    if (one_in(60)) return ~W{0} - below(8192);
    if (one_in(12)) return 25 * 0x1000;
    return one_in(6) ? below(20000) : (1 + below(5)) * 0x1000;
  }

  /// Now and then one that is not open.
  std::int32_t descriptor(W files) { return static_cast<std::int32_t>(3 + below(2 * files + 1)); }
  W offset() { return one_in(40) ? ~W{0} : below(6) * 0x1000 + (one_in(2) ? below(4096) : 0); }

  Call call(W files) {
    switch (below(44)) {
      default:
        return process::Store<W>{address(), below(256)};
      case 10:
      case 11:
      case 12:
      case 13:
      case 14:
        return process::Load<W>{address()};
      case 15:
        return process::GetUser<W>{address()};
      case 16:
        return process::PutUser<W>{address(), below(256)};
      case 17:
      case 18:
      case 19:
      case 20:
      case 21:
        return mmap(files);
      case 22:
        return vma::Munmap<W>{page(), length()};
      case 23:
        return vma::Mprotect<W>{page(), length(), below(8)};
      case 24:
        return one_in(2) ? Call(vma::Brk<W>{0x08049000 + below(12) * 0x800}) : locking();
      case 25:
        return locking();
      case 26:
      case 27:
        return process::Madvise<W>{start(), length(), one_in(20) ? 7 : below(5)};
      case 28:
      case 29:
        return process::Msync<W>{start(), length(), one_in(20) ? 8 : below(8)};
      case 30:
      case 31:
        return vma::Mremap<W>{page(), length(), length(), one_in(20) ? 4 : below(4), page()};
      case 32:
        return process::Truncate<W>{1 + below(files), one_in(3) ? below(50000) : below(12) * 0x1000};
      case 33:
      case 34:
        return process::Fork{};
      case 35:
        return one_in(2) ? Call(process::Exit{}) : process::Esp<W>{0xbfff0000 + below(0xff00)};
      case 36:
        return process::Peek<W>{pid(), address()};
      case 37:
        return process::Poke<W>{pid(), address(), below(256)};
      case 38:
        return process::MapKiobuf<W>{one_in(2) ? process::Direction::READ : process::Direction::WRITE, address(),
                                     length() & 0xffff};
      case 39:
        return process::UnmapKiobuf{};
      case 40:
      case 41:
        return process::Pread<W>{descriptor(files), address(), length(), offset()};
      case 42:
      case 43:
        return process::Pwrite<W>{descriptor(files), address(), length() & 0xffff, offset()};
    }
  }

  Call mmap(W files) {
    static constexpr std::array<W, 6> flags{vma::MAP_PRIVATE | vma::MAP_ANONYMOUS,
                                            vma::MAP_SHARED | vma::MAP_ANONYMOUS,
                                            vma::MAP_PRIVATE,
                                            vma::MAP_SHARED,
                                            vma::MAP_PRIVATE | vma::MAP_ANONYMOUS,
                                            vma::MAP_PRIVATE | vma::MAP_ANONYMOUS | vma::MAP_GROWSDOWN};
    vma::Mmap<W> call{.addr = page(),
                      .len = length(),
                      .prot = one_in(3) ? below(8) : vma::PROT_READ | vma::PROT_WRITE,
                      .flags = flags[below(flags.size())],
                      .fd = -1,
                      .offset = 0};
    if (!one_in(4)) call.flags |= vma::MAP_FIXED;
    if ((call.flags & vma::MAP_ANONYMOUS) != 0) return call;
    call.fd = static_cast<std::int32_t>(3 + below(2 * files));
    call.offset = below(4) * 0x1000;
    return call;
  }

  Call locking() {
    switch (below(5)) {
      case 0:
        return vma::Mlock<W>{address(), length()};
      case 1:
        return vma::Munlock<W>{address(), length()};
      case 2:
        return vma::Munlockall{};
      case 3:
        return vma::Mlockall<W>{below(4)};
      default:
        return vma::Mlock<W>{page(), 0x1000};
    }
  }

  Command set() {
    process::Set<W> set{};
    switch (below(10)) {
      case 0:
      case 1:
        set.fail_alloc = 1 + below(4);
        break;
      case 2:
        set.fail_alloc_all = one_in(3);
        break;
      case 3:
        set.fail_vma = 1 + below(3);
        break;
      case 4:
        set.fail_read = below(4);
        break;
      case 5:
        set.fail_swap_read = below(3);
        break;
      case 6:
        set.fail_swap_write = below(3);
        break;
      case 7:
        set.overcommit = one_in(2);
        break;
      case 8:
        set.rlimit_stack = one_in(2) ? 8u << 20 : below(10) * 0x1000;
        set.rlimit_as = one_in(2) ? ~W{0} : below(40) * 0x1000;
        break;
      default:
        set.rlimit_memlock = one_in(2) ? ~W{0} : below(20) * 0x1000;
        set.rlimit_data = one_in(2) ? ~W{0} : below(8) * 0x1000;
        break;
    }
    return set;
  }

  Numbers numbers_;
  std::size_t next_ = 0;
};

/// The machine of `boot`, its files open, and a command for each of `commands`.
inline FaultScript fault_script(const Numbers& boot, const std::vector<Numbers>& commands) {
  using W = std::uint32_t;
  FaultScript script{ScriptReader(boot).boot(), {}};
  const auto files = static_cast<W>(script.boot.files.size());
  for (W file = 1; file <= files; ++file) {
    for (const W mode : {vma::FMODE_READ, vma::FMODE_READ | vma::FMODE_WRITE})
      script.commands.push_back(process::OfProcess<W>{1, vma::Open{"file" + std::to_string(file), mode}});
  }
  for (const Numbers& numbers : commands) script.commands.push_back(ScriptReader(numbers).command(files));
  return script;
}

}  // namespace refmm
