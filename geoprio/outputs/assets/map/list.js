// The panel: title, tools, and the ranked list that is linked with the map both ways.

const panel = el("aside", { id: "panel" });
const spoken = el("p", { id: "said", class: "unseen", role: "status", "aria-live": "polite" });

/** Tell those who do not see the page what changed. */
function say(text) {
  spoken.textContent = text;
}

function renderPanel() {
  const open = !document.body.classList.contains("panel-closed");
  const list = panel.querySelector(".list");
  const top = list ? list.scrollTop : 0;
  panel.replaceChildren(panelHeader(open), toolbar(), listBox(), spoken);
  filterZones();
  orderList(true);
  panel.querySelector(".list").scrollTop = top;
}

function panelHeader(open) {
  return el("header", {},
    el("div", { class: "bar-top" }, el("span", { class: "badge" }, t("paper")),
      button(t("language"), { class: "plain", id: "language", lang: state.lang === "zh" ? "en" : "zh-CN" }, switchLanguage),
      button(t("about"), { class: "plain", id: "about-open" }, openAbout),
      button(open ? "▾" : "▴", { class: "plain fold", id: "fold", "aria-expanded": String(open), "aria-label": t(open ? "hide_list" : "show_list") }, () => fold(open))),
    el("h1", { dir: "auto", title: data.title }, data.title),
    el("p", { class: "sub", id: "subtitle" }, t("subtitle", { n: scored.length })),
    straightLine());
}

function toolbar() {
  return el("div", { class: "tools" },
    el("div", { class: "tool-row" }, searchBox(),
      toolButton("weights"), toolButton("filters")),
    toolSection("weights", weightsContent), toolSection("filters", filtersContent));
}

const openTools = { weights: false, filters: false };

function toolButton(name) {
  return button(t(name), { class: "plain tool", id: name + "-open", "aria-expanded": String(openTools[name]), "aria-controls": name },
    () => openTool(name, !openTools[name]));
}

/** One tool at a time: the list below must stay in sight. */
function openTool(name, open) {
  Object.keys(openTools).forEach(function (key) {
    openTools[key] = open && key === name;
    document.getElementById(key).hidden = !openTools[key];
    document.getElementById(key + "-open").setAttribute("aria-expanded", String(openTools[key]));
  });
  document.body.classList.toggle("tool-open", open);
  sight = null;
  map.invalidateSize({ animate: false });
}

const toolSection = (name, content) => el("section", { id: name, class: "tool-box", hidden: !openTools[name], "aria-label": t(name) }, content());

function listBox() {
  slots = zones.map(makeSlot);
  sight = null;
  return el("div", { class: "list", tabindex: "-1", on: { keydown: listKeys, scroll: scrolled } },
    el("div", { class: "list-head" }, el("h2", {}, t("ranking")),
      button(t("csv"), { class: "plain", id: "csv", title: t("csv_hint") }, downloadCsv),
      button(t("print"), { class: "plain", id: "print", title: t("print_hint", { n: PRINTED }) }, printPage)),
    el("ol", { id: "ranking", "aria-label": t("ranking") + ". " + t("list_keys") }),
    el("p", { class: "hint", id: "none-shown", hidden: true }, t("none_shown")),
    el("h2", { id: "unscored-title" }), el("ul", { id: "unscored" }));
}

/**
 * The list is made of slots that stay where they are: place k shows the zone of rank k. Moving thousands of elements
 * about at every step of a slider would cost many frames; writing into those in sight costs part of one.
 */
let slots = [];
/** Those in sight, from and to; null = not known. */
let sight = null;
const CHUNK = 200;
let fillPass = 0;

function scrolled() {
  sight = inSight();
  if (document.getElementById("ranking").hasAttribute("aria-busy")) orderList(false);
}

function makeSlot() {
  const slot = { rank: el("span", { class: "rank" }), name: el("bdi", { class: "zone-name" }), marks: el("span", { class: "marks" }), chip: el("i"), figure: el("span"), drawn: "", zone: null };
  slot.value = el("span", { class: "value" }, slot.chip, slot.figure);
  const inside = [slot.rank, el("span", { class: "label" }, slot.name, slot.marks), slot.value];
  slot.row = el("button", { type: "button", tabindex: "-1", on: { click: () => select(slot.zone, { zoom: true }) } }, inside);
  slot.item = el("li", {}, slot.row);
  return slot;
}

/** Write a zone into its slot, if anything that the slot shows has changed. */
function fillSlot(slot) {
  const zone = slot.zone;
  const drawn = [zone.k, zone.rank, zone.priority, state.by, shadeOf(zone), zone.tied > 0, zone.status, ownWeights()].join("|");
  if (drawn === slot.drawn) return;
  slot.drawn = drawn;
  slot.rank.textContent = zone.rank === null ? "–" : String(zone.rank);
  if (slot.name.textContent !== zone.name) slot.name.textContent = zone.name;
  const marks = rowMarks(zone);
  if (marks.length || slot.marks.firstChild) slot.marks.replaceChildren(...marks);
  slot.value.className = zone.rank === null ? "why-not" : "value";
  slot.figure.textContent = zone.rank === null ? t("status." + zone.status) : zone.priority.toFixed(1);
  const shade = shadeOf(zone);
  const none = zone.rank === null;
  // A class of its own where there is one: style attributes cost more on thousands of rows.
  slot.chip.className = none ? "none" : isNamed() && shade >= 0 ? "shade" : "shade shade-" + shade;
  slot.chip.style.background = !none && isNamed() && shade >= 0 ? shades()[shade] : "";
}

function rowMarks(zone) {
  const small = (text, title) => el("span", { class: "tied", title }, text);
  const marks = [];
  if (zone.gate !== false) marks.push(small(t("gated." + zone.gate), t("gate." + zone.gate)));
  if (zone.tied) marks.push(small(t("tied"), tie(zone)));
  // The interval was drawn around the given weights: beside another ranking it would mislead.
  if (zone.interval && zone.interval[0] !== null && !ownWeights()) {
    const [from, to, said] = zone.interval;
    marks.push(el("span", { class: "tied interval", title: t("interval", { from, to }) }, t("interval_short", { from, to })));
    if (said !== null) marks.push(robustMark(said));
  }
  return marks;
}

/** Put the zones into the slots in rank order; write those in sight at once and, unless `whole`, the others later. */
function orderList(whole) {
  if (!whole && !sight) sight = inSight();
  const [from, to] = whole ? [0, slots.length] : sight;
  const order = [...scored, ...zones.filter((z) => z.rank === null)];
  order.forEach(function (zone, k) {
    const slot = slots[k];
    slot.zone = zone;
    zone.slot = slot;
    if (k >= from && k < to) fillSlot(slot);
    const hidden = zone.out;
    if (slot.item.hidden !== hidden) slot.item.hidden = hidden;
    const current = zone === state.selected;
    if (slot.row.hasAttribute("aria-current") !== current) slot.row.toggleAttribute("aria-current", current);
    if (current) slot.row.setAttribute("aria-current", "true");
  });
  parcelOut();
  rove();
  const list = document.getElementById("ranking");
  fillPass += 1;
  if (whole) list.removeAttribute("aria-busy");
  else {
    list.setAttribute("aria-busy", "true");
    finishList();
  }
}

/** Some slots at a time, so that the next step of a slider need not wait. */
const finishList = paused(120, function () {
  // Asked now, while nothing is written: within a slider's step the answer would cost a layout.
  sight = inSight();
  fillFrom(0);
});

function fillFrom(start) {
  const pass = (fillPass += 1);
  const next = function (from) {
    if (pass !== fillPass) return;
    slots.slice(from, from + CHUNK).forEach(fillSlot);
    if (from + CHUNK < slots.length) window.setTimeout(() => next(from + CHUNK), 0);
    else document.getElementById("ranking").removeAttribute("aria-busy");
  };
  next(start);
}

/** The first slots belong to the ranking, the rest to the zones without a score. */
function parcelOut() {
  const [ranking, rest] = ["ranking", "unscored"].map((id) => document.getElementById(id));
  const n = scored.length;
  if (ranking.children.length === n && rest.children.length === zones.length - n) return;
  ranking.replaceChildren(...slots.slice(0, n).map((s) => s.item));
  rest.replaceChildren(...slots.slice(n).map((s) => s.item));
  const title = document.getElementById("unscored-title");
  title.textContent = t("unscored") + " (" + (zones.length - n) + ")";
  title.hidden = n === zones.length;
  document.getElementById("subtitle").textContent = t("subtitle", { n });
}

/** First and last slot near what the list shows, by halving; where rows are hidden their places tell nothing. */
function inSight() {
  const box = panel.querySelector(".list");
  if (filtered()) return [0, slots.length];
  const first = function (bottom) {
    let [low, high] = [0, slots.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (slots[middle].item.offsetTop < bottom) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const top = box.offsetTop + box.scrollTop;
  return [first(top) - 3, first(top + box.clientHeight) + 3];
}

const listed = () => [...scored, ...zones.filter((z) => z.rank === null)].filter((z) => !z.out);

/** One stop for the Tab key in the whole list: the selected zone's row, or the first one. */
function rove() {
  const stop = state.selected && !state.selected.out ? state.selected.slot : slots.find((s) => !s.zone.out);
  slots.forEach(function (slot) {
    const wanted = slot === stop ? 0 : -1;
    if (slot.row.tabIndex !== wanted) slot.row.tabIndex = wanted;
  });
}

const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function listKeys(event) {
  const shown = listed();
  const here = shown.findIndex((z) => z.slot.row === document.activeElement);
  if (!has(MOVES, event.key) || here < 0) return;
  event.preventDefault();
  const there = shown[Math.min(shown.length - 1, Math.max(0, here + MOVES[event.key]))].slot;
  there.row.focus();
  there.row.scrollIntoView({ block: "nearest" });
}

function fold(closed) {
  document.body.classList.toggle("panel-closed", closed);
  renderPanel();
  map.invalidateSize({ animate: false });
}
