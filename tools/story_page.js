// ---- Clauses: the prose of the book ---------------------------------------------------------------------------------------------------

/** `code`, *words* and **words** of a line. */
function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/).filter((part) => part).map((part) => {
    if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return make("strong", {}, part.slice(2, -2));
    return part.length > 2 && part.startsWith("*") ? make("em", {}, part.slice(1, -1)) : part;
  });
}

function prose(text) {
  return text.split(/(```[\s\S]*?```)/).flatMap((part) => {
    const fenced = part.startsWith("```") ? make("pre", {}, part.replace(/^```.*\n/, "").replace(/\n?```$/, "")) : null;
    if (fenced) return [part.startsWith("```mmt") ? make("details", {}, make("summary", {}, "Example"), fenced) : fenced];
    return part.split(/\n\s*\n/).filter((block) => block.trim()).map((block) => {
      const items = block.split(/\n(?=[-*] )/);
      if (!/^\s*[-*] /.test(items[items.length - 1])) return make("p", {}, inline(block.replace(/\s+/g, " ").trim()));
      const lead = /^\s*[-*] /.test(items[0]) ? null : make("p", {}, inline(items.shift().replace(/\s+/g, " ")));
      return make("div", {}, lead, make("ul", {}, items.map((item) => make("li", {}, inline(item.replace(/^\s*[-*] /, "").replace(/\s+/g, " "))))));
    });
  });
}

function drawClause(number, violated) {
  const [name, kind, source, text] = story.clauses[number];
  return make("div", { class: `clause${violated ? " violated" : ""}`, "data-clause": name },
    make("code", {}, `[${name}]`), " ", make("span", { class: "kind" }, `${kind} · ${source}`), prose(text));
}

// ---- A step ---------------------------------------------------------------------------------------------------------------------------

const callOf = (step) => step.call + (step.result ? ` = ${step.result}` : "");
const isFailing = () => { const { failure } = story.sections[shown.section]; return failure !== null && failure.step === shown.step; };

function drawCall(step) {
  const parts = [make("h2", { class: "call" }, step.call, step.result ? [" = ", make("b", {}, step.result)] : [])];
  if (step.lead.length) parts.unshift(make("p", { class: "note" }, step.lead.join(" ")));
  if (step.effects.length) parts.push(make("ul", { class: "effects", "aria-label": "Effects" }, step.effects.map((effect) => make("li", {}, make("code", {}, `| ${effect}`)))));
  if (step.notes.length) parts.push(make("ul", { class: "notes", "aria-label": "What does not matter" }, step.notes.map((note) => make("li", {}, note))));
  return parts;
}

/** Lines of which those are marked that the others have not, or have in another place. */
function linesBeside(lines, others) {
  const there = new Set(others), isSame = lines.length === others.length;
  const differs = (line, place) => line.trim() !== "..." && (!there.has(line) || (isSame && others[place] !== line));
  return make("pre", {}, lines.map((line, place) => make("span", { class: differs(line, place) ? "differs" : null }, line)));
}

function drawFailure(failure) {
  const side = (name, lines, others) => make("div", { class: "side" }, make("h3", {}, name), lines.length ? linesBeside(lines, others) : make("p", { class: "note" }, "(nothing)"));
  const entry = (term, ...what) => [make("dt", {}, term), make("dd", {}, ...what)];
  return [
    make("h2", {}, failure.headline),
    make("dl", {},
      failure.field ? entry("field", make("b", { class: "field" }, failure.field)) : [],
      failure.clause !== null ? entry("violated", make("code", {}, story.clauses[failure.clause][0])) : [],
      failure.law ? entry("law", failure.law.replaceAll("_", " ")) : []),
    failure.expected.length || failure.found.length
      ? make("div", { class: "sides" }, side(failure.reference, failure.expected, failure.found), side(failure.subject, failure.found, failure.expected)) : null,
    failure.abridged ? make("p", { class: "note" }, "Of the subject the file has the lines that differ.") : null,
  ].filter((part) => part !== null);
}

function drawPictures(section, step) {
  const before = shown.step > 0 ? pictureOf(section.steps[shown.step - 1].picture) : null;
  const now = pictureOf(step.picture);
  const subject = isFailing() && section.failure.picture ? pictureOf(section.failure.picture) : null;
  if (!subject) {
    if (!now.length) return [make("p", { class: "note" }, section.undrawn ? "No picture: the file has too many." : "No picture: nothing is defined behind this call.")];
    return [make("h2", {}, "Behind this step"), drawPicture(now, before && before.length ? before : null, "changed")];
  }
  return [make("h2", {}, "Behind this step, side by side"), make("div", { class: "sides" },
    make("div", { class: "side", "data-side": "reference" }, make("h3", {}, section.failure.reference), drawPicture(now, subject, "differs")),
    make("div", { class: "side", "data-side": "subject" }, make("h3", {}, section.failure.subject), drawPicture(subject, now, "differs")))];
}

function drawWhy(section, step) {
  const violated = isFailing() ? section.failure.clause : null;
  const parts = violated === null ? [] : [make("h2", {}, "The clause that is violated"), drawClause(violated, true)];
  if (step.because.length) parts.push(make("h2", {}, "The clauses that decided"), ...step.because.filter((clause) => clause !== violated).map((clause) => drawClause(clause, false)));
  return parts;
}

function drawAsked(step) {
  return step.asked.map(({ query, lines }) => make("details", {}, make("summary", {}, make("code", {}, query)), make("pre", {}, lines.length ? lines.join("\n") : "(empty)")));
}

// ---- The page -------------------------------------------------------------------------------------------------------------------------

function show(number, moveFocus = false) {
  const section = story.sections[shown.section];
  shown.step = Math.max(0, Math.min(number, section.steps.length - 1));
  const step = section.steps[shown.step], last = section.steps.length - 1;
  const slider = find("#step");
  slider.max = last;
  slider.value = shown.step;
  const place = `step ${shown.step} of ${last}`;
  slider.setAttribute("aria-valuetext", `${place}: ${callOf(step)}`);
  find("#place").textContent = place;
  for (const id of ["first", "back"]) find(`#${id}`).disabled = shown.step === 0;
  for (const id of ["on", "last"]) find(`#${id}`).disabled = shown.step === last;
  find("#call").replaceChildren(...drawCall(step));
  find("#failure").hidden = !isFailing();
  find("#failure").replaceChildren(...(isFailing() ? drawFailure(section.failure) : []));
  find("#pictures").replaceChildren(...drawPictures(section, step));
  find("#why").replaceChildren(...drawWhy(section, step));
  find("#asked").replaceChildren(...(step.asked.length ? [make("h2", {}, "What the transcript asks here"), ...drawAsked(step)] : []));
  const calls = find("#calls ol"), current = calls.querySelector("[aria-current]");
  if (current) current.removeAttribute("aria-current");
  const button = calls.children[shown.step].firstChild;
  button.setAttribute("aria-current", "step");
  const top = button.offsetTop - calls.offsetTop;
  if (top < calls.scrollTop || top + button.offsetHeight > calls.scrollTop + calls.clientHeight) calls.scrollTop = top - calls.clientHeight / 2;
  find("#spoken").textContent = `${place}: ${callOf(step)}${isFailing() ? ". " + section.failure.headline : ""}`;
  if (moveFocus) find("#now").focus({ preventScroll: true });
  const hash = (story.sections.length > 1 ? `transcript=${shown.section + 1}&` : "") + `step=${shown.step}`;
  if (location.hash !== `#${hash}`) history.replaceState(null, "", `#${hash}`);
}

function showSection(number, step) {
  shown.section = Math.max(0, Math.min(number, story.sections.length - 1));
  const section = story.sections[shown.section];
  find("#calls ol").replaceChildren(...section.steps.map((step, place) => {
    const button = make("button", { type: "button", class: section.failure && section.failure.step === place ? "failing" : null },
      step.lead.length ? make("span", { class: "lead" }, step.lead.join(" ")) : null, callOf(step));
    button.addEventListener("click", () => show(place));
    return make("li", {}, button);
  }));
  const rest = [section.remark, section.left_out ? `${section.left_out} calls follow and are not carried out.` : "",
    section.undrawn ? `The last ${section.undrawn} steps have no pictures: the page would be too large.` : ""].filter((text) => text).join(" ");
  find("#rest").textContent = rest;
  find("#rest").hidden = !rest;
  find("#sections select").selectedIndex = shown.section;
  show(step);
}

/** What the address asks for; without a step the one that fails, or the first. */
function follow() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const number = (key, otherwise) => (/^\d+$/.test(asked.get(key) ?? "") ? Number(asked.get(key)) : otherwise);
  const failing = story.sections.findIndex((section) => section.failure);
  const section = Math.min(number("transcript", Math.max(0, failing) + 1) - 1, story.sections.length - 1);
  const { failure } = story.sections[Math.max(0, section)];
  showSection(section, number("step", failure ? failure.step : 0));
}

const moves = { ArrowRight: 1, j: 1, " ": 1, ArrowLeft: -1, k: -1, Home: -Infinity, End: Infinity };

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in moves)) return;
  const at = event.target;
  if (at.matches("select, summary") && event.key !== "j" && event.key !== "k") return;
  if (event.key === " " && at.matches("button")) return;
  event.preventDefault();
  const by = moves[event.key];
  show(by === Infinity ? Infinity : shown.step + by);
}

function begin() {
  find("h1").textContent = story.file;
  find("#headline").textContent = story.headline;
  const about = [...story.preface.map((line) => make("p", {}, line)), ...(story.replay ? [make("pre", {}, story.replay)] : [])];
  find("#about").hidden = about.length === 0;
  find("#about div").replaceChildren(...about);
  find("#sections").hidden = story.sections.length < 2;
  find("#sections select").replaceChildren(...story.sections.map((section, place) => make("option", {}, `${place + 1} of ${story.sections.length}: ${section.steps[0].call}${section.failure ? " ✗" : ""}`)));
  find("#sections select").addEventListener("change", (event) => showSection(event.target.selectedIndex, 0));
  find("#step").addEventListener("input", (event) => show(Number(event.target.value)));
  find("#first").addEventListener("click", () => show(0));
  find("#back").addEventListener("click", () => show(shown.step - 1));
  find("#on").addEventListener("click", () => show(shown.step + 1));
  find("#last").addEventListener("click", () => show(Infinity));
  document.addEventListener("keydown", pressed);
  window.addEventListener("hashchange", follow);
  follow();
}

begin();
