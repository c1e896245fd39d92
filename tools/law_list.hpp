// All laws of all areas as data: what they state, not how.
#pragma once

#include <refmm/spec/clause.hpp>

#include <string_view>
#include <vector>

namespace refmm {

/// What a law speaks of, and so how it is checked.
enum class LawForm {
  every_input,  // a Law: example, property and theorem
  every_step,   // a StepLaw: checked after every command
  every_state,  // a Conjunct of the invariant: checked of every state
};

struct LawEntry {
  ClauseRef clause;
  std::string_view name;
  LawForm form;
};

/// The laws in the order of their chapters.
const std::vector<LawEntry>& all_laws();

constexpr std::string_view form_name(LawForm form) {
  switch (form) {
    case LawForm::every_input:
      return "for every input";
    case LawForm::every_step:
      return "of every command";
    case LawForm::every_state:
      return "of every state";
  }
  return "";
}

}  // namespace refmm
