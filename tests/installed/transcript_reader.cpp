// A program that reads transcripts of memory managers, and writes them as they were.
//
//   transcript_reader FILE...     how many calls each has; 1 where what is written is not what was read
#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/transcript.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

int main(int count, char** names) try {
  for (int i = 1; i < count; ++i) {
    std::ifstream stream(names[i], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto file = refmm::transcript::parse(refmm::transcript::load(names[i]));
    if (refmm::transcript::print(file) != text) return 1;
    std::cout << names[i] << ": " << std::ranges::count(text, '\n') << " lines, read and written\n";
  }
  return count > 1 ? 0 : 2;
} catch (const refmm::InputError& error) {
  std::cerr << error.what();
  return 2;
}
