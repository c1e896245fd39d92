// A walk over all words and values of a syntax tree, for tests that check something of every one.
#pragma once

#include <refmm/spec/transcript.hpp>

#include <string_view>
#include <variant>

namespace refmm::transcript {

/// Calls `visitor.word(at, text)` for everything that has a place and a spelling, and `visitor.value(value)` for every
/// value, in the order in which they stand.
template <class Visitor>
class Walk {
 public:
  explicit Walk(Visitor& visitor) : visitor_(visitor) {}

  void operator()(const File& file) {
    for (const Line& line : file.lines) {
      std::visit([&](const auto& content) { visit(line, content); }, line.content);
    }
  }

 private:
  void visit(const Line&, const Blank&) {}
  void visit(const Line& line, const Comment& comment) { visitor_.word(line.at, comment.text); }
  void visit(const Line&, const Boot& boot) { visit(boot.settings); }
  void visit(const Line&, const Set& set) { visit(set.settings); }
  void visit(const Line&, const Call& call) { visit(call); }
  void visit(const Line& line, const Effect& effect) {
    visitor_.word(line.at, "|");
    visit(effect.call);
  }

  void visit(const Line&, const Query& query) {
    visit(query.name);
    for (const Value& argument : query.arguments) visit(argument);
    visitor_.word(query.colon, ":");
    if (query.empty) visitor_.word(*query.empty, "(empty)");
    for (const BlockLine& line : query.lines) visitor_.word(line.at, line.text);
  }

  void visit(const std::vector<Setting>& settings) {
    for (const Setting& setting : settings) {
      visit(setting.key);
      for (const Value& value : setting.values) visit(value);
    }
  }

  void visit(const Call& call) {
    if (call.process) visitor_.word(call.process->at, call.process->text);
    visit(call.name);
    for (const Argument& argument : call.arguments) visit(argument);
    visitor_.word(call.close, ")");
    if (!call.result) return;
    visitor_.word(call.result->at, "=");
    for (const Argument& value : call.result->values) visit(value);
    if (call.result->explanation) visit(*call.result->explanation);
  }

  void visit(const Argument& argument) {
    if (argument.key) visit(*argument.key);
    visit(argument.value);
  }

  void visit(const Value& value) {
    visitor_.value(value);
    visitor_.word(value.at, value.text);
    if (const auto* names = std::get_if<Names>(&value.form)) {
      for (const Word& word : names->words) visit(word);
    } else if (const auto* object = std::get_if<SlabObject>(&value.form)) {
      visit(object->cache);
    } else if (const auto* counted = std::get_if<Counted>(&value.form)) {
      visit(counted->kind);
    }
  }

  void visit(const Word& word) { visitor_.word(word.at, word.text); }

  Visitor& visitor_;
};

template <class Visitor>
void walk(const File& file, Visitor& visitor) {
  Walk<Visitor>{visitor}(file);
}

}  // namespace refmm::transcript
