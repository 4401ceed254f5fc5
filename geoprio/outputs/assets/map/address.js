// The state in the page's address, after the #: it can be sent along, and anything in it may be wrong.

const MOST_HASH = 4000;
const BY_PRIORITY = "priority";
const ZOOMS = [3, 19];

function addressOf() {
  const at = new URLSearchParams();
  if (ownWeights() && state.preset !== null) at.set("preset", state.preset);
  else if (ownWeights()) data.weighing.codes.forEach((code, k) => at.set("w." + code, String(state.weights[k])));
  if (state.by !== openingBy) at.set("by", state.by === null ? BY_PRIORITY : data.colorings[state.by].code);
  if (state.near !== null) at.set("near", typeof state.near === "number" ? data.buildings.categories[state.near] : state.near);
  if (state.selected) at.set("zone", state.selected.id);
  if (state.building) at.set("b", [tileIndex[state.building.k].x, tileIndex[state.building.k].y, state.building.id].join(","));
  if (state.query) at.set("q", state.query);
  if (state.types) at.set("types", state.types.join(","));
  if (state.district !== null) at.set("district", districts[state.district] === null ? "" : districts[state.district]);
  ["least", "most"].forEach((key, k) => state.range[k] === null ? null : at.set(key, String(state.range[k])));
  if (state.lang !== data.lang) at.set("lang", state.lang);
  if (state.view) at.set("map", state.view.join(","));
  return at.toString();
}

/** Written after a pause: browsers stop pages that change their address at every step of a slider. */
const keepAddress = paused(300, function () {
  if (!state.ready || state.printing) return;
  const text = addressOf();
  // Too long to be read back: better none than one that restores half a state.
  if (text.length > MOST_HASH) return;
  try {
    window.history.replaceState(null, "", text ? "#" + text : "#");
  } catch {
    // In a notebook's frame there is no address to write to.
  }
});

const number = (text) => text === null || text.trim() === "" || !Number.isFinite(Number(text)) ? null : Number(text);

/** What an address says, as far as this page can hold it; all else is ignored. */
function readAddress(hash) {
  const at = new URLSearchParams(hash.length > MOST_HASH ? "" : hash.replace(/^#/, ""));
  const found = {};
  if (["zh", "en"].includes(at.get("lang"))) found.lang = at.get("lang");
  Object.assign(found, readWeights(at));
  const by = data.colorings.findIndex((c) => c.code === at.get("by"));
  found.by = by >= 0 ? by : at.get("by") === BY_PRIORITY ? null : openingBy;
  found.query = (at.get("q") || "").slice(0, MOST_QUERY);
  const chosen = (at.get("types") || "").split(",");
  found.types = at.has("types") && types.some((name) => !chosen.includes(name)) ? types.filter((name) => chosen.includes(name)) : null;
  const district = at.has("district") ? districts.indexOf(at.get("district") === "" ? null : at.get("district")) : -1;
  found.district = district < 0 ? null : district;
  found.range = [number(at.get("least")), number(at.get("most"))];
  found.zone = zones.find((z) => z.id === at.get("zone")) || null;
  found.near = grid ? readNear(at.get("near")) : null;
  found.place = readPlace(at.get("b"));
  found.view = readView(at.get("map"));
  return found;
}

function readNear(text) {
  const category = data.buildings.categories.indexOf(text);
  if (category >= 0) return category;
  return text === "zone" || (text === "own" && data.buildings.criteria.length) ? text : null;
}

/** Where a building is: column and row of its tile, and its id, which may hold commas itself. */
function readPlace(text) {
  const [, x, y, id] = /^(\d{1,6}),(\d{1,6}),([^]*)$/.exec(text || "") || [];
  return id === undefined ? null : { x: Number(x), y: Number(y), id };
}

/** Weights hold only if they name this page's indicators, each once, and none else. */
function readWeights(at) {
  if (!data.weighing) return {};
  const given = [...at.keys()].filter((key) => key.startsWith("w."));
  const named = data.weighing.codes.map((code) => number(at.get("w." + code)));
  const fits = given.length === named.length && named.every((w) => w !== null && w >= 0 && w <= 1e6) && named.some((w) => w > 0);
  if (fits) return { weights: named, preset: null };
  const preset = presetOf(at.get("preset"));
  return preset && preset.key !== "given" ? { weights: preset.weights.slice(), preset: preset.key } : { weights: null, preset: "given" };
}

function readView(text) {
  const [lat, lng, zoom, ...more] = (text || "").split(",").map(number);
  const fits = [lat, lng, zoom].every((v) => v !== null && v !== undefined) && !more.length
    && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 && zoom >= ZOOMS[0] && zoom <= ZOOMS[1];
  return fits ? [lat, lng, zoom] : null;
}

/** Take over what the address says. */
function restore() {
  const { zone, view, place, ...found } = readAddress(window.location.hash);
  const before = ownWeights();
  Object.assign(state, found);
  if (data.weighing && (ownWeights() || before)) rescore(rawWeights());
  render();
  paint();
  // Only now has the panel its height: what is left of the page is the map.
  map.invalidateSize({ animate: false });
  if (!state.ready) showAll();
  if (zone) select(zone, { zoom: !view });
  else if (place) findBuilding(place, (building) => showBuilding(building, view));
  state.view = view;
  if (view) map.setView([view[0], view[1]], view[2], { animate: false });
}

function watchView() {
  map.on("moveend", function () {
    if (!state.ready || state.printing) return;
    const center = map.getCenter();
    state.view = [Number(center.lat.toFixed(5)), Number(center.lng.toFixed(5)), Number(map.getZoom().toFixed(2))];
    keepAddress();
  });
  window.addEventListener("hashchange", restore);
}
