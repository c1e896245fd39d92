"use strict";
// Shows the story that stands in #story: one step at a time, with what the step changed marked. Written for plain browsers: no
// library, no network. Texts are put in as text, never as HTML.

const story = JSON.parse(document.getElementById("story").textContent);
const find = (selector) => document.querySelector(selector);
const shown = { section: 0, step: 0 };

/** An element with attributes and children; a child may be a text, and an attribute that is null is left out. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

// ---- Pictures: panels [title, note, rows], rows [title, note, form, cells], cells [key, tone, label, detail, begin, end] ----------

const KEY = 0, TONE = 1, LABEL = 2, DETAIL = 3, BEGIN = 4, END = 5;
const columns = 64;  // of a grid

function pictureOf(hung) {
  return hung.map((number) => {
    const [title, note, rows] = story.panels[number];
    return { number, title, note, rows: rows.map((row) => {
      const [title, note, form, cells] = story.rows[row];
      return { number: row, title, note, form, cells };
    }) };
  });
}

const byTitle = (things) => new Map(things.map((thing) => [thing.title, thing]));
const same = (one, other) => one[TONE] === other[TONE] && one[LABEL] === other[LABEL] && one[DETAIL] === other[DETAIL];

/** What of `row` is not in `other` as it is: cells or, of a grid, squares; and the cells that only `other` has. */
function compareRows(row, other) {
  if (!other) return { all: true, cells: new Set(), gone: [] };
  if (row.number === other.number) return { all: false, cells: new Set(), gone: [], note: false };
  if (row.form === "grid") return { all: false, cells: new Set(), gone: [], squares: squaresThatDiffer(row, other) };
  const there = new Map(other.cells.map((cell) => [cell[KEY], cell]));
  const here = new Set(row.cells.map((cell) => cell[KEY]));
  const differs = (cell) => !there.has(cell[KEY]) || !same(cell, there.get(cell[KEY])) ||
    cell[END] - cell[BEGIN] !== there.get(cell[KEY])[END] - there.get(cell[KEY])[BEGIN];
  return {
    all: false, note: row.note !== other.note,
    cells: new Set(row.cells.filter(differs).map((cell) => cell[KEY])),
    gone: other.cells.filter((cell) => !here.has(cell[KEY]) && !["hole", "gap"].includes(cell[TONE])),
  };
}

function squaresThatDiffer(row, other) {
  const differing = [];
  let at = 0;
  for (const cell of row.cells) {
    for (let square = cell[BEGIN]; square < cell[END]; ++square) {
      while (at < other.cells.length && other.cells[at][END] <= square) ++at;
      const there = other.cells[at];
      if (!there || !same(cell, there)) differing.push(square);
    }
  }
  return differing;
}

/** Titles of rows that stand behind another than in `other`. */
function movedRows(rows, other) {
  const common = (list, others) => list.map((row) => row.title).filter((title) => others.has(title));
  const here = common(rows, byTitle(other)), there = common(other, byTitle(rows));
  return new Set(here.filter((title, place) => there[place] !== title));
}

// ---- Drawing ------------------------------------------------------------------------------------------------------------------------

function drawCell(cell, mark) {
  const label = cell[LABEL];
  return make("span", { class: `cell ${cell[TONE]}${mark ? " " + mark : ""}`, role: "listitem", title: cell[DETAIL],
    "aria-label": cell[DETAIL] + (mark ? `, ${mark}` : ""), "data-detail": cell[DETAIL] }, label);
}

function drawScale(row, marks, mark) {
  const drawn = make("div", { class: "scale", role: "list" });
  const whole = row.cells.reduce((sum, cell) => sum + (cell[TONE] === "gap" ? 0 : cell[END] - cell[BEGIN]), 0) || 1;
  for (const cell of row.cells) {
    const element = drawCell(cell, cell[TONE] !== "blank" && (marks.all || marks.cells.has(cell[KEY])) ? mark : null);
    element.style.flexGrow = Math.max((cell[END] - cell[BEGIN]) / whole, 0.0005) * 100;
    drawn.append(element);
  }
  return drawn;
}

function drawChips(row, marks, mark) {
  const drawn = make("div", { class: row.form, role: "list" });
  row.cells.forEach((cell, place) => {
    if (row.form === "chain" && place > 0) drawn.append(make("span", { class: "arrow", "aria-hidden": "true" }, "→"));
    drawn.append(drawCell(cell, marks.all || marks.cells.has(cell[KEY]) ? mark : null));
  });
  return drawn;
}

function drawTable(row, marks, mark) {
  const drawn = make("div", { class: "table", role: "list" });
  for (const cell of row.cells) {
    const marked = marks.all || marks.cells.has(cell[KEY]) ? mark : null;
    drawn.append(make("div", { class: "line", role: "listitem" },
      make("span", { class: `cell label ${cell[TONE]}${marked ? " " + marked : ""}` }, cell[LABEL]), make("span", {}, cell[DETAIL])));
  }
  return drawn;
}

/** The parts of begin..end that stand in one line of a grid. */
function* lines(begin, end) {
  for (let at = begin; at < end;) {
    const stop = Math.min(end, (Math.floor(at / columns) + 1) * columns);
    yield [at % columns, Math.floor(at / columns), stop - at];
    at = stop;
  }
}

function drawGrid(row, marks, mark) {
  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const total = row.cells.length ? row.cells[row.cells.length - 1][END] : 0;
  const width = Math.min(columns, Math.max(total, 8));
  const drawn = svg("svg", { class: "grid", viewBox: `0 0 ${width} ${Math.max(1, Math.ceil(total / columns))}`, role: "img",
    "aria-label": `${row.title}: ` + row.cells.filter((cell) => cell[TONE] !== "empty").slice(0, 40).map((cell) => cell[DETAIL]).join("; ") });
  for (const cell of row.cells) {
    for (const [x, y, width] of lines(cell[BEGIN], cell[END])) {
      const rectangle = svg("rect", { class: cell[TONE], x, y, width, height: 1, "data-detail": cell[DETAIL] });
      rectangle.append(svg("title", {}));
      rectangle.lastChild.textContent = cell[DETAIL];
      drawn.append(rectangle);
    }
  }
  const squares = marks.squares || [];
  for (let first = 0; first < squares.length;) {
    let last = first + 1;
    while (last < squares.length && squares[last] === squares[last - 1] + 1) ++last;
    for (const [x, y, width] of lines(squares[first], squares[last - 1] + 1)) {
      drawn.append(svg("rect", { class: `mark ${mark === "differs" ? "wrong differs" : "changed"}`, x: x + 0.1, y: y + 0.1, width: width - 0.2, height: 0.8,
        "pointer-events": "none" }));
    }
    first = last;
  }
  return drawn;
}

const drawings = { scale: drawScale, grid: drawGrid, chain: drawChips, list: drawChips, table: drawTable };

function drawRow(row, marks, mark, moved) {
  const said = row.form === "table" ? null : make("div", { class: "said", "aria-hidden": "true" });
  const gone = marks.gone.length && mark === "changed"
    ? make("div", { class: "note" }, "no longer: ", marks.gone.map((cell, place) => [place ? ", " : "", make("span", { class: "gone" }, cell[LABEL] || cell[DETAIL])]))
    : null;
  const note = marks.note ? make("span", { class: `note ${mark}` }, row.note) : make("span", { class: "note" }, row.note);
  const drawn = make("div", { class: `row${moved && mark === "changed" ? " moved" : ""}${moved && mark === "differs" ? " apart" : ""}` },
    make("div", { class: "head" }, make("b", { class: moved && mark === "differs" ? "differs" : null }, row.title), note),
    drawings[row.form](row, marks, mark), gone, said);
  const tell = (event) => { if (event.target.dataset && event.target.dataset.detail) said.textContent = event.target.dataset.detail; };
  if (said) drawn.addEventListener("click", tell);
  return drawn;
}

/** A picture, with what is not in `before` marked. */
function drawPicture(picture, before, mark) {
  const there = before ? byTitle(before) : null;
  const still = stillPanels();
  const panels = [], rest = [];
  const touched = picture.filter((panel) => there && (!there.has(panel.title) || there.get(panel.title).number !== panel.number));
  for (const panel of picture) {
    const other = there ? there.get(panel.title) : panel;
    const rows = other ? byTitle(other.rows) : new Map();
    const moved = other ? movedRows(panel.rows, other.rows) : new Set();
    const isTouched = touched.includes(panel);
    const gone = other ? other.rows.filter((row) => !panel.rows.some((mine) => mine.title === row.title)).map((row) => row.title) : [];
    const drawn = make("details", { class: `panel${isTouched ? (mark === "differs" ? " apart" : " touched") : ""}`, "data-title": panel.title },
      make("summary", {}, make("h3", {}, panel.title), " ", make("span", { class: other && other.note !== panel.note ? `note ${mark}` : "note" }, panel.note)),
      panel.rows.map((row) => drawRow(row, compareRows(row, rows.get(row.title)), mark, moved.has(row.title))),
      gone.length ? make("p", { class: "note" }, mark === "differs" ? "not here: " : "no longer: ", make("span", { class: mark === "differs" ? "differs key" : "gone" }, gone.join(", "))) : null);
    drawn.open = isTouched || mark === "differs" || (!still.has(panel.title) && (picture.length <= 4 || !there));
    const isAside = mark === "differs" ? !isTouched : still.has(panel.title) && !isTouched;
    (isAside && picture.length > 1 ? rest : panels).push(drawn);
  }
  const absent = there ? before.filter((panel) => !picture.some((mine) => mine.title === panel.title)).map((panel) => panel.title) : [];
  return make("div", {}, panels,
    absent.length ? make("p", { class: "note" }, mark === "differs" ? "not here: " : "no longer: ", make("span", { class: mark === "differs" ? "differs key" : "gone" }, absent.join(", "))) : null,
    rest.length ? make("details", {}, make("summary", {}, `${mark === "differs" ? "Alike on both sides" : "Unchanged from beginning to end"}: ${rest.map((panel) => panel.dataset.title).join(", ")}`), rest) : null);
}

/** The panels that no step of the section changes. */
function stillPanels() {
  const section = story.sections[shown.section];
  if (!section.still) {
    const numbers = new Map();
    const pictures = section.steps.map((step) => step.picture).filter((picture) => picture.length);
    if (section.failure && section.failure.picture) pictures.push(section.failure.picture);
    for (const picture of pictures) {
      for (const panel of picture) {
        const title = story.panels[panel][0];
        if (!numbers.has(title)) numbers.set(title, []);
        numbers.get(title).push(panel);
      }
    }
    const isStill = (panels) => panels.length === pictures.length && panels.every((panel) => panel === panels[0]);
    section.still = new Set(pictures.length < 2 ? [] : [...numbers].filter(([, panels]) => isStill(panels)).map(([title]) => title));
  }
  return section.still;
}
