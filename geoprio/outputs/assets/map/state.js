// What was shipped, unpacked once. All files of this folder are set into one function, in the order of webmap.py.

const NARROW = 700;
const data = JSON.parse(document.getElementById("geoprio-data").textContent);
const map = window[document.querySelector(".folium-map").id];

/** By what zones are coloured as the page opens: the number of a coloring, null = priority. */
const openingBy = data.opensBy === null ? null : data.colorings.findIndex((c) => c.code === data.opensBy);

/**
 * What the reader chose. `weights` are raw, one for each indicator; `by` is the number of a coloring, null = priority;
 * `near` is what buildings are coloured by: null = as it opens, own, zone, or the number of a category.
 */
const state = { lang: data.lang, selected: null, building: null, popup: null, by: openingBy, near: null, query: "", types: null, district: null,
  range: [null, null], weights: null, preset: "given", view: null, ready: false, printing: false };

const zones = data.zones.map(function (row, k) {
  const [id, name, type, status, rank, rankInType, tied, buildings, priority, cls,
    values, points, weights, urgency, need, at, polygons] = row;
  const latlngs = polygons.map((rings) => rings.map((ring) => unfold(ring, 1e6)));
  return { k, id, name: name || id, type, status, exact: data.exact[k], rank, rankGiven: rank, rankInType, tied, buildings, priority, cls,
    values, points, weights, urgency, need, standIn: Boolean(data.standIns[k]), answers: data.answers[k], out: false,
    gate: data.gates ? data.gates[k] : false, baseline: data.baselines[k], latlngs, at: L.latLng(at[1] / 1e6, at[0] / 1e6),
    district: data.districts.length ? data.districts[k] : null, interval: data.intervals[k] || null };
});

/** Zones in rank order; weights change it. */
let scored = zones.filter((z) => z.rank !== null);
/** The weight of each indicator under the sliders, sum 1. */
let shares = data.criteria.map((c) => c.weight);

const facilities = data.facilities.map(function ([category, at, name, kind, status, capacity, assumed], k) {
  return { category, name, kind, status, capacity, assumed, served: data.served[k], at: L.latLng(at[1] / 1e6, at[0] / 1e6) };
});

const narrow = () => window.innerWidth < NARROW;

const sumOf = (list, value) => list.reduce((total, item) => total + value(item), 0);

/** Undo the steps in which lines are shipped. */
function unfold(steps, scale) {
  const out = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    out.push([y / scale, x / scale]);
  }
  return out;
}

/** Call once the reader pauses: for what need not follow each step of a slider. */
function paused(milliseconds, action) {
  let timer = null;
  return function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(action, milliseconds);
  };
}
