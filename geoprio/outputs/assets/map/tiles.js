// Tiles of buildings: found in the page or in scripts beside it, unpacked when they come into view. tiles.py tells the format.

const MOST_TILES = 256;
const MOST_SHARDS = 32;
const GEOMETRY = [["rings", 4], ["vertices", 4], ["idBytes", 4], ["x", 4], ["y", 4]];

const grid = data.buildings && { zoom: data.buildings.zoom, side: 1 << data.buildings.bits, unit: 256 / (1 << data.buildings.bits) };

/** One entry a tile: column, row, shapes, the box of its vertices in steps from the map's corner, shard, place in it. */
const tileIndex = grid ? readIndex() : [];

/** Unpacked tiles by number, the least recently drawn first; texts of shards by number; what is under way. */
const held = { tiles: new Map(), shards: new Map(), coming: new Map(), failed: false };

/** Whether tiles can be read at all: `deflate` is what old browsers lack. */
const canUnpack = typeof DecompressionStream !== "undefined";

function readIndex() {
  const { tiles, shards } = data.buildings;
  const sizes = shards ? shards.map((s) => s[2]) : [tiles.length / 7];
  const index = [];
  sizes.forEach(function (size, shard) {
    for (let place = 0; place < size; place += 1) {
      const [x, y, count, west, north, east, south] = tiles.slice(7 * index.length, 7 * index.length + 7);
      const [left, top] = [x * grid.side, y * grid.side];
      index.push({ k: index.length, x, y, count, left, top, shard, place, box: [left + west, top + north, left + east, top + south] });
    }
  });
  return index;
}

/** Tiles that hold something in a box of steps. */
const tilesIn = ([west, north, east, south]) => tileIndex.filter(({ box }) => box[0] <= east && box[2] >= west && box[1] <= south && box[3] >= north);

/** Unpack a tile; several calls for one tile wait for the same work. */
function fetchTile(k) {
  if (held.tiles.has(k)) return Promise.resolve(held.tiles.get(k));
  if (!held.coming.has(k)) {
    const work = shardTexts(tileIndex[k].shard).then((texts) => unpack(texts[tileIndex[k].place])).then(function (bytes) {
      const tile = readTile(bytes, tileIndex[k]);
      held.tiles.set(k, tile);
      return tile;
    });
    held.coming.set(k, work.finally(() => held.coming.delete(k)));
  }
  return held.coming.get(k);
}

/** Forget the tiles that were drawn longest ago, but none that is still on the map. */
function dropTiles(inUse) {
  for (const k of held.tiles.keys()) {
    if (held.tiles.size <= MOST_TILES) return;
    if (!inUse.has(k)) held.tiles.delete(k);
  }
}

async function unpack(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The texts of a shard: a promise that stays, so that a shard is loaded once while it is held. */
function shardTexts(shard) {
  const found = held.shards.get(shard) || (data.buildings.shards ? loadShard(shard) : Promise.resolve(JSON.parse(document.getElementById("geoprio-tiles").textContent)));
  held.shards.delete(shard);
  held.shards.set(shard, found);
  if (held.shards.size > MOST_SHARDS) held.shards.delete(held.shards.keys().next().value);
  return found;
}

/** What shards have handed over, until whoever asked for it takes it. */
const handed = new Map();
if (grid && data.buildings.shards) window.geoprioTiles = (shard, texts) => handed.set(shard, texts);

/** Load a script beside the page. Its tiles are taken only if they are the ones that this page was written with. */
function loadShard(shard) {
  const [name, digest] = data.buildings.shards[shard];
  return new Promise(function (done, failed) {
    const script = el("script", { src: "map_tiles/" + name });
    script.onerror = () => failed(new Error(name));
    script.onload = function () {
      script.remove();
      const texts = handed.get(shard);
      handed.delete(shard);
      checked(texts, digest).then((same) => (same ? done(texts) : failed(new Error(name))));
    };
    document.head.append(script);
  });
}

async function checked(texts, digest) {
  if (!Array.isArray(texts)) return false;
  // Only pages from a file or over https may compute digests; elsewhere the streams' own check sums must do.
  if (!window.crypto || !window.crypto.subtle) return true;
  const found = await window.crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("")));
  return Array.from(new Uint8Array(found), (b) => b.toString(16).padStart(2, "0")).join("") === digest;
}

/** Read numbers that stand byte by byte: all lowest bytes first. */
function readColumn(bytes, at, width, n) {
  const out = new { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[width](n);
  for (let b = 0; b < width; b += 1) for (let i = 0, from = at + b * n; i < n; i += 1) out[i] |= bytes[from + i] << (8 * b);
  return out;
}

/** Undo steps: each number is the one before it plus a step, which is told as 0, 1, 2, 3, 4 for 0, −1, 1, −2, 2. */
function unstep(steps) {
  const out = new Int32Array(steps.length);
  for (let i = 0, value = 0; i < steps.length; i += 1) {
    value += (steps[i] >>> 1) ^ -(steps[i] & 1);
    out[i] = value;
  }
  return out;
}

/** Ends of runs of these lengths, with a 0 before them. */
function endsOf(lengths) {
  const out = new Uint32Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i += 1) out[i + 1] = out[i] + lengths[i];
  return out;
}

function readTile(bytes, { k, left, top }) {
  const [shapes, rings, vertices, idBytes] = readCounts(bytes);
  const counts = { rings: shapes, vertices: rings, idBytes: shapes, x: vertices, y: vertices };
  const tile = { k, left, top, n: shapes, classes: null, painted: -1 };
  let at = 16;
  [...GEOMETRY, ...data.buildings.columns].forEach(function ([name, width]) {
    const n = has(counts, name) ? counts[name] : shapes;
    tile[name] = readColumn(bytes, at, width, n);
    at += width * n;
  });
  tile.ids = bytes.slice(at, at + idBytes);
  tile.idEnds = endsOf(tile.idBytes);
  tile.ringEnds = endsOf(tile.rings);
  tile.vertexEnds = endsOf(tile.vertices);
  tile.x = unstep(tile.x);
  tile.y = unstep(tile.y);
  tile.boxes = boxesOf(tile);
  return tile;
}

/** The four counts at the start of a tile. */
function readCounts(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return [0, 4, 8, 12].map((at) => view.getUint32(at, true));
}

function boxesOf({ n, x, y, ringEnds, vertexEnds }) {
  const out = new Int32Array(4 * n);
  for (let i = 0; i < n; i += 1) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let v = vertexEnds[ringEnds[i]]; v < vertexEnds[ringEnds[i + 1]]; v += 1) {
      if (x[v] < west) west = x[v];
      if (x[v] > east) east = x[v];
      if (y[v] < north) north = y[v];
      if (y[v] > south) south = y[v];
    }
    out.set([west, north, east, south], 4 * i);
  }
  return out;
}
