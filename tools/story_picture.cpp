#include <refmm/spec/json.hpp>
#include <refmm/tools/story_picture.hpp>

#include <utility>

namespace refmm::story {

namespace {

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json cells_of(const Row& row) {
  Json cells = Json::array();
  for (const auto& [key, tone, label, detail, begin, end] : row.cells)
    cells.push_back(Json::array({key, tone, label, detail, begin, end}));
  return cells;
}

}  // namespace

std::size_t Gallery::keep(std::map<std::string, std::size_t>& numbers, std::vector<std::string>& texts,
                          std::string text) {
  const auto [kept, is_new] = numbers.try_emplace(text, texts.size());
  if (is_new) {
    size_ += text.size();
    texts.push_back(std::move(text));
  }
  return kept->second;
}

std::size_t Gallery::keep(const Row& row) {
  return keep(row_numbers_, rows_,
              dump(Json::array({row.title, row.note, enumerator_name(row.form), cells_of(row)})));
}

std::size_t Gallery::keep(const Panel& panel) {
  Json rows = Json::array();
  for (const Row& row : panel.rows) {
    const auto [kept, is_new] = last_rows_.try_emplace({panel.title, row.title});
    auto& [last, number] = kept->second;
    if (is_new || last != row) {
      number = keep(row);
      last = row;
    }
    rows.push_back(number);
  }
  return keep(panel_numbers_, panels_, dump(Json::array({panel.title, panel.note, std::move(rows)})));
}

Gallery::Hung Gallery::hang(const Picture& picture) {
  Hung hung;
  for (const Panel& panel : picture.panels) {
    const auto [kept, is_new] = last_panels_.try_emplace(panel.title);
    auto& [last, number] = kept->second;
    if (is_new || last != panel) {
      number = keep(panel);
      last = panel;
    }
    hung.push_back(number);
  }
  return hung;
}

}  // namespace refmm::story
