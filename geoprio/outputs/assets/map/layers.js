// What lies on the map.

const POPUP_SHARE = 0.6;
const LEGEND_WIDTH = 252;
const RANK_LABELS = 10;

const Marker = L.CircleMarker.extend({
  // What a marker stands on is not clicked with it.
  options: { bubblingMouseEvents: false },
  _updatePath: function () {
    this._renderer._setPath(this, shapePath(this.options.shape, this._point.x, this._point.y, this._radius));
  },
});

/**
 * A zone, drawn whole and anew only where its points moved: they do when the map is zoomed, not when it is dragged. Leaflet
 * would cut and write thousands of paths again at the end of each drag.
 */
const ZoneShape = L.Polygon.extend({
  _project: function () {
    L.Polygon.prototype._project.call(this);
    this._moved = true;
  },
  _clipPoints: function () {
    this._parts = this._rings;
  },
  _update: function () {
    if (!this._map || !this._moved) return;
    this._moved = false;
    L.Polygon.prototype._update.call(this);
  },
});

function addHatch() {
  const line = svg("path", { d: "M0,8L8,0M-2,2L2,-2M6,10L10,6", stroke: data.unscoredColor, "stroke-width": "1.4" });
  const box = svg("rect", { width: "8", height: "8", fill: "#f1f2f3" });
  const pattern = svg("pattern", { id: "hatch", width: "8", height: "8", patternUnits: "userSpaceOnUse" }, box, line);
  document.body.append(svg("svg", { width: "0", height: "0", class: "defs", "aria-hidden": "true" }, pattern));
}

function addPanes() {
  const panes = [["streets", 350], ["buildings", 410], ["outline", 420], ["near", 440], ["problems", 445], ["facilities", 450], ["ranks", 460]];
  panes.forEach(function ([name, order]) {
    map.createPane(name).style.zIndex = order;
  });
  ["near", "buildings"].forEach((name) => { map.getPane(name).style.pointerEvents = "none"; });
}

function streetLayer() {
  const renderer = L.canvas({ pane: "streets", padding: 0.3 });
  const styles = [["#8f99a3", 1.7], ["#a9b1b9", 0.9], ["#bfc6cc", 0.6]];
  const lines = data.streets.map(function (level, k) {
    const [color, weight] = styles[k];
    return L.polyline(level.map((line) => unfold(line, 1e5)), { renderer, color, weight, interactive: false });
  });
  return L.layerGroup(lines.reverse());
}

function zoneLayer() {
  // The pane is see-through, not the polygons: where zones overlap, colours still are the legend's.
  map.getPane("overlayPane").style.opacity = SOLID_ZONES;
  zones.forEach(function (zone) {
    const style = { color: "#ffffff", weight: 1.2, opacity: 0.95, fillColor: fillOf(zone.cls), fillOpacity: 1, smoothFactor: 0.5 };
    zone.layer = new ZoneShape(zone.latlngs, style);
    zone.layer.bindTooltip(() => zoneTip(zone), { sticky: true, className: "tip", opacity: 1 });
    zone.layer.on("click", function (event) {
      L.DomEvent.stopPropagation(event);
      clicked(event, zone);
    });
  });
  // A small zone inside a large one stays within reach of the mouse.
  const bySize = zones.map((z) => [extent(z.layer.getBounds()), z.layer]).sort((a, b) => b[0] - a[0]);
  return L.featureGroup(bySize.map(([, layer]) => layer).concat(rankLabels.map((label) => label.marker)));
}

const extent = (bounds) => (bounds.getNorth() - bounds.getSouth()) * (bounds.getEast() - bounds.getWest());

/** Labels of the first ranks; they move from zone to zone as weights change. */
const rankLabels = Array.from({ length: Math.min(RANK_LABELS, zones.length) }, function (_, k) {
  const text = el("span", {}, String(k + 1));
  const icon = L.divIcon({ className: "rank-label", iconSize: [22, 18], html: text });
  return { text, marker: L.marker(zones[k].at, { icon, interactive: false, keyboard: false, pane: "ranks" }) };
});

function placeRanks() {
  rankLabels.forEach(function ({ text, marker }, k) {
    const zone = scored[k];
    text.hidden = !zone || zone.out;
    if (zone && !marker.getLatLng().equals(zone.at)) marker.setLatLng(zone.at);
  });
}

const northernmost = (zone) => L.latLng(zone.latlngs.flat(2).reduce((a, b) => (b[0] > a[0] ? b : a)));

function facilityLayers() {
  // Those that are used lie on top: a duplicate must not hide the one that counts.
  const inOrder = [...facilities].sort((a, b) => (a.status === "used") - (b.status === "used"));
  return data.categories.map(function (category, k) {
    return L.layerGroup(inOrder.filter((f) => f.category === k).map(function (f) {
      const used = f.status === "used";
      const layer = new Marker(f.at, { pane: "facilities", shape: SHAPES[k % SHAPES.length], radius: 5, fillOpacity: 1,
        weight: used ? 1.4 : 2, color: used ? "#ffffff" : category.color, fillColor: used ? category.color : "#ffffff" });
      return layer.on("click", () => openFacility(f));
    }));
  });
}

function outline(zone) {
  layers.outline.clearLayers();
  layers.near.clearLayers();
  if (!zone) return;
  [["#ffffff", 6.5], ["#111418", 3]].forEach(function ([color, weight]) {
    L.polygon(zone.latlngs, { pane: "outline", fill: false, interactive: false, color, weight }).addTo(layers.outline);
  });
  nearestLines(zone);
}

/** Dashed lines from the zone to the facilities that are nearest to most of its buildings, with the mean walk. */
function nearestLines(zone) {
  (data.nearest[zone.k] || []).forEach(function (found, k) {
    if (!found || !map.hasLayer(layers.facilities[k])) return;
    const [number, metres] = found;
    leader(zone.at, facilities[number].at, data.categories[k].color, t("walk_mean", { m: t("metres", { n: grouped(metres) }) }));
  });
}

/** A dashed straight line from one place to another, with what is said of the way between them. */
function leader(from, to, color, label) {
  const ends = [from, to];
  L.polyline(ends, { pane: "near", interactive: false, color: "#ffffff", weight: 5, opacity: 0.9 }).addTo(layers.near);
  L.polyline(ends, { pane: "near", interactive: false, color, weight: 2.4, dashArray: "7 5" }).addTo(layers.near);
  const icon = L.divIcon({ className: "walk-label", iconSize: [0, 0], html: el("span", { style: { borderColor: color } }, label) });
  const middle = L.latLng((ends[0].lat + ends[1].lat) / 2, (ends[0].lng + ends[1].lng) / 2);
  L.marker(middle, { icon, interactive: false, keyboard: false, pane: "near" }).addTo(layers.near);
}

/** What is selected, zone or building, drawn anew: its words or the layers shown have changed. */
function outlineSelected() {
  outline(state.selected);
  if (state.building) outlineBuilding(state.building);
}

/** Outline the zones in which a facility is the nearest one to some building. */
function outlineServed(facility) {
  layers.served.clearLayers();
  facility.served.forEach(function ([k]) {
    [["#ffffff", 5, null], [data.categories[facility.category].color, 2.6, "6 4"]].forEach(function ([color, weight, dashArray]) {
      L.polygon(zones[k].latlngs, { pane: "near", fill: false, interactive: false, color, weight, dashArray }).addTo(layers.served);
    });
  });
}

/** Show the zone in the lower part of the map: the popup stands above it. */
function frame(zone) {
  const size = map.getSize();
  const side = narrow() ? 50 : LEGEND_WIDTH;
  map.fitBounds(zone.layer.getBounds(), { animate: false, maxZoom: 16, paddingTopLeft: [narrow() ? 50 : 60, POPUP_SHARE * size.y + 66],
    paddingBottomRight: [side, 50] });
}

function showAll() {
  const bounds = layers.zones.getBounds();
  const right = narrow() ? 18 : LEGEND_WIDTH;
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false, paddingTopLeft: [narrow() ? 18 : 56, 18], paddingBottomRight: [right, 34] });
}

function control(position, node) {
  const Control = L.Control.extend({ options: { position }, onAdd: () => node });
  L.DomEvent.disableClickPropagation(node).disableScrollPropagation(node);
  return new Control().addTo(map);
}
