// The chunks of a region, drawn. Part of the picture of a heap.

#include <refmm/spec/malloc_lists.hpp>
#include <refmm/spec/malloc_picture.hpp>
#include <refmm/spec/malloc_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace refmm::malloc {
namespace {

using Word = std::uint32_t;

constexpr std::size_t bar_columns = 40;
constexpr std::size_t columns_without_top = 32;  // of a bar, at most
constexpr std::size_t most_lines = 24;           // of chunks, before there are columns of many
constexpr std::size_t strip_columns = 64, strip_lines = 16;

/// A piece of a region as it is drawn: a chunk, or what stands behind the last one.
struct Piece {
  Word addr, size;  // of the tag; a damaged one leads anywhere
  Word end;         // up to which it is drawn
  char letter;
  std::string_view what;
  std::string remark;

  bool alike(const Piece& other) const {
    return size == other.size && letter == other.letter && remark.empty() && other.remark.empty();
  }
};

/// True if the chunk is on one of the lists.
bool is_listed(const State<Word>& state, Word chunk) {
  for (std::uint32_t list = 0; list < number_of_lists<Word>(); ++list) {
    const auto walked = walked_list(state, head_of_list(state.bins, list)).chunks;
    if (std::ranges::find(walked, chunk, &ListedChunk<Word>::addr) != walked.end()) return true;
  }
  return false;
}

/// What is wrong with a chunk, as its neighbours and the lists see it.
std::string remark_on(const State<Word>& state, const Chunk<Word>& chunk) {
  const Word prev_size = word_at(state, chunk.addr + chunk.size);
  if (has_flag(state, chunk.addr, IS_MMAPPED)) return "! says that it has a mapping of its own";
  if (!chunk.in_use && prev_size != chunk.size) return fmt::format("! its other end says {}", prev_size);
  const bool listed = is_listed(state, chunk.addr);
  if (chunk.in_use && listed) return "! on a list, though it is in use";
  if (!chunk.in_use && !listed) return "! on no list, though it is free";
  return "";
}

Piece last_piece(const State<Word>& state, const Region<Word>& region) {
  using Ends = Region<Word>::Ends;
  const Word size = size_of(state, region.last), room = region.end - region.last;
  switch (region.ends) {
    case Ends::top:
      return {region.last, size,  region.end,
              '~',         "top", size == room ? "" : fmt::format("! but {} bytes are left of the heap", room)};
    case Ends::fence:
      return {region.last, room, region.end, '=', "fence", ""};
    case Ends::damaged:
      break;
  }
  return {region.last, size, region.end, '!', "?", "! this size leads out of the heap: what follows is not known"};
}

std::vector<Piece> pieces_of(const State<Word>& state, const Region<Word>& region) {
  std::vector<Piece> pieces;
  for (const Chunk<Word>& chunk : region.chunks)
    pieces.push_back({chunk.addr, chunk.size, chunk.addr + chunk.size, chunk.in_use ? '#' : '.',
                      chunk.in_use ? "used" : "free", remark_on(state, chunk)});
  pieces.push_back(last_piece(state, region));
  return pieces;
}

/// A drawing of `columns` columns from `start` on.
struct Scale {
  Word start, unit;
  std::size_t columns;

  std::size_t column_of(Word addr) const { return (addr - start) / unit; }
};

/// The smallest power of two of bytes a column at which all but the last piece fit, and the last one as far as there is room.
Scale scale_of(const std::vector<Piece>& pieces) {
  const Word start = pieces.front().addr, bytes = pieces.back().addr - start;
  Word unit = chunk_alignment<Word>;
  while (bytes / unit >= columns_without_top) unit *= 2;
  return {start, unit, bar_columns};
}

std::string bar(const Scale& scale, Word start, Word end, char letter) {
  std::string text(scale.columns, ' ');
  const std::size_t first = scale.column_of(start);
  const std::size_t last = std::max(first, scale.column_of(end - 1));
  for (std::size_t column = first; column <= last && column < scale.columns; ++column) text[column] = letter;
  if (last >= scale.columns) text.back() = '>';
  return text;
}

/// A line for pieces that are alike.
std::string line_of(const Scale& scale, std::span<const Piece> alike) {
  const Piece &first = alike.front(), &last = alike.back();
  const std::string size =
      alike.size() == 1 ? fmt::format("{}", first.size) : fmt::format("{} x {}", alike.size(), first.size);
  return fmt::format("  {:08x} {:>12} {:<5} |{}|{}{}", first.addr, size, first.what,
                     bar(scale, first.addr, last.end, first.letter), first.remark.empty() ? "" : " ",
                     first.remark);
}

std::vector<std::string> listed(const std::vector<Piece>& pieces) {
  constexpr std::size_t shortest_series = 3;
  const Scale scale = scale_of(pieces);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < pieces.size();) {
    std::size_t count = 1;
    while (i + count < pieces.size() && pieces[i + count].alike(pieces[i])) ++count;
    if (count < shortest_series) count = 1;
    lines.push_back(line_of(scale, std::span(pieces).subspan(i, count)));
    i += count;
  }
  return lines;
}

/// Lines of columns: the letter of the pieces in a column where they are alike, else `+`; `!` if something is wrong with one.
std::vector<std::string> strips(const std::vector<Piece>& pieces, Word unit) {
  std::string columns;
  for (const Piece& piece : pieces) {
    const std::size_t first = (piece.addr - pieces.front().addr) / unit;
    const std::size_t last = (piece.end - 1 - pieces.front().addr) / unit;
    const char letter = piece.remark.empty() ? piece.letter : '!';
    if (columns.size() < last + 1) columns.resize(last + 1, ' ');
    for (std::size_t column = first; column <= last; ++column) {
      char& drawn = columns[column];
      drawn = drawn == ' ' || drawn == letter ? letter : drawn == '!' || letter == '!' ? '!' : '+';
    }
  }
  std::vector<std::string> lines;
  for (std::size_t first = 0; first < columns.size(); first += strip_columns)
    lines.push_back(fmt::format("  {:08x} |{:<{}}|", pieces.front().addr + static_cast<Word>(first) * unit,
                                columns.substr(first, strip_columns), strip_columns));
  return lines;
}

}  // namespace

std::vector<std::string> picture_of_region(const State<Word>& state, const Region<Word>& region) {
  const std::vector<Piece> pieces = pieces_of(state, region);
  std::vector<std::string> lines = listed(pieces);
  Word unit = scale_of(pieces).unit;
  std::string_view more;
  if (lines.size() > most_lines) {
    const Word bytes = region.end - region.start;
    unit = chunk_alignment<Word>;
    while (bytes / unit >= strip_columns * strip_lines) unit *= 2;
    lines = strips(pieces, unit);
    more = ", + some of these";
  }
  lines.insert(lines.begin(),
               fmt::format("Heap {:08x}-{:08x}: a column is {} bytes; # used, . free, ~ top{}{}", region.start,
                           region.end, unit, region.ends == Region<Word>::Ends::fence ? ", = fence" : "", more));
  return lines;
}

}  // namespace refmm::malloc
