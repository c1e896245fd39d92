// Damaged transcripts, for the tests of what reads them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace refmm {

/// Draws without the distributions of the standard library, which differ from one library to the next.
class Draw {
 public:
  explicit Draw(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  char from(std::string_view bytes) { return bytes[below(bytes.size())]; }

 private:
  std::mt19937 engine_;
};

/// A text with one to four places damaged: a byte replaced, put in or left out, a piece repeated or dropped.
inline std::string damaged(std::string text, Draw& draw) {
  constexpr std::string_view syntax = " ()[]|=,:\"#-.x019aZ_\n\t\r\0\xff";
  for (std::size_t count = 1 + draw.below(4); count != 0 && !text.empty(); --count) {
    const std::size_t place = draw.below(text.size());
    const std::size_t length = std::min(draw.below(40) + 1, text.size() - place);
    switch (draw.below(6)) {
      case 0:
        text[place] = draw.from(syntax);
        break;
      case 1:
        text[place] = static_cast<char>(draw.below(256));
        break;
      case 2:
        text.insert(place, 1, draw.from(syntax));
        break;
      case 3:
        text.erase(place, 1);
        break;
      case 4:
        text.insert(draw.below(text.size()), text.substr(place, length));
        break;
      default:
        text.erase(place, length);
        break;
    }
  }
  return text;
}

}  // namespace refmm
