// The legend: what zones are coloured by, how many are in each class, and which layers are shown.

const legend = el("details", { id: "legend" });

function renderLegend() {
  const focused = document.activeElement && legend.contains(document.activeElement) ? document.activeElement.id : "";
  legend.replaceChildren(...legendContent().flat().filter(Boolean));
  if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
}

function legendContent() {
  const hollow = facilities.some((f) => f.status !== "used");
  const standIns = zones.filter((z) => z.standIn).length;
  const found = coloring();
  return [el("summary", {}, t("legend")),
    toggle(layers.zones, "show-zones", el("b", {}, found === null ? t("priority") : word(found.titles)), el("small", { class: "right" }, t("zones_count"))),
    colorChoice(),
    el("p", { class: "hint" }, found === null ? t("priority_hint") : found.hint ? word(found.hint) : t(hintOf(found))),
    el("ul", { class: "classes" }, found === null ? [priorityRows(), unscoredRows()] : indicatorRows(found)),
    standIns ? el("p", { class: "hint stand-in" }, t("stand_in_zones", { n: standIns })) : null,
    footprintsLegend(),
    el("p", { class: "group" }, t("facilities")),
    data.categories.map((c, k) => toggle(layers.facilities[k], "show-category-" + k, symbol(k, false), el("span", {}, word(c.titles)), el("b", {}, grouped(c.used)))),
    hollow ? el("p", { class: "hint" }, t("hollow")) : null,
    problemRows(),
    data.streets.some((level) => level.length) ? toggle(layers.streets, "show-streets", el("i", { class: "line" }), el("span", {}, t("streets"))) : null];
}

function toggle(layer, id, ...label) {
  const change = function (event) {
    if (event.target.checked) map.addLayer(layer);
    else map.removeLayer(layer);
    outlineSelected();
  };
  const box = el("input", { type: "checkbox", id, on: { change } });
  box.checked = map.hasLayer(layer);
  return el("label", { for: id }, box, ...label);
}

function colorChoice() {
  if (!data.colorings.length) return null;
  const choice = el("select", { id: "color-by", "aria-label": t("color_by"), on: { change: () => colorBy(choice.value === "" ? null : Number(choice.value)) } },
    el("option", { value: "" }, t("color_by") + colon() + t("priority")),
    data.colorings.map((c, k) => el("option", { value: String(k) }, word(c.titles))));
  choice.value = state.by === null ? "" : String(state.by);
  return choice;
}

/** Buildings: whether they are shown, by what they are coloured, and what the colours mean. */
function footprintsLegend() {
  if (!grid) return [];
  const title = [el("span", {}, t("footprints")), el("b", {}, grouped(data.buildings.count))];
  if (!layers.buildings) return [el("p", { class: "group" }, title), el("p", { class: "hint" }, t("footprints_browser"))];
  const told = held.failed ? "footprints_failed" : footprintsShown() || !map.hasLayer(layers.buildings) ? null : "footprints_zoom";
  return [el("div", { class: "group" }, toggle(layers.buildings, "show-buildings", ...title)),
    told ? el("p", { class: "hint", id: "footprints-told" }, t(told)) : null,
    ...(footprintsShown() ? [footprintChoice(), ...footprintRows()] : [])];
}

function footprintChoice() {
  const keys = [...(data.buildings.criteria.length ? ["own"] : []), "zone", ...data.categories.keys()];
  const say = (key) => typeof key === "number" ? t("footprints_by.near", { name: word(data.categories[key].titles) }) : t("footprints_by." + key);
  const choice = el("select", { id: "footprints-by", "aria-label": t("footprints_by"), on: { change: function () {
    state.near = keys[choice.selectedIndex];
    recolor();
    renderLegend();
    keepAddress();
  } } }, keys.map((key) => el("option", { value: String(key) }, say(key))));
  choice.value = String(footprintsBy());
  return choice;
}

function footprintRows() {
  const by = footprintsBy();
  const plain = el("li", {}, el("i", { class: "swatch", style: { background: FOOTPRINT_COLORS[PLAIN_CLASS] } }), t("footprints_other"));
  const unknown = el("li", {}, el("i", { class: "swatch", style: { background: FOOTPRINT_COLORS[UNKNOWN_CLASS] } }), t("unknown"));
  if (by === "zone") return [el("ul", { class: "footprint-classes" }, unknown, plain)];
  const texts = by === "own" ? data.colors.map((_, k) => data.breaks[k] + " – " + data.breaks[k + 1]) : levelTexts(data.rules[by]);
  const known = data.buildings.criteria;
  const hint = by === "own" ? t("footprints_own_hint", { n: known.length, all: data.criteria.length }) : t("footprints_near_hint", { name: word(data.categories[by].titles), rule: reach(data.rules[by]) });
  const names = by === "own" ? known.map((c) => word(data.criteria[c].titles)).join("\n") : null;
  const rows = texts.map((text, k) => el("li", {}, el("i", { class: "swatch", style: { background: data.colors[k] } }), text));
  return [el("p", { class: "hint", title: names }, hint), el("ul", { class: "footprint-classes" }, rows.reverse(), unknown, plain)];
}

function levelTexts(rule) {
  const say = (n) => rule.unit === "min" ? t("minutes", { n: short(n, 1) }) : t("metres", { n: grouped(n) });
  const bounds = data.buildings.levels.map((level) => level * rule.threshold);
  return [...bounds.map((n) => t("upto", { n: say(n) })), t("footprints_beyond", { n: say(bounds[bounds.length - 1]) })];
}

/** Colour by an indicator, or by priority (null). A range of values belongs to what was coloured before. */
function colorBy(number) {
  state.by = number;
  state.range = [null, null];
  renderFilters();
  filterZones();
  paint();
  orderList(true);
  renderLegend();
  refreshPopup();
  keepAddress();
}

const classRow = (color, text, n) => el("li", {}, el("i", { class: "swatch", style: { background: color } }), el("span", {}, text), el("b", { class: "count" }, grouped(n)));

function priorityRows() {
  return data.colors.map((color, k) => classRow(color, data.breaks[k] + " – " + data.breaks[k + 1], scored.filter((z) => z.cls === k).length)).reverse();
}

function hatchRow(title, rest, reasons) {
  const picture = svg("svg", { class: "swatch", "aria-hidden": "true" }, svg("rect", { width: "100%", height: "100%", fill: "url(#hatch)" }));
  return el("li", { class: "none" }, picture, el("span", {}, title, reasons.length ? el("small", {}, reasons.join(" · ")) : null), el("b", { class: "count-none" }, grouped(rest.length)));
}

function unscoredRows() {
  const rest = zones.filter((z) => z.rank === null);
  const reasons = [...new Set(rest.map((z) => z.status))].map((s) => t("status." + s) + " " + rest.filter((z) => z.status === s).length);
  return rest.length ? hatchRow(t("unscored"), rest, reasons) : null;
}

function indicatorRows(found) {
  const unknown = zones.filter((z) => found.classes[z.k] < 0);
  const rows = found.steps.map((step) => classRow(shades()[step[0]], stepText(found, step), found.classes.filter((c) => c === step[0]).length));
  return [...rows.reverse(), unknown.length ? hatchRow(t("unknown"), unknown, []) : null];
}
