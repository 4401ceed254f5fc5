// Search and filters: they leave zones out of the list and fade them on the map; ranks stay those of all zones.

const MOST_QUERY = 200;

/** Full-width and half-width, upper and lower case and spaces make no difference. */
const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

zones.forEach(function (zone) {
  zone.sought = folded(zone.name) + "\n" + folded(zone.id);
});

const types = [...new Set(zones.map((z) => z.type))];
const districts = [...new Set(data.districts)].sort((a, b) => (a === null) - (b === null) || (a < b ? -1 : 1));

const filtered = () => Boolean(state.query || state.types || state.district !== null || state.range.some((v) => v !== null));

function leftOut(zone, query) {
  if (query && !zone.sought.includes(query)) return true;
  if (state.types && !state.types.includes(zone.type)) return true;
  if (state.district !== null && zone.district !== districts[state.district]) return true;
  const [least, most] = state.range;
  if (isNamed() || (least === null && most === null)) return false;
  const value = shownValue(zone);
  return value === null || (least !== null && value < least) || (most !== null && value > most);
}

/** Mark the zones that are left out. */
function filterZones() {
  const query = folded(state.query);
  const any = filtered();
  zones.forEach(function (zone) {
    zone.out = any && leftOut(zone, query);
  });
  const shown = zones.filter((z) => !z.out).length;
  const count = document.getElementById("shown");
  const text = any ? t("shown", { n: shown, all: zones.length }) : "";
  if (count.textContent !== text) count.textContent = text;
  document.getElementById("none-shown").hidden = shown > 0;
  document.getElementById("filters-open").classList.toggle("is-on", Boolean(state.types || state.district !== null || state.range.some((v) => v !== null)));
}

function refilter() {
  filterZones();
  paint();
  orderList(true);
  renderLegend();
  spokenCount();
  keepAddress();
}

const spokenCount = paused(500, () => say(filtered() ? t("shown", { n: zones.filter((z) => !z.out).length, all: zones.length }) : ""));

function searchBox() {
  const input = el("input", { type: "search", id: "search", placeholder: t("search"), "aria-label": t("search"), maxlength: String(MOST_QUERY),
    autocomplete: "off", spellcheck: "false", on: { input: () => { state.query = input.value; refilter(); }, keydown: searchKeys } });
  input.value = state.query;
  return input;
}

function searchKeys(event) {
  const [first] = listed();
  if (event.key === "Enter" && first && !event.isComposing) select(first, { zoom: true });
  if (event.key === "ArrowDown" && first) {
    event.preventDefault();
    first.slot.row.focus();
  }
}

function filtersContent() {
  return [
    types.length > 1 ? el("fieldset", {}, el("legend", {}, t("type")), types.map(typeBox)) : null,
    districts.length > 1 ? districtBox() : null,
    rangeBoxes(),
    el("div", { class: "tool-foot" }, el("span", { id: "shown" }), button(t("clear"), { class: "plain", id: "clear" }, clearFilters)),
  ].filter(Boolean);
}

function typeBox(type) {
  const change = function () {
    const chosen = types.filter((name) => document.getElementById("type-" + types.indexOf(name)).checked);
    state.types = chosen.length === types.length ? null : chosen;
    refilter();
  };
  const box = el("input", { type: "checkbox", id: "type-" + types.indexOf(type), on: { change } });
  box.checked = !state.types || state.types.includes(type);
  return el("label", {}, box, tOr("type.", type), el("small", {}, String(zones.filter((z) => z.type === type).length)));
}

function districtBox() {
  const change = function () {
    state.district = choice.value === "" ? null : Number(choice.value);
    refilter();
  };
  const choice = el("select", { id: "district", on: { change } }, el("option", { value: "" }, t("district_all")),
    districts.map((name, k) => el("option", { value: String(k) }, districtName(name))));
  choice.value = state.district === null ? "" : String(state.district);
  return el("label", { class: "choice" }, t("district"), choice);
}

/** Shares are typed in percent, as they are read. */
const rangeFactor = () => state.by !== null && coloring().unit === "share" ? 100 : 1;

function rangeBoxes() {
  if (isNamed()) return null;
  const found = coloring();
  const name = found === null ? t("priority") : word(found.titles) + (rangeFactor() === 100 ? " (%)" : found.unit ? " (" + found.unit + ")" : "");
  const field = function (k, key) {
    const input = el("input", { type: "number", step: "any", id: key, placeholder: t(key), "aria-label": t("range", { name }) + " " + t(key), on: { input: change } });
    if (state.range[k] !== null) input.value = String(Number((state.range[k] * rangeFactor()).toPrecision(12)));
    return input;
  };
  const change = function () {
    state.range = ["least", "most"].map(function (key) {
      const text = document.getElementById(key).value;
      return text === "" || !Number.isFinite(Number(text)) ? null : Number((Number(text) / rangeFactor()).toPrecision(12));
    });
    refilter();
  };
  return el("fieldset", { class: "range" }, el("legend", {}, t("range", { name })), field(0, "least"), "–", field(1, "most"));
}

function clearFilters() {
  Object.assign(state, { query: "", types: null, district: null, range: [null, null] });
  document.getElementById("search").value = "";
  renderFilters();
  refilter();
}

const renderFilters = () => document.getElementById("filters").replaceChildren(...filtersContent());
