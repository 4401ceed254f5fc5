// Scores and ranks under any weights, step by step as geoprio.rescore computes them: equal figures need equal steps in
// the same order, since ties are told by the ninth decimal.

/** The exact sum, rounded once, as Python's math.fsum gives it. */
function exactSum(numbers) {
  const parts = [];
  numbers.forEach(function (given) {
    let x = given;
    let kept = 0;
    parts.forEach(function (part) {
      const [big, small] = Math.abs(x) < Math.abs(part) ? [part, x] : [x, part];
      const high = big + small;
      const low = small - (high - big);
      if (low) parts[kept++] = low;
      x = high;
    });
    parts.length = kept;
    parts.push(x);
  });
  if (!parts.length) return 0;
  let at = parts.length - 1;
  let total = parts[at];
  let rest = 0;
  while (at > 0) {
    const before = total;
    const part = parts[--at];
    total = before + part;
    rest = part - (total - before);
    if (rest) break;
  }
  // Halfway between two numbers the parts that are left decide.
  if (at > 0 && ((rest < 0 && parts[at - 1] < 0) || (rest > 0 && parts[at - 1] > 0))) {
    const double = rest * 2;
    const next = total + double;
    if (double === next - total) total = next;
  }
  return total;
}

/** The sum in the order in which numpy adds up to 128 numbers: eight at a time, then in pairs. */
function pairwiseSum(numbers) {
  const n = numbers.length;
  let total = 0;
  let i = 0;
  if (n >= 8) {
    const r = numbers.slice(0, 8);
    for (i = 8; i < n - (n % 8); i += 8) for (let j = 0; j < 8; j += 1) r[j] += numbers[i + j];
    total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  }
  for (; i < n; i += 1) total += numbers[i];
  return total;
}

/** Halves to the even neighbor, as numpy rounds. */
function rint(value) {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest < 0.5) return low;
  if (rest > 0.5) return low + 1;
  return low % 2 === 0 ? low : low + 1;
}

function scaledShares(raw) {
  const largest = Math.max(...raw);
  const parts = raw.map((w) => w / largest);
  const total = exactSum(parts);
  return parts.map((w) => w / total);
}

/** Parts with one decimal that add up to their rounded sum, by largest remainder; null counts nothing and stays. */
function roundedParts(parts) {
  const exact = parts.map((p) => (p === null ? 0 : p) * 10);
  const floor = exact.map((v) => Math.floor(v + 1e-9));
  let missing = rint(pairwiseSum(exact)) - sumOf(floor, (v) => v);
  const order = exact.map((_, k) => k).sort((a, b) => (exact[b] - floor[b]) - (exact[a] - floor[a]) || a - b);
  order.forEach(function (k) {
    if (missing > 0) floor[k] += 1;
    missing -= 1;
  });
  return parts.map((p, k) => (p === null ? null : floor[k] / 10));
}

const GATE_TIERS = new Map([[true, 0], [null, 1], [false, 2]]);
zones.forEach((zone) => { zone.tier = data.gates ? GATE_TIERS.get(zone.gate) : 0; });

/** Number of the class of a priority, upper bounds included. */
function priorityClass(priority) {
  let cls = 0;
  while (cls < data.colors.length - 1 && data.breaks[cls + 1] < priority) cls += 1;
  return cls;
}

/** The indicators that count and their weights: those of which no ranked zone knows anything leave theirs to others. */
function usedWeights(kept, share) {
  const { urgency, may } = data.weighing;
  const known = zones.filter((z) => may[z.k] && kept.some((c) => urgency[z.k][c] !== null));
  const used = kept.filter((c) => known.some((z) => urgency[z.k][c] !== null));
  const total = pairwiseSum(used.map((c) => share[c]));
  if (!known.length || !(total > 0)) return { known: [], used, weights: [] };
  const weights = used.map((c) => (used.length === kept.length ? share[c] : share[c] / total));
  return { known, used, weights };
}

/** Demand that is not served, weighed: it parts zones of one priority. */
function unserved(zone, kept, share) {
  let total = 0;
  kept.forEach(function (c) {
    const gap = data.weighing.gaps[zone.k][c];
    if (gap !== null) total += share[c] * gap;
  });
  return total;
}

/** Score one zone; what it does not know gives its weight to the rest. */
function scoreZone(zone, used, weights) {
  const urgency = data.weighing.urgency[zone.k];
  const whole = used.every((c) => urgency[c] !== null);
  const total = whole ? 1 : pairwiseSum(used.map((c, i) => (urgency[c] === null ? 0 : weights[i])));
  const own = used.map((c, i) => (urgency[c] === null ? 0 : whole ? weights[i] : weights[i] / total));
  const parts = used.map((c, i) => (urgency[c] === null ? 0 : 100 * own[i] * urgency[c]));
  zone.exact = pairwiseSum(parts);
  zone.cls = priorityClass(zone.exact);
  // The sum of the points that `explain` rounds, without rounding each for thousands of zones.
  zone.priority = rint(pairwiseSum(parts.map((p) => 10 * p))) / 10;
  zone.exact = rint(zone.exact * 1e9) / 1e9;
  zone.own = { used, own, parts };
}

/** Points and weights of one zone for its card: put off until somebody looks, since sliders pass over thousands. */
function explain(zone) {
  if (!zone.own) return;
  const urgency = data.weighing.urgency[zone.k];
  const points = urgency.map((u) => (u === null ? null : 0));
  zone.weights = urgency.map(() => 0);
  zone.own.used.forEach(function (c, i) {
    points[c] = urgency[c] === null ? null : zone.own.parts[i];
    zone.weights[c] = zone.own.own[i];
  });
  zone.points = roundedParts(points);
  zone.own = null;
}

/** Give every zone its score and rank under raw weights, not all zero; `scored` is then in the new order. */
function rescore(raw) {
  shares = scaledShares(raw);
  const kept = shares.map((_, c) => c).filter((c) => shares[c] > 0);
  const { known, used, weights } = usedWeights(kept, shares);
  zones.forEach(clearScore);
  known.forEach(function (zone) {
    scoreZone(zone, used, weights);
    zone.unserved = unserved(zone, kept, shares);
    zone.status = "scored";
  });
  giveRanks(known);
}

function clearScore(zone) {
  const may = data.weighing.may[zone.k];
  Object.assign(zone, { rank: null, rankInType: null, tied: null, exact: null, priority: null, cls: -1, status: may ? "no_data" : zone.status });
}

function giveRanks(known) {
  const order = data.weighing.order;
  scored = known.slice().sort((a, b) => a.tier - b.tier || b.exact - a.exact || b.unserved - a.unserved || order[a.k] - order[b.k]);
  const inType = new Map();
  const tied = new Map();
  scored.forEach(function (zone, k) {
    zone.rank = k + 1;
    inType.set(zone.type, (inType.get(zone.type) || 0) + 1);
    zone.rankInType = inType.get(zone.type);
    const key = zone.tier + " " + zone.exact;
    tied.set(key, (tied.get(key) || 0) + 1);
    zone.tieKey = key;
  });
  scored.forEach(function (zone) {
    zone.tied = tied.get(zone.tieKey) - 1;
  });
}
