// Laws and theorems as they stand in the sources: their text is cut out of spec/ and proofs/ by their names whenever the book is made,
// so that the book cannot say anything else than the code.
#pragma once

#include <refmm/tools/law_list.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::book {

/// A piece of a source: whole lines, as they stand there.
struct Definition {
  std::string file;    // from the root of the tree on
  std::uint32_t line;  // its first, from 1
  std::string text;    // without the indentation that all its lines have
};

/// Where the text of a definition ends that begins at `begin`: behind the bracket that closes the first `open` from there on. What
/// stands in strings, characters and comments does not count. Throws std::invalid_argument if nothing closes it.
std::size_t end_of_definition(std::string_view text, std::size_t begin, char open, char close);

class Definitions {
 public:
  /// Reads the sources below the root of the tree.
  explicit Definitions(const std::filesystem::path& root);

  /// Of a law for every input its definition; of one of states or commands the function that holds or not. With the comment above it.
  /// Throws std::invalid_argument for a law whose text is not found.
  Definition of(const LawEntry& law) const;

  /// The lines of proofs/ that claim a law of the model. Throws std::invalid_argument if there are none.
  Definition of_theorem(std::string_view law) const;

 private:
  struct Source {
    std::string file, text;
  };
  /// A place in a source.
  struct Place {
    const Source* source;
    std::size_t begin;
  };
  struct NamedLaw {
    std::string identifier;  // of the definition of a law for every input
    Place place;
  };

  void find_laws(const Source& source);
  void find_functions(const Source& source);
  void find_theorems(const Source& source);

  std::vector<Source> headers_{}, proofs_{};
  std::map<std::string, NamedLaw, std::less<>> laws_{};  // for every input, by their names
  std::map<std::string, std::string, std::less<>>
      predicates_{};  // the functions of the others, by the names of these
  std::multimap<std::string, Place, std::less<>> functions_{};  // by their names
  std::multimap<std::string, Place, std::less<>> theorems_{};   // by the identifiers of their laws
};

}  // namespace refmm::book
