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
    el("p", { class: "hint" }, found === null ? t("priority_hint") : t("basis." + found.basis)),
    el("ul", { class: "classes" }, found === null ? [priorityRows(), unscoredRows()] : indicatorRows(found)),
    standIns ? el("p", { class: "hint stand-in" }, t("stand_in_zones", { n: standIns })) : null,
    el("p", { class: "group" }, t("facilities")),
    data.categories.map((c, k) => toggle(layers.facilities[k], "show-category-" + k, symbol(k, false), el("span", {}, word(c.titles)), el("b", {}, grouped(c.used)))),
    hollow ? el("p", { class: "hint" }, t("hollow")) : null,
    data.streets.some((level) => level.length) ? toggle(layers.streets, "show-streets", el("i", { class: "line" }), el("span", {}, t("streets"))) : null];
}

function toggle(layer, id, ...label) {
  const change = function (event) {
    if (event.target.checked) map.addLayer(layer);
    else map.removeLayer(layer);
    if (state.selected) outline(state.selected);
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
