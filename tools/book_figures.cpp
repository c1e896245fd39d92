#include <refmm/tools/book_figures.hpp>
#include <refmm/tools/book_picture.hpp>
#include <refmm/tools/story.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace refmm::book {
namespace {

namespace fs = std::filesystem;
constexpr double width = 760;

/// A panel of a picture, and which of its rows are drawn: all of them where none is named.
struct Part {
  std::string panel;
  std::vector<std::string> rows{};
};

/// What is drawn of the state behind the first lines of a recording.
struct Shot {
  std::uint32_t lines;
  std::string heading;  // above it; empty where the figure has but one shot
  std::vector<Part> parts;
};

struct Plan {
  std::string name, title, caption, recording;
  std::vector<Shot> shots;
};

/// Bottom up. The lines are those of the recordings, which nobody changes.
const std::vector<Plan>& plans() {
  static const std::vector<Plan> all{
      {"buddy-lists",
       "Free blocks of the page allocator",
       "The frames of the zone, and the lists of free blocks by their order, after some requests "
       "([buddy.alloc.upper_half], "
       "[buddy.free.merges]). The first block of a list is the next that is handed out ([buddy.alloc.front]).",
       "tests/transcripts/buddy/r013-small-effects.mmt",
       {{609, "", {{"zone"}, {"free lists"}}}}},
      {"slab-list",
       "Slabs, their list, and the chains of their free objects",
       "The cache `page_meta`: objects of 436 bytes, nine in a slab. Full slabs come first, then partial ones, "
       "then free ones "
       "([slab.order]); `firstnotfull` (▸) leads to the first that has room ([slab.first_not_full]). The arcs are "
       "the chains: from "
       "`free`, each free object to the next ([slab.chain.links]). Object 5 of slab 0 is handed out next "
       "([slab.alloc.first_not_full]).",
       "tests/transcripts/slab/random-039.mmt",
       {{490, "", {{"page_meta"}}}}},
      {"slab-colours",
       "Colouring",
       "Six slabs of the cache `route`, four objects of 1664 bytes in each. Every new slab begins its objects a "
       "step further on "
       "([slab.grow.colour]) until the colours begin anew ([slab.grow.colour_wraps]); what is left over behind "
       "the objects shrinks by as much.",
       "tests/transcripts/slab/random-020.mmt",
       {{320, "", {{"route"}}}}},
      {"directory-sharing",
       "How page directories share the kernel's half",
       "A square is a slot of 4 MB of the kernel's half. Process 1 was made before `vmalloc` gave "
       "`swapper_pg_dir` a table in slot 786, "
       "process 2 after it: only process 1 lacks the entry ([paging.kernel.absent_or_equal]). Its first access "
       "faults, and the handler "
       "copies the entry ([paging.kernel.synced]).",
       "tests/transcripts/kernel/h60-lazy-synchronisation.mmt",
       {{12, "When process 2 has been made", {{"page directories"}}},
        {26, "When process 1 has used the address", {{"page directories"}}}}},
      {"vmalloc-areas",
       "Areas of vmalloc and their guard pages",
       "Five areas, each behind the one before ([kernel.get_vm_area.first_fit]). The last page of every area is "
       "never "
       "mapped "
       "([kernel.areas.guard_page]).",
       "tests/transcripts/kernel/h10-vmalloc-basic.mmt",
       {{26, "", {{"vmalloc areas"}}}}},
      {"address-space",
       "An address space",
       "A program that has been loaded and runs: its text and data, its heap, the loader and a library, and the "
       "stack "
       "([vma.areas.sorted], [vma.areas.disjoint]). Holes that would dwarf everything else are cut short.",
       "tests/transcripts/vma/loader-layout.mmt",
       {{117, "", {{"address space"}}}}},
  };
  return all;
}

const story::Panel& panel_called(const story::Picture& picture, const std::string& title) {
  const auto panel = std::ranges::find(picture.panels, title, &story::Panel::title);
  if (panel != picture.panels.end()) return *panel;
  std::string titles;
  for (const story::Panel& each : picture.panels) titles += (titles.empty() ? "" : ", ") + each.title;
  throw std::logic_error(fmt::format("the picture has no panel {}; it has {}", title, titles));
}

story::Panel drawn_part(const story::Picture& picture, const Part& part) {
  story::Panel panel = panel_called(picture, part.panel);
  if (part.rows.empty()) return panel;
  std::erase_if(panel.rows,
                [&](const story::Row& row) { return std::ranges::find(part.rows, row.title) == part.rows.end(); });
  if (panel.rows.empty())
    throw std::logic_error(fmt::format("the panel {} has no row {}", part.panel, part.rows.front()));
  return panel;
}

/// The picture behind the last line of a transcript.
story::Picture last_picture(const transcript::Source& source) {
  const story::Story story = story::tell(source, {.profile = replay::Profile::as_built});
  return taken_down(story.gallery, story.sections.back().steps.back().picture);
}

std::string drawn(const Plan& plan, const fs::path& root) {
  Drawing drawing(width);
  for (const Shot& shot : plan.shots) {
    if (!shot.heading.empty()) draw_heading(drawing, shot.heading);
    const story::Picture picture = last_picture(first_lines(root / plan.recording, shot.lines));
    for (const Part& part : shot.parts) draw(drawing, drawn_part(picture, part));
  }
  drawing.legend();
  return drawing.svg(plan.title, plan.caption);
}

Figure walk(const fs::path& root) {
  const std::string recording = "tests/transcripts/kernel/h10-vmalloc-basic.mmt";
  const std::string title = "The two levels of a translation";
  return {"two-level-walk", title,
          "The processor finds the byte behind `0xc4807abc`: the upper ten bits of the address select an entry of "
          "the page directory, "
          "the next ten an entry of the table that it leads to, and the rest is the place in the page "
          "([paging.walk.translates]).",
          recording, walk_figure(first_lines(root / recording, 26), 0xc4807abc, title)};
}

Figure copy_on_write(const fs::path& root) {
  const std::string recording = "tests/transcripts/fault/06-cow-parent-writes-first.mmt";
  const std::string title = "Copy on write";
  const std::string caption =
      "After a fork both processes have the same frames, and neither may write ([fault.copy.write_protect]). The "
      "first that writes gets a copy ([fault.wp.copies]); who is left alone with the old frame may write to it "
      "without one ([fault.wp.sole_owner]). Entries that may write have blue arrows.";
  std::vector<SharedState> states;
  for (const auto& [lines, heading] : {std::pair{19u, "After the fork"},
                                       {40u, "When the parent has written to 40000000"},
                                       {50u, "When the child has written to it, too"}})
    states.push_back({heading, last_picture(first_lines(root / recording, lines))});
  return {"copy-on-write", title, caption, recording, sharing_figure(states, title, caption)};
}

}  // namespace

void draw_heading(Drawing& drawing, std::string_view heading) {
  drawing.text(0, drawing.at() + 14, "title", heading);
  drawing.path("edge", fmt::format("M 0 {0:.1f} L {1:.1f} {0:.1f}", drawing.at() + 20, drawing.width()));
  drawing.go_on(28);
}

transcript::Source first_lines(const fs::path& recording, std::uint32_t lines) {
  transcript::Source whole = transcript::load(recording);
  if (lines == 0) return whole;
  std::size_t end = 0;
  for (std::uint32_t line = 0; line < lines && end < whole.text().size(); ++line)
    end = std::min(whole.text().find('\n', end), whole.text().size() - 1) + 1;
  return transcript::Source(recording.string(), std::string(whole.text().substr(0, end)));
}

std::vector<Figure> figures(const fs::path& root) {
  std::vector<Figure> all;
  for (const Plan& plan : plans()) {
    if (plan.name == "directory-sharing") all.push_back(walk(root));
    all.push_back({plan.name, plan.title, plan.caption, plan.recording, drawn(plan, root)});
  }
  all.push_back(copy_on_write(root));
  return all;
}

}  // namespace refmm::book
