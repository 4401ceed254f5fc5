// A single building: found by a click, outlined, explained, and tied to its nearest facilities.

const CLICK_RADIUS = 6;

/** A place on the map in steps. */
function stepsAt(latlng) {
  const point = map.project(latlng, grid.zoom);
  return [point.x / grid.unit, point.y / grid.unit];
}

const latlngOf = (x, y) => map.unproject([x * grid.unit, y * grid.unit], grid.zoom);

/** The building under a place: of several the smallest; null where there is none or none is shown. */
function buildingAt(latlng) {
  if (!footprintsShown()) return null;
  const [x, y] = stepsAt(latlng);
  const reach = CLICK_RADIUS / ((2 ** (map.getZoom() - grid.zoom)) * grid.unit);
  let best = null;
  tilesIn([x - reach, y - reach, x + reach, y + reach]).filter(({ k }) => held.tiles.has(k)).forEach(function ({ k }) {
    const tile = held.tiles.get(k);
    for (let i = 0; i < tile.n; i += 1) {
      if (!holds(tile, i, x - tile.left, y - tile.top, reach)) continue;
      const [west, north, east, south] = tile.boxes.subarray(4 * i, 4 * i + 4);
      const size = (east - west) * (south - north);
      if (best === null || size < best.size) best = { tile, i, size };
    }
  });
  return best && buildingOf(best.tile, best.i);
}

function holds(tile, i, x, y, reach) {
  const [west, north, east, south] = tile.boxes.subarray(4 * i, 4 * i + 4);
  // What is shown as a dot is hit near it.
  const near = tile.vertexEnds[tile.ringEnds[i + 1]] - tile.vertexEnds[tile.ringEnds[i]] < 3 ? reach : 0;
  if (x < west - near || x > east + near || y < north - near || y > south + near) return false;
  return near > 0 || inside(tile, i, x, y);
}

/** Whether a place lies in a shape: a line from it to the east crosses the rings an odd number of times. */
function inside({ x: xs, y: ys, ringEnds, vertexEnds }, i, x, y) {
  let odd = false;
  for (let r = ringEnds[i]; r < ringEnds[i + 1]; r += 1) {
    for (let v = vertexEnds[r], before = vertexEnds[r + 1] - 1; v < vertexEnds[r + 1]; before = v, v += 1) {
      if (ys[v] > y !== ys[before] > y && x < ((xs[before] - xs[v]) * (y - ys[v])) / (ys[before] - ys[v]) + xs[v]) odd = !odd;
    }
  }
  return odd;
}

function buildingOf(tile, i) {
  const [west, north, east, south] = tile.boxes.subarray(4 * i, 4 * i + 4);
  const at = latlngOf(tile.left + (west + east) / 2, tile.top + (north + south) / 2);
  const rings = [];
  for (let r = tile.ringEnds[i]; r < tile.ringEnds[i + 1]; r += 1) {
    const ring = [];
    for (let v = tile.vertexEnds[r]; v < tile.vertexEnds[r + 1]; v += 1) ring.push(latlngOf(tile.left + tile.x[v], tile.top + tile.y[v]));
    rings.push(ring);
  }
  const use = tile.use[i] ? data.buildings.uses[tile.use[i] - 1] : "unknown";
  const number = (name, share) => (tile[name][i] ? (tile[name][i] - 1) / (share || 1) : null);
  const top = latlngOf(tile.left + (west + east) / 2, tile.top + north);
  return { k: tile.k, id: idOf(tile, i), at, top, rings, use, zone: tile.zone[i] ? zones[tile.zone[i] - 1] : null,
    floors: number("floors", 10), year: number("year"), need: () => ownNeed(tile)(i),
    near: data.categories.map((_, c) => ({ status: data.buildings.statuses[tile["status" + c][i] - 1], cls: tile["class" + c][i],
      metres: number("metres" + c), minutes: number("minutes" + c, 10), facility: number("facility" + c) })) };
}

const idOf = ({ ids, idEnds }, i) => new TextDecoder().decode(ids.subarray(idEnds[i], idEnds[i + 1]));

function selectBuilding(building) {
  state.selected = null;
  state.building = building;
  layers.served.clearLayers();
  if (narrow() && !document.body.classList.contains("panel-closed")) fold(true);
  orderList(true);
  outline(null);
  outlineBuilding(building);
  openPopup(building.top, () => buildingPopup(building));
  say(t("building_said", { id: building.id, zone: building.zone ? building.zone.name : t("building_no_zone") }));
  keepAddress();
}

function outlineBuilding(building) {
  const solid = building.rings.filter((ring) => ring.length > 2);
  [["#ffffff", 6], ["#d4380d", 2.8]].forEach(function ([color, weight]) {
    const style = { pane: "outline", fill: false, interactive: false, color, weight };
    (solid.length ? L.polygon(solid, style) : L.circleMarker(building.at, { ...style, radius: 8 })).addTo(layers.outline);
  });
  building.near.forEach(function ({ facility, metres }, c) {
    if (facility === null || metres === null || !map.hasLayer(layers.facilities[c])) return;
    leader(building.at, facilities[facility].at, data.categories[c].color, t("metres", { n: grouped(metres) }));
  });
}

function buildingPopup(building) {
  const point = building.zone !== null && building.zone.standIn;
  const zone = building.zone === null ? t("building_no_zone")
    : button(building.zone.name, { class: "plain", dir: "auto" }, () => select(building.zone, { at: building.at }));
  return el("article", { class: "card building-card" }, el("h2", { dir: "auto" }, t(point ? "building_point" : "building", { id: building.id })),
    straightLine(),
    pairs("facts", [[t("building_zone"), zone], [t("building_use"), building.use === "unknown" ? t("unknown") : tOr("use.", building.use)],
      [t("building_floors"), building.floors === null ? t("unknown") : short(building.floors, 1)],
      [t("building_year"), building.year === null ? t("unknown") : String(building.year)], ...needRow(building)]),
    el("section", { class: "nearest" }, el("h3", {}, t("building_near")),
      el("dl", { class: "facts" }, building.near.map((near, c) => el("div", {}, el("dt", {}, symbol(c, false), word(data.categories[c].titles)), el("dd", {}, nearText(near, c))))),
      el("p", { class: "hint" }, t("building_hint"))));
}

function needRow(building) {
  if (!data.buildings.criteria.length) return [];
  if (building.use === "other") return [[t("building_need"), t("building_unscored")]];
  const need = building.need();
  return [[t("building_need"), need === null ? t("unknown") : t("building_need_of", { n: short(need, 1) })]];
}

function nearText({ status, cls, metres, minutes, facility }, c) {
  if (status !== "reached") {
    const cutOff = status === "unreachable" && cls === 255;
    return t(cutOff ? "access.cut_off" : "access." + status, { n: t("metres", { n: grouped(data.buildings.cutoff) }) });
  }
  const name = facility === null ? null : el("bdi", {}, facilities[facility].name || t("unnamed"));
  const within = data.buildings.levels[cls] <= 1;
  return [name, el("span", { class: "told" }, t("building_walk", { m: t("metres", { n: grouped(metres) }), min: short(minutes, 1) })),
    el("small", { class: "told" }, t(within ? "building_within" : "building_over", { rule: reach(data.rules[c]) }))];
}

/** Select what an address names: the tile that holds the building, and its id in it. */
function findBuilding({ x, y, id }, then) {
  const entry = tileIndex.find((tile) => tile.x === x && tile.y === y);
  if (!entry || !canUnpack) return;
  fetchTile(entry.k).then(function (tile) {
    for (let i = 0; i < tile.n; i += 1) if (idOf(tile, i) === id) return then(buildingOf(tile, i));
    return null;
  }, () => failed({}));
}

/** Select a building that an address names; without a view of its own the map goes there. */
function showBuilding(building, view) {
  if (!view) map.setView(building.at, 17, { animate: false });
  selectBuilding(building);
}

/** A click on the map: on a building, else on the zone there, if any. */
function clicked(event, zone) {
  const building = grid ? buildingAt(event.latlng) : null;
  if (building) selectBuilding(building);
  else if (zone) select(zone, { at: event.latlng });
}
