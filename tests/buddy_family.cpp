#include <refmm/model/buddy.hpp>
#include <refmm/tests/buddy_family.hpp>

#include <utility>
#include <variant>

namespace refmm {

BuddyFamily::State BuddyFamily::boot(const Boot& boot) { return model::boot(boot); }

Because BuddyFamily::because_of_boot(const Boot& boot) { return model::booted(boot).because; }

Outcome<BuddyFamily::State, BuddyFamily::Result, BuddyFamily::Effect> BuddyFamily::step(const Boot& boot,
                                                                                        State state,
                                                                                        const Command& command) {
  return model::step<std::uint32_t>(boot.kernel, std::move(state), command);
}

bool BuddyFamily::ends_everything(const Result& result) {
  const auto* refused = std::get_if<buddy::Refused>(&result);
  return refused && buddy::ends_everything(refused->refusal);
}

}  // namespace refmm
