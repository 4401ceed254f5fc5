// Buildings on the map: their tiles drawn as pictures, without WebGL, a few in each frame, in the colours of the moment.

const FRAME_MS = 9;
const FOOTPRINT_ZOOM = 15;
const SOLID_ZONES = 0.8;
const FAINT_ZONES = 0.28;
/** Above the classes of the legend: what is not known, and what has no colour. */
const UNKNOWN_CLASS = data.colors.length;
const PLAIN_CLASS = UNKNOWN_CLASS + 1;
const FOOTPRINT_COLORS = [...data.colors, data.unscoredColor, "#d9dde1"];
const PATH_LENGTH = 300;
const DOT = 2.5;
const AROUND = 0.6;

/** Pictures on the map, those to be drawn, and by how many changes of colour they are. */
const pictures = { all: new Set(), due: new Set(), frame: 0, version: 0, around: 0 };

const footprintsBy = () => state.near === null ? defaultFootprints() : state.near;
const defaultFootprints = () => data.buildings.criteria.length ? "own" : data.categories.length ? 0 : "zone";

/** Whether buildings are on the map at this zoom. */
const footprintsShown = () => Boolean(layers.buildings) && map.hasLayer(layers.buildings) && Math.round(map.getZoom()) >= FOOTPRINT_ZOOM;

const Footprints = L.GridLayer.extend({
  createTile: function (coords, done) {
    const size = this.getTileSize().x;
    const canvas = L.DomUtil.create("canvas", "footprints");
    const sharp = Math.min(window.devicePixelRatio || 1, 2);
    // Steps to pixels, and the picture's corner in pixels.
    const scale = (2 ** (coords.z - grid.zoom)) * grid.unit;
    const [x, y] = [coords.x * size, coords.y * size];
    const tiles = tilesIn([x / scale - 1, y / scale - 1, (x + size) / scale + 1, (y + size) / scale + 1]);
    const picture = { canvas, sharp, size, scale, x, y, zoom: coords.z, tiles: tiles.map((tile) => tile.k), done };
    canvas.picture = picture;
    pictures.all.add(picture);
    drawSoon(picture);
    return canvas;
  },
});

function drawSoon(picture) {
  pictures.due.add(picture);
  if (!pictures.frame) pictures.frame = window.requestAnimationFrame(drawSome);
}

/** Draw for a part of a frame; the rest waits for the next one. */
function drawSome() {
  const until = performance.now() + FRAME_MS;
  pictures.frame = 0;
  for (const picture of pictures.due) {
    pictures.due.delete(picture);
    drawPicture(picture);
    if (performance.now() > until) break;
  }
  if (pictures.due.size) pictures.frame = window.requestAnimationFrame(drawSome);
}

function drawPicture(picture) {
  const missing = picture.tiles.filter((k) => !held.tiles.has(k));
  const here = picture.tiles.filter((k) => held.tiles.has(k));
  missing.forEach((k) => fetchTile(k).then(() => arrived(k), () => failed(picture)));
  // A new size empties the picture. What is erased otherwise would be printed white.
  picture.canvas.width = picture.canvas.height = picture.size * picture.sharp;
  const context = picture.canvas.getContext("2d");
  context.setTransform(picture.sharp, 0, 0, picture.sharp, 0, 0);
  const lists = FOOTPRINT_COLORS.map(() => []);
  here.forEach((k) => sortIn(recent(k), picture, lists));
  // What has no colour lies below.
  [PLAIN_CLASS, UNKNOWN_CLASS, ...data.colors.keys()].forEach((cls) => fillShapes(context, picture, lists[cls], FOOTPRINT_COLORS[cls]));
  if (!missing.length) finish(picture);
}

/** Tell Leaflet that a picture may be shown. Pictures are drawn after they were handed out, as it wants. */
function finish(picture) {
  const { done } = picture;
  picture.done = null;
  if (done) done(null, picture.canvas);
}

/** A tile, moved to the end of those that may be forgotten. */
function recent(k) {
  const tile = held.tiles.get(k);
  held.tiles.delete(k);
  held.tiles.set(k, tile);
  return tile;
}

function arrived(k) {
  pictures.all.forEach((picture) => (picture.tiles.includes(k) ? drawSoon(picture) : null));
  dropTiles(new Set([...pictures.all].flatMap((picture) => picture.tiles)));
}

function failed(picture) {
  finish(picture);
  if (held.failed) return;
  held.failed = true;
  renderLegend();
  say(t("footprints_failed"));
}

/** Put the shapes that lie in a picture into the lists of their classes. */
function sortIn(tile, { x, y, size, scale }, lists) {
  const classes = classesOf(tile);
  const west = (x - 1) / scale - tile.left;
  const north = (y - 1) / scale - tile.top;
  const east = west + (size + 2) / scale;
  const south = north + (size + 2) / scale;
  const { boxes } = tile;
  for (let i = 0, b = 0; i < tile.n; i += 1, b += 4) {
    if (boxes[b] <= east && boxes[b + 2] >= west && boxes[b + 1] <= south && boxes[b + 3] >= north) lists[classes[i]].push(tile, i);
  }
}

function fillShapes(context, picture, list, color) {
  if (!list.length) return;
  context.fillStyle = color;
  context.strokeStyle = "rgba(20, 24, 28, 0.45)";
  context.lineWidth = 0.6;
  // One path for many shapes is fast, one for thousands is slow. Outer rings run one way and holes the other, so what
  // overlaps stays filled.
  for (let from = 0; from < list.length; from += 2 * PATH_LENGTH) {
    context.beginPath();
    const to = Math.min(from + 2 * PATH_LENGTH, list.length);
    for (let s = from; s < to; s += 2) addShape(context, picture, list[s], list[s + 1]);
    context.fill("nonzero");
    if (picture.zoom >= 16) context.stroke();
  }
}

function addShape(context, { x, y, scale }, tile, i) {
  const { boxes, ringEnds, vertexEnds } = tile;
  const left = tile.left * scale - x;
  const top = tile.top * scale - y;
  const width = (boxes[4 * i + 2] - boxes[4 * i]) * scale;
  const height = (boxes[4 * i + 3] - boxes[4 * i + 1]) * scale;
  if (width < DOT && height < DOT) {
    // Small or without an area: a square of its size, large enough to be seen.
    const side = Math.max(width, height, 1.2, ringEnds[i + 1] - ringEnds[i] === 1 && vertexEnds[ringEnds[i] + 1] - vertexEnds[ringEnds[i]] < 3 ? 5 : 0);
    context.rect(left + ((boxes[4 * i] + boxes[4 * i + 2]) * scale - side) / 2, top + ((boxes[4 * i + 1] + boxes[4 * i + 3]) * scale - side) / 2, side, side);
    return;
  }
  for (let r = ringEnds[i]; r < ringEnds[i + 1]; r += 1) {
    for (let v = vertexEnds[r]; v < vertexEnds[r + 1]; v += 1) {
      const [px, py] = [left + tile.x[v] * scale, top + tile.y[v] * scale];
      if (v === vertexEnds[r]) context.moveTo(px, py);
      else context.lineTo(px, py);
    }
    context.closePath();
  }
}

/** The class of each shape of a tile in the colours of the moment: a look into its columns. */
function classesOf(tile) {
  if (tile.painted === pictures.version) return tile.classes;
  tile.painted = pictures.version;
  tile.classes = tile.classes || new Uint8Array(tile.n);
  const by = footprintsBy();
  const classOf = by === "zone" ? zoneClass() : by === "own" ? ownClass(tile) : nearClass(tile, by);
  const other = data.buildings.uses.indexOf("other") + 1;
  for (let i = 0; i < tile.n; i += 1) {
    const zone = tile.zone[i] ? zones[tile.zone[i] - 1] : null;
    tile.classes[i] = (other && tile.use[i] === other) || (zone && zone.out) ? PLAIN_CLASS : classOf(i, zone);
  }
  return tile.classes;
}

function zoneClass() {
  const shades = zones.map(shadeOf);
  return (_, zone) => zone === null || shades[zone.k] < 0 ? UNKNOWN_CLASS : shades[zone.k];
}

function nearClass(tile, category) {
  const classes = tile["class" + category];
  return (i) => (classes[i] === 255 ? UNKNOWN_CLASS : classes[i]);
}

/** By the urgency of the building's own access, 0 to 100; what is unknown of it gives its weight to the rest. */
function ownClass(tile) {
  const need = ownNeed(tile);
  return function (i) {
    const found = need(i);
    return found === null ? UNKNOWN_CLASS : priorityClass(found);
  };
}

function ownNeed(tile) {
  const parts = data.buildings.criteria.filter((c) => shares[c] > 0).map((c) => [shares[c], tile["urgency" + c]]);
  return function (i) {
    let total = 0;
    let known = 0;
    for (let p = 0; p < parts.length; p += 1) {
      const [share, urgency] = parts[p];
      if (urgency[i] === 255) continue;
      known += share;
      total += share * urgency[i];
    }
    // 250 steps are 100 points. Rounded, so that the bound of a class is not missed by the last digit.
    return known > 0 ? Math.round((total / known) * 4e5) / 1e6 : null;
  };
}

/** Draw all buildings on the map anew: weights, filters or what they are coloured by have changed. */
function recolor() {
  pictures.version += 1;
  if (layers.buildings && map.hasLayer(layers.buildings)) pictures.all.forEach(drawSoon);
}

/** Unpack what lies around the view, one tile after another: it comes next when the map is moved, or printed. */
async function fetchAround() {
  if (!footprintsShown()) return;
  const around = map.getBounds().pad(AROUND);
  const [[west, north], [east, south]] = [stepsAt(around.getNorthWest()), stepsAt(around.getSouthEast())];
  const now = (pictures.around += 1);
  for (const { k } of tilesIn([west, north, east, south])) {
    if (now !== pictures.around || held.failed) return;
    await fetchTile(k).catch(() => failed({}));
  }
}

/** Print once the buildings of the paper's edges are there, too. */
const printPage = () => fetchAround().then(() => window.print());

/** Draw at once what would be drawn in the next frames: a printer does not wait. */
function drawAll() {
  pictures.due.forEach(drawPicture);
  pictures.due.clear();
}

function footprintLayer() {
  if (!grid || !canUnpack) return null;
  const layer = new Footprints({ pane: "buildings", minZoom: FOOTPRINT_ZOOM, maxZoom: ZOOMS[1], keepBuffer: 1, noWrap: true, updateWhenIdle: false, updateWhenZooming: false });
  layer.on("tileunload", function ({ tile }) {
    pictures.all.delete(tile.picture);
    pictures.due.delete(tile.picture);
  });
  return layer;
}

/** Zones step back where single buildings are to be seen. */
function watchFootprints() {
  let shown = null;
  const look = function () {
    const now = footprintsShown();
    if (now === shown) return;
    shown = now;
    map.getPane("overlayPane").style.opacity = now ? FAINT_ZONES : SOLID_ZONES;
    renderLegend();
  };
  map.on("zoomend layeradd layerremove", look);
  map.on("moveend", paused(300, fetchAround));
  look();
}
