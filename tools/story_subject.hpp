// A subject beside the model, in a process of its own. Part of story.hpp.
#pragma once

#include <refmm/tests/check_family.hpp>
#include <refmm/tools/story.hpp>
#include <refmm/tools/story_picture.hpp>

#include <optional>
#include <string>
#include <vector>

namespace refmm::story {

/// What a subject did at the command with which it left the model.
struct Seen {
  REFMM_RECORD(Seen, (std::size_t, commands),  // that were carried out, the failing one included; 0 for the boot
               (std::string, headline), (std::string, clause), (std::string, law), (std::string, field),
               (std::vector<std::string>, expected), (std::vector<std::string>, found),
               (std::optional<Picture>, picture), (std::vector<std::string>, drawing));
};

/// Carries commands out on both. Nothing if the two agree to the end.
template <class Family>
std::optional<Seen> carry_out(const typename Family::Boot& boot,
                              const std::vector<typename Family::Command>& commands, Subject<Family>& subject,
                              bool with_drawing);

}  // namespace refmm::story
