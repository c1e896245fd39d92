// Transcripts: dialogues with a memory manager, as a syntax tree.
//
// The notation is defined in tests/transcripts/FORMAT.md; this is the part of it that all families share. What the
// calls, effects and blocks of a family mean is the business of its own notation (spec/slab_notation.hpp).
//
// The tree loses nothing: every value keeps its spelling and every node its place, so that printing what was parsed
// gives the same bytes, however the author laid it out. What a program adds (a result, an effect, the answer to a query)
// has no place yet (line 0) and is printed with one blank where the notation has blanks.
#pragma once

#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/transcript_source.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::transcript {

// ---- Values ---------------------------------------------------------------------------------------------------

/// A word at its place.
struct Word {
  Position at;
  std::string text;
};

/// `12`, `0x1f`, `-1`.
struct Number {
  bool negative;
  std::uint64_t magnitude;
};
/// `"text"`, without the quotes. It holds no quotes itself.
struct Text {
  std::string text;
};
/// A name, or flags joined with `|`; of several words, some may be numbers.
struct Names {
  std::vector<Word> words;
};
/// `cache:SLAB[INDEX]`, or without the index `cache:SLAB`.
struct SlabObject {
  Word cache;
  std::uint32_t slab;
  std::optional<std::uint32_t> index;
};
/// `a..b`, or of addresses `a-b`.
struct Range {
  std::uint64_t first, last;
};
/// A thing of a kind that is counted: `pfn 7`, `pfn 7..9`, `pgd 1`, `slot 3`.
struct Counted {
  Word kind;
  std::uint64_t first, last;
};

/// A value as it is spelt, and what the spelling says.
struct Value {
  Position at;
  std::string text;
  std::variant<Number, Text, Names, SlabObject, Range, Counted> form;
};

/// The value if it is a single name, else null.
const std::string* name_of(const Value& value);

/// A value, with a key where it has one: `order=0`.
struct Argument {
  std::optional<Word> key;
  Value value;
};

// ---- Lines ----------------------------------------------------------------------------------------------------

struct Blank {};

struct Comment {
  std::string text;  // from the `#` on
};

/// `key=value`, or `key=value,value,...`.
struct Setting {
  Word key;
  std::vector<Value> values;
};

/// `boot key=value ...`: a new machine, the beginning of a transcript.
struct Boot {
  std::vector<Setting> settings;
};

/// `set key=value ...`: the machine changes.
struct Set {
  std::vector<Setting> settings;
};

/// `= value ... (explanation)`.
struct Result {
  Position at;  // of the `=`
  std::vector<Argument> values;
  std::optional<Word> explanation;  // with its parentheses; it says nothing
};

/// `[pid N]`.
struct Process {
  Position at;
  std::string text;
  std::uint32_t pid;
};

struct Call {
  std::optional<Process> process;
  Word name;
  std::vector<Argument> arguments;
  Position close;  // of the `)`
  std::optional<Result> result;
};

/// `| effect(...)`: an effect of the call above it.
struct Effect {
  Call call;
};

/// A line of a block, without its two blanks.
struct BlockLine {
  Position at;
  std::string text;
};

/// `name argument ...:` and the block under it. A query without lines is a question, with `(empty)` it has an answer.
struct Query {
  Word name;
  std::vector<Value> arguments;
  Position colon;
  std::optional<Position> empty;  // of `(empty)`
  std::vector<BlockLine> lines;
};

struct Line {
  Position at;
  std::uint32_t end;  // the column behind its last byte, blanks at its end included; 0 for a line without a place
  std::variant<Blank, Comment, Boot, Set, Call, Effect, Query> content;
};

/// A file of transcripts. It holds at least one `boot`, and nothing but comments stands before the first.
struct File {
  std::shared_ptr<const Source> source;
  std::vector<Line> lines;
  bool ends_with_line_end = true;
};

// ---- Functions ------------------------------------------------------------------------------------------------

/// Parses a file of any family. Takes time in proportion to its length. Throws InputError at the first place where the
/// text is not in the notation.
File parse(Source source);

/// Prints a file; what parse made is printed as it was.
std::string print(const File& file);

/// Prints a line, with its block if it is a query, and without the end of its last line.
std::string print(const Line& line);

/// Parses a single value, as a program spells it; for results that are filled in.
Value parse_value(std::string_view text);

/// The word that ended the transcript if `result` is one of BUG, OOPS and HANG, else null.
const std::string* ending(const Result& result);

/// True of text that the notation can write as a name: it reads as one word, its parentheses are balanced, and it does
/// not look like a number, an object, or one of the words for results (NULL, BUG, OOPS, HANG).
bool is_name(std::string_view text);

}  // namespace refmm::transcript
