// What is wrong with a subject where no result, effect or state of its family can say it: that it hands out memory that is in
// use, or writes into its user's.
#pragma once

#include <refmm/tests/check_finding.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace refmm {

struct Complaint {
  std::string_view rule;  // that is broken, "no_two_objects_in_use_share_a_byte": static
  const Clause* clause;   // that states it; null for the one that the model's decision suggests
  Difference difference;  // the place in words, what the rule demands of it, what was found
};

/// A subject that may have a complaint about itself: an adapter of a foreign one.
class MayComplain {
 public:
  /// The first complaint since the subject was booted. Nothing that it answers means anything afterwards.
  const std::optional<Complaint>& complaint() const { return complaint_; }

  /// True if what it observes is what the subject has inside; otherwise that is the model's, as far as results agree.
  virtual bool shows_its_state() const { return false; }

  /// Gives up what was booted, at the end of a session that agreed: a subject that does not survive it fails that session.
  virtual void leave() = 0;

 protected:
  ~MayComplain() = default;

  void complain(Complaint complaint) {
    if (!complaint_) complaint_ = std::move(complaint);
  }
  void forget_complaint() { complaint_.reset(); }

 private:
  std::optional<Complaint> complaint_{};
};

/// The complaint about a subject, if it is one of those that may have one.
template <class Subject>
const Complaint* complaint_about(const Subject& subject) {
  const auto* candid = dynamic_cast<const MayComplain*>(&subject);
  return candid != nullptr && candid->complaint() ? &*candid->complaint() : nullptr;
}

/// True of a subject whose observed states are not its own.
template <class Subject>
bool hides_its_state(const Subject& subject) {
  const auto* candid = dynamic_cast<const MayComplain*>(&subject);
  return candid != nullptr && !candid->shows_its_state();
}

/// Ends a session of a subject, if it is one of those that are left.
template <class Subject>
void leave(Subject& subject) {
  if (auto* candid = dynamic_cast<MayComplain*>(&subject)) candid->leave();
}

}  // namespace refmm
